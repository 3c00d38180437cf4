import { type Evidence, inObjects, lacking, shownBy } from "../../../evidence.ts";
import type { Field, GroupKind, World } from "../../../facts.ts";
import { practice, type Sources } from "../../../practice.ts";

/** Objects that only make sense with more than one cluster. */
const KINDS: readonly GroupKind[] = [
  "multicluster.x-k8s.io/ServiceExport",
  "multicluster.x-k8s.io/ServiceImport",
  "net.gke.io/ServiceExport",
  "networking.gke.io/MultiClusterIngress",
  "networking.gke.io/MultiClusterService",
  "policy.karmada.io/PropagationPolicy",
  "policy.karmada.io/ClusterPropagationPolicy",
  "cluster.x-k8s.io/Cluster",
  "k8gb.absa.oss/Gslb",
  "k8gb.io/Gslb",
  "cluster.open-cluster-management.io/ManagedCluster",
  "cluster.open-cluster-management.io/Placement",
  "work.open-cluster-management.io/ManifestWork",
  "multicluster.linkerd.io/Link",
];

export default practice({
  level: 5,
  gate: { group: "ADV" },
  share: "any",
  subject: "workspace",
  effort: "people",
  judge(workspace, world) {
    return (
      shownBy(
        [...inObjects(world.resources(KINDS)), ...generated(world), ...destinations(world), ...remote(world)],
        world,
      ) ?? lacking(workspace, world)
    );
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://multicluster.sigs.k8s.io/",
    "https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Cluster/",
  ],
};

/** Application sets that make one application for each cluster, on their own or inside another generator. */
function generated(world: World): readonly Evidence[] {
  return world.resources("argoproj.io/ApplicationSet").flatMap((set) =>
    nested(set.body.at("spec", "generators"), 0)
      .filter((generator) =>
        ["clusters", "clusterDecisionResource"].some(
          (key) => generator.at(key).presence !== "absent" || generator.writtenEntries().some(([name]) => name === key),
        ),
      )
      .map((generator) => ({ at: generator.place, in: set })),
  );
}

function nested(generators: Field, depth: number): readonly Field[] {
  const own = generators.writtenItems();
  if (depth > 2) return own;
  return [
    ...own,
    ...own.flatMap((one) => ["matrix", "merge"].flatMap((key) => nested(one.at(key, "generators"), depth + 1))),
  ];
}

/** Applications that go to at least two clusters in all. */
function destinations(world: World): readonly Evidence[] {
  const byCluster = new Map<string, Evidence>();
  for (const app of world.resources("argoproj.io/Application")) {
    for (const key of ["server", "name"]) {
      const field = app.body.at("spec", "destination", key);
      // Two names of the cluster that Argo CD itself runs in.
      const cluster =
        field.presence === "present"
          ? (field.source ?? "").replace(/^(in-cluster|https:\/\/kubernetes\.default\.svc\/?)$/, "")
          : undefined;
      if (cluster !== undefined && !byCluster.has(cluster) && !app.nonProduction)
        byCluster.set(cluster, { at: field, in: app });
    }
  }
  return byCluster.size > 1 ? [...byCluster.values()] : [];
}

/** Flux objects that are applied to another cluster than their own. */
function remote(world: World): readonly Evidence[] {
  const objects = world.resources(["kustomize.toolkit.fluxcd.io/Kustomization", "helm.toolkit.fluxcd.io/HelmRelease"]);
  return objects
    .map((one) => ({ at: one.body.at("spec", "kubeConfig"), in: one }))
    .filter(({ at }) => at.presence === "present");
}
