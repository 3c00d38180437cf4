/** Fields named by type and path, as the tool's own tables have them, and what is done to them. */

import { lookup } from "../../tree/read.ts";
import type { MapTree, Tree } from "../../tree/tree.ts";
import { withItems } from "../graft.ts";
import { isOfType, type ObjectType, type TypePattern } from "./identity.ts";
import { isNull, isUnknown, mapOf, withEntry } from "./nodes.ts";
import { invalid } from "./refusal.ts";

export interface FieldSpec extends TypePattern {
  /** Keys by `/`; lists are gone through. `[]` behind a key: the path is not made when it is missing. */
  readonly path: string;
  readonly create?: boolean;
}

/** What becomes of a field; it is not there when it is about to be made. */
export type Change = (node: Tree | undefined) => Tree;

interface Task {
  readonly create: boolean;
  readonly change: Change;
}

/** The object with a change applied to every field that the spec names; the same object when nothing changed. */
export function changeField(
  tree: MapTree,
  type: ObjectType,
  spec: FieldSpec,
  mayCreate: boolean,
  change: Change,
): MapTree {
  if (!isOfType(type, spec)) return tree;
  const changed = descend(tree, splitPath(spec.path), 0, { create: mayCreate && spec.create === true, change });
  return changed.kind === "map" ? changed : tree;
}

function descend(node: Tree, path: readonly string[], depth: number, task: Task): Tree {
  if (depth === path.length) return task.change(node);
  if (isNull(node) || isUnknown(node)) return node;
  if (node.kind === "scalar") throw invalid(`${path.slice(0, depth).join(".")} is neither a map nor a list`);
  if (node.kind === "list") {
    const items = node.items.map((item) => descend(item, path, depth, task));
    return items.every((item, index) => item === node.items[index]) ? node : withItems(node, items);
  }
  const step = path[depth] ?? "";
  const isList = step.endsWith("[]");
  const key = isList ? step.slice(0, -2) : step;
  const child = lookup(node, key)?.value;
  const create = task.create && !isList;
  if (child === undefined || (create && isNull(child))) {
    if (!create) return node;
    const isLast = depth + 1 === path.length;
    return withEntry(node, key, isLast ? task.change(undefined) : descend(mapOf([]), path, depth + 1, task));
  }
  const changed = descend(child, path, depth + 1, task);
  return changed === child ? node : withEntry(node, key, changed);
}

const paths = new Map<string, readonly string[]>();

/** Keys by `/`, where `\/` is a slash inside of a key. */
export function splitPath(path: string): readonly string[] {
  let known = paths.get(path);
  if (known === undefined) {
    known = splitEscaped(path, "/");
    // Paths of configurations are of the workspace's own making.
    if (paths.size > 2_000) paths.clear();
    paths.set(path, known);
  }
  return known;
}

/** Splits at a delimiter that no backslash stands before. */
export function splitEscaped(path: string, delimiter: string): readonly string[] {
  const parts = path.split(delimiter);
  if (parts.length > 1 && parts[0] === "") parts.shift();
  const joined: string[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.endsWith("\\")) joined[joined.length - 1] = last.slice(0, -1) + delimiter + part;
    else joined.push(part);
  }
  return joined;
}
