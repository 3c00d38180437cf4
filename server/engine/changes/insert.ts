import type { Json } from "../../../model/edit.ts";
import type { Slot } from "./find.ts";
import { branchOf } from "./find.ts";
import type { Hand, Spread } from "./hand.ts";
import { entryLines, flowPair, flowText, handIn, itemLines } from "./hand.ts";
import type { OutlineCollection, OutlineList, OutlineMap } from "./outline.ts";
import type { Pen } from "./pen.ts";
import {
  indentOf,
  isBlankOrComment,
  isComment,
  leadingSpaces,
  lineEnd,
  lineStart,
  nextContent,
  nextLine,
} from "./text.ts";

export type Pair = readonly [key: string, value: Json];

/** Adds keys that are not there yet behind those that are. */
export function insertEntries(pen: Pen, slot: Slot, map: OutlineMap, pairs: readonly Pair[], outer: Hand): undefined {
  if (pairs.length === 0) return;
  const hand = handIn(outer, map);
  if (map.odd) return pen.refuse("flow");
  const parts = pairs.map(
    ([key, value]) =>
      (spread?: Spread) =>
        flowPair(key, value, hand, spread),
  );
  if (map.flow) return insertFlow(pen, map, parts, hand);
  const groups = pairs.map(([key, value]) => entryLines(key, value, map.column, hand));
  insertLines(pen, slot, map, groups, map.children.length - 1);
}

/** Adds items behind the one at `after`, which is the last one in brackets. */
export function insertItems(
  pen: Pen,
  slot: Slot,
  list: OutlineList,
  values: readonly Json[],
  outer: Hand,
  after = list.children.length - 1,
): undefined {
  if (values.length === 0) return;
  const hand = handIn(outer, list);
  const parts = values.map((value) => (spread?: Spread) => flowText(value, hand, true, spread));
  if (list.flow) return insertFlow(pen, list, parts, hand);
  const gap = dashGap(pen, list);
  const groups = values.map((value) => itemLines(value, list.column, hand, gap));
  insertLines(pen, slot, list, groups, after);
}

/** How far behind its dash the content of an item stands. */
function dashGap(pen: Pen, list: OutlineList): number {
  const last = list.children.at(-1);
  const gap = last === undefined ? "" : pen.outline.text.slice(last.mark + 1, last.value.start);
  return /^ +$/.test(gap) ? gap.length : 1;
}

/** Puts groups of lines behind a child, the last one or, in a template, the last one that is surely there. */
function insertLines(
  pen: Pen,
  slot: Slot,
  parent: OutlineCollection,
  groups: readonly (readonly string[])[],
  after: number,
): undefined {
  const { template } = pen.outline;
  if (template !== undefined && isOpen(pen, slot, parent)) return pen.refuse("template");
  for (let index = after; index >= 0; index--) {
    const child = parent.children[index];
    if (child === undefined) break;
    const end = endOf(pen, slot, parent.column, child.start, child.end);
    if (end !== undefined) {
      const blank = isSpaced(pen, parent) ? [""] : [];
      const lines = groups.flatMap((group) => [...blank, ...group]);
      return pen.addLines(end, lines);
    }
    // Only a key may go in before the last one: the order of a list has a meaning.
    if (template === undefined || parent.kind === "list") break;
  }
  pen.refuse(template === undefined ? "syntax" : "template");
}

/** An action may add to the collection what is not written in it. */
function isOpen(pen: Pen, slot: Slot, { column, start, end, children }: OutlineCollection): boolean {
  const { template, text } = pen.outline;
  if (template === undefined) return false;
  const head = slot.kind === "root" ? 0 : slot.child.start;
  if (template.printsUpTo(column, head, end) || template.printsUpTo(Number.MAX_VALUE, head, start)) return true;
  const next = nextContent(text, end);
  return (
    template.standing.some(({ action: { start }, indent }) => end <= start && start < next && indent === column) ||
    children.some((child) => child.kind === "entry" && template.touches(child.start, child.keyEnd)) ||
    template.touches(start, start + 1)
  );
}

/**
 * The end of the last line that belongs to an entry or item: its own last line, comments below it that are indented
 * deeper, and what a template still adds to it.
 */
function endOf(pen: Pen, slot: Slot, column: number, start: number, end: number): number | undefined {
  const { text, template } = pen.outline;
  const branch = branchOf(pen.outline, slot);
  if (template !== undefined && template.branchAt(start) !== branch) return undefined;
  let at = lineEnd(text, end);
  if (!isBlankOrComment(text.slice(end, at))) return undefined;
  let good = template?.branchAt(at) === branch ? at : undefined;
  let owes = good === undefined;
  let isOver = false;
  for (at = nextLine(text, at); at < text.length; at = nextLine(text, at)) {
    const stop = lineEnd(text, at);
    const line = text.slice(at, stop);
    if (!isBlankOrComment(line)) break;
    const actions = template?.onLine(at, stop);
    if (actions?.any === true) {
      if (actions.prints.some((indent) => indent <= column)) break;
      if (actions.prints.length > 0) owes = true;
    } else if (isComment(line)) {
      // Such a comment belongs to what comes next, though a template may still have something to add behind it.
      if (leadingSpaces(line) <= column) isOver = true;
      if (!isOver) owes = true;
      else if (template === undefined) break;
    }
    if (owes && template?.branchAt(stop) === branch) {
      good = stop;
      owes = false;
    }
  }
  if (template === undefined) return good;
  return owes ? undefined : good;
}

/** The end of the last line of an entry or item, with the comments that are indented deeper than it. */
export function territoryEnd(pen: Pen, column: number, end: number): number {
  const { text } = pen.outline;
  let good = lineEnd(text, end);
  for (let at = nextLine(text, good); at < text.length; at = nextLine(text, at)) {
    const line = text.slice(at, lineEnd(text, at));
    if (!isComment(line) || leadingSpaces(line) <= column) break;
    good = lineEnd(text, at);
  }
  return good;
}

/** The author sets each of them apart by an empty line. One such line with a comment may be there for the comment. */
function isSpaced(pen: Pen, { children }: OutlineCollection): boolean {
  const { text, template } = pen.outline;
  if (template !== undefined || children.length < 2) return false;
  const gaps = children.slice(1).map((next, index) => text.slice(children[index]?.end, next.start));
  return gaps.every((gap) => /\n[ \t]*\r?\n/.test(gap) && (gaps.length > 1 || !gap.includes("#")));
}

type Part = (spread?: Spread) => string;

function insertFlow(pen: Pen, collection: OutlineCollection, parts: readonly Part[], hand: Hand): undefined {
  const { text, template } = pen.outline;
  if (template?.touches(collection.start, collection.end) === true) return pen.refuse("template");
  const last = collection.children.at(-1);
  if (last === undefined) return pen.refuse("flow");
  const before = collection.children.at(-2)?.end ?? collection.start + 1;
  if (!text.slice(before, last.start).includes("\n")) {
    const gap = comma(text, before, last.start) ?? hand.afterComma;
    return pen.write(last.end, last.end, parts.map((part) => `,${gap}${part()}`).join(""));
  }
  const line = text.slice(lineStart(text, last.start), last.start);
  const spread = { indent: indentOf(line), lineBreak: pen.lineBreak(last.start) };
  const lead = spread.lineBreak + spread.indent;
  const written = parts.map((part) => lead + part(spread));
  const trailing = /^\s*,/.exec(text.slice(last.end))?.[0].length;
  const behind = last.end + (trailing ?? 0);
  const stop = lineEnd(text, behind);
  const at = isBlankOrComment(text.slice(behind, stop)) ? stop : behind;
  if (trailing === undefined) pen.write(last.end, last.end, ",");
  pen.write(at, at, trailing === undefined ? written.join(",") : written.map((it) => `${it},`).join(""));
}

/** The white space that the author leaves behind a comma. */
function comma(text: string, from: number, to: number): string | undefined {
  return /^\s*,([ \t]*)$/.exec(text.slice(from, to))?.[1];
}
