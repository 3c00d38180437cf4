/** Network policies of every known kind: whom each selects, and whether it isolates for incoming traffic. */
import type { Field, GroupKind, Resource } from "../../model/facts.ts";
import { ifKnown } from "../../model/practice.ts";
import { calicoSelector, EVERYTHING, labelSelector, type Selector, UNKNOWN_SELECTOR } from "./selectors.ts";

export const NETWORK_POLICY_KINDS: readonly GroupKind[] = [
  "networking.k8s.io/NetworkPolicy",
  "extensions/NetworkPolicy",
  "cilium.io/CiliumNetworkPolicy",
  "cilium.io/CiliumClusterwideNetworkPolicy",
  "projectcalico.org/NetworkPolicy",
  "crd.projectcalico.org/NetworkPolicy",
  "projectcalico.org/GlobalNetworkPolicy",
  "crd.projectcalico.org/GlobalNetworkPolicy",
  "policy.networking.k8s.io/AdminNetworkPolicy",
  "policy.networking.k8s.io/ClusterNetworkPolicy",
];

/** Whom the policy selects; `undefined` when it does not isolate anyone for incoming traffic. */
export function ingressSelector(policy: Resource): Selector | undefined {
  const spec = policy.body.at("spec");
  switch (policy.group) {
    case "networking.k8s.io":
    case "extensions":
      return isolatesIngress(spec.at("policyTypes"))
        ? (labelSelector(spec.at("podSelector")) ?? EVERYTHING)
        : undefined;
    case "cilium.io":
      return ciliumSelector(policy.body);
    case "projectcalico.org":
    case "crd.projectcalico.org":
      return calicoTypes(spec) ? calicoSelector(spec.at("selector")) : undefined;
    default:
      return adminSelector(spec.at("subject"));
  }
}

/** Unset means incoming traffic (and outgoing too where there are egress rules). */
function isolatesIngress(types: Field): boolean {
  const names = ifKnown(() => types.items().map((item) => item.text()));
  return names === undefined || types.presence === "absent" || names.includes("Ingress");
}

function ciliumSelector(body: Field): Selector | undefined {
  const specs = [body.at("spec"), ...body.at("specs").writtenItems()].filter((spec) => spec.presence !== "absent");
  const isolating = specs.filter(
    (spec) =>
      spec.at("ingress").writtenItems().length > 0 ||
      spec.at("ingressDeny").presence !== "absent" ||
      ifKnown(() => spec.at("enableDefaultDeny", "ingress").flag()) === true,
  );
  const [only] = isolating;
  if (only === undefined) return undefined;
  if (isolating.length > 1) return UNKNOWN_SELECTOR;
  const selector = labelSelector(only.at("endpointSelector"));
  return selector === undefined ? undefined : withoutSources(selector);
}

/** Cilium writes the source of a label in front of it: `k8s:app`, `any:app`, `k8s.app`. */
function withoutSources(selector: Selector): Selector {
  const strip = (key: string) => key.replace(/^(k8s|any)[:.]/, "");
  const pairs = new Map([...selector.pairs].map(([key, value]) => [strip(key), value] as const));
  const namespaced = [...pairs.keys()].some((key) => key.startsWith("io.kubernetes.") || key.startsWith("io.cilium."));
  return {
    ...selector,
    pairs,
    expressions: selector.expressions.map((one) => ({ ...one, key: strip(one.key) })),
    open: selector.open || namespaced,
  };
}

function calicoTypes(spec: Field): boolean {
  const types = ifKnown(() =>
    spec
      .at("types")
      .items()
      .map((item) => item.text()),
  );
  if (types === undefined) return true;
  if (types.length > 0) return types.includes("Ingress");
  return spec.at("ingress").presence !== "absent" || spec.at("egress").presence === "absent";
}

function adminSelector(subject: Field): Selector | undefined {
  if (subject.presence === "absent") return undefined;
  const namespaces = labelSelector(subject.at("namespaces"));
  if (namespaces !== undefined)
    return namespaces.pairs.size + namespaces.expressions.length === 0 && !namespaces.open
      ? EVERYTHING
      : UNKNOWN_SELECTOR;
  return UNKNOWN_SELECTOR;
}
