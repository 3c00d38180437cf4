import { isStore } from "../../../autoscaling.ts";
import type { Field, Workload, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { cannotTell, ifKnown, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const ENV =
  /^(?:OTEL_EXPORTER_\w+_ENDPOINT|OTEL_TRACES_EXPORTER|OTEL_SERVICE_NAME|JAEGER_(?:AGENT_HOST|ENDPOINT|SERVICE_\w+)|DD_(?:AGENT_HOST|TRACE_\w+)|ZIPKIN(?:_\w+)?|COLLECTOR_SERVICE_ADDR|ENABLE_TRACING|NEW_RELIC_LICENSE_KEY|ELASTIC_APM_SERVER_URL|SIGNALFX_\w+)$/;
const ANNOTATION =
  /^(?:instrumentation\.opentelemetry\.io\/inject-\w+|sidecar\.opentelemetry\.io\/inject|sidecar\.jaegertracing\.io\/inject|admission\.datadoghq\.com\/\w+-lib\.version)$/;

export default practice({
  level: 3,
  gate: "supporting",
  share: "half",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.class !== "long" || workload.hook) return undefined;
    const serving = world.isServing(workload);
    if (serving === false) return notApplicable("worker");
    const shown = signsOf(workload);
    if (shown.length > 0) return met(shown);
    if (meshTraces(world))
      return met(
        world.resources("telemetry.istio.io/Telemetry").map(({ place }) => place),
        "met.mesh",
      );
    // One service alone has nothing to trace between.
    if (!world.hasSeveralServices()) return notApplicable("no-subject");
    // Stores have no spans of their own, and what collects them is not part of what is followed.
    if (isStore(workload)) return notApplicable("stateful");
    if (isCollector(workload)) return notApplicable("no-subject");
    if (serving === undefined || mayBeAdded(workload)) return cannotTell(workload.place);
    return unmet(workload.place, "unmet", { workload: workload.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://opentelemetry.io/docs/platforms/kubernetes/operator/automatic/",
    "https://opentelemetry.io/docs/concepts/signals/traces/",
  ],
};

const signsOf = once((workload: Workload): readonly Field[] => {
  const names = workload.allContainers
    .flatMap(({ body }) => body.at("env").writtenItems())
    .map((entry) => entry.at("name"));
  const notes = workload.podAnnotations
    .writtenEntries()
    .filter(([key, value]) => ANNOTATION.test(key) && value.source !== "false");
  return [...names.filter(({ source }) => ENV.test(source ?? "")), ...notes.map(([, value]) => value)];
});

function meshTraces(world: World): boolean {
  return world
    .resources("telemetry.istio.io/Telemetry")
    .some(({ body }) => body.at("spec", "tracing").writtenItems().length > 0);
}

/** A template may add variables, and whole ConfigMaps hold more of them. */
function mayBeAdded(workload: Workload): boolean {
  return workload.containers.some(
    ({ body }) => body.at("envFrom").presence !== "absent" || ifKnown(() => body.at("env").items()) === undefined,
  );
}

const COLLECTORS =
  /(?:open-?telemetry|otel)-?col|jaeger|zipkin|(^|[/-])(?:tempo|alloy|fluent-?(?:bit|d)|vector|logstash|agent)([:@]|$)/;

/** Takes in what others measure of themselves. */
function isCollector(workload: Workload): boolean {
  return workload.containers.every(({ image }) => COLLECTORS.test(image.source ?? ""));
}
