import type { Edit } from "../../../edit.ts";
import type { Namespace, World } from "../../../facts.ts";
import { allowPolicy, defaultsOf, denyPolicy, isOneFolder, leftOpen, openRule } from "../../../network-policies.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 2,
  gate: { group: "NETPOL" },
  share: "most",
  subject: "namespace",
  effort: "create",
  judge(namespace, world) {
    const pods = namespace.workloads.filter((workload) => !workload.hook);
    if (pods.length === 0) return notApplicable("hook");
    if (pods.every(({ pod }) => pod.at("hostNetwork").source === "true")) return notApplicable("host-network");
    const { closed, open, maybe } = defaultsOf(namespace, "ingress", world);
    const [wide] = open;
    if (wide !== undefined) {
      const args = { namespace: namespace.displayName, policy: wide.displayName };
      return unmet([namespace.place, openRule(wide, "ingress")], "unmet.open", args);
    }
    if (closed.length > 0) return met(closed.map((policy) => policy.place));
    if (maybe.length > 0) return cannotTell(maybe.map((policy) => policy.place));
    // A chart is installed into a namespace that others look after.
    if (namespace.scope.startsWith("chart:")) return cannotTell(namespace.place);
    return unmet(namespace.place, "unmet", { namespace: namespace.displayName });
  },
  claims: {
    kinds: ["/Namespace"],
    judge: (namespace, world) => leftOpen(namespace, "ingress", world),
  },
  fix(namespace, world) {
    if (defaultsOf(namespace, "ingress", world).open.length > 0 || !isOneFolder(namespace)) return undefined;
    const allowed = allowances(namespace, world);
    if (allowed === undefined) return undefined;
    const behind = namespace.resource?.document ?? namespace.workloads[0]?.document;
    if (behind === undefined) return undefined;
    const deny = denyPolicy("default-deny-ingress", namespace, { policyTypes: ["Ingress"] });
    return {
      safety: "review",
      args: { namespace: namespace.displayName },
      edits: [{ op: "add-document", behind, value: deny }, ...allowed],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies"],
  equivalents: { kubescape: ["C-0030", "C-0049", "C-0054", "C-0206"], cis: ["5.3.2"], nsa: ["network policies"] },
};

/** Policies for all that no policy lets anyone call yet; nothing where one of them cannot be written. */
function allowances(namespace: Namespace, world: World): readonly Edit[] | undefined {
  const edits: Edit[] = [];
  for (const workload of namespace.workloads) {
    if (workload.hook || world.networkPoliciesOf(workload).sure.length > 0) continue;
    const value = allowPolicy(workload, world);
    if (value === undefined) return undefined;
    edits.push({ op: "add-document", behind: workload.document, value });
  }
  return edits;
}
