import type { Key } from "../../../model/edit.ts";
import type { Entry, MapTree, Tree } from "./tree.ts";

const MERGE_KEY = "<<";

/** From so many keys on an index is cheaper than looking at each key. */
const INDEXED_SIZE = 16;

const MAX_MERGED_KEYS = 10_000;
const MAX_MERGE_DEPTH = 32;

interface Resolved {
  readonly entries: readonly Entry[];
  readonly index: ReadonlyMap<string, Entry>;
  readonly open: boolean;
}

/** Aliases copy a map's node and share its list of entries, so that list is what a map is known by. */
const indexes = new WeakMap<readonly Entry[], ReadonlyMap<string, Entry>>();
const merges = new WeakMap<readonly Entry[], boolean>();
const resolved = new WeakMap<readonly Entry[], Resolved>();

/** The entry that holds for a key: the map's own last one, as Kubernetes reads it, or else a merged one. */
export function lookup(map: MapTree, key: string): Entry | undefined {
  return ownEntry(map.entries, key) ?? (hasMerge(map) ? resolve(map).index.get(key) : undefined);
}

/** What stands under a key of a map or at an index of a list. */
export function childOf(node: Tree | undefined, key: Key): Tree | undefined {
  if (node?.kind === "map" && typeof key === "string") return lookup(node, key)?.value;
  return node?.kind === "list" && typeof key === "number" ? node.items[key] : undefined;
}

/** What stands at a path; the node itself at the empty one. */
export function nodeAt(node: Tree | undefined, path: readonly Key[]): Tree | undefined {
  return path.reduce(childOf, node);
}

/** All entries that hold, merge keys followed and earlier duplicates left out. */
export function allEntries(map: MapTree): readonly Entry[] {
  return isPlain(map.entries) ? map.entries : resolve(map).entries;
}

/** Most maps are small and need nothing resolved: that is cheaper to see than to remember. */
function isPlain(entries: readonly Entry[]): boolean {
  if (entries.length > INDEXED_SIZE) return false;
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at];
    if (entry === undefined || isMerge(entry)) return false;
    for (let before = 0; before < at; before++) if (entries[before]?.key === entry.key) return false;
  }
  return true;
}

export function hasMerge(map: MapTree): boolean {
  const { entries } = map;
  if (entries.length <= INDEXED_SIZE) return entries.some(isMerge);
  let known = merges.get(entries);
  if (known === undefined) {
    known = entries.some(isMerge);
    merges.set(entries, known);
  }
  return known;
}

/** What is absent from the map is not known to be absent: a template adds keys, or not every merge can be followed. */
export function isOpen(map: MapTree): boolean {
  return map.open === true || (hasMerge(map) && resolve(map).open);
}

/** A plain `<<`; in quotes it is a key like any other. */
function isMerge(entry: Entry): boolean {
  return entry.key === MERGE_KEY && entry.keyEnd - entry.keyStart === MERGE_KEY.length;
}

function ownEntry(entries: readonly Entry[], key: string): Entry | undefined {
  if (entries.length > INDEXED_SIZE) return indexOf(entries).get(key);
  for (let at = entries.length - 1; at >= 0; at--) {
    const entry = entries[at];
    if (entry?.key === key) return entry;
  }
  return undefined;
}

function indexOf(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  let index = indexes.get(entries);
  if (index === undefined) {
    index = new Map(entries.map((entry) => [entry.key, entry]));
    indexes.set(entries, index);
  }
  return index;
}

function resolve(map: MapTree): Resolved {
  let answer = resolved.get(map.entries);
  if (answer === undefined) {
    answer = hasMerge(map) ? merge(map) : withoutMerge(map.entries);
    resolved.set(map.entries, answer);
  }
  return answer;
}

function withoutMerge(entries: readonly Entry[]): Resolved {
  const index = indexOf(entries);
  return { entries: index.size === entries.length ? entries : [...index.values()], index, open: false };
}

function merge(map: MapTree): Resolved {
  const index = new Map<string, Entry>();
  const seen = new Set<readonly Entry[]>();
  // The next to look at is the last one; what a map merges comes before its right-hand neighbours.
  const waiting: { tree: Tree; depth: number }[] = [{ tree: map, depth: 0 }];
  let budget = MAX_MERGED_KEYS;
  let open = false;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { tree, depth } = next;
    if (tree.kind === "list") {
      if (tree.open === true) open = true;
      for (const item of tree.items.toReversed()) waiting.push({ tree: item, depth });
      budget -= tree.items.length;
    } else if (tree.kind === "scalar") {
      // A merged null adds nothing; anything else is not known to add nothing.
      if (tree.text !== "" && tree.text !== "null" && tree.text !== "~") open = true;
    } else if (!seen.has(tree.entries)) {
      seen.add(tree.entries);
      if (tree.open === true && depth > 0) open = true;
      budget -= tree.entries.length + 1;
      if (depth <= MAX_MERGE_DEPTH && (budget >= 0 || depth === 0)) addOwn(index, tree, waiting, depth);
      else open = true;
    }
    if (budget < 0) {
      open = true;
      break;
    }
  }
  return { entries: [...index.values()], index, open };
}

function addOwn(
  index: Map<string, Entry>,
  map: MapTree,
  waiting: { tree: Tree; depth: number }[],
  depth: number,
): void {
  const own = new Map<string, Entry>();
  const merged: Tree[] = [];
  for (const entry of map.entries) {
    if (isMerge(entry)) merged.push(entry.value);
    else own.set(entry.key, entry);
  }
  for (const [key, entry] of own) if (!index.has(key)) index.set(key, entry);
  for (const tree of merged.toReversed()) waiting.push({ tree, depth: depth + 1 });
}
