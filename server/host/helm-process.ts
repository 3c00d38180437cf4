/** A program that is run with limits: what it prints, or why it was stopped. Whatever it started ends with it. */
import { type ChildProcess, spawn } from "node:child_process";

export interface ProcessLimits {
  readonly timeoutMs: number;
  /** Of what it prints, both streams together. */
  readonly maxBytes: number;
}

export type ProcessResult =
  | { readonly status: number | null; readonly output: Buffer; readonly errors: string }
  | { readonly stopped: "timeout" | "too-much" | "aborted" }
  /** It could not be started: the system's word for why. */
  | { readonly stopped: "not-started"; readonly code: string };

/** Runs a program without a shell and without input. Never throws. */
export function runProgram(
  program: string,
  args: readonly string[],
  where: { readonly folder: string; readonly environment: NodeJS.ProcessEnv },
  limits: ProcessLimits,
  signal: AbortSignal,
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ stopped: "aborted" });
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        cwd: where.folder,
        env: where.environment,
        stdio: ["ignore", "pipe", "pipe"],
        // A group of its own, which can be ended as a whole. On Windows it would get a window instead.
        detached: process.platform !== "win32",
        windowsHide: true,
      });
    } catch (error) {
      return resolve({ stopped: "not-started", code: codeOf(error) });
    }
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    let size = 0;
    let result: ProcessResult | undefined;
    const stop = (reason: "timeout" | "too-much" | "aborted"): void => {
      result ??= { stopped: reason };
      endGroup(child);
    };
    const timer = setTimeout(() => stop("timeout"), limits.timeoutMs);
    const ended = atExit(() => endGroup(child));
    const abort = (): void => stop("aborted");
    signal.addEventListener("abort", abort, { once: true });
    const take = (chunks: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.maxBytes) stop("too-much");
      else if (result === undefined) chunks.push(chunk);
    };
    child.stdout?.on("data", take(output));
    child.stderr?.on("data", take(errors));
    child.on("error", (error) => {
      result ??= { stopped: "not-started", code: codeOf(error) };
      // A program that was never there closes nothing.
      if (child.pid === undefined) finish(null);
    });
    // What it left running would hold its pipes open for ever.
    child.on("exit", () => endGroup(child));
    child.on("close", (status) => finish(status));
    const finish = (status: number | null): void => {
      clearTimeout(timer);
      ended();
      signal.removeEventListener("abort", abort);
      resolve(result ?? { status, output: Buffer.concat(output), errors: Buffer.concat(errors).toString("utf8") });
    };
  });
}

const cleanups = new Set<() => void>();

/** Does something if our own process ends before what is answered was called. */
export function atExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) process.on("exit", cleanUp);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) process.off("exit", cleanUp);
  };
}

function cleanUp(): void {
  for (const cleanup of cleanups) cleanup();
}

function endGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === "win32") {
    if (child.exitCode !== null) return;
    spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true }).on("error", () =>
      child.kill("SIGKILL"),
    );
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of them ended already.
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "UNKNOWN";
}
