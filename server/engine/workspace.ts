/** The façade of the engine: changes in, an immutable snapshot out. Synchronous, without IO, without a clock. */

import type { Resource } from "../../model/facts.ts";
import type { Dimension, Level } from "../../model/kmm.ts";
import { once } from "../../model/memo.ts";
import type { Practice } from "../../model/practice.ts";
import { type Config, type ConfigProblem, DEFAULT_CONFIG, environmentFor, isExcluded, readConfig } from "./config.ts";
import { patchesOf } from "./dialects/kustomize.ts";
import { compare, differences, positions } from "./differences.ts";
import { Environments, type Surroundings as RenderSurroundings } from "./environments.ts";
import { rootField } from "./field.ts";
import { type FileEntry, type FileInput, type NotReadReason, readFile, relocate, type Surroundings } from "./files.ts";
import { Catalogue, Judge, type JudgeError } from "./judge.ts";
import { Layers, type ReadonlyLayers } from "./layers.ts";
import { baseName, Charts, parentOf, type Root, rootOf } from "./layout.ts";
import { Outcomes } from "./outcomes.ts";
import type { HelmOutput } from "./render/helm/said.ts";
import { type JudgementCache, type Parts, WorldSnapshot } from "./snapshot.ts";
import type { SourceDocument } from "./source.ts";
import { WorldIndex } from "./world-index.ts";

/** What a host says of one file. */
export type Change =
  /** Its text, or `null` when the file is gone. `open`: it is being edited; `yaml`: it is YAML whatever it is called. */
  | {
      readonly uri: string;
      readonly text: string | null;
      readonly version?: number;
      readonly open?: boolean;
      readonly yaml?: boolean;
      /** Asked for by its name (`Snapshot.wanted`): kept whatever it holds. */
      readonly wanted?: boolean;
    }
  /** It exists, and its text is not needed. */
  | { readonly uri: string; readonly listed: true }
  /** It could not be, or was not to be, read. */
  | { readonly uri: string; readonly notRead: NotReadReason }
  /** What the helm program made of an environment; `null` when it is not known any more. `uri` is the chart's folder. */
  | { readonly uri: string; readonly environment: string; readonly helm: HelmOutput | null };

export interface WorkspaceOptions {
  readonly practices: readonly Practice[];
  readonly roots: readonly Root[];
  /** Today as an ISO date, for what expires. */
  readonly today: string;
  /** From the host's settings; a `.kmm.yaml` wins where both speak. */
  readonly target?: number;
  /** A kustomization in a root's own folder is an environment, whoever else draws on it: somebody asked for it. */
  readonly rootsAreApplied?: boolean;
  /** From the command line: wins over `.kmm.yaml`. */
  readonly targets?: Readonly<Partial<Record<Dimension, Level>>>;
}

/** A state of the workspace with everything that can be asked of it. */
export class Snapshot extends WorldSnapshot {
  readonly outcomes: Outcomes;
  readonly practiceIds: ReadonlySet<string>;
  readonly errors: readonly JudgeError[];

  constructor(parts: Parts, judge: Judge, cache: JudgementCache, configs: Configs, practices: readonly Practice[]) {
    super(parts, judge, cache);
    this.errors = judge.errors;
    this.practiceIds = new Set(practices.map((practice) => practice.id));
    this.outcomes = new Outcomes(this, configs, practices);
  }

  entry(uri: string): FileEntry | undefined {
    return this.files.get(uri);
  }
}

/** The configuration in force below each root, and what is wrong with the file as it stands. */
export interface RootConfig {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
  readonly uri: string | undefined;
}

export type Configs = ReadonlyMap<string, RootConfig>;

export class Workspace {
  readonly #options: WorkspaceOptions;
  readonly #judge: Judge;
  readonly #cache: JudgementCache = { documents: new WeakMap(), subjects: new WeakMap(), totals: new Map() };
  readonly #practices: ReadonlyMap<string, Practice>;
  #parts: Parts;
  #configs: Configs = new Map();
  #snapshot: Snapshot;
  #helm: ReadonlyMap<string, HelmOutput> = new Map();
  /** Changed since environments were looked at last. */
  readonly #pending = new Set<string>();

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.#judge = new Judge(new Catalogue(options.practices));
    this.#practices = new Map(options.practices.map((practice) => [practice.id, practice]));
    this.#parts = {
      files: Layers.empty(),
      loose: WorldIndex.empty,
      environments: Environments.none,
      roots: options.roots,
      charts: new Charts([]),
      patches: new Set(),
      repositoriesToken: {},
      pipelinesToken: {},
      packagesToken: {},
      workspace: {
        roots: options.roots.map((root) => root.uri),
        place: { document: { uri: options.roots[0]?.uri ?? "" }, path: [] },
      },
      kubernetesMinor: DEFAULT_CONFIG.kubernetesMinor,
      external: DEFAULT_CONFIG.external,
    };
    this.#snapshot = this.#take();
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /**
   * Takes in what changed; the snapshot before stays what it was. Where more of the same comes at once (a workspace is
   * being read) nothing is rendered before the last of it.
   */
  apply(changes: readonly Change[], following: "more-follows" | "nothing-follows" = "nothing-follows"): Snapshot {
    // What was rendered in advance counts for as long as these are the files.
    const files = changes.some((change) => !("helm" in change)) ? this.#parts.files.copy() : this.#parts.files;
    const touched = new Set<string>();
    for (const change of changes) {
      if ("helm" in change) {
        this.#takeHelm(change.environment, change.helm);
        continue;
      }
      touched.add(change.uri);
      this.#applyOne(files, change);
    }
    this.#rendering = following === "nothing-follows";
    if (this.#readConfigs(touched, files)) this.#exclude(files, touched);
    this.#parts = this.#next(this.#parts, files, touched);
    this.#snapshot = this.#take();
    return this.#snapshot;
  }

  #rendering = true;

  #takeHelm(environment: string, output: HelmOutput | null): void {
    const helm = new Map(this.#helm);
    if (output === null) helm.delete(environment);
    else helm.set(environment, output);
    this.#helm = helm;
  }

  #applyOne(files: Layers<FileEntry>, change: Change): void {
    if ("text" in change && change.text === null) {
      files.delete(change.uri);
      return;
    }
    const input: FileInput = {
      uri: change.uri,
      text: "text" in change ? (change.text ?? undefined) : undefined,
      version: "version" in change ? change.version : undefined,
      notRead: "notRead" in change ? change.notRead : undefined,
      open: "open" in change && change.open === true,
      yaml: "yaml" in change && change.yaml === true,
      wanted: "wanted" in change && change.wanted === true,
    };
    const previous = files.get(change.uri);
    if (
      previous?.source !== undefined &&
      previous.source.text === input.text &&
      previous.source.version === input.version
    )
      return;
    files.set(
      change.uri,
      readFile(input, rootOf(this.#options.roots, change.uri), this.#around(this.#parts), previous),
    );
  }

  #around({ charts, patches }: Pick<Parts, "charts" | "patches">): Surroundings {
    return {
      charts,
      patches,
      excludes: (root, path) => isExcluded(this.#configs.get(root?.uri ?? "")?.config ?? DEFAULT_CONFIG, path),
      environment: (root, path) => environmentFor(this.#configs.get(root?.uri ?? "")?.config ?? DEFAULT_CONFIG, path),
    };
  }

  /** The configuration changed: files come and go as it says. */
  #exclude(files: Layers<FileEntry>, touched: Set<string>): void {
    const around = this.#around(this.#parts);
    for (const [uri, entry] of files) {
      const moved = relocate(entry, around);
      if (moved === entry) continue;
      files.set(uri, moved);
      touched.add(uri);
    }
  }

  #next(before: Parts, files: Layers<FileEntry>, touched: Set<string>): Parts {
    const chartsChanged = [...touched].some((uri) => isChartFile(uri) && files.has(uri) !== before.files.has(uri));
    const charts = chartsChanged ? new Charts([...files.keys()].filter(isChartFile).map(parentOf)) : before.charts;
    const patches = this.#patches(before, files, touched);
    if (chartsChanged || patches !== before.patches) {
      const around = this.#around({ charts, patches });
      const folders = chartsChanged ? differences(charts.folders, before.charts.folders).map((one) => `${one}/`) : [];
      const patched = new Set(patches === before.patches ? [] : differences(patches, before.patches));
      for (const [uri, entry] of files) {
        // Only what lies below a chart that came or went, or is a patch now and was none, is seen otherwise.
        if (!patched.has(uri) && !folders.some((folder) => uri.startsWith(folder))) continue;
        const moved = relocate(entry, around);
        if (moved === entry) continue;
        files.set(uri, moved);
        touched.add(uri);
      }
    }
    const environments = this.#environments({ ...before, files, charts }, before.files, touched);
    const covered = (uri: string) => environments.members.has(uri);
    const removed: Resource[] = [];
    const added: Resource[] = [];
    if (environments !== before.environments)
      for (const uri of differences(environments.members, before.environments.members)) {
        if (touched.has(uri)) continue;
        const resources = files.get(uri)?.resources ?? [];
        (covered(uri) ? removed : added).push(...resources);
      }
    let repository = false;
    let pipelines = false;
    let packages = chartsChanged;
    for (const uri of touched) {
      const old = before.files.get(uri);
      const now = files.get(uri);
      const was = before.environments.members.has(uri) ? [] : (old?.resources ?? []);
      const is = covered(uri) ? [] : (now?.resources ?? []);
      compare(was, is, removed, added);
      if (old === now) continue;
      if (old === undefined || now === undefined || old.role !== now.role) repository = pipelines = packages = true;
      if (now?.role === "repository" || now?.role === "config" || now?.role === "other") repository = true;
      if (now?.role !== "kubernetes" || now.dialect !== undefined || old?.dialect !== undefined) pipelines = true;
      if (now?.role === "kustomization") packages = repository = true;
    }
    return {
      ...before,
      files,
      charts,
      patches,
      environments,
      loose: before.loose.with(removed, added, positions(files)),
      repositoriesToken: repository ? {} : before.repositoriesToken,
      pipelinesToken: pipelines ? {} : before.pipelinesToken,
      packagesToken: packages ? {} : before.packagesToken,
    };
  }

  /** Environments as they are after these files changed; as before while more is to come. */
  #environments(
    parts: Pick<Parts, "files" | "charts" | "environments">,
    before: ReadonlyLayers<FileEntry>,
    touched: ReadonlySet<string>,
  ): Environments {
    for (const uri of touched) this.#pending.add(uri);
    if (!this.#rendering) return parts.environments;
    const pending = new Set(this.#pending);
    this.#pending.clear();
    return parts.environments.next(
      this.#surroundings(parts),
      pending,
      // What was read in several steps is new as a whole.
      pending.size > touched.size ? Layers.empty<FileEntry>() : before,
    );
  }

  /** Renders what was read, or `only` these environments, bit by bit before the last of it is taken in. */
  steps(only?: ReadonlySet<string>): Generator<undefined, void> {
    return this.#parts.environments.steps(this.#surroundings(this.#parts), only);
  }

  #surroundings({ files, charts }: Pick<Parts, "files" | "charts">): RenderSurroundings {
    return {
      files,
      charts,
      roots: this.#options.roots,
      helm: this.#helm,
      asked: this.#options.rootsAreApplied === true ? this.#options.roots.map(({ uri }) => uri) : [],
      environment: this.#around({ charts, patches: new Set() }).environment,
    };
  }

  /** What kustomizations apply as patches; the same set when that did not change. */
  #patches(before: Parts, files: ReadonlyLayers<FileEntry>, touched: ReadonlySet<string>): ReadonlySet<string> {
    const affected = [...touched].some(
      (uri) => files.get(uri)?.role === "kustomization" || before.files.get(uri)?.role === "kustomization",
    );
    if (!affected) return before.patches;
    const patches = new Set<string>();
    for (const entry of files.values()) {
      const document = entry.role === "kustomization" ? entry.source?.documents[0] : undefined;
      if (document !== undefined) for (const uri of patchesIn(document)) patches.add(uri);
    }
    return patches.size === before.patches.size && [...patches].every((uri) => before.patches.has(uri))
      ? before.patches
      : patches;
  }

  #readConfigs(touched: ReadonlySet<string>, files: Layers<FileEntry>): boolean {
    const written = [...touched].some((uri) => isConfigFile(uri));
    if (this.#configs.size > 0 && !written) return false;
    const configs = new Map<string, RootConfig>();
    for (const root of this.#options.roots) configs.set(root.uri, this.#readConfig(root, files));
    this.#configs = configs;
    const first = configs.get(this.#options.roots[0]?.uri ?? "")?.config ?? DEFAULT_CONFIG;
    this.#parts = { ...this.#parts, kubernetesMinor: first.kubernetesMinor, external: first.external };
    return written;
  }

  #readConfig(root: Root, files: Layers<FileEntry>): RootConfig {
    const entry = [".kmm.yaml", ".kmm.yml"]
      .map((name) => files.get(`${root.uri}/${name}`))
      .find((one) => one?.source !== undefined);
    const document = entry?.source?.documents[0];
    const last = this.#configs.get(root.uri)?.config;
    const base = this.#defaults();
    if (entry === undefined || document === undefined) return { config: base, problems: [], uri: entry?.uri };
    const read = readConfig(
      document,
      {
        practices: new Set(this.#practices.keys()),
        attestable: (id) =>
          this.#practices.get(id)?.answers ?? (this.#practices.get(id)?.asked === true ? "yes" : "no"),
        today: this.#options.today,
      },
      base,
    );
    const wrong = read.problems.some((problem) => problem.severity === "error");
    return { config: wrong ? (last ?? base) : this.#overridden(read.config), problems: read.problems, uri: entry.uri };
  }

  #overridden(config: Config): Config {
    return this.#options.targets === undefined
      ? config
      : { ...config, target: { ...config.target, ...this.#options.targets } };
  }

  #defaults(): Config {
    const target = this.#options.target;
    if (target === undefined) return this.#overridden(DEFAULT_CONFIG);
    const level = Math.min(5, Math.max(1, Math.round(target))) as 1 | 2 | 3 | 4 | 5;
    return this.#overridden({
      ...DEFAULT_CONFIG,
      target: { culture: level, architecture: level, automation: level, security: level, scalability: level },
    });
  }

  #take(): Snapshot {
    return new Snapshot(this.#parts, this.#judge, this.#cache, this.#configs, this.#options.practices);
  }
}

const patchesIn = once((document: SourceDocument): readonly string[] => patchesOf(document.uri, rootField(document)));

function isChartFile(uri: string): boolean {
  return /^Chart\.ya?ml$/.test(baseName(uri));
}

function isConfigFile(uri: string): boolean {
  return /^\.kmm\.ya?ml$/.test(baseName(uri));
}
