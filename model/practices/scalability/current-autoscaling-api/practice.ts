import type { Edit } from "../../../edit.ts";
import type { Resource } from "../../../facts.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "required",
  share: "all",
  subject: "resource",
  kinds: ["autoscaling/HorizontalPodAutoscaler"],
  effort: "apply",
  judge(scaler) {
    const at = scaler.body.at("apiVersion");
    if (scaler.version === "v2") return met(at);
    return unmet(at, scaler.version === "v1" ? "unmet" : "unmet.removed", { version: scaler.version });
  },
  fix(scaler) {
    const converted = conversion(scaler);
    if (converted === undefined) return undefined;
    return {
      safety: "safe",
      edits: [{ op: "set", at: scaler.body.at("apiVersion").place, value: "autoscaling/v2" }, ...converted],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
    "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/",
  ],
};

/** What else changes with the version, so that the same autoscaler comes out. */
function conversion(scaler: Resource): readonly Edit[] | undefined {
  const spec = scaler.body.at("spec");
  if (scaler.version === "v2beta2") return [];
  if (scaler.version === "v1") {
    // What version 1 could not say, it kept in annotations.
    if (scaler.annotations.entries().some(([key]) => key.startsWith("autoscaling.alpha.kubernetes.io/")))
      return undefined;
    const share = spec.at("targetCPUUtilizationPercentage");
    const value = share.number();
    if (share.presence === "absent") return [];
    if (value === undefined) return undefined;
    const metric = {
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization: value } },
    };
    return [
      { op: "remove", at: share.place },
      { op: "set", at: spec.at("metrics").place, value: [metric] },
    ];
  }
  if (scaler.version !== "v2beta1") return undefined;
  const edits: Edit[] = [];
  for (const metric of spec.at("metrics").items()) {
    const share = metric.at("resource", "targetAverageUtilization");
    const value = share.number();
    if (metric.at("type").text() !== "Resource" || value === undefined) return undefined;
    const target = metric.at("resource", "target").place;
    edits.push(
      { op: "remove", at: share.place },
      { op: "set", at: target, value: { type: "Utilization", averageUtilization: value } },
    );
  }
  return edits;
}
