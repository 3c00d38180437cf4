import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const CLASS = "scheduling.k8s.io/PriorityClass";

export default practice({
  level: 3,
  gate: "supporting",
  share: "half",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    if (workload.class === "ci" || workload.class === "pod") return undefined;
    const name = workload.pod.at("priorityClassName");
    const args = { workload: workload.displayName, name: name.source ?? "" };
    if (name.text() === undefined || name.text() === "") return unmet(name, "unmet", args);
    const { sure, maybe } = world.named(CLASS, name, "cluster");
    if (sure.some((one) => !one.conditional)) return met(name);
    if (sure.length + maybe.length > 0) return cannotTell(name);
    // Where nobody keeps classes beside the workloads, they are made elsewhere.
    return world.resources(CLASS).length === 0 ? met(name) : unmet(name, "unmet.missing", args);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/"],
  equivalents: {
    "kube-linter": ["priority-class-name"],
    polaris: ["priorityClassNotSet"],
    learnk8s: ["Priority classes"],
  },
};
