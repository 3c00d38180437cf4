import type { Field, GroupKind, Resource } from "../../../facts.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const VIRTUAL: GroupKind = "networking.istio.io/VirtualService";
const RULE: GroupKind = "networking.istio.io/DestinationRule";
const ROUTES: readonly GroupKind[] = [
  "gateway.networking.k8s.io/HTTPRoute",
  "gateway.networking.k8s.io/GRPCRoute",
  "policy.linkerd.io/HTTPRoute",
];
const POLICIES: readonly GroupKind[] = [
  "gateway.envoyproxy.io/BackendTrafficPolicy",
  "linkerd.io/ServiceProfile",
  "dapr.io/Resiliency",
];

export default practice({
  level: 5,
  gate: "supporting",
  share: "half",
  subject: "resource",
  kinds: [VIRTUAL, RULE, ...ROUTES, ...POLICIES],
  effort: "confirm",
  judge(resource) {
    const args = { name: resource.displayName };
    if (POLICIES.includes(resource.groupKind)) return met(resource.place);
    const said = fieldsOf(resource);
    const found = said.filter(({ presence }) => presence === "present");
    if (found.length > 0) return met(found);
    // A rule that only names subsets has no part in this.
    if (resource.groupKind === RULE) return undefined;
    for (const field of said) field.text();
    const rules = resource.body.at("spec", resource.groupKind === VIRTUAL ? "http" : "rules");
    if (rules.writtenItems().length === 0) return undefined;
    return unmet(rules, "unmet", args);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://istio.io/latest/docs/concepts/traffic-management/#network-resilience-and-testing",
    "https://gateway-api.sigs.k8s.io/guides/http-timeouts/",
  ],
};

/** Timeouts, retries and breakers, wherever the kind has them. */
function fieldsOf({ groupKind, body }: Resource): readonly Field[] {
  const spec = body.at("spec");
  const each = (list: string, ...keys: readonly string[]) =>
    spec
      .at(list)
      .writtenItems()
      .flatMap((one) => keys.map((key) => one.at(key)));
  if (groupKind === VIRTUAL) return each("http", "timeout", "retries");
  if (groupKind === RULE)
    return [spec.at("trafficPolicy", "outlierDetection"), spec.at("trafficPolicy", "connectionPool")];
  return each("rules", "timeouts", "retry");
}
