import { candidateIn, given, gives, hiddenIn, imageSources, isOwn, pipelinesIn } from "../../../pipelines.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

export default practice({
  level: 2,
  gate: "required",
  share: "any",
  subject: "pipeline",
  effort: "confirm",
  judge(pipeline, world) {
    if (!isOwn(pipeline)) return undefined;
    const builds = given(pipeline, "build");
    if (builds.length > 0)
      return met(
        builds.map((one) => placeIn(pipeline, one)),
        undefined,
        { tool: builds[0]?.tool ?? "" },
      );
    const repository = world.repositoryOf(pipeline.document);
    const [source] = repository === undefined ? [] : imageSources(repository);
    if (repository === undefined || source === undefined) return undefined;
    // One pipeline speaks for all where none builds.
    if (pipelinesIn(repository, world).some((one) => gives(one, "build"))) return undefined;
    if (candidateIn(repository, world) !== pipeline) return undefined;
    return hiddenIn(repository, world).length > 0
      ? cannotTell(pipeline.place)
      : unmet(pipeline.place, undefined, { file: source.path });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://docs.docker.com/build/ci/"],
  equivalents: { dsomm: ["Building and testing of artifacts in virtual environments"] },
};
