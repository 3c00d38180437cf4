/** One YAML document of a file, from its directives and leading comments on. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  /** The line of the file, counted from 0, on which it starts. */
  readonly line: number;
}

const NEWLINE = 10;
const DASHES = "---";
const DOTS = "...";

/**
 * Cuts a file into its documents, without parsing them. The chunk at an index is the document that YAML gives that
 * index; a file of nothing but comments has none. One pass over the line starts: this runs on every key stroke.
 */
export function splitDocuments(text: string): Chunk[] {
  const starts: number[] = [];
  const lines: number[] = [];
  // Before a document's first sign of life there are only comments, directives and empty lines, which belong to it.
  let waiting = true;
  let start = 0;
  let startLine = 0;
  const begin = (): void => {
    starts.push(start);
    lines.push(startLine);
    waiting = false;
  };

  let place = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let line = 0; place < text.length; line++) {
    const code = text.charCodeAt(place);
    if (code === 45 && isMarker(text, place, DASHES)) {
      if (!waiting) {
        start = place;
        startLine = line;
      }
      begin();
    } else if (code === 46 && isMarker(text, place, DOTS)) {
      // An end without a document ends an empty one.
      if (waiting) begin();
      const next = text.indexOf("\n", place);
      start = next === -1 ? text.length : next + 1;
      startLine = line + 1;
      waiting = true;
    } else if (waiting && isContent(text, place)) {
      begin();
    }
    const next = text.indexOf("\n", place);
    if (next === -1) break;
    place = next + 1;
  }
  return toChunks(text, starts, lines);
}

function toChunks(text: string, starts: readonly number[], lines: readonly number[]): Chunk[] {
  const countReturns = /\r(?!\n)/.test(text);
  let seen = 0;
  let returns = 0;
  return starts.map((start, index) => {
    if (countReturns) {
      returns += loneReturns(text, seen, start);
      seen = start;
    }
    return { start, end: starts[index + 1] ?? text.length, line: (lines[index] ?? 0) + returns };
  });
}

function isMarker(text: string, place: number, marker: string): boolean {
  if (!text.startsWith(marker, place)) return false;
  const code = text.charCodeAt(place + 3);
  return Number.isNaN(code) || code === NEWLINE || code === 32 || code === 13 || code === 9;
}

/** A line that is neither empty nor a comment nor a directive. */
function isContent(text: string, from: number): boolean {
  if (text.charCodeAt(from) === 37) return false;
  let place = from;
  for (;;) {
    const code = text.charCodeAt(place);
    if (code === 32 || code === 9 || (code === 13 && text.charCodeAt(place + 1) === NEWLINE)) place++;
    else return !(Number.isNaN(code) || code === NEWLINE || code === 35);
  }
}

/** Editors end a line at a carriage return that stands alone; YAML, as read here, does not. */
function loneReturns(text: string, from: number, to: number): number {
  let count = 0;
  for (let place = text.indexOf("\r", from); place !== -1 && place < to; place = text.indexOf("\r", place + 1)) {
    if (text.charCodeAt(place + 1) !== NEWLINE) count++;
  }
  return count;
}
