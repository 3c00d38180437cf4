/** Who decides what is applied: the value that each environment takes, and what a value in an overlay or a chart sets. */
import type { Key, Place } from "../../model/edit.ts";
import { once } from "../../model/memo.ts";
import { ResourceFact } from "../engine/dialects/kubernetes.ts";
import type { EnvironmentUnit } from "../engine/environments.ts";
import { equal } from "../engine/equal.ts";
import type { FileEntry } from "../engine/files.ts";
import { below } from "../engine/render/graft.ts";
import type { Position } from "../engine/source.ts";
import { allEntries, lookup } from "../engine/tree/read.ts";
import type { Tree } from "../engine/tree/tree.ts";
import type { Snapshot } from "../engine/workspace.ts";

/** A value as one environment applies it. */
export interface Decision {
  readonly environment: string;
  readonly object: string;
  /** The way to the field: `spec.replicas`. */
  readonly field: string;
  readonly value: string;
  /** Where it was decided. */
  readonly place: Place;
}

/** A value that is applied, with all places that had a say in it. */
interface Leaf {
  readonly path: readonly Key[];
  readonly text: string;
  readonly place: Place;
}

interface Applied {
  readonly object: ResourceFact;
  readonly leaves: readonly Leaf[];
}

const appliedBy = once((unit: EnvironmentUnit): readonly Applied[] => {
  const seen = new Set<object>();
  return unit.resources.flatMap((object) => {
    if (!(object instanceof ResourceFact) || seen.has(object.read)) return [];
    seen.add(object.read);
    return [{ object, leaves: leavesOf(object) }];
  });
});

const leavesOf = once((object: ResourceFact): readonly Leaf[] => {
  const leaves: Leaf[] = [];
  const visit = (node: Tree, path: readonly Key[], place: Place): void => {
    const here = node.origin ?? place;
    if (node.kind === "map")
      for (const { key, value } of allEntries(node)) visit(value, [...path, key], below(here, key));
    else if (node.kind === "list")
      for (const [at, item] of node.items.entries()) visit(item, [...path, at], below(here, at));
    else leaves.push({ path, text: node.text, place: here });
  };
  const root = object.read.tree();
  if (root !== undefined) visit(root, [], object.body.place);
  return leaves;
});

/** The values that environments apply in place of the one at a position; nothing where all of them take what stands there. */
export function replacedAt(snapshot: Snapshot, entry: FileEntry, position: Position): readonly Decision[] {
  const at = pathAt(entry, position);
  if (at === undefined) return [];
  const found: Decision[] = [];
  for (const unit of snapshot.environments.using(entry.uri))
    for (const { object, leaves } of appliedBy(unit)) {
      if (object.document !== at.document || object.groupKind === "/Secret") continue;
      const wanted = at.path.slice(declaredPath(object).length);
      const leaf = leaves.find((one) => equal(one.path, wanted));
      if (leaf === undefined) continue;
      const place = leaf.place.decided ?? leaf.place;
      if (place.document === at.document && equal(place.path, at.path)) continue;
      found.push(decision(unit, object, leaf, place));
    }
  return found;
}

/** What the value at a position sets in the objects that environments apply: of overlays, patches, values files. */
export function setAt(snapshot: Snapshot, entry: FileEntry, position: Position): readonly Decision[] {
  const at = pathAt(entry, position);
  if (at === undefined || at.path.length === 0) return [];
  const found: Decision[] = [];
  for (const unit of snapshot.environments.using(entry.uri))
    for (const { object, leaves } of appliedBy(unit)) {
      if (object.groupKind === "/Secret") continue;
      for (const leaf of leaves) {
        const place = leaf.place.decided ?? leaf.place;
        if (place.document !== at.document || place.document === object.document) continue;
        if (at.path.every((key, index) => key === place.path[index])) found.push(decision(unit, object, leaf, place));
      }
    }
  return found;
}

function decision(unit: EnvironmentUnit, object: ResourceFact, leaf: Leaf, place: Place): Decision {
  return {
    environment: unit.environment.spec.name,
    object: `${object.kind}/${object.displayName}`,
    field: leaf.path.join("."),
    value: leaf.text,
    place,
  };
}

function declaredPath(object: ResourceFact): readonly Key[] {
  return object.place.document === object.document ? object.place.path.slice(0, -1) : [];
}

/** The value, or the key of the value, that stands at a position. */
export function pathAt(entry: FileEntry, position: Position): Place | undefined {
  const at = entry.source?.at(position);
  const root = at?.document.tree();
  if (at === undefined || root === undefined) return undefined;
  const { document, offset } = at;
  const path: Key[] = [];
  let node: Tree | undefined = root;
  while (node !== undefined && node.kind !== "scalar") {
    const next: { readonly key: Key; readonly node: Tree } | undefined = childAt(node, offset);
    if (next === undefined) return undefined;
    path.push(next.key);
    if (isOnKey(node, next.key, offset)) return { document, path };
    node = next.node;
  }
  return node === undefined ? undefined : { document, path };
}

function childAt(node: Tree, offset: number): { readonly key: Key; readonly node: Tree } | undefined {
  if (node.kind === "map") {
    const entry = node.entries.find((one) => one.keyStart <= offset && offset <= Math.max(one.keyEnd, one.value.end));
    return entry === undefined ? undefined : { key: entry.key, node: entry.value };
  }
  if (node.kind !== "list") return undefined;
  const index = node.items.findIndex((item) => item.start <= offset && offset <= item.end);
  const item = node.items[index];
  return item === undefined ? undefined : { key: index, node: item };
}

function isOnKey(node: Tree, key: Key, offset: number): boolean {
  if (node.kind !== "map" || typeof key !== "string") return false;
  const entry = lookup(node, key);
  return entry !== undefined && entry.keyStart <= offset && offset <= entry.keyEnd;
}
