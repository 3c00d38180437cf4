/** Objects of several indexes as one, without copying any: what is joined once is the same list for as long as its parts are. */
import type { GroupKind, Resource } from "../../model/facts.ts";
import type { WorldIndex } from "./world-index.ts";

/** Objects by kind and scope. The identity of what it answers stands for its content. */
export interface ObjectIndex {
  bucket(key: string): readonly Resource[];
  /** All group/kinds there are, sorted. */
  readonly kinds: readonly GroupKind[];
}

const EMPTY: readonly never[] = [];

class JoinedIndex implements ObjectIndex {
  readonly #one: ObjectIndex;
  readonly #other: ObjectIndex;
  /** The same few are asked for again and again, and there may be many indexes in a row. */
  readonly #buckets = new Map<string, readonly Resource[]>();

  constructor(one: ObjectIndex, other: ObjectIndex) {
    this.#one = one;
    this.#other = other;
  }

  bucket(key: string): readonly Resource[] {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = joinedLists(this.#one.bucket(key), this.#other.bucket(key));
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }

  get kinds(): readonly GroupKind[] {
    return joinedKinds(this.#one.kinds, this.#other.kinds);
  }
}

/** The first with all the others; the same object for the same ones. */
export function joined(first: WorldIndex, others: readonly WorldIndex[]): ObjectIndex {
  return others.reduce<ObjectIndex>((index, other) => joinedPair(index, other), first);
}

const joinedPair = paired((one: ObjectIndex, other: ObjectIndex): ObjectIndex => new JoinedIndex(one, other));

const concatenated = paired((one: readonly Resource[], other: readonly Resource[]): readonly Resource[] => [
  ...one,
  ...other,
]);

function joinedLists(one: readonly Resource[], other: readonly Resource[]): readonly Resource[] {
  if (other.length === 0) return one.length === 0 ? EMPTY : one;
  return one.length === 0 ? other : concatenated(one, other);
}

const united = paired((one: readonly GroupKind[], other: readonly GroupKind[]): readonly GroupKind[] => {
  const known = new Set(one);
  return other.every((kind) => known.has(kind)) ? one : [...new Set([...one, ...other])].sort();
});

function joinedKinds(one: readonly GroupKind[], other: readonly GroupKind[]): readonly GroupKind[] {
  return other.length === 0 ? one : united(one, other);
}

/** Remembers the answer for each pair of objects for as long as both live. */
function paired<A extends object, B extends object, T>(make: (one: A, other: B) => T): (one: A, other: B) => T {
  const known = new WeakMap<A, WeakMap<B, { readonly value: T }>>();
  return (one, other) => {
    let inner = known.get(one);
    if (inner === undefined) {
      inner = new WeakMap();
      known.set(one, inner);
    }
    let kept = inner.get(other);
    if (kept === undefined) {
      kept = { value: make(one, other) };
      inner.set(other, kept);
    }
    return kept.value;
  };
}
