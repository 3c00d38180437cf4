import type { Field, GroupKind, Resource, Workload, World } from "../../../facts.ts";
import { deadPort, monitorFor, servicesMeant } from "../../../monitors.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet, type Verdict } from "../../../practice.ts";
import { isWorkload, LASTING_KINDS, TASK_KINDS } from "../../../workloads.ts";

/** Annotations that call for a scraper, by the last part of their key. */
const SCRAPE = /(?:^|[./])scrape$/;
const AGENTS =
  /^(?:ad\.datadoghq\.com\/.+\.(?:checks|check_names|instances)|instrumentation\.opentelemetry\.io\/inject-.+|sidecar\.opentelemetry\.io\/inject)$/;

const MONITORS: readonly GroupKind[] = [
  "monitoring.coreos.com/ServiceMonitor",
  "operator.victoriametrics.com/VMServiceScrape",
];

export default practice({
  level: 3,
  gate: "required",
  share: "half",
  subject: "resource",
  kinds: [...LASTING_KINDS, ...TASK_KINDS, ...MONITORS],
  effort: "confirm",
  judge(resource, world) {
    if (MONITORS.includes(resource.groupKind)) return ofMonitor(resource, world);
    return isWorkload(resource) ? ofWorkload(resource, world) : undefined;
  },
  fix(resource, world) {
    if (!isWorkload(resource) || world.monitorsOf(resource).sure.length > 0) return undefined;
    const lost = world.resources(MONITORS).some((monitor) => servicesMeant(monitor, world).length > 0);
    return lost ? undefined : monitorFor(resource, world);
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

function ofWorkload(workload: Workload, world: World): Verdict | undefined {
  if (workload.class === "batch") return notApplicable("batch");
  if (workload.class === "agent") return notApplicable("agent");
  if (workload.hook) return notApplicable("hook");
  const serving = world.isServing(workload);
  if (serving === false) return notApplicable("worker");
  const { sure, maybe } = world.monitorsOf(workload);
  const monitors = sure.map((monitor) => ({ monitor, dead: deadPort(monitor, workload, world) }));
  const alive = monitors.filter(({ dead }) => dead === undefined);
  const certain = alive.filter(({ monitor }) => !monitor.conditional);
  if (certain.length > 0) return met(certain.map(({ monitor }) => monitor.place));
  const maps = [workload.podAnnotations, ...world.servicesOf(workload).sure.map((service) => service.annotations)];
  const called = maps.flatMap((map) => map.writtenEntries()).find(([key, value]) => calls(key, value));
  if (called !== undefined) return met(called[1], "met.annotation");
  const open = maps.some((map) => map.presence === "unknown" || map.at("prometheus.io/scrape").presence === "unknown");
  if (serving === undefined || alive.length + maybe.length > 0 || open) return cannotTell(workload.place);
  const args = { workload: workload.displayName };
  const [first] = monitors;
  if (first?.dead === undefined) return unmet(workload.place, undefined, args);
  return unmet(first.dead, "unmet.port", {
    ...args,
    monitor: first.monitor.displayName,
    port: first.dead.source ?? "",
  });
}

/** A monitor that collects nothing counts against; one that collects is seen at the workload. */
function ofMonitor(monitor: Resource, world: World): Verdict | undefined {
  const [meant] = servicesMeant(monitor, world);
  if (meant === undefined) return undefined;
  const selector = monitor.body.at("spec", "selector");
  return unmet(selector, "unmet.lost", { monitor: monitor.displayName, service: meant.displayName });
}

function calls(key: string, value: Field): boolean {
  if (AGENTS.test(key)) return value.source !== "false";
  return SCRAPE.test(key) && value.source === "true";
}
