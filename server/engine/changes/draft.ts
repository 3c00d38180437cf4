/** UTF-16 offsets in the text it is made for. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What the text now consists of: stretches of the original, and insertions, which have a text of their own. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string | undefined;
}

/** A text that is edited step by step and remembers what is left of the original, so that no diff has to be made. */
export class Draft {
  readonly #original: string;
  #pieces: readonly Piece[];
  #text: string;

  constructor(original: string) {
    this.#original = original;
    this.#text = original;
    this.#pieces = [{ start: 0, end: original.length, text: undefined }];
  }

  get text(): string {
    return this.#text;
  }

  /** Offsets are those of the text as it is now. */
  splice({ start, end, text }: Splice): void {
    const before = cut(this.#pieces, 0, start);
    const after = cut(this.#pieces, end, this.#text.length);
    this.#pieces = text === "" ? [...before, ...after] : [...before, { start: 0, end: text.length, text }, ...after];
    this.#text = this.#text.slice(0, start) + text + this.#text.slice(end);
  }

  /** Disjoint and sorted, in offsets of the original. */
  changes(): Splice[] {
    const changes: Splice[] = [];
    let at = 0;
    let inserted = "";
    const close = (start: number): void => {
      const change = trim(this.#original, { start: at, end: start, text: inserted });
      if (change.end > change.start || change.text !== "") changes.push(change);
      inserted = "";
    };
    for (const piece of this.#pieces) {
      if (piece.text !== undefined) {
        inserted += piece.text.slice(piece.start, piece.end);
      } else if (piece.end > piece.start) {
        close(piece.start);
        at = piece.end;
      }
    }
    close(this.#original.length);
    return changes;
  }
}

/** The pieces, or parts of them, that make up a range of the text. */
function cut(pieces: readonly Piece[], from: number, to: number): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const length = piece.end - piece.start;
    const start = Math.max(from - at, 0);
    const end = Math.min(to - at, length);
    if (start < end) found.push({ start: piece.start + start, end: piece.start + end, text: piece.text });
    at += length;
  }
  return found;
}

/** Leaves out what a replacement has in common with what it replaces; whole words and line breaks stay whole. */
function trim(original: string, { start, end, text }: Splice): Splice {
  const old = original.slice(start, end);
  const limit = Math.min(old.length, text.length);
  let front = 0;
  while (front < limit && old[front] === text[front]) front++;
  while (front > 0 && (splits(old, front) || splits(text, front))) front--;
  let back = 0;
  while (back < limit - front && old[old.length - 1 - back] === text[text.length - 1 - back]) back++;
  while (back > 0 && (splits(old, old.length - back) || splits(text, text.length - back))) back--;
  return { start: start + front, end: end - back, text: text.slice(front, text.length - back) };
}

function splits(text: string, at: number): boolean {
  const pair = text.slice(Math.max(at - 1, 0), at + 1);
  return (
    pair.length === 2 && (pair === "\r\n" || /^(?:[^\s"'`,:;{}[\]()]{2}|[\ud800-\udbff][\udc00-\udfff])$/.test(pair))
  );
}
