import { type Evidence, shownBy } from "../../../evidence.ts";
import type { Field, Repository, Resource, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const RULES = [
  "monitoring.coreos.com/PrometheusRule",
  "operator.victoriametrics.com/VMRule",
  "monitoring.googleapis.com/Rules",
] as const;
const CONFIGS =
  /(?:pagerduty|opsgenie|victorops|webhook|slack|msteams|sns|email|telegram|discord|webex|wechat|pushover)_?[cC]onfigs$/;
const PAGERS =
  /^(?:pagerduty\.com\/(?:service-id|integration-key)|opsgenie\.com\/(?:team|component-selector)|grafana\.com\/oncall.*)$/;

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  answers: "yes",
  judge(workspace, world) {
    const routes = world.resources([
      "monitoring.coreos.com/AlertmanagerConfig",
      "operator.victoriametrics.com/VMAlertmanagerConfig",
    ]);
    const led = routes.flatMap((one): readonly Evidence[] =>
      leadsTo(one.body.at("spec")).map((at) => ({ at, in: one })),
    );
    const shown = shownBy([...led, ...grafana(world)], world);
    if (shown?.state === "met") return shown;
    const files = world.repositories().flatMap(inFiles);
    if (files.length > 0) return met(files);
    if (shown !== undefined) return shown;
    const [dead] = routes.filter((one) => !one.nonProduction);
    if (dead !== undefined) return unmet(dead.body.at("spec", "route"), "unmet.nobody", { name: dead.displayName });
    // Without alerts there is nothing to route.
    const [rules] = world.resources(RULES).filter((one) => !one.nonProduction);
    return rules === undefined ? undefined : unmet(workspace.place, "unmet", { rules: rules.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://prometheus-operator.dev/docs/developer/alerting/",
    "https://prometheus.io/docs/alerting/latest/configuration/",
  ],
};

/** Receivers that the route names and that reach somebody. */
function leadsTo(spec: Field): readonly Field[] {
  const route = spec.at("route");
  const named = [route, ...route.at("routes").writtenItems()].map((one) => one.at("receiver").source);
  return spec
    .at("receivers")
    .writtenItems()
    .filter((one) => named.includes(one.at("name").source))
    .flatMap((one) =>
      one
        .writtenEntries()
        .filter(([key, list]) => CONFIGS.test(key) && list.writtenItems().length > 0)
        .map(([, list]) => list),
    );
}

function grafana(world: World): readonly Evidence[] {
  const points = world.resources("grafana.integreatly.org/GrafanaContactPoint");
  const policies = world.resources("grafana.integreatly.org/GrafanaNotificationPolicy");
  const both = (one: Resource): Evidence => ({ at: one.place, in: one });
  return points.length > 0 ? policies.map(both) : [];
}

const inFiles = once((repository: Repository): readonly Field[] => {
  const managers = repository.find(/(?:^|\/)alertmanager[^/]*\.ya?ml$/).flatMap(({ body }) => leadsTo(body));
  const entries = repository
    .find(/(?:^|\/)catalog-info\.ya?ml$/)
    .flatMap(({ body }) => body.at("metadata", "annotations").writtenEntries())
    .filter(([key]) => PAGERS.test(key))
    .map(([, value]) => value);
  return [...managers, ...entries];
});
