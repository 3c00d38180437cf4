import { representative, shownBy } from "../../../evidence.ts";
import { objectivesOf } from "../../../objectives.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";
import { queriesAbout } from "../../../queries.ts";

/** How long answers take, and how near to its end a resource is. */
const signals = queriesAbout(
  /histogram_quantile|_bucket\b|container_cpu_cfs_throttled|container_memory_working_set_bytes|kube_(horizontalpodautoscaler|hpa)_|container_cpu_usage_seconds_total/,
);

export default practice({
  level: 3,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(_workspace, world) {
    const found = [...signals(world), ...objectivesOf(world).filter((objective) => objective.latency)];
    const inFiles = found.filter((one) => one.in === undefined);
    if (inFiles.length > 0) return met(inFiles.map((one) => one.at));
    const shown = shownBy(
      found.flatMap((one) => (one.in === undefined ? [] : [{ at: one.at, in: one.in }])),
      world,
    );
    if (shown !== undefined) return shown;
    const first = representative(world);
    return first === undefined ? undefined : unmet(first.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://sre.google/sre-book/monitoring-distributed-systems/"],
  equivalents: { dsomm: ["Advanced availability and stability metrics"] },
};
