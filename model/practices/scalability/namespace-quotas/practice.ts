import type { Namespace, Resource, World } from "../../../facts.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "supporting",
  share: "most",
  subject: "namespace",
  effort: "confirm",
  judge(namespace, world) {
    if (namespace.workloads.every((workload) => workload.hook)) return undefined;
    const quotas = boundsIn("/ResourceQuota", namespace, world).filter(limits);
    const ranges = boundsIn("/LimitRange", namespace, world);
    const [quota] = quotas;
    const [range] = ranges;
    const args = { namespace: namespace.displayName };
    if (quota !== undefined && range !== undefined) return met([quota.place, range.place]);
    if (quota !== undefined) return unmet(quota.place, "unmet.range", args);
    if (range !== undefined) return unmet(range.place, "unmet.quota", args);
    // Who makes the namespace elsewhere sets its bounds there.
    return namespace.resource === undefined ? cannotTell(namespace.place) : unmet(namespace.place, "unmet", args);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
    "https://kubernetes.io/docs/concepts/policy/limit-range/",
  ],
  equivalents: { trivy: ["KSV-0039", "KSV-0040"], learnk8s: ["Namespace limits"], nsa: ["resource policies"] },
};

function boundsIn(kind: "/ResourceQuota" | "/LimitRange", namespace: Namespace, world: World): readonly Resource[] {
  return world.resources(kind, namespace.scope).filter((one) => !one.conditional);
}

/** A quota of objects only says nothing of what they use. */
function limits(quota: Resource): boolean {
  return quota.body
    .at("spec", "hard")
    .writtenEntries()
    .some(([key]) => /^(?:(?:requests|limits)\.)?(?:cpu|memory)$/.test(key));
}
