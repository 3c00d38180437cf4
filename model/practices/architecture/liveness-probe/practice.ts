import type { Container, Field } from "../../../facts.ts";
import { everyContainer, met, notApplicable, practice, type Sources, Unresolved } from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";

const HANDLERS = ["httpGet", "tcpSocket", "exec", "grpc"] as const;

export default practice({
  level: 2,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload) {
    if (workload.class === "batch") return notApplicable("batch");
    if (isServerless(workload)) return notApplicable("serverless");
    if (workload.hook) return notApplicable("hook");
    const verdict = everyContainer(workload, workload.containers, (container) => violation(container));
    return verdict?.state === "met" ? met(workload.containers.map(({ body }) => body.at("livenessProbe"))) : verdict;
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
  ],
  equivalents: {
    "kube-linter": ["no-liveness-probe", "liveness-port", "startup-port"],
    "kube-score": ["pod-probes", "pod-probes-identical"],
    polaris: ["livenessProbeMissing"],
    checkov: ["CKV_K8S_8"],
    kubescape: ["C-0056"],
    learnk8s: ["Containers crash when there's a fatal error"],
  },
};

function violation({ body, place }: Container) {
  const probe = body.at("livenessProbe");
  if (probe.presence === "unknown") throw new Unresolved(probe.place);
  if (probe.presence === "absent") return place;
  for (const handler of ["httpGet", "tcpSocket"] as const) {
    const port = probe.at(handler, "port");
    const name = port.presence === "present" ? port.text() : undefined;
    if (name === undefined || /^\d+$/.test(name)) continue;
    const declared = body
      .at("ports")
      .items()
      .some((one) => one.at("name").text() === name);
    if (!declared) return { place: port.place, message: "unmet.port", args: { port: name } };
  }
  if (isSame(probe, body.at("readinessProbe"))) return { place: probe.place, message: "unmet.same" };
  const delay = probe.at("initialDelaySeconds");
  if ((delay.number() ?? 0) > 30 && body.at("startupProbe").presence === "absent")
    return { place: delay.place, message: "unmet.slow" };
  return undefined;
}

/** Both ask the same and give up after as many failures: then a pod that is only busy is killed. */
function isSame(live: Field, ready: Field): boolean {
  const failures = (probe: Field) => probe.at("failureThreshold").number() ?? 3;
  if (ready.presence !== "present" || failures(live) !== failures(ready)) return false;
  const [handler] = HANDLERS.filter((one) => live.at(one).presence !== "absent");
  return (
    handler !== undefined &&
    ready.at(handler).presence !== "absent" &&
    flat(live.at(handler)) === flat(ready.at(handler)) &&
    live.at("periodSeconds").text() === ready.at("periodSeconds").text()
  );
}

function flat(field: Field): string {
  if (field.kind === "map")
    return field
      .entries()
      .map(([key, value]) => `${key}:${flat(value)}`)
      .sort()
      .join();
  return field.kind === "list" ? field.items().map(flat).join(" ") : (field.text() ?? "");
}
