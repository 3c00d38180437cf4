/** What refers to an object by its name is given the name that the object ends up with. */

import { lookup } from "../../tree/read.ts";
import type { MapTree, Tree } from "../../tree/tree.ts";
import { splitPath } from "./field-specs.ts";
import type { NameReference } from "./field-tables.ts";
import { isOfType, nameOf, type TypePattern } from "./identity.ts";
import { type Item, replaceNode } from "./item.ts";
import { find, isNull, isUnknown, type Spot, textOf, withEntry } from "./nodes.ts";
import { Refusal } from "./refusal.ts";
import type { Problems } from "./step.ts";

/** A field that may hold a name: a text, or a map with a `name` and perhaps a `namespace`. */
interface Site {
  readonly target: TypePattern;
  readonly isRole: boolean;
  readonly spot: Spot;
  /** Tells fields of an object apart. */
  readonly key: string;
}

/** What a field says once names have changed. */
interface Edit {
  readonly spot: Spot;
  readonly name: Item;
  readonly namespace: string | undefined;
}

/** All objects, with their references brought up to date. */
export function followNames(
  items: readonly Item[],
  references: readonly NameReference[],
  problems: Problems,
): readonly Item[] {
  const byName = new Map<string, Item[]>();
  items.forEach((item) => {
    // What was never renamed nor moved is called what it was.
    for (const name of new Set(item.past.previous.map((alias) => alias.name))) {
      const same = byName.get(name);
      if (same === undefined) byName.set(name, [item]);
      else same.push(item);
    }
  });
  if (byName.size === 0) return items;
  const originally = new Set(items.map((item) => item.originalId.namespace));
  return items.map((item) => {
    try {
      return follow(item, sitesOf(item, references), byName, originally);
    } catch (error) {
      problems.refused(error, item.declared);
      return item;
    }
  });
}

const known = new WeakMap<Item, { readonly references: readonly NameReference[]; readonly sites: readonly Site[] }>();

function sitesOf(item: Item, references: readonly NameReference[]): readonly Site[] {
  const before = known.get(item);
  if (before?.references === references) return before.sites;
  const sites: Site[] = [];
  const type = item.originalId;
  const root = item.spot;
  for (const target of references) {
    for (const field of target.fields) {
      if (!isOfType(type, field)) continue;
      const isRole = field.path.endsWith("roleRef/name");
      collect(root, splitPath(field.path), 0, (spot) => sites.push({ target, isRole, spot, key: keyOf(spot) }));
    }
  }
  known.set(item, { references, sites });
  return sites;
}

function collect(spot: Spot, path: readonly string[], depth: number, add: (spot: Spot) => void): void {
  const { node } = spot;
  if (isNull(node) || isUnknown(node)) return;
  if (node.kind === "list") {
    for (const item of spot.items()) collect(item, path, depth, add);
    return;
  }
  if (depth === path.length) {
    add(spot);
    return;
  }
  const child = spot.at(path[depth]?.replace(/\[\]$/, "") ?? "");
  if (child !== undefined) collect(child, path, depth + 1, add);
}

function follow(
  item: Item,
  sites: readonly Site[],
  byName: ReadonlyMap<string, readonly Item[]>,
  originally: ReadonlySet<string>,
): Item {
  const edits = new Map<string, Edit>();
  const namespaces = subjectNamespaces(item);
  for (const { target, isRole, spot, key } of sites) {
    const before = edits.get(key);
    const isMap = spot.node.kind === "map";
    const nameSpot = isMap ? spot.at("name") : spot;
    if (nameSpot === undefined) throw new Refusal("invalid", { reason: "name" }, spot.place);
    if (isUnknown(nameSpot.node)) continue;
    const name = before?.name.name ?? textOf(nameSpot.node);
    const candidates = (byName.get(name) ?? []).filter(
      (one) => mayReach(item, one, namespaces) && (!isMap || isInNamespace(one, spot, originally)),
    );
    const referral = select(item, candidates, target, isRole, isMap, spot);
    if (referral === undefined) continue;
    const namespace = isMap ? referral.namespace : "";
    if (referral.name === name && namespace === "" && !referral.past.unknown) continue;
    edits.set(key, { spot, name: referral, namespace: namespace === "" ? undefined : namespace });
  }
  return edits.size === 0 ? item : rewritten(item, [...edits.values()]);
}

function keyOf(spot: Spot): string {
  return spot.parent === undefined ? "" : `${keyOf(spot.parent)}/${spot.key}`;
}

/** Service accounts in these namespaces may be bound from elsewhere. */
function subjectNamespaces(item: Item): ReadonlySet<string> {
  const subjects = item.type.kind === "RoleBinding" ? find(item.tree, "subjects") : undefined;
  if (subjects?.kind !== "list") return new Set();
  return new Set(
    subjects.items
      .filter((subject) => textOf(find(subject, "kind")) === "ServiceAccount")
      .map((subject) => textOf(find(subject, "namespace")))
      .filter((namespace) => namespace !== ""),
  );
}

function mayReach(referrer: Item, target: Item, namespaces: ReadonlySet<string>): boolean {
  if (referrer.isClusterScoped || target.isClusterScoped) return true;
  return target.id.namespace === referrer.id.namespace || namespaces.has(target.namespace);
}

/** Whether the object was at first in the namespace that stands beside the name; if none was, whether it is now. */
function isInNamespace(target: Item, spot: Spot, originally: ReadonlySet<string>): boolean {
  const namespace = spot.at("namespace");
  if (namespace === undefined || isUnknown(namespace.node)) return true;
  const text = textOf(namespace.node);
  return (originally.has(text) ? target.originalId : target.id).namespace === text;
}

function select(
  referrer: Item,
  named: readonly Item[],
  target: TypePattern,
  isRole: boolean,
  isMap: boolean,
  spot: Spot,
): Item | undefined {
  let candidates = named.filter((one) => one.previousIds.some((id) => isOfType(id, target)));
  if (isRole) {
    const group = find(referrer.tree, "roleRef", "apiGroup");
    const kind = find(referrer.tree, "roleRef", "kind");
    if (group !== undefined && kind !== undefined) {
      const role = { group: textOf(group), kind: textOf(kind) };
      candidates = candidates.filter((one) => one.previousIds.some((id) => isOfType(id, role)));
    }
  }
  if (!referrer.isClusterScoped)
    candidates = candidates.filter(
      (one) => one.isClusterScoped || one.type.kind === "ServiceAccount" || one.id.namespace === referrer.id.namespace,
    );
  if (candidates.length > 1) candidates = candidates.filter((one) => sameAffixes(one, referrer, true));
  if (candidates.length > 1) candidates = candidates.filter((one) => sameAffixes(one, referrer, false));
  const [first, ...others] = candidates;
  if (first === undefined) return undefined;
  const isAlike = others.every((one) => one.name === first.name && (!isMap || one.namespace === first.namespace));
  if (!isAlike) throw new Refusal("conflict", { object: nameOf(first.id) }, spot.place);
  return first;
}

/** Whether both went through the same prefixes and suffixes, the outermost ones of the shorter list. */
function sameAffixes(one: Item, other: Item, lenient: boolean): boolean {
  return (
    sameEnd(one.past.prefixes, other.past.prefixes, lenient) && sameEnd(one.past.suffixes, other.past.suffixes, lenient)
  );
}

function sameEnd(one: readonly string[], other: readonly string[], lenient: boolean): boolean {
  const length = Math.min(one.length, other.length);
  if (length === 0) return lenient || one.length === other.length;
  return one.slice(-length).every((text, at) => text === other.slice(-length)[at]);
}

interface Answer {
  readonly edits: readonly Edit[];
  readonly item: Item;
}

const answers = new WeakMap<Item, Answer>();

/** The object with its references rewritten; the same edits of the same object give the same object. */
function rewritten(item: Item, edits: readonly Edit[]): Item {
  const before = answers.get(item);
  if (before !== undefined && isSameEdits(before.edits, edits)) return before.item;
  let tree: Tree = item.tree;
  for (const edit of edits) tree = replaceNode(tree, pathOf(edit.spot), 0, edited(edit));
  const result = tree.kind === "map" && tree !== item.tree ? item.with(tree) : item;
  answers.set(item, { edits, item: result });
  return result;
}

function isSameEdits(one: readonly Edit[], other: readonly Edit[]): boolean {
  return (
    one.length === other.length &&
    one.every((edit, at) => {
      const same = other[at];
      if (same === undefined || edit.spot !== same.spot || edit.namespace !== same.namespace) return false;
      return edit.name.name === same.name.name && edit.name.past.unknown === same.name.past.unknown;
    })
  );
}

function pathOf(spot: Spot): readonly (string | number)[] {
  return spot.parent === undefined || spot.key === undefined ? [] : [...pathOf(spot.parent), spot.key];
}

/** A reference stays where it was written: only what it says is another's to decide. */
function edited({ spot, name, namespace }: Edit): Tree {
  const { node } = spot;
  if (node.kind !== "map") return named(node, name);
  let map: MapTree = node;
  const before = lookup(node, "name")?.value;
  if (before !== undefined) map = withEntry(map, "name", named(before, name));
  if (namespace === undefined) return map;
  const old = lookup(map, "namespace")?.value;
  if (old?.kind === "scalar" && old.text === namespace) return map;
  const place = old?.origin ?? find(name.tree, "metadata", "namespace")?.origin ?? spot.place;
  return withEntry(
    map,
    "namespace",
    text(old, namespace, false) ?? {
      kind: "scalar",
      start: 0,
      end: 0,
      text: namespace,
      style: "double",
      origin: place,
    },
  );
}

function named(node: Tree, item: Item): Tree {
  return text(node, item.name, item.past.unknown) ?? node;
}

function text(node: Tree | undefined, value: string, isUnknownName: boolean): Tree | undefined {
  if (node?.kind !== "scalar") return undefined;
  if (node.text === value && !isUnknownName) return node;
  return {
    kind: "scalar",
    start: node.start,
    end: node.end,
    text: value,
    style: "double",
    ...(isUnknownName ? { unknown: true as const } : {}),
    ...(node.origin === undefined ? {} : { origin: node.origin }),
  };
}
