/** Small things to do with trees: made, looked into and put together, always anew and never in place. */
import type { Key, Place } from "../../../../model/edit.ts";
import { allEntries, lookup } from "../../tree/read.ts";
import type { Entry, ListTree, MapTree, ScalarStyle, ScalarTree, Tree } from "../../tree/tree.ts";
import { below, withEntries, withItems, withOrigin } from "../graft.ts";

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);

export function isNull(tree: Tree): boolean {
  if (tree.kind !== "scalar" || tree.unknown === true) return false;
  if (tree.tag === "!!null") return true;
  return tree.tag === undefined && tree.style === "plain" && NULLS.has(tree.text);
}

export function isUnknown(tree: Tree | undefined): boolean {
  return tree?.kind === "scalar" && tree.unknown === true;
}

/** Text of a scalar, whatever it would be read as; empty for anything else. */
export function textOf(tree: Tree | undefined): string {
  return tree?.kind === "scalar" && !isNull(tree) ? tree.text : "";
}

/** A node that stands in a tree, and where: worked out when it is asked for. */
export class Spot {
  readonly node: Tree;
  readonly parent: Spot | undefined;
  readonly key: Key | undefined;
  /** Where a root stands. */
  readonly root: Place | undefined;

  constructor(node: Tree, parent: Spot | undefined, key: Key | undefined, root?: Place) {
    this.node = node;
    this.parent = parent;
    this.key = key;
    this.root = root;
  }

  static at(node: Tree, place: Place): Spot {
    return new Spot(node, undefined, undefined, place);
  }

  get place(): Place {
    if (this.node.origin !== undefined) return this.node.origin;
    if (this.parent !== undefined && this.key !== undefined) return below(this.parent.place, this.key);
    if (this.root === undefined) throw new Error("a tree that stands nowhere");
    return this.root;
  }

  /** What stands below it. */
  at(key: Key): Spot | undefined {
    const { node } = this;
    const child =
      node.kind === "map" && typeof key === "string"
        ? lookup(node, key)?.value
        : node.kind === "list" && typeof key === "number"
          ? node.items[key]
          : undefined;
    return child === undefined ? undefined : new Spot(child, this, key);
  }

  items(): readonly Spot[] {
    return this.node.kind === "list" ? this.node.items.map((item, index) => new Spot(item, this, index)) : [];
  }

  entries(): readonly (readonly [string, Spot])[] {
    if (this.node.kind !== "map") return [];
    return allEntries(this.node).map((entry) => [entry.key, new Spot(entry.value, this, entry.key)] as const);
  }
}

/** The node as it is to stand below another: with a place of its own unless it stood there already. */
export function standing(spot: Spot, node: Tree, parent: Spot, key: Key): Tree {
  if (spot.parent === parent && spot.key === key) return node;
  return node.origin === undefined ? withOrigin(node, spot.place) : node;
}

export function scalarAt(text: string, style: ScalarStyle, origin: Place): ScalarTree {
  return { kind: "scalar", start: 0, end: 0, text, style, origin };
}

/** The same text, written in another way. */
export function restyled(node: ScalarTree, style: ScalarStyle): ScalarTree {
  return {
    kind: "scalar",
    start: node.start,
    end: node.end,
    text: node.text,
    style,
    ...(node.unknown === true ? { unknown: true as const } : {}),
    ...(node.origin === undefined ? {} : { origin: node.origin }),
  };
}

/** A text, whatever it looks like. */
export function stringAt(text: string, origin: Place): ScalarTree {
  return scalarAt(text, "double", origin);
}

export function unknownAt(origin: Place): ScalarTree {
  return { kind: "scalar", start: 0, end: 0, text: "", style: "plain", unknown: true, origin };
}

export function mapOf(entries: readonly (readonly [string, Tree])[], origin?: Place): MapTree {
  const map: MapTree = {
    kind: "map",
    start: 0,
    end: 0,
    flow: false,
    entries: entries.map(([key, value]) => entryOf(key, value)),
  };
  return origin === undefined ? map : withOrigin(map, origin);
}

export function listOf(items: readonly Tree[]): ListTree {
  return { kind: "list", start: 0, end: 0, flow: false, items };
}

function entryOf(key: string, value: Tree): Entry {
  return { key, keyStart: 0, keyEnd: 0, value };
}

/** The map with the entry, which takes the place of one of the same key. */
export function withEntry(map: MapTree, key: string, value: Tree): MapTree {
  const entries = allEntries(map);
  const at = entries.findIndex((entry) => entry.key === key);
  if (at < 0) return withEntries(map, [...entries, entryOf(key, value)]);
  const before = entries[at];
  if (before === undefined || before.value === value) return map;
  const { keyStart, keyEnd } = before;
  return withEntries(map, entries.with(at, { key, keyStart, keyEnd, value }));
}

export function withoutEntry(map: MapTree, key: string): MapTree {
  const entries = allEntries(map);
  return entries.some((entry) => entry.key === key)
    ? withEntries(
        map,
        entries.filter((entry) => entry.key !== key),
      )
    : map;
}

/** The list with one item in another's place. */
export function withItem(list: ListTree, index: number, value: Tree): ListTree {
  return list.items[index] === value ? list : withItems(list, list.items.with(index, value));
}

/** What stands at a path of keys, lists not looked into. */
export function find(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let node = tree;
  for (const key of path) node = node?.kind === "map" ? lookup(node, key)?.value : undefined;
  return node;
}

/** The map with what stands at a path of keys replaced; maps on the way are made. */
export function setAt(map: MapTree, path: readonly string[], value: Tree): MapTree {
  const [key, ...rest] = path;
  if (key === undefined) return map;
  if (rest.length === 0) return withEntry(map, key, value);
  const child = lookup(map, key)?.value;
  return withEntry(map, key, setAt(child?.kind === "map" ? child : mapOf([]), rest, value));
}

export function removeAt(map: MapTree, path: readonly string[]): MapTree {
  const [key, ...rest] = path;
  if (key === undefined) return map;
  if (rest.length === 0) return withoutEntry(map, key);
  const child = lookup(map, key)?.value;
  return child?.kind === "map" ? withEntry(map, key, removeAt(child, rest)) : map;
}
