// Starts the VS Code server of the npm package code-server; a browser that opens its address shows the workbench.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startGroup, temporaryFolder } from "../../scripts/processes.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const APP = join(HERE, "node_modules/code-server/lib/vscode");
const SERVER = join(APP, "out/server-main.js");

/** A calm workbench: nothing that is not asked for, nothing that moves, nothing that asks the network. */
export const SETTINGS = {
  "chat.agentHost.enabled": false,
  "chat.commandCenter.enabled": false,
  "chat.disableAIFeatures": true,
  "editor.cursorBlinking": "solid",
  "editor.fontFamily": "DejaVu Sans Mono, monospace",
  "editor.hover.delay": 100,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "git.enabled": false,
  "git.openRepositoryInParentFolders": "never",
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.confirmBeforeClose": "never",
  "workbench.enableExperiments": false,
  "workbench.reduceMotion": "on",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
};

/** Of nearly a hundred built-in extensions, the grammars and the preview for what we open, the themes and the icons. */
const BUILTIN = [
  "docker",
  "git-base",
  "groovy",
  "json",
  "markdown-basics",
  "markdown-language-features",
  "theme-defaults",
  "theme-seti",
  "yaml",
];

/** This VS Code needs `module.registerHooks`, of Node 22.15; we ourselves may well run on an older one. */
function nodeForServer() {
  const packed = join(HERE, "node_modules", `node-${process.platform}-${process.arch}`, "bin/node");
  if (existsSync(packed)) return packed;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return process.execPath;
  throw new Error("This VS Code needs Node 22.15 or later, and npm has none to pack for this kind of machine.");
}

/** Installs a .vsix the way a person would, into a folder that `startServer` is then given. */
export function installExtension(file, extensionsDir) {
  const data = temporaryFolder("install");
  const args = [SERVER, "--server-data-dir", data, "--extensions-dir", extensionsDir, "--install-extension", file];
  execFileSync(nodeForServer(), args, { env: environment(data), stdio: "pipe" });
}

/**
 * `development` makes the workbench heed the extension and the tests that its address names; it then shows no
 * notifications. `token` guards the server: only who knows it gets in. `trust` has VS Code ask about trust.
 */
export async function startServer({
  settings = {},
  env = {},
  extensionsDir,
  development = false,
  token,
  trust = false,
  port = 0,
} = {}) {
  const folder = temporaryFolder("vscode");
  const extensions = extensionsDir ?? join(folder, "extensions");
  mkdirSync(extensions, { recursive: true });
  mkdirSync(join(folder, "data/User"), { recursive: true });
  const userSettings = { ...SETTINGS, ...settings, "security.workspace.trust.enabled": trust };
  writeFileSync(join(folder, "data/User/settings.json"), JSON.stringify(userSettings, null, 2));
  const server = startGroup(
    nodeForServer(),
    [
      SERVER,
      ...["--host", "127.0.0.1", "--port", String(port)],
      ...(token === undefined ? ["--without-connection-token"] : ["--connection-token", token]),
      ...["--server-data-dir", folder, "--extensions-dir", extensions],
      ...["--builtin-extensions-dir", builtinExtensions(folder)],
      ...["--accept-server-license-terms", "--telemetry-level", "off"],
      ...["--disable-getting-started-override", "--disable-experiments", "--disable-update-check"],
      // Ends by itself some minutes after a run that was killed.
      "--enable-remote-auto-shutdown",
      ...(trust ? [] : ["--disable-workspace-trust"]),
      ...(development ? ["--enable-smoke-test-driver"] : []),
    ],
    { env: { ...environment(folder), ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  async function stop() {
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const output = new Output(server.child);
  try {
    const listening = await output.waitFor(/Extension host agent listening on (\d+)/);
    const address = `127.0.0.1:${listening[1]}`;
    return { address, folder, child: server.child, output, stop, url: (what) => url(address, token, what) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** No marketplace, and sockets beside the data: nothing is left in the temporary folder. */
function environment(folder) {
  return { ...process.env, EXTENSIONS_GALLERY: "{}", NODE_OPTIONS: "", XDG_RUNTIME_DIR: folder };
}

function builtinExtensions(folder) {
  const chosen = join(folder, "builtin");
  mkdirSync(chosen);
  for (const name of BUILTIN) symlinkSync(join(APP, "extensions", name), join(chosen, name), "junction");
  return chosen;
}

/** `open` is a folder or a .code-workspace file; `payload` is what a desktop VS Code would get as arguments. */
function url(address, token, { open, payload = [] }) {
  const query = new URLSearchParams({ [open.endsWith(".code-workspace") ? "workspace" : "folder"]: open });
  if (payload.length > 0) query.set("payload", JSON.stringify(payload));
  if (token !== undefined) query.set("tkn", token);
  // A slash needs no disguise there, and the address is for people as well.
  return `http://${address}/?${query.toString().replaceAll("%2F", "/")}`;
}

/** What the server prints: waited for at the start, shown when something went wrong. */
class Output {
  #text = "";
  #child;

  constructor(child) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        this.#text += chunk;
        child.emit("output");
      });
    }
  }

  /** The last lines, clipped: VS Code's own programs are single lines of megabytes. */
  tail() {
    const lines = this.#text.split("\n").slice(-30);
    return lines.map((line) => line.slice(0, 300)).join("\n");
  }

  waitFor(pattern, limit = 60_000) {
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`The VS Code server ${why}.\n${this.tail()}`));
      const timer = setTimeout(() => fail(`did not start in ${limit / 1000} s`), limit);
      this.#child.on("output", () => {
        const found = pattern.exec(this.#text);
        if (found === null) return;
        clearTimeout(timer);
        resolve(found);
      });
      this.#child.once("error", (error) => fail(`could not be started: ${error.message}`));
      this.#child.once("exit", (code, signal) => {
        clearTimeout(timer);
        fail(`ended with ${signal ?? code}`);
      });
    });
  }
}
