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
import {
  Asked,
  type Dependencies,
  EXTERNAL,
  KINDS,
  NAMESPACES,
  PACKAGES,
  PIPELINES,
  REPOSITORIES,
  SEVERAL_SERVICES,
  VERSION,
  type WorldState,
} from "./dependencies.ts";
import { WorkloadFact } from "./dialects/kubernetes.ts";
import {
  both,
  finishedIn,
  labelsOfService,
  names,
  namespaceIn,
  ofGroup,
  sameName,
  scalerOf,
  scalersNaming,
  watches,
  workloadsNamed,
} from "./naming.ts";
import { ingressSelector, NETWORK_POLICY_KINDS } from "./policies.ts";
import { SCALER_KINDS } from "./scalers.ts";
import { type LabelSet, labelSelector, matches, plainSelector, type Selector } from "./selectors.ts";
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
  severalServices,
  specSelector,
  unsureKeys,
} from "./world-index.ts";

/** An answer about one object that several practices ask for, for as long as what it was computed from is the same. */
interface Kept {
  readonly dependencies: Dependencies | undefined;
  readonly answer: unknown;
}

const keptAnswers = new WeakMap<Resource, Map<string, Kept>>();

/** Where nothing is sure it is enough to know of so many that may be. */
const MANY = 50;

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

  /**
   * Answers what several practices ask of one object once. What it was computed from is noted as if it had been
   * asked for anew.
   */
  #once<T>(about: Resource, question: string, answer: (world: TrackedWorld) => T): T {
    let known = keptAnswers.get(about);
    if (known === undefined) {
      known = new Map();
      keptAnswers.set(about, known);
    }
    let kept = known.get(question);
    if (kept === undefined || kept.dependencies?.hold(this.#state) === false) {
      const asked = new Asked(this.#state);
      try {
        kept = { answer: answer(new TrackedWorld(this.#state, asked)), dependencies: asked.dependencies };
      } catch (error) {
        asked.dependencies?.noteIn(this.#asked);
        throw error;
      }
      known.set(question, kept);
    }
    kept.dependencies?.noteIn(this.#asked);
    return kept.answer as T;
  }

  /** Buckets of what may meet a scope, and of which one cannot be sure. */
  #unsure(key: string, scope: Scope): readonly (readonly Resource[])[] {
    return unsureKeys(key, scope).map((one) => this.#bucket(one));
  }

  resources(kinds: GroupKind | readonly GroupKind[], scope?: Scope): readonly Resource[] {
    if (typeof kinds === "string") return this.#bucket(scoped(kinds, scope));
    const found = kinds.map((kind) => this.#bucket(scoped(kind, scope))).filter((bucket) => bucket.length > 0);
    return found.length === 1 ? (found[0] ?? []) : found.flat();
  }

  resourcesOfGroup(group: RegExp): readonly Resource[] {
    this.#asked.note(KINDS);
    const { kinds, resources } = ofGroup(this.#state.index, group);
    for (const kind of kinds) this.#asked.note(kind);
    return resources;
  }

  workloads(scope?: Scope): readonly Workload[] {
    return finishedIn(this.#bucket(scoped(PODS, scope)));
  }

  hasSeveralServices(): boolean {
    this.#asked.note(SEVERAL_SERVICES);
    return severalServices(this.#state.index.bucket(PODS));
  }

  servicesOf(workload: Workload): Matches<Resource> {
    return this.#once(workload, "services", (world) => world.#selectorsOn([SERVICE], serviceSelector, workload));
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
    return this.#once(workload, "policies", (world) =>
      world.#selectorsOn(NETWORK_POLICY_KINDS, ingressSelector, workload),
    );
  }

  budgetsOf(workload: Workload): Matches<Resource> {
    return this.#once(workload, "budgets", (world) => world.#selectorsOn([BUDGET], specSelector, workload));
  }

  scalersOf(workload: Workload): Matches<Scaler> {
    return this.#once(workload, "scalers", (world) => world.#scalersOf(workload));
  }

  #scalersOf(workload: Workload): Matches<Scaler> {
    const sure: Scaler[] = [];
    const maybe: Scaler[] = [];
    const { scope } = workload;
    for (const kind of SCALER_KINDS) {
      const own = scope === "unknown" ? [] : scalersNaming(this.#bucket(scoped(kind, scope)), workload);
      for (const scaler of own) {
        const answer = names(scaler, workload);
        if (answer === true) sure.push(scaler);
        else if (answer === undefined) maybe.push(scaler);
      }
      for (const bucket of this.#unsure(kind, scope)) {
        for (const scaler of scalersNaming(bucket, workload)) {
          if (maybe.length < MANY && names(scaler, workload) !== false) maybe.push(scaler);
        }
      }
    }
    return { sure, maybe };
  }

  scalers(): readonly { readonly scaler: Scaler; readonly target: Matches<Workload> }[] {
    // Each is computed anew only when something near it changed; together they depend on all workloads.
    this.#bucket(PODS);
    return this.resources(SCALER_KINDS).flatMap((resource) => {
      const scaler = scalerOf(resource);
      if (scaler === undefined) return [];
      const near = new TrackedWorld(this.#state, new Asked(this.#state));
      return [{ scaler, target: near.#once(resource, "targets", (world) => world.#targetsOf(scaler)) }];
    });
  }

  #targetsOf(scaler: Scaler): Matches<Workload> {
    const sure: Workload[] = [];
    const maybe: Workload[] = [];
    const { name } = scaler.target;
    const { scope } = scaler.resource;
    for (const bucket of this.#workloadsNear(scope)) {
      for (const workload of workloadsNamed(bucket, name)) {
        const answer = both(sameScope(scope, workload.scope), names(scaler, workload));
        if (answer === true) sure.push(workload);
        else if (answer === undefined && maybe.length < MANY) maybe.push(workload);
      }
    }
    return { sure, maybe };
  }

  monitorsOf(workload: Workload): Matches<Resource> {
    return this.#once(workload, "monitors", (world) => world.#monitorsOf(workload));
  }

  #monitorsOf(workload: Workload): Matches<Resource> {
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
    if (name.presence === "absent") return { sure, maybe };
    const look = (bucket: readonly Resource[], near: true | undefined): void => {
      const text = name.presence === "present" ? (name.text() ?? "") : undefined;
      const candidates = text === undefined ? bucket : [...byName(bucket, text), ...byTemplate(bucket, text)];
      for (const resource of candidates) {
        if (maybe.length >= MANY && near === undefined) return;
        // Those of the cluster were looked at before.
        if (near === undefined && resource.scope === "cluster") continue;
        const answer = both(near, sameName(name, resource, scope));
        if (answer === true) sure.push(resource);
        else if (answer === undefined) maybe.push(resource);
      }
    };
    for (const kind of listOf(kinds)) {
      if (scope !== "unknown" && scope !== "cluster") look(this.#bucket(scoped(kind, scope)), true);
      look(this.#bucket(scoped(kind, "cluster")), true);
      for (const bucket of this.#unsure(kind, scope)) look(bucket, undefined);
    }
    return { sure, maybe };
  }

  isExternal(kind: string, name: Field, scope: Scope): boolean {
    this.#asked.note(EXTERNAL);
    const text = name.source;
    return this.#state.external.some(
      (one) =>
        one.kind === kind && one.name === text && (one.namespace === undefined || scope === `ns:${one.namespace}`),
    );
  }

  namespaces(): readonly Namespace[] {
    this.#asked.note(NAMESPACES);
    this.#bucket("/Namespace");
    return this.#state.namespaces;
  }

  namespaceOf(workload: Workload): Namespace | undefined {
    this.#bucket(scoped(PODS, workload.scope));
    this.#bucket("/Namespace");
    return namespaceIn(this.#state.namespaces, workload.scope);
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
      for (const bucket of this.#unsure(kind, workload.scope)) {
        for (const found of selecting(bucket, read, workload.podLabelSet, MANY)) maybe.push(found.resource);
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
    for (const bucket of this.#unsure(PODS, scope)) {
      for (const { workload } of selected(bucket, selector, MANY)) if (workload.scope !== scope) maybe.push(workload);
    }
    return { sure, maybe };
  }

  /** Workloads that something in a scope could mean. */
  #workloadsNear(scope: Scope): readonly (readonly Resource[])[] {
    if (scope.startsWith("ns:")) return [this.#bucket(scoped(PODS, scope)), this.#bucket(scoped(PODS, "unset"))];
    const own = scope === "unknown" ? [] : [this.#bucket(scoped(PODS, scope))];
    return [...own, ...this.#unsure(PODS, scope)];
  }
}

function listOf(kinds: GroupKind | readonly GroupKind[]): readonly GroupKind[] {
  return typeof kinds === "string" ? [kinds] : kinds;
}
