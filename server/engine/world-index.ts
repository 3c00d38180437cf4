/**
 * What is kept of every object so that questions across files need not walk the workspace: immutable buckets by kind
 * and scope. A bucket that did not change is the same object in the next version, which is how an answer that was
 * computed from it is known to hold still.
 */
import type { GroupKind, Resource, Scope } from "../../model/facts.ts";
import { once } from "../../model/memo.ts";
import { ResourceFact, WorkloadFact } from "./dialects/kubernetes.ts";
import { type LabelSet, labelSelector, matches, plainSelector, type Selector } from "./selectors.ts";
import { mayRead } from "./template-text.ts";

const EMPTY: readonly never[] = [];

export class WorldIndex {
  readonly #buckets: ReadonlyMap<string, readonly Resource[]>;
  /** All group/kinds there are; replaced only when a kind comes or goes. */
  readonly kinds: readonly GroupKind[];

  private constructor(buckets: ReadonlyMap<string, readonly Resource[]>, kinds: readonly GroupKind[]) {
    this.#buckets = buckets;
    this.kinds = kinds;
  }

  static readonly empty = new WorldIndex(new Map(), []);

  /** The bucket itself: its identity stands for its content. */
  bucket(key: string): readonly Resource[] {
    return this.#buckets.get(key) ?? EMPTY;
  }

  /**
   * The next version, without and with these. Objects that are foreign are not in it. `position` is an object's place
   * among those of its file: buckets are in the order of files and places, however the state came about.
   */
  with(removed: Iterable<Resource>, added: Iterable<Resource>, position: (resource: Resource) => number): WorldIndex {
    const inOrder = (one: Resource, other: Resource): number => {
      if (one.document.uri === other.document.uri) return position(one) - position(other);
      return one.document.uri < other.document.uri ? -1 : 1;
    };
    const gone = new Map<string, Set<Resource>>();
    const come = new Map<string, Resource[]>();
    for (const resource of removed)
      for (const key of keysOf(resource)) addTo(gone, key, () => new Set<Resource>()).add(resource);
    for (const resource of [...added].sort(inOrder))
      for (const key of keysOf(resource)) addTo(come, key, () => [] as Resource[]).push(resource);
    if (gone.size === 0 && come.size === 0) return this;
    const buckets = new Map(this.#buckets);
    let kindsChanged = false;
    for (const key of new Set([...gone.keys(), ...come.keys()])) {
      const without = gone.get(key);
      const before = buckets.get(key) ?? EMPTY;
      const kept = without === undefined ? before : before.filter((resource) => !without.has(resource));
      const after = merged(kept, come.get(key) ?? EMPTY, inOrder);
      if (after.length === 0) buckets.delete(key);
      else buckets.set(key, after);
      if ((before.length === 0) !== (after.length === 0)) kindsChanged = true;
    }
    const kinds = kindsChanged ? [...buckets.keys()].filter(isKindKey).sort() : this.kinds;
    return new WorldIndex(buckets, kinds);
  }
}

type Order = (one: Resource, other: Resource) => number;

/** Two sorted lists as one. A few are put where they belong, so that an edit does not compare thousands. */
function merged(into: readonly Resource[], added: readonly Resource[], inOrder: Order): readonly Resource[] {
  if (added.length === 0) return into;
  if (into.length === 0) return added;
  if (added.length > 4) return [...into, ...added].sort(inOrder);
  const all = [...into];
  for (const resource of added) {
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = all[middle];
      if (other !== undefined && inOrder(other, resource) <= 0) low = middle + 1;
      else high = middle;
    }
    all.splice(low, 0, resource);
  }
  return all;
}

function addTo<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function isKindKey(key: string): key is GroupKind {
  return key.includes("/") && !key.includes("@");
}

export const PODS = "pods";

/** Among these, two long-running workloads that count: those of production where there are any. */
export const severalServices = once((pods: readonly Resource[]): boolean => {
  let production = false;
  let counted = 0;
  let others = 0;
  for (const workload of pods) {
    if (!(workload instanceof WorkloadFact) || !workload.finished || workload.system || workload.class === "ci")
      continue;
    if (!workload.nonProduction) production = true;
    if (workload.class !== "long") continue;
    if (workload.nonProduction) others++;
    else if (++counted === 2) return true;
  }
  return !production && others >= 2;
});

export function scoped(key: string, scope: Scope | undefined): string {
  return scope === undefined ? key : `${key}@${scope}`;
}

/** All of a kind in any namespace that is named, or in any chart. */
type Family = "ns" | "chart";

function familyKey(key: string, family: Family): string {
  return `${key}@~${family}`;
}

function familyOf(scope: Scope): Family | undefined {
  return scope.startsWith("ns:") ? "ns" : scope.startsWith("chart:") ? "chart" : undefined;
}

/**
 * Keys of all that may meet objects of a scope, depending on how they are applied. What lies in other namespaces is not
 * among them, so that an edit there concerns nobody here.
 */
export function unsureKeys(key: string, scope: Scope): readonly string[] {
  switch (familyOf(scope) ?? scope) {
    case "ns":
      return [scoped(key, "unset"), scoped(key, "unknown"), familyKey(key, "chart")];
    case "chart":
      return [scoped(key, "unset"), scoped(key, "unknown"), familyKey(key, "ns")];
    case "unset":
      return [scoped(key, "unknown"), familyKey(key, "ns"), familyKey(key, "chart")];
    case "cluster":
      return [scoped(key, "unknown")];
    default:
      return [key];
  }
}

function keysOf(resource: Resource): readonly string[] {
  if (resource.foreign) return [];
  const kinds = resource instanceof WorkloadFact ? [resource.groupKind, PODS] : [resource.groupKind];
  const family = familyOf(resource.scope);
  return kinds.flatMap((key) => [
    key,
    scoped(key, resource.scope),
    ...(family === undefined ? [] : [familyKey(key, family)]),
  ]);
}

/** Can objects of the two scopes meet in one namespace: `undefined` when that depends on how they are applied. */
export function sameScope(one: Scope, other: Scope): boolean | undefined {
  if (one === "unknown" || other === "unknown") return undefined;
  if (one === other) return true;
  const named = one.startsWith("ns:") && other.startsWith("ns:");
  const charts = one.startsWith("chart:") && other.startsWith("chart:");
  return named || charts || one === "cluster" || other === "cluster" ? false : undefined;
}

/** Objects of a bucket by one pair of their selector; those that any labels might satisfy apart. */
interface SelectorIndex {
  readonly byPair: ReadonlyMap<string, readonly Resource[]>;
  readonly wild: readonly Resource[];
}

export type ReadSelector = (resource: Resource) => Selector | undefined;

const selectorCache = new WeakMap<Resource, Selector | null>();

/** Selectors of each kind that has one, as data. Kept with the object, for it is immutable. */
export function selectorOf(resource: Resource, read: ReadSelector): Selector | undefined {
  let selector = selectorCache.get(resource);
  if (selector === undefined) {
    selector = read(resource) ?? null;
    selectorCache.set(resource, selector);
  }
  return selector ?? undefined;
}

const selectorIndexes = new WeakMap<readonly Resource[], SelectorIndex>();

function selectorIndex(bucket: readonly Resource[], read: ReadSelector): SelectorIndex {
  let index = selectorIndexes.get(bucket);
  if (index === undefined) {
    const byPair = new Map<string, Resource[]>();
    const wild: Resource[] = [];
    for (const resource of bucket) {
      const selector = selectorOf(resource, read);
      if (selector === undefined) continue;
      const first = selector.pairs.entries().next();
      if (first.done === true) wild.push(resource);
      else addTo(byPair, `${first.value[0]}=${first.value[1]}`, () => [] as Resource[]).push(resource);
    }
    index = { byPair, wild };
    selectorIndexes.set(bucket, index);
  }
  return index;
}

/**
 * Objects of a bucket whose selector matches the labels, with the answer: at most so many. Where labels are not known
 * everything may match, and that there is something says it all.
 */
export function selecting(
  bucket: readonly Resource[],
  read: ReadSelector,
  labels: LabelSet,
  limit = Number.POSITIVE_INFINITY,
): readonly { readonly resource: Resource; readonly sure: boolean }[] {
  if (bucket.length === 0) return EMPTY;
  const found: { resource: Resource; sure: boolean }[] = [];
  const look = (candidates: readonly Resource[]): void => {
    for (const resource of candidates) {
      if (found.length >= limit) return;
      const selector = selectorOf(resource, read);
      const answer = selector === undefined ? false : matches(selector, labels);
      if (answer !== false) found.push({ resource, sure: answer === true });
    }
  };
  // Where labels may be missing from what is written, any selector might match: then there is no way around looking at all.
  if (labels.open || labels.unknown.size > 0) look(bucket);
  else {
    const index = selectorIndex(bucket, read);
    for (const [key, value] of labels.pairs) look(index.byPair.get(`${key}=${value}`) ?? EMPTY);
    look(index.wild);
  }
  return found;
}

interface PodIndex {
  readonly byPair: ReadonlyMap<string, readonly WorkloadFact[]>;
  /** Workloads whose labels are not all known. */
  readonly open: readonly WorkloadFact[];
}

const podIndex = once((bucket: readonly Resource[]): PodIndex => {
  const byPair = new Map<string, WorkloadFact[]>();
  const open: WorkloadFact[] = [];
  for (const resource of bucket) {
    if (!(resource instanceof WorkloadFact)) continue;
    const labels = resource.podLabelSet;
    if (labels.open || labels.unknown.size > 0) open.push(resource);
    else
      for (const [key, value] of labels.pairs)
        addTo(byPair, `${key}=${value}`, () => [] as WorkloadFact[]).push(resource);
  }
  return { byPair, open };
});

/** Workloads of a bucket that the selector matches, with the answer: at most so many. */
export function selected(
  bucket: readonly Resource[],
  selector: Selector,
  limit = Number.POSITIVE_INFINITY,
): readonly { readonly workload: WorkloadFact; readonly sure: boolean }[] {
  const first = selector.pairs.entries().next();
  let candidates: readonly Resource[] = bucket;
  if (first.done !== true && bucket.length > 0) {
    const index = podIndex(bucket);
    const named = index.byPair.get(`${first.value[0]}=${first.value[1]}`) ?? EMPTY;
    candidates = index.open.length === 0 ? named : [...named, ...index.open];
  }
  const found: { workload: WorkloadFact; sure: boolean }[] = [];
  for (const workload of candidates) {
    if (found.length >= limit) break;
    if (!(workload instanceof WorkloadFact)) continue;
    const answer = matches(selector, workload.podLabelSet);
    if (answer !== false) found.push({ workload, sure: answer === true });
  }
  return found;
}

const names = once((bucket: readonly Resource[]) => namesAmong(bucket));

/** Objects of a bucket by their name as written, template text included. */
export function byName(bucket: readonly Resource[], name: string): readonly Resource[] {
  return names(bucket).get(name) ?? EMPTY;
}

const templatedNames = once((bucket: readonly Resource[]) =>
  namesAmong(bucket.filter((resource) => resource instanceof ResourceFact && !resource.nameKnown)),
);

/** Objects of a bucket whose name a template decides, and may decide to be this one. */
export function byTemplate(bucket: readonly Resource[], name: string): readonly Resource[] {
  return candidatesOf(templatedNames(bucket), name);
}

function namesAmong(resources: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> {
  const byName = new Map<string, Resource[]>();
  for (const resource of resources) addTo(byName, resource.displayName, () => [] as Resource[]).push(resource);
  return byName;
}

/** What stands under the template texts that may come out as the name. Charts are alike, so there are few texts. */
export function candidatesOf<T>(byText: ReadonlyMap<string, readonly T[]>, name: string): readonly T[] {
  if (byText.size === 0) return EMPTY;
  const found: T[] = [];
  for (const [text, list] of byText) if (mayRead(text, name)) found.push(...list);
  return found;
}

/** A core Service's own selector. */
export function serviceSelector(service: Resource): Selector | undefined {
  return plainSelector(service.body.at("spec", "selector"));
}

/** `spec.selector` as a LabelSelector: disruption budgets, monitors, controllers. */
export function specSelector(resource: Resource): Selector | undefined {
  return labelSelector(resource.body.at("spec", "selector"));
}
