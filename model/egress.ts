/** What limits the calls that go out of a namespace, besides policies of the network. */
import type { Matches, Namespace, Resource, World } from "./facts.ts";
import { effectOf, meets } from "./network-policies.ts";
import { ifKnown } from "./practice.ts";

/** Istio's sidecars of the whole namespace, or of the whole mesh, that only let calls to known services out. */
export function registryOnly(namespace: Namespace, world: World): Matches<Resource> {
  const sure: Resource[] = [];
  const maybe: Resource[] = [];
  for (const sidecar of world.resources("networking.istio.io/Sidecar")) {
    const spec = sidecar.body.at("spec");
    const near = sidecar.scope === "ns:istio-system" ? true : meets(sidecar.scope, namespace.scope);
    const known = ifKnown(() => spec.at("outboundTrafficPolicy", "mode").text());
    if (
      near === false ||
      spec.at("workloadSelector").presence !== "absent" ||
      (known !== "REGISTRY_ONLY" && known !== undefined)
    )
      continue;
    if (spec.at("outboundTrafficPolicy", "mode").presence === "absent") continue;
    (near === true && known !== undefined && !sidecar.conditional ? sure : maybe).push(sidecar);
  }
  return { sure, maybe };
}

/** Some policy of the namespace opens port 53, without which no name is found. */
export function letsNamesBeAsked(namespace: Namespace, world: World): boolean {
  const policies = world.resources([
    "networking.k8s.io/NetworkPolicy",
    "cilium.io/CiliumNetworkPolicy",
    "cilium.io/CiliumClusterwideNetworkPolicy",
  ]);
  return policies.some((policy) => {
    if (meets(policy.scope, namespace.scope) === false || ifKnown(() => effectOf(policy, "egress")) === "none")
      return false;
    const rules = policy.body.at("spec", "egress").writtenItems();
    const ports = rules.flatMap((rule) => [
      ...rule.at("ports").writtenItems(),
      ...rule
        .at("toPorts")
        .writtenItems()
        .flatMap((one) => one.at("ports").writtenItems()),
    ]);
    const anyPort = rules.some((rule) => {
      const peers = rule.at("to").writtenItems();
      const unlimited = ["ports", "toPorts"].every((key) => rule.at(key).presence === "absent");
      return (
        unlimited && (peers.length === 0 || peers.some((peer) => peer.at("namespaceSelector").presence !== "absent"))
      );
    });
    return anyPort || ports.some((port) => ["53", "dns", "dns-tcp"].includes(port.at("port").source ?? ""));
  });
}
