import { countedWorkloads, type Evidence, shownBy } from "../../../evidence.ts";
import type { Field, Resource, Workload, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { ifKnown, practice, type Sources, type Spot, unmet } from "../../../practice.ts";
import { minimumOf } from "../../../replicas.ts";

/** Labels by which clouds tell interruptible nodes, with the value. */
const SPOT: ReadonlyMap<string, RegExp> = new Map([
  ["karpenter.sh/capacity-type", /^spot$/],
  ["eks.amazonaws.com/capacityType", /^SPOT$/],
  ["cloud.google.com/gke-spot", /^true$/],
  ["cloud.google.com/gke-preemptible", /^true$/],
  ["kubernetes.azure.com/scalesetpriority", /^spot$/],
]);

export default practice({
  level: 4,
  gate: { group: "COSTCAP" },
  share: "any",
  subject: "workspace",
  effort: "people",
  answers: "elsewhere",
  judge(workspace, world) {
    const found: Evidence[] = world
      .resources(["karpenter.sh/NodePool", "karpenter.sh/Provisioner", "eksctl.io/ClusterConfig"])
      .flatMap(pools);
    const wrong: Spot[] = [];
    for (const workload of world.workloads()) {
      const at = choiceOf(workload);
      if (at === undefined || workload.system) continue;
      const fault = isAlone(workload, world);
      if (fault) wrong.push({ place: at.place, message: "unmet.alone", args: { workload: workload.displayName } });
      else found.push({ at, in: workload });
    }
    const shown = shownBy(found, world);
    if (shown !== undefined) return shown;
    if (wrong.length > 0) return unmet(wrong);
    return countedWorkloads(world).length === 0 ? undefined : unmet(workspace.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://karpenter.sh/docs/concepts/scheduling/",
    "https://kubernetes.io/docs/concepts/architecture/nodes/",
  ],
};

function isSpot(key: string | undefined, value: Field): boolean {
  return SPOT.get(key ?? "")?.test(value.source ?? "") === true;
}

function among(requirement: Field): Field | undefined {
  if (requirement.at("operator").source !== "In") return undefined;
  return requirement
    .at("values")
    .writtenItems()
    .find((value) => isSpot(requirement.at("key").source, value));
}

function pools(pool: Resource): readonly Evidence[] {
  const spec = pool.body.at("spec");
  const requirements = [
    ...spec.at("template", "spec", "requirements").writtenItems(),
    ...spec.at("requirements").writtenItems(),
  ].map(among);
  const groups = pool.body
    .at("managedNodeGroups")
    .writtenItems()
    .map((group) => group.at("spot"));
  const spots = [...requirements, ...groups.filter((field) => field.source === "true")];
  return spots.flatMap((at) => (at === undefined ? [] : [{ at, in: pool }]));
}

/** Where the pods say that such a node will do. */
const choiceOf = once((workload: Workload): Field | undefined => {
  const { pod } = workload;
  const selected = pod
    .at("nodeSelector")
    .writtenEntries()
    .find(([key, value]) => isSpot(key, value))?.[1];
  const tolerated = pod
    .at("tolerations")
    .writtenItems()
    .find((one) => isSpot(one.at("key").source, one.at("value")))
    ?.at("key");
  const affinity = pod.at("affinity", "nodeAffinity");
  const terms = [
    ...affinity.at("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms").writtenItems(),
    ...affinity
      .at("preferredDuringSchedulingIgnoredDuringExecution")
      .writtenItems()
      .map((one) => one.at("preference")),
  ].flatMap((term) => term.at("matchExpressions").writtenItems());
  return selected ?? terms.map(among).find((field) => field !== undefined) ?? tolerated;
});

/** A single pod goes away with its node, and takes the service with it. */
function isAlone(workload: Workload, world: World): boolean {
  return workload.class === "pod" || ifKnown(() => minimumOf(workload, world)?.least) === 1;
}
