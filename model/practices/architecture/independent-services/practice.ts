import { countedWorkloads } from "../../../evidence.ts";
import type { Workload, World } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

/** The first so many tell as much as all. */
const ENOUGH = 200;

export default practice({
  level: 4,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "people",
  judge(workspace, world) {
    const serving: Workload[] = [];
    let unsure = 0;
    for (const workload of countedWorkloads(world).slice(0, ENOUGH)) {
      if (workload.class !== "long" || workload.hook) continue;
      const answer = world.isServing(workload);
      if (answer === true) serving.push(workload);
      else if (answer === undefined) unsure++;
    }
    const names = new Set(serving.map(({ displayName }) => displayName));
    if (names.size < 2)
      return unsure > 1
        ? cannotTell(workspace.place)
        : serving.length + unsure === 0
          ? undefined
          : notApplicable("no-subject");
    const units = new Set(serving.map((workload) => unitOf(workload, world)));
    const [first] = serving;
    if (units.size > 1 && first !== undefined) return met(serving.map(({ place }) => place).slice(0, 10));
    return unmet(serving.map(({ place }) => place).slice(0, 10), "unmet", { count: names.size });
  },
});

/** What says so elsewhere. */
export const sources: Sources = { references: ["https://microservices.io/patterns/microservices.html"] };

/** What is released with it: its chart, or its own file. */
function unitOf({ chart, place, document }: Workload, world: World): string {
  const root = world.packageOf(document);
  return chart ?? (root?.kind === "helm" ? root.folder : place.document.uri);
}
