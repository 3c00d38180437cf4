/** Trees put together from parts of several files. Nothing is changed in place: what did not change is shared. */
import type { DocumentRef, Key, Place } from "../../../model/edit.ts";
import { childOf } from "../tree/read.ts";
import type { Entry, ListTree, MapTree, ScalarTree, Tree } from "../tree/tree.ts";

/** The node with another place of origin. Trees may be lazy, so a node is never spread. */
export function withOrigin<T extends Tree>(tree: T, origin: Place): T;
export function withOrigin(tree: Tree, origin: Place): Tree {
  switch (tree.kind) {
    case "scalar":
      return scalar(tree, origin);
    case "map":
      return map(tree, tree.entries, origin);
    case "list":
      return list(tree, tree.items, origin);
    default:
      return tree satisfies never;
  }
}

/** The map with other entries, at its place. What a template may add to it may still come. */
export function withEntries(tree: MapTree, entries: readonly Entry[]): MapTree {
  return map(tree, entries, tree.origin);
}

/** The list with other items, at its place. Items that moved in it need an origin of their own. */
export function withItems(tree: ListTree, items: readonly Tree[]): ListTree {
  return list(tree, items, tree.origin);
}

/** The map, to which a template may add more than is written. */
export function opened(tree: MapTree): MapTree {
  return { ...map(tree, tree.entries, tree.origin), open: true };
}

function scalar(tree: ScalarTree, origin: Place): ScalarTree {
  return {
    kind: "scalar",
    start: tree.start,
    end: tree.end,
    text: tree.text,
    style: tree.style,
    ...(tree.tag === undefined ? {} : { tag: tree.tag }),
    ...(tree.unknown === true ? { unknown: true as const } : {}),
    origin,
  };
}

function map(tree: MapTree, entries: readonly Entry[], origin: Place | undefined): MapTree {
  return {
    kind: "map",
    start: tree.start,
    end: tree.end,
    flow: tree.flow,
    entries,
    ...(tree.tag === undefined ? {} : { tag: tree.tag }),
    ...(tree.open === true ? { open: true as const } : {}),
    ...(tree.absent === undefined ? {} : { absent: tree.absent }),
    ...(origin === undefined ? {} : { origin }),
  };
}

function list(tree: ListTree, items: readonly Tree[], origin: Place | undefined): ListTree {
  return {
    kind: "list",
    start: tree.start,
    end: tree.end,
    flow: tree.flow,
    items,
    ...(tree.tag === undefined ? {} : { tag: tree.tag }),
    ...(tree.open === true ? { open: true as const } : {}),
    ...(tree.conditional === undefined ? {} : { conditional: tree.conditional }),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** Where what stands at a path of a rendered tree was written, or would be. `document` is the root's own. */
export function placeIn(root: Tree | undefined, document: DocumentRef, path: readonly Key[]): Place {
  let place: Place = root?.origin ?? { document, path: [] };
  let node: Tree | undefined = root;
  for (const key of path) {
    const parent = node;
    node = childOf(parent, key);
    const elsewhere =
      node === undefined && parent?.kind === "map" && typeof key === "string" ? parent.absent?.get(key) : undefined;
    place = node?.origin ?? elsewhere ?? below(place, key);
  }
  return place;
}

/** The place of a child that stands where its parent does. */
export function below(place: Place, key: Key): Place {
  const here: Place = { document: place.document, path: [...place.path, key] };
  return place.decided === undefined ? here : { ...here, decided: below(place.decided, key) };
}
