/** What requires mutual TLS of the services of a namespace, whatever the mesh. */
import type { Place } from "./edit.ts";
import type { Field, Namespace, Resource, World } from "./facts.ts";
import { meets } from "./network-policies.ts";
import { ifKnown } from "./practice.ts";

/** Where Istio looks for what holds in the whole mesh, unless it was installed with another name. */
const ISTIO_ROOT = "ns:istio-system";

/** Modes in which calls in plain are taken. */
export const WEAK = /^(PERMISSIVE|DISABLE)$/;

export interface MutualTls {
  /** The mode that holds for the namespace's pods: its own, else the mesh's. */
  readonly mode: Field | undefined;
  /** What takes some of them out of it again. */
  readonly undone: Field | undefined;
  /** May require it, or belong to another namespace. */
  readonly maybe: readonly Resource[];
}

export function istioMutualTls(namespace: Namespace, world: World): MutualTls {
  const all = world.resources("security.istio.io/PeerAuthentication");
  const modeOf = ({ body }: Resource) => body.at("spec", "mtls", "mode");
  const isWide = ({ body }: Resource) => body.at("spec", "selector").presence === "absent";
  const says = (one: Resource) => ifKnown(() => ![undefined, "UNSET"].includes(modeOf(one).text())) ?? true;
  const own = all.filter((one) => !one.conditional && meets(one.scope, namespace.scope) === true);
  const wide =
    own.find((one) => isWide(one) && says(one)) ??
    all.find((one) => one.scope === ISTIO_ROOT && !one.conditional && isWide(one) && says(one));
  const weak = own.flatMap((one) => [
    ...(isWide(one) ? [] : [modeOf(one)]),
    ...one.body
      .at("spec", "portLevelMtls")
      .writtenEntries()
      .map(([, port]) => port.at("mode")),
  ]);
  const plain = world
    .resources("networking.istio.io/DestinationRule")
    .filter((rule) => meets(rule.scope, namespace.scope) === true)
    .map((rule) => rule.body.at("spec", "trafficPolicy", "tls", "mode"))
    .filter((field) => field.source === "DISABLE");
  const undone: Field | undefined = [...weak.filter((field) => WEAK.test(field.source ?? "")), ...plain][0];
  const maybe = all.filter(
    (one) => isWide(one) && says(one) && !own.includes(one) && meets(one.scope, namespace.scope) !== false,
  );
  return {
    mode: wide === undefined ? undefined : modeOf(wide),
    undone,
    maybe: maybe.filter((one) => !WEAK.test(modeOf(one).source ?? "")),
  };
}

/** Other meshes, where they refuse callers that do not prove who they are. */
export function otherMutualTls(namespace: Namespace, world: World): readonly (Field | Place)[] {
  const here = (one: Resource) => !one.conditional && meets(one.scope, namespace.scope) === true;
  const key = "config.linkerd.io/default-inbound-policy";
  const policies = [
    namespace.resource?.annotations.at(key),
    ...namespace.workloads.map((workload) => workload.podAnnotations.at(key)),
  ];
  const strict = (field: Field | undefined) =>
    /^(cluster-authenticated|all-authenticated|deny)$/.test(field?.source ?? "");
  const [own, ...pods] = policies;
  const linkerd = strict(own) ? [own] : pods.length > 0 && pods.every(strict) ? pods : [];
  const cilium = world
    .resources(["cilium.io/CiliumNetworkPolicy", "cilium.io/CiliumClusterwideNetworkPolicy"])
    .filter(here)
    .flatMap(({ body }) => body.at("spec", "ingress").writtenItems())
    .map((rule) => rule.at("authentication", "mode"))
    .filter((field) => field.source === "required");
  const kuma = world
    .resources("kuma.io/Mesh")
    .map(({ body }) => body.at("spec", "mtls", "enabledBackend"))
    .filter((field) => field.presence === "present");
  const identities = world
    .resources("policy.linkerd.io/MeshTLSAuthentication")
    .filter(here)
    .map((one) => one.place);
  return [...linkerd.filter((field) => field !== undefined), ...identities, ...cilium, ...kuma];
}
