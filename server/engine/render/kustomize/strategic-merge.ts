/**
 * A strategic merge patch applied to an object. The steps are those of the tool, odd ones included: what comes out must
 * be what is applied. Each node keeps the place where it was written, in the object or in the patch.
 */
import { allEntries, isOpen } from "../../tree/read.ts";
import type { Tree } from "../../tree/tree.ts";
import { opened, withItems } from "../graft.ts";
import { typeOf } from "./item.ts";
import { fieldOf, type MergeType, mergeTypeOf } from "./merge-keys.ts";
import {
  find,
  isNull,
  isUnknown,
  restyled,
  Spot,
  scalarAt,
  standing,
  textOf,
  withEntry,
  withoutEntry,
} from "./nodes.ts";
import { invalid } from "./refusal.ts";

const DIRECTIVE = "$patch";

/** What came out, and where it stands: in the object or in the patch. */
interface Merged {
  readonly node: Tree;
  readonly spot: Spot;
  /** A null that is kept, because its author wrote it into the object. */
  readonly keep?: true;
}

/** The object with the patch applied; undefined when the patch deletes it. */
export function strategicMerge(object: Spot, patch: Spot): Tree | undefined {
  return walk(object, patch, undefined)?.node;
}

function walk(dest: Spot | undefined, patch: Spot | undefined, known: MergeType | undefined): Merged | undefined {
  const present = [dest, patch].filter((spot) => spot !== undefined && !isNull(spot.node));
  const [first, second] = present;
  if (first !== undefined && second !== undefined && first.node.kind !== second.node.kind) {
    // What a template decides may well be of the right kind.
    if (isUnknown(first.node) || isUnknown(second.node)) return { node: second.node, spot: second };
    throw invalid(`a ${second.node.kind} where there is a ${first.node.kind}`, second.place);
  }
  const type = known ?? builtIn(present);
  switch (first?.node.kind) {
    case "scalar":
      // What a patch says again, such as the name that finds an item, stays where it was written first.
      return as(isSame(dest, patch) ? dest : (patch ?? dest));
    case "list":
      return type?.keys === undefined ? as(patch ?? dest) : mergeList(dest, patch, type, type.keys);
    default:
      return mergeMap(dest, patch, type);
  }
}

function isSame(one: Spot | undefined, other: Spot | undefined): boolean {
  if (one?.node.kind !== "scalar" || other?.node.kind !== "scalar" || isUnknown(one.node)) return false;
  return one.node.text === other.node.text && one.node.style === other.node.style && one.node.tag === other.node.tag;
}

function as(spot: Spot | undefined): Merged | undefined {
  return spot === undefined ? undefined : { node: spot.node, spot };
}

function builtIn(spots: readonly (Spot | undefined)[]): MergeType | undefined {
  for (const spot of spots) {
    if (spot?.node.kind !== "map") continue;
    const type = mergeTypeOf(typeOf(spot.node));
    if (type !== undefined) return type;
  }
  return undefined;
}

/** Exactly what is in neither, in only one, or null in one of them is where the tool has its own mind. */
function mergeMap(dest: Spot | undefined, patch: Spot | undefined, type: MergeType | undefined): Merged | undefined {
  if (dest === undefined || isNull(dest.node)) {
    if (directiveOf(patch, true) === "delete") return undefined;
    if (patch === undefined) return dest !== undefined && isWritten(dest) ? keep(dest) : undefined;
    if (isNull(patch.node)) return as(patch);
    return mergeFields(patch, patch, type);
  }
  if (patch !== undefined && isNull(patch.node)) return undefined;
  switch (directiveOf(patch, false)) {
    case "delete":
      return undefined;
    case "replace":
      return patch === undefined ? undefined : mergeFields(patch, patch, type);
    default:
      return mergeFields(dest, patch, type);
  }
}

function keep(spot: Spot): Merged {
  return { node: spot.node, spot, keep: true };
}

/** `null` and `~` are kept, nothing at all is not. */
function isWritten(spot: Spot): boolean {
  return spot.node.kind === "scalar" && spot.node.text !== "";
}

function directiveOf(patch: Spot | undefined, lenient: boolean): "merge" | "replace" | "delete" {
  const directive = find(patch?.node, DIRECTIVE);
  const text = textOf(directive);
  if (directive === undefined || text === "merge" || isUnknown(directive)) return "merge";
  if (text === "delete" || text === "replace") return text;
  if (lenient) return "merge";
  throw invalid(`${DIRECTIVE}: ${text}`, patch?.at(DIRECTIVE)?.place);
}

function mergeFields(base: Spot, patch: Spot | undefined, type: MergeType | undefined): Merged {
  if (base.node.kind !== "map") return { node: base.node, spot: base };
  // What the patch brings along is merged with itself: that is how directives in it are obeyed.
  const isPatch = base.node === patch?.node;
  let map = isPatch ? withoutEntry(base.node, DIRECTIVE) : base.node;
  const own = allEntries(map);
  const added = isPatch || patch?.node.kind !== "map" ? [] : allEntries(patch.node);
  const keys = new Set([...own, ...added].map((entry) => entry.key));
  if (!isPatch) keys.delete(DIRECTIVE);
  for (const key of keys) {
    const before = base.at(key);
    const merged = walk(before, patch?.at(key), fieldOf(type, key));
    if (merged === undefined || (isNull(merged.node) && merged.keep !== true)) map = withoutEntry(map, key);
    else if (merged.node !== before?.node || merged.spot.parent !== base)
      map = withEntry(map, key, standing(merged.spot, quotedLike(before?.node, merged.node), base, key));
  }
  // What a template adds to the patch may come on top of everything.
  if (!isPatch && patch?.node.kind === "map" && isOpen(patch.node) && map.open !== true) map = opened(map);
  return { node: map, spot: base };
}

/** What takes the place of something in quotes is in quotes, and a text from then on. */
function quotedLike(before: Tree | undefined, node: Tree): Tree {
  if (before?.kind !== "scalar" || node.kind !== "scalar" || before === node) return node;
  // What a step put there was never in quotes.
  if (before.end === before.start) return node;
  if (before.style === "plain" || node.style !== "plain" || isNull(node)) return node;
  return restyled(node, "double");
}

type Row = readonly string[];

/** An item that is a directive and nothing else is about the whole list. */
function listDirective(patch: Spot | undefined): "merge" | "replace" | "delete" {
  const first = patch?.items().find(({ node }) => find(node, DIRECTIVE) !== undefined);
  return first?.node.kind === "map" && first.node.entries.length === 1 ? directiveOf(first, false) : "merge";
}

/** The list without items that were directives for all of it. */
function withoutDirectives(list: Spot): Spot {
  const directive = listDirective(list);
  const isAbout = ({ node }: Spot) =>
    node.kind === "map" && node.entries.length === 1 && find(node, DIRECTIVE) !== undefined;
  if (list.node.kind !== "list" || !list.items().some(isAbout)) return list;
  const items = list.items().filter(({ node }) => !isEmptyMap(node) && textOf(find(node, DIRECTIVE)) !== directive);
  return respotted({
    node: withItems(
      list.node,
      items.map((item, index) => standing(item, item.node, list, index)),
    ),
    spot: list,
  }).spot;
}

function mergeList(
  dest: Spot | undefined,
  given: Spot | undefined,
  type: MergeType,
  keys: readonly string[],
): Merged | undefined {
  const isNew = dest === undefined || isNull(dest.node);
  if (!isNew && given !== undefined && isNull(given.node)) return undefined;
  const directive = isNew ? "merge" : listDirective(given);
  const patch = isNew || given === undefined ? given : withoutDirectives(given);
  if (directive === "delete") return undefined;
  const base = isNew || directive === "replace" ? patch : dest;
  if (base === undefined || base.node.kind !== "list") return as(base);
  // The patch's items come first.
  const lists = [patch, base].filter((spot) => spot?.node.kind === "list");
  const rows = rowsOf(lists, keys);
  const merged =
    keys.length === 0 && rows.length === 0
      ? mergeItems(base, patch, { fields: new Map() }, [""], primitivesOf(lists))
      : mergeItems(base, patch, { fields: type.fields }, keys, rows);
  const same = merged.length === base.node.items.length && merged.every((one, at) => one.node === base.at(at)?.node);
  if (same) return as(base);
  const items = merged.map((one, index) => standing(one.spot, one.node, base, index));
  return { node: withItems(base.node, items), spot: base };
}

function rowsOf(lists: readonly (Spot | undefined)[], keys: readonly string[]): Row[] {
  if (keys.length === 0) return [];
  return distinct(
    lists.flatMap((list) => list?.items() ?? []).map((item) => keys.map((key) => textOf(find(item.node, key)))),
  );
}

function primitivesOf(lists: readonly (Spot | undefined)[]): Row[] {
  return distinct(
    lists.flatMap((list) => list?.items() ?? []).map((item) => [item.node.kind === "scalar" ? item.node.text : ""]),
  );
}

function distinct(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

function mergeItems(
  base: Spot,
  patch: Spot | undefined,
  type: MergeType,
  keys: readonly string[],
  found: readonly Row[],
): readonly Merged[] {
  const rows = keys.length > 1 ? completed(found) : found;
  const isPatch = base.node === patch?.node;
  let dest: Merged[] = base.items().map((spot) => ({ node: spot.node, spot }));
  let given: Merged[] = (patch?.items() ?? []).map((spot) => ({ node: spot.node, spot }));
  let added: Merged[] = [];
  const valid = keys.filter((_, at) => rows.some((row) => row[at] !== ""));
  const used = valid.length === 0 ? keys : valid;
  for (const row of rows) {
    const values = valid.length === 0 ? row : row.filter((_, at) => valid.includes(keys[at] ?? ""));
    const [wanted, wants] = named(used, values);
    const before = element(dest, wanted, wants);
    // A list that is merged with itself changes under the tool's hands.
    const other = element(isPatch ? dest : given, wanted, wants);
    const merged = walk(before?.spot, other?.spot, type.fields.size > 0 ? type : undefined);
    // A directive is obeyed once; whatever else comes to the same item finds it gone.
    given = given.map((one) => (one === other ? withoutDirective(one) : one));
    if (merged === undefined || isNull(merged.node) || isEmptyMap(merged.node)) {
      const bare = isPatch && before !== undefined ? withoutDirective(before) : before;
      dest = dest.map((one) => (one === before && bare !== undefined ? bare : one));
      dest = setElement(dest, undefined, used, values);
      continue;
    }
    const item = respotted(withKeys(merged, used, values));
    // An item of the object that was merged is the same item from now on.
    if (before !== undefined && merged.spot.node === before.spot.node)
      dest = dest.map((one) => (one === before ? item : one));
    added = setElement(added, item, used, values);
  }
  return rows.length === 0 ? dest : appendAll(added, dest, used);
}

function withoutDirective({ node, spot }: Merged): Merged {
  return respotted({ node: node.kind === "map" ? withoutEntry(node, DIRECTIVE) : node, spot });
}

/** What came out, as something that can be merged again. */
function respotted({ node, spot }: Merged): Merged {
  return node === spot.node ? { node, spot } : { node, spot: new Spot(node, spot.parent, spot.key, spot.root) };
}

/** Rows that agree where both say something are of the same item. */
function completed(found: readonly Row[]): readonly Row[] {
  const rows = [...found];
  for (let i = 0; i < rows.length; i++) {
    const one = rows[i];
    for (let j = 0; j < rows.length; j++) {
      const other = rows[j];
      if (one === undefined || other === undefined) continue;
      if (!one.some((value, at) => value === other[at])) continue;
      if (one.some((value, at) => value !== other[at] && value !== "" && other[at] !== "")) continue;
      const both = one.map((value, at) => (value === "" ? (other[at] ?? "") : value));
      rows[i] = both;
      rows[j] = both;
    }
  }
  return rows;
}

/** Keys that have a value; all of them when none has. */
function named(keys: readonly string[], values: Row): readonly [readonly string[], Row] {
  const having = keys.filter((_, at) => (values[at] ?? "") !== "");
  return having.length === 0 ? [keys, values] : [having, values.filter((value) => value !== "")];
}

function element(items: readonly Merged[], keys: readonly string[], values: Row): Merged | undefined {
  return items.find(({ node }) => isElement(node, keys, values));
}

function isElement(node: Tree, keys: readonly string[], values: Row): boolean {
  if (keys[0] === "") return node.kind === "scalar" && node.text === values[0];
  return keys.every((key, at) => {
    const field = find(node, key);
    return field !== undefined && (field.kind === "scalar" ? field.text : "") === values[at];
  });
}

function isEmptyMap(node: Tree): boolean {
  return node.kind === "map" && node.entries.length === 0;
}

/** A key that only the other item gave is part of what came out. */
function withKeys(merged: Merged, keys: readonly string[], values: Row): Merged {
  if (merged.node.kind !== "map") return merged;
  let node = merged.node;
  keys.forEach((key, at) => {
    const value = values[at] ?? "";
    if (value !== "" && find(node, key) === undefined)
      node = withEntry(node, key, scalarAt(value, "plain", merged.spot.place));
  });
  return node === merged.node ? merged : { node, spot: merged.spot };
}

/** Replaces the items with these keys, or appends; without an item they are taken away. */
function setElement(
  items: readonly Merged[],
  item: Merged | undefined,
  keys: readonly string[],
  values: Row,
): Merged[] {
  const result: Merged[] = [];
  let found = false;
  const wantsMap = keys[0] !== "" && (values[0] ?? "") !== "";
  for (const one of items) {
    if (isNull(one.node) || isEmptyMap(one.node)) continue;
    if (one.node.kind !== "map" && wantsMap) result.push(one);
    else if (!agrees(one.node, keys, values)) {
      if (values.length > 0) result.push(one);
    } else {
      found = true;
      if (item !== undefined) result.push(item);
    }
  }
  if (item !== undefined && !found) result.push(item);
  return result;
}

function agrees(node: Tree, keys: readonly string[], values: Row): boolean {
  if (values.length === 0) return false;
  return keys.every((key, at) => {
    const value = values[at];
    if (value === undefined) return true;
    if (key === "") return node.kind === "scalar" && textOf(node) === value;
    const field = find(node, key);
    return field !== undefined && (value === "" || (field.kind === "scalar" && field.text === value));
  });
}

function appendAll(first: readonly Merged[], rest: readonly Merged[], keys: readonly string[]): readonly Merged[] {
  let items: Merged[] = [...first];
  for (const item of rest) {
    if (keys[0] === "") {
      items = setElement(items, item, keys, [item.node.kind === "scalar" ? item.node.text : ""]);
      continue;
    }
    const values: string[] = [];
    for (const key of keys) {
      const field = find(item.node, key);
      if (field === undefined) items.push(item);
      else values.push(field.kind === "scalar" ? field.text : "");
    }
    if (keys.length > 1) items = setElement(items, undefined, keys, values);
    items = setElement(items, item, keys, values);
  }
  return items;
}
