// npm test [-- --only unit,lsp,vscode,ui] [-- --grep TEXT]: every test there is, on a fresh clone as well.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkNode, ensureInstalled, entry, Problem, ROOT } from "./ensure.mjs";
import { build, packExtension } from "./package.mjs";
import { endWithParent, run } from "./processes.mjs";

const BUNDLES = join(ROOT, "dist/test");

/** What each kind of test runs; `folders` are those of test/, which the build bundles one file for one. */
const KINDS = {
  unit: () => mocha((folder) => !["bench", "faults", "fuzz", "lsp"].includes(folder)),
  lsp: () => mocha((folder) => ["faults", "lsp"].includes(folder)),
  vscode: () => host("suite"),
  ui: () => host("ui"),
};
const IN_VSCODE = ["vscode", "ui"];

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { only: { type: "string", multiple: true }, grep: { type: "string" } },
    });
    const only = values.only?.flatMap((names) => names.split(",")) ?? Object.keys(KINDS);
    const unknown = only.find((name) => KINDS[name] === undefined);
    if (unknown !== undefined) throw new Error(`--only takes ${Object.keys(KINDS).join(", ")}, not "${unknown}"`);
    return { only, grep: values.grep };
  } catch (error) {
    throw new Problem(error.message);
  }
}

function bundles() {
  if (!existsSync(BUNDLES)) return [];
  const names = readdirSync(BUNDLES, { recursive: true }).map((name) => name.replaceAll("\\", "/"));
  return names.filter((name) => /\.test\.[cm]?js$/.test(name)).sort();
}

function mocha(wanted) {
  const files = bundles().filter((name) => wanted(name.split("/")[0]));
  if (files.length === 0) {
    console.error("kmm: there are no such tests");
    return 1;
  }
  const grep = process.env.KMM_TEST_GREP;
  return run(
    process.execPath,
    [
      "--enable-source-maps",
      join(ROOT, "node_modules/mocha/bin/mocha.js"),
      ...["--reporter", "dot", "--timeout", "20000", "--forbid-only"],
      ...(grep ? ["--grep", grep] : []),
      ...files.map((name) => join(BUNDLES, name)),
    ],
    { cwd: ROOT },
  );
}

function host(mode) {
  return run(process.execPath, [join(ROOT, "test/host/run.mjs"), mode], { cwd: ROOT });
}

await entry(async () => {
  endWithParent();
  checkNode();
  const { only, grep } = readOptions();
  if (grep !== undefined) process.env.KMM_TEST_GREP = grep;
  ensureInstalled(ROOT, "what the build and the tests need");
  rmSync(BUNDLES, { recursive: true, force: true });
  const inVsCode = only.some((name) => IN_VSCODE.includes(name));
  // What ships is what is tested.
  if (inVsCode) await packExtension();
  await build("--tests", ...(inVsCode ? ["--production"] : []));
  const failed = [];
  for (const name of only) {
    const started = Date.now();
    console.log(`\n== ${name} tests`);
    const status = await KINDS[name]();
    console.log(`== ${name}: ${status === 0 ? "passed" : "FAILED"} in ${Math.round((Date.now() - started) / 1000)} s`);
    if (status !== 0) failed.push(name);
  }
  if (failed.length > 0) throw new Problem(`failed: ${failed.join(", ")}`);
});
