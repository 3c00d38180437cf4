import type { Container, Workload, World } from "../../../facts.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { quantity } from "../../../quantities.ts";
import { limitOf, requestOf } from "../../../resources.ts";

/** Names of priority classes that say how much depends on it. */
const CRITICAL = /critical|high|important|tier-?[01]\b|platinum|gold/i;

export default practice({
  level: 5,
  gate: "supporting",
  share: "any",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    if (workload.class !== "long" || workload.allContainers.length === 0) return undefined;
    const claims = workload.pod.at("resourceClaims");
    if (claims.presence === "present") return met(claims, "met.claims");
    const loose = workload.allContainers
      .filter(({ role }) => role !== "ephemeral")
      .find((one) => !isGuaranteed(one, workload, world));
    if (loose === undefined && !workload.moreContainers)
      return met(workload.containers.map((one) => one.body.at("resources")));
    // Only what much depends on is asked for it.
    if (!CRITICAL.test(workload.pod.at("priorityClassName").text() ?? "")) return notApplicable("no-subject");
    if (loose === undefined) return undefined;
    return unmet(loose.body.at("resources"), "unmet", { workload: workload.displayName, container: loose.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/",
    "https://kubernetes.io/docs/tasks/administer-cluster/cpu-management-policies/",
  ],
  equivalents: {
    "kube-score": ["container-resource-requests-equal-limits", "container-memory-requests-equal-limits"],
  },
};

/** All that it may use is kept free for it. */
function isGuaranteed(container: Container, workload: Workload, world: World): boolean {
  return (["cpu", "memory"] as const).every((name) => {
    const limit = limitOf(container, name, workload, world);
    const request = requestOf(container, name, workload, world);
    if (limit === undefined || request === undefined) return false;
    return quantity(limit) === quantity(request);
  });
}
