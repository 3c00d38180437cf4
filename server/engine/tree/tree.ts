import type { Place } from "../../../model/edit.ts";

/**
 * The small tree that every reader produces and all of the engine reads.
 * Offsets are UTF-16 code units relative to the start of the document's own text, so that a document that did not
 * change keeps its tree when text above it in the file does.
 *
 * Ranges: a plain or quoted scalar spans its source text, quotes included; a block scalar spans from its `|` or `>`
 * to the end of its last line of content (without the line break); a block collection from its first key or dash to
 * the end of its last value; a flow collection includes its brackets. An empty value is a plain scalar with empty
 * text and a zero-length range directly behind the `:` or `-` that announces it.
 *
 * `origin` is on nodes of rendered trees only (`render/`): where a node was written that stands in another place than
 * below its parent's.
 */
export type Tree = ScalarTree | MapTree | ListTree;

export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";

export interface ScalarTree {
  readonly kind: "scalar";
  readonly start: number;
  readonly end: number;
  /** The decoded text: escapes and folding resolved, not yet read as a boolean, number or null. */
  readonly text: string;
  readonly style: ScalarStyle;
  /** An explicit tag as written, such as `!!str` or `!reference`. */
  readonly tag?: string;
  /** The text holds a template expression, or the alias it stands for cannot be followed: its value is not known. */
  readonly unknown?: true;
  /** Bears an anchor, or came in through an alias: an edit here would change more than one place. */
  readonly shared?: true;
  readonly origin?: Place;
}

export interface MapTree {
  readonly kind: "map";
  readonly start: number;
  readonly end: number;
  readonly flow: boolean;
  readonly entries: readonly Entry[];
  readonly tag?: string;
  /** Of a rendered map: where what is absent would be written, by key, when that is not here. */
  readonly absent?: ReadonlyMap<string, Place>;
  /** A template may add keys that are not written here, so what is absent is not known to be absent. */
  readonly open?: true;
  readonly shared?: true;
  readonly origin?: Place;
}

export interface ListTree {
  readonly kind: "list";
  readonly start: number;
  readonly end: number;
  readonly flow: boolean;
  readonly items: readonly Tree[];
  readonly tag?: string;
  readonly open?: true;
  /** Indices of items that stand inside a template condition or loop, so they may or may not be rendered. */
  readonly conditional?: ReadonlySet<number>;
  readonly shared?: true;
  readonly origin?: Place;
}

export interface Entry {
  /** Decoded text of the key; a key that is not a scalar has its source text. */
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: Tree;
  /** The key itself holds a template expression. */
  readonly keyUnknown?: true;
  /** The entry stands inside a template condition or loop, so it may or may not be rendered. */
  readonly conditional?: true;
}

/** Why a document's text could not be read as it stands. */
export type ProblemCode =
  | "syntax"
  | "duplicate-key"
  | "too-deep"
  | "alias-unresolved"
  | "alias-limit"
  | "merge-limit"
  | "not-text"
  | "too-large"
  | "too-many-documents";

export interface Problem {
  readonly code: ProblemCode;
  /** One line of English for logs; never shown without the code's own text. */
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** What a reader makes of one document's text. `tree` is absent for an empty document. It never throws. */
export interface ParsedDocument {
  readonly tree: Tree | undefined;
  readonly problems: readonly Problem[];
  /** Any template expression was seen. */
  readonly templated: boolean;
  /** The whole document stands inside a template condition or loop, so it may or may not be rendered. */
  readonly conditional?: true;
}
