import type { Container, Field, Workload, World } from "../../../facts.ts";
import {
  cannotTell,
  everyContainer,
  met,
  notApplicable,
  practice,
  type Sources,
  Unresolved,
} from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";

const HANDLERS = ["httpGet", "tcpSocket"] as const;

export default practice({
  level: 3,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.class === "agent") return notApplicable("agent");
    if (isServerless(workload)) return notApplicable("serverless");
    if (workload.hook) return notApplicable("hook");
    // A Service may be described elsewhere: who declares a port to be called at waits for calls.
    const called = world.isServing(workload);
    const serving = called === false ? workload.containers.some(declaresPort) : called;
    if (serving === false) return notApplicable("worker");
    if (workload.containers.length === 0) return workload.moreContainers ? cannotTell(workload.pod) : undefined;
    const lacking = workload.containers.filter((container) => probeOf(container).presence !== "present");
    if (serving === undefined && lacking.length > 0) return cannotTell(lacking.map((container) => container.place));
    const verdict = everyContainer(workload, workload.containers, (container) => {
      const probe = probeOf(container);
      if (probe.presence === "present") return wrong(probe, container);
      if (!isTarget(container, workload, world)) return undefined;
      if (probe.presence === "unknown") throw new Unresolved(probe.place);
      return container.place;
    });
    return verdict?.state === "met"
      ? met(workload.containers.map(probeOf).filter((probe) => probe.presence === "present"))
      : verdict;
  },
  fix(workload, world) {
    const lacking = workload.containers.filter(
      (container) => probeOf(container).presence === "absent" && isTarget(container, workload, world),
    );
    const edits = lacking.flatMap((container) => {
      const port = container.body.at("ports").items()[0];
      const value = port?.at("name").text() ?? port?.at("containerPort").number();
      const probe = { tcpSocket: { port: value ?? 0 }, periodSeconds: 5 };
      return value === undefined ? [] : [{ op: "set", at: probeOf(container).place, value: probe } as const];
    });
    return edits.length === 0 ? undefined : { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
  ],
  equivalents: {
    "kube-linter": ["no-readiness-probe", "readiness-port"],
    "kube-score": ["pod-probes"],
    polaris: ["readinessProbeMissing"],
    checkov: ["CKV_K8S_9"],
    kubescape: ["C-0018"],
    learnk8s: ["Containers have Readiness probes"],
  },
};

function probeOf(container: Container): Field {
  return container.body.at("readinessProbe");
}

/** What makes a probe that is there useless: another host is asked, or a port that is not there. */
function wrong(probe: Field, container: Container) {
  for (const handler of HANDLERS) {
    const host = probe.at(handler, "host");
    if (host.presence === "present") return { place: host.place, message: "unmet.host" };
    const port = probe.at(handler, "port");
    const name = port.presence === "present" ? port.text() : undefined;
    if (name === undefined || /^\d+$/.test(name)) continue;
    const names = container.body.at("ports").items();
    if (!names.some((one) => one.at("name").text() === name))
      return { place: port.place, message: "unmet.port", args: { port: name } };
  }
  return undefined;
}

/** Ports on which a container tells of itself, and serves nobody. */
const OWN_PORT = /metric|prom|monitor|health|probe|live|ready|admin|manage|debug|pprof|trace|webhook/i;

function declaresPort(container: Container): boolean {
  return container.body
    .at("ports")
    .writtenItems()
    .some((port) => port.at("containerPort").presence === "present" && !OWN_PORT.test(port.at("name").source ?? ""));
}

/** Does a Service send requests to this container. A single one gets them all; of several, the one that declares the port. */
function isTarget(container: Container, workload: Workload, world: World): boolean {
  if (workload.containers.length === 1 && !workload.moreContainers) return true;
  const services = world.servicesOf(workload).sure;
  if (services.length === 0) return declaresPort(container);
  const ports = services.flatMap((service) => service.body.at("spec", "ports").items());
  const targets = new Set(ports.map((port) => port.at("targetPort").text() ?? port.at("port").text()));
  return container.body
    .at("ports")
    .items()
    .some((port) => targets.has(port.at("name").text()) || targets.has(port.at("containerPort").text()));
}
