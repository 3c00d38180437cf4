import type { Action } from "./actions.ts";

/** An action that stands on a line of its own and prints content there. */
export interface Standing {
  readonly action: Action;
  /** The column at which its content comes to stand. */
  readonly indent: number;
}

/** The source of a block scalar with its header, as told by indentation alone. */
export interface BlockRegion {
  readonly start: number;
  readonly end: number;
}

export interface Masked {
  /** Of the same length and with the same line breaks, and no template action in it. */
  readonly text: string;
  readonly standing: readonly Standing[];
  /** Only those that hold an action. */
  readonly blocks: readonly BlockRegion[];
}

interface Line {
  readonly start: number;
  /** Without the line break. */
  readonly end: number;
  readonly actions: readonly Action[];
  /** The line with spaces for its actions. */
  readonly rest: string;
  /** Where other text than actions begins in `rest`, and where it ends before a comment. */
  readonly from: number;
  readonly to: number;
  /** Nothing but actions on it. */
  readonly bare: boolean;
  /** The block scalar that the line is in. */
  block: Block | undefined;
  header: boolean;
}

interface Block {
  readonly header: number;
  readonly lastLine: number;
  readonly indent: number;
}

/** The end of a line is enough to tell a header. */
const HEADER_LENGTH = 200;

const BLOCK_HEADER = /(?:^|[\s:-])(?:[&!]\S*\s+)*[|>][-+0-9]*\s*(?:#.*)?$/;

/**
 * Puts neutral text in place of every action. A line of nothing but actions becomes empty, since an empty line means
 * nothing anywhere; an action amid other text becomes a word. `sparing` makes only those a word that print.
 */
export function mask(text: string, actions: readonly Action[], sparing: boolean): Masked {
  const lines = linesOf(text, actions);
  const blocks = markBlocks(text, lines);
  const standing: Standing[] = [];
  let behindBlock = false;
  const out = lines.map((line) => {
    if (!line.bare && line.rest.trim() !== "") behindBlock = line.block !== undefined || line.header;
    if (line.actions.length === 0) return text.slice(line.start, line.end);
    if (!line.bare) return maskInline(text, line, sparing);
    if (line.block !== undefined) return maskInBlock(line, line.block);
    for (const action of line.actions) {
      if (action.kind === "print" && action.start >= line.start)
        standing.push({ action, indent: indentOf(text, action, line) });
    }
    // Behind a block scalar a long empty line would be a line of it, and a comment is not.
    return behindBlock && line.rest !== "" ? `#${line.rest.slice(1)}` : line.rest;
  });
  return {
    text: out.map((line, at) => line + text.slice(lines[at]?.end, lines[at + 1]?.start ?? text.length)).join(""),
    standing,
    blocks: blocks
      .filter((block) => lines.slice(block.header, block.lastLine + 1).some((line) => line.actions.length > 0))
      .map((block) => ({ start: lines[block.header]?.start ?? 0, end: lines[block.lastLine]?.end ?? 0 })),
  };
}

function linesOf(text: string, actions: readonly Action[]): Line[] {
  const lines: Line[] = [];
  let next = 0;
  for (let start = 0; start < text.length; ) {
    const lineBreak = text.indexOf("\n", start);
    const last = lineBreak === -1 ? text.length : lineBreak;
    const end = last > start && text[last - 1] === "\r" ? last - 1 : last;
    const here: Action[] = [];
    while ((actions[next]?.end ?? text.length + 1) <= start) next++;
    for (let at = next; (actions[at]?.start ?? end) < end; at++) {
      const action = actions[at];
      if (action !== undefined) here.push(action);
    }
    const rest = here.length === 0 ? text.slice(start, end) : blanked(text, start, end, here);
    const comment = here.length === 0 ? -1 : rest.search(/(?<!\S)#/);
    const content = comment === -1 ? rest : rest.slice(0, comment);
    const to = content.trimEnd().length;
    const from = rest.length - rest.trimStart().length;
    // A comment before the first action makes all of the line a comment.
    const bare = to === 0 && here[0] !== undefined && here[0].start <= start + from;
    lines.push({ start, end, actions: here, rest, from, to, bare, block: undefined, header: false });
    start = last + 1;
  }
  return lines;
}

function blanked(text: string, start: number, end: number, actions: readonly Action[]): string {
  let rest = "";
  let at = start;
  for (const action of actions) {
    const from = Math.max(action.start, start);
    const to = Math.min(action.end, end);
    rest += text.slice(at, from) + " ".repeat(to - from);
    at = to;
  }
  return rest + text.slice(at, end);
}

/** Finds the block scalars, since a line inside one must not end it, whatever its own indentation. */
function markBlocks(text: string, lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    if (line === undefined || line.bare || !isHeader(line.rest)) continue;
    line.header = true;
    const block = blockFrom(text, lines, at);
    for (let inside = at + 1; inside <= block.lastLine; inside++) {
      const body = lines[inside];
      if (body !== undefined) body.block = block;
    }
    blocks.push(block);
    at = block.lastLine;
  }
  return blocks;
}

function isHeader(line: string): boolean {
  return BLOCK_HEADER.test(line.slice(-HEADER_LENGTH)) && !line.trimStart().startsWith("#");
}

function blockFrom(text: string, lines: readonly Line[], header: number): Block {
  const parent = parentIndent(lines[header]?.rest ?? "");
  let lastLine = header;
  let indent = Number.POSITIVE_INFINITY;
  let printed = Number.POSITIVE_INFINITY;
  for (let at = header + 1; at < lines.length; at++) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.bare) {
      const print = line.actions.find((action) => action.kind === "print");
      if (print === undefined) continue;
      const printedAt = indentOf(text, print, line);
      // The only content of a block scalar belongs to it, whatever its indentation.
      if (printedAt <= parent && lastLine > header) break;
      printed = Math.min(printed, printedAt);
      lastLine = at;
    } else if (line.rest.trim() !== "") {
      const written = leading(line);
      if (written <= parent) break;
      indent = Math.min(indent, written);
      lastLine = at;
    }
  }
  if (indent === Number.POSITIVE_INFINITY) indent = Math.max(parent + 1, Number.isFinite(printed) ? printed : 0);
  return { header, lastLine, indent };
}

/** The column that the lines of a block scalar have to be beyond. */
function parentIndent(header: string): number {
  const prefix = /^\s*(?:- +)*/.exec(header)?.[0] ?? "";
  const isItem = /^[|>&!]/.test(header.slice(prefix.length)) && prefix.trim() !== "";
  return isItem ? prefix.trimEnd().length - 1 : prefix.length;
}

function leading(line: Line): number {
  const first = line.actions[0];
  const written = /^\s*/.exec(line.rest)?.[0].length ?? 0;
  return first === undefined ? written : Math.min(written, Math.max(0, first.start - line.start));
}

/** Content at the block's own indentation; a line too short for that is an empty one. */
function maskInBlock(line: Line, block: Block): string {
  const width = line.end - line.start;
  return width > block.indent ? " ".repeat(block.indent) + "x".repeat(width - block.indent) : " ".repeat(width);
}

function maskInline(text: string, line: Line, sparing: boolean): string {
  let masked = "";
  let at = line.start;
  for (const action of line.actions) {
    const from = Math.max(action.start, line.start);
    const to = Math.min(action.end, line.end);
    const silent = action.kind !== "print" && (sparing || isTrailing(text, line, from, to));
    // The first line of an action stands for it; the others are empty, as the rest of a plain scalar may be.
    masked += text.slice(at, from) + (silent || action.start < line.start ? " " : "x").repeat(to - from);
    at = to;
  }
  return masked + text.slice(at, line.end);
}

/** Set apart at the end of a line it is no part of the value before it, and behind a closing quote it cannot be. */
function isTrailing(text: string, line: Line, from: number, to: number): boolean {
  return /[\s"']/.test(text[from - 1] ?? "") && to - line.start > line.to && from - line.start > line.from;
}

/** The column at which what an action prints comes to stand: charts say so with `indent` and `nindent`. */
function indentOf(text: string, action: Action, line: Line): number {
  const column = Math.max(0, action.start - line.start);
  const source = text.slice(action.start, action.end);
  const absolute = lastNumber(source, /\bnindent\s+\(?(\d+)/g);
  if (absolute !== undefined) return absolute;
  return column + (lastNumber(source, /\bindent\s+\(?(\d+)/g) ?? 0);
}

function lastNumber(source: string, pattern: RegExp): number | undefined {
  let last: number | undefined;
  for (const match of source.matchAll(pattern)) last = Number(match[1]);
  return last;
}
