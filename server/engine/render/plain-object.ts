/** A rendered tree as plain data, with scalars read as the programs that render read them. */
import type { Json } from "../../../model/edit.ts";
import { allEntries } from "../tree/read.ts";
import type { ScalarTree, Tree } from "../tree/tree.ts";

const MAX_DEPTH = 200;

/** The data of a tree, of at most so many values; what is more reads as null. */
export function toObject(tree: Tree | undefined, budget = 1_000_000): Json {
  let left = budget;
  const convert = (node: Tree, depth: number): Json => {
    if (--left < 0 || depth > MAX_DEPTH) return null;
    switch (node.kind) {
      case "scalar":
        return scalarValue(node);
      case "list":
        return node.items.map((item) => convert(item, depth + 1));
      case "map": {
        // Without a prototype a key such as `__proto__` is a key like any other.
        const map: Record<string, Json> = Object.create(null);
        for (const { key, value } of allEntries(node)) map[key] = convert(value, depth + 1);
        return map;
      }
      default:
        return node satisfies never;
    }
  };
  return tree === undefined ? null : convert(tree, 0);
}

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...["", "~", "null", "Null", "NULL"].map((text) => [text, null] as const),
  ...["true", "True", "TRUE"].map((text) => [text, true] as const),
  ...["false", "False", "FALSE"].map((text) => [text, false] as const),
]);

/** `yes` and `on` stay texts, and a leading zero makes an octal number. */
export function scalarValue(scalar: ScalarTree): Exclude<Json, readonly Json[] | { readonly [key: string]: Json }> {
  const { text, tag } = scalar;
  if (scalar.unknown === true || tag === "!!str" || tag === "!" || tag === "!!binary") return text;
  if (scalar.style !== "plain") return text;
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  const number = numberOf(text);
  return number ?? text;
}

function numberOf(written: string): number | undefined {
  if (!/^[-+.0-9]/.test(written)) return undefined;
  const text = written.replaceAll("_", "");
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "");
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8);
  if (/^0[oO][0-7]+$/.test(digits)) return sign * Number.parseInt(digits.slice(2), 8);
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) return sign * Number.parseInt(digits.slice(2), 16);
  if (/^0[bB][01]+$/.test(digits)) return sign * Number.parseInt(digits.slice(2), 2);
  return /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}
