/** `configMapGenerator` and `secretGenerator`: objects made of texts, files and lists of variables. */
import type { Place } from "../../../../model/edit.ts";
import type { SourceDocument } from "../../source.ts";
import { allEntries } from "../../tree/read.ts";
import type { MapTree, Tree } from "../../tree/tree.ts";
import { opened, withOrigin } from "../graft.ts";
import { base64Lines } from "./hash.ts";
import { nameOf } from "./identity.ts";
import { type Behavior, Item } from "./item.ts";
import { find, isUnknown, mapOf, removeAt, type Spot, scalarAt, setAt, stringAt, textOf, unknownAt } from "./nodes.ts";
import { Refusal } from "./refusal.ts";

export type Generated = "ConfigMap" | "Secret";

/** A file whose text is not held. */
export const NOT_HELD = Symbol("not held");

/** How a generator gets at a file: its text, or that it is there and not held. Refuses what is not there. */
export type ReadText = (path: string, spot: Spot) => string | typeof NOT_HELD;

interface Pair {
  readonly key: string;
  readonly value: string | undefined;
  readonly place: Place;
}

/** The object that one item of a generator's list makes. */
export function generate(
  kind: Generated,
  generator: Spot,
  options: Spot | undefined,
  document: SourceDocument,
  read: ReadText,
): Item {
  // One in a file of its own has them in its metadata, as objects do.
  const own = (key: string) => generator.at(key) ?? generator.at("metadata")?.at(key);
  const nameSpot = own("name");
  const name = textOf(nameSpot?.node);
  if (nameSpot === undefined || name === "") throw new Refusal("invalid", { reason: "name" }, generator.place);
  const { pairs, isOpen } = pairsOf(generator, read);
  const local = generator.at("options");
  const flag = (key: string) => [local, options].some((spot) => textOf(spot?.at(key)?.node) === "true");
  const { place } = generator;
  const namespace = own("namespace");
  const written = textOf(namespace?.node);
  const labels = both(local?.at("labels"), options?.at("labels"));
  const annotations = both(local?.at("annotations"), options?.at("annotations"));
  const metadata: (readonly [string, Tree])[] = [["name", textAt(nameSpot, name)]];
  if (namespace !== undefined && written !== "") metadata.push(["namespace", textAt(namespace, written)]);
  if (labels.length > 0) metadata.push(["labels", mapOf(labels)]);
  if (annotations.length > 0) metadata.push(["annotations", mapOf(annotations)]);
  const isUnread = isOpen || pairs.some(({ value }) => value === undefined);
  const data = dataOf(kind, pairs);
  const dataMap = isOpen ? opened(mapOf(data, place)) : mapOf(data, place);
  const type = generator.at("type");
  const typed = textOf(type?.node) || "Opaque";
  const entries: (readonly [string, Tree])[] = [
    ["apiVersion", stringAt("v1", place)],
    ["kind", stringAt(kind, place)],
    ["metadata", mapOf(metadata, place)],
    ...(data.length > 0 || isOpen || kind === "Secret" ? [["data", dataMap] as const] : []),
    ...(kind === "Secret" ? [["type", stringAt(typed, type?.place ?? place)] as const] : []),
    ...(flag("immutable") ? [["immutable", scalarAt("true", "plain", place)] as const] : []),
  ];
  return new Item({ document, path: place.path }, mapOf(entries, place)).withPast({
    hashed: !flag("disableNameSuffixHash"),
    unknown: isUnread || pairs.some(({ value }) => value?.includes("\uFFFD")),
    behavior: behaviorOf(generator),
  });
}

function behaviorOf(generator: Spot): Behavior {
  const text = textOf(generator.at("behavior")?.node);
  return text === "merge" || text === "replace" ? text : "create";
}

function textAt(spot: Spot, text: string): Tree {
  return isUnknown(spot.node) ? unknownAt(spot.place) : stringAt(text, spot.place);
}

/** Entries of both, the first before the second, each once. */
function both(own: Spot | undefined, common: Spot | undefined): readonly (readonly [string, Tree])[] {
  const entries = [...(common?.entries() ?? []), ...(own?.entries() ?? [])];
  return [...new Map(entries.map(([key, spot]) => [key, textAt(spot, textOf(spot.node))] as const)).entries()];
}

function dataOf(kind: Generated, pairs: readonly Pair[]): readonly (readonly [string, Tree])[] {
  const seen = new Set<string>();
  return pairs.map(({ key, value, place }) => {
    if (seen.has(key)) throw new Refusal("conflict", { object: key }, place);
    seen.add(key);
    if (value === undefined) return [key, unknownAt(place)] as const;
    return [key, stringAt(kind === "Secret" ? base64Lines(value) : value, place)] as const;
  });
}

/** All pairs; open when there are files of variables whose text is not held. */
function pairsOf(generator: Spot, read: ReadText): { readonly pairs: readonly Pair[]; readonly isOpen: boolean } {
  const envs = [...(generator.at("envs")?.items() ?? []), ...[generator.at("env")].flatMap((env) => env ?? [])];
  const variables = envs.map((spot) => fromVariables(spot, read));
  const pairs = [
    ...variables.flatMap((one) => one ?? []),
    ...(generator.at("literals")?.items() ?? []).map(fromLiteral),
    ...(generator.at("files")?.items() ?? []).map((spot) => fromFile(spot, read)),
  ];
  return { pairs, isOpen: variables.includes(undefined) };
}

function fromLiteral(spot: Spot): Pair {
  const text = textOf(spot.node);
  const { place } = spot;
  const at = text.indexOf("=");
  if (at <= 0) throw new Refusal("invalid", { reason: text }, place);
  const value = text.slice(at + 1);
  const isQuoted = value.length >= 2 && /^(["']).*\1$/s.test(value);
  const from = at + 1 + (isQuoted ? 1 : 0);
  const to = text.length - (isQuoted ? 1 : 0);
  if (isUnknown(spot.node)) return { key: text.slice(0, at), value: undefined, place };
  return { key: text.slice(0, at), value: text.slice(from, to), place: { ...place, span: [from, to] } };
}

function fromFile(spot: Spot, read: ReadText): Pair {
  const text = textOf(spot.node);
  const [first = "", second, ...more] = text.split("=");
  if (more.length > 0 || second === "" || (second !== undefined && first === ""))
    throw new Refusal("invalid", { reason: text }, spot.place);
  const path = second ?? first;
  const key = second === undefined ? path.slice(path.lastIndexOf("/") + 1) : first;
  const content = read(path, spot);
  return { key, value: content === NOT_HELD ? undefined : content, place: spot.place };
}

/** A file of variables, one a line; without its text not even their names are known. */
function fromVariables(spot: Spot, read: ReadText): readonly Pair[] | undefined {
  const content = read(textOf(spot.node), spot);
  if (content === NOT_HELD) return undefined;
  return content.split(/\r?\n/).flatMap((line, index) => {
    const text = (index === 0 ? line.replace(/^\uFEFF/, "") : line).trimStart();
    if (text === "" || text.startsWith("#")) return [];
    const at = text.indexOf("=");
    return [{ key: at < 0 ? text : text.slice(0, at), value: at < 0 ? "" : text.slice(at + 1), place: spot.place }];
  });
}

/** The objects with a generated one among them: added, or in the place of the one that it is merged with. */
export function absorb(items: readonly Item[], made: Item, place: Place): readonly Item[] {
  const key = made.key;
  const matches = items.filter((item) => item.keys.includes(key));
  const [old, ...others] = matches;
  const { behavior } = made.past;
  if (others.length > 0) throw new Refusal("conflict", { object: nameOf(made.id) }, place);
  if (old === undefined) {
    if (behavior !== "create") throw new Refusal("target", { object: nameOf(made.id) }, place);
    return [...items, made];
  }
  if (behavior === "create") throw new Refusal("conflict", { object: nameOf(made.id) }, place);
  const result = absorbed(old, made);
  return items.map((item) => (item === old ? result : item));
}

const absorptions = new WeakMap<Item, WeakMap<Item, Item>>();

function absorbed(old: Item, made: Item): Item {
  let known = absorptions.get(made);
  if (known === undefined) {
    known = new WeakMap();
    absorptions.set(made, known);
  }
  let result = known.get(old);
  if (result === undefined) {
    result = combine(old, made);
    known.set(old, result);
  }
  return result;
}

function combine(old: Item, made: Item): Item {
  let tree: MapTree = made.tree;
  const before = old.spot;
  const keep = (...path: readonly string[]): void => {
    let spot: Spot | undefined = before;
    for (const key of path) spot = spot?.at(key);
    tree = spot === undefined ? removeAt(tree, path) : setAt(tree, path, withOrigin(spot.node, spot.place));
  };
  const add = (...path: readonly string[]): void => {
    let spot: Spot | undefined = before;
    for (const key of path) spot = spot?.at(key);
    if (spot?.node.kind !== "map" || allEntries(spot.node).length === 0) return;
    const own = find(tree, ...path);
    const entries = new Map<string, Tree>(spot.entries().map(([key, one]) => [key, withOrigin(one.node, one.place)]));
    if (own?.kind === "map") for (const entry of allEntries(own)) entries.set(entry.key, entry.value);
    tree = setAt(tree, path, mapOf([...entries], spot.place));
  };
  add("metadata", "labels");
  add("metadata", "annotations");
  keep("metadata", "name");
  keep("metadata", "namespace");
  if (made.past.behavior === "merge") {
    add("data");
    add("binaryData");
  }
  return new Item(made.declared, tree, {
    ...old.past,
    hashed: old.past.hashed && made.past.hashed,
    unknown: made.past.unknown || (made.past.behavior === "merge" && old.past.unknown),
  });
}

interface Made {
  readonly from: readonly unknown[];
  readonly item: Item;
}

const generated = new WeakMap<SourceDocument, Map<string, Made>>();

/** What was made before of the same texts, so that it stays the same object. */
export function sameAsBefore(document: SourceDocument, key: string, from: readonly unknown[], item: Item): Item {
  let known = generated.get(document);
  if (known === undefined) {
    known = new Map();
    generated.set(document, known);
  }
  const before = known.get(key);
  if (before !== undefined && before.from.length === from.length && from.every((one, at) => one === before.from[at]))
    return before.item;
  known.set(key, { from, item });
  return item;
}
