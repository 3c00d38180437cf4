/** A JSON patch (RFC 6902) applied to an object, as the tool's library does it. */
import type { MessageArgs } from "../../../../model/edit.ts";
import { allEntries } from "../../tree/read.ts";
import type { Tree } from "../../tree/tree.ts";
import { withItems } from "../graft.ts";
import { scalarValue, toObject } from "../plain-object.ts";
import { find, isNull, Spot, scalarAt, standing, textOf, withEntry, withoutEntry } from "./nodes.ts";
import { invalid, Refusal } from "./refusal.ts";

/** A value, and where it stands. */
interface Value {
  readonly node: Tree;
  readonly spot: Spot;
}

/** The object with all operations applied. */
export function jsonPatch(object: Spot, operations: Spot): Tree {
  if (operations.node.kind !== "list") throw invalid("a JSON patch is a list of operations", operations.place);
  let root = object;
  for (const operation of operations.items()) root = Spot.at(apply(root, operation), object.place);
  return root.node;
}

function apply(root: Spot, operation: Spot): Tree {
  const path = pointer(operation, "path");
  const op = textOf(find(operation.node, "op"));
  switch (op) {
    case "add":
      return add(root, path, given(operation), operation);
    case "replace":
      return edit(root, path, operation, (parent, key) => {
        if (get(parent, key) === undefined) throw missing(operation);
        return put(parent, key, given(operation));
      });
    case "remove":
      return remove(root, path, operation);
    case "move": {
      const from = pointer(operation, "from");
      const value = locate(root, from, operation);
      // Looked up before it is taken away, so that it keeps its place.
      return add(Spot.at(remove(root, from, operation), root.place), path, value, operation);
    }
    case "copy":
      return add(root, path, locate(root, pointer(operation, "from"), operation), operation);
    case "test": {
      const value = path.length === 0 ? root : reach(root, path);
      if (!equal(value?.node, find(operation.node, "value"))) throw missing(operation);
      return root.node;
    }
    default:
      throw invalid(`op: ${op}`, operation.at("op")?.place ?? operation.place);
  }
}

function given(operation: Spot): Value {
  const spot = operation.at("value");
  return spot === undefined
    ? { node: scalarAt("null", "plain", operation.place), spot: operation }
    : { node: spot.node, spot };
}

function pointer(operation: Spot, field: "path" | "from"): readonly string[] {
  const spot = operation.at(field);
  const text = textOf(spot?.node);
  if (spot === undefined || (text !== "" && !text.startsWith("/")))
    throw invalid(`${field}: ${text}`, spot?.place ?? operation.place);
  return text
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function missing(operation: Spot): Refusal {
  const args: MessageArgs = { object: textOf(find(operation.node, "path")) };
  return new Refusal("target", args, (operation.at("path") ?? operation).place);
}

function add(root: Spot, path: readonly string[], value: Value, operation: Spot): Tree {
  return edit(root, path, operation, (parent, key) => {
    const { node } = parent;
    if (node.kind !== "list") return put(parent, key, value);
    const length = node.items.length;
    const index = key === "-" ? length : indexOf(key, length + 1);
    if (index === undefined) throw missing(operation);
    return rebuilt(parent, [...parent.items()].toSpliced(index, 0, value.spot), index, value);
  });
}

function remove(root: Spot, path: readonly string[], operation: Spot): Tree {
  return edit(root, path, operation, (parent, key) => {
    const { node } = parent;
    if (get(parent, key) === undefined) throw missing(operation);
    if (node.kind === "map") return withoutEntry(node, key);
    const index = node.kind === "list" ? (indexOf(key, node.items.length) ?? -1) : -1;
    return rebuilt(parent, [...parent.items()].toSpliced(index, 1));
  });
}

/** A list of other items, those that moved with a place of their own. */
function rebuilt(list: Spot, items: readonly Spot[], at = -1, value?: Value): Tree {
  if (list.node.kind !== "list") return list.node;
  const nodes = items.map((item, index) =>
    standing(item, index === at && value !== undefined ? value.node : item.node, list, index),
  );
  return withItems(list.node, nodes);
}

function put(parent: Spot, key: string, value: Value): Tree {
  const { node } = parent;
  if (node.kind === "map") return withEntry(node, key, standing(value.spot, value.node, parent, key));
  if (node.kind !== "list") return node;
  const index = indexOf(key, node.items.length) ?? -1;
  return rebuilt(parent, parent.items().with(index, value.spot), index, value);
}

/** The tree with a change made to what holds the last step of the path. */
function edit(spot: Spot, path: readonly string[], operation: Spot, change: (parent: Spot, key: string) => Tree): Tree {
  const [key, ...rest] = path;
  if (key === undefined) throw invalid("the whole object", operation.at("path")?.place);
  if (spot.node.kind === "scalar") throw missing(operation);
  if (rest.length === 0) return change(spot, key);
  const child = get(spot, key);
  if (child === undefined || isNull(child.node)) throw missing(operation);
  const node = edit(child, rest, operation, change);
  if (spot.node.kind === "map") return withEntry(spot.node, key, node);
  return withItems(spot.node, spot.node.items.with(Number(child.key), node));
}

function get(spot: Spot, key: string): Spot | undefined {
  if (spot.node.kind === "map") return spot.at(key);
  if (spot.node.kind !== "list") return undefined;
  const index = indexOf(key, spot.node.items.length);
  return index === undefined ? undefined : spot.at(index);
}

/** Counted from the end when it is negative. */
function indexOf(key: string, length: number): number | undefined {
  if (!/^-?\d+$/.test(key)) return undefined;
  const index = Number(key) < 0 ? Number(key) + length : Number(key);
  return index >= 0 && index < length ? index : undefined;
}

function reach(spot: Spot, path: readonly string[]): Spot | undefined {
  let here: Spot | undefined = spot;
  for (const key of path) here = here === undefined ? undefined : get(here, key);
  return here;
}

function locate(root: Spot, path: readonly string[], operation: Spot): Value {
  const spot = reach(root, path);
  if (spot === undefined) throw missing(operation);
  return { node: spot.node, spot };
}

function equal(one: Tree | undefined, other: Tree | undefined): boolean {
  if (one === undefined || other === undefined)
    return (one === undefined || isNull(one)) === (other === undefined || isNull(other));
  if (one.kind === "scalar" && other.kind === "scalar") return scalarValue(one) === scalarValue(other);
  if (one.kind === "list" && other.kind === "list")
    return one.items.length === other.items.length && one.items.every((item, at) => equal(item, other.items[at]));
  if (one.kind !== "map" || other.kind !== "map") return toObject(one) === toObject(other);
  const entries = allEntries(one);
  return (
    entries.length === allEntries(other).length && entries.every((entry) => equal(entry.value, find(other, entry.key)))
  );
}
