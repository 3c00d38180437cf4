import type { Capability, Pipeline, Repository, World } from "../../../facts.ts";
import { manifestsIn } from "../../../manifests.ts";
import { candidateIn, deploysIn, given, isOwn, isTriedOut, pipelinesIn } from "../../../pipelines.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn, scansOf } from "../../../scans.ts";

export default practice({
  level: 4,
  gate: "required",
  share: "any",
  subject: "pipeline",
  effort: "apply",
  judge(pipeline, world) {
    // What only others call is part of its callers.
    if (!isOwn(pipeline)) return undefined;
    const { gating, reporting, late } = scansOf(pipeline, "iac-scan");
    const [gate] = gating;
    if (gate !== undefined)
      return met(
        gating.map((scan) => placeIn(pipeline, scan)),
        "met",
        { tool: gate.tool },
      );
    const [report] = reporting;
    if (report !== undefined) return unmet(placeIn(pipeline, report), "unmet.report", { tool: report.tool });
    const [after] = late;
    if (after !== undefined) return unmet(placeIn(pipeline, after), "unmet.late", { tool: after.tool });
    const repository = world.repositoryOf(pipeline.document);
    if (repository === undefined || manifestsIn(repository, world).length === 0) return undefined;
    if (!isRightPlace(pipeline, repository, world)) return undefined;
    const [near] = handled(pipeline);
    const place = near === undefined ? pipeline.place : placeIn(pipeline, near);
    return pipeline.opaque ? cannotTell(place) : unmet(place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.kubelinter.io/",
    "https://www.checkov.io/",
    "https://kubescape.io/docs/",
    "https://www.conftest.dev/",
  ],
  equivalents: { dsomm: ["Test cluster deployment resources", "Test the definition of virtualized environments"] },
};

/** What a pipeline does with manifests. */
function handled(pipeline: Pipeline): readonly Capability[] {
  return [...deploysIn(pipeline), ...given(pipeline, "validate").filter((one) => !isTriedOut(one))];
}

/** The pipelines that handle manifests; where none does, the one that such a check would be put into. */
function isRightPlace(pipeline: Pipeline, repository: Repository, world: World): boolean {
  const handling = pipelinesIn(repository, world).filter((one) => handled(one).length > 0);
  return handling.length > 0 ? handling.includes(pipeline) : candidateIn(repository, world) === pipeline;
}
