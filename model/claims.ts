/** Claims on paper: objects that stand beside workloads and reach none of them. */
import type { Field, Resource, Workload, World } from "./facts.ts";

/**
 * The workloads that an object stands beside, where its selector certainly selects no pod of its namespace. Where none
 * stands beside it, it may be meant for pods that come from elsewhere, and nothing is said.
 */
export function missedBeside(claim: Resource, selector: Field, world: World): readonly Workload[] {
  if (claim.conditional || claim.scope === "unknown" || selector.presence !== "present") return [];
  const { sure, maybe } = world.selectedByLabelSelector(selector, claim.scope);
  if (sure.length + maybe.length > 0) return [];
  return besides(claim, world.workloads(claim.scope));
}

/** Those that are written in the same folder. */
export function besides<T extends Resource>(one: Resource, others: readonly T[]): readonly T[] {
  const folder = folderOf(one);
  return others.filter((other) => folderOf(other) === folder);
}

function folderOf({ place }: Resource): string {
  const { uri } = place.document;
  return uri.slice(0, uri.lastIndexOf("/"));
}
