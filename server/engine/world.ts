/** The views across files that practices ask, computed on demand; what was asked is noted for the cache. */
import type { DocumentRef } from "../../model/edit.ts";
import type {
  Field,
  GroupKind,
  Matches,
  Namespace,
  Pipeline,
  Repository,
  Resource,
  Scaler,
  Scope,
  Workload,
  World,
} from "../../model/facts.ts";
import { deliveries } from "./deliveries.ts";
import { ResourceFact, WorkloadFact } from "./dialects/kubernetes.ts";
import { ingressSelector, NETWORK_POLICY_KINDS } from "./policies.ts";
import { readScaler, SCALER_KINDS } from "./scalers.ts";
import { type LabelSet, labelSelector, labelSetOf, matches, plainSelector, type Selector } from "./selectors.ts";
import {
  byName,
  byTemplate,
  PODS,
  type ReadSelector,
  sameScope,
  scoped,
  selected,
  selecting,
  serviceSelector,
  specSelector,
  type WorldIndex,
} from "./world-index.ts";

/** What the world is computed from. Each part is immutable, so that its identity stands for its content. */
export interface WorldState {
  readonly index: WorldIndex;
  readonly namespaces: readonly Namespace[];
  readonly pipelines: readonly Pipeline[];
  /** Stands for the pipelines without computing them. */
  readonly pipelinesToken: object;
  readonly repositories: readonly Repository[];
  readonly repositoriesToken: object;
  readonly packages: Packages;
  readonly kubernetesMinor: number;
}

export interface Packages {
  packageOf(uri: string): { readonly kind: "helm" | "kustomize"; readonly folder: string } | undefined;
}

/** What an answer was computed from: it holds as long as each is the same in the state at hand. */
export class Dependencies {
  readonly #keys: readonly string[];
  readonly #identities: readonly unknown[];

  constructor(keys: readonly string[], identities: readonly unknown[]) {
    this.#keys = keys;
    this.#identities = identities;
  }

  hold(state: WorldState): boolean {
    return this.#keys.every((key, index) => identityOf(state, key) === this.#identities[index]);
  }
}

/** Notes what one judgement asks of a state. */
export class Asked {
  readonly #state: WorldState;
  readonly #keys: string[] = [];

  constructor(state: WorldState) {
    this.#state = state;
  }

  note(key: string): void {
    if (!this.#keys.includes(key)) this.#keys.push(key);
  }

  /**
   * What was asked, as dependencies; nothing when nothing was. Judgements on the subjects of one namespace ask the same
   * questions, so they share one object.
   */
  get dependencies(): Dependencies | undefined {
    if (this.#keys.length === 0) return undefined;
    let known = sharedDependencies.get(this.#state);
    if (known === undefined) {
      known = new Map();
      sharedDependencies.set(this.#state, known);
    }
    const name = this.#keys.join("\n");
    let shared = known.get(name);
    if (shared === undefined) {
      const keys = [...this.#keys];
      shared = new Dependencies(
        keys,
        keys.map((key) => identityOf(this.#state, key)),
      );
      known.set(name, shared);
    }
    return shared;
  }
}

const sharedDependencies = new WeakMap<WorldState, Map<string, Dependencies>>();

const KINDS = "kinds";
const PIPELINES = "pipelines";
const REPOSITORIES = "repositories";
const PACKAGES = "packages";
const NAMESPACES = "namespaces";
const VERSION = "version";

function identityOf(state: WorldState, key: string): unknown {
  switch (key) {
    case KINDS:
      return state.index.kinds;
    case PIPELINES:
      return state.pipelinesToken;
    case REPOSITORIES:
      return state.repositoriesToken;
    case PACKAGES:
      return state.packages;
    case VERSION:
      return state.kubernetesMinor;
    case NAMESPACES:
      return state.index.bucket(PODS);
    default:
      return state.index.bucket(key);
  }
}

const serviceLabels = new WeakMap<Resource, LabelSet>();

function labelsOfService(service: Resource): LabelSet {
  let labels = serviceLabels.get(service);
  if (labels === undefined) {
    labels = labelSetOf(service.labels);
    serviceLabels.set(service, labels);
  }
  return labels;
}

const scalerCache = new WeakMap<Resource, Scaler | null>();

function scalerOf(resource: Resource): Scaler | undefined {
  let scaler = scalerCache.get(resource);
  if (scaler === undefined) {
    scaler = readScaler(resource) ?? null;
    scalerCache.set(resource, scaler);
  }
  return scaler ?? undefined;
}

interface ScalerIndex {
  readonly byTarget: ReadonlyMap<string, readonly Scaler[]>;
  /** Those whose target's name a template decides. */
  readonly templated: readonly Scaler[];
  readonly all: readonly Scaler[];
}

const scalerIndexes = new WeakMap<readonly Resource[], ScalerIndex>();

/** Scalers of a bucket by the name of what they scale. */
function scalerIndex(bucket: readonly Resource[]): ScalerIndex {
  let index = scalerIndexes.get(bucket);
  if (index === undefined) {
    const byTarget = new Map<string, Scaler[]>();
    const templated: Scaler[] = [];
    const all = bucket.flatMap((resource) => scalerOf(resource) ?? []);
    for (const scaler of all) {
      const name = scaler.target.name;
      if (name.presence === "unknown") templated.push(scaler);
      else if (name.source !== undefined) byTarget.set(name.source, [...(byTarget.get(name.source) ?? []), scaler]);
    }
    index = { byTarget, templated, all };
    scalerIndexes.set(bucket, index);
  }
  return index;
}

const SERVICE: GroupKind = "/Service";
const BUDGET: GroupKind = "policy/PodDisruptionBudget";
const POD_MONITORS: readonly GroupKind[] = [
  "monitoring.coreos.com/PodMonitor",
  "azmonitoring.coreos.com/PodMonitor",
  "monitoring.googleapis.com/PodMonitoring",
  "operator.victoriametrics.com/VMPodScrape",
];
const SERVICE_MONITORS: readonly GroupKind[] = [
  "monitoring.coreos.com/ServiceMonitor",
  "azmonitoring.coreos.com/ServiceMonitor",
  "operator.victoriametrics.com/VMServiceScrape",
];

/** A world that notes what is asked of it. */
export class TrackedWorld implements World {
  readonly #state: WorldState;
  readonly #asked: Asked;

  constructor(state: WorldState, asked: Asked) {
    this.#state = state;
    this.#asked = asked;
  }

  get kubernetesMinor(): number {
    this.#asked.note(VERSION);
    return this.#state.kubernetesMinor;
  }

  #bucket(key: string): readonly Resource[] {
    const bucket = this.#state.index.bucket(key);
    this.#asked.note(key);
    return bucket;
  }

  resources(kinds: GroupKind | readonly GroupKind[], scope?: Scope): readonly Resource[] {
    return listOf(kinds).flatMap((kind) => this.#bucket(scoped(kind, scope)));
  }

  resourcesOfGroup(group: RegExp): readonly Resource[] {
    this.#asked.note(KINDS);
    return this.#state.index.kinds
      .filter((kind) => group.test(kind.slice(0, kind.indexOf("/"))))
      .flatMap((kind) => this.#bucket(kind));
  }

  workloads(scope?: Scope): readonly Workload[] {
    return this.#bucket(scoped(PODS, scope)).filter((one) => one instanceof WorkloadFact);
  }

  servicesOf(workload: Workload): Matches<Resource> {
    return this.#selectorsOn([SERVICE], serviceSelector, workload);
  }

  selectedBy(labels: Field, scope: Scope): Matches<Workload> {
    return this.#selectedWorkloads(plainSelector(labels), scope);
  }

  selectedByLabelSelector(selector: Field, scope: Scope): Matches<Workload> {
    return this.#selectedWorkloads(labelSelector(selector), scope);
  }

  matchesLabelSelector(selector: Field, workload: Workload): boolean | undefined {
    const read = labelSelector(selector);
    return read === undefined || !(workload instanceof WorkloadFact) ? false : matches(read, workload.podLabelSet);
  }

  networkPoliciesOf(workload: Workload): Matches<Resource> {
    return this.#selectorsOn(NETWORK_POLICY_KINDS, ingressSelector, workload);
  }

  budgetsOf(workload: Workload): Matches<Resource> {
    return this.#selectorsOn([BUDGET], specSelector, workload);
  }

  scalersOf(workload: Workload): Matches<Scaler> {
    const sure: Scaler[] = [];
    const maybe: Scaler[] = [];
    const known = workload instanceof ResourceFact && workload.nameKnown;
    for (const kind of SCALER_KINDS) {
      const index = scalerIndex(this.#bucket(kind));
      const candidates = known ? [...(index.byTarget.get(workload.displayName) ?? []), ...index.templated] : index.all;
      for (const scaler of candidates) {
        if (scaler.by === "vpa") continue;
        const answer = both(sameScope(scaler.resource.scope, workload.scope), names(scaler, workload));
        if (answer === true) sure.push(scaler);
        else if (answer === undefined) maybe.push(scaler);
      }
    }
    return { sure, maybe };
  }

  scalers(): readonly { readonly scaler: Scaler; readonly target: Matches<Workload> }[] {
    return this.resources(SCALER_KINDS).flatMap((resource) => {
      const scaler = scalerOf(resource);
      if (scaler === undefined) return [];
      const sure: Workload[] = [];
      const maybe: Workload[] = [];
      for (const workload of this.#candidates(resource.scope, scaler.target.name)) {
        const answer = both(sameScope(resource.scope, workload.scope), names(scaler, workload));
        if (answer === true) sure.push(workload);
        else if (answer === undefined) maybe.push(workload);
      }
      return [{ scaler, target: { sure, maybe } }];
    });
  }

  monitorsOf(workload: Workload): Matches<Resource> {
    if (!(workload instanceof WorkloadFact)) return { sure: [], maybe: [] };
    const sure = new Set<Resource>();
    const maybe = new Set<Resource>();
    const services = this.servicesOf(workload);
    this.#monitors(POD_MONITORS, workload.podLabelSet, workload.scope, true, sure, maybe);
    for (const service of services.sure)
      this.#monitors(SERVICE_MONITORS, labelsOfService(service), service.scope, true, sure, maybe);
    for (const service of services.maybe)
      this.#monitors(SERVICE_MONITORS, labelsOfService(service), service.scope, false, sure, maybe);
    return { sure: [...sure], maybe: [...maybe].filter((one) => !sure.has(one)) };
  }

  #monitors(
    kinds: readonly GroupKind[],
    labels: LabelSet,
    scope: Scope,
    certain: boolean,
    sure: Set<Resource>,
    maybe: Set<Resource>,
  ): void {
    for (const kind of kinds) {
      for (const { resource, sure: match } of selecting(this.#bucket(kind), specSelector, labels)) {
        const reached = watches(resource, scope);
        if (reached === true && match && certain) sure.add(resource);
        else if (reached !== false) maybe.add(resource);
      }
    }
  }

  isServing(workload: Workload): boolean | undefined {
    if (workload.class !== "long" && workload.class !== "pod") return false;
    if (workload.groupKind === "serving.knative.dev/Service") return true;
    const services = this.servicesOf(workload);
    if (services.sure.length > 0) return true;
    return services.maybe.length > 0 ? undefined : false;
  }

  named(kinds: GroupKind | readonly GroupKind[], name: Field, scope: Scope): Matches<Resource> {
    const sure: Resource[] = [];
    const maybe: Resource[] = [];
    for (const kind of listOf(kinds)) {
      const all = this.#bucket(kind);
      const candidates = name.presence === "present" ? [...byName(all, name.text() ?? ""), ...byTemplate(all)] : all;
      for (const resource of candidates) {
        const near = resource.scope === "cluster" ? true : sameScope(resource.scope, scope);
        const answer = both(near, sameName(name, resource, scope));
        if (answer === true) sure.push(resource);
        else if (answer === undefined) maybe.push(resource);
      }
    }
    return { sure, maybe };
  }

  namespaces(): readonly Namespace[] {
    this.#asked.note(NAMESPACES);
    this.#bucket("/Namespace");
    return this.#state.namespaces;
  }

  namespaceOf(workload: Workload): Namespace | undefined {
    return this.namespaces().find((namespace) => namespace.scope === workload.scope);
  }

  pipelines(): readonly Pipeline[] {
    this.#asked.note(PIPELINES);
    return this.#state.pipelines;
  }

  repositories(): readonly Repository[] {
    this.#asked.note(REPOSITORIES);
    return this.#state.repositories;
  }

  repositoryOf(document: DocumentRef): Repository | undefined {
    return this.repositories().find((repository) => document.uri.startsWith(`${repository.root}/`));
  }

  deliveredBy(document: DocumentRef): Matches<Resource> {
    return deliveries(this, document);
  }

  packageOf(document: DocumentRef): { readonly kind: "helm" | "kustomize"; readonly folder: string } | undefined {
    this.#asked.note(PACKAGES);
    return this.#state.packages.packageOf(document.uri);
  }

  /** Objects of the kinds whose selector matches the workload's pods, in its scope, and elsewhere only when none is sure. */
  #selectorsOn(kinds: readonly GroupKind[], read: ReadSelector, workload: Workload): Matches<Resource> {
    if (!(workload instanceof WorkloadFact)) return { sure: [], maybe: [] };
    const sure: Resource[] = [];
    const maybe: Resource[] = [];
    for (const kind of kinds) {
      for (const scope of [workload.scope, "cluster"]) {
        if (scope === "unknown") continue;
        for (const found of selecting(this.#bucket(scoped(kind, scope)), read, workload.podLabelSet)) {
          if (found.sure) sure.push(found.resource);
          else maybe.push(found.resource);
        }
      }
    }
    if (sure.length > 0) return { sure, maybe };
    for (const kind of kinds) {
      for (const { resource } of selecting(this.#bucket(kind), read, workload.podLabelSet)) {
        if (sameScope(resource.scope, workload.scope) === undefined) maybe.push(resource);
      }
    }
    return { sure, maybe };
  }

  #selectedWorkloads(selector: Selector | undefined, scope: Scope): Matches<Workload> {
    const sure: Workload[] = [];
    const maybe: Workload[] = [];
    if (selector === undefined) return { sure, maybe };
    if (scope !== "unknown" && scope !== "cluster") {
      for (const { workload, sure: match } of selected(this.#bucket(scoped(PODS, scope)), selector)) {
        if (match) sure.push(workload);
        else maybe.push(workload);
      }
      if (sure.length > 0) return { sure, maybe };
    }
    for (const { workload, sure: match } of selected(this.#bucket(PODS), selector)) {
      if (workload.scope === scope) continue;
      const near = sameScope(scope, workload.scope);
      if (near === true && match) sure.push(workload);
      else if (near !== false) maybe.push(workload);
    }
    return { sure, maybe };
  }

  /** Workloads that a name could mean: those so named, and those whose name a template decides. */
  #candidates(scope: Scope, name: Field): readonly Workload[] {
    const bucket =
      scope === "unset" || scope === "unknown" || scope.startsWith("chart:")
        ? this.#bucket(PODS)
        : [...this.#bucket(scoped(PODS, scope)), ...this.#bucket(scoped(PODS, "unset"))];
    const text = name.source ?? "";
    const list = name.presence === "present" ? [...byName(bucket, text), ...byTemplate(bucket)] : bucket;
    return list.filter((one) => one instanceof WorkloadFact);
  }
}

function listOf(kinds: GroupKind | readonly GroupKind[]): readonly GroupKind[] {
  return typeof kinds === "string" ? [kinds] : kinds;
}

function both(one: boolean | undefined, other: boolean | undefined): boolean | undefined {
  if (one === false || other === false) return false;
  return one === true && other === true ? true : undefined;
}

/** Is this the name of the object: the same text, or the same template expression in the same chart. */
function sameName(name: Field, resource: Resource, scope: Scope): boolean | undefined {
  const known = resource instanceof ResourceFact && resource.nameKnown;
  if (name.presence === "absent") return false;
  if (name.presence === "present") return known ? name.source === resource.displayName : undefined;
  if (!known && name.source === resource.displayName && resource.scope === scope) return true;
  return undefined;
}

function names(scaler: Scaler, workload: Workload): boolean | undefined {
  const kind = scaler.target.kind;
  const kindText =
    kind.presence === "present"
      ? kind.source
      : kind.presence === "absent" && scaler.by === "keda"
        ? "Deployment"
        : undefined;
  if (kind.presence === "absent" && scaler.by !== "keda") return false;
  if (kindText !== undefined && kindText !== workload.kind) return false;
  const name = sameName(scaler.target.name, workload, scaler.resource.scope);
  return kindText === undefined ? both(undefined, name) : name;
}

/** Does a monitor look into the namespace: its own unless its `namespaceSelector` says otherwise. */
function watches(monitor: Resource, scope: Scope): boolean | undefined {
  const selector = monitor.body.at("spec", "namespaceSelector");
  if (selector.presence === "unknown") return undefined;
  const any = selector.at("any");
  if (any.presence === "present" && any.flag() === true) return true;
  const wanted = selector.at("matchNames").writtenItems();
  if (wanted.length > 0 && scope.startsWith("ns:")) {
    const known = wanted.filter((item) => item.presence === "present").map((item) => item.text());
    if (known.includes(scope.slice(3))) return true;
    return known.length === wanted.length ? false : undefined;
  }
  if (wanted.length > 0) return undefined;
  if (selector.presence === "absent" || selector.writtenEntries().length === 0) return sameScope(monitor.scope, scope);
  return undefined;
}
