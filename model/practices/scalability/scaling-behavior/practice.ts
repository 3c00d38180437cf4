import { met, practice, type Sources, unmet } from "../../../practice.ts";

const HPA = "autoscaling/HorizontalPodAutoscaler";

export default practice({
  level: 3,
  gate: "supporting",
  share: "half",
  subject: "resource",
  kinds: [HPA, "keda.sh/ScaledObject"],
  effort: "apply",
  judge(scaler) {
    const spec = scaler.body.at("spec");
    const byEvents = scaler.groupKind !== HPA;
    const behavior = byEvents ? spec.at("advanced", "horizontalPodAutoscalerConfig", "behavior") : spec.at("behavior");
    const args = { scaler: scaler.displayName };
    const up = behavior.at("scaleUp", "selectPolicy");
    if (up.text() === "Disabled") return unmet(up, "unmet.up", args);
    const said = [
      behavior.at("scaleDown", "stabilizationWindowSeconds"),
      behavior.at("scaleDown", "policies"),
      behavior.at("scaleUp", "stabilizationWindowSeconds"),
      behavior.at("scaleUp", "policies"),
      ...(byEvents ? [spec.at("cooldownPeriod")] : []),
    ];
    const found = said.filter((field) => field.presence === "present");
    if (found.length > 0) return met(found);
    for (const field of [behavior, ...said]) field.text();
    return unmet(byEvents ? spec.at("advanced") : behavior, "unmet", args);
  },
  fix(scaler) {
    if (scaler.groupKind !== HPA || scaler.version !== "v2") return undefined;
    const behavior = scaler.body.at("spec", "behavior");
    if (behavior.presence !== "absent") return undefined;
    const policies = [{ type: "Percent", value: 50, periodSeconds: 60 }];
    const value = { scaleDown: { stabilizationWindowSeconds: 300, policies } };
    return { safety: "safe", edits: [{ op: "set", at: behavior.place, value }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#configurable-scaling-behavior",
    "https://keda.sh/docs/latest/reference/scaledobject-spec/#advanced",
  ],
  equivalents: { learnk8s: ["Horizontal Pod Autoscaler"] },
};
