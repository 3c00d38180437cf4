/** Lists and maps: made, looked into, merged. */
import { count, list, map, text } from "./arguments.ts";
import {
  deepCopy,
  type GoFunction,
  type GoMap,
  type GoValue,
  isDeepEqual,
  isGoList,
  isGoMap,
  isTrue,
  sortedKeys,
} from "./go-value.ts";
import { Unsupported } from "./unsupported.ts";

function dict(args: readonly GoValue[]): GoMap {
  const made: GoMap = new Map();
  for (let at = 0; at < args.length; at += 2)
    made.set(text(args[at]), at + 1 < args.length ? (args[at + 1] ?? null) : "");
  return made;
}

/** Into the first, what it does not have (or whatever the others have), map by map. */
function merge(target: GoMap, source: GoMap, overwrite: boolean): void {
  for (const [key, value] of source) {
    const own = target.get(key) ?? null;
    if (isGoMap(own) && isGoMap(value)) merge(own, value, overwrite);
    else if (overwrite ? isTrue(value) || !target.has(key) : !isTrue(own)) target.set(key, deepCopy(value));
  }
}

function merged(args: readonly GoValue[], overwrite: boolean): GoMap {
  const [first, ...others] = args.map(map);
  if (first === undefined) throw new Unsupported("merge of nothing");
  for (const one of others) merge(first, one, overwrite);
  return first;
}

function at(of: GoValue, key: GoValue): GoValue {
  if (isGoMap(of)) return of.get(text(key)) ?? null;
  if (isGoList(of)) {
    const found = of[count(key)];
    if (found === undefined) throw new Unsupported("index out of range");
    return found;
  }
  throw new Unsupported("index of what has none");
}

function dig(args: readonly GoValue[]): GoValue {
  const keys = args.slice(0, -2).map(text);
  let found: GoValue = map(args.at(-1));
  for (const key of keys) {
    if (!isGoMap(found)) throw new Unsupported("dig in what is no map");
    const next: GoValue | undefined = found.get(key);
    if (next === undefined) return args.at(-2) ?? null;
    found = next;
  }
  return found;
}

const has = (of: readonly GoValue[], value: GoValue): boolean => of.some((one) => isDeepEqual(one, value));
const some: GoFunction = (...args) => args;
const first: GoFunction = (value) => list(value)[0] ?? null;
const rest: GoFunction = (value) => list(value).slice(1);
const last: GoFunction = (value) => list(value).at(-1) ?? null;
const initial: GoFunction = (value) => list(value).slice(0, -1);
const append: GoFunction = (value, item = null) => [...list(value), item];
const prepend: GoFunction = (value, item = null) => [item, ...list(value)];
const reverse: GoFunction = (value) => list(value).toReversed();
const uniq: GoFunction = (value) => list(value).filter((one, index, all) => !has(all.slice(0, index), one));
const without: GoFunction = (value, ...left) => list(value).filter((one) => !has(left, one));
const compact: GoFunction = (value) => list(value).filter(isTrue);
const copy: GoFunction = (value = null) => deepCopy(value);
const included: GoFunction = (value = null, of) => (of === null ? false : has(list(of), value));
const part: GoFunction = (value, from, to) =>
  list(value).slice(from === undefined ? 0 : count(from), to === undefined ? undefined : count(to));

export const COLLECTIONS: Readonly<Record<string, GoFunction>> = {
  list: some,
  tuple: some,
  first,
  mustFirst: first,
  rest,
  mustRest: rest,
  last,
  mustLast: last,
  initial,
  mustInitial: initial,
  append,
  mustAppend: append,
  push: append,
  prepend,
  mustPrepend: prepend,
  concat: (...args) => args.flatMap(list),
  reverse,
  mustReverse: reverse,
  uniq,
  mustUniq: uniq,
  without,
  mustWithout: without,
  compact,
  mustCompact: compact,
  has: included,
  mustHas: included,
  slice: part,
  mustSlice: part,
  index: (of = null, ...keys) =>
    keys.reduce<GoValue>((found, key) => (found === null ? missing() : at(found, key)), of),
  dict: (...args) => dict(args),
  get: (of, key) => map(of).get(text(key)) ?? "",
  set: (of, key, value = null) => map(of).set(text(key), value),
  unset: (of, key) => {
    map(of).delete(text(key));
    return map(of);
  },
  // Their order is of no account in Go, so that people sort them.
  keys: (...args) => args.flatMap((one) => [...sortedKeys(map(one))]),
  values: (of) => sortedKeys(map(of)).map((key) => map(of).get(key) ?? null),
  pick: (of, ...keys) => new Map([...map(of)].filter(([key]) => keys.includes(key))),
  omit: (of, ...keys) => new Map([...map(of)].filter(([key]) => !keys.includes(key))),
  pluck: (key, ...maps) => maps.map(map).flatMap((one) => (one.has(text(key)) ? [one.get(text(key)) ?? null] : [])),
  dig: (...args) => dig(args),
  merge: (...args) => merged(args, false),
  mustMerge: (...args) => merged(args, false),
  mergeOverwrite: (...args) => merged(args, true),
  mustMergeOverwrite: (...args) => merged(args, true),
  deepCopy: copy,
  mustDeepCopy: copy,
};

function missing(): never {
  throw new Unsupported("index of untyped nil");
}
