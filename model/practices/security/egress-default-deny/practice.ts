import { letsNamesBeAsked, registryOnly } from "../../../egress.ts";
import { defaultsOf, denyPolicy, isOneFolder, leftOpen, openRule } from "../../../network-policies.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 5,
  gate: "required",
  share: "most",
  subject: "namespace",
  effort: "create",
  judge(namespace, world) {
    if (namespace.workloads.every((workload) => workload.hook)) return notApplicable("hook");
    if (namespace.workloads.every(({ pod }) => pod.at("hostNetwork").source === "true"))
      return notApplicable("host-network");
    const { closed, open, maybe, reopened } = defaultsOf(namespace, "egress", world);
    const [wide] = open;
    const args = { namespace: namespace.displayName, policy: wide?.displayName ?? "" };
    if (wide !== undefined) return unmet([namespace.place, openRule(wide, "egress")], "unmet.open", args);
    const [single] = reopened;
    if (closed.length > 0 && single !== undefined)
      return unmet([namespace.place, openRule(single, "egress")], "unmet.undone", {
        ...args,
        policy: single.displayName,
      });
    const mesh = registryOnly(namespace, world);
    if (closed.length > 0)
      return met(
        closed.map((policy) => policy.place),
        letsNamesBeAsked(namespace, world) ? "met" : "met.dns",
      );
    if (mesh.sure.length > 0) return met(mesh.sure.map((sidecar) => sidecar.place));
    const unsure = [...maybe, ...mesh.maybe];
    if (unsure.length > 0) return cannotTell(unsure.map((policy) => policy.place));
    // A chart is installed into a namespace that others look after.
    return namespace.scope.startsWith("chart:") ? cannotTell(namespace.place) : unmet(namespace.place, "unmet", args);
  },
  claims: {
    kinds: ["/Namespace"],
    judge: (namespace, world) => leftOpen(namespace, "egress", world),
  },
  fix(namespace, world) {
    const behind = namespace.resource?.document ?? namespace.workloads[0]?.document;
    const { closed, open } = defaultsOf(namespace, "egress", world);
    if (behind === undefined || closed.length + open.length > 0 || !isOneFolder(namespace)) return undefined;
    const dns = {
      to: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
          podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
        },
      ],
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    };
    const value = denyPolicy("default-deny-egress", namespace, {
      policyTypes: ["Egress"],
      egress: [{ to: [{ podSelector: {} }] }, dns],
    });
    return {
      safety: "review",
      args: { namespace: namespace.displayName },
      edits: [{ op: "add-document", behind, value }],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies"],
  equivalents: {
    kubescape: ["C-0030"],
    "kube-score": ["pod-networkpolicy"],
    nsa: ["network policies"],
    dsomm: ["Filter outgoing traffic"],
  },
};
