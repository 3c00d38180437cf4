/** `vars`: `$(NAME)` in texts, replaced by values of other objects at the end of the build. */

import { allEntries } from "../../tree/read.ts";
import type { MapTree, ScalarTree, Tree } from "../../tree/tree.ts";
import { withItems } from "../graft.ts";
import { scalarValue } from "../plain-object.ts";
import { lookUp, splitFieldPath } from "./field-path.ts";
import { changeField, type FieldSpec } from "./field-specs.ts";
import { idKey, isClusterScoped, objectId, parseApiVersion } from "./identity.ts";
import type { Item } from "./item.ts";
import { isNull, isUnknown, type Spot, scalarAt, stringAt, textOf, unknownAt, withEntry } from "./nodes.ts";
import { invalid, Refusal } from "./refusal.ts";
import type { Problems } from "./step.ts";

/** The objects, those that a variable takes its value from marked with its name. */
export function markVars(items: readonly Item[], vars: readonly Spot[]): readonly Item[] {
  return vars.reduce(mark, items);
}

const marked = new WeakMap<Item, Map<string, Item>>();

function mark(items: readonly Item[], variable: Spot): readonly Item[] {
  const name = textOf(variable.at("name")?.node);
  const object = variable.at("objref");
  const [apiVersion = "", kind = "", named = "", namespace = "", group, version] = [
    "apiVersion",
    "kind",
    "name",
    "namespace",
    "group",
    "version",
  ].map((key) => textOf(object?.at(key)?.node));
  const parsed = parseApiVersion(apiVersion);
  const type = { group: group || parsed.group, version: version || parsed.version, kind };
  const wanted = objectId(type, named, namespace);
  const isExact = namespace !== "" || isClusterScoped(type);
  const matches = items.filter((item) =>
    item.ids.some((id) =>
      isExact ? idKey(id) === idKey(wanted) : idKey({ ...id, namespace: "" }) === idKey({ ...wanted, namespace: "" }),
    ),
  );
  if (matches.length > 1) throw new Refusal("conflict", { object: name }, (object ?? variable).place);
  const [target] = matches;
  return target === undefined ? items : items.map((item) => (item === target ? markedWith(item, name) : item));
}

function markedWith(item: Item, name: string): Item {
  let known = marked.get(item);
  if (known === undefined) {
    known = new Map();
    marked.set(item, known);
  }
  let result = known.get(name);
  if (result === undefined) {
    result = item.withPast({ vars: [...item.past.vars, name] });
    known.set(name, result);
  }
  return result;
}

/** All objects with the values of the variables in their texts. */
export function resolveVars(
  items: readonly Item[],
  vars: readonly Spot[],
  fields: readonly FieldSpec[],
  problems: Problems,
): readonly Item[] {
  if (vars.length === 0) return items;
  const values = new Map<string, ScalarTree>();
  for (const variable of vars) {
    try {
      const value = takenBy(variable, items, problems.uncertain);
      values.set(textOf(variable.at("name")?.node), value);
    } catch (error) {
      problems.refused(error, variable.place);
    }
  }
  return items.map((item) => {
    try {
      return filled(item, values, fields);
    } catch (error) {
      problems.refused(error, item.declared);
      return item;
    }
  });
}

function takenBy(variable: Spot, items: readonly Item[], isUncertain: boolean): ScalarTree {
  const name = textOf(variable.at("name")?.node);
  const fieldRef = variable.at("fieldref") ?? variable.at("fieldRef");
  const fieldPath = fieldRef?.at("fieldpath") ?? fieldRef?.at("fieldPath");
  const path = (textOf(fieldPath?.node) || "metadata.name").replace(/([^.])\[(\d+)\]/g, "$1.$2");
  const item = items.find((one) => one.past.vars.includes(name));
  const { place } = variable;
  if (item === undefined) {
    if (isUncertain) return { ...scalarAt(name, "plain", place), unknown: true };
    throw new Refusal("target", { object: name }, (variable.at("objref") ?? variable).place);
  }
  const found = lookUp(item.spot, splitFieldPath(path));
  if (found === undefined) throw new Refusal("target", { object: path }, (fieldPath ?? variable).place);
  if (found.node.kind !== "scalar") throw invalid(path, (fieldPath ?? variable).place);
  return scalarAtOf(found.node, found);
}

function scalarAtOf(node: ScalarTree, spot: Spot): ScalarTree {
  const value = scalarAt(node.text, node.style, spot.place);
  return node.unknown === true ? { ...value, unknown: true } : value;
}

const answers = new WeakMap<Item, { readonly key: string; readonly item: Item }>();

function filled(item: Item, values: ReadonlyMap<string, ScalarTree>, fields: readonly FieldSpec[]): Item {
  const key = JSON.stringify([...values].map(([name, { text, style, unknown }]) => [name, text, style, unknown]));
  const before = answers.get(item);
  if (before?.key === key) return before.item;
  let tree: MapTree = item.tree;
  for (const field of fields)
    tree = changeField(tree, item.type, field, false, (node) =>
      node === undefined ? unknownAt(item.declared) : inField(node, values),
    );
  const result = tree === item.tree ? item : item.with(tree);
  answers.set(item, { key, item: result });
  return result;
}

function inField(node: Tree, values: ReadonlyMap<string, ScalarTree>): Tree {
  if (isNull(node) || isUnknown(node)) return node;
  if (node.kind === "scalar") return inScalar(node, values);
  if (node.kind === "list") {
    const items = node.items.map((item) => {
      if (isUnknown(item)) return item;
      if (item.kind !== "scalar" || typeof scalarValue(item) !== "string") throw invalid("not a text");
      return inScalar(item, values);
    });
    return items.every((item, at) => item === node.items[at]) ? node : withItems(node, items);
  }
  let map = node;
  for (const { key, value } of allEntries(node))
    if (value.kind === "scalar" && !isUnknown(value)) map = withEntry(map, key, inScalar(value, values));
  return map;
}

/** A text that is one variable takes over how its value is read; any other stays a text. */
function inScalar(node: ScalarTree, values: ReadonlyMap<string, ScalarTree>): Tree {
  if (typeof scalarValue(node) !== "string" || !node.text.includes("$")) return node;
  const whole = /^\$\(([^)]*)\)$/.exec(node.text);
  const only = whole === null ? undefined : values.get(whole[1] ?? "");
  if (only !== undefined) return only;
  let isKnown = true;
  let first: ScalarTree | undefined;
  const text = node.text.replace(/\$\$|\$\(([^)]*)\)/g, (written, name: string | undefined) => {
    if (name === undefined) return "$";
    const value = values.get(name);
    if (value === undefined) return written;
    first ??= value;
    if (value.unknown === true) isKnown = false;
    return value.text;
  });
  if (text === node.text) return node;
  const origin = node.origin ?? first?.origin;
  if (!isKnown)
    return {
      kind: "scalar",
      start: node.start,
      end: node.end,
      text,
      style: "double",
      unknown: true,
      ...(node.origin === undefined ? {} : { origin: node.origin }),
    };
  return origin === undefined || node.origin === undefined
    ? { kind: "scalar", start: node.start, end: node.end, text, style: "double" }
    : stringAt(text, origin);
}
