import type { Field, Workload } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { isServerless, minimumOf } from "../../../replicas.ts";

const ZONES = new Set(["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"]);

export default practice({
  level: 5,
  gate: "supporting",
  share: "half",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.class === "batch" || workload.class === "agent") return notApplicable(workload.class);
    if (workload.class !== "long") return undefined;
    if (isServerless(workload)) return notApplicable("serverless");
    const list = constraintsOf(workload);
    const strict = list.writtenItems().filter(isStrict);
    const answers = strict.map((one) => [one, world.matchesLabelSelector(one.at("labelSelector"), workload)] as const);
    const good = answers.find(([, answer]) => answer === true);
    const minimum = minimumOf(workload, world);
    if (minimum !== undefined && minimum.least < 2) return notApplicable("single-replica");
    if (good !== undefined) return met(good[0].at("topologyKey"));
    if (answers.some(([, answer]) => answer === undefined)) return cannotTell(list);
    list.items();
    const args = { workload: workload.displayName };
    const soft = list.writtenItems().find((one) => ZONES.has(one.at("topologyKey").source ?? ""));
    return soft === undefined ? unmet(list, "unmet", args) : unmet(soft.at("whenUnsatisfiable"), "unmet.soft", args);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/"],
  equivalents: { "kube-score": ["pod-topology-spread-constraints"], polaris: ["topologySpreadConstraint"] },
};

function constraintsOf(workload: Workload): Field {
  return workload.pod.at("topologySpreadConstraints");
}

/** Over zones, and a pod waits rather than crowd one of them. */
function isStrict(constraint: Field): boolean {
  if (!ZONES.has(constraint.at("topologyKey").source ?? "")) return false;
  return (
    constraint.at("whenUnsatisfiable").source === "DoNotSchedule" || Number(constraint.at("minDomains").source) >= 2
  );
}
