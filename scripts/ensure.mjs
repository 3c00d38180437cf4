// Installs what a package-lock.json asks for, where it is not installed yet. Imports only what Node brings along,
// because it runs before there is a node_modules.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** An error that its message explains: shown as one line, without a stack. */
export class Problem extends Error {}

/** Runs `main`; whatever goes wrong ends with status 1, and with one line where the cause is known. */
export async function entry(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof Problem ? `kmm: ${error.message}` : error);
    process.exitCode = 1;
  }
}

export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Problem(`Node ${process.versions.node} is too old: 20.19 or later is needed.`);
}

/** `npm ci` in `folder`, unless it has already been done for this lock file on this kind of machine. */
export function ensureInstalled(folder, what) {
  const lock = join(folder, "package-lock.json");
  const stamp = join(folder, "node_modules/.installed");
  const wanted = createHash("sha256")
    .update(readFileSync(lock))
    .update(process.platform + process.arch)
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  if (!installedByHand(folder, lock)) install(folder, what);
  writeFileSync(stamp, wanted);
}

/** npm keeps its own account of what it installed; an install by hand that agrees with the lock file is good enough. */
function installedByHand(folder, lock) {
  const account = join(folder, "node_modules/.package-lock.json");
  if (!existsSync(account)) return false;
  const present = JSON.parse(readFileSync(account, "utf8")).packages;
  const asked = Object.entries(JSON.parse(readFileSync(lock, "utf8")).packages);
  return asked.every(
    ([path, { version, optional }]) => path === "" || optional === true || present[path]?.version === version,
  );
}

function install(folder, what) {
  const started = Date.now();
  console.error(`kmm: installing ${what} from the npm registry ...`);
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
  const npm = process.env.npm_execpath;
  const [command, first] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const { status, error, stderr } = spawnSync(command, [...first, ...args], {
    cwd: folder,
    env: ownEnvironment(),
    encoding: "utf8",
    shell: npm === undefined && process.platform === "win32",
    // What npm remarks is no data: it must not mix with what we print.
    stdio: ["ignore", 2, "pipe"],
  });
  if (status !== 0) throw new Problem(`\`npm ci\` failed in ${folder}: ${error?.message ?? reason(stderr)}`);
  console.error(`kmm: ... done in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** npm says why in many lines: its code and the first sentence are enough. */
function reason(stderr) {
  const said = [...stderr.matchAll(/^npm error (.+)$/gm)].map(([, line]) => line.trim());
  const code = said.find((line) => line.startsWith("code "));
  const sentence = said.find((line) => /\s/.test(line) && !/^(code|syscall|errno) /.test(line));
  return [code, sentence ?? stderr.trim().split("\n")[0]].filter(Boolean).join(", ").slice(0, 300);
}

/** The outer npm hands its settings down as variables; those about the network are kept, the others are not meant for us. */
function ownEnvironment() {
  const inherited = /^npm_(config_|lifecycle|package_|command)/i;
  const network = /registry|cafile|proxy|cache|userconfig|prefer_offline/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !inherited.test(name) || network.test(name)),
  );
}
