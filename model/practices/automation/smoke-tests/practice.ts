import { countedWorkloads, type Evidence, shownBy } from "../../../evidence.ts";
import type { Capability, Pipeline, World } from "../../../facts.ts";
import { deploysIn, given, hiddenAnywhere, isBefore, ownPipelines } from "../../../pipelines.ts";
import { cannotTell, ifKnown, met, practice, type Sources, unmet } from "../../../practice.ts";

const HOOKED = ["batch/Job", "/Pod", "argoproj.io/Workflow"] as const;

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "create",
  judge(workspace, world) {
    const pipelines = ownPipelines(world);
    const after = pipelines.flatMap(testsAfterDeploy);
    if (after.length > 0)
      return met(
        after.map(({ place }) => place),
        "met.pipeline",
      );
    const shown = shownBy([...hooks(world), ...flux(world), ...templates(world)], world);
    if (shown !== undefined) return shown;
    const called = pipelines
      .flatMap((pipeline) => given(pipeline, "e2e"))
      .filter(({ text }) => /\bhelm\s+test\b/.test(text));
    const [empty] = called;
    if (empty !== undefined) return unmet(empty.place, "unmet.hook");
    if (countedWorkloads(world).length === 0) return undefined;
    const hidden = hiddenAnywhere(world);
    return hidden.length > 0 ? cannotTell(hidden) : unmet(workspace.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://helm.sh/docs/topics/chart_tests/",
    "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/",
  ],
  equivalents: { dsomm: ["Smoke Test"] },
};

/** Tests of what a job before them has brought to a cluster. */
function testsAfterDeploy(pipeline: Pipeline): readonly Capability[] {
  const deploys = deploysIn(pipeline);
  const asks = given(pipeline, "smoke-test").filter(
    (test) => test.gating && deploys.some((deploy) => isBefore(deploy, test, pipeline)),
  );
  const tests = given(pipeline, "e2e").filter((test) =>
    deploys.some((deploy) => deploy.step !== test.step && pipeline.precedes(deploy.step, test.step)),
  );
  return [...tests, ...asks];
}

/** Pods that helm runs as a test, and jobs that Argo CD runs when all is in place. */
function hooks(world: World): readonly Evidence[] {
  return world.resources(HOOKED).flatMap((one) => {
    const test = one.annotations.at("helm.sh/hook");
    const sync = one.annotations.at("argocd.argoproj.io/hook");
    const found = [
      ...(/\btest\b|\btest-success\b/.test(test.source ?? "") ? [test] : []),
      ...(/\bPostSync\b/.test(sync.source ?? "") ? [sync] : []),
    ];
    return found.map((at) => ({ at, in: one }));
  });
}

function flux(world: World): readonly Evidence[] {
  return world
    .resources("helm.toolkit.fluxcd.io/HelmRelease")
    .map((one) => ({ at: one.body.at("spec", "test", "enable"), in: one }))
    .filter(({ at }) => ifKnown(() => at.flag()) === true);
}

/** A release that a job decides on. */
function templates(world: World): readonly Evidence[] {
  return world.resources(["argoproj.io/AnalysisTemplate", "argoproj.io/ClusterAnalysisTemplate"]).flatMap((one) =>
    one.body
      .at("spec", "metrics")
      .writtenItems()
      .map((metric) => metric.at("provider", "job"))
      .filter((job) => job.presence === "present")
      .map((at) => ({ at, in: one })),
  );
}
