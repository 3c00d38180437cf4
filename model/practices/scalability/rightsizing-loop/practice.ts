import type { Place } from "../../../edit.ts";
import { countedWorkloads, type Evidence, shownBy } from "../../../evidence.ts";
import type { Scaler, Workload, World } from "../../../facts.ts";
import { software } from "../../../installed.ts";
import { cannotTell, ifKnown, met, practice, type Sources, type Spot, unmet } from "../../../practice.ts";
import { clashOf, modeOf, VPA } from "../../../vertical.ts";

const GOLDILOCKS = "goldilocks.fairwinds.com/enabled";

export default practice({
  level: 3,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "apply",
  judge(_workspace, world) {
    const recommenders = vertical(world);
    const shown = shownBy([...recommenders.found, ...labelled(world), ...advisers.installed(world)], world);
    if (shown?.state === "met") return shown;
    const inPipelines = measuring(world);
    if (inPipelines.length > 0) return met(inPipelines);
    if (shown !== undefined) return shown;
    if (recommenders.unknown.length > 0) return cannotTell(recommenders.unknown);
    if (recommenders.faults.length > 0) return unmet(recommenders.faults);
    const first = candidateIn(world);
    return first === undefined ? undefined : unmet(first.place, undefined, { workload: first.displayName });
  },
  fix(_workspace, world) {
    const workload = candidateIn(world);
    const name = ifKnown(() => workload?.name.text());
    if (workload === undefined || name === undefined || workload.chart !== undefined || world.resources(VPA).length > 0)
      return undefined;
    const namespace = workload.namespace.presence === "present" ? { namespace: workload.namespace.text() ?? "" } : {};
    const value = {
      apiVersion: "autoscaling.k8s.io/v1",
      kind: "VerticalPodAutoscaler",
      metadata: { name, ...namespace },
      spec: {
        targetRef: { apiVersion: `${workload.group}/${workload.version}`, kind: workload.kind, name },
        updatePolicy: { updateMode: "Off" },
      },
    };
    // A cluster that has no such autoscaler refuses the object.
    return {
      safety: "review",
      edits: [{ op: "add-document", behind: workload.document, value }],
      args: { workload: name },
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler",
    "https://goldilocks.docs.fairwinds.com/",
  ],
};

function candidateIn(world: World): Workload | undefined {
  const able = countedWorkloads(world).filter((workload) => workload.class === "long" && workload.group === "apps");
  return able.find((workload) => world.isServing(workload) !== false) ?? able[0];
}

function vertical(world: World) {
  const found: Evidence[] = [];
  const faults: Spot[] = [];
  const unknown: Place[] = [];
  for (const { scaler, target } of world.scalers()) {
    const { resource } = scaler;
    if (resource.system || (scaler.by !== "vpa" && scaler.by !== "datadog")) continue;
    const args = { scaler: resource.displayName, workload: scaler.target.name.source ?? "" };
    const [workload] = target.sure;
    const clash = workload === undefined || scaler.by === "datadog" ? undefined : clashOf(resource, workload, world);
    if (clash !== undefined)
      faults.push({
        place: modeOf(resource).at.place,
        message: "unmet.clash",
        args: { ...args, other: clash.displayName },
      });
    else if (workload !== undefined) found.push({ at: resource.place, in: resource });
    else if (target.maybe.length > 0 || isElsewhere(scaler, world)) unknown.push(scaler.target.name.place);
    else faults.push({ place: scaler.target.name.place, message: "unmet.dangling", args });
  }
  return { found, faults, unknown };
}

function isElsewhere({ target, resource }: Scaler, world: World): boolean {
  return (
    world.isExternal(target.kind.source ?? "Deployment", target.name, resource.scope) ||
    world.resources(["helm.toolkit.fluxcd.io/HelmRelease", "argoproj.io/Application", "argoproj.io/ApplicationSet"])
      .length > 0
  );
}

function labelled(world: World): readonly Evidence[] {
  return world.resources("/Namespace").flatMap((namespace) => {
    const label = namespace.labels.at(GOLDILOCKS);
    return label.source === "true" ? [{ at: label, in: namespace }] : [];
  });
}

/** Something that runs now and then and compares requests with use. */
const advisers = software(/(^|\/)(krr|robusta-krr|kube-rightsizer|goldilocks)$/);

function measuring(world: World): readonly Place[] {
  const all = world.pipelines().flatMap((pipeline) => pipeline.capabilities);
  return all
    .filter((capability) => capability.name === "cost" && /\bkrr\b/.test(capability.text))
    .map((capability) => capability.place);
}
