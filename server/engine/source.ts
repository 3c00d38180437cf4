/** Text to documents, and places to ranges. Documents that did not change are the same objects after an edit. */
import type { DocumentRef, Place } from "../../model/edit.ts";
import type { ReadableDocument } from "./field.ts";
import { lineStarts, positionAt } from "./tree/lines.ts";
import { type PackedTree, pack, unpack } from "./tree/pack.ts";
import { parseDocumentText } from "./tree/parse.ts";
import { lookup } from "./tree/read.ts";
import { spanOf } from "./tree/spans.ts";
import { splitDocuments } from "./tree/split.ts";
import type { ParsedDocument, Problem, ScalarTree, Tree } from "./tree/tree.ts";

/** Zero-based line and UTF-16 character. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** How a file's text is to be read. */
export interface Reading {
  /** One YAML document per `---`, or the whole text as one document that has no tree. */
  readonly yaml: boolean;
  readonly yaml11: boolean;
  /** `auto`: template expressions are looked for; `never`: `{{ }}` is ordinary text. */
  readonly templated: "auto" | "never";
}

/**
 * One document's text, and its tree for as long as it is kept. When many others were read since, the tree's objects
 * are dropped and only its numbers are kept, from which it is made again when asked for.
 */
export class SourceDocument implements ReadableDocument {
  readonly uri: string;
  readonly text: string;
  readonly yaml11: boolean;
  readonly problems: readonly Problem[];
  readonly templated: boolean;
  /** A template condition encloses the whole document. */
  readonly conditional: boolean;
  readonly #reading: Reading;
  #tree: Tree | undefined;
  #packed: PackedTree | undefined;
  #held: boolean;

  constructor(uri: string, text: string, reading: Reading) {
    this.uri = uri;
    this.text = text;
    this.yaml11 = reading.yaml11;
    this.#reading = reading;
    const parsed = this.#parse();
    this.problems = parsed.problems;
    this.templated = parsed.templated;
    this.conditional = parsed.conditional === true;
    this.#tree = parsed.tree;
    this.#held = true;
    keepTree(this);
  }

  tree(): Tree | undefined {
    if (!this.#held) {
      this.#tree = this.#packed === undefined ? this.#parse().tree : unpack(this.#packed, this.text);
      this.#held = true;
      keepTree(this);
    }
    return this.#tree;
  }

  dropTree(): void {
    if (this.#tree !== undefined && this.#packed === undefined) this.#packed = pack(this.#tree, this.text);
    this.#tree = undefined;
    this.#held = false;
  }

  #parse(): ParsedDocument {
    if (!this.#reading.yaml) return { tree: undefined, problems: [], templated: false };
    return parseDocumentText(withoutSchemas(this.text), { tier: "fast", templated: this.#reading.templated });
  }
}

/**
 * The schemas of a CustomResourceDefinition are most of the bytes of many repositories, and nothing of it is looked at:
 * the document is read up to its `versions`. What was cut off keeps its place in the text.
 */
function withoutSchemas(text: string): string {
  if (text.length < 4_000 || !/^kind: CustomResourceDefinition\s*$/m.test(text)) return text;
  const cut = text.search(/^ {2}versions:/m);
  const kind = text.search(/^kind: CustomResourceDefinition/m);
  return cut > kind ? text.slice(0, cut) : text;
}

/** Documents whose trees are held, oldest first, and how much source text that is. */
const held: SourceDocument[] = [];
let heldText = 0;

/** Trees of about this much source text (UTF-16 units) are held at once; a tree takes about ten times its text. */
const HELD_TEXT_LIMIT = 8_000_000;

function keepTree(document: SourceDocument): void {
  held.push(document);
  heldText += document.text.length;
  if (heldText <= HELD_TEXT_LIMIT) return;
  let drop = 0;
  while (heldText > HELD_TEXT_LIMIT / 2 && drop < held.length - 1) {
    const oldest = held[drop++];
    if (oldest === undefined) break;
    heldText -= oldest.text.length;
    oldest.dropTree();
  }
  held.splice(0, drop);
}

/** Where a document starts in its file. */
export interface DocumentStart {
  readonly offset: number;
  readonly line: number;
}

/** One version of one file. Immutable. */
export class SourceFile {
  readonly uri: string;
  readonly version: number | undefined;
  readonly text: string;
  readonly documents: readonly SourceDocument[];
  readonly starts: readonly DocumentStart[];
  /** More documents than are read; the rest of the file is not looked at. */
  readonly truncated: boolean;
  #index: Map<DocumentRef, number> | undefined;

  constructor(uri: string, version: number | undefined, text: string, reading: Reading, previous?: SourceFile) {
    this.uri = uri;
    this.version = version;
    this.text = text;
    const chunks = reading.yaml ? splitDocuments(text) : [{ start: 0, end: text.length, line: 0 }];
    this.truncated = chunks.length > MAX_DOCUMENTS;
    const known = reusable(previous);
    const documents: SourceDocument[] = [];
    const starts: DocumentStart[] = [];
    for (const chunk of this.truncated ? chunks.slice(0, MAX_DOCUMENTS) : chunks) {
      const part = text.slice(chunk.start, chunk.end);
      documents.push(known.get(part)?.shift() ?? new SourceDocument(uri, part, reading));
      starts.push({ offset: chunk.start, line: chunk.line });
    }
    // Copies have the length that is needed, and most files hold one document.
    this.documents = documents.slice();
    this.starts = starts.slice();
  }

  indexOf(document: DocumentRef): number {
    this.#index ??= new Map(this.documents.map((one, index) => [one, index]));
    return this.#index.get(document) ?? -1;
  }

  /** The range of a place in this version of the file; the file's first character when the document is gone. */
  rangeOf(place: Place): Range {
    const index = this.indexOf(place.document);
    const document = this.documents[index];
    const start = this.starts[index];
    if (document === undefined || start === undefined)
      return { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const [first, last] = offsetsOf(document, place);
    const from = inside(first, document.text);
    const to = Math.max(from, inside(last, document.text));
    const lines = linesOf(document);
    return { start: shift(positionAt(lines, from), start), end: shift(positionAt(lines, to), start) };
  }

  /** The document that holds this line, with the offset of the position inside it. */
  at(position: Position): { document: SourceDocument; offset: number } | undefined {
    let found = -1;
    for (let index = 0; index < this.starts.length; index++) {
      if ((this.starts[index]?.line ?? 0) <= position.line) found = index;
      else break;
    }
    const document = this.documents[found];
    const start = this.starts[found];
    if (document === undefined || start === undefined) return undefined;
    const lineOffset = linesOf(document)[position.line - start.line];
    return lineOffset === undefined ? undefined : { document, offset: lineOffset + position.character };
  }
}

/** A file with more documents than this is read up to here. */
export const MAX_DOCUMENTS = 5_000;

/** A practice may point anywhere; what is shown is in the text. */
function inside(offset: number, text: string): number {
  return offset > 0 ? Math.min(Math.trunc(offset), text.length) : 0;
}

/** A document starts at the beginning of a line, so only lines shift. */
function shift(position: Position, start: DocumentStart): Position {
  return { line: position.line + start.line, character: position.character };
}

function reusable(previous: SourceFile | undefined): Map<string, SourceDocument[]> {
  const known = new Map<string, SourceDocument[]>();
  for (const document of previous?.documents ?? []) {
    const same = known.get(document.text);
    if (same === undefined) known.set(document.text, [document]);
    else same.push(document);
  }
  return known;
}

const lineCache = new WeakMap<SourceDocument, readonly number[]>();

function linesOf(document: SourceDocument): readonly number[] {
  let lines = lineCache.get(document);
  if (lines === undefined) {
    lines = lineStarts(document.text);
    lineCache.set(document, lines);
  }
  return lines;
}

/** Offsets in the document's text of the smallest token that stands for the place. */
export function offsetsOf(document: SourceDocument, place: Place): readonly [number, number] {
  const root = document.tree();
  if (root === undefined) return place.span ?? firstLine(document.text);
  // Without a path a part of the text itself is meant: where the syntax is wrong, for one.
  if (place.path.length === 0 && place.span !== undefined && root.kind !== "scalar") return place.span;
  let node: Tree = root;
  let key: readonly [number, number] | undefined;
  for (const step of place.path) {
    const next: { node: Tree; key: readonly [number, number] | undefined } | undefined = descend(node, step, key);
    if (next === undefined) return key ?? tokenOf(node);
    node = next.node;
    key = next.key;
  }
  if (place.onKey === true && key !== undefined) return key;
  if (node.kind === "scalar" && node.end > node.start)
    return place.span === undefined ? scalarRange(node) : spanOf(document.text, node, place.span[0], place.span[1]);
  return key ?? tokenOf(node);
}

/** From the first to the last character of what stands at a path; nothing where nothing does. */
export function extentOf(document: SourceDocument, path: readonly (string | number)[]): readonly [number, number] {
  let node = document.tree();
  for (const step of path) {
    if (node === undefined) return [0, 0];
    if (node.kind === "list" && typeof step === "number") node = node.items[step];
    else if (node.kind === "map" && typeof step === "string") node = lookup(node, step)?.value;
    else if (node.kind === "map" && typeof step === "number") node = node.entries[step]?.value;
    else return [0, 0];
  }
  return node === undefined ? [0, 0] : [node.start, node.end];
}

function descend(node: Tree, step: string | number, key: readonly [number, number] | undefined) {
  if (node.kind === "map" && typeof step === "string") {
    const entry = lookup(node, step);
    return entry === undefined ? undefined : { node: entry.value, key: [entry.keyStart, entry.keyEnd] as const };
  }
  // Where branches of a template repeat a key, an entry is meant by its place in the map.
  if (node.kind === "map" && typeof step === "number") {
    const entry = node.entries[step];
    return entry === undefined ? undefined : { node: entry.value, key: [entry.keyStart, entry.keyEnd] as const };
  }
  if (node.kind === "list" && typeof step === "number") {
    const item = node.items[step];
    return item === undefined ? undefined : { node: item, key: item.kind === "scalar" ? key : undefined };
  }
  return undefined;
}

/** A scalar of many lines is pointed at by its first. */
function scalarRange(scalar: ScalarTree): readonly [number, number] {
  return [scalar.start, scalar.end];
}

/** What stands for a whole object or item: its `name`, else its `kind`, else its first key. */
function tokenOf(node: Tree): readonly [number, number] {
  if (node.kind === "scalar") return [node.start, node.end];
  if (node.kind === "list") {
    const first = node.items[0];
    return first === undefined ? [node.start, node.end] : tokenOf(first);
  }
  for (const name of ["name", "kind"]) {
    const entry = lookup(node, name);
    if (entry?.value.kind === "scalar" && entry.value.unknown !== true && entry.value.end > entry.value.start)
      return [entry.value.start, entry.value.end];
  }
  const first = node.entries[0];
  return first === undefined ? [node.start, node.end] : [first.keyStart, first.keyEnd];
}

function firstLine(text: string): readonly [number, number] {
  const end = text.search(/[\r\n]/);
  return [0, end < 0 ? text.length : end];
}
