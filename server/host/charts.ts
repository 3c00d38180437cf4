/** Charts of a workspace as the helm program renders them: what is missing or out of date, and nothing else. */
import type { FileEntry } from "../engine/files.ts";
import { parentOf } from "../engine/layout.ts";
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

interface Job {
  readonly spec: HelmSpec;
  readonly entries: ReadonlyMap<string, FileEntry | undefined>;
  readonly stop: AbortController;
}

/** Keeps what helm says of each environment up to date with the files. */
export class Charts {
  readonly #renderer: ChartRenderer;
  readonly #apply: (changes: readonly Change[]) => void;
  /** The last state of the files that was rendered, or is being. */
  readonly #jobs = new Map<string, Job>();
  #running = 0;
  #idle: (() => void)[] = [];

  /** `apply` hands over what helm said, whenever it does. */
  constructor(renderer: ChartRenderer, apply: (changes: readonly Change[]) => void) {
    this.#renderer = renderer;
    this.#apply = apply;
  }

  /** Renders what changed since it was last asked. `open`: texts by URI that are not as on the disk. */
  update(snapshot: Snapshot, open: ReadonlyMap<string, string>): void {
    const specs = snapshot.environments.discovery.specs.filter(isHelm);
    const known = new Set(specs.map(({ id }) => id));
    for (const [id, job] of this.#jobs) {
      if (known.has(id)) continue;
      job.stop.abort();
      this.#jobs.delete(id);
      this.#apply([{ uri: job.spec.build.chart, environment: id, helm: null }]);
    }
    const files = specs.length === 0 ? undefined : filesOf(snapshot, specs);
    for (const spec of specs) {
      const entries = files?.get(spec.id) ?? new Map();
      const last = this.#jobs.get(spec.id);
      if (last?.spec === spec && same(last.entries, entries)) continue;
      last?.stop.abort();
      void this.#run({ spec, entries, stop: new AbortController() }, snapshot, open);
    }
  }

  /** Settles when nothing is being rendered any more. */
  finished(): Promise<void> {
    return this.#running === 0 ? Promise.resolve() : new Promise((done) => this.#idle.push(done));
  }

  stop(): void {
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
      const helm: HelmOutput = "output" in said ? { ...said, of } : said;
      this.#apply([{ uri: spec.build.chart, environment: spec.id, helm }]);
    } finally {
      this.#running--;
      if (this.#running === 0) for (const done of this.#idle.splice(0)) done();
    }
  }
}

function isHelm(spec: EnvironmentSpec): spec is HelmSpec {
  return spec.build.tool === "helm";
}

/** What each environment is rendered from: everything in the chart's folder, and its values files. */
function filesOf(
  snapshot: Snapshot,
  specs: readonly HelmSpec[],
): ReadonlyMap<string, ReadonlyMap<string, FileEntry | undefined>> {
  const charts = new Map<string, Map<string, FileEntry>>();
  for (const { build } of specs) charts.set(build.chart, new Map());
  // Of a folder with thousands of files few lie in charts, so that each folder is looked up once.
  const above = new Map<string, readonly Map<string, FileEntry>[]>();
  const around = (folder: string): readonly Map<string, FileEntry>[] => {
    let found = above.get(folder);
    if (found === undefined) {
      const own = charts.get(folder);
      const outer = folder.includes("/") ? around(parentOf(folder)) : [];
      found = own === undefined ? outer : [...outer, own];
      above.set(folder, found);
    }
    return found;
  };
  for (const [uri, entry] of snapshot.files) for (const chart of around(parentOf(uri))) chart.set(uri, entry);
  return new Map(
    specs.map(({ id, build }) => {
      const entries = new Map<string, FileEntry | undefined>(charts.get(build.chart));
      for (const uri of build.values) entries.set(uri, snapshot.files.get(uri));
      return [id, entries];
    }),
  );
}

function same<K, V>(one: ReadonlyMap<K, V>, other: ReadonlyMap<K, V>): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.has(key) && other.get(key) === value);
}
