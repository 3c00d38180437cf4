import { type Objective, objectivesOf, promisedNowhere, shownAs } from "../../../objectives.ts";
import { practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 4,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  answers: "yes",
  judge(_workspace, world) {
    const all = objectivesOf(world).filter((objective) => objective.target.presence !== "absent");
    const good = all.filter((objective) => objective.target.presence === "unknown" || leavesRoom(objective));
    const shown = shownAs(good, world);
    if (shown !== undefined) return shown;
    const [perfect] = all.filter((objective) => objective.in?.nonProduction !== true);
    if (perfect !== undefined) return unmet(perfect.target, "unmet.perfect", { target: perfect.target.source ?? "" });
    return promisedNowhere(world);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://sre.google/workbook/implementing-slos/",
    "https://openslo.com/",
    "https://sloth.dev/",
    "https://github.com/pyrra-dev/pyrra",
  ],
};

/** More than nothing is promised, and less than everything: what is left is the budget for errors. */
function leavesRoom({ target, fraction }: Objective): boolean {
  const value = Number(target.text());
  // What is still to be filled in is no promise of everything.
  return Number.isNaN(value) || (value > 0 && value < (fraction ? 1 : 100));
}
