import type { Json } from "../../../model/edit.ts";
import type { Outline, OutlineCollection, OutlineMap, OutlineNode } from "./outline.ts";
import type { Quote, ScalarValue } from "./scalars.ts";
import { literalHeader, scalarText } from "./scalars.ts";

/** The author's way of writing. */
export interface Hand {
  /** By how much a nested map is indented. */
  readonly step: number;
  /** By how much the dashes of a list are indented under its key. */
  readonly lists: number;
  readonly quote: Quote;
  readonly quoteStrings: boolean;
  readonly quoteKeys: boolean;
  /** What follows a colon and a comma in brackets. */
  readonly afterColon: string;
  readonly afterComma: string;
}

export type JsonMap = { readonly [key: string]: Json };

export function isJsonMap(value: Json): value is JsonMap {
  return typeof value === "object" && value !== null && !isJsonList(value);
}

export function isJsonList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Learns from the document, and where it shows nothing, from the rest of its file. */
export function handOf(outline: Outline, file: string): Hand {
  const steps = new Map<number, number>();
  const lists = new Map<number, number>();
  const quotes = new Map<Quote, number>();
  study(outline.root, { steps, lists, quotes });
  const lines = steps.size === 0 || lists.size === 0 ? studyLines(file) : undefined;
  return {
    step: mostCommon(steps) ?? lines?.step ?? 2,
    lists: mostCommon(lists) ?? lines?.lists ?? 2,
    quote: mostCommon(quotes) ?? '"',
    quoteStrings: false,
    quoteKeys: false,
    afterColon: " ",
    afterComma: " ",
  };
}

/** The way of writing in one collection, which may differ from the document's: JSON, or a list of quoted strings. */
export function handIn(hand: Hand, collection: OutlineCollection): Hand {
  const quote = commonQuote(collection);
  if (collection.kind === "list") {
    return quote === undefined ? hand : { ...hand, quote, quoteStrings: true };
  }
  const last = collection.children.at(-1);
  if (last === undefined || !collection.children.every((it) => quoteOf(it.keyStyle) !== undefined)) return hand;
  const isJson = collection.flow && collection.children.every((it) => it.keyStyle === "double");
  if (!isJson) return { ...hand, quoteKeys: true };
  const dense = last.mark !== -1 && last.value.start === last.mark + 1;
  const gap = dense ? "" : " ";
  return { ...hand, quote: '"', quoteStrings: true, quoteKeys: true, afterColon: gap, afterComma: gap };
}

function commonQuote(collection: OutlineCollection): Quote | undefined {
  if (collection.kind === "map") return undefined;
  let common: Quote | undefined;
  for (const { value } of collection.children) {
    const quote = value.kind === "scalar" ? quoteOf(value.style) : undefined;
    if (quote === undefined || (common !== undefined && quote !== common)) return undefined;
    common = quote;
  }
  return common;
}

function quoteOf(style: string): Quote | undefined {
  return style === "double" ? '"' : style === "single" ? "'" : undefined;
}

interface Studied {
  readonly steps: Map<number, number>;
  readonly lists: Map<number, number>;
  readonly quotes: Map<Quote, number>;
}

function study(node: OutlineNode | undefined, found: Studied): void {
  if (node === undefined || node.kind === "alias") return;
  if (node.kind === "scalar") {
    const quote = quoteOf(node.style);
    if (quote !== undefined) count(found.quotes, quote);
    return;
  }
  if (node.kind === "map" && !node.flow) studySteps(node, found);
  for (const child of node.children) study(child.value, found);
}

function studySteps(map: OutlineMap, found: Studied): void {
  for (const { value } of map.children) {
    if (value.kind === "map" && !value.flow && value.column > map.column) count(found.steps, value.column - map.column);
    if (value.kind === "list" && !value.flow) count(found.lists, value.column - map.column);
  }
}

/** Indentation as far as lines show it by themselves. */
function studyLines(text: string): { readonly step: number | undefined; readonly lists: number | undefined } {
  const steps = new Map<number, number>();
  const lists = new Map<number, number>();
  let opened: number | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, spaces = "", dash = "", rest = ""] = /^( *)((?:- +)?)(.*)$/.exec(line) ?? [];
    if (rest.trim() === "" || rest.startsWith("#")) continue;
    if (opened !== undefined) {
      const diff = spaces.length - opened;
      if (dash !== "" && diff >= 0) count(lists, diff);
      else if (dash === "" && diff > 0) count(steps, diff);
    }
    opened = /^[\w./-]+:\s*$/.test(rest) ? spaces.length + dash.length : undefined;
  }
  return { step: mostCommon(steps), lists: mostCommon(lists) };
}

function count<T>(counts: Map<T, number>, value: T): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

function mostCommon<T>(counts: ReadonlyMap<T, number>): T | undefined {
  let best: T | undefined;
  for (const [value, times] of counts) if (best === undefined || times > (counts.get(best) ?? 0)) best = value;
  return best;
}

/** What stands behind a colon or a dash: the rest of its line, and the lines below it. */
export interface Block {
  readonly inline: string;
  readonly lines: readonly string[];
}

/** The value of a key that stands at `column`. */
export function entryBlock(value: Json, column: number, hand: Hand): Block {
  if (isJsonList(value) && value.length > 0) {
    return { inline: "", lines: value.flatMap((item) => itemLines(item, column + hand.lists, hand)) };
  }
  if (isJsonMap(value) && Object.keys(value).length > 0) {
    return { inline: "", lines: mapLines(value, column + hand.step, hand) };
  }
  return leafBlock(value, column + hand.step, hand);
}

/** The value of an item whose content starts at `column`. */
export function itemBlock(value: Json, column: number, hand: Hand): Block {
  let lines: readonly string[] = [];
  if (isJsonList(value)) lines = value.flatMap((item) => itemLines(item, column, hand));
  else if (isJsonMap(value)) lines = mapLines(value, column, hand);
  const [first, ...rest] = lines;
  return first === undefined ? leafBlock(value, column, hand) : { inline: first.slice(column), lines: rest };
}

function leafBlock(value: Json, column: number, hand: Hand): Block {
  if (typeof value !== "string" || hand.quoteStrings) return { inline: flowText(value, hand, false), lines: [] };
  const header = literalHeader(value);
  if (header === undefined) return { inline: flowText(value, hand, false), lines: [] };
  const lines = value.replace(/\n$/, "").split("\n");
  return { inline: header, lines: lines.map((line) => (line === "" ? "" : " ".repeat(column) + line)) };
}

export function mapLines(value: JsonMap, column: number, hand: Hand): string[] {
  return Object.entries(value).flatMap(([key, child]) => entryLines(key, child, column, hand));
}

export function entryLines(key: string, value: Json, column: number, hand: Hand): string[] {
  const { inline, lines } = entryBlock(value, column, hand);
  const head = `${" ".repeat(column)}${keyText(key, hand, false)}:`;
  return [inline === "" ? head : `${head} ${inline}`, ...lines];
}

/** `gap` is what stands between the dash and its content. */
export function itemLines(value: Json, column: number, hand: Hand, gap = 1): string[] {
  const { inline, lines } = itemBlock(value, column + 1 + gap, hand);
  return [`${" ".repeat(column)}-${" ".repeat(gap)}${inline}`, ...lines];
}

function keyText(key: string, hand: Hand, flow: boolean): string {
  return scalarText(key, { flow, quote: hand.quote, quoteStrings: hand.quoteKeys });
}

/** How brackets that span lines are laid out: `column` is that of the line that opens them. */
export interface Spread {
  /** White space in front of the lines, as the author wrote it: tabs stay tabs. */
  readonly indent: string;
  readonly lineBreak: string;
}

/** In brackets, on one line unless `spread` says how to use several. */
export function flowText(value: Json, hand: Hand, flow = true, spread?: Spread): string {
  if (isJsonList(value))
    return brackets(
      "[",
      value.map((it) => (inner) => flowText(it, hand, true, inner)),
      "]",
      hand,
      spread,
    );
  if (!isJsonMap(value)) return scalarText(value as ScalarValue, { ...hand, flow });
  const pairs = Object.entries(value).map(
    ([key, it]) =>
      (inner: Spread | undefined) =>
        flowPair(key, it, hand, inner),
  );
  return brackets("{", pairs, "}", hand, spread);
}

export function flowPair(key: string, value: Json, hand: Hand, spread?: Spread): string {
  return `${keyText(key, hand, true)}:${hand.afterColon}${flowText(value, hand, true, spread)}`;
}

type Part = (spread: Spread | undefined) => string;

function brackets(open: string, parts: readonly Part[], close: string, hand: Hand, spread: Spread | undefined): string {
  if (parts.length === 0) return open + close;
  if (spread === undefined) return open + parts.map((part) => part(undefined)).join(`,${hand.afterComma}`) + close;
  const step = spread.indent.startsWith("\t") ? "\t" : " ".repeat(hand.step);
  const inner = { ...spread, indent: spread.indent + step };
  const lead = spread.lineBreak + inner.indent;
  return `${open}${parts.map((part) => lead + part(inner)).join(",")}${spread.lineBreak}${spread.indent}${close}`;
}
