import { shownBy } from "../../../evidence.ts";
import { environmentFiles, environmentsIn, flags, promotions, shares } from "../../../exposure.ts";
import { deliveredWithout } from "../../../gitops.ts";
import { ownPipelines } from "../../../pipelines.ts";
import { cannotTell, met, practice, type Sources } from "../../../practice.ts";

export default practice({
  level: 4,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(workspace, world) {
    const stages = ownPipelines(world).flatMap(environmentsIn);
    if (stages.length > 0) return met(stages, "met.environments");
    const shown = shownBy([...promotions(world), ...flags(world), ...shares(world)], world);
    if (shown !== undefined) return shown;
    // There are environments, but in which order a change gets to them is not written here.
    const environments = world.repositories().flatMap(environmentFiles);
    if (environments.length > 0) return cannotTell(environments);
    return deliveredWithout(workspace, world);
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
