import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";

/** Kinds whose controller watches the progress of a rollout. */
const KINDS = new Set(["Deployment", "Rollout"]);

export default practice({
  level: 3,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "apply",
  judge(workload) {
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.class === "agent") return notApplicable("agent");
    if (isServerless(workload)) return notApplicable("serverless");
    if (!KINDS.has(workload.kind)) return undefined;
    const spec = workload.body.at("spec");
    const args = { workload: workload.displayName };
    const history = spec.at("revisionHistoryLimit");
    if (history.number() === 0) return unmet(history, "unmet.history", args);
    const deadline = spec.at("progressDeadlineSeconds");
    const ready = spec.at("minReadySeconds");
    if (deadline.presence === "unknown" || ready.presence === "unknown") return cannotTell([deadline, ready]);
    if ((ready.number() ?? 0) >= 5) return met(ready);
    return deadline.presence === "present" ? met(deadline) : unmet(ready, "unmet", args);
  },
  fix(workload) {
    const spec = workload.body.at("spec");
    if (spec.at("revisionHistoryLimit").source === "0")
      return {
        safety: "safe",
        title: "fix.history",
        edits: [{ op: "remove", at: spec.at("revisionHistoryLimit").place }],
      };
    return {
      safety: "safe",
      edits: [
        { op: "set", at: spec.at("minReadySeconds").place, value: 10 },
        { op: "set", at: spec.at("progressDeadlineSeconds").place, value: 600 },
      ],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds",
    "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#min-ready-seconds",
  ],
};
