import type { Fix } from "../../../edit.ts";
import type { Field, Resource, Workload, World } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

/** Annotations that call for a scraper, by the last part of their key. */
const SCRAPE = /(?:^|[./])scrape$/;
const AGENTS =
  /^(?:ad\.datadoghq\.com\/.+\.(?:checks|check_names|instances)|instrumentation\.opentelemetry\.io\/inject-.+|sidecar\.opentelemetry\.io\/inject)$/;

export default practice({
  level: 3,
  gate: "required",
  share: "half",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.class === "agent") return notApplicable("agent");
    if (workload.class !== "long") return undefined;
    if (workload.hook) return notApplicable("hook");
    const serving = world.isServing(workload);
    if (serving === false) return notApplicable("worker");
    const { sure, maybe } = world.monitorsOf(workload);
    const monitors = sure.map((monitor) => ({ monitor, dead: deadPort(monitor, workload, world) }));
    const alive = monitors.filter(({ dead }) => dead === undefined);
    const certain = alive.filter(({ monitor }) => !monitor.conditional);
    if (certain.length > 0) return met(certain.map(({ monitor }) => monitor.place));
    const services = world.servicesOf(workload);
    const maps = [workload.podAnnotations, ...services.sure.map((service) => service.annotations)];
    const called = maps.flatMap((map) => map.writtenEntries()).find(([key, value]) => calls(key, value));
    if (called !== undefined) return met(called[1], "met.annotation");
    const open = maps.some(
      (map) => map.presence === "unknown" || map.at("prometheus.io/scrape").presence === "unknown",
    );
    if (serving === undefined || alive.length + maybe.length > 0 || open) return cannotTell(workload.place);
    const args = { workload: workload.displayName };
    const [first] = monitors;
    if (first?.dead !== undefined)
      return unmet(first.dead, "unmet.port", {
        ...args,
        monitor: first.monitor.displayName,
        port: first.dead.source ?? "",
      });
    const lost = lostMonitor(workload, world);
    return lost === undefined
      ? unmet(workload.place, undefined, args)
      : unmet([workload.place, lost.place], "unmet.lost", { ...args, monitor: lost.displayName });
  },
  fix(workload, world) {
    if (world.monitorsOf(workload).sure.length > 0 || lostMonitor(workload, world) !== undefined) return undefined;
    return monitorFor(workload, world);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://prometheus-operator.dev/docs/developer/getting-started/",
    "https://prometheus.io/docs/practices/instrumentation/",
  ],
  equivalents: { "kube-linter": ["dangling-servicemonitor"], dsomm: ["Simple application metrics"] },
};

function calls(key: string, value: Field): boolean {
  if (AGENTS.test(key)) return value.source !== "false";
  return SCRAPE.test(key) && value.source === "true";
}

/** The port of a ServiceMonitor that no Service of the workload has: it names the port of the Service, not its number. */
function deadPort(monitor: Resource, workload: Workload, world: World): Field | undefined {
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

/** A monitor that selects no Service at all, and was probably meant for this workload. */
function lostMonitor(workload: Workload, world: World): Resource | undefined {
  return world
    .resources(["monitoring.coreos.com/ServiceMonitor", "operator.victoriametrics.com/VMServiceScrape"], workload.scope)
    .find(
      (monitor) =>
        !monitor.conditional && monitor.displayName.includes(workload.displayName) && workload.displayName !== "",
    );
}

/** A monitor on the Service's port for metrics, where the cluster is known to understand it. */
function monitorFor(workload: Workload, world: World): Fix | undefined {
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
