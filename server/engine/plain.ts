/** A tree as plain data, read as the core schema of YAML 1.2 has it. */
import type { Json } from "../../model/edit.ts";
import { allEntries } from "./tree/read.ts";
import type { ScalarTree, Tree } from "./tree/tree.ts";

export interface Plain {
  readonly value: Json;
  /** False when there was more than the budget allows, or it was nested too deep: what is missing reads as null. */
  readonly complete: boolean;
  /** How many values it holds. */
  readonly size: number;
}

const MAX_DEPTH = 64;

/**
 * Plain data of a tree, of at most so many values. Aliases share their nodes in the tree and are written out here, so
 * a few lines of them can stand for millions of values: the budget counts what comes out, not what stands in the file.
 */
export function toPlain(tree: Tree | undefined, budget = 20_000): Plain {
  let left = budget;
  let complete = true;
  const convert = (node: Tree, depth: number): Json => {
    if (--left < 0 || depth > MAX_DEPTH) {
      complete = false;
      return null;
    }
    switch (node.kind) {
      case "scalar":
        return scalarValue(node);
      case "list": {
        const items: Json[] = [];
        for (const item of node.items) {
          if (left <= 0) complete = false;
          if (!complete) break;
          items.push(convert(item, depth + 1));
        }
        return items;
      }
      case "map": {
        // Without a prototype a key such as `__proto__` is a key like any other.
        const map: Record<string, Json> = Object.create(null);
        for (const entry of allEntries(node)) {
          if (left <= 0) complete = false;
          if (!complete) break;
          map[wellFormed(entry.key)] = convert(entry.value, depth + 1);
        }
        return map;
      }
      default:
        return node satisfies never;
    }
  };
  const value = tree === undefined ? null : convert(tree, 0);
  return { value, complete, size: budget - left };
}

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...["", "~", "null", "Null", "NULL"].map((text) => [text, null] as const),
  ...["true", "True", "TRUE"].map((text) => [text, true] as const),
  ...["false", "False", "FALSE"].map((text) => [text, false] as const),
]);

function scalarValue(scalar: ScalarTree): Json {
  const { text } = scalar;
  if (scalar.style !== "plain" || scalar.unknown === true || scalar.tag === "!!str" || scalar.tag === "!") return text;
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  return /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text) ? Number(text) : text;
}

/** Half of a surrogate pair cannot stand in a pointer. */
function wellFormed(key: string): string {
  return key.replace(/\p{Surrogate}/gu, "\uFFFD");
}
