import { triggersOf, unscalable } from "../../../autoscaling.ts";
import type { Field, Scaler } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";

export default practice({
  level: 5,
  gate: "required",
  share: "any",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    const reason = unscalable(workload, world);
    if (reason !== undefined) return notApplicable(reason);
    if (isServerless(workload)) {
      const metric = workload.podAnnotations.at("autoscaling.knative.dev/metric");
      const name = metric.presence === "present" ? metric.text() : "concurrency";
      return /^(rps|concurrency)$/.test(name ?? "")
        ? met(metric)
        : unmet(metric, "unmet.use", { workload: workload.displayName });
    }
    const { sure, maybe } = world.scalersOf(workload);
    const certain = sure.filter((scaler) => !scaler.resource.conditional);
    const signals = certain.flatMap(signalsOf);
    if (signals.length > 0) return met(signals);
    if (sure.length > certain.length || maybe.length > 0)
      return cannotTell([...sure, ...maybe].map((scaler) => scaler.place));
    const [scaler] = certain;
    if (scaler === undefined) return unmet(workload.place, undefined, { workload: workload.displayName });
    const metrics = scaler.resource.body.at("spec", scaler.by === "keda" ? "triggers" : "metrics");
    // A template may add metrics: asking for all of them ends the judgement then.
    metrics.items();
    return unmet(metrics, "unmet.use", { workload: workload.displayName, scaler: scaler.resource.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://keda.sh/docs/latest/scalers/",
    "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/",
  ],
};

/** What says how much is asked of the workload, rather than how hard it works. */
function signalsOf(scaler: Scaler): readonly Field[] {
  if (scaler.by === "keda") {
    const types = triggersOf(scaler).map((trigger) => trigger.at("type"));
    return types.filter(
      (type) => type.presence === "present" && !/^(cpu|memory|cron|kubernetes-workload)$/.test(type.text() ?? ""),
    );
  }
  const metrics = scaler.resource.body.at("spec", "metrics").writtenItems();
  const types = metrics.filter((metric) => metric.presence === "present").map((metric) => metric.at("type"));
  return types.filter((type) => type.presence === "present" && /^(Pods|Object|External)$/.test(type.text() ?? ""));
}
