/**
 * Charts that are installed with values from elsewhere: what is missing is given a text of no meaning, so that the rest
 * of the chart can be rendered. Whatever holds that text afterwards is not known, and never judged.
 */
import type { Tree } from "../../tree/tree.ts";

/** Fits where names, labels and addresses may stand, and says to people what it is. */
export const STAND_IN = "set-at-install";

const ENCODED = "c2V0LWF0LWluc3RhbGw";

/** May hold such a text, as it is or encoded as Secrets are. */
export function hasStandIn(text: string): boolean {
  return text.includes(STAND_IN) || text.includes(ENCODED);
}

/** The tree with everything unknown that is made of stand-ins. */
export function withoutStandIns<T extends Tree>(tree: T): T {
  return unknownIn(tree) as T;
}

function unknownIn(tree: Tree): Tree {
  if (tree.kind === "scalar") return hasStandIn(tree.text) ? { ...tree, unknown: true } : tree;
  if (tree.kind === "list") return { ...tree, items: tree.items.map(unknownIn) };
  const entries = tree.entries.map((entry) => ({ ...entry, value: unknownIn(entry.value) }));
  return { ...tree, entries, ...(tree.entries.some(({ key }) => hasStandIn(key)) ? { open: true as const } : {}) };
}
