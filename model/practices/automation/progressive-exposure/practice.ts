import { countedWorkloads, shownBy } from "../../../evidence.ts";
import { environmentsIn, flags, promotions, shares } from "../../../exposure.ts";
import { GITOPS_KINDS } from "../../../gitops.ts";
import { isOwn } from "../../../pipelines.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 4,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(workspace, world) {
    const stages = world.pipelines().filter(isOwn).flatMap(environmentsIn);
    if (stages.length > 0) return met(stages, "met.environments");
    const shown = shownBy([...promotions(world), ...flags(world), ...shares(world)], world);
    if (shown !== undefined) return shown;
    const [object] = world.resources(GITOPS_KINDS).filter((one) => !one.nonProduction);
    if (object !== undefined) return unmet(object.place, undefined, { name: object.displayName });
    return countedWorkloads(world).length > 0 ? unmet(workspace.place, "unmet.none") : undefined;
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Progressive-Syncs/",
    "https://openfeature.dev/docs/",
  ],
  equivalents: { dsomm: ["Usage of feature toggles"] },
};
