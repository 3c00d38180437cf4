import { objectivesOf, promisedNowhere, shownAs } from "../../../objectives.ts";
import { practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 5,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(_workspace, world) {
    const all = objectivesOf(world);
    const latency = all.filter((objective) => objective.latency);
    const shown = shownAs(latency, world);
    if (shown !== undefined) return shown;
    const [other] = all.filter((objective) => objective.in?.nonProduction !== true);
    if (other !== undefined) return unmet(other.at, "unmet.availability");
    return promisedNowhere(world);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://sre.google/workbook/implementing-slos/", "https://github.com/pyrra-dev/pyrra"],
};
