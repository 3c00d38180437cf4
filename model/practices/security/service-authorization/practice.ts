import { missedBeside } from "../../../claims.ts";
import { cannotTell, met, notApplicable, practice, type Sources, type Spot, unmet } from "../../../practice.ts";
import { grantsFor } from "../../../service-grants.ts";

export default practice({
  level: 5,
  gate: "required",
  share: "half",
  subject: "workload",
  effort: "create",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    if (workload.class === "batch") return notApplicable("batch");
    const serving = world.isServing(workload);
    if (serving === false) return notApplicable("worker");
    const policies = grantsFor(workload, world);
    const good = policies.filter((one) => one.sure === true && one.paper === undefined);
    if (good.length > 0) return met(good.map((one) => one.at));
    const open = policies.filter((one) => one.sure !== true && one.paper === undefined);
    if (open.length > 0 || serving === undefined)
      return cannotTell(open.length > 0 ? open.map((one) => one.at) : workload.place);
    const [paper] = policies.filter((one) => one.sure === true);
    const args = { workload: workload.displayName };
    if (paper?.paper === undefined) return unmet(workload.place, "unmet", args);
    const message = paper.paper;
    const spots: Spot[] = [{ place: workload.place }, { place: "presence" in paper.at ? paper.at.place : paper.at }];
    return unmet(spots, message, { ...args, policy: paper.policy });
  },
  claims: {
    kinds: ["security.istio.io/AuthorizationPolicy"],
    judge(policy, world) {
      const selector = policy.body.at("spec", "selector");
      // In the mesh's own namespace it speaks of the pods of all others.
      if (policy.scope === "ns:istio-system" || missedBeside(policy, selector, world).length === 0) return undefined;
      return unmet(selector, "unmet.lost", { policy: policy.displayName });
    },
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://istio.io/latest/docs/reference/config/security/authorization-policy/",
    "https://linkerd.io/2/reference/authorization-policy/",
  ],
};
