/** Network policies by their effect: what they close and leave open, and for whom. */
import type { Json } from "./edit.ts";
import type { Field, GroupKind, Namespace, Resource, Scope, Standing, Workload, World } from "./facts.ts";
import { once } from "./memo.ts";
import { ifKnown, unmet, type Verdict } from "./practice.ts";

export type Direction = "ingress" | "egress";

/** `closed`: what no rule names is refused. `open`: a rule lets in, or out, everything. `none`: it is silent about the direction. */
export type Effect = "closed" | "open" | "none";

const KUBERNETES: readonly GroupKind[] = ["networking.k8s.io/NetworkPolicy", "extensions/NetworkPolicy"];

const POLICIES: readonly GroupKind[] = [
  ...KUBERNETES,
  "cilium.io/CiliumNetworkPolicy",
  "cilium.io/CiliumClusterwideNetworkPolicy",
  "projectcalico.org/NetworkPolicy",
  "crd.projectcalico.org/NetworkPolicy",
  "projectcalico.org/GlobalNetworkPolicy",
  "crd.projectcalico.org/GlobalNetworkPolicy",
  "policy.networking.k8s.io/AdminNetworkPolicy",
  "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
  "policy.networking.k8s.io/ClusterNetworkPolicy",
];

/** Asked for every namespace there is; `undefined` when it is not known. */
const effects = {
  ingress: once((policy: Resource) => ifKnown(() => effectOf(policy, "ingress"))),
  egress: once((policy: Resource) => ifKnown(() => effectOf(policy, "egress"))),
};

/** What the policy does to the pods that it selects. Throws `Unresolved`. */
export function effectOf(policy: Resource, direction: Direction): Effect {
  const spec = policy.body.at("spec");
  switch (policy.group) {
    case "networking.k8s.io":
    case "extensions":
      return kubernetesEffect(spec, direction);
    case "cilium.io": {
      const effects = specsOf(policy).map((one) => ciliumEffect(one, direction));
      return effects.includes("open") ? "open" : effects.includes("closed") ? "closed" : "none";
    }
    case "projectcalico.org":
    case "crd.projectcalico.org":
      return calicoEffect(spec, direction);
    default:
      return spec
        .at(direction)
        .items()
        .some((rule) => rule.at("action").text() === "Deny")
        ? "closed"
        : "none";
  }
}

/** Where a Kubernetes policy lets in, or out, everything. */
export function openRule(policy: Resource, direction: Direction): Field {
  const rules = policy.body.at("spec", direction);
  return rules.writtenItems().find((rule) => isEverything(rule, direction === "ingress" ? "from" : "to")) ?? rules;
}

function kubernetesEffect(spec: Field, direction: Direction): Effect {
  const rules = spec.at(direction);
  const types = spec
    .at("policyTypes")
    .items()
    .map((type) => type.text());
  const named =
    types.length > 0
      ? types.includes(direction === "ingress" ? "Ingress" : "Egress")
      : direction === "ingress" || rules.presence !== "absent";
  if (!named) return "none";
  return rules.items().some((rule) => isEverything(rule, direction === "ingress" ? "from" : "to")) ? "open" : "closed";
}

/** A rule that limits neither ports nor peers; an absent or empty list is no limit. */
function isEverything(rule: Field, peers: "from" | "to"): boolean {
  if (rule.at("ports").items().length > 0) return false;
  const list = rule.at(peers).items();
  return list.length === 0 || list.some((peer) => /^(0\.0\.0\.0|::)\/0$/.test(peer.at("ipBlock", "cidr").text() ?? ""));
}

function specsOf(policy: Resource): readonly Field[] {
  return [policy.body.at("spec"), ...policy.body.at("specs").writtenItems()].filter(
    (spec) => spec.presence !== "absent",
  );
}

/** Cilium begins to refuse with the first rule, even an empty one; a list without rules has no effect. */
function ciliumEffect(spec: Field, direction: Direction): Effect {
  const rules = spec.at(direction).items();
  const wanted = spec.at("enableDefaultDeny", direction).flag();
  if (wanted === false) return "none";
  const peer = direction === "ingress" ? "from" : "to";
  const open = rules.some(
    (rule) =>
      rule.at("toPorts").presence === "absent" &&
      (rule
        .at(`${peer}Entities`)
        .items()
        .some((entity) => entity.text() === "all") ||
        rule
          .at(`${peer}CIDR`)
          .items()
          .some((range) => range.text() === "0.0.0.0/0")),
  );
  if (open) return "open";
  const denies = spec.at(`${direction}Deny`).items().length > 0;
  return rules.length > 0 || denies || wanted === true ? "closed" : "none";
}

function calicoEffect(spec: Field, direction: Direction): Effect {
  const rules = spec.at(direction);
  const types = spec
    .at("types")
    .items()
    .map((type) => type.text());
  const other = spec.at(direction === "ingress" ? "egress" : "ingress").presence === "absent";
  const named =
    types.length > 0
      ? types.includes(direction === "ingress" ? "Ingress" : "Egress")
      : rules.presence !== "absent" || (direction === "ingress" && other);
  if (!named) return "none";
  const open = rules.items().some((rule) => rule.at("action").text() === "Allow" && rule.entries().length === 1);
  return open ? "open" : "closed";
}

/** Does it select all pods of its namespace, or of all namespaces: `undefined` when that is not known. */
const selectsAll = once((policy: Resource): boolean | undefined => {
  const spec = policy.body.at("spec");
  switch (policy.group) {
    case "networking.k8s.io":
    case "extensions":
      return ifKnown(() => isEmptySelector(spec.at("podSelector")));
    case "cilium.io":
      return ifKnown(() =>
        specsOf(policy).some(
          (one) => one.at("endpointSelector").presence === "present" && isEmptySelector(one.at("endpointSelector")),
        ),
      );
    case "projectcalico.org":
    case "crd.projectcalico.org":
      return ifKnown(() => {
        if (!/^(all\(\))?$/.test(spec.at("selector").text()?.trim() ?? "")) return false;
        return /^(all\(\))?$/.test(spec.at("namespaceSelector").text()?.trim() ?? "") ? true : undefined;
      });
    default: {
      const namespaces = spec.at("subject", "namespaces");
      return namespaces.presence === "present" && ifKnown(() => isEmptySelector(namespaces)) === true
        ? true
        : undefined;
    }
  }
});

function isEmptySelector(selector: Field): boolean {
  selector.entries();
  return selector.at("matchLabels").entries().length === 0 && selector.at("matchExpressions").items().length === 0;
}

export interface Defaults {
  /** Refuse what no other policy allows, for every pod of the namespace. */
  readonly closed: readonly Resource[];
  /** Allow everything to every pod, which undoes the others. */
  readonly open: readonly Resource[];
  /** May do the one or the other, or belong to another namespace. */
  readonly maybe: readonly Resource[];
  /** Allow everything to single workloads, and together to most that there are: then little is closed but what comes later. */
  readonly reopened: readonly Resource[];
}

/**
 * A Namespace with policies and no workloads: what runs there comes from elsewhere, and is as open as they leave it.
 * Unmet with `unmet` or `unmet.open`; nothing where it is closed, or where a policy of it cannot be told.
 */
export function leftOpen(resource: Resource, direction: Direction, world: World): Verdict | undefined {
  const { system, nonProduction, foreign, displayName } = resource;
  const namespace = { system, nonProduction, foreign, scope: `ns:${displayName}` as const, workloads: [] };
  const policies = world.resources("networking.k8s.io/NetworkPolicy", namespace.scope);
  if (policies.length === 0 || world.workloads(namespace.scope).length > 0) return undefined;
  const { closed, open, maybe } = defaultsOf(namespace, direction, world);
  const [wide] = open;
  const args = { namespace: displayName };
  if (wide !== undefined) return unmet(openRule(wide, direction), "unmet.open", { ...args, policy: wide.displayName });
  return closed.length + maybe.length > 0 ? undefined : unmet(resource.name, "unmet", args);
}

/** What policies say of all pods of a namespace. */
export function defaultsOf(
  namespace: Standing & Pick<Namespace, "scope" | "workloads">,
  direction: Direction,
  world: World,
): Defaults {
  const closed: Resource[] = [];
  const open: Resource[] = [];
  const maybe: Resource[] = [];
  const single: Resource[] = [];
  for (const policy of world.resources(POLICIES)) {
    const near = meets(policy.scope, namespace.scope);
    if (near === false) continue;
    const all = selectsAll(policy);
    const effect = effects[direction](policy);
    if (near === true && effect === "open" && KUBERNETES.includes(policy.groupKind) && isCertain(policy, namespace))
      single.push(policy);
    if (all === false || effect === "none") continue;
    if (near !== true || all !== true || effect === undefined || !isCertain(policy, namespace)) {
      if (effect !== "open") maybe.push(policy);
    } else (effect === "open" ? open : closed).push(policy);
  }
  const pods = namespace.workloads.filter((workload) => !workload.hook);
  const opens = (policy: Resource, workload: Workload) =>
    world.matchesLabelSelector(policy.body.at("spec", "podSelector"), workload) === true;
  const reopened = pods.filter((workload) => single.some((policy) => opens(policy, workload)));
  return { closed, open, maybe, reopened: reopened.length * 2 > pods.length ? single : [] };
}

/** It is sure to be there, and not only in an example. */
export function isCertain(policy: Resource, subject: Standing): boolean {
  return !policy.conditional && (subject.nonProduction || !policy.nonProduction);
}

/** Does what stands in one scope hold in the other: `undefined` when that depends on how the two are applied. */
export function meets(one: Scope, other: Scope): boolean | undefined {
  if (one === "cluster") return true;
  if (one === "unknown" || other === "unknown") return undefined;
  if (one === other) return true;
  const kind = (scope: Scope) => scope.slice(0, scope.indexOf(":") + 1);
  return kind(one) !== "" && kind(one) === kind(other) ? false : undefined;
}

/** Kubernetes policies of the namespace that are meant as `meant` says and select none of its pods. */
export function danglingPolicy(scope: Scope, world: World, meant: (policy: Resource) => boolean): Resource | undefined {
  return world.resources(KUBERNETES, scope).find((policy) => {
    if (!meant(policy)) return false;
    const { sure, maybe } = world.selectedByLabelSelector(policy.body.at("spec", "podSelector"), scope);
    return sure.length + maybe.length === 0;
  });
}

/**
 * A policy that lets the workload's known callers through on its declared ports: pods of the same namespace, and anyone
 * where it is published or scraped from outside. Nothing where that cannot be written; throws `Unresolved`.
 */
export function allowPolicy(workload: Workload, world: World): Json | undefined {
  const name = workload.name.text();
  const labels = labelsToSelect(workload);
  if (name === undefined || labels.length === 0) return undefined;
  if (world.resources(KUBERNETES, workload.scope).some((policy) => policy.displayName === name)) return undefined;
  const ports = portsOf(workload);
  const outside = isCalledFromOutside(workload, world);
  if (outside && ports.length === 0) return undefined;
  const rule = { ...(outside ? {} : { from: [{ podSelector: {} }] }), ...(ports.length === 0 ? {} : { ports }) };
  const namespace = workload.namespace.text();
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      podSelector: { matchLabels: Object.fromEntries(labels) },
      policyTypes: ["Ingress"],
      ...(workload.class === "batch" && ports.length === 0 ? {} : { ingress: [rule] }),
    },
  };
}

function labelsToSelect(workload: Workload): readonly (readonly [string, string])[] {
  const own = workload.body.at("spec", "selector", "matchLabels").entries();
  const labels = own.length > 0 ? own : workload.podLabels.entries();
  return labels.map(([key, field]) => [key, field.text() ?? ""] as const);
}

function portsOf(workload: Workload) {
  const ports = workload.containers.flatMap(({ body }) =>
    body
      .at("ports")
      .items()
      .map((port) => ({
        protocol: port.at("protocol").text() ?? "TCP",
        port: Number(port.at("containerPort").text()),
      })),
  );
  const distinct = new Map(ports.map((port) => [`${port.protocol} ${port.port}`, port]));
  return [...distinct.values()].filter(({ port }) => Number.isInteger(port));
}

const ENTRANCES: readonly GroupKind[] = [
  "networking.k8s.io/Ingress",
  "extensions/Ingress",
  "gateway.networking.k8s.io/HTTPRoute",
  "gateway.networking.k8s.io/GRPCRoute",
  "gateway.networking.k8s.io/TCPRoute",
  "gateway.networking.k8s.io/TLSRoute",
  "networking.istio.io/VirtualService",
  "route.openshift.io/Route",
  "traefik.io/IngressRoute",
  "traefik.containo.us/IngressRoute",
  "projectcontour.io/HTTPProxy",
  "getambassador.io/Mapping",
];

function isCalledFromOutside(workload: Workload, world: World): boolean {
  const { sure, maybe } = world.servicesOf(workload);
  const monitors = world.monitorsOf(workload);
  if (
    monitors.sure.length + monitors.maybe.length > 0 ||
    workload.podAnnotations.at("prometheus.io/scrape").presence !== "absent"
  )
    return true;
  return [...sure, ...maybe].some(
    (service) =>
      /^(LoadBalancer|NodePort)$/.test(service.body.at("spec", "type").source ?? "") ||
      world.resources(ENTRANCES).some((entrance) => mentionsOf(entrance).has(service.displayName)),
  );
}

/** All that is written in an entrance, and what stands before each dot of it: `web.shop.svc` means `web`. */
const mentionsOf = once((entrance: Resource): ReadonlySet<string> => {
  const names = new Set<string>();
  const add = (field: Field): void => {
    const text = field.kind === "scalar" ? field.source : undefined;
    if (text !== undefined) {
      names.add(text);
      for (let dot = text.indexOf("."); dot >= 0; dot = text.indexOf(".", dot + 1)) names.add(text.slice(0, dot));
    }
    for (const item of field.writtenItems()) add(item);
    for (const [, value] of field.writtenEntries()) add(value);
  };
  add(entrance.body.at("spec"));
  return names;
});

/** A policy for all pods of a namespace. */
export function denyPolicy(name: string, namespace: Namespace, spec: { readonly [key: string]: Json }): Json {
  const own = namespace.scope.startsWith("ns:") ? { namespace: namespace.scope.slice(3) } : {};
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, ...own },
    spec: { podSelector: {}, ...spec },
  };
}

/** Workloads without a namespace are of one namespace for certain only where they lie together. */
export function isOneFolder(namespace: Namespace): boolean {
  const folders = new Set(
    namespace.workloads.map(({ document }) => document.uri.slice(0, document.uri.lastIndexOf("/"))),
  );
  return namespace.scope.startsWith("ns:") || folders.size === 1;
}
