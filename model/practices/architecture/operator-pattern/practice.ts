import { type Evidence, inObjects, lacking, shownBy } from "../../../evidence.ts";
import type { GroupKind, Resource, World } from "../../../facts.ts";
import { cannotTell, met, practice, type Sources } from "../../../practice.ts";

/** Groups of custom resources that stand for a whole service, with what their operators are called where they are installed. */
const OPERATORS: readonly (readonly [group: RegExp, install: RegExp])[] = [
  [/^postgresql\.cnpg\.io$/, /cloudnative-?pg|cnpg/],
  [/^kafka\.strimzi\.io$/, /strimzi/],
  [/^rabbitmq\.com$/, /rabbitmq-(cluster-)?operator|rabbitmq-cluster/],
  [/^acid\.zalan\.do$/, /postgres-operator/],
  [/^postgres-operator\.crunchydata\.com$/, /crunchy|postgres-operator|\bpgo\b/],
  [/^(pxc|psmdb|pgv2|ps)\.percona\.com$/, /percona|p(xc|smdb|g|s)-operator/],
  [/^(elasticsearch|kibana|logstash|agent|beat|apm)\.k8s\.elastic\.co$/, /\beck\b|elastic-operator|eck-operator/],
  [/^opensearch\.opster\.io$|^opensearch\.org$/, /opensearch-operator/],
  [/^mongodb(community)?\.(mongodb\.)?com$/, /mongodb.*operator|community-operator/],
  [
    /^(redis\.redis\.opstreelabs\.in|databases\.spotahome\.com|app\.redislabs\.com)$/,
    /redis.*operator|redis-enterprise/,
  ],
  [/^k8s\.keycloak\.org$/, /keycloak-operator|rhbk-operator/],
  [/^minio\.min\.io$/, /minio-operator|(^|\W)operator\.min\.io/],
  [/^mysql\.oracle\.com$/, /mysql-operator/],
  [/^k8ssandra\.io$|^cassandra\.datastax\.com$/, /k8ssandra|cass-operator/],
  [/^crdb\.cockroachlabs\.com$/, /cockroach(db)?-operator/],
  [/^clickhouse\.altinity\.com$/, /clickhouse-operator/],
  [/^scylla\.scylladb\.com$/, /scylla-operator/],
  [/^sparkoperator\.k8s\.io$/, /spark-operator/],
  [/^flink\.apache\.org$/, /flink-(kubernetes-)?operator/],
  [/^ray\.io$/, /kuberay/],
  [/^serving\.kserve\.io$/, /kserve/],
];

const INSTALLS: readonly GroupKind[] = [
  "apps/Deployment",
  "helm.toolkit.fluxcd.io/HelmRelease",
  "source.toolkit.fluxcd.io/HelmRepository",
  "argoproj.io/Application",
  "argoproj.io/ApplicationSet",
  "operators.coreos.com/Subscription",
  "helm.cattle.io/HelmChart",
  "apiextensions.k8s.io/CustomResourceDefinition",
];

export default practice({
  level: 5,
  gate: { group: "ADV" },
  share: "any",
  subject: "workspace",
  effort: "people",
  judge(workspace, world) {
    const own = ownOperators(world);
    if (own !== undefined) return met(own);
    const found = OPERATORS.flatMap(([group, install]) => {
      const resources = world.resourcesOfGroup(group);
      return resources.length === 0 ? [] : [{ resources, installed: isInstalled(install, world) }];
    });
    const sure: readonly Evidence[] = found.filter((one) => one.installed).flatMap((one) => inObjects(one.resources));
    const shown = shownBy(sure, world);
    if (shown !== undefined) return shown;
    // The operator may be part of the cluster already; that no file shows.
    const maybe = found.flatMap((one) => one.resources).filter((resource) => !resource.nonProduction);
    return maybe.length > 0 ? cannotTell(maybe.map((resource) => resource.place)) : lacking(workspace, world);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/extend-kubernetes/operator/", "https://operatorhub.io/"],
};

/** A kubebuilder project, or generated API types, together with the definitions they become. */
function ownOperators(world: World) {
  for (const repository of world.repositories()) {
    const definitions = repository.find(/(^|\/)(config\/crd\/bases|crds?|charts\/[^/]+\/crds)\/[^/]+\.ya?ml$/);
    const [types] = repository.find(/(^|\/)PROJECT$|(^|\/)zz_generated\.deepcopy\.go$/);
    if (types !== undefined && definitions.length > 0) return types.place;
  }
  return undefined;
}

function isInstalled(name: RegExp, world: World): boolean {
  const wanted = (resource: Resource) => [resource.displayName, ...charts(resource)].some((text) => name.test(text));
  const dependencies = world
    .repositories()
    .flatMap((repository) => repository.find(/(^|\/)Chart\.ya?ml$/))
    .flatMap(({ body }) => body.at("dependencies").writtenItems());
  return world.resources(INSTALLS).some(wanted) || dependencies.some((one) => name.test(one.at("name").source ?? ""));
}

/** What a delivery object names as the thing it installs. */
function charts({ body }: Resource): readonly string[] {
  const spec = body.at("spec");
  const fields = [
    spec.at("chart", "spec", "chart"),
    spec.at("source", "chart"),
    spec.at("source", "path"),
    spec.at("name"),
    spec.at("chart"),
  ];
  return fields.flatMap((field) => field.source ?? []);
}
