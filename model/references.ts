/** Objects that a workload's pods name: what they are configured by, what they store on, who they are. */
import type { Field, GroupKind, Workload } from "./facts.ts";
import { once } from "./memo.ts";
import { ifKnown } from "./practice.ts";

/** Kinds of the core group that pods name, and the one class of theirs. */
export type ReferencedKind = "ConfigMap" | "Secret" | "PersistentVolumeClaim" | "ServiceAccount" | "PriorityClass";

/**
 * How it is used: `env` and `subPath` are read when the pod starts and never again; `files` follow what they are made
 * of; `pull` only matters for images.
 */
export type Use = "env" | "subPath" | "files" | "pull" | "pod";

export interface Reference {
  readonly kind: ReferencedKind;
  readonly name: Field;
  /** Keys of the object that must be there. */
  readonly keys: readonly Field[];
  /** The pods start without it, or a template decides whether they do. */
  readonly optional: boolean;
  readonly use: Use;
}

export function groupKindOf(kind: ReferencedKind): GroupKind {
  return kind === "PriorityClass" ? "scheduling.k8s.io/PriorityClass" : `/${kind}`;
}

/** What is written; what a template may add is not among it. */
export const referencesOf = once((workload: Workload): readonly Reference[] =>
  [...fromContainers(workload), ...fromVolumes(workload), ...fromPod(workload)].filter(
    ({ name }) => name.presence !== "absent" && name.source !== "",
  ),
);

function reference(kind: ReferencedKind, from: Field, use: Use, keys: readonly Field[] = [], key = "name"): Reference {
  return { kind, name: from.at(key), keys: keys.filter(isThere), optional: isOptional(from), use };
}

function isThere(field: Field): boolean {
  return field.presence !== "absent";
}

function isOptional(from: Field): boolean {
  const optional = from.at("optional");
  return optional.presence === "unknown" || ifKnown(() => optional.flag()) === true;
}

function fromContainers(workload: Workload): readonly Reference[] {
  return workload.allContainers.flatMap(({ body }) => [
    ...body
      .at("env")
      .writtenItems()
      .map((entry) => entry.at("valueFrom"))
      .flatMap((from) => {
        const [map, secret] = [from.at("configMapKeyRef"), from.at("secretKeyRef")];
        return [
          ...(isThere(map) ? [reference("ConfigMap", map, "env", [map.at("key")])] : []),
          ...(isThere(secret) ? [reference("Secret", secret, "env", [secret.at("key")])] : []),
        ];
      }),
    ...body
      .at("envFrom")
      .writtenItems()
      .flatMap((from) => [
        ...(isThere(from.at("configMapRef")) ? [reference("ConfigMap", from.at("configMapRef"), "env")] : []),
        ...(isThere(from.at("secretRef")) ? [reference("Secret", from.at("secretRef"), "env")] : []),
      ]),
  ]);
}

function fromVolumes(workload: Workload): readonly Reference[] {
  return workload.pod
    .at("volumes")
    .writtenItems()
    .flatMap((volume) => {
      const use = isMountedInParts(volume, workload) ? "subPath" : "files";
      const keys = (from: Field) =>
        from
          .at("items")
          .writtenItems()
          .map((item) => item.at("key"));
      const claim = volume.at("persistentVolumeClaim");
      const [map, secret] = [volume.at("configMap"), volume.at("secret")];
      return [
        ...(isThere(claim) ? [reference("PersistentVolumeClaim", claim, "pod", [], "claimName")] : []),
        ...(isThere(map) ? [reference("ConfigMap", map, use, keys(map))] : []),
        ...(isThere(secret) ? [reference("Secret", secret, use, keys(secret), "secretName")] : []),
        ...volume
          .at("projected", "sources")
          .writtenItems()
          .flatMap((source) => [
            ...(isThere(source.at("configMap"))
              ? [reference("ConfigMap", source.at("configMap"), use, keys(source.at("configMap")))]
              : []),
            ...(isThere(source.at("secret"))
              ? [reference("Secret", source.at("secret"), use, keys(source.at("secret")))]
              : []),
          ]),
      ];
    });
}

/** Every mount of it takes one file out, which is then never written again. */
function isMountedInParts(volume: Field, workload: Workload): boolean {
  const name = volume.at("name").source;
  const mounts = workload.allContainers
    .flatMap(({ body }) => body.at("volumeMounts").writtenItems())
    .filter((mount) => mount.at("name").source === name);
  return mounts.length > 0 && mounts.every((mount) => isThere(mount.at("subPath")) || isThere(mount.at("subPathExpr")));
}

function fromPod({ pod }: Workload): readonly Reference[] {
  const named = (kind: ReferencedKind, key: string): Reference => reference(kind, pod, "pod", [], key);
  const account = isThere(pod.at("serviceAccountName")) ? "serviceAccountName" : "serviceAccount";
  return [
    named("ServiceAccount", account),
    named("PriorityClass", "priorityClassName"),
    ...pod
      .at("imagePullSecrets")
      .writtenItems()
      .map((item) => reference("Secret", item, "pull")),
  ];
}
