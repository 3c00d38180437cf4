/** What practices about autoscalers share: which workloads can have one, and which autoscalers can do their work. */
import { watchesCluster } from "./accounts.ts";
import type { Edit, Place } from "./edit.ts";
import type { Field, GroupKind, Matches, Resource, Scaler, Workload, World } from "./facts.ts";
import { once } from "./memo.ts";
import { ifKnown, type NotApplicable, Unresolved } from "./practice.ts";
import { isServerless } from "./replicas.ts";
import { type ResourceName, requestOf } from "./resources.ts";
import { claimsOf } from "./volumes.ts";
import { isWorkload } from "./workloads.ts";

/** What keeps an autoscaler from doing its work: key of the message, and where. */
export interface Fault {
  readonly message: "unmet.kind" | "unmet.fixed" | "unmet.paused" | "unmet.conflict";
  readonly place: Place;
  readonly args: { readonly scaler: string; readonly workload: string };
}

/** Throws `Unresolved` where a template decides the bounds. */
export function faultOf(scaler: Scaler, workload: Workload, world: World): Fault | undefined {
  const fault = (message: Fault["message"], place: Place): Fault => ({
    message,
    place,
    args: { scaler: scaler.resource.displayName, workload: workload.displayName },
  });
  if (workload.class !== "long") return fault("unmet.kind", scaler.target.kind.place);
  const paused = ["paused", "paused-replicas"].map((key) =>
    scaler.resource.annotations.at(`autoscaling.keda.sh/${key}`),
  );
  const stopped = paused.find((field) => field.source !== undefined && field.source !== "false");
  if (stopped !== undefined) return fault("unmet.paused", stopped.place);
  const max = count(scaler.max) ?? (scaler.by === "hpa" ? 1 : 100);
  if (max <= Math.max(count(scaler.min) ?? (scaler.by === "keda" ? 0 : 1), 1))
    return fault("unmet.fixed", scaler.max.place);
  if (isContested(scaler, workload, world)) return fault("unmet.conflict", scaler.place);
  for (const { name, at } of utilizations(scaler)) {
    // It measures nothing without requests, unless a LimitRange of the cluster, which no file here shows, gives them.
    // A request that a template decides is the affair of the practice about requests.
    const lacking = workload.containers.some(
      (one) => ifKnown(() => requestOf(one, name, workload, world) === undefined) === true,
    );
    if (lacking) throw new Unresolved(at);
  }
  return undefined;
}

/** Two autoscalers on one workload undo each other's work. */
function isContested(scaler: Scaler, workload: Workload, world: World): boolean {
  const rivals = world
    .scalersOf(workload)
    .sure.filter((other) => other.resource !== scaler.resource && !other.resource.conditional);
  const handedOver = [scaler, ...rivals].some(
    ({ resource }) => resource.annotations.at("scaledobject.keda.sh/transfer-hpa-ownership").presence !== "absent",
  );
  return rivals.some((other) => other.by !== scaler.by) && !scaler.resource.conditional && !handedOver;
}

/** Resources whose use is measured as a share of what all containers request. */
function utilizations(scaler: Scaler): readonly { readonly name: ResourceName; readonly at: Place }[] {
  const spec = scaler.resource.body.at("spec");
  const metrics = spec.at("metrics");
  const named = (field: Field, at: Place) => {
    const name = field.source;
    return name === "cpu" || name === "memory" ? [{ name, at } as const] : [];
  };
  if (scaler.by === "hpa" && metrics.presence === "absent") return [{ name: "cpu", at: spec.place }];
  if (scaler.by === "hpa") {
    return metrics.writtenItems().flatMap((metric) => {
      const resource = metric.at("resource");
      const share =
        resource.at("target", "averageUtilization").presence !== "absent" ||
        resource.at("targetAverageUtilization").presence !== "absent";
      return share ? named(resource.at("name"), resource.at("name").place) : [];
    });
  }
  if (scaler.by !== "keda") return [];
  return triggersOf(scaler).flatMap((trigger) => {
    const type = trigger.at("metricType").source ?? trigger.at("metadata", "type").source ?? "Utilization";
    return type === "Utilization" && trigger.at("metadata", "containerName").presence === "absent"
      ? named(trigger.at("type"), trigger.at("type").place)
      : [];
  });
}

export function triggersOf(scaler: Scaler): readonly Field[] {
  return scaler.resource.body.at("spec", "triggers").writtenItems();
}

/** Resources of the pods whose use moves the number of pods. */
export function measured(scaler: Scaler): ReadonlySet<string> {
  const spec = scaler.resource.body.at("spec");
  if (scaler.by === "keda") return new Set(triggersOf(scaler).flatMap((trigger) => trigger.at("type").source ?? []));
  const metrics = spec.at("metrics");
  if (metrics.presence === "absent") return new Set(["cpu"]);
  const names = metrics
    .writtenItems()
    .flatMap((metric) => ["resource", "containerResource"].map((key) => metric.at(key, "name").source));
  return new Set(names.flatMap((name) => name ?? []));
}

function count(field: Field): number | undefined {
  const text = field.text();
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Unresolved(field.place);
  return Number(text);
}

/** Stores, brokers and what keeps measurements: several of them do not share the work, whatever their file says of volumes. */
const STORES =
  /(^|[/-])(?:postgres(ql)?|mysql|mariadb|mongo(db)?|redis(-stack(-server)?)?|valkey|memcached|rabbitmq|kafka|zookeeper|elasticsearch|opensearch|cassandra|minio|etcd|influxdb|nats|prometheus|alertmanager|grafana(-oss|-enterprise)?|loki|mssql(-server)?|mcr\.microsoft\.com\/mssql\/server)([:@]|$)|-(db|database)([:@]|$)/;

/** Why a workload needs no autoscaler, or can have none. */
export function unscalable(workload: Workload, world: World): NotApplicable | undefined {
  if (workload.hook) return "hook";
  if (workload.class === "batch" || workload.class === "agent") return workload.class;
  if (workload.class !== "long") return "no-subject";
  if (isServerless(workload) || world.scalersOf(workload).sure.length > 0) return undefined;
  if (workload.replicas.source === "0") return "parked";
  // Where a template may add claims, those that are written decide.
  const claims = ifKnown(() => claimsOf(workload)) ?? [];
  if (isStore(workload) || claims.some((claim) => claim.writable)) return "stateful";
  return isSingleton(workload) || watchesCluster(workload, world) ? "single-replica" : undefined;
}

/** Keeps what others would lose with it. */
export const isStore = once(
  (workload: Workload): boolean =>
    workload.kind === "StatefulSet" || workload.containers.some(({ image }) => STORES.test(image.source ?? "")),
);

/** Says of itself that only one of it works at a time. */
export function isSingleton(workload: Workload): boolean {
  if (workload.body.at("spec", "strategy", "type").source === "Recreate") return true;
  const words = workload.containers.flatMap(({ body }) =>
    ["command", "args"].flatMap((key) => body.at(key).writtenItems()),
  );
  return words.some((word) => /^--?(?:enable-)?leader-?elect(?:ion)?(?:=true)?$/.test(word.source ?? ""));
}

/** An autoscaler on CPU for the workload, put behind it; nothing where that could not work, or might do harm. */
export function autoscalerFor(workload: Workload, world: World): Edit | undefined {
  const name = workload.name.presence === "present" ? workload.name.text() : undefined;
  const kind = workload.groupKind;
  if (
    name === undefined ||
    workload.chart !== undefined ||
    (kind !== "apps/Deployment" && kind !== "argoproj.io/Rollout")
  )
    return undefined;
  if (unscalable(workload, world) !== undefined || world.isServing(workload) !== true) return undefined;
  const { sure, maybe } = world.scalersOf(workload);
  if (sure.length > 0 || maybe.length > 0) return undefined;
  if (workload.containers.some((container) => requestOf(container, "cpu", workload, world) === undefined))
    return undefined;
  const least = Math.max(2, count(workload.replicas) ?? 1);
  const namespace = workload.namespace.presence === "present" ? { namespace: workload.namespace.text() ?? "" } : {};
  return {
    op: "add-document",
    behind: workload.document,
    value: {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name, ...namespace },
      spec: {
        scaleTargetRef: { apiVersion: `${workload.group}/${workload.version}`, kind: workload.kind, name },
        minReplicas: least,
        maxReplicas: Math.max(5, least * 2),
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
        ],
      },
    },
  };
}

/** Kinds that autoscalers of people scale. */
export const TARGETS: readonly GroupKind[] = [
  "apps/Deployment",
  "apps/StatefulSet",
  "argoproj.io/Rollout",
  "apps.openshift.io/DeploymentConfig",
];

/** Workloads that an autoscaler names. */
export function targetsOf(scaler: Resource, world: World): Matches<Workload> {
  const { sure, maybe } = world.named(TARGETS, scaler.body.at("spec", "scaleTargetRef", "name"), scaler.scope);
  return { sure: sure.filter(isWorkload), maybe: maybe.filter(isWorkload) };
}
