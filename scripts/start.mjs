// npm start [-- PATH] [-- --browser] [-- --port N]: prints the grid of the bundled sample, or of the folder PATH, and
// opens it in VS Code with the extension at work. With no desktop VS Code at hand, the one from npm is served on this
// machine, for a browser. Ctrl-C ends everything.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { accessSync, constants, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { checkNode, ensureInstalled, entry, Problem, ROOT } from "./ensure.mjs";
import { build, packExtension } from "./package.mjs";
import { endWithParent, processTable, run, startGroup, temporaryFolder, terminate } from "./processes.mjs";

const SAMPLE = join(ROOT, "media/sample");

function readOptions() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: { browser: { type: "boolean", default: false }, port: { type: "string", default: "0" } },
    });
  } catch (error) {
    throw new Problem(error.message);
  }
  const { values, positionals } = parsed;
  if (positionals.length > 1) throw new Problem(`one folder at a time, not ${positionals.join(" and ")}`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Problem(`--port ${values.port} is no port`);
  return { folder: folderOf(positionals[0]), own: positionals.length > 0, port, browser: values.browser };
}

/** npm runs us in the project's folder; a relative path is meant from where the person stands. */
function folderOf(path) {
  if (path === undefined) return SAMPLE;
  const folder = isAbsolute(path) ? path : resolve(process.env.INIT_CWD ?? ".", path);
  if (!existsSync(folder)) throw new Problem(`there is no folder ${folder}`);
  if (!statSync(folder).isDirectory()) throw new Problem(`${folder} is not a folder`);
  return folder;
}

async function checkPort(port) {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch (error) {
    throw new Problem(`port ${port} cannot be used (${error.code})`);
  }
  probe.close();
  await once(probe, "close");
}

/** The `code` of a desktop VS Code. In a terminal of a remote VS Code it is another program; without a display, none. */
function desktopCode() {
  if (process.env.VSCODE_IPC_HOOK_CLI) return undefined;
  if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined;
  const name = process.platform === "win32" ? "code.cmd" : "code";
  const places = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return places.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * A VS Code of its own, with its own data: a window that is open already would take the call over, and could neither
 * be waited for nor be ended.
 */
async function openDesktop(code, folder, settings, trusted) {
  const data = temporaryFolder("desktop");
  mkdirSync(join(data, "User"));
  writeFileSync(join(data, "User/settings.json"), JSON.stringify(settings, null, 2));
  // `code` goes into the background and leaves the window to a process that bears the name of our folder.
  process.prependOnceListener("exit", () => endThoseWith(data));
  const { child } = startGroup(
    code,
    [
      ...["--wait", "--new-window", "--user-data-dir", data, `--extensionDevelopmentPath=${ROOT}`],
      ...(trusted ? ["--disable-workspace-trust"] : []),
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      folder,
    ],
    { stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" },
  );
  console.log(`\nVS Code opens ${folder}. Close its window, or press Ctrl-C here, to end.`);
  const [status] = await Promise.race([once(child, "exit"), once(child, "error").then(() => [1])]);
  return status === 0;
}

function endThoseWith(data) {
  if (process.platform === "win32") return;
  for (const { pid, command } of processTable()) {
    if (pid !== process.pid && command.includes(data)) terminate(pid);
  }
}

async function serve(folder, settings, trusted, port) {
  await checkPort(port);
  const { ensureHost } = await import("../test/host/ensure.mjs");
  ensureHost();
  const { installExtension, startServer } = await import("../test/host/vscode.mjs");
  const extensionsDir = temporaryFolder("extensions");
  installExtension(await packExtension(), extensionsDir);
  const token = randomBytes(24).toString("base64url");
  const server = await startServer({ extensionsDir, settings, token, port, trust: !trusted });
  console.log(
    `\nVS Code is ready. Open this address in a browser on this machine:\n\n  ${server.url({ open: folder })}`,
  );
  console.log("\nPress Ctrl-C to end.");
  await once(server.child, "exit");
  throw new Problem(`VS Code ended.\n${server.output.tail()}`);
}

await entry(async () => {
  endWithParent();
  checkNode();
  const { folder, own, port, browser } = readOptions();
  ensureInstalled(ROOT, "what the build needs");
  await build();
  const status = await run(process.execPath, [join(ROOT, "dist/cli.js"), "check", folder, "--format", "grid"]);
  // A configuration that is wrong has been named by now, and is best corrected in the editor.
  if (status !== 0 && status !== 2) throw new Problem(`the grid of ${folder} could not be made (status ${status})`);
  // Our own sample needs no question about trust; a person's folder is for that person to decide.
  const trusted = !own;
  const code = browser ? undefined : desktopCode();
  const settings = { "workbench.startupEditor": "none", "security.workspace.trust.enabled": !trusted };
  if (code !== undefined && (await openDesktop(code, folder, settings, trusted))) return 0;
  if (code !== undefined) console.error(`kmm: ${code} did not work; VS Code is served for a browser instead.`);
  return serve(folder, settings, trusted, port);
});
