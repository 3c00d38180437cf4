import type { Field, Workload, World } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 2,
  gate: "supporting",
  share: "all",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.class !== "long") return undefined;
    const { sure, maybe } = world.scalersOf(workload);
    const [scaler] = sure.filter(({ by }) => by !== "vpa");
    if (scaler === undefined) {
      const open = maybe.filter(({ by }) => by !== "vpa");
      return open.length > 0 && workload.replicas.presence === "present" ? cannotTell(workload.replicas) : undefined;
    }
    // Its controller keeps the number that the autoscaler chose.
    if (workload.groupKind === "argoproj.io/Rollout") return notApplicable("superseded");
    if (workload.replicas.presence === "unknown" || scaler.resource.conditional) return cannotTell(workload.replicas);
    if (workload.replicas.presence === "absent") return met(scaler.place);
    const left = leftAlone(workload, world);
    const args = { workload: workload.displayName, scaler: scaler.resource.displayName };
    return left === undefined ? unmet(workload.replicas, "unmet", args) : met(left, "met.ignored");
  },
  fix(workload) {
    if (workload.replicas.presence !== "present") return undefined;
    return { safety: "review", edits: [{ op: "remove", at: workload.replicas.place }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
    "https://argo-cd.readthedocs.io/en/stable/user-guide/best_practices/#leaving-room-for-imperativeness",
  ],
  equivalents: { "kube-score": ["deployment-targeted-by-hpa-does-not-have-replicas-configured"] },
};

/** Where Argo CD is told not to look at the number of pods of such objects. */
function leftAlone(workload: Workload, world: World): Field | undefined {
  for (const application of world.resources("argoproj.io/Application")) {
    for (const rule of application.body.at("spec", "ignoreDifferences").writtenItems()) {
      const kind = rule.at("kind").source;
      const name = rule.at("name").source;
      if (kind !== undefined && kind !== "*" && kind !== workload.kind) continue;
      if (name !== undefined && name !== workload.displayName) continue;
      const paths = [...rule.at("jsonPointers").writtenItems(), ...rule.at("jqPathExpressions").writtenItems()];
      const found = paths.find(({ source }) => /^[/.]spec[/.]replicas$/.test(source ?? ""));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
