/** Objects that tell a scraper where to collect, and what keeps them from it. */
import type { Fix } from "./edit.ts";
import type { Field, Resource, Workload, World } from "./facts.ts";
import { meets } from "./network-policies.ts";
import { ifKnown } from "./practice.ts";

/** The port of a ServiceMonitor that no Service of the workload has: it names the port of the Service, not its number. */
export function deadPort(monitor: Resource, workload: Workload, world: World): Field | undefined {
  if (!/^(ServiceMonitor|VMServiceScrape)$/.test(monitor.kind)) return undefined;
  const endpoints = monitor.body.at("spec", "endpoints").writtenItems();
  const ports = world.servicesOf(workload).sure.flatMap((service) => [...service.body.at("spec", "ports").items()]);
  const names = ports.map((port) => port.at("name"));
  const dead = endpoints
    .map((endpoint) => endpoint.at("port"))
    .filter(
      (port) =>
        port.presence === "present" &&
        names.every((name) => name.presence !== "unknown" && name.source !== port.source),
    );
  return endpoints.length > 0 && dead.length === endpoints.length ? dead[0] : undefined;
}

/** Services that a monitor was probably meant for, by its name, where it certainly selects none at all. */
export function servicesMeant(monitor: Resource, world: World): readonly Resource[] {
  const selector = monitor.body.at("spec", "selector");
  const services = world.resources("/Service");
  const found = services.some(
    (service) => reaches(monitor, service) !== false && selects(selector, service.labels) !== false,
  );
  if (found) return [];
  return services.filter((service) => service.displayName !== "" && service.displayName === monitor.displayName);
}

function reaches(monitor: Resource, service: Resource): boolean | undefined {
  const selector = monitor.body.at("spec", "namespaceSelector");
  const names = selector.at("matchNames").writtenItems();
  if (selector.presence === "unknown" || ifKnown(() => selector.at("any").flag()) !== undefined) return undefined;
  if (names.length === 0) return meets(monitor.scope, service.scope);
  if (!service.scope.startsWith("ns:") || names.some((name) => name.presence !== "present")) return undefined;
  return names.some((name) => `ns:${name.source}` === service.scope);
}

function selects(selector: Field, labels: Field): boolean | undefined {
  if (selector.presence === "unknown" || selector.at("matchExpressions").presence !== "absent") return undefined;
  const wanted = ifKnown(() => selector.at("matchLabels").entries());
  if (wanted === undefined) return undefined;
  const answers = wanted.map(([key, value]) => {
    const label = labels.at(key);
    if (label.presence === "absent") return false;
    return label.presence === "unknown" || value.presence !== "present" ? undefined : label.source === value.source;
  });
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** A monitor on the Service's port for metrics, where the cluster is known to understand it. */
export function monitorFor(workload: Workload, world: World): Fix | undefined {
  const [service, more] = world.servicesOf(workload).sure;
  if (service === undefined || more !== undefined || world.resourcesOfGroup(/^monitoring\.coreos\.com$/).length === 0)
    return undefined;
  const port = service.body
    .at("spec", "ports")
    .items()
    .map((one) => one.at("name").text())
    .find((name) => name !== undefined && /metrics/.test(name));
  const labels = service.labels.entries().map(([key, value]) => [key, value.text() ?? ""] as const);
  const name = service.name.text();
  if (port === undefined || labels.length === 0 || name === undefined) return undefined;
  const namespace = service.namespace.text();
  const value = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { selector: { matchLabels: Object.fromEntries(labels) }, endpoints: [{ port, interval: "30s" }] },
  };
  return { safety: "review", edits: [{ op: "add-document", behind: service.document, value }] };
}
