/**
 * Charts that are installed with values from elsewhere: what is missing is given a text of no meaning, so that the rest
 * of the chart can be rendered. Whatever holds that text afterwards is not known, and never judged.
 */
import type { Json } from "../../../../model/edit.ts";
import type { Tree } from "../../tree/tree.ts";

/** Fits where names, labels and addresses may stand, and says to people what it is. */
export const STAND_IN = "set-at-install";

const ENCODED = "c2V0LWF0LWluc3RhbGw";

/** A value that is missing, below `.Values` of the outermost chart. */
export interface Lacking {
  readonly path: readonly string[];
  /** It only decides whether something is there: nothing is to stand for it but the maps around it. */
  readonly asked: boolean;
}

/** Puts what stands for a value among the values; false when it is there already. */
export function putStandIn(values: Record<string, Json>, { path, asked }: Lacking): boolean {
  let map = values;
  let changed = false;
  for (const key of path.slice(0, -1)) {
    const inner = map[key] ?? {};
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return false;
    changed ||= !(key in map);
    map[key] = inner;
    map = inner as Record<string, Json>;
  }
  const last = path.at(-1) ?? "";
  if (asked || last in map) return changed;
  map[last] = STAND_IN;
  return true;
}

/** `{{ .Values.x }}`, with or without a function around it, that chooses nothing. */
const PRINTED = /\{\{-?\s*(?!if\b|else\b|with\b|range\b)[^{}]*?\$?\.Values\.(?<path>\w+(?:\.\w+)*)/g;

/** Values that a template prints, by their dotted paths: where what comes out is no YAML, one of them may be missing. */
export function printedValues(template: string): readonly string[] {
  return [...template.matchAll(PRINTED)].map(({ groups }) => groups?.["path"] ?? "");
}

/** So often a chart is tried anew. */
export const MOST_STAND_INS = 20;

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
