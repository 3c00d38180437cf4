import { isStore } from "../../../autoscaling.ts";
import type { Edit } from "../../../edit.ts";
import type { Field, Resource, World } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet, type Verdict } from "../../../practice.ts";
import { intOrPercent } from "../../../quantities.ts";
import { minimumOf } from "../../../replicas.ts";
import { claimsOf } from "../../../volumes.ts";
import { isWorkload, LASTING_KINDS, TASK_KINDS } from "../../../workloads.ts";

/** More than this share of the pods may not be missing while a new version comes. */
const MOST_MISSING = 25;

export default practice({
  level: 3,
  gate: "required",
  share: "most",
  subject: "resource",
  kinds: [...LASTING_KINDS, ...TASK_KINDS],
  effort: "apply",
  judge(workload, world) {
    if (TASK_KINDS.includes(workload.groupKind)) return notApplicable("batch");
    if (workload.hook) return notApplicable("hook");
    return judged(workload, world);
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
    // Where no pod may be started beside the old ones, somebody may have meant it.
    const meant = strategy.at("type").text() === "Recreate" || strategy.at("rollingUpdate", "maxSurge").text() === "0";
    return { safety: meant ? "review" : "safe", edits: [edit] };
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

function judged(workload: Resource, world: World): Verdict | undefined {
  const spec = workload.body.at("spec");
  const args = { workload: workload.displayName };
  switch (workload.kind) {
    case "Deployment":
    case "DeploymentConfig": {
      const strategy = spec.at("strategy");
      const type = strategy.at("type");
      const wrong = type.text() ?? "RollingUpdate";
      if (wrong === "Recreate") {
        // Two pods cannot write the same disk, so one has to go before the next comes.
        const alone = isWorkload(workload) && (isStore(workload) || claimsOf(workload).some((claim) => claim.writable));
        return alone ? notApplicable("stateful") : unmet(type, undefined, args);
      }
      if (wrong === "Custom") return cannotTell(type);
      if (!/^Rolling(?:Update)?$/.test(wrong)) return unmet(type, "unmet.type", { ...args, type: wrong });
      const limit = strategy.at("rollingUpdate", "maxUnavailable");
      const most = missing(limit, workload, world);
      if (most !== undefined) return unmet(limit, "unmet.many", { ...args, limit: most });
      return type.presence === "present" ? met(type) : met(workload.place, "met.default");
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
function missing(limit: Field, workload: Resource, world: World): string | undefined {
  const most = intOrPercent(limit);
  if (most === undefined) return undefined;
  if (most.percent) return most.value > MOST_MISSING ? `${most.value} %` : undefined;
  if (most.value === 0) return undefined;
  // With as many new pods started first, the old ones are still missed until those are ready.
  const pods = isWorkload(workload) ? minimumOf(workload, world)?.least : undefined;
  return pods !== undefined && pods > 0 && most.value >= pods ? String(most.value) : undefined;
}
