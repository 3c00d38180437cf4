import type { CST, Document, Pair, Scalar, YAMLMap, YAMLSeq, Node as YamlNode } from "yaml";
import { Composer, isAlias, isCollection, isMap, isPair, isScalar, isSeq, Parser } from "yaml";
import type { ScalarStyle } from "../tree/tree.ts";
import { maskedTexts, Template } from "./template.ts";
import { columnOf, lineEnd } from "./text.ts";

/** A document with all that an edit has to know of how it is written: columns, colons, dashes, anchors. */
export interface Outline {
  /** The text of the document as it stands in the file. */
  readonly source: string;
  /** As long as `source`, with neutral text for template actions: all that is asked about lines is asked of this. */
  readonly text: string;
  /** `undefined` for a document of nothing but comments. */
  readonly root: OutlineNode | undefined;
  readonly template: Template | undefined;
  /** What an anchor names; `undefined` when it is given twice. */
  readonly anchors: ReadonlyMap<string, OutlineNode | undefined>;
  /** Anchors that an alias stands for. */
  readonly aliased: ReadonlySet<string>;
}

export type OutlineNode = OutlineScalar | OutlineMap | OutlineList | OutlineAlias;
export type OutlineCollection = OutlineMap | OutlineList;

interface Base {
  readonly start: number;
  /** Behind the last character of content, in a block scalar that keeps its blank lines behind the last of them. */
  readonly end: number;
  readonly anchor: string | undefined;
  readonly tag: string | undefined;
}

export interface OutlineScalar extends Base {
  readonly kind: "scalar";
  /** Decoded, and not yet read as a number or a boolean. */
  readonly text: string;
  readonly style: ScalarStyle;
}

export interface OutlineMap extends Base {
  readonly kind: "map";
  readonly flow: boolean;
  readonly column: number;
  readonly children: readonly OutlineEntry[];
  /** Written in a way that is not edited: explicit keys, keys that are collections, a pair without brackets. */
  readonly odd: boolean;
}

export interface OutlineList extends Base {
  readonly kind: "list";
  readonly flow: boolean;
  /** That of the dashes. */
  readonly column: number;
  readonly children: readonly OutlineItem[];
}

export interface OutlineAlias extends Base {
  readonly kind: "alias";
  readonly name: string;
}

export interface OutlineEntry {
  readonly kind: "entry";
  readonly key: string;
  readonly keyStyle: ScalarStyle;
  readonly start: number;
  readonly keyEnd: number;
  readonly end: number;
  /** Offset of the colon; -1 when there is none. */
  readonly mark: number;
  readonly value: OutlineNode;
}

export interface OutlineItem {
  readonly kind: "item";
  readonly start: number;
  readonly end: number;
  /** Offset of the dash; -1 in brackets. */
  readonly mark: number;
  readonly value: OutlineNode;
}

export type OutlineResult =
  | { readonly ok: true; readonly outline: Outline }
  | { readonly ok: false; readonly why: "syntax" | "template" };

const OPTIONS = {
  schema: "failsafe",
  keepSourceTokens: true,
  uniqueKeys: false,
  prettyErrors: false,
  resolveKnownTags: false,
  logLevel: "silent",
} as const;

const MAX_DEPTH = 200;

const STYLES: Readonly<Record<Scalar.Type, ScalarStyle>> = {
  BLOCK_FOLDED: "folded",
  BLOCK_LITERAL: "literal",
  PLAIN: "plain",
  QUOTE_DOUBLE: "double",
  QUOTE_SINGLE: "single",
};

export function outlineOf(source: string): OutlineResult {
  // A carriage return on its own is a line break to editors and none to YAML: no line could be trusted.
  if (/\r(?!\n)|\0/.test(source)) return { ok: false, why: "syntax" };
  const template = Template.of(source);
  if (template === undefined) {
    const outline = read(source, source, undefined);
    return outline === undefined ? { ok: false, why: "syntax" } : { ok: true, outline };
  }
  if (template.foreign) return { ok: false, why: "template" };
  const plain = read(source, source, template);
  if (plain !== undefined && template.isInScalars(plain.root)) return { ok: true, outline: plain };
  for (const masked of maskedTexts(source, template)) {
    const outline = read(source, masked.text, template.withStanding(masked.standing));
    if (outline?.template?.isTorn(outline.root) === false && !template.joinsLines(masked.text))
      return { ok: true, outline };
  }
  return { ok: false, why: "template" };
}

function read(source: string, text: string, template: Template | undefined): Outline | undefined {
  try {
    const documents = [...new Composer(OPTIONS).compose(new Parser().parse(text))];
    if (documents.length > 1) return undefined;
    const reader = new Reader(text);
    const root = reader.document(documents[0]);
    const isDangling = [...reader.aliased].some((name) => !reader.anchors.has(name));
    if (reader.broken || isDangling) return undefined;
    return { source, text, root, template, anchors: reader.anchors, aliased: reader.aliased };
  } catch (error) {
    // `yaml` composes recursively: what is nested too deep for that is nothing we would edit.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class Reader {
  readonly anchors = new Map<string, OutlineNode | undefined>();
  readonly aliased = new Set<string>();
  broken = false;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  document(document: Document.Parsed | undefined): OutlineNode | undefined {
    if (document === undefined) return undefined;
    if (document.errors.some((error) => error.code !== "TAG_RESOLVE_FAILED")) this.broken = true;
    const contents: unknown = document.contents;
    if (this.broken || contents === null || contents === undefined) return undefined;
    return this.#node(contents as YamlNode, document.range[1], 0);
  }

  #node(node: YamlNode, emptyAt: number, depth: number): OutlineNode {
    if (depth > MAX_DEPTH) this.broken = true;
    const start = node.range?.[0] ?? emptyAt;
    const end = node.range?.[1] ?? start;
    if (isAlias(node)) {
      this.aliased.add(node.source);
      return { kind: "alias", start, end, name: node.source, anchor: undefined, tag: undefined };
    }
    const base = { start, end, anchor: isScalar(node) || isCollection(node) ? node.anchor : undefined, tag: node.tag };
    const made = this.#shaped(node, base, depth);
    if (made.anchor !== undefined) this.anchors.set(made.anchor, this.anchors.has(made.anchor) ? undefined : made);
    return made;
  }

  #shaped(node: YamlNode, base: Base, depth: number): OutlineNode {
    if (!this.broken && isMap(node)) return this.#map(node, base, depth);
    if (!this.broken && isSeq(node)) return this.#list(node, base, depth);
    if (!isScalar(node)) this.broken = true;
    return this.#scalar(isScalar(node) ? node : undefined, base);
  }

  #scalar(node: Scalar | undefined, base: Base): OutlineScalar {
    const style = STYLES[(node?.type as Scalar.Type | undefined) ?? "PLAIN"];
    const text = String(node?.value ?? "");
    const made: OutlineScalar = { kind: "scalar", ...base, text, style };
    return isBlockScalar(made) ? { ...made, end: blockEnd(this.#text, base.start, base.end) } : made;
  }

  #map(node: YAMLMap<unknown, unknown>, base: Base, depth: number): OutlineMap {
    const flow = node.flow === true;
    const children: OutlineEntry[] = [];
    let odd = flow && this.#text[base.start] !== "{";
    for (const pair of node.items) {
      const entry = this.#entry(pair, depth);
      if (entry === undefined) odd = true;
      else children.push(entry);
    }
    const start = flow ? base.start : (children[0]?.start ?? base.start);
    const end = flow ? base.end : (children.at(-1)?.end ?? base.end);
    return { kind: "map", ...base, start, end, flow, odd, children, column: columnOf(this.#text, start) };
  }

  #entry(pair: Pair<unknown, unknown>, depth: number): OutlineEntry | undefined {
    const { key } = pair;
    const token = pair.srcToken as CST.CollectionItem | undefined;
    const mark = token?.sep?.find((it) => it.type === "map-value-ind")?.offset ?? -1;
    const isExplicit = token?.start.some((it) => it.type === "explicit-key-ind") === true;
    const value = pair.value as YamlNode | null | undefined;
    // Aliases and anchors in a value that is not edited still count, so it is read before the key is judged.
    const read = value === null || value === undefined ? undefined : this.#node(value, mark + 1, depth + 1);
    if (!isScalar(key) || isExplicit || key.tag !== undefined || key.range == null) return undefined;
    const [start, keyEnd] = key.range;
    if (key.anchor !== undefined) this.anchors.set(key.anchor, undefined);
    const shown = read ?? this.#scalar(undefined, { start: keyEnd, end: keyEnd, anchor: undefined, tag: undefined });
    const placed = isEmpty(shown) && mark !== -1 ? { ...shown, start: mark + 1, end: mark + 1 } : shown;
    return {
      kind: "entry",
      key: String(key.value ?? ""),
      keyStyle: STYLES[(key.type as Scalar.Type | undefined) ?? "PLAIN"],
      start,
      keyEnd,
      end: Math.max(mark + 1, keyEnd, placed.end),
      mark,
      value: placed,
    };
  }

  #list(node: YAMLSeq<unknown>, base: Base, depth: number): OutlineList {
    const flow = node.flow === true;
    const tokens = (node.srcToken as { items?: readonly CST.CollectionItem[] } | undefined)?.items ?? [];
    const children = node.items.map((item, index): OutlineItem => {
      const mark = tokens[index]?.start.find((it) => it.type === "seq-item-ind")?.offset ?? -1;
      if (isPair(item) || (!flow && mark === -1)) this.broken = true;
      const value = this.#node(item as YamlNode, mark + 1, depth + 1);
      const placed = isEmpty(value) && mark !== -1 ? { ...value, start: mark + 1, end: mark + 1 } : value;
      const start = flow ? placed.start : mark;
      return { kind: "item", start, end: Math.max(mark + 1, placed.end), mark, value: placed };
    });
    const start = flow ? base.start : (children[0]?.start ?? base.start);
    const end = flow ? base.end : (children.at(-1)?.end ?? base.end);
    return { kind: "list", ...base, start, end, flow, children, column: columnOf(this.#text, start) };
  }
}

/** Nothing is written there. */
export function isEmpty(node: OutlineNode | undefined): boolean {
  return node === undefined || (node.kind === "scalar" && node.style === "plain" && node.text === "");
}

export function isBlockScalar({ style }: OutlineScalar): boolean {
  return style === "literal" || style === "folded";
}

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);

/** Written as null, in one of its ways, or not at all. */
export function isNull(node: OutlineNode | undefined): boolean {
  return node === undefined || (node.kind === "scalar" && node.style === "plain" && NULLS.has(node.text));
}

function blockEnd(text: string, start: number, limit: number): number {
  const header = text.slice(start, lineEnd(text, start)).replace(/#.*/, "");
  if (header.includes("+")) return text[limit - 1] === "\n" ? limit - (text[limit - 2] === "\r" ? 2 : 1) : limit;
  let end = limit;
  while (end > start && /\s/.test(text[end - 1] ?? "")) end--;
  return end;
}
