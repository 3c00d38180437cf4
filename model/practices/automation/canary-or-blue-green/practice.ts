import { watchesCluster } from "../../../accounts.ts";
import { isStore } from "../../../autoscaling.ts";
import type { Field, Pipeline, Resource, Workload, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet, type Verdict } from "../../../practice.ts";
import { analysisOf, canariesOf, isRollout, rolloutsInPlaceOf } from "../../../releases.ts";
import { isServerless } from "../../../replicas.ts";
import { claimsOf } from "../../../volumes.ts";
import { isWorkload, LASTING_KINDS, TASK_KINDS } from "../../../workloads.ts";

export default practice({
  level: 5,
  gate: "required",
  share: "half",
  subject: "resource",
  kinds: [...LASTING_KINDS, ...TASK_KINDS],
  effort: "confirm",
  judge(workload, world) {
    // A Rollout in place of a Deployment carries no pods of its own.
    if (isRollout(workload)) return ofRollout(workload, { workload: workload.displayName });
    if (!isWorkload(workload)) return undefined;
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.class === "agent") return notApplicable("agent");
    if (workload.hook) return notApplicable("hook");
    const args = { workload: workload.displayName };
    const inPlace = rolloutsInPlaceOf(workload, world);
    if (inPlace.sure.length > 0) return notApplicable("superseded");
    const { sure, maybe } = canariesOf(workload, world);
    const [canary] = sure;
    if (canary !== undefined) return ofCanary(canary, args);
    if (isServerless(workload)) return ofKnative(workload, args);
    const step = stepFor(workload, world);
    if (step !== undefined) return met(step, "met.step");
    const serving = world.isServing(workload);
    if (isStore(workload)) return notApplicable("stateful");
    if (watchesCluster(workload, world)) return notApplicable("single-replica");
    if (serving === false) return notApplicable("worker");
    if (claimsOf(workload).some((claim) => claim.writable)) return notApplicable("stateful");
    return serving === undefined || maybe.length + inPlace.maybe.length > 0 || hasTwin(workload, world)
      ? cannotTell(workload.place)
      : unmet(workload.place, undefined, args);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-rollouts.readthedocs.io/en/stable/features/specification/",
    "https://docs.flagger.app/usage/deployment-strategies",
  ],
  equivalents: { dsomm: ["Canary deployment", "Blue/Green Deployment"] },
};

const TWIN = /(?:^|[-_])(?:canary|blue|green|preview)(?:[-_]|$)/;

type Args = Readonly<Record<string, string>>;

function ofRollout(rollout: Resource, args: Args): Verdict {
  const strategy = rollout.body.at("spec", "strategy");
  const blueGreen = strategy.at("blueGreen");
  const canary = strategy.at("canary");
  if (strategy.presence === "unknown") return cannotTell(strategy);
  if (blueGreen.presence !== "absent") {
    if (canary.presence === "present") return unmet([canary, blueGreen], "unmet.two", args);
    const active = blueGreen.at("activeService");
    return active.presence === "absent" ? unmet(blueGreen, "unmet.active", args) : met(active, "met.blueGreen");
  }
  if (canary.presence === "unknown") return cannotTell(canary);
  if (canary.presence === "absent") return unmet(strategy, "unmet.neither", args);
  const steps = canary.at("steps");
  const found = steps.writtenItems().find((step) => {
    if (["setCanaryScale", "experiment", "setHeaderRoute", "plugin"].some((key) => step.at(key).presence !== "absent"))
      return true;
    const weight = step.at("setWeight");
    return weight.presence === "unknown" || (weight.number() ?? 100) < 100;
  });
  if (found !== undefined) return met(steps, "met.canary");
  const items = steps.items();
  return unmet(items.length > 0 ? steps : canary, "unmet.steps", args);
}

function ofCanary(canary: Resource, args: Args): Verdict {
  const spec = canary.body.at("spec");
  const off = [spec.at("skipAnalysis"), spec.at("suspend")].find((field) => field.flag() === true);
  if (off !== undefined) return unmet(off, "unmet.skipped", { ...args, canary: canary.displayName });
  const analysis = analysisOf(canary);
  const way = ["stepWeight", "stepWeights", "iterations"]
    .map((key) => analysis.at(key))
    .find((field) => field.presence !== "absent");
  return way === undefined ? unmet(analysis, "unmet.weight", { ...args, canary: canary.displayName }) : met(way);
}

function ofKnative(workload: Workload, args: Args): Verdict {
  const traffic = workload.body.at("spec", "traffic");
  const parts = traffic
    .items()
    .filter((one) => (one.at("percent").number() ?? 0) < 100 && (one.at("percent").number() ?? 0) > 0);
  return parts.length > 1 ? met(traffic) : unmet(workload.place, "unmet.knative", args);
}

/** One Service leads to it and to a canary beside it; how much each gets is decided by hand, and not written here. */
function hasTwin(workload: Workload, world: World): boolean {
  const services = world.servicesOf(workload).sure;
  const all = services.flatMap((one) => world.selectedBy(one.body.at("spec", "selector"), one.scope).sure);
  return all.some((one) => one !== workload && [one, workload].some(({ displayName }) => TWIN.test(displayName)));
}

/** A pipeline step that brings the file out in parts. */
function stepFor(workload: Workload, world: World): Field | undefined {
  const path = workload.document.uri.slice((world.repositoryOf(workload.document)?.root.length ?? -1) + 1);
  return world
    .pipelines()
    .flatMap(stepsIn)
    .find(({ files }) => files.some((one) => one !== "" && (path === one || path.startsWith(`${one}/`))))?.strategy;
}

const stepsIn = once((pipeline: Pipeline) =>
  pipeline.jobs
    .flatMap((job) => job.steps)
    .filter((step) => !step.disabled && /^(?:azure\/k8s-deploy|KubernetesManifest)@/i.test(step.uses.source ?? ""))
    .flatMap((step) => {
      const own = step.inputs.at("strategy");
      // An Azure deployment job may go in parts by itself.
      const parts = step.job.body.at("strategy", "canary", "increments");
      const strategy = /^(canary|blue-green)$/.test(own.source ?? "") ? own : parts;
      if (strategy.presence !== "present") return [];
      const files = (step.inputs.at("manifests").source ?? "")
        .split(/\s+/)
        .map((one) => one.replace(/^\.\//, "").replace(/\/$/, ""));
      return [{ strategy, files }];
    }),
);
