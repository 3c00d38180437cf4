import { countedWorkloads, type Evidence, inObjects, shownBy } from "../../../evidence.ts";
import type { Field, GroupKind, Repository, Resource } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const RULES: readonly GroupKind[] = [
  "monitoring.coreos.com/PrometheusRule",
  "azmonitoring.coreos.com/PrometheusRule",
  "operator.victoriametrics.com/VMRule",
  "monitoring.googleapis.com/Rules",
  "monitoring.googleapis.com/ClusterRules",
  "monitoring.googleapis.com/GlobalRules",
];
/** Each is an alert, or makes some. */
const ALERTS: readonly GroupKind[] = [
  "grafana.integreatly.org/GrafanaAlertRuleGroup",
  "datadoghq.com/DatadogMonitor",
  "sloth.slok.dev/PrometheusServiceLevel",
  "pyrra.dev/ServiceLevelObjective",
];

export default practice({
  level: 3,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  answers: "elsewhere",
  judge(workspace, world) {
    const inFiles = world.repositories().flatMap(alertsIn);
    if (inFiles.length > 0) return met(inFiles);
    const found = [
      ...world.resources(RULES).flatMap(inObject),
      ...inObjects(world.resources(ALERTS)),
      ...world.resources("/ConfigMap").flatMap(inMap),
    ];
    const shown = shownBy(found, world);
    if (shown !== undefined) return shown;
    const [recording] = world.resources(RULES).filter((one) => rulesOf(one).length > 0 && !one.nonProduction);
    if (recording !== undefined) return unmet(recording.place, "unmet.recording", { name: recording.displayName });
    return countedWorkloads(world).length > 0 ? unmet(workspace.place) : undefined;
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://sre.google/sre-book/monitoring-distributed-systems/",
    "https://prometheus.io/docs/practices/alerting/",
  ],
  equivalents: { dsomm: ["Alerting", "Targeted alerting"] },
};

function rulesOf({ body }: Resource): readonly Field[] {
  return inGroups(body.at("spec", "groups"));
}

function inGroups(groups: Field): readonly Field[] {
  return groups.writtenItems().flatMap((group) => group.at("rules").writtenItems());
}

/** The names of the rules that wake somebody. */
function alertsAmong(rules: readonly Field[]): readonly Field[] {
  return rules
    .filter((rule) => rule.at("alert").presence !== "absent" && rule.at("expr").presence !== "absent")
    .map((rule) => rule.at("alert"));
}

const inObject = once((one: Resource): readonly Evidence[] => alertsAmong(rulesOf(one)).map((at) => ({ at, in: one })));

/** Rules that a Prometheus reads from a mounted ConfigMap. */
const inMap = once((one: Resource): readonly Evidence[] =>
  one.body
    .at("data")
    .writtenEntries()
    .map(([, at]) => ({ at, in: one }))
    .filter(({ at }) => /^\s*-?\s*alert\s*:/m.test(at.source ?? "") && /^\s*-?\s*expr\s*:/m.test(at.source ?? "")),
);

const NOT_OURS = /(^|\/)(?:examples?|samples?|tests?|testdata|fixtures|vendor|third_party)\//i;

/** Alerts in rule files as Prometheus and Loki read them. */
const alertsIn = once((repository: Repository): readonly Field[] =>
  repository
    .find(/\.ya?ml$/)
    .filter(({ path }) => !NOT_OURS.test(path))
    .filter(({ text }) => text !== undefined && /^groups:/m.test(text) && /\balert:/.test(text))
    .flatMap(({ body }) => alertsAmong(inGroups(body.at("groups")))),
);
