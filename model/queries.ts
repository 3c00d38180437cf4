/** Queries of rules and dashboards, wherever they are kept. */
import type { Field, GroupKind, Repository, Resource, World } from "./facts.ts";
import { once } from "./memo.ts";

export interface Query {
  readonly text: string;
  readonly at: Field;
  /** The object it stands in; `undefined` for a tool's own file. */
  readonly in: Resource | undefined;
}

const RULES: readonly GroupKind[] = [
  "monitoring.coreos.com/PrometheusRule",
  "azmonitoring.coreos.com/PrometheusRule",
  "operator.victoriametrics.com/VMRule",
  "monitoring.googleapis.com/Rules",
  "monitoring.googleapis.com/ClusterRules",
  "monitoring.googleapis.com/GlobalRules",
];

/** Finds queries that speak of something; what each object and repository holds is read once. */
export function queriesAbout(pattern: RegExp): (world: World) => readonly Query[] {
  const matching = (queries: readonly Query[]) => queries.filter(({ text }) => pattern.test(text));
  const inObject = once((resource: Resource) => matching(ofResource(resource)));
  const inRepository = once((repository: Repository) => matching(inFiles(repository)));
  return (world) => [
    ...world.resources([...RULES, "grafana.integreatly.org/GrafanaDashboard", "/ConfigMap"]).flatMap(inObject),
    ...world.repositories().flatMap(inRepository),
  ];
}

function ofResource(resource: Resource): readonly Query[] {
  const { body, groupKind } = resource;
  if (groupKind === "grafana.integreatly.org/GrafanaDashboard") return [query(body.at("spec", "json"), resource)];
  if (groupKind !== "/ConfigMap") return ofGroups(body.at("spec", "groups"), resource);
  const data = body.at("data").writtenEntries();
  return data.filter(([key]) => /\.(json|ya?ml|rules)$/.test(key)).map(([, value]) => query(value, resource));
}

function query(at: Field, resource: Resource | undefined): Query {
  return { text: at.source ?? "", at, in: resource };
}

function ofGroups(groups: Field, resource: Resource | undefined): readonly Query[] {
  const rules = groups.writtenItems().flatMap((group) => group.at("rules").writtenItems());
  return rules.map((rule) => query(rule.at("expr"), resource));
}

function inFiles(repository: Repository): readonly Query[] {
  const files = repository
    .find(/\.(ya?ml|json)$/)
    .filter(({ text }) => text !== undefined && /"panels"\s*:|^groups:/m.test(text));
  return files.flatMap(({ path, text, body }) =>
    path.endsWith(".json") ? [{ text: text ?? "", at: body, in: undefined }] : ofGroups(body.at("groups"), undefined),
  );
}
