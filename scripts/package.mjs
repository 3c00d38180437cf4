// npm run package: builds for production, packs the .vsix that is published, and proves that VS Code takes it.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { checkNode, ensureInstalled, entry, Problem, ROOT } from "./ensure.mjs";
import { run, temporaryFolder } from "./processes.mjs";

const PARTS = ["extension.js", "server.js", "cli.js", "panel.js", "panel.css", "texts.en.json", "texts.sv.json"];

export function vsixPath() {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return join(ROOT, `${name}-${version}.vsix`);
}

export async function build(...options) {
  const status = await run(process.execPath, [join(ROOT, "esbuild.mjs"), ...options], { cwd: ROOT });
  if (status !== 0) throw new Problem("The build failed.");
}

/** The bundles hold every dependency, so vsce has none to look for; the project need not have a public home. */
export async function packExtension() {
  const file = vsixPath();
  rmSync(file, { force: true });
  // What an older build left in dist/ would ship as well.
  rmSync(join(ROOT, "dist"), { recursive: true, force: true });
  await build("--production");
  const vsce = join(ROOT, "node_modules/@vscode/vsce/vsce");
  const options = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links", "--out", file];
  const { status, stdout, stderr } = spawnSync(process.execPath, [vsce, "package", ...options], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (status !== 0) throw new Problem(`vsce could not pack the extension.\n${stdout}${stderr}`);
  return file;
}

/** Every file of ours that the manifest names: icons, schemas, the pages of a walkthrough. */
function namedInManifest() {
  const manifest = readFileSync(join(ROOT, "package.json"), "utf8");
  return [...manifest.matchAll(/"(?:\.\/)?((?:dist|media)\/[^"*]+)"/g)].map(([, name]) => name);
}

async function installs(file) {
  const { ensureHost } = await import("../test/host/ensure.mjs");
  ensureHost();
  const { installExtension } = await import("../test/host/vscode.mjs");
  const folder = temporaryFolder("package");
  installExtension(file, folder);
  const installed = readdirSync(folder).find((name) => existsSync(join(folder, name, "package.json")));
  if (installed === undefined) throw new Problem("VS Code did not install the extension.");
  const files = readdirSync(join(folder, installed), { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => relative(join(folder, installed), join(found.parentPath, found.name)).replaceAll("\\", "/"));
  const missing = [...PARTS.map((name) => `dist/${name}`), ...namedInManifest()].filter(
    (name) => !files.includes(name),
  );
  if (missing.length > 0) throw new Problem(`The package lacks ${missing.join(", ")}.`);
  return files.length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await entry(async () => {
    checkNode();
    ensureInstalled(ROOT, "what the build needs");
    const file = await packExtension();
    const count = await installs(file);
    console.log(`${relative(ROOT, file)}: ${count} files, ${Math.round(statSync(file).size / 1024)} kB, installs`);
  });
}
