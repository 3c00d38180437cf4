/** `Field` over the small tree: what practices read instead of YAML. */
import type { DocumentRef, Key, Place } from "../../model/edit.ts";
import type { Field, Presence } from "../../model/facts.ts";
import { ifKnown, Unresolved } from "../../model/practice.ts";
import { allEntries, isOpen, lookup } from "./tree/read.ts";
import type { MapTree, ScalarTree, Tree } from "./tree/tree.ts";

/** A document whose tree can be asked for again at any time; it may have been dropped in between. */
export interface ReadableDocument extends DocumentRef {
  tree(): Tree | undefined;
  /** Plain `yes`, `on`, `0400` are read as YAML 1.1 does, as Kubernetes' own reader has it. */
  readonly yaml11: boolean;
  /** Where what stands at a path was written, for what was put together from several files. */
  placeOf?(path: readonly Key[]): Place;
}

/** The root of a document. */
export function rootField(document: ReadableDocument): Field {
  const tree = document.tree();
  return new TreeField(
    document,
    tree,
    tree === undefined || isNull(tree) ? "absent" : presenceOf(tree),
    undefined,
    undefined,
  );
}

/** A field that is nowhere: what a fact answers when its kind has no such thing. It points at the document. */
export function absentField(document: ReadableDocument): Field {
  return new TreeField(document, undefined, "absent", undefined, undefined);
}

/** An explicit tag as written, such as `!reference`. */
export function tagOf(field: Field): string | undefined {
  return field instanceof TreeField ? field.tag : undefined;
}

/** The text of a scalar that is there and known. */
export function knownText(field: Field): string | undefined {
  return field.presence === "present" ? ifKnown(() => field.text()) : undefined;
}

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);
const TRUE_11 = new Set(["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"]);
const FALSE_11 = new Set(["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"]);
const TRUE_12 = new Set(["true", "True", "TRUE"]);
const FALSE_12 = new Set(["false", "False", "FALSE"]);

function isNull(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.style === "plain" && tree.unknown !== true && NULLS.has(tree.text);
}

/** May hold keys that are not written: a template adds some, or what is merged in cannot be followed. */
function isUncertain(map: MapTree): boolean {
  return isOpen(map) || map.entries.some((entry) => entry.keyUnknown === true);
}

function presenceOf(tree: Tree): Presence {
  if (tree.kind === "scalar") return tree.unknown === true ? "unknown" : "present";
  return "present";
}

class TreeField implements Field {
  readonly presence: Presence;
  readonly key: Key | undefined;
  readonly #document: ReadableDocument;
  readonly #tree: Tree | undefined;
  readonly #parent: TreeField | undefined;

  constructor(
    document: ReadableDocument,
    tree: Tree | undefined,
    presence: Presence,
    parent: TreeField | undefined,
    key: Key | undefined,
  ) {
    this.#document = document;
    this.#tree = tree;
    this.presence = presence;
    this.#parent = parent;
    this.key = key;
  }

  get kind(): "scalar" | "map" | "list" | "none" {
    return this.presence === "present" && this.#tree !== undefined ? this.#tree.kind : "none";
  }

  get tag(): string | undefined {
    return this.#tree?.tag;
  }

  get place(): Place {
    const path = this.#path();
    return this.#document.placeOf?.(path) ?? { document: this.#document, path };
  }

  get source(): string | undefined {
    return this.#tree?.kind === "scalar" ? this.#tree.text : undefined;
  }

  at(...path: readonly Key[]): Field {
    let field: TreeField = this;
    for (const key of path) field = field.#child(key);
    return field;
  }

  text(): string | undefined {
    const scalar = this.#scalar();
    return scalar?.text;
  }

  flag(): boolean | undefined {
    const scalar = this.#scalar();
    if (scalar === undefined || scalar.style !== "plain") return undefined;
    const [yes, no] = this.#document.yaml11 ? [TRUE_11, FALSE_11] : [TRUE_12, FALSE_12];
    if (yes.has(scalar.text)) return true;
    return no.has(scalar.text) ? false : undefined;
  }

  number(): number | undefined {
    const scalar = this.#scalar();
    if (scalar === undefined || scalar.style !== "plain") return undefined;
    const text = scalar.text;
    if (this.#document.yaml11 && /^[-+]?0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
    if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
    if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
    return /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined;
  }

  items(): readonly Field[] {
    const tree = this.#known();
    if (tree?.kind !== "list") return [];
    if (tree.open === true) throw new Unresolved(this.place);
    return this.writtenItems();
  }

  entries(): readonly (readonly [string, Field])[] {
    const tree = this.#known();
    if (tree?.kind !== "map") return [];
    if (isUncertain(tree) || tree.entries.some((entry) => entry.conditional === true)) {
      throw new Unresolved(this.place);
    }
    return this.writtenEntries();
  }

  writtenItems(): readonly Field[] {
    if (this.#tree?.kind !== "list") return [];
    const { items, conditional } = this.#tree;
    return items.map((item, index) => this.#wrap(item, index, conditional?.has(index) === true));
  }

  writtenEntries(): readonly (readonly [string, Field])[] {
    if (this.#tree?.kind !== "map") return [];
    return allEntries(this.#tree).map(
      (entry) =>
        [
          entry.key,
          this.#wrap(entry.value, entry.key, entry.conditional === true || entry.keyUnknown === true),
        ] as const,
    );
  }

  part(from: number, to: number): Place {
    const { place } = this;
    // A part of what was made from several places is no part of what stands at one of them.
    const isMade = this.#tree?.origin !== undefined || place.span !== undefined || place.decided !== undefined;
    return isMade ? { ...place, inexact: true } : { ...place, span: [from, to] };
  }

  #scalar(): ScalarTree | undefined {
    const tree = this.#known();
    return tree?.kind === "scalar" ? tree : undefined;
  }

  /** The tree when the field is present; throws when it is unknown. */
  #known(): Tree | undefined {
    if (this.presence === "unknown") throw new Unresolved(this.place);
    return this.presence === "present" ? this.#tree : undefined;
  }

  #child(key: Key): TreeField {
    const tree = this.#tree;
    if (tree?.kind === "map" && typeof key === "string") return this.#entry(tree, key);
    if (tree?.kind === "list" && typeof key === "number") {
      const item = tree.items[key];
      if (item !== undefined) return this.#wrap(item, key, tree.conditional?.has(key) === true);
      return new TreeField(this.#document, undefined, tree.open === true ? "unknown" : "absent", this, key);
    }
    return new TreeField(this.#document, undefined, this.presence === "unknown" ? "unknown" : "absent", this, key);
  }

  #entry(map: MapTree, key: string): TreeField {
    const entry = lookup(map, key);
    if (entry !== undefined) return this.#wrap(entry.value, key, entry.conditional === true);
    const unknown = this.presence === "unknown" || isUncertain(map);
    return new TreeField(this.#document, undefined, unknown ? "unknown" : "absent", this, key);
  }

  #wrap(tree: Tree, key: Key, conditional: boolean): TreeField {
    const presence =
      conditional || this.presence === "unknown" ? "unknown" : isNull(tree) ? "absent" : presenceOf(tree);
    return new TreeField(this.#document, tree, presence, this, key);
  }

  #path(): Key[] {
    let depth = 0;
    for (let field: TreeField | undefined = this; field?.key !== undefined; field = field.#parent) depth++;
    // Made at its length: one that grows takes three times the room, and there are very many.
    const path = new Array<Key>(depth);
    for (let field: TreeField | undefined = this; field?.key !== undefined; field = field.#parent)
      path[--depth] = field.key;
    return path;
  }
}
