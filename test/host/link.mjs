// Gives the VS Code inside the package code-server the few modules that it needs at run time, as links to ours.
// Links, because the workbench in the browser fetches some of them from the very same folder.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const NOT_FOR_VSCODE = new Set(["@sparticuz/chromium", "code-server", "dejavu-fonts-ttf", "playwright-core", "tar-fs"]);

// Native modules that npm ships as source only; nothing here is compiled.
const SHIMS = {
  "@vscode/deviceid": "deviceid",
  "@vscode/native-watchdog": "native-watchdog",
  "@vscode/spdlog": "spdlog",
};

export function link() {
  const modules = join(HERE, "node_modules/code-server/lib/vscode/node_modules");
  const { dependencies } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
  const ours = Object.keys(dependencies).filter((name) => !NOT_FOR_VSCODE.has(name));
  const targets = [
    ...ours.map((name) => [name, join(HERE, "node_modules", name)]),
    ...Object.entries(SHIMS).map(([name, folder]) => [name, join(HERE, "shims", folder)]),
  ];
  for (const [name, target] of targets) {
    const place = join(modules, name);
    if (existsSync(place)) continue;
    // A link whose target has moved exists no longer, and is still in the way.
    rmSync(place, { force: true });
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(target, place, "junction");
  }
}
