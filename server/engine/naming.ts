/** Objects by what others call them: scalers by their target, workloads by name, objects by group, namespaces by scope. */
import type { Field, GroupKind, Namespace, Resource, Scaler, Scope, Workload } from "../../model/facts.ts";
import { once } from "../../model/memo.ts";
import { ResourceFact, WorkloadFact } from "./dialects/kubernetes.ts";
import type { ObjectIndex } from "./joined-index.ts";
import { readScaler } from "./scalers.ts";
import { type LabelSet, labelSetOf } from "./selectors.ts";
import { mayRead } from "./template-text.ts";
import { byName, byTemplate, candidatesOf, sameScope } from "./world-index.ts";

export const labelsOfService = once((service: Resource): LabelSet => labelSetOf(service.labels));

export const scalerOf = once(readScaler);

interface ScalerIndex {
  readonly byTarget: ReadonlyMap<string, readonly Scaler[]>;
  /** Those whose target's name a template decides, by its text. */
  readonly templated: ReadonlyMap<string, readonly Scaler[]>;
  /** For workloads whose own name a template decides, by its text: those that may mean them. */
  readonly forTemplate: Map<string, readonly Scaler[]>;
}

/** Scalers of a bucket by the name of what they scale. */
export const scalerIndex = once((bucket: readonly Resource[]): ScalerIndex => {
  const byTarget = new Map<string, Scaler[]>();
  const templated = new Map<string, Scaler[]>();
  for (const resource of bucket) {
    const scaler = scalerOf(resource);
    if (scaler === undefined || scaler.by === "vpa") continue;
    const { presence, source } = scaler.target.name;
    if (presence === "absent") continue;
    const names = presence === "unknown" ? templated : byTarget;
    const list = names.get(source ?? "");
    if (list === undefined) names.set(source ?? "", [scaler]);
    else list.push(scaler);
  }
  return { byTarget, templated, forTemplate: new Map() };
});

/** Scalers of a bucket that may mean a workload by its name. */
export function scalersNaming(bucket: readonly Resource[], workload: Workload): readonly Scaler[] {
  if (bucket.length === 0) return [];
  const index = scalerIndex(bucket);
  const name = workload.displayName;
  if (workload instanceof ResourceFact && workload.nameKnown)
    return [...(index.byTarget.get(name) ?? []), ...candidatesOf(index.templated, name)];
  let found = index.forTemplate.get(name);
  if (found === undefined) {
    const named = [...index.byTarget].flatMap(([target, list]) => (mayRead(name, target) ? list : []));
    found = [...named, ...[...index.templated.values()].flat()];
    index.forTemplate.set(name, found);
  }
  return found;
}

/** Workloads of a bucket, which holds nothing else. */
export const workloadsIn = once((bucket: readonly Resource[]): readonly WorkloadFact[] => bucket.filter(isWorkload));

/** Those that are written as far as their pods: they are judged and counted. */
export const finishedIn = once((bucket: readonly Resource[]): readonly WorkloadFact[] =>
  workloadsIn(bucket).filter(({ finished }) => finished),
);

/** Answers of `workloadsNamed` for names that a template decides, by their text. */
const workloadsByText = once((_bucket: readonly Resource[]) => new Map<string, readonly WorkloadFact[]>());

/** Workloads of a bucket that a name could mean: those so named, and those of which a template decides. */
export function workloadsNamed(bucket: readonly Resource[], name: Field): readonly WorkloadFact[] {
  if (bucket.length === 0) return [];
  const text = name.source ?? "";
  if (name.presence === "present") return [...byName(bucket, text), ...byTemplate(bucket, text)].filter(isWorkload);
  const known = workloadsByText(bucket);
  let found = known.get(text);
  if (found === undefined) {
    found = workloadsIn(bucket).filter((one) => !one.nameKnown || text === "" || mayRead(text, one.displayName));
    known.set(text, found);
  }
  return found;
}

export function isWorkload(resource: Resource): resource is WorkloadFact {
  return resource instanceof WorkloadFact;
}

interface OfGroup {
  readonly kinds: readonly GroupKind[];
  readonly resources: readonly Resource[];
}

const groupsOf = once((_index: ObjectIndex) => new Map<string, OfGroup>());

/** The same list for as long as the objects of the workspace are the same, so that others can keep what they read from it. */
export function ofGroup(index: ObjectIndex, group: RegExp): OfGroup {
  const known = groupsOf(index);
  let found = known.get(String(group));
  if (found === undefined) {
    const kinds = index.kinds.filter((kind) => group.test(kind.slice(0, kind.indexOf("/"))));
    found = { kinds, resources: kinds.flatMap((kind) => index.bucket(kind)) };
    known.set(String(group), found);
  }
  return found;
}

const namespacesByScope = once(
  (namespaces: readonly Namespace[]): ReadonlyMap<Scope, Namespace> =>
    new Map(namespaces.map((namespace) => [namespace.scope, namespace])),
);

export function namespaceIn(namespaces: readonly Namespace[], scope: Scope): Namespace | undefined {
  return namespacesByScope(namespaces).get(scope);
}

export function both(one: boolean | undefined, other: boolean | undefined): boolean | undefined {
  if (one === false || other === false) return false;
  return one === true && other === true ? true : undefined;
}

/** Is this the name of the object: the same text, or the same template expression in the same chart. */
export function sameName(name: Field, resource: Resource, scope: Scope): boolean | undefined {
  const known = resource instanceof ResourceFact && resource.nameKnown;
  if (name.presence === "absent") return false;
  if (name.presence === "present") {
    if (known) return name.source === resource.displayName;
    return mayRead(resource.displayName, name.source ?? "") ? undefined : false;
  }
  if (!known && name.source === resource.displayName && resource.scope === scope) return true;
  return known && name.source !== undefined && !mayRead(name.source, resource.displayName) ? false : undefined;
}

export function names(scaler: Scaler, workload: Workload): boolean | undefined {
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
export function watches(monitor: Resource, scope: Scope): boolean | undefined {
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
