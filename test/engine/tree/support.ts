import assert from "node:assert/strict";
import { parseCareful } from "../../../server/engine/tree/careful.ts";
import { parseFast } from "../../../server/engine/tree/fast.ts";
import { splitDocuments } from "../../../server/engine/tree/split.ts";
import type { ParsedDocument, Tree } from "../../../server/engine/tree/tree.ts";

/** The path of the first difference between two values, for a message that can be read. */
export function firstDifference(a: unknown, b: unknown, path = ""): string | undefined {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return a === b ? undefined : `${path}: ${JSON.stringify(a)} is not ${JSON.stringify(b)}`;
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const difference = firstDifference(left[key], right[key], `${path}/${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

export interface Compared {
  readonly documents: number;
  readonly refused: number;
}

/** Both readers make the same of every document that the fast one accepts. */
export function assertSameTrees(text: string, name: string): Compared {
  let refused = 0;
  const chunks = splitDocuments(text);
  for (const [index, chunk] of chunks.entries()) {
    const part = text.slice(chunk.start, chunk.end);
    const fast = parseFast(part);
    const careful = parseCareful(part);
    assertWellFormed(careful, part, `${name} document ${index}`);
    if (fast === undefined) refused++;
    else assert.equal(firstDifference(fast, careful), undefined, `${name} document ${index}: ${JSON.stringify(part)}`);
  }
  return { documents: chunks.length, refused };
}

/** Ranges are inside the text and children inside their parents, but for those that came through an alias. */
export function assertWellFormed(parsed: ParsedDocument, text: string, name: string): void {
  for (const { start, end } of parsed.problems) assert.ok(start >= 0 && start <= end && end <= text.length, name);
  const waiting: Tree[] = parsed.tree === undefined ? [] : [parsed.tree];
  const seen = new Set<unknown>();
  for (let tree = waiting.pop(); tree !== undefined; tree = waiting.pop()) {
    const { start, end } = tree;
    assert.ok(start >= 0 && start <= end && end <= text.length, `${name}: ${start}-${end} is outside the text`);
    if (tree.kind === "scalar") continue;
    const children = tree.kind === "map" ? tree.entries : tree.items;
    if (seen.has(children)) continue;
    seen.add(children);
    const aliased = tree.shared === true && text[start] === "*";
    const within = (from: number, to: number): void => {
      assert.ok(
        aliased || (from >= start && to <= end),
        `${name}: ${from}-${to} is outside its parent ${start}-${end}`,
      );
    };
    if (tree.kind === "list") {
      for (const item of tree.items) within(item.start, item.end);
      waiting.push(...tree.items);
      continue;
    }
    for (const { keyStart, keyEnd, value } of tree.entries) {
      within(keyStart, keyEnd);
      within(value.start, value.end);
      assert.ok(keyStart <= keyEnd, name);
      waiting.push(value);
    }
  }
}

/**
 * A tree as text, one node a line: `?` before what is unknown, `~` before what is conditional, `…` behind what is
 * open, `^` behind what is shared.
 */
export function outline(tree: Tree | undefined, indent = ""): string {
  if (tree === undefined) return "nothing";
  const marks = (tree.shared ? "^" : "") + (tree.tag === undefined ? "" : ` ${tree.tag}`);
  if (tree.kind === "scalar") return `${tree.unknown ? "?" : ""}${JSON.stringify(tree.text)}${marks}`;
  const open = tree.open ? "…" : "";
  const inner = `${indent}  `;
  if (tree.kind === "list") {
    return `[]${open}${marks}${tree.items.map((item) => `\n${indent}- ${outline(item, inner)}`).join("")}`;
  }
  const lines = tree.entries.map((entry) => {
    const key = `${entry.conditional ? "~" : ""}${entry.keyUnknown ? "?" : ""}${entry.key}`;
    return `\n${indent}${key}: ${outline(entry.value, inner)}`;
  });
  return `{}${open}${marks}${lines.join("")}`;
}

export function codes(parsed: ParsedDocument): string[] {
  return parsed.problems.map((problem) => problem.code);
}

/** The text of a template literal without its common indentation and first line break. */
export function dedent(text: string): string {
  const lines = text.replace(/^\n/, "").split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent)).join("\n");
}
