import { type Evidence, inObjects, lacking, shownBy } from "../../../evidence.ts";
import type { GroupKind, Workload, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { cannotTell, practice, type Sources } from "../../../practice.ts";

/** Objects of runtimes that start code when something happens. */
const KINDS: readonly GroupKind[] = [
  "serving.knative.dev/Service",
  "eventing.knative.dev/Broker",
  "eventing.knative.dev/Trigger",
  "messaging.knative.dev/Subscription",
  "flows.knative.dev/Sequence",
  "argoproj.io/Sensor",
  "dapr.io/Component",
  "dapr.io/Subscription",
  "keda.sh/ScaledJob",
  "http.keda.sh/HTTPScaledObject",
  "openfaas.com/Function",
  "nuclio.io/NuclioFunction",
  "serverless.kyma-project.io/Function",
  "core.spinkube.dev/SpinApp",
];

/** Triggers that look at the machine or the clock, and not at work that waits. */
const NO_EVENTS = new Set([
  "cpu",
  "memory",
  "cron",
  "kubernetes-workload",
  "kubernetes-resource",
  "prometheus",
  "metrics-api",
  "datadog",
  "graphite",
  "influxdb",
  "new-relic",
]);

export default practice({
  level: 5,
  gate: { group: "ADV" },
  share: "any",
  subject: "workspace",
  effort: "people",
  judge(workspace, world) {
    const shown = shownBy([...inObjects(world.resources(KINDS)), ...queues(world), ...dapr(world)], world);
    const open = triggers(world).find(({ at }) => at.presence === "unknown");
    return shown ?? (open === undefined ? lacking(workspace, world) : cannotTell(open.at));
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://knative.dev/docs/",
    "https://docs.dapr.io/",
    "https://keda.sh/docs/latest/concepts/scaling-deployments/",
  ],
};

/** Workloads whose number follows a queue. */
function queues(world: World): readonly Evidence[] {
  return triggers(world).filter(({ at }) => at.presence === "present" && !NO_EVENTS.has(at.source ?? ""));
}

function triggers(world: World) {
  return world.resources("keda.sh/ScaledObject").flatMap((object) =>
    object.body
      .at("spec", "triggers")
      .writtenItems()
      .map((trigger) => ({ at: trigger.at("type"), in: object })),
  );
}

function dapr(world: World): readonly Evidence[] {
  return world.workloads().flatMap(withDapr);
}

const withDapr = once((workload: Workload): readonly Evidence[] => {
  const enabled = workload.podAnnotations.at("dapr.io/enabled");
  return enabled.presence === "present" && enabled.source === "true" ? [{ at: enabled, in: workload }] : [];
});
