import type { Field, Resource, Workload, World } from "../../../facts.ts";
import {
  cannotTell,
  every,
  ifKnown,
  notApplicable,
  practice,
  type Sources,
  Unresolved,
  unmet,
} from "../../../practice.ts";

/** Labels that controllers and operators put on pods, which no file shows. */
const ADDED_LATER =
  /^((statefulset|apps)\.kubernetes\.io\/|batch\.kubernetes\.io\/|job-name$|controller-uid$|pod-template-hash$|rollouts-pod-template-hash$|.*\b(cnpg\.io|strimzi\.io|knative\.dev|k8s\.elastic\.co|rabbitmq\.com|crunchydata\.com|zalan\.do|spilo-role|percona\.com|mongodb\.com|istio\.io|kubevirt\.io)\b)/;

export default practice({
  level: 2,
  gate: "required",
  share: "all",
  subject: "resource",
  kinds: ["/Service"],
  effort: "confirm",
  judge(service, world) {
    const spec = service.body.at("spec");
    const selector = spec.at("selector");
    // A template may choose among the types, but hardly one that has no use for the selector.
    if (ifKnown(() => spec.at("type").text()) === "ExternalName") return notApplicable("no-subject");
    if (selector.presence === "absent" || (selector.kind === "map" && isEmpty(selector)))
      return notApplicable("no-subject");
    const { sure, maybe } = world.selectedBy(selector, service.scope);
    if (sure.length > 0) return judgePorts(service, sure);
    if (
      maybe.length > 0 ||
      selector.writtenEntries().some(([key]) => ADDED_LATER.test(key)) ||
      isMadeByOperator(service, world)
    )
      return cannotTell(selector);
    const near = nearest(service, world);
    const args = { service: service.displayName, workload: near?.displayName ?? "" };
    return unmet(selector, near === undefined ? "unmet" : "unmet.near", args);
  },
  fix(service, world) {
    const near = nearest(service, world);
    const selector = service.body.at("spec", "selector");
    if (near === undefined || world.selectedBy(selector, service.scope).sure.length > 0) return undefined;
    const wrong = selector.entries().filter(([key, field]) => field.text() !== near.podLabels.at(key).text());
    const edits = wrong.map(
      ([key, field]) => ({ op: "set", at: field.place, value: near.podLabels.at(key).text() ?? "" }) as const,
    );
    return { safety: "review", args: { workload: near.displayName }, edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/services-networking/service/",
    "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/",
  ],
  equivalents: {
    "kube-linter": ["dangling-service", "invalid-target-ports"],
    "kube-score": ["service-targets-pod"],
    kubescape: ["C-0293"],
  },
};

function isEmpty(map: Field): boolean {
  return map.entries().length === 0;
}

/** A port that is named must be one of the pods' own; a number works whether they declare it or not. */
function judgePorts(service: Resource, workloads: readonly Workload[]) {
  const ports = service.body.at("spec", "ports").items();
  return every(
    ports,
    (port) => {
      const target = port.at("targetPort");
      const name = ifKnown(() => target.text());
      if (name === undefined || /^\d+$/.test(name)) return undefined;
      const names = workloads.flatMap(portNames);
      if (names.includes(name)) return undefined;
      if (names.includes(undefined)) throw new Unresolved(target.place);
      return {
        place: target.place,
        message: "unmet.port",
        args: { port: name, workload: workloads[0]?.displayName ?? "" },
      };
    },
    service.body.at("spec", "selector"),
  );
}

/** Names of the ports of a workload's pods; `undefined` among them when there may be more. */
function portNames(workload: Workload): readonly (string | undefined)[] {
  const own = workload.containers.flatMap((container) => {
    const ports = container.body.at("ports");
    const more = ifKnown(() => ports.items()) === undefined;
    const names = ports
      .writtenItems()
      .map((port) => (port.at("name").presence === "unknown" ? undefined : (port.at("name").source ?? "")));
    return more ? [...names, undefined] : names;
  });
  return workload.moreContainers ? [...own, undefined] : own;
}

/** A custom resource that the selector names: its operator makes the pods. */
function isMadeByOperator(service: Resource, world: World): boolean {
  const values = new Set(
    service.body
      .at("spec", "selector")
      .writtenEntries()
      .map(([, field]) => field.source),
  );
  return world
    .resourcesOfGroup(/^(?!(.*\.)?k8s\.io$).*\./)
    .some((one) => values.has(one.displayName) && one.groupKind !== "argoproj.io/Rollout");
}

/** The one workload that is probably meant: it bears the Service's name and all labels that are asked for, with other values. */
function nearest(service: Resource, world: World): Workload | undefined {
  const selector = service.body.at("spec", "selector").writtenEntries();
  const near = world
    .workloads(service.scope)
    .filter(
      (workload) =>
        workload.class !== "batch" && selector.every(([key]) => workload.podLabels.at(key).presence === "present"),
    )
    .filter(
      (workload) =>
        workload.displayName === service.displayName ||
        selector.some(([key, field]) => workload.podLabels.at(key).source === field.source),
    );
  return near.length === 1 ? near[0] : undefined;
}
