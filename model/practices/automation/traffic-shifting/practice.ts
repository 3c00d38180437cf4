import type { Field, Resource } from "../../../facts.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 5,
  gate: "supporting",
  share: "half",
  subject: "resource",
  kinds: [
    "argoproj.io/Rollout",
    "flagger.app/Canary",
    "networking.istio.io/VirtualService",
    "gateway.networking.k8s.io/HTTPRoute",
    "networking.k8s.io/Ingress",
  ],
  effort: "confirm",
  judge(resource) {
    const args = { name: resource.displayName };
    switch (resource.kind) {
      case "Rollout":
        return ofRollout(resource);
      case "Canary": {
        const provider = resource.body.at("spec", "provider");
        return provider.text() === "kubernetes" ? unmet(provider, "unmet.pods", args) : met(resource.place);
      }
      case "VirtualService":
        return ofWeights(
          resource.body
            .at("spec", "http")
            .writtenItems()
            .map((rule) => rule.at("route")),
          args,
        );
      case "HTTPRoute":
        return ofWeights(
          resource.body
            .at("spec", "rules")
            .writtenItems()
            .map((rule) => rule.at("backendRefs")),
          args,
        );
      default: {
        const weight = resource.annotations.at("nginx.ingress.kubernetes.io/canary-weight");
        return weight.presence === "present" ? met(weight) : undefined;
      }
    }
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/",
    "https://gateway-api.sigs.k8s.io/guides/traffic-splitting/",
  ],
};

function ofRollout(rollout: Resource) {
  const strategy = rollout.body.at("spec", "strategy");
  const canary = strategy.at("canary");
  const green = strategy.at("blueGreen");
  const args = { name: rollout.displayName };
  if (green.presence === "present") {
    const preview = green.at("previewService");
    return preview.presence === "absent" ? unmet(green, "unmet.preview", args) : met(preview);
  }
  if (canary.presence !== "present") return undefined;
  const routing = canary.at("trafficRouting");
  if (routing.presence === "absent") return unmet(canary, "unmet.pods", args);
  const missing = ["stableService", "canaryService"]
    .map((key) => canary.at(key))
    .find((one) => one.presence === "absent");
  // Some routers work with one Service and subsets.
  const withSubsets = routing.at("istio", "destinationRule").presence === "present";
  return missing === undefined || withSubsets ? met(routing) : unmet(missing, "unmet.service", args);
}

/** Weights that send a part of the requests elsewhere; nothing where nothing is split. */
function ofWeights(lists: readonly Field[], args: { readonly name: string }) {
  for (const list of lists) {
    const weights = list
      .writtenItems()
      .map((one) => one.at("weight"))
      .filter((one) => one.presence !== "absent");
    if (weights.length < 2) continue;
    const numbers = weights.map((one) => one.number() ?? 0);
    if (numbers.filter((one) => one > 0).length > 1) return met(weights);
    return unmet(weights, "unmet.static", args);
  }
  return undefined;
}
