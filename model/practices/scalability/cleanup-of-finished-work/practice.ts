import type { Field, Workload } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const KEPT = ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] as const;
const MOST = 3;

export default practice({
  level: 4,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "apply",
  judge(workload) {
    if (workload.hook) return notApplicable("hook");
    const spec = workload.body.at("spec");
    if (workload.groupKind === "batch/CronJob") return ofCron(workload);
    if (workload.groupKind !== "batch/Job") return undefined;
    const ttl = spec.at("ttlSecondsAfterFinished");
    if (ttl.presence === "unknown") return cannotTell(ttl);
    return ttl.presence === "present" ? met(ttl) : unmet(ttl, "unmet", { job: workload.displayName });
  },
  fix(workload) {
    const spec = workload.body.at("spec");
    if (workload.groupKind === "batch/Job")
      return { safety: "safe", edits: [{ op: "set", at: spec.at("ttlSecondsAfterFinished").place, value: 86_400 }] };
    return { safety: "safe", edits: tooMany(workload).map((limit) => ({ op: "set", at: limit.place, value: MOST })) };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/",
    "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#jobs-history-limits",
  ],
  equivalents: { "kube-linter": ["job-ttl-seconds-after-finished"], dsomm: ["Defined decommissioning process"] },
};

/** Three that succeeded and one that failed are kept where nobody says how many. */
function ofCron(workload: Workload) {
  const [first] = tooMany(workload);
  const args = { job: workload.displayName, count: first?.source ?? "" };
  return first === undefined ? met(workload.place) : unmet(first, "unmet.history", args);
}

function tooMany(workload: Workload): readonly Field[] {
  return KEPT.map((key) => workload.body.at("spec", key)).filter((limit) => (limit.number() ?? 0) > MOST);
}
