/** A map that is copied at every change without copying all of it: what changed lies in a thin layer above the rest. */

/** Above so many changes the layers become one. */
const THICK = 200;

/** What can be asked of it. */
export interface ReadonlyLayers<V> extends Iterable<[string, V]> {
  readonly size: number;
  get(key: string): V | undefined;
  has(key: string): boolean;
  keys(): IterableIterator<string>;
  values(): IterableIterator<V>;
  /** Keys that begin with a folder and a slash, in order. */
  under(folder: string): readonly string[];
}

/** The keys in order, once somebody asked; shared by all copies in which the same ones are. */
interface Keys {
  sorted?: readonly string[];
}

export class Layers<V> implements ReadonlyLayers<V> {
  readonly #base: ReadonlyMap<string, V>;
  /** What differs from the base; `undefined` where it went. */
  readonly #changed: Map<string, V | undefined>;
  #size: number;
  #keys: Keys;

  private constructor(base: ReadonlyMap<string, V>, changed: Map<string, V | undefined>, size: number, keys: Keys) {
    this.#base = base;
    this.#changed = changed;
    this.#size = size;
    this.#keys = keys;
  }

  static empty<V>(): Layers<V> {
    return new Layers(new Map(), new Map(), 0, {});
  }

  /** Another that can be changed without changing this one. */
  copy(): Layers<V> {
    if (this.#changed.size <= THICK) return new Layers(this.#base, new Map(this.#changed), this.#size, this.#keys);
    return new Layers(new Map(this.entries()), new Map(), this.#size, this.#keys);
  }

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const changed = this.#changed.get(key);
    return changed === undefined && !this.#changed.has(key) ? this.#base.get(key) : changed;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V): void {
    if (!this.has(key)) {
      this.#size++;
      this.#keys = {};
    }
    this.#changed.set(key, value);
  }

  delete(key: string): void {
    if (!this.has(key)) return;
    this.#size--;
    this.#keys = {};
    if (this.#base.has(key)) this.#changed.set(key, undefined);
    else this.#changed.delete(key);
  }

  *entries(): IterableIterator<[string, V]> {
    for (const [key, value] of this.#base) {
      if (!this.#changed.has(key)) yield [key, value];
      else {
        const now = this.#changed.get(key);
        if (now !== undefined) yield [key, now];
      }
    }
    for (const [key, value] of this.#changed) if (value !== undefined && !this.#base.has(key)) yield [key, value];
  }

  [Symbol.iterator](): IterableIterator<[string, V]> {
    return this.entries();
  }

  *keys(): IterableIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  /** Looked through often, so as a list: one generator in another is slow. */
  values(): IterableIterator<V> {
    const values: V[] = [];
    for (const [key, value] of this.#base) {
      const now = this.#changed.has(key) ? this.#changed.get(key) : value;
      if (now !== undefined) values.push(now);
    }
    for (const [key, value] of this.#changed) if (value !== undefined && !this.#base.has(key)) values.push(value);
    return values.values();
  }
  under(folder: string): readonly string[] {
    this.#keys.sorted ??= [...this.keys()].sort();
    const { sorted } = this.#keys;
    // What follows a slash in the order of characters.
    return sorted.slice(firstFrom(sorted, `${folder}/`), firstFrom(sorted, `${folder}0`));
  }
}

/** Where the first that is not before `text` stands in a sorted list. */
function firstFrom(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? "") < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
