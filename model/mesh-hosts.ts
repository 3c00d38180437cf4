/** Hosts that Istio's routes send requests to: Services by their short or full names, and what ServiceEntries add. */
import type { Field, Resource, Scope, World } from "./facts.ts";
import { once } from "./memo.ts";
import { called, missing } from "./missing.ts";
import { type Spot, Unresolved } from "./practice.ts";

export const VIRTUAL_SERVICE = "networking.istio.io/VirtualService";
const RULE = "networking.istio.io/DestinationRule";
const ENTRY = "networking.istio.io/ServiceEntry";

/** A Service by its name and where it lives, in a route or rule of the namespace; nothing for hosts that are none. */
export function serviceAt(host: string, scope: Scope): { readonly name: string; readonly scope: Scope } | undefined {
  if (!host.includes(".")) return { name: host, scope };
  const [, name, namespace] = /^([^.*]+)\.([^.*]+)\.svc(?:\.cluster\.local)?\.?$/.exec(host) ?? [];
  return name === undefined || namespace === undefined ? undefined : { name, scope: `ns:${namespace}` };
}

/** Equal for what means the same host. */
export function hostKey(host: string, scope: Scope): string {
  const service = serviceAt(host, scope);
  return service === undefined ? host : `${service.name}@${service.scope}`;
}

/** Everything a virtual service sends requests to, copies of requests included. */
export const destinationsOf = once(({ body }: Resource): readonly Field[] => {
  const spec = body.at("spec");
  const rules = spec.at("http").writtenItems();
  const routes = [...rules, ...["tls", "tcp"].flatMap((key) => spec.at(key).writtenItems())];
  return [
    ...routes.flatMap((rule) => rule.at("route").writtenItems()).map((route) => route.at("destination")),
    ...rules.map((rule) => rule.at("mirror")),
    ...rules.flatMap((rule) => rule.at("mirrors").writtenItems()).map((mirror) => mirror.at("destination")),
  ].filter((destination) => destination.at("host").presence !== "absent");
});

/** What is wrong with a destination; throws `Unresolved` where that cannot be seen. */
export function faultOfDestination(destination: Field, route: Resource, world: World): Spot | undefined {
  const host = destination.at("host");
  const text = host.text() ?? "";
  const service = serviceAt(text, route.scope);
  if (service === undefined) return text.includes("*") ? undefined : faultOfEntry(host, text, route, world);
  if (entriesFor(text, world).length > 0) return undefined;
  const subset = faultOfSubset(destination, text, route, world);
  if (subset !== undefined) return subset;
  const { name, scope } = service;
  const [found] = called("/Service", name, world, scope);
  if (found === undefined) {
    const near = scope === "unknown" || called("/Service", name, world).some((one) => !one.scope.startsWith("ns:"));
    const lost = near ? undefined : missing({ kind: "/Service", text: name, field: host, scope }, route, world);
    if (lost === undefined) throw new Unresolved(host.place);
    const args = { host: text, near: lost.near?.displayName ?? "" };
    return { place: host.place, message: lost.near === undefined ? "unmet.host" : "unmet.host.near", args };
  }
  if (!readersOf(route).every((reader) => isShownTo(found, reader)))
    return { place: host.place, message: "unmet.hidden", args: { host: text } };
  return faultOfPort(destination, found);
}

function faultOfPort(destination: Field, service: Resource): Spot | undefined {
  const ports = service.body
    .at("spec", "ports")
    .items()
    .map((port) => port.at("port").text());
  const wanted = destination.at("port", "number");
  const args = { service: service.displayName, port: wanted.source ?? "" };
  const number = wanted.text();
  if (number === undefined)
    return ports.length > 1 ? { place: destination.at("host").place, message: "unmet.ports", args } : undefined;
  if (ports.length === 0 || ports.includes(number)) return undefined;
  return { place: wanted.place, message: "unmet.port", args };
}

/** Only where rules for the host are kept here: else they may be elsewhere. */
function faultOfSubset(destination: Field, host: string, route: Resource, world: World): Spot | undefined {
  const subset = destination.at("subset");
  const text = subset.text();
  if (text === undefined) return undefined;
  const rules = rulesByHost(world.resources(RULE)).get(hostKey(host, route.scope)) ?? [];
  const names = rules.flatMap(({ body }) => body.at("spec", "subsets").items()).map((one) => one.at("name").text());
  if (rules.length === 0 || names.includes(text)) return undefined;
  return { place: subset.place, message: "unmet.subset", args: { host, subset: text } };
}

export const rulesByHost = once((rules: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> => {
  const found = new Map<string, Resource[]>();
  for (const rule of rules) {
    const key = hostKey(rule.body.at("spec", "host").source ?? "", rule.scope);
    found.set(key, [...(found.get(key) ?? []), rule]);
  }
  return found;
});

function faultOfEntry(host: Field, text: string, route: Resource, world: World): Spot | undefined {
  const entries = entriesFor(text, world);
  const readers = readersOf(route);
  if (entries.length === 0) throw new Unresolved(host.place);
  if (entries.some((entry) => readers.every((reader) => isShownTo(entry, reader)))) return undefined;
  return { place: host.place, message: "unmet.hidden", args: { host: text } };
}

function entriesFor(host: string, world: World): readonly Resource[] {
  return world.resources(ENTRY).filter(({ body }) =>
    body
      .at("spec", "hosts")
      .writtenItems()
      .some(({ source = "" }) => source === host || (source.startsWith("*.") && host.endsWith(source.slice(1)))),
  );
}

/** Namespaces whose proxies read the route. */
function readersOf(route: Resource): readonly Scope[] {
  const to = route.body.at("spec", "exportTo").writtenItems();
  const named = to.filter(({ source }) => source !== undefined && !/^[.*~]$/.test(source));
  return named.length > 0 ? named.map(({ source }) => `ns:${source}`) : [route.scope];
}

/** Whoever declares a host may keep it for some namespaces. */
function isShownTo(owner: Resource, reader: Scope): boolean {
  const annotation = owner.annotations.at("networking.istio.io/exportTo").source;
  const list =
    annotation?.split(",") ??
    owner.body
      .at("spec", "exportTo")
      .writtenItems()
      .map(({ source }) => source ?? "*");
  return (
    list.length === 0 ||
    !reader.startsWith("ns:") ||
    list.some((one) => one.trim() === "*" || (one.trim() === "." ? owner.scope : `ns:${one.trim()}`) === reader)
  );
}
