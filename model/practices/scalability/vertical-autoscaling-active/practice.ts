import { measured } from "../../../autoscaling.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";
import { requestOf } from "../../../resources.ts";
import { clashOf, modeOf, verticalScalersOf } from "../../../vertical.ts";

export default practice({
  level: 4,
  gate: { group: "COSTWL" },
  share: "any",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    const { sure, maybe } = verticalScalersOf(workload, world);
    const [vpa] = sure;
    const args = { workload: workload.displayName, scaler: vpa?.displayName ?? "" };
    if (vpa === undefined && maybe.length > 0) return cannotTell(maybe.map((one) => one.place));
    if (vpa === undefined) {
      if (workload.class === "batch" || workload.class === "agent") return notApplicable(workload.class);
      if (workload.class !== "long" || isServerless(workload)) return notApplicable("no-subject");
      // Both by the same use would drive each other.
      if (world.scalersOf(workload).sure.some((one) => measured(one).has("cpu") || measured(one).has("memory")))
        return notApplicable("superseded");
      const asks = workload.containers.some((container) =>
        (["cpu", "memory"] as const).some((name) => requestOf(container, name, workload, world) !== undefined),
      );
      return unmet(workload.place, asks ? "unmet" : "unmet.nothing", args);
    }
    const { mode, at } = modeOf(vpa);
    if (mode === "Off") return unmet(at, "unmet.off", args);
    const clash = clashOf(vpa, workload, world);
    if (clash !== undefined) return unmet(at, "unmet.clash", { ...args, other: clash.displayName });
    if (vpa.conditional) return cannotTell(vpa.place);
    const policies = vpa.body.at("spec", "resourcePolicy", "containerPolicies").writtenItems();
    const bounded = policies.some((policy) =>
      ["minAllowed", "maxAllowed"].some((key) => policy.at(key).presence !== "absent"),
    );
    return met(vpa.place, bounded ? "met" : "met.unbounded");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler",
    "https://kubernetes.io/docs/concepts/workloads/autoscaling/vertical-pod-autoscale/",
  ],
};
