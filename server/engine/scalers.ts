/** One notion of a scaler, whatever sets the number of pods. */
import type { GroupKind, Resource, Scaler } from "../../model/facts.ts";

export const SCALER_KINDS: readonly GroupKind[] = [
  "autoscaling/HorizontalPodAutoscaler",
  "keda.sh/ScaledObject",
  "autoscaling.k8s.io/VerticalPodAutoscaler",
  "datadoghq.com/DatadogPodAutoscaler",
];

export function readScaler(resource: Resource): Scaler | undefined {
  const spec = resource.body.at("spec");
  switch (resource.groupKind) {
    case "autoscaling/HorizontalPodAutoscaler":
      return scaler("hpa", resource, "scaleTargetRef", ["minReplicas"], ["maxReplicas"]);
    case "keda.sh/ScaledObject":
      return scaler("keda", resource, "scaleTargetRef", ["minReplicaCount"], ["maxReplicaCount"]);
    case "autoscaling.k8s.io/VerticalPodAutoscaler":
      return scaler("vpa", resource, "targetRef", ["minReplicas"], ["maxReplicas"]);
    case "datadoghq.com/DatadogPodAutoscaler":
      return scaler("datadog", resource, "targetRef", ["constraints", "minReplicas"], ["constraints", "maxReplicas"]);
    default:
      return undefined;
  }

  function scaler(by: Scaler["by"], of: Resource, reference: string, min: string[], max: string[]): Scaler {
    const target = spec.at(reference);
    return {
      by,
      resource: of,
      target: { kind: target.at("kind"), name: target.at("name"), apiVersion: target.at("apiVersion") },
      min: spec.at(...min),
      max: spec.at(...max),
      place: of.place,
    };
  }
}
