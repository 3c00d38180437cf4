import type { World } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";

export default practice({
  level: 1,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    if (workload.class === "batch" || workload.class === "agent") return notApplicable(workload.class);
    if (workload.class !== "long") return notApplicable("no-subject");
    if (isServerless(workload)) return notApplicable("serverless");
    const { sure, maybe } = world.scalersOf(workload);
    const [scaler] = sure;
    if (scaler !== undefined) return met(scaler.place, "met.scaler");
    const { replicas } = workload;
    if (replicas.source === "0") return notApplicable("parked");
    // A count that a template takes from its values is a stated one.
    if (replicas.source !== undefined) return met(replicas);
    if (replicas.presence === "unknown" || maybe.length > 0) return cannotTell(replicas);
    return unmet(workload.body.at("spec", "replicas"), undefined, { workload: workload.displayName });
  },
  fix(workload, world) {
    if (workload.chart !== undefined || isScaledByHand(world)) return undefined;
    return { safety: "review", edits: [{ op: "set", at: workload.replicas.place, value: 1 }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/deployment/"],
  equivalents: { polaris: ["deploymentMissingReplicas"] },
};

/** A pipeline that sets the count itself would be undone by a count in the file. */
function isScaledByHand(world: World): boolean {
  const steps = world.pipelines().flatMap((pipeline) => pipeline.jobs.flatMap((job) => job.steps));
  return steps.some((step) =>
    step.commands.some(({ words }) => /^(kubectl|oc)$/.test(words[0] ?? "") && words.includes("scale")),
  );
}
