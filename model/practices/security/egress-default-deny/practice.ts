import type { Namespace, Resource, World } from "../../../facts.ts";
import { defaultsOf, denyPolicy, effectOf, isOneFolder, meets, openRule } from "../../../network-policies.ts";
import { cannotTell, ifKnown, met, notApplicable, practice, unmet } from "../../../practice.ts";

export default practice({
  level: 5,
  gate: "required",
  share: "most",
  subject: "namespace",
  effort: "create",
  judge(namespace, world) {
    if (namespace.workloads.every((workload) => workload.hook)) return notApplicable("hook");
    if (namespace.workloads.every(({ pod }) => pod.at("hostNetwork").source === "true")) return notApplicable("host-network");
    const { closed, open, maybe } = defaultsOf(namespace, "egress", world);
    const [wide] = open;
    const args = { namespace: namespace.displayName, policy: wide?.displayName ?? "" };
    if (wide !== undefined) return unmet([namespace.place, openRule(wide, "egress")], "unmet.open", args);
    const mesh = registryOnly(namespace, world);
    if (closed.length > 0) return met(closed.map((policy) => policy.place), letsNamesBeAsked(namespace, world) ? "met" : "met.dns");
    if (mesh.sure.length > 0) return met(mesh.sure.map((sidecar) => sidecar.place));
    const unsure = [...maybe, ...mesh.maybe];
    if (unsure.length > 0) return cannotTell(unsure.map((policy) => policy.place));
    // A chart is installed into a namespace that others look after.
    return namespace.scope.startsWith("chart:") ? cannotTell(namespace.place) : unmet(namespace.place, "unmet", args);
  },
  fix(namespace, world) {
    const behind = namespace.resource?.document ?? namespace.workloads[0]?.document;
    if (behind === undefined || defaultsOf(namespace, "egress", world).open.length > 0 || !isOneFolder(namespace)) return undefined;
    const dns = {
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } }, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
      ports: [{ protocol: "UDP", port: 53 }, { protocol: "TCP", port: 53 }],
    };
    const value = denyPolicy("default-deny-egress", namespace, { policyTypes: ["Egress"], egress: [{ to: [{ podSelector: {} }] }, dns] });
    return { safety: "review", args: { namespace: namespace.displayName }, edits: [{ op: "add-document", behind, value }] };
  },
  references: ["https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies"],
  equivalents: { kubescape: ["C-0030"], "kube-score": ["pod-networkpolicy"], nsa: ["network policies"], dsomm: ["Filter outgoing traffic"] },
});

/** Istio's sidecars of the whole namespace, or of the whole mesh, that only let calls to known services out. */
function registryOnly(namespace: Namespace, world: World) {
  const sure: Resource[] = [];
  const maybe: Resource[] = [];
  for (const sidecar of world.resources("networking.istio.io/Sidecar")) {
    const spec = sidecar.body.at("spec");
    const near = sidecar.scope === "ns:istio-system" ? true : meets(sidecar.scope, namespace.scope);
    const known = ifKnown(() => spec.at("outboundTrafficPolicy", "mode").text());
    if (near === false || spec.at("workloadSelector").presence !== "absent" || (known !== "REGISTRY_ONLY" && known !== undefined)) continue;
    if (spec.at("outboundTrafficPolicy", "mode").presence === "absent") continue;
    (near === true && known !== undefined && !sidecar.conditional ? sure : maybe).push(sidecar);
  }
  return { sure, maybe };
}

/** Some policy of the namespace opens port 53, without which no name is found. */
function letsNamesBeAsked(namespace: Namespace, world: World): boolean {
  const policies = world.resources(["networking.k8s.io/NetworkPolicy", "cilium.io/CiliumNetworkPolicy", "cilium.io/CiliumClusterwideNetworkPolicy"]);
  return policies.some((policy) => {
    if (meets(policy.scope, namespace.scope) === false || ifKnown(() => effectOf(policy, "egress")) === "none") return false;
    const rules = policy.body.at("spec", "egress").writtenItems();
    const ports = rules.flatMap((rule) => [...rule.at("ports").writtenItems(), ...rule.at("toPorts").writtenItems().flatMap((one) => one.at("ports").writtenItems())]);
    const anyPort = rules.some((rule) => rule.at("ports").presence === "absent" && rule.at("toPorts").presence === "absent" && rule.at("to").writtenItems().some((peer) => peer.at("namespaceSelector").presence !== "absent"));
    return anyPort || ports.some((port) => ["53", "dns", "dns-tcp"].includes(port.at("port").source ?? ""));
  });
}
