import { representative, shownBy } from "../../../evidence.ts";
import { objectivesOf } from "../../../objectives.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 5,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(_workspace, world) {
    const all = objectivesOf(world);
    const latency = all.filter((objective) => objective.latency);
    const inFiles = latency.filter((objective) => objective.in === undefined);
    if (inFiles.length > 0) return met(inFiles.map((objective) => objective.at));
    const shown = shownBy(
      latency.flatMap((objective) => (objective.in === undefined ? [] : [{ at: objective.at, in: objective.in }])),
      world,
    );
    if (shown !== undefined) return shown;
    const [other] = all.filter((objective) => objective.in?.nonProduction !== true);
    if (other !== undefined) return unmet(other.at, "unmet.availability");
    const first = representative(world);
    if (first === undefined) return undefined;
    return first.class === "long"
      ? unmet(first.place, undefined, { workload: first.displayName })
      : notApplicable("no-subject");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://sre.google/workbook/implementing-slos/", "https://github.com/pyrra-dev/pyrra"],
};
