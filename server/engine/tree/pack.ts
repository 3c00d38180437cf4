/**
 * A tree in numbers: a tenth of the memory of its objects, and made into objects again far quicker than its text is
 * read. Documents that nobody looks at keep their tree like this. Only the parts that are looked at become objects.
 */
import type { Entry, ListTree, MapTree, ScalarStyle, Tree } from "./tree.ts";

export interface PackedTree {
  readonly numbers: Int32Array;
  /** Texts that are not simply a slice of the source: escapes, folding, block scalars. */
  readonly texts: readonly string[];
}

const STYLES: readonly ScalarStyle[] = ["plain", "single", "double", "literal", "folded"];

const SCALAR = 0;
const MAP = 1;
const LIST = 2;
const KIND = 3;
const STYLE_SHIFT = 2;
const UNKNOWN = 32;
const FLOW = 32;
const OPEN = 64;
const OWN_TEXT = 128;
const CONDITIONAL_ITEMS = 128;
const KEY_OWN_TEXT = 1;
const KEY_UNKNOWN = 2;
const CONDITIONAL = 4;

/** Grows as needed and is used again for every document: the numbers are copied out at their exact size. */
let scratch = new Int32Array(16_384);
let length = 0;

function push(number: number): void {
  if (length === scratch.length) {
    const larger = new Int32Array(scratch.length * 2);
    larger.set(scratch);
    scratch = larger;
  }
  scratch[length++] = number;
}

class NotPackable extends Error {}

const REFUSED = new NotPackable();

/** The tree in numbers; `undefined` for the rare one with anchors or tags, which is kept as text alone. */
export function pack(tree: Tree, text: string): PackedTree | undefined {
  length = 0;
  const texts: string[] = [];
  try {
    packNode(tree, text, texts);
  } catch (error) {
    if (error instanceof NotPackable) return undefined;
    throw error;
  }
  return { numbers: scratch.slice(0, length), texts };
}

function packNode(tree: Tree, text: string, texts: string[]): void {
  if (tree.shared === true || tree.tag !== undefined) throw REFUSED;
  switch (tree.kind) {
    case "scalar": {
      const own = !isSlice(tree.text, text, tree.start, tree.end);
      push(
        SCALAR |
          (STYLES.indexOf(tree.style) << STYLE_SHIFT) |
          (tree.unknown === true ? UNKNOWN : 0) |
          (own ? OWN_TEXT : 0),
      );
      push(tree.start);
      push(tree.end);
      if (own) {
        push(texts.length);
        texts.push(tree.text);
      }
      return;
    }
    case "map":
      push(MAP | (tree.flow ? FLOW : 0) | (tree.open === true ? OPEN : 0));
      push(tree.start);
      push(tree.end);
      push(tree.entries.length);
      fill(() => {
        for (const entry of tree.entries) packEntry(entry, text, texts);
      });
      return;
    case "list":
      push(
        LIST |
          (tree.flow ? FLOW : 0) |
          (tree.open === true ? OPEN : 0) |
          (tree.conditional === undefined ? 0 : CONDITIONAL_ITEMS),
      );
      push(tree.start);
      push(tree.end);
      push(tree.items.length);
      if (tree.conditional !== undefined) {
        push(tree.conditional.size);
        for (const index of tree.conditional) push(index);
      }
      fill(() => {
        for (const item of tree.items) packNode(item, text, texts);
      });
      return;
    default:
      tree satisfies never;
  }
}

/** Notes in front of what is packed where it ends, so that it can be passed over. */
function fill(children: () => void): void {
  const at = length;
  push(0);
  children();
  scratch[at] = length;
}

function packEntry(entry: Entry, text: string, texts: string[]): void {
  const own = !isSlice(entry.key, text, entry.keyStart, entry.keyEnd);
  push(
    (own ? KEY_OWN_TEXT : 0) |
      (entry.keyUnknown === true ? KEY_UNKNOWN : 0) |
      (entry.conditional === true ? CONDITIONAL : 0),
  );
  push(entry.keyStart);
  push(entry.keyEnd);
  if (own) {
    push(texts.length);
    texts.push(entry.key);
  }
  packNode(entry.value, text, texts);
}

function isSlice(value: string, text: string, start: number, end: number): boolean {
  return value.length === end - start && text.startsWith(value, start);
}

/** The tree again, equal to the one that was packed. */
export function unpack(packed: PackedTree, text: string): Tree {
  return new Reader(packed, text, 0).node();
}

class Reader {
  at: number;
  readonly #packed: PackedTree;
  readonly #text: string;

  constructor(packed: PackedTree, text: string, at: number) {
    this.#packed = packed;
    this.#text = text;
    this.at = at;
  }

  #next(): number {
    return this.#packed.numbers[this.at++] ?? 0;
  }

  #string(own: boolean, start: number, end: number): string {
    return own ? (this.#packed.texts[this.#next()] ?? "") : this.#text.slice(start, end);
  }

  node(): Tree {
    const head = this.#next();
    const start = this.#next();
    const end = this.#next();
    if ((head & KIND) === SCALAR) {
      const style = STYLES[(head >> STYLE_SHIFT) & 7] ?? "plain";
      const text = this.#string((head & OWN_TEXT) !== 0, start, end);
      return (head & UNKNOWN) !== 0
        ? { kind: "scalar", start, end, text, style, unknown: true }
        : { kind: "scalar", start, end, text, style };
    }
    const count = this.#next();
    const isMap = (head & KIND) === MAP;
    const conditional = !isMap && (head & CONDITIONAL_ITEMS) !== 0 ? this.#indices() : undefined;
    const children = new Children(this.#packed, this.#text, this.at + 1, count);
    this.at = this.#next();
    const flow = (head & FLOW) !== 0;
    const open = (head & OPEN) !== 0;
    return isMap
      ? new LazyMap(start, end, flow, open, children)
      : new LazyList(start, end, flow, open, conditional, children);
  }

  #indices(): ReadonlySet<number> {
    return new Set(Array.from({ length: this.#next() }, () => this.#next()));
  }

  entry(): Entry {
    const head = this.#next();
    const keyStart = this.#next();
    const keyEnd = this.#next();
    const key = this.#string((head & KEY_OWN_TEXT) !== 0, keyStart, keyEnd);
    const value = this.node();
    if ((head & (KEY_UNKNOWN | CONDITIONAL)) === 0) return { key, keyStart, keyEnd, value };
    return {
      key,
      keyStart,
      keyEnd,
      value,
      ...((head & KEY_UNKNOWN) === 0 ? {} : { keyUnknown: true as const }),
      ...((head & CONDITIONAL) === 0 ? {} : { conditional: true as const }),
    };
  }
}

/** Where the children of a node begin, and how many there are. */
class Children {
  readonly #packed: PackedTree;
  readonly #text: string;
  readonly #at: number;
  readonly #count: number;

  constructor(packed: PackedTree, text: string, at: number, count: number) {
    this.#packed = packed;
    this.#text = text;
    this.#at = at;
    this.#count = count;
  }

  entries(): readonly Entry[] {
    const reader = new Reader(this.#packed, this.#text, this.#at);
    return Array.from({ length: this.#count }, () => reader.entry());
  }

  nodes(): readonly Tree[] {
    const reader = new Reader(this.#packed, this.#text, this.#at);
    return Array.from({ length: this.#count }, () => reader.node());
  }
}

class LazyMap implements MapTree {
  readonly kind = "map";
  readonly start: number;
  readonly end: number;
  readonly flow: boolean;
  declare readonly open?: true;
  #children: Children | readonly Entry[];

  constructor(start: number, end: number, flow: boolean, open: boolean, children: Children) {
    this.start = start;
    this.end = end;
    this.flow = flow;
    this.#children = children;
    if (open) this.open = true;
  }

  /** Always the same list: what is known of it is kept by its identity. */
  get entries(): readonly Entry[] {
    if (this.#children instanceof Children) this.#children = this.#children.entries();
    return this.#children;
  }
}

class LazyList implements ListTree {
  readonly kind = "list";
  readonly start: number;
  readonly end: number;
  readonly flow: boolean;
  declare readonly open?: true;
  declare readonly conditional?: ReadonlySet<number>;
  #children: Children | readonly Tree[];

  constructor(
    start: number,
    end: number,
    flow: boolean,
    open: boolean,
    conditional: ReadonlySet<number> | undefined,
    children: Children,
  ) {
    this.start = start;
    this.end = end;
    this.flow = flow;
    this.#children = children;
    if (open) this.open = true;
    if (conditional !== undefined) this.conditional = conditional;
  }

  get items(): readonly Tree[] {
    if (this.#children instanceof Children) this.#children = this.#children.nodes();
    return this.#children;
  }
}
