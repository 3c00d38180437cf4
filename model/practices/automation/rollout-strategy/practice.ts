import type { Edit } from "../../../edit.ts";
import type { Field, Workload, World } from "../../../facts.ts";
import { isPatched } from "../../../kustomizations.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet, type Verdict } from "../../../practice.ts";
import { intOrPercent } from "../../../quantities.ts";
import { minimumOf } from "../../../replicas.ts";
import { claimsOf } from "../../../volumes.ts";

/** More than this share of the pods may not be missing while a new version comes. */
const MOST_MISSING = 25;

export default practice({
  level: 3,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "apply",
  judge(workload, world) {
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.hook) return notApplicable("hook");
    const verdict = judged(workload, world);
    if (verdict?.state === "unmet" && isPatched(workload, /[sS]trategy/, world)) return cannotTell(workload.place);
    return verdict;
  },
  fix(workload) {
    if (workload.kind !== "Deployment") {
      const type = workload.body.at("spec", "updateStrategy", "type");
      return type.text() === "OnDelete"
        ? { safety: "review", edits: [{ op: "replace", at: type.place, text: "RollingUpdate" }] }
        : undefined;
    }
    const strategy = workload.body.at("spec", "strategy");
    const value = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
    const edit: Edit = { op: "set", at: strategy.place, value };
    return { safety: strategy.at("type").text() === "Recreate" ? "review" : "safe", edits: [edit] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy"],
  equivalents: {
    "kube-linter": ["no-rolling-update-strategy"],
    "kube-score": ["deployment-strategy"],
    kubescape: ["C-0305"],
    dsomm: ["Rolling update on deployment"],
  },
};

function judged(workload: Workload, world: World): Verdict | undefined {
  const spec = workload.body.at("spec");
  const args = { workload: workload.displayName };
  switch (workload.kind) {
    case "Deployment": {
      const strategy = spec.at("strategy");
      const type = strategy.at("type");
      if (type.text() === "Recreate") {
        // Two pods cannot write the same disk, so one has to go before the next comes.
        return claimsOf(workload).some((claim) => claim.writable)
          ? notApplicable("stateful")
          : unmet(type, undefined, args);
      }
      const limit = strategy.at("rollingUpdate", "maxUnavailable");
      const most = missing(limit, strategy.at("rollingUpdate", "maxSurge"), workload, world);
      if (most !== undefined) return unmet(limit, "unmet.many", { ...args, limit: most });
      return type.presence === "present" ? met(type) : met(workload.place, "met.default");
    }
    case "DeploymentConfig": {
      const type = spec.at("strategy", "type");
      return type.text() === "Recreate"
        ? unmet(type, undefined, args)
        : met(type.presence === "present" ? type : workload.place);
    }
    case "StatefulSet":
    case "DaemonSet": {
      const type = spec.at("updateStrategy", "type");
      if (type.text() === "OnDelete") return unmet(type, "unmet.delete", args);
      const limit = spec.at("updateStrategy", "rollingUpdate", "maxUnavailable");
      if (limit.text() === "100%") return unmet(limit, "unmet.many", { ...args, limit: "100%" });
      return type.presence === "present" ? met(type) : met(workload.place, "met.default");
    }
    case "Rollout":
    case "CloneSet":
      return met(workload.place);
    case "Service":
      return met(workload.place, "met.default");
    default:
      return undefined;
  }
}

/** How much may be missing, where that is too much. */
function missing(limit: Field, surge: Field, workload: Workload, world: World): string | undefined {
  const most = intOrPercent(limit);
  if (most === undefined) return undefined;
  if (most.percent) return most.value > MOST_MISSING ? `${most.value} %` : undefined;
  if (most.value === 0) return undefined;
  // With as many new pods started first, the old ones are still missed until those are ready.
  const pods = minimumOf(workload, world)?.least;
  return pods !== undefined && pods > 0 && most.value >= pods && surge.presence !== "unknown"
    ? String(most.value)
    : undefined;
}
