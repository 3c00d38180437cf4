/** How requests come into a cluster: what routes them, and the Services it sends them to. */
import type { Field, GroupKind, Matches, Resource, Scope, World } from "./facts.ts";
import { maker } from "./makers.ts";
import { once } from "./memo.ts";
import { missing } from "./missing.ts";
import { meets } from "./network-policies.ts";
import { ifKnown, type Spot, Unresolved } from "./practice.ts";

export const INGRESSES: readonly GroupKind[] = ["networking.k8s.io/Ingress", "extensions/Ingress"];

/** Routes of the Gateway API. */
export const GATEWAY_ROUTES: readonly GroupKind[] = [
  "gateway.networking.k8s.io/HTTPRoute",
  "gateway.networking.k8s.io/GRPCRoute",
  "gateway.networking.k8s.io/TLSRoute",
  "gateway.networking.k8s.io/TCPRoute",
  "gateway.networking.k8s.io/UDPRoute",
];

/** Everything that names Services by name and port, whoever reads it. */
export const ROUTES: readonly GroupKind[] = [
  ...INGRESSES,
  ...GATEWAY_ROUTES,
  "traefik.io/IngressRoute",
  "traefik.io/IngressRouteTCP",
  "traefik.containo.us/IngressRoute",
  "traefik.containo.us/IngressRouteTCP",
  "projectcontour.io/HTTPProxy",
  "route.openshift.io/Route",
];

/** A Service that a route sends requests to. */
export interface Backend {
  readonly name: Field;
  /** A number or a name; absent where the route need not say one. */
  readonly port: Field;
  readonly scope: Scope;
  /** Written with the fields of an older version, which this one does not have. */
  readonly old: boolean;
}

/** Services that the route names; what is no Service is not among them. */
export const backendsOf = once((route: Resource): readonly Backend[] => {
  const { body, scope, groupKind, group } = route;
  const spec = body.at("spec");
  const there = (namespace: Field): Scope =>
    namespace.presence === "absent" ? scope : namespace.presence === "unknown" ? "unknown" : `ns:${namespace.source}`;
  const isService = (one: Field) => (one.at("kind").source ?? "Service") === "Service";
  const plain = (one: Field): Backend => ({
    name: one.at("name"),
    port: one.at("port"),
    scope: there(one.at("namespace")),
    old: false,
  });
  if (INGRESSES.includes(groupKind)) return ofIngress(route);
  if (group === "gateway.networking.k8s.io") {
    const rules = spec.at("rules").writtenItems();
    return rules
      .flatMap((rule) => rule.at("backendRefs").writtenItems())
      .filter(isService)
      .map(plain);
  }
  if (groupKind === "route.openshift.io/Route") {
    // Its port may be that of the pods.
    const targets = [spec.at("to"), ...spec.at("alternateBackends").writtenItems()].filter(isService);
    return targets.map((one) => ({ ...plain(one), port: one.at("none") }));
  }
  const routes = [...spec.at("routes").writtenItems(), spec.at("tcpproxy")];
  return routes
    .flatMap((rule) => rule.at("services").writtenItems())
    .filter(isService)
    .map(plain);
});

function ofIngress({ body, scope, version }: Resource): readonly Backend[] {
  const spec = body.at("spec");
  const backends = [
    spec.at("defaultBackend"),
    spec.at("backend"),
    ...spec
      .at("rules")
      .writtenItems()
      .flatMap((rule) => rule.at("http", "paths").writtenItems())
      .map((path) => path.at("backend")),
  ];
  return backends.flatMap((backend): Backend[] => {
    const service = backend.at("service");
    if (service.presence !== "absent") {
      const number = service.at("port", "number");
      const port = number.presence === "absent" ? service.at("port", "name") : number;
      return [{ name: service.at("name"), port, scope, old: false }];
    }
    const name = backend.at("serviceName");
    if (name.presence === "absent") return [];
    return [{ name, port: backend.at("servicePort"), scope, old: version === "v1" }];
  });
}

const byService = once((routes: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> => {
  const found = new Map<string, Set<Resource>>();
  for (const route of routes) {
    for (const { name } of backendsOf(route)) {
      const known = found.get(name.source ?? "");
      if (known === undefined) found.set(name.source ?? "", new Set([route]));
      else known.add(route);
    }
  }
  return new Map([...found].map(([name, all]) => [name, [...all]]));
});

/** Routes that name the Service; `maybe` where its namespace is not known to be theirs. */
export function routesTo(service: Resource, world: World): Matches<Resource> {
  const name = service.displayName;
  const sure: Resource[] = [];
  const maybe: Resource[] = [];
  for (const route of ROUTES.flatMap((kind) => byService(world.resources(kind)).get(name) ?? [])) {
    const met = backendsOf(route)
      .filter((one) => one.name.source === name)
      .map((one) => meets(one.scope, service.scope));
    if (met.includes(true)) sure.push(route);
    else if (met.includes(undefined)) maybe.push(route);
  }
  return { sure, maybe };
}

/** What is wrong with a backend, and the text that would put it right where there is only one. */
export interface BackendFault extends Spot {
  readonly repair?: string;
}

/** Throws `Unresolved` where the Service may be made elsewhere. */
export function faultOfBackend(backend: Backend, route: Resource, world: World): BackendFault | undefined {
  const { name, port, scope, old } = backend;
  const text = name.text() ?? "";
  if (old) return { place: name.place, message: "unmet.fields", args: { service: text } };
  const { sure, maybe } = world.named("/Service", name, scope);
  if (sure.length > 0) {
    const faults = sure.map((service) => faultOfPort(port, service));
    return faults.includes(undefined) ? undefined : faults[0];
  }
  // The load balancer of AWS answers these itself.
  if (port.source === "use-annotation") return undefined;
  const wanted = { kind: "/Service", text, field: name, scope } as const;
  if (world.isExternal("Service", name, scope) || maker(wanted, world) !== undefined) return undefined;
  const lost = maybe.length > 0 ? undefined : missing(wanted, route, world);
  if (lost === undefined) throw new Unresolved(name.place);
  const near = lost.near?.displayName;
  const args = { route: route.displayName, service: text, near: near ?? "" };
  return near === undefined
    ? { place: name.place, message: "unmet.service", args }
    : { place: name.place, message: "unmet.near", args, repair: near };
}

function faultOfPort(port: Field, service: Resource): BackendFault | undefined {
  const wanted = port.text();
  const ports = service.body.at("spec", "ports").items();
  if (wanted === undefined || wanted === "" || wanted === "use-annotation" || ports.length === 0) return undefined;
  const key = /^\d+$/.test(wanted) ? "port" : "name";
  const known = ports.map((one) => one.at(key).text());
  if (known.includes(wanted)) return undefined;
  const [only] = known;
  const args = { service: service.displayName, port: wanted, ports: known.filter(Boolean).join(", ") };
  const spot = { place: port.place, message: "unmet.port", args };
  return known.length === 1 && only !== undefined ? { ...spot, repair: only } : spot;
}

/** All faults of a route that are certain. */
export function faultsOf(route: Resource, world: World): readonly BackendFault[] {
  return backendsOf(route).flatMap((one) => ifKnown(() => faultOfBackend(one, route, world)) ?? []);
}
