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
import { isGithubAction, isGithubWorkflow, type PipelineFiles, readGithubWorkflow } from "./dialects/github-actions.ts";
import { WorkloadFact } from "./dialects/kubernetes.ts";
import { reaches } from "./dialects/kustomize.ts";
import { rootField } from "./field.ts";
import type { FileEntry } from "./files.ts";
import type { Judge, Judged } from "./judge.ts";
import type { Layers, ReadonlyLayers } from "./layers.ts";
import { type Charts, encodeSegment, parentOf, type Root } from "./layout.ts";
import { foldersOf, RepositoryFact } from "./repository.ts";
import type { Range, SourceFile } from "./source.ts";
import type { Totals } from "./totals.ts";
import { PODS, scoped, type WorldIndex } from "./world-index.ts";

/** The parts of a state that are shared with the next one when they did not change. */
export interface Parts {
  readonly files: Layers<FileEntry>;
  readonly index: WorldIndex;
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

let generations = 0;

export class WorldSnapshot implements WorldState {
  readonly generation = ++generations;
  readonly files: ReadonlyLayers<FileEntry>;
  readonly index: WorldIndex;
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

  constructor(parts: Parts, judge: Judge, cache: JudgementCache) {
    this.#parts = parts;
    this.#judge = judge;
    this.#cache = cache;
    this.files = parts.files;
    this.index = parts.index;
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
      [...this.files.values()].flatMap((entry) => this.#pipelinesOf(entry)),
    );
  }

  /** Pipelines that stand in one file. */
  pipelinesIn(uri: string): readonly Pipeline[] {
    return pipelinesByUri(this.pipelines).get(uri) ?? [];
  }

  /** Namespaces of the application: one per scope that holds workloads. */
  get namespaces(): readonly Namespace[] {
    this.#namespaces ??= namespacesOf(this.index);
    return this.#namespaces;
  }

  get totals(): Map<string, Totals> {
    return this.#cache.totals;
  }

  /** The file that holds a document of this state. */
  fileOf(document: DocumentRef): FileEntry | undefined {
    return this.files.get(document.uri);
  }

  entryAt(uri: string | undefined): FileEntry | undefined {
    return uri === undefined ? undefined : this.files.get(uri);
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
  judged(entry: FileEntry): readonly Judged[] {
    if (entry.role === "pipeline") {
      return this.pipelinesIn(entry.uri).flatMap((pipeline) => this.#on(pipeline, "pipeline", pipeline.document));
    }
    const byDocument = new Map<DocumentRef, Resource[]>();
    for (const resource of entry.resources) {
      const list = byDocument.get(resource.document);
      if (list === undefined) byDocument.set(resource.document, [resource]);
      else list.push(resource);
    }
    return [...byDocument.values()].flatMap((resources) => this.#objects(resources));
  }

  /** Judgements on what is not in one file: namespaces, folders, repositories, the workspace. */
  judgedAcross(): readonly Judged[] {
    return [
      ...this.namespaces.flatMap((namespace) => this.#on(namespace, "namespace", namespace.resource?.document)),
      ...this.folders.flatMap((folder) => this.#on(folder, "folder", undefined)),
      ...this.repositories.flatMap((repository) => this.#on(repository, "repository", undefined)),
      ...this.#on(this.workspace, "workspace", undefined),
    ];
  }

  /** Reads the pipelines one by one. */
  *stepsOfPipelines(): Generator<undefined, void> {
    if (pipelinesByToken.has(this.pipelinesToken)) return;
    for (const entry of this.files.values()) if (this.#pipelinesOf(entry).length > 0) yield undefined;
  }

  /** The same bit by bit: what looks at all of the workspace one practice at a time. */
  *stepsAcross(): Generator<undefined, void> {
    for (const namespace of this.namespaces) {
      this.#on(namespace, "namespace", namespace.resource?.document);
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

  judgedNamespace(scope: string): readonly Judged[] {
    const namespace = this.namespaces.find((one) => one.scope === scope);
    return namespace === undefined ? [] : this.#on(namespace, "namespace", namespace.resource?.document);
  }

  judgedRepository(root: string | undefined): readonly Judged[] {
    const repository = this.repositories.find((one) => one.root === root);
    return repository === undefined ? [] : this.#on(repository, "repository", undefined);
  }

  #objects(resources: readonly Resource[]): readonly Judged[] {
    // The first resource stands for the document: all of a document's facts are made together.
    const key = resources[0];
    if (key === undefined) return [];
    const before = this.#cache.documents.get(key);
    const now = before === undefined ? this.#judge.resources(resources, this) : this.#judge.refresh(before, this);
    if (now !== before) this.#cache.documents.set(key, now);
    return now;
  }

  #on(
    fact: Namespace | Folder | Repository | WorkspaceFact | Pipeline,
    kind: "namespace" | "folder" | "repository" | "workspace" | "pipeline",
    document: DocumentRef | undefined,
  ) {
    const before = this.#cache.subjects.get(fact);
    const now =
      before === undefined ? this.#judge.subject(kind, fact, document, this) : this.#judge.refresh(before, this);
    if (now !== before) this.#cache.subjects.set(fact, now);
    return now;
  }

  #pipelinesOf(entry: FileEntry): readonly Pipeline[] {
    const document = entry.source?.documents[0];
    if (entry.role !== "pipeline" || document === undefined) return [];
    const body = rootField(document);
    if (isGithubAction(entry.path, body) && !isGithubWorkflow(entry.path, body)) return [];
    const known = readPipelines.get(document);
    // What it looked at beside itself, such as a script, is still the same.
    if (
      known?.entry.path === entry.path &&
      [...known.beside].every(([uri, source]) => this.files.get(uri)?.source === source)
    )
      return [known.pipeline];
    const beside = new Map<string, SourceFile | undefined>();
    const pipeline = readGithubWorkflow(
      { body, document, path: entry.path, ...entry.standing },
      this.#filesBeside(entry, beside),
    );
    readPipelines.set(document, { entry, pipeline, beside });
    return [pipeline];
  }

  /** Files of the same root by their path; which of them were asked for is noted. */
  #filesBeside(entry: FileEntry, asked: Map<string, SourceFile | undefined>): PipelineFiles {
    const at = (path: string) => {
      const root = entry.root?.uri;
      if (root === undefined) return undefined;
      const uri = `${root}/${path.split("/").map(encodeSegment).join("/")}`;
      const found = this.files.get(uri);
      asked.set(uri, found?.source);
      return found;
    };
    return {
      body: (path) => {
        const document = at(path)?.source?.documents[0];
        return document === undefined ? undefined : rootField(document);
      },
      text: (path) => at(path)?.source?.text,
    };
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
interface ReadPipeline {
  readonly entry: FileEntry;
  readonly pipeline: Pipeline;
  readonly beside: ReadonlyMap<string, SourceFile | undefined>;
}

const readPipelines = new WeakMap<object, ReadPipeline>();

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

const namespaceCache = new WeakMap<
  readonly Resource[],
  { readonly objects: readonly Resource[]; readonly namespace: Namespace }
>();

function namespacesOf(index: WorldIndex): readonly Namespace[] {
  const scopes = new Set(index.bucket(PODS).map((resource) => resource.scope));
  const objects = index.bucket("/Namespace");
  const found: Namespace[] = [];
  for (const scope of scopes) {
    if (scope === "unknown" || scope === "cluster") continue;
    const bucket = index.bucket(scoped(PODS, scope));
    const known = namespaceCache.get(bucket);
    if (known !== undefined && known.objects === objects) {
      found.push(known.namespace);
      continue;
    }
    const namespace = namespaceOf(scope, bucket, objects);
    if (namespace === undefined) continue;
    namespaceCache.set(bucket, { objects, namespace });
    found.push(namespace);
  }
  return found;
}

function namespaceOf(scope: string, bucket: readonly Resource[], objects: readonly Resource[]): Namespace | undefined {
  const workloads = bucket.filter((one) => one instanceof WorkloadFact).filter((one) => one.class !== "ci");
  const first = workloads[0];
  if (first === undefined) return undefined;
  const name = scope.startsWith("ns:") ? scope.slice(3) : "";
  const resource = name === "" ? undefined : objects.find((one) => one.displayName === name);
  return {
    scope,
    // What names no namespace goes into this one, unless whoever applies it says otherwise.
    displayName: scope === "unset" ? "default" : name === "" ? scope.replace(/^chart:.*\//, "") : name,
    resource,
    workloads,
    place: resource?.place ?? (first.namespace.presence === "present" ? first.namespace.place : first.place),
    system: workloads.every((workload) => workload.system),
    nonProduction: workloads.every((workload) => workload.nonProduction),
    foreign: false,
  };
}
