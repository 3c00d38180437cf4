/** The values of a chart in layers: which file sets a value, and what comes of all of them. */
import type { DocumentRef, Json, Key, Place } from "../../../../model/edit.ts";
import { once } from "../../../../model/memo.ts";
import { lookup } from "../../tree/read.ts";
import type { Tree } from "../../tree/tree.ts";
import { below } from "../graft.ts";
import { toObject } from "../plain-object.ts";

/** Values from one file, or from one part of it. */
export interface Layer {
  /** Where the tree stands. */
  readonly place: Place;
  readonly tree: Tree;
  /** Where it stands among the values of the chart. */
  readonly under: readonly string[];
}

/** Of values that stand in no file of the workspace. */
export const NOWHERE: DocumentRef = { uri: "" };

/** What is given on top of all files, by the way to it. Nobody's file decides that. */
export interface Parameter {
  readonly path: readonly Key[];
  readonly value: Json;
}

type JsonMap = { readonly [key: string]: Json };

export class Values {
  /** From the weakest to the strongest. */
  readonly #layers: readonly Layer[];
  readonly #parameters: readonly Parameter[];
  readonly #places = new Map<string, Place | undefined>();
  #merged: Json | undefined;

  constructor(layers: readonly Layer[], parameters: readonly Parameter[]) {
    this.#layers = layers;
    this.#parameters = parameters;
  }

  /** Those of a chart inside this one: its own, and over them what this one says of it and says to all. */
  of(chart: string, own: readonly Layer[]): Values {
    const inherited = (under: readonly string[], step: string): Layer[] =>
      this.#layers.flatMap((layer) => {
        const inner = narrowed(layer, step);
        return inner === undefined ? [] : [{ ...inner, under: [...under, ...inner.under] }];
      });
    const parameters = this.#parameters.flatMap(({ path, value }) => {
      if (path[0] === "global") return [{ path, value }];
      return path[0] === chart && path.length > 1 ? [{ path: path.slice(1), value }] : [];
    });
    return new Values([...own, ...inherited([], chart), ...inherited(["global"], "global")], parameters);
  }

  /** The value that all layers together give. */
  get(path: readonly Key[]): Json | undefined {
    this.#merged ??= this.#merge();
    let value: Json | undefined = this.#merged;
    for (const key of path) value = childOf(value, key);
    return value;
  }

  /** Where the value is set that holds; nothing where none of the files sets it. */
  placeOf(path: readonly Key[]): Place | undefined {
    const id = path.join("\n");
    const known = this.#places.get(id);
    if (known !== undefined || this.#places.has(id)) return known;
    const place = this.#find(path);
    this.#places.set(id, place);
    return place;
  }

  #find(path: readonly Key[]): Place | undefined {
    if (this.#parameters.some((parameter) => isPrefix(parameter.path, path))) return undefined;
    for (const layer of this.#layers.toReversed()) {
      const found = findIn(layer, path);
      if (found !== "elsewhere") return found?.document === NOWHERE ? undefined : found;
    }
    return undefined;
  }

  #merge(): Json {
    let merged: Json = {};
    for (const layer of this.#layers) {
      const own = layer.under.reduceRight<Json>((value, key) => ({ [key]: value }), objectOf(layer.tree));
      merged = isMap(own) ? merge(merged, own) : merged;
    }
    for (const { path, value } of this.#parameters) merged = withValue(merged, path, value);
    return merged;
  }
}

const objectOf = once((tree: Tree): Json => toObject(tree));

/** The part of a layer below one of its keys. */
export function narrowed(layer: Layer, step: string): Layer | undefined {
  const [first, ...rest] = layer.under;
  if (first !== undefined) return first === step ? { ...layer, under: rest } : undefined;
  const tree = layer.tree.kind === "map" ? lookup(layer.tree, step)?.value : undefined;
  return tree === undefined ? undefined : { ...layer, tree, place: tree.origin ?? below(layer.place, step) };
}

/** `elsewhere`: this layer says nothing of it, so that a weaker one may. */
function findIn(layer: Layer, path: readonly Key[]): Place | "elsewhere" | undefined {
  const { under } = layer;
  if (!isPrefix(under, path)) return "elsewhere";
  let { tree, place } = layer;
  for (const key of path.slice(under.length)) {
    if (tree.kind === "map") {
      const entry = lookup(tree, String(key));
      if (entry === undefined) return "elsewhere";
      tree = entry.value;
      place = tree.origin ?? below(place, entry.key);
    } else {
      // Lists are not merged, and what is no map replaces one.
      const item: Tree | undefined = tree.kind === "list" ? tree.items[Number(key)] : undefined;
      if (item === undefined) return undefined;
      tree = item;
      place = tree.origin ?? below(place, Number(key));
    }
  }
  return place;
}

function isPrefix(prefix: readonly Key[], path: readonly Key[]): boolean {
  return prefix.length <= path.length && prefix.every((key, at) => key === path[at]);
}

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function childOf(value: Json | undefined, key: Key): Json | undefined {
  if (isMap(value)) return Object.hasOwn(value, key) ? value[key] : undefined;
  return isList(value) ? value[Number(key)] : undefined;
}

/** Maps are merged, null takes away, anything else replaces. */
function merge(under: Json, over: JsonMap): Json {
  if (!isMap(under)) return over;
  const merged: Record<string, Json> = Object.assign(Object.create(null), under);
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete merged[key];
    else merged[key] = isMap(value) && Object.hasOwn(merged, key) ? merge(merged[key] ?? null, value) : value;
  }
  return merged;
}

/** Helm takes no index beyond this. */
const MAX_INDEX = 65_536;

function withValue(base: Json, [key, ...rest]: readonly Key[], value: Json): Json {
  if (key === undefined) return value;
  if (typeof key === "number") {
    if (key > MAX_INDEX) return base;
    const items = isList(base) ? [...base] : [];
    items[key] = withValue(items[key] ?? null, rest, value);
    return items;
  }
  const map: Record<string, Json> = Object.assign(Object.create(null), isMap(base) ? base : {});
  map[key] = withValue(map[key] ?? null, rest, value);
  return map;
}

/** The way that a parameter's name gives: dots and indices in brackets, a dot behind a backslash being a part of a key. */
export function parameterPath(name: string): readonly Key[] {
  return name
    .split(/(?<!\\)\./)
    .flatMap((part) => part.replace(/\\(.)/g, "$1").split(/\[(?=\d+\])/))
    .filter((part) => part !== "")
    .map((part) => (/^\d+\]$/.test(part) ? Number.parseInt(part, 10) : part));
}

/** A parameter's value, as helm reads it where it is not said to be a text. */
export function parameterValue(text: string): Json {
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  return /^-?(0|[1-9]\d*)$/.test(text) ? Number(text) : text;
}
