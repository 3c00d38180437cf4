import type { Edit } from "../../../edit.ts";
import { countedWorkloads, type Evidence, shownBy } from "../../../evidence.ts";
import type { Field, GroupKind, Resource, Workload, World } from "../../../facts.ts";
import { software } from "../../../installed.ts";
import { once } from "../../../memo.ts";
import { met, practice, type Sources, type Spot, unmet } from "../../../practice.ts";

const POOLS: readonly GroupKind[] = ["karpenter.sh/NodePool", "karpenter.sh/Provisioner"];
const tools = software(/(^|\/)(cluster-autoscaler|descheduler)$/);
const PINNED = { "karpenter.sh/do-not-disrupt": "true", "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" };

export default practice({
  level: 4,
  gate: { group: "COSTCAP" },
  share: "any",
  subject: "workspace",
  effort: "confirm",
  answers: "elsewhere",
  judge(workspace, world) {
    const workloads = countedWorkloads(world);
    const pools = world.resources(POOLS);
    const wrong = pools.flatMap(refusal);
    const found: Evidence[] = [
      ...pools
        .filter((pool) => refusal(pool).length === 0)
        .map((pool) => ({ at: pool.body.at("spec", "disruption"), in: pool })),
      ...tools.installed(world).filter((one) => !keepsNodes(one.in)),
      ...world.resources("descheduler/DeschedulerPolicy").map((one) => ({ at: one.place, in: one })),
    ];
    const shown = shownBy(found, world) ?? fromCharts(world);
    if (shown !== undefined) {
      const held = workloads.filter((workload) => workload.class === "long").map((workload) => pin(workload));
      const pins = held.flatMap((field) => (field === undefined ? [] : [field]));
      return pins.length * 2 > held.length ? unmet(pins, "unmet.pinned") : shown;
    }
    if (wrong.length > 0) return unmet(wrong);
    return workloads.length === 0 ? undefined : unmet(workspace.place);
  },
  fix(_workspace, world) {
    const edits = world.resources("karpenter.sh/NodePool").flatMap((pool): readonly Edit[] => {
      const [wrong] = refusal(pool);
      if (wrong === undefined) return [];
      const disruption = pool.body.at("spec", "disruption");
      const value =
        wrong.message === "unmet.never"
          ? { consolidateAfter: "1m" }
          : { consolidationPolicy: "WhenEmptyOrUnderutilized" };
      return [{ op: "set", at: disruption.place, value }];
    });
    return edits.length === 0 ? undefined : { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://karpenter.sh/docs/concepts/disruption/", "https://github.com/kubernetes-sigs/descheduler"],
};

/** What a pool says against being consolidated. */
function refusal(pool: Resource): readonly Spot[] {
  const disruption = pool.body.at("spec", "disruption");
  const after = disruption.at("consolidateAfter");
  const policy = disruption.at("consolidationPolicy");
  const args = { pool: pool.displayName };
  if (after.text() === "Never") return [{ place: after.place, message: "unmet.never", args }];
  if (policy.text() === "WhenEmpty") return [{ place: policy.place, message: "unmet.empty", args }];
  // The first version of the API left it off by default.
  const old = pool.body.at("spec", "consolidation", "enabled");
  return pool.kind === "Provisioner" && old.flag() !== true ? [{ place: old.place, message: "unmet.off", args }] : [];
}

/** The cluster autoscaler takes nodes away unless it is told not to. */
function keepsNodes({ body }: Resource): boolean {
  const containers = body.at("spec", "template", "spec", "containers").writtenItems();
  const words = containers.flatMap((one) => ["command", "args"].flatMap((key) => one.at(key).writtenItems()));
  return words.some((word) => word.source === "--scale-down-enabled=false");
}

function fromCharts(world: World) {
  const charts = tools.drawnIn(world);
  return charts.length > 0 ? met(charts) : undefined;
}

const pin = once((workload: Workload): Field | undefined => {
  const fields = Object.entries(PINNED).map(([key, value]) => ({ field: workload.podAnnotations.at(key), value }));
  return fields.find(({ field, value }) => field.source === value)?.field;
});
