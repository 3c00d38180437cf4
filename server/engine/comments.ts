/** Comments that speak to us, `# kmm-ignore …` and its kin, with the lines they are about. */
import type { Range, SourceDocument, SourceFile } from "./source.ts";
import { lineStarts, positionAt } from "./tree/lines.ts";
import type { Tree } from "./tree/tree.ts";

export interface Comment {
  /** `kmm-ignore`, `kmm-ignore-file`, … */
  readonly word: string;
  readonly line: number;
  readonly ids: readonly string[];
  readonly idRanges: readonly Range[];
  readonly reason: string;
  /** From the word to the end of the comment's text. */
  readonly range: Range;
  /** The comment's own line when something else stands on it, else the next line that holds more than a comment. */
  readonly appliesTo: number;
  readonly nextLine: number;
}

const MARK = "kmm-ignore";

/** Nobody writes more of them in one file. */
const MAX_COMMENTS = 1_000;

/** So far above the word may a comment of several lines begin. */
const LOOK_BACK = 200;

/** All comments of a file that begin with the word, in order. */
export function commentsOf(file: SourceFile): readonly Comment[] {
  const { text } = file;
  const starts = lineStarts(text);
  const found: Written[] = [];
  for (let at = text.indexOf(MARK); at >= 0 && found.length < MAX_COMMENTS; at = text.indexOf(MARK, at + MARK.length)) {
    const written = writtenAt(text, at, starts);
    if (written !== undefined) found.push(written);
  }
  const inText = insideScalars(file, found);
  return found.filter((written) => !inText.has(written)).map((written) => commentOf(text, starts, written));
}

/** What looks like a comment, by the text around it alone. */
interface Written {
  readonly word: string;
  /** Where the word starts, and where the comment's text ends. */
  readonly start: number;
  readonly end: number;
  /** The line of the word; the lines on which the whole comment starts and ends. */
  readonly line: number;
  readonly lastLine: number;
  /** Nothing else stands on its lines. */
  readonly alone: boolean;
  readonly opener: Opener;
  /** Opened by a template engine, which takes it out before there is any YAML. */
  readonly template: boolean;
}

type Opener = "#" | "//" | "/*" | "<!--";

const OPENING = /(^|\s|\{\{-?\s*)(#+|\/\/+|\/\*+|<!--)[ \t]*$/;
const OPENING_ABOVE = /(^|\n)([ \t]*)(\{\{-?\s*)?\/\*+\s*$/;

function writtenAt(text: string, start: number, starts: readonly number[]): Written | undefined {
  const word = /kmm-ignore(-[\w-]*)?(?!\w)/y;
  word.lastIndex = start;
  const name = word.exec(text)?.[0];
  if (name === undefined) return undefined;
  const line = positionAt(starts, start).line;
  const lineStart = starts[line] ?? 0;
  const lineEnd = endOfLine(text, starts, line);
  const before = text.slice(Math.max(lineStart, start - LOOK_BACK), start);
  const opening = OPENING.exec(before);
  const above =
    opening === null && before.trim() === ""
      ? OPENING_ABOVE.exec(text.slice(Math.max(0, start - LOOK_BACK), start))
      : null;
  if (opening === null && above === null) return undefined;
  const opener = above === null ? openerOf(opening?.[2] ?? "#") : "/*";
  const head = opening === null ? "" : before.slice(0, opening.index);
  const template = (opening?.[1] ?? above?.[3] ?? "").startsWith("{{") || /\{\{-?\s*\/\*\s*$/.test(head);
  const close = closeOf(text, start, template ? "/*" : opener, lineEnd);
  const lastLine = positionAt(starts, close).line;
  const tail = text.slice(close, endOfLine(text, starts, lastLine)).replace(/^(\*\/\s*-?(\}\})?|-->)/, "");
  const alone = head.replace(/\{\{-?\s*\/\*\s*$/, "").trim() === "" && tail.trim() === "";
  return { word: name, start, end: Math.min(close, lineEnd), line, lastLine, alone, opener, template };
}

function openerOf(text: string): Opener {
  if (text.startsWith("#")) return "#";
  if (text.startsWith("<")) return "<!--";
  return text.startsWith("/*") ? "/*" : "//";
}

/** Where the comment's text ends: at its closing sign, else with the line. */
function closeOf(text: string, start: number, opener: Opener, lineEnd: number): number {
  if (opener === "#" || opener === "//") return lineEnd;
  const close = text.indexOf(opener === "/*" ? "*/" : "-->", start);
  return close < 0 ? lineEnd : close;
}

function endOfLine(text: string, starts: readonly number[], line: number): number {
  let end = starts[line + 1] ?? text.length;
  while (end > (starts[line] ?? 0) && (text[end - 1] === "\n" || text[end - 1] === "\r")) end--;
  return end;
}

function commentOf(text: string, starts: readonly number[], written: Written): Comment {
  const { word, start, end, line, lastLine, alone } = written;
  const rangeOf = (from: number, to: number): Range => ({
    start: positionAt(starts, from),
    end: positionAt(starts, to),
  });
  const body = start + word.length;
  const rest = text.slice(body, end);
  const { head, reason } = partsOf(rest);
  const ids = [...head.matchAll(/[^\s,]+/g)];
  const stop = start + text.slice(start, end).trimEnd().length;
  const nextLine = contentBelow(text, starts, lastLine);
  return {
    word,
    line,
    ids: ids.map(([id]) => id),
    idRanges: ids.map((match) => rangeOf(body + match.index, body + match.index + match[0].length)),
    reason,
    range: rangeOf(start, stop),
    appliesTo: alone ? nextLine : line,
    nextLine,
  };
}

/** `a/b, c/d: reason`. Without a colon, what follows the ids is the reason. */
function partsOf(rest: string): { readonly head: string; readonly reason: string } {
  const colon = rest.indexOf(":");
  if (colon >= 0) return { head: rest.slice(0, colon), reason: rest.slice(colon + 1).trim() };
  const ids = /^[\s,]*[^\s,]+([\s,]+[\w.-]+\/[\w.-]+(?=[\s,]|$))*/.exec(rest)?.[0] ?? "";
  return { head: ids, reason: rest.slice(ids.length).trim() };
}

const COMMENT_LINE = /^\s*(#|\/\/|\{\{-?\s*\/\*.*\*\/\s*-?\}\}\s*$)/;

/** The first line below that is more than a comment, so that several comments can stand above one line. */
function contentBelow(text: string, starts: readonly number[], line: number): number {
  let below = line + 1;
  const limit = Math.min(starts.length, below + MAX_COMMENTS);
  while (below < limit && COMMENT_LINE.test(text.slice(starts[below], endOfLine(text, starts, below)))) below++;
  return below;
}

/** Those that stand in a string or a block of text, where a hash sign opens no comment. */
function insideScalars(file: SourceFile, found: readonly Written[]): ReadonlySet<Written> {
  const inside = new Set<Written>();
  const byDocument = new Map<SourceDocument, { readonly offset: number; readonly written: Written }[]>();
  for (const written of found) {
    const at = file.at({ line: written.line, character: 0 });
    if (at === undefined) continue;
    const start = file.starts[file.indexOf(at.document)]?.offset ?? 0;
    const spot = { offset: written.start - start, written };
    const spots = byDocument.get(at.document);
    if (spots === undefined) byDocument.set(at.document, [spot]);
    else spots.push(spot);
  }
  for (const [document, spots] of byDocument) {
    const tree = document.tree();
    // A file that is no YAML has comments of its own kinds, of which only the signs are known.
    if (tree === undefined) continue;
    const ranges = scalarRanges(
      document.text,
      tree,
      spots.map((spot) => spot.offset),
    );
    for (const { offset, written } of spots) {
      if (written.template && document.templated) continue;
      if (written.opener !== "#" || ranges.some(([from, to]) => from <= offset && offset < to)) inside.add(written);
    }
  }
  return inside;
}

/** The ranges of scalars and keys that hold one of the offsets; a block of text begins below its header. */
function scalarRanges(text: string, root: Tree, offsets: readonly number[]): readonly (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  const sorted = [...offsets].sort((a, b) => a - b);
  const seen = new Set<object>();
  const waiting: Tree[] = [root];
  const add = (from: number, to: number): void => {
    if (holdsAny(sorted, from, to)) ranges.push([from, to]);
  };
  for (let tree = waiting.pop(); tree !== undefined; tree = waiting.pop()) {
    if (tree.kind === "scalar") {
      const block = tree.style === "literal" || tree.style === "folded";
      const header = block ? text.indexOf("\n", tree.start) : tree.start;
      if (header >= 0) add(header, tree.end);
      continue;
    }
    const children = tree.kind === "map" ? tree.entries : tree.items;
    // Aliases share what they stand for.
    if (seen.has(children)) continue;
    seen.add(children);
    if (tree.kind === "list") {
      for (const item of tree.items) waiting.push(item);
    } else {
      for (const entry of tree.entries) {
        add(entry.keyStart, entry.keyEnd);
        waiting.push(entry.value);
      }
    }
  }
  return ranges;
}

/** Binary search: this is asked of every scalar of a document. */
function holdsAny(sorted: readonly number[], from: number, to: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low < sorted.length && (sorted[low] ?? 0) < to;
}
