import type { Field, Workload, World } from "../../../facts.ts";
import { cannotTell, ifKnown, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

/** Last parts of keys by which bills are divided. */
const KEY =
  /^(?:cost-?_?cent(?:er|re)|cost-allocation|team|squad|owner|department|business-?unit|project|product|part-of|environment|env|tenant|application-?id)$/i;

export default practice({
  level: 4,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    if (workload.class === "ci") return undefined;
    const maps = [workload.podLabels, workload.labels, ...namespaceLabels(workload, world)];
    const found = maps.flatMap((map) => map.writtenEntries()).find(([key, value]) => isKey(key) && value.source !== "");
    if (found !== undefined) return met(found[1]);
    // A template may add labels of which nothing is written.
    const open = maps.find((map) => map.presence === "unknown" || ifKnown(() => map.entries()) === undefined);
    return open === undefined
      ? unmet(workload.podLabels, "unmet", { workload: workload.displayName })
      : cannotTell(open);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://www.finops.org/framework/capabilities/allocation/",
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
  ],
};

function isKey(key: string): boolean {
  return KEY.test(key.slice(key.lastIndexOf("/") + 1));
}

function namespaceLabels(workload: Workload, world: World): readonly Field[] {
  const namespace = world.namespaceOf(workload)?.resource;
  return namespace === undefined ? [] : [namespace.labels];
}
