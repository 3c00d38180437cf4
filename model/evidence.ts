/** Practices that one example in the workspace is enough for. */

import { isStore } from "./autoscaling.ts";
import type { Place } from "./edit.ts";
import type { Field, Resource, Workload, Workspace, World } from "./facts.ts";
import { cannotTell, met, unmet, type Verdict } from "./practice.ts";

/** Something that shows a practice, and the object it stands in. */
export interface Evidence {
  readonly at: Place | Field;
  readonly in: Resource;
}

export function inObjects(resources: readonly Resource[]): readonly Evidence[] {
  return resources.map((resource) => ({ at: resource.place, in: resource }));
}

/** The workloads that stand for the workspace: those of production where there are any. */
export function countedWorkloads(world: World): readonly Workload[] {
  const own = world.workloads().filter((workload) => !workload.system && workload.class !== "ci");
  const production = own.filter((workload) => !workload.nonProduction);
  return production.length > 0 ? production : own;
}

/** Met by what is certain, unknown where only a template's condition brings it, nothing where there is nothing. */
export function shownBy(found: readonly Evidence[], world: World): Verdict | undefined {
  // A workspace of nothing but examples is judged by them; in any other, examples show nothing.
  const examples = countedWorkloads(world).every((workload) => workload.nonProduction);
  const counted = found.filter((one) => examples || !one.in.nonProduction);
  const certain = counted.filter((one) => !one.in.conditional);
  if (certain.length > 0) return met(certain.map((one) => one.at));
  return counted.length > 0 ? cannotTell(counted.map((one) => one.at)) : undefined;
}

/** What the workspace as a whole does without; nothing is said of one that holds no object at all. */
export function lacking(workspace: Workspace, world: World): Verdict | undefined {
  const holdsAny = countedWorkloads(world).length > 0 || world.resourcesOfGroup(/^/).length > 0;
  return holdsAny ? unmet(workspace.place) : undefined;
}

/** The workload that one speaks of where any would do: one that serves and is no database, else one that stays, else any. */
export function representative(world: World): Workload | undefined {
  const all = countedWorkloads(world);
  const long = all.filter((workload) => workload.class === "long");
  // One is looked for: the first few tell as much as thousands.
  const serving = long.slice(0, 100).filter((workload) => world.isServing(workload) !== false);
  return serving.find((workload) => !isStore(workload)) ?? long[0] ?? all[0];
}
