import { targetsOf } from "../../../autoscaling.ts";
import type { Field, Resource, World } from "../../../facts.ts";
import { met, practice, type Sources, Unresolved, unmet } from "../../../practice.ts";

const HPA = "autoscaling/HorizontalPodAutoscaler";

export default practice({
  level: 2,
  gate: "supporting",
  share: "most",
  subject: "resource",
  kinds: [HPA, "keda.sh/ScaledObject"],
  effort: "confirm",
  judge(scaler, world) {
    const spec = scaler.body.at("spec");
    const byEvents = scaler.groupKind !== HPA;
    const low = spec.at(byEvents ? "minReplicaCount" : "minReplicas");
    const high = spec.at(byEvents ? "maxReplicaCount" : "maxReplicas");
    const args = { scaler: scaler.displayName };
    const least = count(low) ?? (byEvents ? 0 : 1);
    const most = count(high) ?? (byEvents ? 100 : undefined);
    if (most === undefined) return unmet(high, "unmet.missing", args);
    if (most < Math.max(least, 1)) return unmet(high, "unmet.below", { ...args, least, most });
    if (most === Math.max(least, 1)) return unmet(high, "unmet.equal", { ...args, most });
    if (byEvents && high.presence === "absent") return unmet(spec, "unmet.open", args);
    // Down to nothing is meant; down to one is the absence of a thought.
    if (least === 1 && serves(scaler, world)) return unmet(low, "unmet.single", args);
    return met(high);
  },
  fix(scaler, world) {
    const low = scaler.body.at("spec", "minReplicas");
    const most = count(scaler.body.at("spec", "maxReplicas")) ?? 0;
    if (scaler.groupKind !== HPA || most < 3 || (count(low) ?? 1) !== 1 || !serves(scaler, world)) return undefined;
    return { safety: "review", edits: [{ op: "set", at: low.place, value: 2 }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/",
    "https://keda.sh/docs/latest/reference/scaledobject-spec/",
  ],
  equivalents: {
    "kube-score": ["horizontalpodautoscaler-replicas"],
    "kube-linter": ["hpa-minimum-three-replicas"],
    polaris: ["hpaMinAvailability", "hpaMaxAvailability", "pdbMinAvailableGreaterThanHPAMinReplicas"],
  },
};

function count(field: Field): number | undefined {
  const text = field.text();
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw new Unresolved(field.place);
  return Number(text);
}

/** Does what it scales wait for requests; what is described elsewhere is taken to. */
function serves(scaler: Resource, world: World): boolean {
  const { sure, maybe } = targetsOf(scaler, world);
  return [...sure, ...maybe].every((workload) => world.isServing(workload) !== false);
}
