// Starts processes so that none outlives us: not after Ctrl-C, not after a closed terminal, not after an error.
// What was begun last ends first: a folder goes when those who write to it are gone.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Without a handler a signal ends Node without an "exit" event, and with it the clean-up below. */
export function exitOnSignals() {
  for (const signal of SIGNALS) {
    if (process.listenerCount(signal) === 0) process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
}

/** npm and test runners may be killed without passing it on: then end as well. */
export function endWithParent() {
  const before = ancestors();
  const timer = setInterval(() => {
    if (ancestors() !== before) process.exit(1);
  }, 1_000);
  timer.unref();
}

/** Between npm and us stands a shell, which npm's end does not end. */
function ancestors() {
  return process.platform === "linux" ? `${process.ppid} ${parentOf(process.ppid)}` : String(process.ppid);
}

/** On Linux. The name of the program stands in brackets and may hold anything; its state and its parent come after. */
function parentOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** Runs a command to its end, on our own terminal; resolves to its exit status. */
export async function run(command, args, options = {}) {
  exitOnSignals();
  const child = spawn(command, args, { stdio: "inherit", ...options });
  const end = () => child.kill("SIGTERM");
  process.prependOnceListener("exit", end);
  try {
    const [code, signal] = await once(child, "exit");
    return code ?? 128 + constants.signals[signal];
  } finally {
    process.off("exit", end);
  }
}

/** For children that another library starts, and would leave behind: at our end they end first, and in peace. */
export function endChildrenFirst() {
  exitOnSignals();
  if (process.platform === "win32") return;
  process.prependOnceListener("exit", () => {
    // One that has ended keeps its number until we are gone too, but no command line.
    const children = () => processTable().filter(({ parent, command }) => parent === process.pid && command !== "");
    for (const { pid } of children()) terminate(pid);
    const until = Date.now() + 5_000;
    while (children().length > 0 && Date.now() < until)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  });
}

export function terminate(pid) {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // Gone meanwhile.
  }
}

/** Starts a process that has children of its own, as a group; `stop` ends them all, and so does our own end. */
export function startGroup(command, args, options = {}) {
  exitOnSignals();
  const child = spawn(command, args, { ...options, detached: process.platform !== "win32" });
  const signal = (name) => {
    try {
      if (process.platform === "win32") child.kill(name);
      else process.kill(-child.pid, name);
    } catch {
      // Gone already.
    }
  };
  const end = () => signal("SIGKILL");
  if (child.pid !== undefined) process.prependOnceListener("exit", end);
  async function stop() {
    if (child.pid === undefined) return;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      signal("SIGTERM");
      const timer = setTimeout(end, 5_000);
      await gone;
      clearTimeout(timer);
    }
    process.off("exit", end);
    signal("SIGKILL");
  }
  return { child, stop };
}

/** A folder for this run alone; whatever is left of it at our end is removed. */
export function temporaryFolder(name) {
  exitOnSignals();
  const folder = mkdtempSync(join(tmpdir(), `kmm-${name}-`));
  process.prependOnceListener("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Every process of this machine that we may see. Linux has a folder for each; a bare one has no `ps`. */
export function processTable() {
  if (process.platform !== "linux") {
    const rows = execFileSync("ps", ["-axo", "pid=,ppid=,command="], { encoding: "utf8" }).matchAll(
      /^\s*(\d+)\s+(\d+)\s+(.*)$/gm,
    );
    return [...rows].map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command }));
  }
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(pid), parent: parentOf(pid), command }];
    } catch {
      // Ended while we looked.
      return [];
    }
  });
}
