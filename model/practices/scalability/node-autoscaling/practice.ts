import { type Evidence, inObjects, shownBy } from "../../../evidence.ts";
import type { Field, GroupKind, Resource, World } from "../../../facts.ts";
import { software } from "../../../installed.ts";
import { ifKnown, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const POOLS: readonly GroupKind[] = ["karpenter.sh/NodePool", "karpenter.sh/Provisioner"];
/** Objects that describe the nodes of a cluster. */
const NODES: readonly GroupKind[] = [
  "container.cnrm.cloud.google.com/ContainerNodePool",
  "eksctl.io/ClusterConfig",
  "cluster.x-k8s.io/MachineDeployment",
  "cluster.x-k8s.io/MachinePool",
  "autoscaling.openshift.io/MachineAutoscaler",
  "eks.services.k8s.aws/Nodegroup",
];
const scaler = software(/(^|\/)(cluster-autoscaler(-\w+)?|karpenter)$/);
const CAPI = /^cluster\.x-k8s\.io\/cluster-api-autoscaler-node-group-(?:min|max)-size$/;

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "people",
  answers: "elsewhere",
  judge(_workspace, world) {
    const nodes = world.resources(NODES);
    const found: Evidence[] = [
      ...inObjects(world.resources(POOLS)),
      ...scaler.installed(world),
      ...nodes.flatMap((one) => elastic(one).map((at) => ({ at, in: one }))),
    ];
    const shown = shownBy(found, world) ?? fromCharts(world);
    if (shown !== undefined) return shown;
    const [fixed] = nodes;
    // Where no file describes nodes, they are looked after elsewhere.
    return fixed === undefined
      ? notApplicable("no-subject")
      : unmet(fixed.place, "unmet", { nodes: fixed.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/cluster-administration/node-autoscaling/",
    "https://karpenter.sh/docs/concepts/nodepools/",
  ],
};

function fromCharts(world: World) {
  const charts = scaler.drawnIn(world);
  return charts.length > 0 ? met(charts) : undefined;
}

/** What lets the number of nodes change. */
function elastic({ groupKind, body, annotations }: Resource): readonly Field[] {
  const spec = body.at("spec");
  switch (groupKind) {
    case "container.cnrm.cloud.google.com/ContainerNodePool":
      return present(spec.at("autoscaling"));
    case "eksctl.io/ClusterConfig":
      return [...body.at("managedNodeGroups").writtenItems(), ...body.at("nodeGroups").writtenItems()].filter((group) =>
        isRange(group.at("minSize"), group.at("maxSize")),
      );
    case "eks.services.k8s.aws/Nodegroup":
      return isRange(spec.at("scalingConfig", "minSize"), spec.at("scalingConfig", "maxSize"))
        ? [spec.at("scalingConfig")]
        : [];
    case "autoscaling.openshift.io/MachineAutoscaler":
      return [spec];
    default:
      return annotations
        .writtenEntries()
        .filter(([key]) => CAPI.test(key))
        .map(([, value]) => value);
  }
}

function present(field: Field): readonly Field[] {
  return field.presence === "present" ? [field] : [];
}

function isRange(low: Field, high: Field): boolean {
  const from = ifKnown(() => low.number());
  const to = ifKnown(() => high.number());
  return from !== undefined && to !== undefined && to > from;
}
