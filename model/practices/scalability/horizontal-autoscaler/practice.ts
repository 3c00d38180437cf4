import { autoscalerFor, type Fault, faultOf, TARGETS, targetsOf, unscalable } from "../../../autoscaling.ts";
import { besides } from "../../../claims.ts";
import type { Place } from "../../../edit.ts";
import { countedWorkloads, type Evidence, shownBy } from "../../../evidence.ts";
import type { Field, GroupKind, Matches, Resource, Workload, World } from "../../../facts.ts";
import { cannotTell, notApplicable, practice, type Sources, Unresolved, unmet } from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";

const SCALABLE = /^(Deployment|StatefulSet|ReplicaSet|ReplicationController|Rollout|DeploymentConfig|CloneSet)$/;

const ENOUGH = 20;

/** They bring workloads whose files are elsewhere. */
const DELIVERIES: readonly GroupKind[] = [
  "helm.toolkit.fluxcd.io/HelmRelease",
  "argoproj.io/Application",
  "argoproj.io/ApplicationSet",
];

export default practice({
  level: 2,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(_workspace, world) {
    const found: Evidence[] = serverless(world);
    const faults: Fault[] = [];
    let dangling = false;
    const unknown: Place[] = [];
    for (const { scaler, target } of world.scalers()) {
      if (scaler.by === "vpa" || scaler.resource.system) continue;
      try {
        const [workload] = target.sure;
        const fault = workload === undefined ? undefined : faultOf(scaler, workload, world);
        if (fault !== undefined) faults.push(fault);
        else if (workload !== undefined) {
          found.push({ at: scaler.place, in: scaler.resource });
          // One that works is enough: the first few tell as much as thousands.
          if (found.length % ENOUGH === 0 && shownBy(found, world)?.state === "met") break;
        } else if (isElsewhere(scaler.resource, target, world)) unknown.push(scaler.target.name.place);
        else dangling = true;
      } catch (error) {
        if (!(error instanceof Unresolved)) throw error;
        unknown.push(error.place);
      }
    }
    const shown = shownBy(found, world);
    if (shown !== undefined) return shown;
    if (unknown.length > 0) return cannotTell(unknown);
    if (faults.length > 0) return unmet(faults);
    // It is told where it stands.
    if (dangling) return notApplicable("superseded");
    if (countedWorkloads(world).length === 0) return undefined;
    const candidate = candidateIn(world);
    return candidate === undefined
      ? notApplicable("no-subject")
      : unmet(candidate.place, undefined, { workload: candidate.displayName });
  },
  claims: {
    kinds: ["autoscaling/HorizontalPodAutoscaler", "keda.sh/ScaledObject"],
    judge(scaler, world) {
      const { name, kind } = targetOf(scaler);
      // Before anything is looked for: what a template names may be anything.
      if (name.presence !== "present" || scaler.system || !SCALABLE.test(kind)) return undefined;
      const target = targetsOf(scaler, world);
      if (target.sure.some((one) => one.kind === kind) || isElsewhere(scaler, target, world)) return undefined;
      return unmet(name, "unmet.dangling", { scaler: scaler.displayName, workload: name.source ?? "" });
    },
  },
  fix(_workspace, world) {
    const candidate = world.scalers().some(({ scaler }) => scaler.by !== "vpa") ? undefined : candidateIn(world);
    const edit = candidate === undefined ? undefined : autoscalerFor(candidate, world);
    return edit === undefined
      ? undefined
      : { safety: "review", edits: [edit], args: { workload: candidate?.displayName ?? "" } };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/",
    "https://keda.sh/docs/latest/concepts/scaling-deployments/",
  ],
  equivalents: {
    "kube-linter": ["dangling-horizontalpodautoscaler"],
    "kube-score": ["horizontalpodautoscaler-has-target"],
    kubescape: ["C-0300"],
  },
};

/** The workload to begin with: one that serves, and that an autoscaler could be put beside at once. */
function candidateIn(world: World): Workload | undefined {
  // One is looked for: the first few tell as much as thousands.
  const some = countedWorkloads(world)
    .filter((workload) => workload.class === "long")
    .slice(0, 100);
  const able = some.filter((workload) => unscalable(workload, world) === undefined && !isServerless(workload));
  const serving = able.filter((workload) => world.isServing(workload) === true);
  return serving.find((workload) => isReady(workload, world)) ?? serving[0] ?? able[0];
}

function isReady(workload: Workload, world: World): boolean {
  try {
    return autoscalerFor(workload, world) !== undefined;
  } catch (error) {
    if (error instanceof Unresolved) return false;
    throw error;
  }
}

/** Knative scales by itself; who sets how shows that it is meant. */
function serverless(world: World): Evidence[] {
  return world.workloads().flatMap((workload) => {
    if (!isServerless(workload)) return [];
    const keys = workload.podAnnotations.writtenEntries().filter(([key]) => key.startsWith("autoscaling.knative.dev/"));
    const value = (name: string) =>
      keys.find(([key]) => key.toLowerCase().replace("-", "") === `autoscaling.knative.dev/${name}`)?.[1].source;
    const fixed = value("minscale") !== undefined && value("minscale") === value("maxscale");
    return keys.slice(0, fixed ? 0 : 1).map(([, field]) => ({ at: field, in: workload }));
  });
}

function isElsewhere(scaler: Resource, target: Matches<Workload>, world: World): boolean {
  const { name, kind } = targetOf(scaler);
  return (
    target.maybe.length > 0 ||
    scaler.system ||
    !SCALABLE.test(kind) ||
    name.presence !== "present" ||
    // One that is still to be written down has no pods yet.
    world.resources(TARGETS, scaler.scope).some((one) => one.kind === kind && one.displayName === name.source) ||
    world.resources(DELIVERIES).length > 0 ||
    isApart(scaler, world) ||
    world.isExternal(kind, name, scaler.scope)
  );
}

function targetOf(scaler: Resource): { readonly name: Field; readonly kind: string } {
  const target = scaler.body.at("spec", "scaleTargetRef");
  return { name: target.at("name"), kind: target.at("kind").source ?? "Deployment" };
}

/** Kept apart from all workloads: its own is somewhere else. */
function isApart(scaler: Resource, world: World): boolean {
  const name = targetOf(scaler).name.source;
  return (
    besides(scaler, world.resources(TARGETS, scaler.scope)).length === 0 &&
    !world.resources(TARGETS).some(({ displayName }) => displayName === name)
  );
}
