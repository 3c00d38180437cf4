import { type Evidence, inObjects, lacking, shownBy } from "../../../evidence.ts";
import type { Repository, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { given, ownPipelines } from "../../../pipelines.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const FLUX = "image.toolkit.fluxcd.io/ImageUpdateAutomation";

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(workspace, world) {
    const flux = world.resources(FLUX);
    const marked = world.repositories().some(hasMarkers);
    const shown = shownBy([...(marked ? inObjects(flux) : []), ...argo(world)], world);
    if (shown?.state === "met") return shown;
    const writes = ownPipelines(world).flatMap((pipeline) => given(pipeline, "gitops-write"));
    if (writes.length > 0)
      return met(
        writes.map(({ place }) => place),
        "met.pipeline",
      );
    if (shown !== undefined) return shown;
    const [idle] = flux;
    return idle === undefined
      ? lacking(workspace, world)
      : unmet(idle.place, "unmet.marker", { name: idle.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://fluxcd.io/flux/guides/image-update/", "https://argocd-image-updater.readthedocs.io/en/stable/"],
};

/** A comment in a manifest says which policy may change the line. */
const hasMarkers = once((repository: Repository): boolean =>
  repository.find(/\.ya?ml$/).some(({ text }) => /\{"\$imagepolicy":/.test(text ?? "")),
);

function argo(world: World): readonly Evidence[] {
  const annotated = world
    .resources(["argoproj.io/Application", "argoproj.io/ApplicationSet"])
    .map((one) => ({ at: one.annotations.at("argocd-image-updater.argoproj.io/image-list"), in: one }))
    .filter(({ at }) => at.presence === "present");
  return [...annotated, ...inObjects(world.resources("argocd-image-updater.argoproj.io/ImageUpdater"))];
}
