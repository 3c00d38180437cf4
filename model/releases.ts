/** Controllers that bring a new version to a part of the users first: Argo Rollouts, Flagger, Knative. */
import type { Field, GroupKind, Matches, Resource, Workload, World } from "./facts.ts";
import { Unresolved } from "./practice.ts";

const ROLLOUT: GroupKind = "argoproj.io/Rollout";

export function isRollout(resource: Resource): boolean {
  return resource.groupKind === ROLLOUT;
}

/** Flagger objects that release the workload. */
export function canariesOf(workload: Workload, world: World): Matches<Resource> {
  const sure: Resource[] = [];
  const maybe: Resource[] = [];
  for (const canary of world.resources("flagger.app/Canary")) {
    const target = canary.body.at("spec", "targetRef");
    const kind = target.at("kind").source ?? "Deployment";
    if (kind !== workload.kind && target.at("kind").presence !== "unknown") continue;
    const named = world.named([workload.groupKind], target.at("name"), canary.scope);
    if (named.sure.some((one) => isSame(one, workload))) sure.push(canary);
    else if (named.maybe.some((one) => isSame(one, workload))) maybe.push(canary);
  }
  return { sure, maybe };
}

/** Rollouts that take the workload's pods over and scale it down. */
export function rolloutsInPlaceOf(workload: Workload, world: World): Matches<Resource> {
  const sure: Resource[] = [];
  const maybe: Resource[] = [];
  for (const rollout of world.resources(ROLLOUT)) {
    const reference = rollout.body.at("spec", "workloadRef");
    if (reference.presence === "absent") continue;
    const named = world.named([workload.groupKind], reference.at("name"), rollout.scope);
    if (named.sure.some((one) => isSame(one, workload))) sure.push(rollout);
    else if (named.maybe.some((one) => isSame(one, workload))) maybe.push(rollout);
  }
  return { sure, maybe };
}

function isSame(one: Resource, other: Resource): boolean {
  return one.document === other.document && one.place.path.join() === other.place.path.join();
}

/** Flagger's analysis, under its old name too. */
export function analysisOf(canary: Resource): Field {
  const spec = canary.body.at("spec");
  const own = spec.at("analysis");
  const old = spec.at("canaryAnalysis");
  return own.presence === "absent" && old.presence !== "absent" ? old : own;
}

/** References to analysis templates that decide on a Rollout, wherever they stand in its strategy. */
export function analysesOf(rollout: Resource): readonly Field[] {
  const strategy = rollout.body.at("spec", "strategy");
  const canary = strategy.at("canary");
  const steps = canary.at("steps").writtenItems();
  const runs = [
    canary.at("analysis"),
    ...steps.map((step) => step.at("analysis")),
    strategy.at("blueGreen", "prePromotionAnalysis"),
    strategy.at("blueGreen", "postPromotionAnalysis"),
  ];
  return [
    ...runs.flatMap((run) => run.at("templates").writtenItems()),
    ...steps.flatMap((step) => step.at("experiment", "analyses").writtenItems()),
  ];
}

/** What a release is judged by, or what is wrong with it. */
export interface Judgement {
  readonly at: Field;
  readonly fault: "template" | "metrics" | "condition" | "dry" | undefined;
}

const TEMPLATES: readonly GroupKind[] = ["argoproj.io/AnalysisTemplate", "argoproj.io/ClusterAnalysisTemplate"];

/** Can the analysis that the reference names fail. Throws `Unresolved` where that cannot be seen. */
export function judgementBy(reference: Field, rollout: Resource, world: World): Judgement {
  const name = reference.at("templateName");
  const wide = reference.at("clusterScope").flag() === true;
  const kind: GroupKind = wide ? "argoproj.io/ClusterAnalysisTemplate" : "argoproj.io/AnalysisTemplate";
  const { sure, maybe } = world.named(kind, name, rollout.scope);
  const [template] = sure;
  if (template === undefined) {
    const kept = world.resources(TEMPLATES).some((one) => !one.nonProduction || rollout.nonProduction);
    // Where none are kept here they are kept elsewhere; where some are, one that is not among them is missed.
    if (!kept && name.presence === "present") return { at: name, fault: undefined };
    if (maybe.length > 0 || wide || name.presence === "unknown") throw new Unresolved(name.place);
    return { at: name, fault: "template" };
  }
  const spec = template.body.at("spec");
  const metrics = spec.at("metrics").items();
  if (metrics.length === 0)
    return { at: name, fault: spec.at("templates").presence === "absent" ? "metrics" : undefined };
  const dry = spec
    .at("dryRun")
    .items()
    .map((one) => one.at("metricName").text() ?? "");
  const wet = metrics.filter((metric) => !dry.some((pattern) => matches(pattern, metric.at("name").source ?? "")));
  if (wet.length === 0) return { at: spec.at("dryRun"), fault: "dry" };
  return { at: name, fault: wet.some(canFail) ? undefined : "condition" };
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(name);
  } catch {
    return pattern === name;
  }
}

/** A job fails by itself, and Kayenta judges; anything else needs a condition. */
function canFail(metric: Field): boolean {
  const provider = metric.at("provider");
  if (provider.presence !== "present") return provider.presence === "unknown";
  if (["job", "kayenta", "plugin"].some((key) => provider.at(key).presence !== "absent")) return true;
  return ["successCondition", "failureCondition"].some((key) => metric.at(key).presence !== "absent");
}
