import type { Field, Resource, World } from "../../../facts.ts";
import { ifKnown, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const RULE = "networking.istio.io/DestinationRule";
const ZONES = /^(?:topology\.kubernetes\.io|failure-domain\.beta\.kubernetes\.io)\/zone$/;

export default practice({
  level: 5,
  gate: "supporting",
  share: "any",
  subject: "resource",
  kinds: ["/Service", RULE],
  effort: "confirm",
  judge(resource, world) {
    const near = nearby(resource);
    if (near !== undefined) return met(near);
    if (resource.groupKind === RULE) return undefined;
    if (!isOverZones(resource, world)) return notApplicable("no-subject");
    return unmet(resource.body.at("spec"), "unmet", { service: resource.displayName });
  },
  fix(resource, world) {
    if (resource.groupKind === RULE || world.kubernetesMinor < 31) return undefined;
    const value = world.kubernetesMinor >= 34 ? "PreferSameZone" : "PreferClose";
    const at = resource.body.at("spec", "trafficDistribution").place;
    return { safety: "review", args: { value }, edits: [{ op: "set", at, value }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/services-networking/service/#traffic-distribution",
    "https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/",
  ],
};

/** What keeps requests near to where they come from. */
function nearby(resource: Resource): Field | undefined {
  const spec = resource.body.at("spec");
  if (resource.groupKind === RULE) {
    const balancing = spec.at("trafficPolicy", "loadBalancer", "localityLbSetting");
    // Without outlier detection Istio does not look at where things are.
    return balancing.presence === "present" && spec.at("trafficPolicy", "outlierDetection").presence === "present"
      ? balancing
      : undefined;
  }
  const spread = spec.at("trafficDistribution");
  if (/^Prefer/.test(spread.text() ?? "")) return spread;
  const hints = ["service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints"].map((key) =>
    resource.annotations.at(key),
  );
  const hint = hints.find((field) => /^auto$/i.test(field.text() ?? ""));
  const inside = spec.at("internalTrafficPolicy");
  return hint ?? (inside.text() === "Local" ? inside : undefined);
}

/** Its pods are told to spread over zones, so that there are several. */
function isOverZones(service: Resource, world: World): boolean {
  const { sure } = world.selectedBy(service.body.at("spec", "selector"), service.scope);
  return sure.some((workload) =>
    workload.pod
      .at("topologySpreadConstraints")
      .writtenItems()
      .some((one) => ZONES.test(ifKnown(() => one.at("topologyKey").text()) ?? "")),
  );
}
