/** Charts of a workspace as the helm program renders them: what is missing or out of date, and nothing else. */
import type { FileEntry } from "../engine/files.ts";
import type { HelmFailure } from "../engine/render/helm/failure.ts";
import type { HelmOutput } from "../engine/render/helm/said.ts";
import type { EnvironmentSpec, HelmBuild } from "../engine/render/specs.ts";
import type { SourceFile } from "../engine/source.ts";
import type { Change, Snapshot } from "../engine/workspace.ts";

/** Runs the program. Never rejects: what goes wrong is a problem at the place that is wrong. */
export interface ChartRenderer {
  render(spec: HelmSpec, snapshot: Snapshot, open: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Rendered>;
}

export type Rendered =
  | { readonly output: string; readonly missing: readonly string[]; readonly lacking?: HelmFailure }
  | Exclude<HelmOutput, { readonly of: unknown }>
  | { readonly aborted: true };

export interface HelmSpec extends EnvironmentSpec {
  readonly build: HelmBuild;
}

/** Where what was rendered goes. */
export interface Destination {
  readonly snapshot: Snapshot;
  /** Settles when everything that follows from it is known. */
  apply(changes: readonly Change[]): Promise<void> | Snapshot;
}

interface Job {
  readonly spec: HelmSpec;
  readonly entries: Map<string, FileEntry | undefined>;
  readonly stop: AbortController;
}

/** What comes within so many milliseconds of each other is handed over together: each time all the rest is looked at. */
const TOGETHER_MS = 200;

/** Handing over takes at most one part in so many of the time. */
const SHARE = 10;

/** Keeps what helm says of each environment up to date with the files. */
export class Charts {
  readonly #renderer: ChartRenderer;
  readonly #destination: Destination;
  /** The last state of the files that was rendered, or is being. */
  readonly #jobs = new Map<string, Job>();
  #running = 0;
  #idle: (() => void)[] = [];
  /** Rendered, and not handed over yet. */
  #ready: { readonly job: Job; readonly helm: HelmOutput; readonly from: Snapshot }[] = [];
  #handing = false;
  #timer: NodeJS.Timeout | undefined;
  /** How long handing over took last. */
  #took = 0;

  constructor(renderer: ChartRenderer, destination: Destination) {
    this.#renderer = renderer;
    this.#destination = destination;
  }

  /** Renders what changed since it was last asked. `open`: texts by URI that are not as on the disk. */
  update(open: ReadonlyMap<string, string>): void {
    const { snapshot } = this.#destination;
    const specs = snapshot.environments.discovery.specs.filter(isHelm);
    const known = new Set(specs.map(({ id }) => id));
    const gone: Change[] = [];
    for (const [id, job] of this.#jobs) {
      if (known.has(id)) continue;
      job.stop.abort();
      this.#jobs.delete(id);
      gone.push({ uri: job.spec.build.chart, environment: id, helm: null });
    }
    if (gone.length > 0) void this.#destination.apply(gone);
    for (const spec of specs) {
      const entries = filesOf(snapshot, spec);
      const last = this.#jobs.get(spec.id);
      if (last?.spec === spec && same(last.entries, entries)) continue;
      last?.stop.abort();
      void this.#run({ spec, entries, stop: new AbortController() }, snapshot, open);
    }
  }

  /** Settles when nothing is being rendered any more, and everything is handed over. */
  finished(): Promise<void> {
    return this.#isIdle ? Promise.resolve() : new Promise((done) => this.#idle.push(done));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ready = [];
    for (const { stop } of this.#jobs.values()) stop.abort();
    this.#jobs.clear();
  }

  async #run(job: Job, snapshot: Snapshot, open: ReadonlyMap<string, string>): Promise<void> {
    const { spec, entries, stop } = job;
    this.#jobs.set(spec.id, job);
    this.#running++;
    try {
      const said = await this.#renderer.render(spec, snapshot, open, stop.signal);
      if (stop.signal.aborted || "aborted" in said) return;
      const of = new Map<string, SourceFile | undefined>([...entries].map(([uri, entry]) => [uri, entry?.source]));
      this.#ready.push({ job, from: snapshot, helm: "output" in said ? { ...said, of } : said });
    } finally {
      this.#running--;
      this.#next();
    }
  }

  get #isIdle(): boolean {
    return this.#running === 0 && !this.#handing && this.#ready.length === 0;
  }

  /** Hands over at once where nothing else will come, in a while where something may. */
  #next(): void {
    if (this.#handing) return;
    if (this.#isIdle) for (const done of this.#idle.splice(0)) done();
    else if (this.#running === 0) void this.#handOver();
    else this.#timer ??= setTimeout(() => void this.#handOver(), Math.max(TOGETHER_MS, SHARE * this.#took));
  }

  async #handOver(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ready = this.#ready.splice(0).filter(({ job }) => !job.stop.signal.aborted);
    const begun = performance.now();
    this.#handing = true;
    try {
      if (ready.length > 0)
        await this.#destination.apply(
          ready.map(({ job: { spec }, helm }) => ({ uri: spec.build.chart, environment: spec.id, helm })),
        );
      for (const { job, from } of ready) this.#addOutside(job, from);
    } finally {
      this.#handing = false;
      this.#took = performance.now() - begun;
      this.#next();
    }
  }

  /** Of a chart that lies beside the one that was rendered nothing was known before. */
  #addOutside({ spec, entries }: Job, from: Snapshot): void {
    const { files } = this.#destination.snapshot;
    for (const uri of filesOf(this.#destination.snapshot, spec).keys()) {
      if (entries.has(uri)) continue;
      const then = from.files.get(uri);
      // Its text may have been asked for only now.
      entries.set(uri, then?.source === undefined ? files.get(uri) : then);
    }
  }
}

/** What an environment is known to be rendered from: the chart's folder, values files, charts beside it. */
function filesOf({ files, environments }: Snapshot, { id, build }: HelmSpec): Map<string, FileEntry | undefined> {
  const beside = environments.renderings.get(id)?.files ?? [];
  return new Map([...files.under(build.chart), ...build.values, ...beside].map((uri) => [uri, files.get(uri)]));
}

function isHelm(spec: EnvironmentSpec): spec is HelmSpec {
  return spec.build.tool === "helm";
}

function same<K, V>(one: ReadonlyMap<K, V>, other: ReadonlyMap<K, V>): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.has(key) && other.get(key) === value);
}
