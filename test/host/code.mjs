#!/usr/bin/env node
// Takes the arguments of a desktop VS Code, as @vscode/test-electron writes them, and serves them with the VS Code
// from npm: so the tests need no VS Code that would have to be downloaded.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { entry } from "../../scripts/ensure.mjs";
import { endWithParent } from "../../scripts/processes.mjs";
import { ensureHost } from "./ensure.mjs";

await entry(async () => {
  endWithParent();
  const text = { type: "string" };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    strict: false,
    options: {
      extensionDevelopmentPath: text,
      extensionTestsPath: text,
      "extensions-dir": text,
      "user-data-dir": text,
    },
  });
  const userSettings = join(values["user-data-dir"] ?? "", "User/settings.json");
  ensureHost();
  const { runSuite } = await import("./suite.mjs");
  return runSuite({
    extension: resolve(values.extensionDevelopmentPath),
    tests: resolve(values.extensionTestsPath),
    open: resolve(positionals[0]),
    settings: existsSync(userSettings) ? JSON.parse(readFileSync(userSettings, "utf8")) : {},
  });
});
