import { met, practice, type Sources, unmet } from "../../../practice.ts";

const HPA = "autoscaling/HorizontalPodAutoscaler";
const RESOURCES = new Set(["cpu", "memory"]);

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "resource",
  kinds: [HPA, "keda.sh/ScaledObject"],
  effort: "confirm",
  judge(scaler) {
    const spec = scaler.body.at("spec");
    const args = { scaler: scaler.displayName };
    if (scaler.groupKind !== HPA) {
      const triggers = spec.at("triggers");
      const other = triggers
        .writtenItems()
        .map((one) => one.at("type"))
        .find((type) => type.presence === "present" && !RESOURCES.has(type.source ?? ""));
      if (other !== undefined) return met(other);
      for (const trigger of triggers.items()) trigger.at("type").text();
      return unmet(triggers, "unmet", args);
    }
    const metrics = spec.at("metrics");
    const types = metrics.writtenItems().map((one) => one.at("type"));
    const other = types.find(({ source }) => /^(?:ContainerResource|Pods|Object|External)$/.test(source ?? ""));
    if (other !== undefined) return met(other);
    if (types.length > 1) return met(types);
    for (const metric of metrics.items()) metric.at("type").text();
    return unmet(metrics, "unmet", args);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#scaling-on-multiple-metrics",
    "https://keda.sh/docs/latest/scalers/",
  ],
};
