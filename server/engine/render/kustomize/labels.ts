/** `labels`, `commonLabels` and `commonAnnotations`: entries that are put into maps of all objects. */
import type { Key } from "../../../../model/edit.ts";
import { allEntries, lookup } from "../../tree/read.ts";
import type { MapTree, ScalarTree, Tree } from "../../tree/tree.ts";
import { withOrigin } from "../graft.ts";
import { changeField, type FieldSpec } from "./field-specs.ts";
import type { FieldTables } from "./field-tables.ts";
import type { Link } from "./item.ts";
import { valueAt } from "./namespace.ts";
import { isNull, isUnknown, mapOf, type Spot, textOf, withEntry } from "./nodes.ts";
import { invalid } from "./refusal.ts";
import { ItemStep, type Step } from "./step.ts";

/** Puts the pairs into all these maps; where one is missing and may be made, it is. */
export function pairsStep(pairs: Spot, fields: readonly FieldSpec[]): Step {
  const entries = [...pairs.entries()].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return new ItemStep(pairs.place, (item) => {
    const made = new Map(entries.map(([key, spot]) => [key, valueAt(spot, textOf(spot.node))] as const));
    let tree: MapTree = item.tree;
    for (const field of fields) tree = changeField(tree, item.type, field, true, (node) => withPairs(node, made));
    if (tree === item.tree) return item;
    const changed = item.with(tree);
    return changed.withPast({ links: [...changed.past.links, ...linksTo(changed.tree, new Set(made.values()))] });
  });
}

/** What was there already is changed where it stands; what is new is the same value in every field. */
function withPairs(node: Tree | undefined, pairs: ReadonlyMap<string, ScalarTree>): Tree {
  if (node !== undefined && isUnknown(node)) return node;
  if (node !== undefined && node.kind !== "map" && !isNull(node)) throw invalid("not a map");
  let map: MapTree = node?.kind === "map" ? node : mapOf([]);
  for (const [key, value] of pairs) {
    const before = lookup(map, key)?.value;
    if (before?.kind === "scalar" && isSameText(before, value)) continue;
    map = withEntry(map, key, before === undefined ? value : copied(value));
  }
  return map;
}

function isSameText(before: ScalarTree, value: ScalarTree): boolean {
  if (before.unknown === true || value.unknown === true || before.text !== value.text) return false;
  return before.style !== "plain" || isPlainText(value.text);
}

function copied(value: ScalarTree): ScalarTree {
  return value.origin === undefined ? value : withOrigin(value, value.origin);
}

/** The fields that share one of the values. */
function linksTo(tree: Tree, values: ReadonlySet<Tree>): readonly Link[] {
  const paths = new Map<Tree, Key[][]>();
  const visit = (node: Tree, path: readonly Key[]): void => {
    if (values.has(node)) paths.set(node, [...(paths.get(node) ?? []), [...path]]);
    else if (node.kind === "list") for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    else if (node.kind === "map") for (const { key, value } of allEntries(node)) visit(value, [...path, key]);
  };
  visit(tree, []);
  return [...paths].flatMap(([value, found]) => (found.length > 1 ? [{ value, paths: found }] : []));
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
