/** One immutable state of the workspace, which answers questions. Computes what is asked for, once. */
import type { DocumentRef, Place } from "../../model/edit.ts";
import type {
  Folder,
  Namespace,
  Pipeline,
  Repository,
  Resource,
  Workspace as WorkspaceFact,
} from "../../model/facts.ts";
import type { PracticeId } from "../../model/kmm.ts";
import { once } from "../../model/memo.ts";
import type { ExternalObject } from "./config.ts";
import type { Packages, WorldState } from "./dependencies.ts";
import { ResourceFact, WorkloadFact } from "./dialects/kubernetes.ts";
import { reaches } from "./dialects/kustomize.ts";
import type { Environments, EnvironmentUnit, Unit } from "./environments.ts";
import { rootField } from "./field.ts";
import type { FileEntry } from "./files.ts";
import { joined, type ObjectIndex } from "./joined-index.ts";
import type { Judge, Judged } from "./judge.ts";
import type { Layers, ReadonlyLayers } from "./layers.ts";
import { type Charts, parentOf, type Root } from "./layout.ts";
import { pipelinesOf } from "./pipeline-files.ts";
import { foldersOf, RepositoryFact } from "./repository.ts";
import type { Range } from "./source.ts";
import type { Totals } from "./totals.ts";
import { nextGeneration, View } from "./view.ts";
import type { WorldIndex } from "./world-index.ts";

/** The parts of a state that are shared with the next one when they did not change. */
export interface Parts {
  readonly files: Layers<FileEntry>;
  /** Objects that are judged as they stand in their files. */
  readonly loose: WorldIndex;
  readonly environments: Environments;
  readonly roots: readonly Root[];
  readonly charts: Charts;
  /** Files that kustomizations apply as patches. */
  readonly patches: ReadonlySet<string>;
  /** Replaced when the listing, or a file that is neither manifest nor pipeline, changes. */
  readonly repositoriesToken: object;
  /** Replaced when a pipeline or something a pipeline may call changes. */
  readonly pipelinesToken: object;
  readonly packagesToken: object;
  readonly workspace: WorkspaceFact;
  readonly kubernetesMinor: number;
  readonly external: readonly ExternalObject[];
}

/** Judgements by what they are about. They live as long as their subject does. */
export interface JudgementCache {
  readonly documents: WeakMap<object, readonly Judged[]>;
  readonly subjects: WeakMap<object, readonly Judged[]>;
  /** What the files below each root added up to when somebody asked last. */
  readonly totals: Map<string, Totals>;
}

export class WorldSnapshot implements WorldState {
  readonly generation = nextGeneration();
  readonly files: ReadonlyLayers<FileEntry>;
  /** All objects, of all environments. */
  readonly index: ObjectIndex;
  readonly environments: Environments;
  readonly roots: readonly Root[];
  readonly repositoriesToken: object;
  readonly pipelinesToken: object;
  readonly kubernetesMinor: number;
  readonly external: readonly ExternalObject[];
  readonly workspace: WorkspaceFact;
  readonly #parts: Parts;
  readonly #judge: Judge;
  readonly #cache: JudgementCache;
  #namespaces: readonly Namespace[] | undefined;
  #views: ReadonlyMap<string, View> | undefined;

  constructor(parts: Parts, judge: Judge, cache: JudgementCache) {
    this.#parts = parts;
    this.#judge = judge;
    this.#cache = cache;
    this.files = parts.files;
    this.index = joined(parts.loose, [...parts.environments.groups.values()]);
    this.environments = parts.environments;
    this.roots = parts.roots;
    this.repositoriesToken = parts.repositoriesToken;
    this.pipelinesToken = parts.pipelinesToken;
    this.kubernetesMinor = parts.kubernetesMinor;
    this.external = parts.external;
    this.workspace = parts.workspace;
  }

  get packages(): Packages {
    return forToken(this.#parts.packagesToken, packagesByToken, () => new PackageIndex(this.files, this.#parts.charts));
  }

  get repositories(): readonly Repository[] {
    return forToken(this.repositoriesToken, repositoriesByToken, () =>
      this.roots.map(
        (root) =>
          new RepositoryFact(
            root,
            [...this.files.values()].filter((entry) => entry.root === root),
          ),
      ),
    );
  }

  get folders(): readonly Folder[] {
    return forToken(this.repositoriesToken, foldersByToken, () => this.repositories.flatMap(foldersOf));
  }

  get pipelines(): readonly Pipeline[] {
    return forToken(this.pipelinesToken, pipelinesByToken, () =>
      [...this.files.values()].flatMap((entry) => pipelinesOf(entry, this.files)),
    );
  }

  /** Pipelines that stand in one file. */
  pipelinesIn(uri: string): readonly Pipeline[] {
    return pipelinesByUri(this.pipelines).get(uri) ?? [];
  }

  /** Namespaces of the application: one per scope that holds workloads, in each cluster that there may be. */
  get namespaces(): readonly Namespace[] {
    this.#namespaces ??= [...this.views.values()].flatMap((view) => view.namespaces);
    return this.#namespaces;
  }

  /** What each group of environments sees: its own objects, and those of no environment. */
  get views(): ReadonlyMap<string, View> {
    if (this.#views === undefined) {
      const { groups } = this.environments;
      const shared = groups.get("");
      const common = shared === undefined ? [] : [shared];
      const views = new Map<string, View>();
      for (const [name, group] of groups)
        if (name !== "") views.set(name, new View(this, joined(this.#parts.loose, [...common, group]), group));
      views.set("", new View(this, joined(this.#parts.loose, common), undefined));
      this.#views = views;
    }
    return this.#views;
  }

  /** The world in which a file's or an environment's objects are judged. */
  stateOf(unit: Unit): WorldState {
    const group = unit.environment?.group ?? "";
    return (group === "" ? undefined : this.views.get(group)) ?? this;
  }

  /** URIs of files that exist and whose text something is rendered from. */
  get wanted(): readonly string[] {
    return this.environments.wanted(this.files, this.roots);
  }

  /** Judged as environments apply it, and not as it stands. */
  isRendered(uri: string): boolean {
    return this.environments.members.has(uri);
  }

  get totals(): Map<string, Totals> {
    return this.#cache.totals;
  }

  /** The file that holds a document of this state. */
  fileOf(document: DocumentRef): FileEntry | undefined {
    return this.files.get(document.uri);
  }

  /** A file or an environment by its URI. */
  unitAt(uri: string | undefined): Unit | undefined {
    if (uri === undefined) return undefined;
    return this.files.get(uri) ?? this.environments.units.find((unit) => unit.uri === uri);
  }

  rangeOf(place: Place): Range {
    const source = this.files.get(place.document.uri)?.source;
    return source?.rangeOf(place) ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  }

  /** A practice that failed while its fix was written. */
  fail(practice: PracticeId, error: unknown, uri: string | undefined): void {
    this.#judge.fail(practice, error, uri);
  }

  /** Judgements on everything a file declares: its objects, or its pipeline. */
  judged(unit: Unit): readonly Judged[] {
    const pipelines =
      unit.dialect === undefined
        ? []
        : this.pipelinesIn(unit.uri).flatMap((pipeline) => this.#on(pipeline, "pipeline", pipeline.document));
    if (unit.resources.length === 0) return pipelines;
    const state = this.stateOf(unit);
    const byDocument = new Map<DocumentRef, Resource[]>();
    for (const resource of unit.resources) {
      const read = resource instanceof ResourceFact ? resource.read : resource.document;
      const list = byDocument.get(read);
      if (list === undefined) byDocument.set(read, [resource]);
      else list.push(resource);
    }
    const objects = [...byDocument.values()].flatMap((resources) => this.#objects(resources, state));
    return pipelines.length === 0 ? objects : [...objects, ...pipelines];
  }

  /** Judgements on what is not in one file: namespaces, folders, repositories, the workspace. */
  judgedAcross(): readonly Judged[] {
    return [
      ...[...this.views.values()].flatMap((view) => view.namespaces.flatMap((one) => this.#onNamespace(one, view))),
      ...this.folders.flatMap((folder) => this.#on(folder, "folder", undefined)),
      ...this.repositories.flatMap((repository) => this.#on(repository, "repository", undefined)),
      ...this.#on(this.workspace, "workspace", undefined),
    ];
  }

  /** Reads the pipelines one by one. */
  *stepsOfPipelines(): Generator<undefined, void> {
    if (pipelinesByToken.has(this.pipelinesToken)) return;
    for (const entry of this.files.values()) if (pipelinesOf(entry, this.files).length > 0) yield undefined;
  }

  /** The same bit by bit: what looks at all of the workspace one practice at a time. */
  *stepsAcross(): Generator<undefined, void> {
    for (const view of this.views.values())
      for (const namespace of view.namespaces) {
        this.#onNamespace(namespace, view);
        yield undefined;
      }
    for (const folder of this.folders) {
      this.#on(folder, "folder", undefined);
      yield undefined;
    }
    for (const repository of this.repositories) yield* this.#stepsOn(repository, "repository");
    yield* this.#stepsOn(this.workspace, "workspace");
  }

  *#stepsOn(fact: Repository | WorkspaceFact, kind: "repository" | "workspace"): Generator<undefined, void> {
    const judged: Judged[] = [];
    for (const one of this.#judge.steps(kind, fact, this.#cache.subjects.get(fact), this)) {
      if (one !== undefined) judged.push(one);
      yield undefined;
    }
    this.#cache.subjects.set(fact, judged);
  }

  judgedNamespace(scope: string, group: string): readonly Judged[] {
    const view = this.views.get(group);
    const namespace = view?.namespaces.find((one) => one.scope === scope);
    return view === undefined || namespace === undefined ? [] : this.#onNamespace(namespace, view);
  }

  /** What an environment shares with no other: the namespaces that it fills. */
  namespacesIn(unit: EnvironmentUnit): readonly Judged[] {
    const { group } = unit.environment;
    const scopes = new Set(unit.resources.filter((one) => one instanceof WorkloadFact).map(({ scope }) => scope));
    return [...scopes].flatMap((scope) => this.judgedNamespace(scope, group));
  }

  #onNamespace(namespace: Namespace, view: View): readonly Judged[] {
    return this.#on(namespace, "namespace", namespace.resource?.document, view.group === undefined ? this : view);
  }

  judgedRepository(root: string | undefined): readonly Judged[] {
    const repository = this.repositories.find((one) => one.root === root);
    return repository === undefined ? [] : this.#on(repository, "repository", undefined);
  }

  #objects(resources: readonly Resource[], state: WorldState): readonly Judged[] {
    // The first resource stands for the document: all of a document's facts are made together.
    const key = resources[0];
    if (key === undefined) return [];
    const before = this.#cache.documents.get(key);
    const now = before === undefined ? this.#judge.resources(resources, state) : this.#judge.refresh(before, state);
    if (now !== before) this.#cache.documents.set(key, now);
    return now;
  }

  #on(
    fact: Namespace | Folder | Repository | WorkspaceFact | Pipeline,
    kind: "namespace" | "folder" | "repository" | "workspace" | "pipeline",
    document: DocumentRef | undefined,
    state: WorldState = this,
  ) {
    const before = this.#cache.subjects.get(fact);
    const now =
      before === undefined ? this.#judge.subject(kind, fact, document, state) : this.#judge.refresh(before, state);
    if (now !== before) this.#cache.subjects.set(fact, now);
    return now;
  }
}

const pipelinesByUri = once((pipelines: readonly Pipeline[]) => {
  const found = new Map<string, Pipeline[]>();
  for (const pipeline of pipelines) {
    const here = found.get(pipeline.document.uri);
    if (here === undefined) found.set(pipeline.document.uri, [pipeline]);
    else here.push(pipeline);
  }
  return found;
});

const packagesByToken = new WeakMap<object, Packages>();
const repositoriesByToken = new WeakMap<object, readonly Repository[]>();
const foldersByToken = new WeakMap<object, readonly Folder[]>();
const pipelinesByToken = new WeakMap<object, readonly Pipeline[]>();

/** What a token stands for, computed the first time it is asked for. */
function forToken<T>(token: object, cache: WeakMap<object, T>, compute: () => T): T {
  let value = cache.get(token);
  if (value === undefined) {
    value = compute();
    cache.set(token, value);
  }
  return value;
}

class PackageIndex implements Packages {
  readonly #charts: Charts;
  readonly #reached = new Map<string, string>();

  constructor(files: ReadonlyLayers<FileEntry>, charts: Charts) {
    this.#charts = charts;
    for (const entry of files.values()) {
      const document = entry.role === "kustomization" ? entry.source?.documents[0] : undefined;
      if (document === undefined) continue;
      for (const uri of reaches(entry.uri, rootField(document))) this.#reached.set(uri, parentOf(entry.uri));
    }
  }

  packageOf(uri: string): { readonly kind: "helm" | "kustomize"; readonly folder: string } | undefined {
    const chart = this.#charts.chartOf(uri);
    if (chart?.path.startsWith("templates/") === true) return { kind: "helm", folder: chart.folder };
    const folder = this.#reached.get(uri);
    return folder === undefined ? undefined : { kind: "kustomize", folder };
  }
}
