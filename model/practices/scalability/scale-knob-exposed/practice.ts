import type { Workload, World } from "../../../facts.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";

export default practice({
  level: 1,
  gate: "supporting",
  share: "half",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    if (workload.class === "batch" || workload.class === "agent") return notApplicable(workload.class);
    if (workload.class !== "long") return undefined;
    if (isServerless(workload)) return notApplicable("serverless");
    const { sure, maybe } = world.scalersOf(workload);
    if (sure.length + maybe.length > 0) return notApplicable("superseded");
    const { replicas } = workload;
    if (replicas.presence === "unknown" || isDecidedElsewhere(workload)) return met(replicas);
    // A loose manifest is its own knob, and so is one that overlays change.
    if (packagedBy(workload, world) !== "helm") return notApplicable("no-subject");
    // What is not written is not fixed either: whoever scales it by hand keeps that.
    if (replicas.presence === "absent") return notApplicable("no-subject");
    return unmet(replicas, "unmet", { workload: workload.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://helm.sh/docs/chart_best_practices/values/"],
};

/** A value, a patch or the `replicas` of a kustomization says how many. */
function isDecidedElsewhere({ replicas, document }: Workload): boolean {
  const { decided } = replicas.place;
  return (
    (decided !== undefined && decided.document !== replicas.place.document) || replicas.place.document !== document
  );
}

function packagedBy({ chart, document }: Workload, world: World): "helm" | "kustomize" | undefined {
  return chart !== undefined ? "helm" : world.packageOf(document)?.kind;
}
