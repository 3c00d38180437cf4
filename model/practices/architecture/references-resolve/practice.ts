import { besides } from "../../../claims.ts";
import type { Field, GroupKind, Resource, Workload, World } from "../../../facts.ts";
import { isBuiltIn, maker } from "../../../makers.ts";
import { destinationsOf, faultOfDestination, VIRTUAL_SERVICE } from "../../../mesh-hosts.ts";
import { isNear, missing } from "../../../missing.ts";
import { every, ifKnown, practice, type Sources, type Spot, Unresolved } from "../../../practice.ts";
import { groupKindOf, type Reference, referencesOf } from "../../../references.ts";
import { isWorkload, LASTING_KINDS, TASK_KINDS } from "../../../workloads.ts";

const CLASSES: readonly (readonly [GroupKind, readonly string[], GroupKind])[] = [
  ["networking.k8s.io/Ingress", ["spec", "ingressClassName"], "networking.k8s.io/IngressClass"],
  ["/PersistentVolumeClaim", ["spec", "storageClassName"], "storage.k8s.io/StorageClass"],
];

export default practice({
  level: 3,
  gate: "supporting",
  share: "all",
  subject: "resource",
  kinds: [
    ...LASTING_KINDS,
    ...TASK_KINDS,
    "/Pod",
    "keda.sh/ScaledJob",
    VIRTUAL_SERVICE,
    ...CLASSES.map(([kind]) => kind),
  ],
  effort: "confirm",
  judge(resource, world) {
    if (resource.groupKind === VIRTUAL_SERVICE) {
      const all = destinationsOf(resource);
      if (all.length === 0) return undefined;
      const hosts = all.map((one) => one.at("host"));
      return every(all, (one) => faultOfDestination(one, resource, world), hosts);
    }
    if (!isWorkload(resource)) return ofClass(resource, world);
    const wanted = referencesOf(resource).filter((one) => !one.optional && !isGiven(one));
    if (wanted.length === 0) return undefined;
    const names = wanted.map((one) => one.name);
    return every(wanted, (one) => faultOf(one, resource, world), names);
  },
  fix(resource, world) {
    if (!isWorkload(resource)) return undefined;
    const faults = referencesOf(resource).flatMap((one) =>
      one.optional || isGiven(one) ? [] : (ifKnown(() => faultOf(one, resource, world)) ?? []),
    );
    const [first] = faults;
    if (first === undefined || faults.some((one) => one.message !== "unmet.near")) return undefined;
    const edits = faults.map((one) => ({ op: "replace", at: one.place, text: `${one.args?.["near"]}` }) as const);
    return { safety: "review", edits, args: { near: `${first.args?.["near"]}` } };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/configuration/configmap/#using-configmaps",
    "https://kubernetes.io/docs/concepts/configuration/secret/#restriction-secret-must-exist",
  ],
  equivalents: { "kube-linter": ["non-existent-service-account"], kubescape: ["C-0307"] },
};

function isGiven({ kind, name }: Reference): boolean {
  return name.presence === "present" && isBuiltIn(groupKindOf(kind), name.source ?? "");
}

/** What is wrong with a reference; throws `Unresolved` where the object may be made elsewhere. */
function faultOf(reference: Reference, workload: Workload, world: World): readonly Spot[] {
  const { kind, name, use } = reference;
  const groupKind = groupKindOf(kind);
  const scope = kind === "PriorityClass" ? "cluster" : workload.scope;
  const { sure, maybe } = world.named(groupKind, name, scope);
  if (sure.length > 0) {
    const faults = sure.map((one) => faultOfKeys(reference, one, workload));
    return faults.find((one) => one.length === 0) ?? faults[0] ?? [];
  }
  const text = name.text() ?? "";
  const wanted = { kind: groupKind, text, field: name, scope };
  if (world.isExternal(kind, name, scope) || maker(wanted, world) !== undefined) return [];
  const lost = maybe.length > 0 || use === "pull" ? undefined : missing(wanted, workload, world);
  // Secrets are most often kept out of Git: of them only a slip of the hand is told.
  if (lost === undefined || (kind === "Secret" && lost.near === undefined)) throw new Unresolved(name.place);
  const args = { kind, name: text, workload: workload.displayName };
  if (lost.near !== undefined)
    return [{ place: name.place, message: "unmet.near", args: { ...args, near: lost.near.displayName } }];
  const namespace = lost.elsewhere?.scope.slice(3);
  return namespace === undefined
    ? [{ place: name.place, message: "unmet", args }]
    : [{ place: name.place, message: "unmet.namespace", args: { ...args, namespace } }];
}

/** Keys that are asked for by name, of an object whose content is written here. */
function faultOfKeys({ kind, keys }: Reference, object: Resource, workload: Workload): readonly Spot[] {
  // Where nobody names a namespace, one of that name in another folder is likely to be another's.
  if (keys.length === 0 || (object.scope === "unset" && besides(workload, [object]).length === 0)) return [];
  if (object.annotations.entries().some(([key]) => /generate|inject|replicate-from|reflects/.test(key))) return [];
  const maps = ["data", "binaryData", "stringData"].map((key) => object.body.at(key));
  // One that is empty is filled by somebody else.
  if (
    maps.every((map) => map.entries().length === 0) ||
    object.body.at("type").text()?.startsWith("kubernetes.io/service")
  )
    return [];
  return keys
    .filter((key) => maps.every((map) => map.at(key.text() ?? "").presence === "absent"))
    .map((key) => ({
      place: key.place,
      message: "unmet.key",
      args: { kind, name: object.displayName, key: key.source ?? "" },
    }));
}

/** Classes come with the cluster; one of them is told only where its name is nearly that of one kept here. */
function ofClass(resource: Resource, world: World) {
  const [, path = [], kind] = CLASSES.find(([of]) => of === resource.groupKind) ?? [];
  const name = resource.body.at(...path);
  if (kind === undefined || name.presence === "absent" || world.resources(kind).length === 0) return undefined;
  const look = (field: Field): Spot | undefined => {
    if (world.named(kind, field, "cluster").sure.length > 0) return undefined;
    const near = world.resources(kind).filter((one) => isNear(one.displayName, field.text() ?? ""));
    const [first] = near;
    if (first === undefined || near.length > 1) throw new Unresolved(field.place);
    const args = {
      kind: first.kind,
      name: field.source ?? "",
      near: first.displayName,
      workload: resource.displayName,
    };
    return { place: field.place, message: "unmet.near", args };
  };
  return every([name], look, name);
}
