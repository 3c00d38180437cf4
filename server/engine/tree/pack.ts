/**
 * A tree in numbers: a tenth of the memory of its objects, and made into objects again far quicker than its text is
 * read. Documents that nobody looks at keep their tree like this.
 */
import type { Entry, ScalarStyle, Tree } from "./tree.ts";

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

/** The tree in numbers; `undefined` for the rare one with anchors, tags or conditional items, which is kept as text alone. */
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
      for (const entry of tree.entries) {
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
      return;
    case "list":
      if (tree.conditional !== undefined) throw REFUSED;
      push(LIST | (tree.flow ? FLOW : 0) | (tree.open === true ? OPEN : 0));
      push(tree.start);
      push(tree.end);
      push(tree.items.length);
      for (const item of tree.items) packNode(item, text, texts);
      return;
    default:
      tree satisfies never;
  }
}

function isSlice(value: string, text: string, start: number, end: number): boolean {
  return value.length === end - start && text.startsWith(value, start);
}

/** The tree again, equal to the one that was packed. */
export function unpack(packed: PackedTree, text: string): Tree {
  const { numbers, texts } = packed;
  let at = 0;
  const next = (): number => numbers[at++] ?? 0;
  const string = (own: boolean, start: number, end: number): string =>
    own ? (texts[next()] ?? "") : text.slice(start, end);

  const node = (): Tree => {
    const head = next();
    const start = next();
    const end = next();
    switch (head & KIND) {
      case SCALAR: {
        const style = STYLES[(head >> STYLE_SHIFT) & 7] ?? "plain";
        const value = string((head & OWN_TEXT) !== 0, start, end);
        return (head & UNKNOWN) !== 0
          ? { kind: "scalar", start, end, text: value, style, unknown: true }
          : { kind: "scalar", start, end, text: value, style };
      }
      case MAP: {
        const entries: Entry[] = [];
        for (let count = next(); count > 0; count--) entries.push(entry());
        const flow = (head & FLOW) !== 0;
        return (head & OPEN) !== 0
          ? { kind: "map", start, end, flow, entries, open: true }
          : { kind: "map", start, end, flow, entries };
      }
      default: {
        const items: Tree[] = [];
        for (let count = next(); count > 0; count--) items.push(node());
        const flow = (head & FLOW) !== 0;
        return (head & OPEN) !== 0
          ? { kind: "list", start, end, flow, items, open: true }
          : { kind: "list", start, end, flow, items };
      }
    }
  };

  const entry = (): Entry => {
    const head = next();
    const keyStart = next();
    const keyEnd = next();
    const key = string((head & KEY_OWN_TEXT) !== 0, keyStart, keyEnd);
    const value = node();
    if ((head & (KEY_UNKNOWN | CONDITIONAL)) === 0) return { key, keyStart, keyEnd, value };
    return {
      key,
      keyStart,
      keyEnd,
      value,
      ...((head & KEY_UNKNOWN) === 0 ? {} : { keyUnknown: true as const }),
      ...((head & CONDITIONAL) === 0 ? {} : { conditional: true as const }),
    };
  };

  return node();
}
