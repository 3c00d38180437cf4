import type { ScalarTree } from "./tree.ts";

/** Where one decoded character comes from: its first offset in the source and the one behind it. */
type Found = (start: number, end: number) => void;

const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * The source range of a part of a scalar's decoded text, so that one command of a script or the tag of an image can
 * be underlined. What cannot be traced back has the range of the whole scalar.
 */
export function spanOf(text: string, scalar: ScalarTree, from: number, to: number): [number, number] {
  const whole: [number, number] = [scalar.start, scalar.end];
  const last = Math.min(to, scalar.text.length);
  const first = Math.max(0, Math.min(from, last));
  if (scalar.text === "") return whole;

  const inner = scalar.style === "single" || scalar.style === "double" ? scalar.start + 1 : scalar.start;
  if (text.startsWith(scalar.text, inner) && isVerbatim(scalar, inner)) return [inner + first, inner + last];

  const starts: number[] = [];
  const ends: number[] = [];
  trace(text, scalar, last, (start, end) => {
    starts.push(start);
    ends.push(end);
  });
  if (starts.length < last) return whole;
  const start = starts[first] ?? ends[first - 1];
  const end = last > first ? ends[last - 1] : start;
  return start === undefined || end === undefined ? whole : [start, Math.max(start, end)];
}

function isVerbatim(scalar: ScalarTree, inner: number): boolean {
  const quotes = 2 * (inner - scalar.start);
  return scalar.end - scalar.start === scalar.text.length + quotes;
}

/** Tells where each of the first `count` decoded characters comes from, as far as that can be made out. */
function trace(text: string, scalar: ScalarTree, count: number, found: Found): void {
  if (scalar.style === "literal") traceLiteral(text, scalar, count, found);
  else if (scalar.style === "folded") traceFolded(text, scalar, count, found);
  else traceFlow(text, scalar, count, found);
}

/** Plain and quoted scalars: line breaks fold, and the quoted ones have their escapes. */
function traceFlow(text: string, { start, end, style }: ScalarTree, count: number, found: Found): void {
  let at = style === "plain" ? start : start + 1;
  const limit = style === "plain" ? end : end - 1;
  for (let done = 0; done < count && at < limit; ) {
    const char = text[at];
    if (style === "single" && char === "'") {
      found(at, at + 2);
      at += 2;
      done++;
    } else if (style === "double" && char === "\\") {
      const next = escapeEnd(text, at, limit);
      if (isBreak(text[at + 1])) {
        at = next;
        continue;
      }
      // An escape beyond the basic plane stands for two units of decoded text.
      const units = text[at + 1] === "U" && Number.parseInt(text.slice(at + 2, next), 16) > 0xffff ? 2 : 1;
      for (let unit = 0; unit < units; unit++) found(at, next);
      done += units;
      at = next;
    } else {
      const next = blankEnd(text, at, limit);
      const breaks = next === at ? [] : breaksIn(text, at, next);
      if (breaks.length === 0) {
        found(at, at + 1);
        at++;
        done++;
      } else {
        for (const place of breaks.length === 1 ? breaks : breaks.slice(1)) found(place, place + 1);
        done += Math.max(1, breaks.length - 1);
        at = next;
      }
    }
  }
}

function escapeEnd(text: string, at: number, limit: number): number {
  const kind = text[at + 1] ?? "";
  if (isBreak(kind)) return blankEnd(text, at + 1, limit);
  return Math.min(at + 2 + (HEX_DIGITS[kind] ?? 0), limit);
}

function blankEnd(text: string, at: number, limit: number): number {
  let end = at;
  while (end < limit && isBlank(text[end])) end++;
  return end;
}

function breaksIn(text: string, from: number, to: number): number[] {
  const breaks: number[] = [];
  for (let at = from; at < to; at++) if (text[at] === "\n") breaks.push(at);
  return breaks;
}

/** Each line of the decoded text is a line of the source less its indentation. */
function traceLiteral(text: string, scalar: ScalarTree, count: number, found: Found): void {
  let at = lineEnd(text, scalar.start) + 1;
  let done = 0;
  for (const line of scalar.text.split("\n")) {
    if (done >= count || at > text.length) return;
    const end = lineEnd(text, at);
    const contentEnd = text[end - 1] === "\r" && end > at ? end - 1 : end;
    const begin = Math.max(at, contentEnd - line.length);
    if (text.slice(begin, contentEnd) !== line) return;
    for (let index = 0; index < line.length; index++) found(begin + index, begin + index + 1);
    found(contentEnd, contentEnd + 1);
    done += line.length + 1;
    at = end + 1;
  }
}

/** Lines of the source are joined by a space or by fewer breaks than there are; words are found one after another. */
function traceFolded(text: string, scalar: ScalarTree, count: number, found: Found): void {
  const body = lineEnd(text, scalar.start) + 1;
  const indent = foldedIndent(text, body, scalar.text);
  let at = skipIndent(text, body, indent);
  for (let done = 0; done < count; ) {
    const char = scalar.text[done];
    const source = text[at];
    if (source === undefined || char === undefined) return;
    if (source === "\r") {
      at++;
    } else if (source === "\n") {
      if (char === " " || char === "\n") {
        found(at, at + 1);
        done++;
      }
      at = skipIndent(text, at + 1, indent);
    } else if (source === char) {
      found(at, at + 1);
      done++;
      at++;
    } else if (char === "\n" && isBlank(source)) {
      at++;
    } else {
      return;
    }
  }
}

function foldedIndent(text: string, body: number, decoded: string): number {
  let at = body;
  while (at < text.length && text.slice(at, lineEnd(text, at)).trim() === "") at = lineEnd(text, at) + 1;
  const written = /^ */.exec(text.slice(at, lineEnd(text, at)))?.[0].length ?? 0;
  const kept = /^\n*( *)/.exec(decoded)?.[1]?.length ?? 0;
  return Math.max(0, written - kept);
}

function skipIndent(text: string, from: number, indent: number): number {
  let at = from;
  while (at < from + indent && text[at] === " ") at++;
  return at;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

function isBreak(char: string | undefined): boolean {
  return char === "\n" || char === "\r";
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t" || isBreak(char);
}
