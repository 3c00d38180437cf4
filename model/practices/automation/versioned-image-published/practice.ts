import type { Place } from "../../../edit.ts";
import type { Capability, Pipeline } from "../../../facts.ts";
import { candidateIn, gives, hiddenIn, imageSources, isOwn, pipelinesIn, pushesIn } from "../../../pipelines.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";
import { tagsOf } from "../../../publishing.ts";
import { placeIn } from "../../../scans.ts";

export default practice({
  level: 2,
  gate: "required",
  share: "any",
  subject: "pipeline",
  effort: "confirm",
  judge(pipeline, world) {
    if (!isOwn(pipeline)) return undefined;
    const pushes = pushesIn(pipeline);
    if (pushes.length > 0) {
      const tags = pushes.flatMap((push) =>
        tagsOf(push, pipeline).map((tag) => ({ ...tag, at: inOwnFile(tag.at, push, pipeline) })),
      );
      const kept = tags.filter((tag) => tag.moves === false);
      if (kept.length > 0)
        return met(
          kept.map((tag) => tag.at),
          undefined,
          { tag: kept[0]?.tag ?? "" },
        );
      const moving = tags.filter((tag) => tag.moves === true);
      const unseen = pushes.some((push) => tagsOf(push, pipeline).length === 0);
      if (unseen || moving.length < tags.length || moving.length === 0)
        return cannotTell(pushes.map((push) => placeIn(pipeline, push)));
      return unmet(
        moving.map((tag) => tag.at),
        undefined,
        { tag: moving[0]?.tag ?? "" },
      );
    }
    const repository = world.repositoryOf(pipeline.document);
    const [source] = repository === undefined ? [] : imageSources(repository);
    if (repository === undefined || source === undefined) return undefined;
    if (pipelinesIn(repository, world).some((one) => pushesIn(one).length > 0)) return undefined;
    if (candidateIn(repository, world) !== pipeline) return undefined;
    if (hiddenIn(repository, world).length > 0) return cannotTell(pipeline.place);
    const build = pipeline.capabilities.find((one) => one.name === "build");
    const at = build === undefined ? pipeline.place : placeIn(pipeline, build);
    return unmet(at, gives(pipeline, "build") ? "unmet.kept" : "unmet.none", { file: source.path });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.docker.com/build/ci/github-actions/manage-tags-labels/",
    "https://kubernetes.io/docs/concepts/containers/images/",
  ],
  equivalents: { trivy: ["KSV-0013"], dsomm: ["Pinning of artifacts"] },
};

/** What a called workflow does is shown where it is called. */
function inOwnFile(at: Place, push: Capability, pipeline: Pipeline): Place {
  return at.document === pipeline.document ? at : placeIn(pipeline, push);
}
