/** The helm program: found on this machine, and asked what a chart gives. Nothing is run unless somebody asks. */
import { isUtf8 } from "node:buffer";
import { constants, rmSync } from "node:fs";
import { access, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import type { Json } from "../../model/edit.ts";
import type { HelmFailure } from "../engine/render/helm/failure.ts";
import { looksRendered } from "../engine/render/helm/output.ts";
import { MOST_STAND_INS, putStandIn } from "../engine/render/helm/stand-ins.ts";
import {
  dataIn,
  fieldIn,
  fingerprint,
  type Included,
  includedIn,
  needsCopy,
  type Overlay,
  writeChart,
} from "./helm-chart.ts";
import { readFailure } from "./helm-failure.ts";
import { missingValues } from "./helm-missing.ts";
import { atExit, type ProcessLimits, type ProcessResult, runProgram } from "./helm-process.ts";

export interface HelmProgram {
  readonly path: string;
  /** As it says itself: `v4.1.4`. */
  readonly version: string;
}

/** Why there is no program to ask; `path` is what was tried. */
export interface NoHelm {
  readonly problem: "not-found" | "not-runnable" | "not-helm" | "old-version";
  readonly path: string;
}

const PROBE: ProcessLimits = { timeoutMs: 5_000, maxBytes: 100_000 };

/** The program that the setting names, else the first on the PATH. It is run once, for its version. */
export async function findHelm(setting?: string): Promise<HelmProgram | NoHelm> {
  const name =
    setting === undefined || setting.trim() === "" ? "helm" : setting.trim().replace(/^~(?=[\\/])/, homedir());
  const path = await findProgram(name);
  if (path === undefined) return { problem: "not-found", path: name };
  return inEmptyFolder(async (folder) => {
    const args = ["version", "--template={{.Version}}"];
    const where = { folder, environment: environmentIn(folder) };
    const result = await runProgram(path, args, where, PROBE, new AbortController().signal);
    if ("stopped" in result) return { problem: result.stopped === "not-started" ? "not-runnable" : "not-helm", path };
    const version = /^v(\d+)\.\d+\.\d+\S*$/.exec(result.output.toString("utf8").trim());
    if (result.status !== 0 || version === null) return { problem: "not-helm", path };
    return Number(version[1]) < 3 ? { problem: "old-version", path } : { path, version: version[0] };
  });
}

/** A relative path would name a program of the workspace, and is not taken. */
async function findProgram(name: string): Promise<string | undefined> {
  if (isAbsolute(name)) return (await isProgram(name)) ? name : undefined;
  if (/[\\/]/.test(name)) return undefined;
  const names = process.platform === "win32" && !/\.exe$/i.test(name) ? [`${name}.exe`] : [name];
  for (const folder of (process.env["PATH"] ?? process.env["Path"] ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const one of names) if (await isProgram(join(folder, one))) return join(folder, one);
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

export interface HelmRequest {
  /** Absolute path of the chart's folder. */
  readonly chart: string;
  readonly release: string;
  readonly namespace: string | undefined;
  /** Absolute paths of values files, the strongest last. */
  readonly values: readonly string[];
  /** Values as YAML or JSON, given after all files. */
  readonly inline?: string | undefined;
  readonly parameters: readonly { readonly name: string; readonly value: string; readonly text: boolean }[];
  /** Texts that are not saved yet, by absolute path; those of other files do no harm. */
  readonly overlay: Overlay;
}

export type HelmResult =
  | {
      /** What was rendered. It may hold secrets, and is never to be logged. */
      readonly output: string;
      /** Dependencies that are not here, so that it was rendered without them. */
      readonly missing: readonly string[];
      /** Values are missing for which something else stands in the output; this is what helm says of the first. */
      readonly lacking?: HelmFailure;
    }
  | { readonly failure: HelmFailure }
  | { readonly aborted: true };

export interface HelmLimits extends ProcessLimits {
  readonly atOnce: number;
  readonly keptResults: number;
  readonly keptBytes: number;
}

export const HELM_LIMITS: HelmLimits = {
  timeoutMs: 10_000,
  maxBytes: 20_000_000,
  atOnce: 2,
  keptResults: 100,
  keptBytes: 50_000_000,
};

interface Job {
  readonly promise: Promise<HelmResult>;
  readonly controller: AbortController;
  waiting: number;
}

/** Asks one helm program, few questions at a time, and the same one only once. */
export class HelmRunner {
  readonly #program: HelmProgram;
  readonly #limits: HelmLimits;
  readonly #jobs = new Map<string, Job>();
  readonly #results = new Map<string, HelmResult>();
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #keptBytes = 0;
  #count = 0;

  constructor(program: HelmProgram, limits: HelmLimits = HELM_LIMITS) {
    this.#program = program;
    this.#limits = limits;
  }

  /** What `helm template` says of the request. Never rejects. */
  async render(request: HelmRequest, signal: AbortSignal): Promise<HelmResult> {
    try {
      const included = await includedIn(request.chart, request.overlay);
      const key = await this.#keyOf(request, included);
      if (signal.aborted) return { aborted: true };
      const known = key === undefined ? undefined : this.#results.get(key);
      if (key !== undefined && known !== undefined) {
        // What was asked for last is kept longest.
        this.#results.delete(key);
        this.#results.set(key, known);
        return known;
      }
      return await this.#wait(key ?? `${++this.#count}`, signal, async (inner) => {
        const result = await this.#run(request, included, inner);
        const isLasting = "output" in result || ("failure" in result && result.failure.place !== undefined);
        // Files may have changed while it ran.
        if (key !== undefined && isLasting && key === (await this.#keyOf(request, included))) this.#keep(key, result);
        return result;
      });
    } catch (error) {
      return signal.aborted ? { aborted: true } : { failure: { text: error instanceof Error ? codeOf(error) : "" } };
    }
  }

  /** Ends everything that runs or waits. */
  dispose(): void {
    for (const { controller } of this.#jobs.values()) controller.abort();
    this.#results.clear();
    this.#keptBytes = 0;
  }

  async #keyOf(request: HelmRequest, included: Included): Promise<string | undefined> {
    const { chart, values, overlay, release, namespace, inline, parameters } = request;
    const rest = JSON.stringify([
      this.#program,
      release,
      namespace,
      inline,
      parameters,
      [...included.local],
      included.missing,
    ]);
    return fingerprint([chart, ...included.local.values()], values, overlay, [rest]);
  }

  /** Whoever asks what is being asked already waits with the others; when nobody waits any more it is ended. */
  async #wait(
    key: string,
    signal: AbortSignal,
    run: (signal: AbortSignal) => Promise<HelmResult>,
  ): Promise<HelmResult> {
    const job = this.#jobs.get(key) ?? this.#start(key, run);
    job.waiting++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (--job.waiting === 0) {
          this.#jobs.delete(key);
          job.controller.abort();
        }
        resolve({ aborted: true });
      };
      signal.addEventListener("abort", leave, { once: true });
      job.promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }

  #start(key: string, run: (signal: AbortSignal) => Promise<HelmResult>): Job {
    const controller = new AbortController();
    const promise = this.#turn(controller.signal)
      .then((begin): HelmResult | Promise<HelmResult> => (begin ? run(controller.signal) : { aborted: true }))
      .finally(() => {
        if (this.#jobs.get(key) === job) this.#jobs.delete(key);
      });
    const job: Job = { promise, controller, waiting: 0 };
    this.#jobs.set(key, job);
    return job;
  }

  /** Waits until few enough run; false when it is not wanted any more. */
  #turn(signal: AbortSignal): Promise<boolean> {
    if (this.#running < this.#limits.atOnce) {
      this.#running++;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const begin = (): void => {
        signal.removeEventListener("abort", leave);
        this.#running++;
        resolve(true);
      };
      const leave = (): void => {
        const at = this.#queue.indexOf(begin);
        if (at >= 0) this.#queue.splice(at, 1);
        resolve(false);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#queue.push(begin);
    });
  }

  async #run(request: HelmRequest, included: Included, signal: AbortSignal): Promise<HelmResult> {
    try {
      return await inEmptyFolder((folder) => this.#template(request, included, folder, signal));
    } finally {
      this.#running--;
      this.#queue.shift()?.();
    }
  }

  async #template(request: HelmRequest, included: Included, folder: string, signal: AbortSignal): Promise<HelmResult> {
    const { overlay, inline } = request;
    let chart = request.chart;
    if (needsCopy(chart, overlay, included)) {
      chart = join(folder, "chart");
      await writeChart(request.chart, chart, overlay, included);
    }
    const values: string[] = [];
    const given = [
      ...request.values.map((path) => overlay.get(path) ?? { path }),
      ...(inline === undefined ? [] : [inline]),
    ];
    for (const [at, one] of given.entries()) {
      const path = typeof one === "string" ? join(folder, `values-${at}.yaml`) : one.path;
      if (typeof one === "string") await writeFile(path, one, { mode: 0o600 });
      values.push(path);
    }
    const where = { folder, environment: environmentIn(folder) };
    const standIns = new StandIns(chart, join(folder, "missing.json"));
    let lacking: HelmFailure | undefined;
    let result: ProcessResult;
    while (true) {
      const args = argumentsOf(request, chart, [...standIns.files, ...values]);
      result = await runProgram(this.#program.path, args, where, this.#limits, signal);
      if ("stopped" in result) {
        if (result.stopped === "aborted") return { aborted: true };
        return { failure: { text: this.#stopped(result.stopped, "code" in result ? result.code : "") } };
      }
      if (result.status === 0) break;
      lacking ??= await failureOf(result.errors, request, chart, values);
      if (!(await standIns.add(result.errors))) return { failure: lacking };
    }
    const output = isUtf8(result.output) ? result.output.toString("utf8") : undefined;
    if (output === undefined || !looksRendered(output))
      return { failure: { text: "helm printed what is no manifest" } };
    return { output, missing: included.missing, ...(lacking === undefined ? {} : { lacking }) };
  }

  #stopped(reason: "timeout" | "too-much" | "not-started", code: string): string {
    if (reason === "timeout") return `helm took longer than ${this.#limits.timeoutMs / 1000} s`;
    if (reason === "too-much") return `helm printed more than ${this.#limits.maxBytes / 1e6} MB`;
    return `helm cannot be started (${code})`;
  }

  #keep(key: string, result: HelmResult): void {
    const { keptResults, keptBytes } = this.#limits;
    if (this.#results.has(key) || sizeOf(result) > keptBytes) return;
    this.#results.set(key, result);
    this.#keptBytes += sizeOf(result);
    for (const [oldest, one] of this.#results) {
      if (this.#results.size <= keptResults && this.#keptBytes <= keptBytes) return;
      this.#results.delete(oldest);
      this.#keptBytes -= sizeOf(one);
    }
  }
}

/** What stands for the values that a chart misses, in a file of values of its own that all others go before. */
class StandIns {
  readonly #chart: string;
  readonly #file: string;
  readonly #values: Record<string, Json> = {};
  #count = 0;

  constructor(chart: string, file: string) {
    this.#chart = chart;
    this.#file = file;
  }

  get files(): readonly string[] {
    return this.#count === 0 ? [] : [this.#file];
  }

  /** Adds what helm misses; false when that cannot be told, or is there already. */
  async add(errors: string): Promise<boolean> {
    if (this.#count >= MOST_STAND_INS) return false;
    const missing = await missingValues(errors, (source) =>
      readFile(join(this.#chart, source.replace(/^[^/]+\//, "")), "utf8").catch(() => undefined),
    );
    // What is printed may well have a value already.
    const given = missing.some(({ perhaps }) => perhaps)
      ? await dataIn(join(this.#chart, "values.yaml"), new Map())
      : {};
    const added = missing.filter((one) => !(one.perhaps && isGiven(given, one.path)) && putStandIn(this.#values, one));
    if (added.length === 0) return false;
    this.#count += 1;
    await writeFile(this.#file, JSON.stringify(this.#values), { mode: 0o600 });
    return true;
  }
}

function isGiven(values: Json, path: readonly string[]): boolean {
  return path.reduce<Json>((inner, key) => fieldIn(inner, key) ?? null, values) !== null;
}

function sizeOf(result: HelmResult): number {
  return "output" in result ? result.output.length : 1_000;
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Names come from files: none may be taken for a flag, a list of files or a URL. */
function argumentsOf(request: HelmRequest, chart: string, values: readonly string[]): readonly string[] {
  const { release, namespace, parameters } = request;
  return [
    "template",
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
    ...values.map((path) => `--values=${/[",\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path}`),
    ...parameters.map(({ name, value, text }) => `--set${text ? "-string" : ""}=${name}=${escaped(value)}`),
    "--",
    release,
    chart,
  ];
}

/** A comma would begin the next parameter, but for lists in braces. */
function escaped(value: string): string {
  return /^\{.*\}$/s.test(value) ? value : value.replace(/(?<!\\),/g, "\\,");
}

async function failureOf(
  errors: string,
  request: HelmRequest,
  chart: string,
  values: readonly string[],
): Promise<HelmFailure> {
  const { overlay, inline } = request;
  const paths = [join(request.chart, "values.yaml"), ...request.values];
  const texts = await Promise.all(paths.map((path) => overlay.get(path) ?? readFile(path, "utf8").catch(() => "")));
  const parameters = request.parameters.map(({ name, value }) => JSON.stringify({ [name]: value }));
  const known = [...texts, ...parameters, ...(inline === undefined ? [] : [inline])];
  // Texts that are not saved were given under names of their own.
  const named = request.values.reduce((text, path, at) => text.replaceAll(values[at] ?? path, path), errors);
  return readFailure(named, known, [chart, request.chart]);
}

/** An environment in which helm knows nothing of its user, reaches no network and no cluster. */
function environmentIn(folder: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const name of ["PATH", "Path", "PATHEXT", "SystemRoot", "SYSTEMROOT", "windir", "COMSPEC", "LANG", "LC_ALL"])
    if (process.env[name] !== undefined) environment[name] = process.env[name];
  for (const name of ["HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP"])
    environment[name] = join(folder, "home");
  for (const name of ["CACHE_HOME", "CONFIG_HOME", "DATA_HOME", "PLUGINS"])
    environment[`HELM_${name}`] = join(folder, "home", name);
  // Port 9 discards, and nothing listens there.
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]) {
    environment[name] = "http://127.0.0.1:9";
    environment[name.toLowerCase()] = "http://127.0.0.1:9";
  }
  return { ...environment, NO_PROXY: "", no_proxy: "", KUBECONFIG: join(folder, "home", "none"), HELM_NO_PLUGINS: "1" };
}

async function inEmptyFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "kmm-helm-"));
  const removed = atExit(() => rmSync(folder, { recursive: true, force: true }));
  try {
    await mkdir(join(folder, "home"));
    return await use(folder);
  } finally {
    // What is linked into it stays where it is.
    await rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => {});
    removed();
  }
}
