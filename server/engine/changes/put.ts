import type { Json, Key } from "../../../model/edit.ts";
import { isSameData } from "./data.ts";
import type { Found, Slot } from "./find.ts";
import { entryOf, find, isCollection, isInFlow, mergedValue } from "./find.ts";
import type { Block, Hand, JsonMap } from "./hand.ts";
import { entryBlock, flowText, handIn, isJsonList, isJsonMap, itemBlock, mapLines } from "./hand.ts";
import type { Pair } from "./insert.ts";
import { insertEntries, insertItems } from "./insert.ts";
import type { OutlineList, OutlineMap, OutlineNode, OutlineScalar } from "./outline.ts";
import { isBlockScalar, isEmpty, isNull } from "./outline.ts";
import type { Pen } from "./pen.ts";
import { removeChildren } from "./remove.ts";
import { canBePlain, quoted, readsAs, scalarText } from "./scalars.ts";
import { columnOf, indentOf, lineEnd, lineStart, nextContent } from "./text.ts";

/** Gives the place a value: maps are merged into, everything else is replaced. */
export function setValue(pen: Pen, path: readonly Key[], value: Json): undefined {
  const found = find(pen, path);
  if (found === undefined) return;
  const hand = handAt(pen, found);
  if (found.rest.length === 0) return put(pen, found.slot, value, hand);
  putMissing(pen, found, value, hand);
}

/** Adds a value to the list at the place unless it holds it; a single value there becomes a list of two. */
export function appendValue(pen: Pen, path: readonly Key[], value: Json): undefined {
  const found = find(pen, path);
  if (found === undefined) return;
  const { slot, rest } = found;
  const node = slot.value;
  const hand = handAt(pen, found);
  // A list of its own would hide the one that is merged in.
  const [key] = rest;
  if (node?.kind === "map" && typeof key === "string" && hides(pen, node, key)) return pen.refuse("merge-key");
  if (rest.length > 0) return putMissing(pen, found, [value], hand);
  if (node?.kind === "alias") return pen.refuse("anchor");
  if (node?.kind === "map" && node.children.length > 0) return pen.refuse("missing");
  if (node?.kind === "scalar" && !isNull(node)) return appendToScalar(pen, slot, node, value, hand);
  if (node?.kind !== "list" || node.children.length === 0) return put(pen, slot, [value], hand);
  if (!pen.allowsInside(node) || node.children.some((child) => isSameData(value, child.value))) return;
  insertItems(pen, slot, node, [value], hand);
}

/** Workflows allow one name where a list may stand: `needs: build`. */
function appendToScalar(pen: Pen, slot: Slot, node: OutlineScalar, value: Json, hand: Hand): undefined {
  if (slot.kind === "root" || isBlockScalar(node)) return pen.refuse("missing");
  if (isSameData(value, node) || !pen.allowsReplacing(node)) return;
  if (isJsonMap(value) || isJsonList(value) || node.text.includes("\n")) return pen.refuse("missing");
  const first = pen.outline.source.slice(node.start, node.end);
  const old = node.style === "plain" && !canBePlain(node.text, true) ? quoted(node.text, hand.quote) : first;
  const quote = node.style === "double" ? { ...hand, quote: '"' as const, quoteStrings: true } : hand;
  pen.write(node.start, node.end, `[${old},${hand.afterComma}${flowText(value, quote)}]`);
}

/** JSON inside brackets is written as JSON all the way down. */
function handAt(pen: Pen, { trail }: Found): Hand {
  let hand = pen.hand;
  for (const { value } of trail) if (value?.kind === "map" && value.flow) hand = handIn(hand, value);
  return hand;
}

function putMissing(pen: Pen, { slot, rest }: Found, value: Json, hand: Hand): undefined {
  const node = slot.value;
  const [key, ...deeper] = rest;
  const inner = wrap(deeper, value);
  if (key === undefined || inner === undefined) return pen.refuse("missing");
  if (node?.kind === "list" && node.children.length > 0) {
    if (key !== node.children.length) return pen.refuse("missing");
    return insertItems(pen, slot, node, [inner], hand);
  }
  const whole = wrap([key], inner);
  const fits = typeof key === "string" ? node?.kind === "map" : node?.kind === "list";
  if (whole === undefined || !(fits || isHollow(node))) return pen.refuse("missing");
  const isInside = node?.kind === "map" && typeof key === "string" && deeper.length > 0;
  if (isInside && hides(pen, node, key)) return pen.refuse("merge-key");
  put(pen, slot, whole, hand);
}

/** Null, `{}` or `[]`: whatever is to stand there may be made of it. */
function isHollow(node: OutlineNode | undefined): boolean {
  return isNull(node) || (isCollection(node) && node.children.length === 0);
}

/** The value with the parents it needs around it; an item can only be the first of a new list. */
function wrap(path: readonly Key[], value: Json): Json | undefined {
  return path.reduceRight<Json | undefined>((inner, key) => {
    if (inner === undefined) return undefined;
    if (typeof key === "string") return { [key]: inner };
    return key === 0 ? [inner] : undefined;
  }, value);
}

/** An own entry of this key would take the place of a whole collection that is merged in. */
function hides(pen: Pen, map: OutlineMap, key: string): boolean {
  const merged = mergedValue(pen.outline, map, key);
  return merged === "unknown" || isCollection(merged) || merged?.kind === "alias";
}

function put(pen: Pen, slot: Slot, value: Json, hand: Hand): undefined {
  const node = slot.value;
  if (node !== undefined && isSameData(value, node)) return;
  if (node?.kind === "map" && isJsonMap(value) && (node.children.length > 0 || Object.keys(value).length === 0)) {
    return putMap(pen, slot, node, value, hand);
  }
  if (node?.kind === "alias" && isJsonMap(value)) return pen.refuse("anchor");
  if (node?.kind === "list" && isJsonList(value) && node.children.length > 0 && value.length > 0) {
    return putList(pen, slot, node, value, hand);
  }
  if (node?.kind === "scalar" && !isJsonMap(value) && !isJsonList(value)) {
    if (!isEmpty(node)) return putScalar(pen, slot, node, value, hand);
  }
  replaceValue(pen, slot, value, hand);
}

function putMap(pen: Pen, slot: Slot, node: OutlineMap, value: JsonMap, outer: Hand): undefined {
  if (!pen.allowsInside(node)) return;
  const hand = node.flow ? handIn(outer, node) : outer;
  const missing: Pair[] = [];
  for (const [key, child] of Object.entries(value)) {
    const entry = entryOf(pen, slot, node, key);
    if (entry !== undefined) put(pen, { kind: "entry", parent: node, child: entry, value: entry.value }, child, hand);
    else if (isJsonMap(child) && hides(pen, node, key)) pen.refuse("merge-key");
    else missing.push([key, child]);
    if (pen.refusal !== undefined) return;
  }
  insertEntries(pen, slot, node, missing, hand);
}

/** Items that stay keep their lines: what both lists begin and end with is left alone. */
function putList(pen: Pen, slot: Slot, node: OutlineList, value: readonly Json[], hand: Hand): undefined {
  if (!pen.allowsInside(node)) return;
  const olds = node.children;
  const same = (index: number, other: number): boolean => {
    const [json, old] = [value[other], olds[index]];
    return json !== undefined && old !== undefined && isSameData(json, old.value);
  };
  const limit = Math.min(olds.length, value.length);
  let front = 0;
  while (front < limit && same(front, front)) front++;
  let back = 0;
  while (back < limit - front && same(olds.length - 1 - back, value.length - 1 - back)) back++;
  const replaced = limit - front - back;
  const surplus = olds.slice(front + replaced, olds.length - back);
  const added = value.slice(front + replaced, value.length - back);
  // In brackets, and in front of all, there is no line to go by.
  if (
    (node.flow && (surplus.length > 0 || (added.length > 0 && back > 0))) ||
    (added.length > 0 && front + replaced === 0)
  ) {
    return replaceValue(pen, slot, value, hand);
  }
  const inner = handIn(hand, node);
  for (let index = front; index < front + replaced; index++) {
    const [child, json] = [olds[index], value[index]];
    if (child === undefined || json === undefined) continue;
    const item: Slot = { kind: "item", parent: node, child, value: child.value };
    const old = child.value;
    const isLeaf = old.kind === "scalar" && !isEmpty(old);
    if (isLeaf && !isJsonMap(json) && !isJsonList(json)) putScalar(pen, item, old, json, inner);
    else replaceValue(pen, item, json, inner);
  }
  removeChildren(pen, node, surplus);
  insertItems(pen, slot, node, added, hand, front + replaced - 1);
}

/** In the quoting it has, as long as that still says what is meant. */
function putScalar(
  pen: Pen,
  slot: Slot,
  node: OutlineScalar,
  value: string | number | boolean | null,
  hand: Hand,
): undefined {
  const isLong = typeof value === "string" && value.includes("\n");
  if (isLong || isBlockScalar(node)) return replaceValue(pen, slot, value, hand);
  if (!pen.allowsReplacing(node)) return;
  if (slot.kind !== "root" && holdsTemplate(pen, slot)) return pen.refuse("template");
  const isString = typeof value === "string";
  const quote = node.style === "single" ? "'" : node.style === "double" ? '"' : undefined;
  const flow = isInFlow(slot);
  if (isString && quote !== undefined) return pen.write(node.start, node.end, quoted(value, quote, true));
  // Where its neighbours are quoted, a plain string shows that this one need not be.
  const quoteStrings = hand.quoteStrings && (isNull(node) || !readsAs(node.text, node.text));
  pen.write(node.start, node.end, scalarText(value, { ...hand, quoteStrings, flow }));
}

/** Puts a value in the place of any other, or of none. */
export function replaceValue(pen: Pen, slot: Slot, value: Json, hand: Hand): undefined {
  const old = slot.value;
  if (old !== undefined && !pen.allowsReplacing(old)) return;
  if (isInFlow(slot)) return replaceInFlow(pen, slot, value, hand);
  if (slot.kind === "root") return replaceRoot(pen, old, value, hand);
  const { child, value: node } = slot;
  if (child.mark === -1) return pen.refuse("flow");
  if (holdsTemplate(pen, slot)) return pen.refuse("template");
  const block = blockFor(pen, slot, value, hand);
  if (isOnMarkLine(pen, child.mark, node)) return fillLine(pen, child.mark, node, block);
  const markEnd = lineEnd(pen.outline.text, child.mark);
  const end = lineEnd(pen.outline.text, node.end);
  fillGap(pen, child.mark, block.inline);
  pen.write(markEnd, end, pen.lines(markEnd, block.lines));
}

function blockFor(pen: Pen, slot: Slot & { kind: "entry" | "item" }, value: Json, hand: Hand): Block {
  const old = slot.value;
  // A list in brackets that gets other items stays in brackets.
  if (old.kind === "list" && old.flow && old.children.length > 0 && isJsonList(value)) {
    return { inline: flowText(value, handIn(hand, old)), lines: [] };
  }
  if (slot.kind === "entry") return entryBlock(value, slot.parent.column, hand);
  const column = isEmpty(old) ? slot.parent.column + 2 : columnOf(pen.outline.text, old.start);
  return itemBlock(value, column, hand);
}

/** A template may print what belongs to the value on the lines below it. */
function holdsTemplate(pen: Pen, slot: Slot & { kind: "entry" | "item" }): boolean {
  const { template, text } = pen.outline;
  const { child, value, parent } = slot;
  const next = nextContent(text, child.end);
  if (template === undefined) return false;
  return (
    template.touches(child.mark, isEmpty(value) ? next : value.end) ||
    template.printsBehind(child.end, next, parent.column)
  );
}

function isOnMarkLine(pen: Pen, mark: number, node: OutlineNode): boolean {
  return node.start <= lineEnd(pen.outline.text, mark);
}

function fillLine(pen: Pen, mark: number, node: OutlineNode, { inline, lines }: Block): undefined {
  if (isEmpty(node)) fillGap(pen, mark, inline);
  else if (inline === "") pen.write(mark + 1, node.end, "");
  else pen.write(node.start, node.end, inline);
  pen.addLines(lineEnd(pen.outline.text, node.end), lines);
}

/** Writes behind a colon or dash that has nothing but white space or a comment behind it. */
function fillGap(pen: Pen, mark: number, inline: string): undefined {
  if (inline === "") return;
  const rest = pen.lineAfter(mark + 1);
  pen.write(mark + 1, mark + 1 + (rest.trim() === "" ? rest.length : 0), ` ${inline}`);
}

function replaceInFlow(pen: Pen, slot: Slot, value: Json, hand: Hand): undefined {
  if (slot.kind === "root") return;
  const { parent, child, value: node } = slot;
  const { text } = pen.outline;
  if (pen.outline.template?.touches(parent.start, parent.end) === true) return pen.refuse("template");
  const line = text.slice(lineStart(text, child.start), child.start);
  const isSpread = line.trim() === "" && line !== text.slice(0, child.start);
  const spread = isSpread ? { indent: indentOf(line), lineBreak: pen.lineBreak(child.start) } : undefined;
  const written = flowText(value, handIn(hand, parent), true, spread);
  if (!isEmpty(node)) return pen.write(node.start, node.end, written);
  if (child.mark === -1) return pen.refuse("flow");
  pen.write(child.mark + 1, child.mark + 1, ` ${written}`);
}

/** The document itself: empty, of nothing but comments, or of another shape. */
function replaceRoot(pen: Pen, old: OutlineNode | undefined, value: Json, hand: Hand): undefined {
  const { text, template } = pen.outline;
  if (template !== undefined) return pen.refuse("template");
  if (/^\.\.\./m.test(text)) return pen.refuse("syntax");
  const isFlow =
    isCollection(old) &&
    old.flow &&
    text.trimStart().startsWith(old.kind === "map" ? "{" : "[") &&
    old.children.length > 0;
  const written = isFlow ? [flowText(value, hand)] : rootLines(value, hand);
  const lineBreak = pen.lineBreak(0);
  if (old !== undefined && !isEmpty(old)) {
    const before = pen.lineBefore(old.start);
    if (before.trim() !== "") return pen.refuse("syntax");
    // A comment behind it stays on its line.
    pen.write(old.start, old.end, written[0] ?? "");
    return pen.addLines(lineEnd(text, old.end), written.slice(1));
  }
  const end = text.length;
  if (end === 0 || text.endsWith("\n")) pen.write(end, end, written.map((line) => line + lineBreak).join(""));
  else pen.addLines(end, written);
}

function rootLines(value: Json, hand: Hand): string[] {
  if (isJsonMap(value) && Object.keys(value).length > 0) return mapLines(value, 0, hand);
  const { inline, lines } = entryBlock(value, 0, { ...hand, lists: 0 });
  return inline === "" ? [...lines] : [inline, ...lines];
}
