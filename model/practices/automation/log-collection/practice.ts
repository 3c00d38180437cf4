import { countedWorkloads, type Evidence, inObjects, shownBy } from "../../../evidence.ts";
import type { World } from "../../../facts.ts";
import { software } from "../../../installed.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const collectors = software(
  /(^|\/)(fluent-?bit|fluentd(-kubernetes-daemonset|-elasticsearch)?|vector|alloy|promtail|filebeat|loki-stack|logging-operator|opentelemetry-collector(-contrib|-k8s)?|datadog(-agent)?|agent|splunk-otel-collector|newrelic-logging|logstash|k8s-monitoring)$/,
);

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "people",
  answers: "elsewhere",
  judge(workspace, world) {
    const found: Evidence[] = [
      ...collectors.installed(world).filter((one) => isCollector(one)),
      ...inObjects(
        world.resources([
          "logging.openshift.io/ClusterLogForwarder",
          "observability.openshift.io/ClusterLogForwarder",
          "logging.banzaicloud.io/ClusterFlow",
          "logging.banzaicloud.io/Flow",
          "fluentbit.fluent.io/ClusterFluentBitConfig",
          "monitoring.grafana.com/PodLogs",
        ]),
      ),
      ...otel(world),
    ];
    const shown = shownBy(found, world);
    if (shown?.state === "met") return shown;
    const drawn = collectors.drawnIn(world);
    if (drawn.length > 0) return met(drawn);
    return shown ?? (countedWorkloads(world).length === 0 ? undefined : unmet(workspace.place));
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/cluster-administration/logging/"],
  equivalents: { dsomm: ["Centralized application logging"] },
};

/** An image called `agent` is one only where it is Datadog's; others collect from each node. */
function isCollector({ at, in: resource }: Evidence): boolean {
  const text = "source" in at ? (at.source ?? "") : "";
  if (/(^|\/)agent[:@]?/.test(text) && !/datadog/.test(text)) return false;
  return !/(^|\/)opentelemetry-collector/.test(text) || resource.kind === "DaemonSet";
}

/** A collector that reads log files of its node. */
function otel(world: World): readonly Evidence[] {
  return world
    .resources("opentelemetry.io/OpenTelemetryCollector")
    .map((one) => ({ at: one.body.at("spec", "config"), in: one }))
    .filter(({ at }) => at.at("receivers", "filelog").presence === "present" || /\bfilelog\b/.test(at.source ?? ""));
}
