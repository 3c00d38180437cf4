/** Policies that say who may call a workload, by the identity of the caller, whatever the mesh. */
import type { Field, Resource, Workload, World } from "./facts.ts";
import { meets } from "./network-policies.ts";
import { ifKnown } from "./practice.ts";

const IDENTITIES = ["principals", "serviceAccounts", "namespaces"];

/** A policy that says who may call the workload, and why it says so on paper only. */
export interface Grant {
  readonly at: Field | Resource["place"];
  readonly policy: string;
  readonly sure: boolean | undefined;
  readonly paper?: "unmet.open" | "unmet.dry" | undefined;
}

/** All of them that may concern the workload. */
export function grantsFor(workload: Workload, world: World): readonly Grant[] {
  return [
    ...istio(workload, world),
    ...linkerd(workload, world),
    ...cilium(workload, world),
    ...consul(workload, world),
  ];
}

function grant(policy: Resource, at: Grant["at"], sure: boolean | undefined, paper?: Grant["paper"]): readonly Grant[] {
  return sure === false ? [] : [{ at, policy: policy.displayName, sure: policy.conditional ? undefined : sure, paper }];
}

/** Where one policy allows calls, whatever no policy allows is refused; so none that denies is needed beside it. */
function istio(workload: Workload, world: World): readonly Grant[] {
  return world.resources("security.istio.io/AuthorizationPolicy").flatMap((policy) => {
    const spec = policy.body.at("spec");
    const root = policy.scope === "ns:istio-system";
    const near = root ? true : meets(policy.scope, workload.scope);
    if (near === false || !/^(ALLOW)?$/.test(spec.at("action").source ?? "")) return [];
    const reach =
      spec.at("selector").presence !== "absent"
        ? world.matchesLabelSelector(spec.at("selector"), workload)
        : targets(spec, workload, world);
    const rules = spec.at("rules");
    const sure = reach === false ? false : near === true ? reach : undefined;
    if (policy.annotations.at("istio.io/dry-run").source === "true")
      return grant(policy, policy.annotations.at("istio.io/dry-run"), sure, "unmet.dry");
    const wide = rules.writtenItems().find((rule) => ifKnown(() => rule.entries().length) === 0);
    if (wide !== undefined) return grant(policy, wide, sure, "unmet.open");
    const named = rules
      .writtenItems()
      .flatMap((rule) => rule.at("from").writtenItems())
      .flatMap((from) => IDENTITIES.map((key) => from.at("source", key)))
      .find((field) => field.presence !== "absent");
    const more = named === undefined && ifKnown(() => rules.items()) === undefined;
    return named === undefined && !more ? [] : grant(policy, named ?? rules, more ? undefined : sure);
  });
}

/** Policies of a waypoint name the Service; those that name nothing are for the whole namespace. */
function targets(spec: Field, workload: Workload, world: World): boolean | undefined {
  const references = [spec.at("targetRef"), ...spec.at("targetRefs").writtenItems()].filter(
    (one) => one.presence !== "absent",
  );
  if (references.length === 0) return true;
  const { sure, maybe } = world.servicesOf(workload);
  const names = (services: readonly Resource[]) =>
    references.some(
      (one) =>
        one.at("kind").source === "Service" &&
        services.some((service) => service.displayName === one.at("name").source),
    );
  return names(sure) ? true : names(maybe) ? undefined : false;
}

/** A Server selects the pods; a policy names it, or the whole namespace, and who must prove what. */
function linkerd(workload: Workload, world: World): readonly Grant[] {
  const servers = world
    .resources("policy.linkerd.io/Server")
    .filter(
      (server) =>
        meets(server.scope, workload.scope) === true &&
        world.matchesLabelSelector(server.body.at("spec", "podSelector"), workload) === true,
    );
  const names = new Set(servers.map((server) => server.displayName));
  return world
    .resources(["policy.linkerd.io/AuthorizationPolicy", "policy.linkerd.io/ServerAuthorization"])
    .flatMap((policy) => {
      const spec = policy.body.at("spec");
      const near = meets(policy.scope, workload.scope);
      const target = policy.kind === "ServerAuthorization" ? spec.at("server") : spec.at("targetRef");
      const reach = target.at("kind").source === "Namespace" || names.has(target.at("name").source ?? "");
      const proof =
        policy.kind === "ServerAuthorization"
          ? spec.at("client", "meshTLS")
          : spec.at("requiredAuthenticationRefs").at(0);
      return reach && proof.presence !== "absent" ? grant(policy, proof, near) : [];
    });
}

/** Rules that name callers by their identity, and what of the protocol they may use. */
function cilium(workload: Workload, world: World): readonly Grant[] {
  return world.resources("cilium.io/CiliumNetworkPolicy").flatMap((policy) => {
    const spec = policy.body.at("spec");
    const near = meets(policy.scope, workload.scope);
    const reach = near === false ? false : world.matchesLabelSelector(spec.at("endpointSelector"), workload);
    const rule = spec
      .at("ingress")
      .writtenItems()
      .find((one) => {
        const named = one
          .at("fromEndpoints")
          .writtenItems()
          .some((peer) => peer.writtenEntries().length > 0);
        return (
          named &&
          one
            .at("toPorts")
            .writtenItems()
            .some((ports) => ports.at("rules").presence !== "absent")
        );
      });
    return rule === undefined
      ? []
      : grant(policy, rule.at("fromEndpoints"), near === true ? reach : reach === false ? false : undefined);
  });
}

function consul(workload: Workload, world: World): readonly Grant[] {
  const services = new Set(world.servicesOf(workload).sure.map((service) => service.displayName));
  return world.resources("consul.hashicorp.com/ServiceIntentions").flatMap((intention) => {
    const allowed = intention.body
      .at("spec", "sources")
      .writtenItems()
      .find((source) => source.at("action").source === "allow" && source.at("name").source !== "*");
    return allowed !== undefined && services.has(intention.body.at("spec", "destination", "name").source ?? "")
      ? grant(intention, allowed, true)
      : [];
  });
}
