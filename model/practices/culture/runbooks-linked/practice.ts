import type { Field, Resource, World } from "../../../facts.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

const PAGES = /^(critical|page|pager|high|emergency|sev-?[01]|p[01])$/i;
const KEYS = ["runbook_url", "runbook", "runbookUrl", "runbookURL"];

export default practice({
  level: 4,
  gate: "required",
  share: "most",
  subject: "resource",
  kinds: [
    "monitoring.coreos.com/PrometheusRule",
    "azmonitoring.coreos.com/PrometheusRule",
    "operator.victoriametrics.com/VMRule",
    "monitoring.googleapis.com/Rules",
    "monitoring.googleapis.com/ClusterRules",
    "monitoring.googleapis.com/GlobalRules",
    "grafana.integreatly.org/GrafanaAlertRuleGroup",
  ],
  effort: "apply",
  answers: "yes",
  judge(resource, world) {
    return alertsOf(resource)
      .filter(isForPeople)
      .map((alert) => {
        const name = nameOf(alert);
        const args = { alert: name.source ?? "" };
        const links = KEYS.map((key) => alert.at("annotations", key));
        const link = links.find((field) => (field.source ?? "").trim() !== "");
        if (link !== undefined) return isDead(link, resource, world) ? unmet(link, "unmet.dead", args) : met(link);
        return links.some((field) => field.presence === "unknown") ? cannotTell(name) : unmet(name, undefined, args);
      });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://prometheus-operator.dev/docs/developer/alerting/", "https://runbooks.prometheus-operator.dev/"],
};

function alertsOf({ body, kind }: Resource): readonly Field[] {
  const spec = body.at("spec");
  const rules =
    kind === "GrafanaAlertRuleGroup"
      ? spec.at("rules").writtenItems()
      : spec
          .at("groups")
          .writtenItems()
          .flatMap((group) => group.at("rules").writtenItems());
  return rules.filter((rule) => nameOf(rule).presence !== "absent" && rule.presence !== "absent");
}

function nameOf(rule: Field): Field {
  const alert = rule.at("alert");
  return alert.source === undefined && rule.at("record").presence === "absent" ? rule.at("title") : alert;
}

/** Somebody is called for it; where no severity is given, that may be any. */
function isForPeople(rule: Field): boolean {
  const severity = rule.at("labels", "severity");
  return severity.presence !== "present" || PAGES.test(severity.source ?? "");
}

/** A path that leads to no file of the repository. */
function isDead(link: Field, resource: Resource, world: World): boolean {
  const path = /^(?:\.?\/)?([\w./-]+\.(?:md|adoc|rst|txt|html))(?:#.*)?$/.exec(link.source ?? "")?.[1];
  const repository =
    path === undefined || link.presence !== "present" ? undefined : world.repositoryOf(resource.document);
  if (repository === undefined || path === undefined) return false;
  const name = path.replace(/^(\.\.\/)+/, "");
  return !repository.files.some((file) => file.path === name || file.path.endsWith(`/${name}`));
}
