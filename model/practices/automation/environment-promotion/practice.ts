import { type Evidence, lacking, shownBy } from "../../../evidence.ts";
import { environmentsIn, promotions } from "../../../exposure.ts";
import type { Pipeline, World } from "../../../facts.ts";
import { GITOPS_KINDS } from "../../../gitops.ts";
import { deploysIn, given, ownPipelines } from "../../../pipelines.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "people",
  judge(workspace, world) {
    const pipelines = ownPipelines(world);
    const rebuilt = pipelines.flatMap(rebuilds);
    const shown = shownBy([...promotions(world), ...ordered(world)], world);
    if (shown?.state === "met") return shown;
    const stages = pipelines.filter((pipeline) => rebuilds(pipeline).length === 0).flatMap(environmentsIn);
    if (stages.length > 0) return met(stages);
    if (shown !== undefined) return shown;
    const [again] = rebuilt;
    return again === undefined ? lacking(workspace, world) : unmet(again, "unmet.rebuilt");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://docs.kargo.io/", "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/"],
  equivalents: { dsomm: ["Same artifact for environments"] },
};

/** Components that come one after the other. */
function ordered(world: World): readonly Evidence[] {
  return world.resources(GITOPS_KINDS).flatMap((one) => {
    const wave = one.annotations.at("argocd.argoproj.io/sync-wave");
    const after = one.body.at("spec", "dependsOn");
    const found = [...(wave.presence === "present" ? [wave] : []), ...(after.writtenItems().length > 0 ? [after] : [])];
    return found.map((at) => ({ at, in: one }));
  });
}

/** An image is built once more in a job that deploys to a further environment. */
function rebuilds(pipeline: Pipeline) {
  const deploying = new Set(deploysIn(pipeline).map(({ step }) => step.job));
  const builds = given(pipeline, "build").filter(
    ({ step }) => deploying.has(step.job) && step.job.environment.presence !== "absent",
  );
  const environments = new Set(builds.map(({ step }) => step.job.environment.source));
  return environments.size > 1 ? builds.slice(1).map(({ place }) => place) : [];
}
