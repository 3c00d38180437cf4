import { inObjects, lacking, shownBy } from "../../../evidence.ts";
import type { Resource, World } from "../../../facts.ts";
import { practice, type Sources } from "../../../practice.ts";

/** API groups whose objects stand for something outside the cluster. */
const GROUPS =
  /\.upbound\.io$|\.crossplane\.io$|\.services\.k8s\.aws$|\.cnrm\.cloud\.google\.com$|^(resources|storage|sql|keyvault|network|compute|cache|servicebus|eventhub|dbforpostgresql|dbformysql|documentdb|containerservice|managedidentity|authorization|insights|search|web|app|cdn|apimanagement|cognitiveservices|signalrservice|eventgrid|machinelearningservices)\.azure\.com$|^infra\.contrib\.fluxcd\.io$|^(tf|infra)\.galleybytes\.com$|^app\.terraform\.io$|^aiven\.io$/;

/** Groups of Crossplane by which it is installed and set up, and nothing is declared yet. */
const MACHINERY = /^(pkg|meta|secrets|ops|protection)\.crossplane\.io$/;
const SETUP =
  /^(ProviderConfig|ClusterProviderConfig|ProviderConfigUsage|StoreConfig|ConfigConnector|ConfigConnectorContext|CompositeResourceDefinition|Composition|CompositionRevision|Function|EnvironmentConfig)$/;

export default practice({
  level: 5,
  gate: { group: "CLOUD" },
  share: "any",
  subject: "workspace",
  effort: "people",
  judge(workspace, world) {
    const declared = world
      .resourcesOfGroup(GROUPS)
      .filter(({ group, kind }) => !MACHINERY.test(group) && !SETUP.test(kind));
    return shownBy(inObjects([...declared, ...claimed(world)]), world) ?? lacking(workspace, world);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.crossplane.io/",
    "https://aws-controllers-k8s.github.io/docs/",
    "https://cloud.google.com/config-connector/docs/overview",
    "https://azure.github.io/azure-service-operator/",
  ],
};

/** Definitions of one's own with a Composition that makes something of them; without one they are words only. */
function claimed(world: World): readonly Resource[] {
  const compositions = world.resources("apiextensions.crossplane.io/Composition");
  const kinds = new Set(compositions.map(({ body }) => body.at("spec", "compositeTypeRef", "kind").source));
  return world
    .resources("apiextensions.crossplane.io/CompositeResourceDefinition")
    .filter(({ body }) => kinds.has(body.at("spec", "names", "kind").source));
}
