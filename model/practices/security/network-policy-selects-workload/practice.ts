import { missedBeside } from "../../../claims.ts";
import type { Resource, Workload, World } from "../../../facts.ts";
import { allowPolicy, danglingPolicy, effectOf, isCertain, openRule } from "../../../network-policies.ts";
import { cannotTell, ifKnown, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 2,
  gate: { group: "NETPOL" },
  share: "most",
  subject: "workload",
  effort: "create",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    // Pods of a workflow come and go with it and answer to nobody.
    if (workload.class === "batch" && workload.group === "argoproj.io") return notApplicable("batch");
    if (workload.pod.at("hostNetwork").flag() === true) return notApplicable("host-network");
    const { sure, maybe } = world.networkPoliciesOf(workload);
    const certain = sure.filter((policy) => isCertain(policy, workload));
    const effects = certain.map((policy) => [policy, ifKnown(() => effectOf(policy, "ingress"))] as const);
    const closed = effects.filter(([, effect]) => effect === "closed").map(([policy]) => policy.place);
    if (closed.length > 0) return met(closed);
    const unsure = [
      ...maybe,
      ...sure.filter((policy) => !certain.includes(policy)),
      ...effects.filter(([, effect]) => effect === undefined).map(([policy]) => policy),
    ];
    if (unsure.length > 0) return cannotTell(unsure.map((policy) => policy.place));
    const args = { workload: workload.displayName };
    const open = effects.find(([, effect]) => effect === "open")?.[0];
    if (open !== undefined)
      return unmet([workload.place, openRule(open, "ingress")], "unmet.open", { ...args, policy: open.displayName });
    const near = nearest(workload, world);
    if (near !== undefined) return unmet(workload.place, "unmet.dangling", { ...args, policy: near.displayName });
    return unmet(workload.place, workload.class === "batch" ? "unmet.task" : "unmet", args);
  },
  claims: {
    kinds: ["networking.k8s.io/NetworkPolicy"],
    judge(policy, world) {
      const selector = policy.body.at("spec", "podSelector");
      if (missedBeside(policy, selector, world).length === 0) return undefined;
      return unmet(selector, "unmet.lost", { policy: policy.displayName });
    },
  },
  fix(workload, world) {
    // Where a policy was meant for it, or lets everything in, that policy wants changing rather than a second one.
    if (world.networkPoliciesOf(workload).sure.length > 0 || nearest(workload, world) !== undefined) return undefined;
    const value = allowPolicy(workload, world);
    if (value === undefined) return undefined;
    return {
      safety: "review",
      args: { workload: workload.displayName },
      edits: [{ op: "add-document", behind: workload.document, value }],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/services-networking/network-policies/"],
  equivalents: {
    "kube-linter": ["non-isolated-pod", "dangling-networkpolicy", "dangling-networkpolicypeer-podselector"],
    "kube-score": ["pod-networkpolicy", "networkpolicy-targets-pod"],
    polaris: ["missingNetworkPolicy"],
    checkov: ["CKV2_K8S_6"],
    kubescape: ["C-0260", "C-0299"],
    trivy: ["KSV-0038"],
    cis: ["5.3.2"],
    nsa: ["network policies"],
    learnk8s: ["Network policies"],
    dsomm: ["Isolated networks for virtual environments"],
  },
};

/** A policy that selects no pod at all and was probably meant for this workload: the same name, or almost its labels. */
function nearest(workload: Workload, world: World): Resource | undefined {
  const labels = workload.podLabels.writtenEntries().flatMap(([, value]) => value.source ?? []);
  const alike = (text: string) =>
    text.length > 2 && labels.some((label) => label.startsWith(text) || text.startsWith(label));
  return danglingPolicy(workload.scope, world, (policy) => {
    const wanted = policy.body.at("spec", "podSelector", "matchLabels").writtenEntries();
    return policy.displayName === workload.displayName || wanted.some(([, value]) => alike(value.source ?? ""));
  });
}
