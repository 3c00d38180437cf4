import { inObjects, shownBy } from "../../../evidence.ts";
import type { Pipeline } from "../../../facts.ts";
import { GITOPS_KINDS, isStopped } from "../../../gitops.ts";
import { manifestsIn } from "../../../manifests.ts";
import {
  candidateIn,
  deploysIn,
  given,
  hiddenIn,
  isTriedOut,
  ownPipelines,
  publishesOnlyCharts,
  pushesIn,
} from "../../../pipelines.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

export default practice({
  level: 2,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(workspace, world) {
    const own = ownPipelines(world);
    const deploys = own.flatMap((pipeline) =>
      deploysIn(pipeline).map((one) => ({ at: placeIn(pipeline, one), tool: one.tool })),
    );
    if (deploys.length > 0)
      return met(
        deploys.map((one) => one.at),
        undefined,
        { tool: deploys[0]?.tool ?? "" },
      );
    const objects = world.resources(GITOPS_KINDS).filter((one) => !isStopped(one));
    const shown = shownBy(inObjects(objects), world);
    if (shown?.state === "met") return met(shown.spots, "met.controller");
    if (shown !== undefined) return shown;
    const repositories = world.repositories().filter((one) => manifestsIn(one, world).length > 0);
    if (repositories.length === 0) return undefined;
    const hidden = repositories.flatMap((one) => hiddenIn(one, world));
    if (hidden.length > 0) return cannotTell(hidden);
    if (publishesOnlyCharts(repositories, world)) return notApplicable("no-subject");
    const tried = own.flatMap((one) =>
      given(one, "deploy")
        .filter(isTriedOut)
        .map((step) => placeIn(one, step)),
    );
    if (tried.length > 0) return unmet(tried, "unmet.tried");
    const candidate =
      publisherIn(own) ?? repositories.map((one) => candidateIn(one, world)).find((one) => one !== undefined);
    return candidate === undefined
      ? unmet(workspace.place, "unmet.none")
      : unmet(candidate.place, undefined, { name: candidate.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/control-deployments",
    "https://opengitops.dev/",
  ],
  equivalents: { dsomm: ["Automated deployment process"] },
};

/** The pipeline that publishes images is the one to go on from. */
function publisherIn(own: readonly Pipeline[]): Pipeline | undefined {
  return own.find((one) => pushesIn(one).length > 0);
}
