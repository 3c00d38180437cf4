/** `labels`, `commonLabels` and `commonAnnotations`: entries that are put into maps of all objects. */
import { lookup } from "../../tree/read.ts";
import type { MapTree, Tree } from "../../tree/tree.ts";
import { changeField, type FieldSpec } from "./field-specs.ts";
import type { FieldTables } from "./field-tables.ts";
import { valueAt } from "./namespace.ts";
import { isNull, isUnknown, mapOf, type Spot, textOf, withEntry } from "./nodes.ts";
import { invalid } from "./refusal.ts";
import { ItemStep, type Step } from "./step.ts";

/** Puts the pairs into all these maps; where one is missing and may be made, it is. */
export function pairsStep(pairs: Spot, fields: readonly FieldSpec[]): Step {
  const entries = [...pairs.entries()].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return new ItemStep(pairs.place, (item) => {
    let tree: MapTree = item.tree;
    for (const field of fields) tree = changeField(tree, item.type, field, true, (node) => withPairs(node, entries));
    return tree === item.tree ? item : item.with(tree);
  });
}

function withPairs(node: Tree | undefined, pairs: readonly (readonly [string, Spot])[]): Tree {
  if (node !== undefined && isUnknown(node)) return node;
  if (node !== undefined && node.kind !== "map" && !isNull(node)) throw invalid("not a map");
  let map: MapTree = node?.kind === "map" ? node : mapOf([]);
  for (const [key, spot] of pairs) {
    const text = textOf(spot.node);
    const before = lookup(map, key)?.value;
    if (before?.kind === "scalar" && before.unknown !== true && before.style !== "plain" && before.text === text)
      continue;
    if (before?.kind === "scalar" && before.unknown !== true && before.text === text && isPlainText(text)) continue;
    map = withEntry(map, key, valueAt(spot, text));
  }
  return map;
}

/** Read as a text without quotes as well. */
function isPlainText(text: string): boolean {
  return /^[A-Za-z][\w./:-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
}

/** The maps that an item of `labels` is about. */
export function labelFields(label: Spot, tables: FieldTables): readonly FieldSpec[] {
  const own = (label.at("fields")?.items() ?? []).map(fieldSpecOf);
  const base = merged(own, tables.labels);
  if (textOf(label.at("includeSelectors")?.node) === "true") return merged(base, tables.commonLabels);
  const templates = textOf(label.at("includeTemplates")?.node) === "true" ? merged(base, tables.templateLabels) : base;
  return merged(templates, [{ path: "metadata/labels", create: true }]);
}

/** A field as a configuration names it. */
export function fieldSpecOf(spot: Spot): FieldSpec {
  const [group, version, kind, path] = ["group", "version", "kind", "path"].map((key) => textOf(spot.at(key)?.node));
  return {
    path: path ?? "",
    create: textOf(spot.at("create")?.node) === "true",
    ...(group ? { group } : {}),
    ...(version ? { version } : {}),
    ...(kind ? { kind } : {}),
  };
}

/** Both, without what is in the first already. */
export function merged(first: readonly FieldSpec[], second: readonly FieldSpec[]): readonly FieldSpec[] {
  const keyOf = ({ path, group, version, kind }: FieldSpec) => [path, group, version, kind].join(" ");
  const known = new Set(first.map(keyOf));
  return [...first, ...second.filter((spec) => !known.has(keyOf(spec)))];
}
