import type { Tree } from "./tree.ts";

/**
 * What a broken text says for certain: what ends before an offset. Everything that comes later is left out, each
 * collection that could have gone on is open, and a value that could have is unknown.
 */
export function cutAfter(tree: Tree, limit: number): Tree | undefined {
  return cut(tree, limit, true);
}

function cut(tree: Tree, limit: number, last: boolean): Tree | undefined {
  if (tree.start >= limit) return undefined;
  if (tree.end < limit && !last) return tree;
  if (tree.kind === "scalar") return tree.end < limit && tree.text !== "" ? tree : { ...tree, unknown: true };
  if (tree.shared === true && tree.end < limit) return tree;
  const open = tree.flow && tree.end < limit ? tree.open : true;
  if (open === undefined) return tree;
  if (tree.kind === "list") {
    const kept = tree.items.filter((item) => item.start < limit);
    const items = kept.flatMap((item, at) => cut(item, limit, at === kept.length - 1) ?? []);
    return { ...tree, items, end: items.at(-1)?.end ?? tree.start, open };
  }
  const kept = tree.entries.filter((entry) => entry.keyStart < limit);
  const entries = kept.map((entry, at) => {
    const value = cut(entry.value, limit, at === kept.length - 1) ?? unknownAt(entry.keyEnd);
    return value === entry.value ? entry : { ...entry, value };
  });
  const final = entries.at(-1);
  return { ...tree, entries, end: Math.max(final?.keyEnd ?? tree.start, final?.value.end ?? tree.start), open };
}

function unknownAt(place: number): Tree {
  return { kind: "scalar", start: place, end: place, text: "", style: "plain", unknown: true };
}
