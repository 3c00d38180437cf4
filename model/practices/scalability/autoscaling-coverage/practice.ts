import { autoscalerFor, faultOf, unscalable } from "../../../autoscaling.ts";
import { cannotTell, met, notApplicable, practice, type Sources, Unresolved, unmet } from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";

export default practice({
  level: 3,
  gate: "required",
  share: "half",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    const reason = unscalable(workload, world);
    if (reason !== undefined) return notApplicable(reason);
    if (isServerless(workload)) return met(workload.place, "met.serverless");
    const { sure, maybe } = world.scalersOf(workload);
    const certain = sure.filter((scaler) => !scaler.resource.conditional);
    const faults = certain.map((scaler) => faultOf(scaler, workload, world));
    const working = certain.find((_, index) => faults[index] === undefined);
    if (working !== undefined) return met(working.place);
    if (sure.length > certain.length) return cannotTell(sure.map((scaler) => scaler.place));
    const [fault] = faults;
    if (fault !== undefined) return unmet({ ...fault });
    if (maybe.length > 0) throw new Unresolved(workload.place);
    return unmet(workload.place, undefined, { workload: workload.displayName });
  },
  fix(workload, world) {
    const edit = autoscalerFor(workload, world);
    return edit === undefined
      ? undefined
      : { safety: "review", edits: [edit], args: { workload: workload.displayName } };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/",
    "https://github.com/learnk8s/kubernetes-production-best-practices",
  ],
  equivalents: { learnk8s: ["Use the Horizontal Pod Autoscaler for apps with variable usage patterns"] },
};
