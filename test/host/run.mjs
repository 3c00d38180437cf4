// node test/host/run.mjs [suite] [ui]
//   suite  mocha inside the extension host, started by @vscode/test-electron. VSCODE_PATH names a desktop VS Code;
//          without it the VS Code from npm stands in.
//   ui     the workbench as a person sees it, with the packed extension installed.
// KMM_TEST_GREP picks tests by name; KMM_TEST_VERBOSE shows what VS Code itself logs in the suite.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { entry, ROOT } from "../../scripts/ensure.mjs";
import { endChildrenFirst, temporaryFolder } from "../../scripts/processes.mjs";
import { ensureHost } from "./ensure.mjs";

const TESTS = join(ROOT, "test/vscode");

/** One start of VS Code each: what it opens, and the test files that belong to it. */
const SESSIONS = [
  { open: "workspace", files: "one-folder" },
  { open: "two-folders.code-workspace", files: "two-folders" },
  { open: "elsewhere", files: "elsewhere" },
];

async function runSuites() {
  const { runTests, TestRunFailedError } = await import("@vscode/test-electron");
  const { SETTINGS } = await import("./vscode.mjs");
  const place = temporaryFolder("suite");
  endChildrenFirst();
  let failed = false;
  for (const { open, files } of SESSIONS) {
    const folder = join(place, files);
    const user = join(folder, "user");
    mkdirSync(join(user, "User"), { recursive: true });
    writeFileSync(join(user, "User/settings.json"), JSON.stringify({ ...SETTINGS, "kmm.show": "all" }));
    cpSync(TESTS, join(folder, "copy"), { recursive: true });
    try {
      await runTests({
        vscodeExecutablePath: process.env.VSCODE_PATH || join(ROOT, "test/host/code.mjs"),
        extensionDevelopmentPath: ROOT,
        extensionTestsPath: join(TESTS, "suite/index.cjs"),
        extensionTestsEnv: {
          KMM_TEST_FILES: files,
          PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
        },
        launchArgs: [
          join(folder, "copy", open),
          ...["--user-data-dir", user, "--extensions-dir", join(folder, "extensions"), "--disable-extensions"],
        ],
      });
    } catch (error) {
      // What failed has been printed; the other sessions are of interest all the same.
      if (!(error instanceof TestRunFailedError)) throw error;
      failed = true;
    }
  }
  return failed ? 1 : 0;
}

async function runUi() {
  const { runInterfaceTests } = await import("./ui.mjs");
  return runInterfaceTests();
}

await entry(async () => {
  ensureHost();
  const modes = { suite: runSuites, ui: runUi };
  const asked = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(modes);
  let status = 0;
  for (const mode of asked) status = (await modes[mode]()) || status;
  return status;
});
