import type { Key } from "../../../model/edit.ts";
import { spanOf } from "../tree/spans.ts";
import type { ScalarTree } from "../tree/tree.ts";
import type { Slot } from "./find.ts";
import { find, isInFlow } from "./find.ts";
import type { OutlineScalar } from "./outline.ts";
import { isBlockScalar } from "./outline.ts";
import type { Pen } from "./pen.ts";
import { replaceValue } from "./put.ts";
import { canBePlain, escaped, isPrintable, quoted, readsAs } from "./scalars.ts";
import { leadingSpaces, lineEnd, lineStart, nextLine } from "./text.ts";

export type Span = readonly [from: number, to: number];

/** Replaces a scalar's text, or a part of it, in the quoting it has. */
export function replaceText(pen: Pen, path: readonly Key[], text: string, span: Span | undefined): undefined {
  const found = find(pen, path);
  if (found === undefined) return;
  const { slot } = found;
  const node = slot.value;
  if (node?.kind === "alias") return pen.refuse("anchor");
  if (found.rest.length > 0 || node?.kind !== "scalar") return pen.refuse("missing");
  if (!pen.allowsInside(node)) return;
  const { source, template } = pen.outline;
  if (template?.touches(node.start, node.end) === true) return replaceBesideAction(pen, slot, node, text, span);
  const [from, to] = span ?? [0, node.text.length];
  if (from < 0 || to < from || to > node.text.length) return pen.refuse("missing");
  if (node.text.slice(from, to) === text) return;
  const whole = node.text.slice(0, from) + text + node.text.slice(to);
  if (isBlockScalar(node) && span === undefined) return replaceValue(pen, slot, text, pen.hand);
  if (isBlockScalar(node)) return replaceInBlock(pen, node, text, [from, to]);
  const style = styleFor(pen, slot, node, whole);
  const isPart = span !== undefined && node.text !== "" && !source.slice(node.start, node.end).includes("\n");
  if (!isPart || style !== node.style) {
    const written = style === "plain" ? whole : quoted(whole, style === "single" ? "'" : '"', true);
    // An empty scalar begins where its colon or dash ends.
    return pen.write(node.start, node.end, node.start === node.end ? ` ${written}` : written);
  }
  const [start, end] = spanOf(source, treeOf(node), from, to);
  const inner = style === "double" ? escaped(text) : style === "single" ? text.replaceAll("'", "''") : text;
  pen.write(start, end, inner);
}

function styleFor(pen: Pen, slot: Slot, node: OutlineScalar, whole: string): "plain" | "single" | "double" {
  if (node.style === "double" || (node.style === "single" && isPrintable(whole))) return node.style;
  if (node.style !== "plain") return "double";
  const wasString = readsAs(node.text, node.text);
  const fits = canBePlain(whole, isInFlow(slot)) && (!wasString || readsAs(whole, whole));
  if (fits) return "plain";
  return pen.hand.quote === "'" && isPrintable(whole) ? "single" : "double";
}

/** Where an action stands in a scalar, its text counts as it is written. */
function replaceBesideAction(
  pen: Pen,
  slot: Slot,
  node: OutlineScalar,
  text: string,
  span: Span | undefined,
): undefined {
  const { source, template } = pen.outline;
  const quote = node.style === "plain" ? 0 : 1;
  const start = node.start + quote + (span?.[0] ?? 0);
  const end = node.start + quote + (span?.[1] ?? 0);
  const written = source.slice(node.start + quote, node.end - quote);
  const isOneLine = !isBlockScalar(node) && !written.includes("\n");
  const isClear = isOneLine && end <= node.end - quote && template?.touches(start, end) === false;
  if (span === undefined || !isClear || !canBePlain(text, isInFlow(slot)) || /['"\\]/.test(text))
    return pen.refuse("template");
  pen.write(start, end, text);
}

/** Only what a literal block scalar shows line by line can be replaced in part. */
function replaceInBlock(pen: Pen, node: OutlineScalar, text: string, [from, to]: Span): undefined {
  const { source } = pen.outline;
  if (node.style === "folded" && /\n/.test(text + node.text.slice(from, to))) return pen.refuse("block-scalar");
  let [stop, written] = [to, text];
  // A line break that stays is no part of the change.
  while (stop > from && node.text[stop - 1] === "\n" && written.endsWith("\n")) {
    stop--;
    written = written.slice(0, -1);
  }
  const [start, found] = spanOf(source, treeOf(node), from, stop);
  if (start === node.start) return pen.refuse("block-scalar");
  let end = found;
  if (stop > from && node.text[stop - 1] === "\n") {
    if (source[end - 1] === "\r" && source[end] === "\n") end++;
    // Whole lines go with their indentation, which the line behind them has as well.
    if (stop < node.text.length) end = Math.min(end + indentOf(source, node), lineEnd(source, end));
  }
  const lines = written.split("\n");
  if (!lines.every((line) => isPrintable(line.replaceAll("\t", " ")))) return pen.refuse("block-scalar");
  const indent = " ".repeat(indentOf(source, node));
  const lineBreak = pen.lineBreak(node.start);
  pen.write(
    start,
    end,
    lines.map((line, index) => (index === 0 || line === "" ? line : indent + line)).join(lineBreak),
  );
}

function treeOf({ start, end, text, style }: OutlineScalar): ScalarTree {
  return { kind: "scalar", start, end, text, style };
}

function indentOf(source: string, node: OutlineScalar): number {
  for (let at = nextLine(source, node.start); at < node.end; at = nextLine(source, at)) {
    const line = source.slice(at, lineEnd(source, at));
    if (line.trim() !== "") return leadingSpaces(line);
  }
  return 0;
}

/** Gives a key another name. */
export function renameKey(pen: Pen, path: readonly Key[], name: string): undefined {
  const found = find(pen, path);
  if (found === undefined) return;
  const { slot } = found;
  if (found.rest.length > 0 || slot.kind !== "entry") return pen.refuse("missing");
  const { parent, child } = slot;
  if (child.key === name) return;
  if (parent.children.some((it) => it.key === name)) return pen.refuse("exists");
  if (pen.outline.template?.touches(child.start, child.keyEnd) === true) return pen.refuse("template");
  if (lineStart(pen.outline.text, child.keyEnd) > child.start) return pen.refuse("syntax");
  const isPlain = child.keyStyle === "plain" && canBePlain(name, parent.flow) && readsAs(name, name);
  pen.write(child.start, child.keyEnd, isPlain ? name : quoted(name, child.keyStyle === "single" ? "'" : '"', true));
}
