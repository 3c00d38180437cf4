/**
 * Values once a provider's own expressions are filled in: `<< parameters.tag >>`, `${{ parameters.tag }}`, `$(tag)`.
 * What is filled in keeps the place where the expression stands; a map or list that is handed over keeps its own.
 */
import type { Key, Place } from "../../../model/edit.ts";
import type { Field, Presence } from "../../../model/facts.ts";

/** A text with its expressions filled in, and where its pieces come from. */
export interface Filled {
  readonly text: string;
  /** [from, to) in the text, and [from, to) of the expression in the source; in order. */
  readonly pieces: readonly (readonly [number, number, number, number])[];
}

/** What expressions stand for in some part of a pipeline. */
export interface Expansion {
  /** Nothing when the text holds no expression. */
  fill(text: string): Filled | undefined;
  /** The value that a text which is one expression alone hands over. */
  whole(text: string): Field | undefined;
  /** Items of a list and entries of a map where expressions decide about them too. */
  items?(list: Field): readonly (readonly [Field, Expansion])[];
  entries?(map: Field): readonly (readonly [string, Field, Expansion])[];
}

/** How expressions are written, such as `<<` and `>>`, and what they stand for; what has no value stays as it is. */
export interface Markers {
  readonly open: string;
  readonly close: string;
  readonly value: (expression: string) => string | undefined;
}

/** Replaces all expressions in one pass; what they stand for is not looked through again. */
export function fillIn(text: string, markers: readonly Markers[]): Filled | undefined {
  let filled = "";
  let from = 0;
  const pieces: (readonly [number, number, number, number])[] = [];
  const next = markers.map(({ open }) => text.indexOf(open));
  for (;;) {
    let best = -1;
    for (const [index, at] of next.entries()) if (at !== -1 && (best === -1 || at < (next[best] ?? 0))) best = index;
    const marker = markers[best];
    const at = next[best];
    if (marker === undefined || at === undefined) break;
    const behind = at + marker.open.length;
    const end = text.indexOf(marker.close, behind);
    const value = end === -1 || at < from ? undefined : marker.value(text.slice(behind, end).trim());
    if (value !== undefined) {
      filled += text.slice(from, at);
      from = end + marker.close.length;
      pieces.push([filled.length, filled.length + value.length, at, from]);
      filled += value;
    }
    next[best] = end === -1 ? -1 : text.indexOf(marker.open, Math.max(behind, from));
  }
  return pieces.length === 0 ? undefined : { text: filled + text.slice(from), pieces };
}

/** Where an offset of the filled text lies in the source; inside of an expression, at its edge. */
function sourceOffset(filled: Filled, offset: number, edge: "from" | "to"): number {
  let shift = 0;
  for (const [from, to, a, b] of filled.pieces) {
    if (offset < from || (offset === from && edge === "from")) break;
    if (offset < to || (offset === to && edge === "to" && from !== to)) return edge === "from" ? a : b;
    shift = b - to;
  }
  return offset + shift;
}

export function expanded(field: Field, expansion: Expansion): Field {
  const text = field.kind === "scalar" ? field.source : undefined;
  const whole = text === undefined ? undefined : expansion.whole(text);
  return whole ?? new ExpandedField(field, expansion);
}

/** Another text in the same place, or at the one that is given. */
export function saying(field: Field, text: string, place: Place = field.place): Field {
  return new SaidField(field, text, place);
}

/** A scalar that says something else than what is written. */
class SaidField implements Field {
  readonly presence = "present";
  readonly kind = "scalar";
  readonly key: Key | undefined;
  readonly place: Place;
  readonly source: string;
  readonly #inner: Field;

  constructor(inner: Field, text: string, place: Place) {
    this.#inner = inner;
    this.key = inner.key;
    this.place = place;
    this.source = text;
  }

  /** What stands below is still there, for who looks for it. */
  at(...path: readonly Key[]): Field {
    return path.length === 0 ? this : this.#inner.at(...path);
  }

  text(): string {
    return this.source;
  }

  flag(): boolean | undefined {
    return this.source === "true" ? true : this.source === "false" ? false : undefined;
  }

  number(): number | undefined {
    return undefined;
  }

  items(): readonly Field[] {
    return [];
  }

  entries(): readonly (readonly [string, Field])[] {
    return [];
  }

  writtenItems(): readonly Field[] {
    return [];
  }

  writtenEntries(): readonly (readonly [string, Field])[] {
    return [];
  }

  part(): Place {
    return this.place;
  }
}

class ExpandedField implements Field {
  readonly presence: Presence;
  readonly key: Key | undefined;
  readonly #inner: Field;
  readonly #expansion: Expansion;
  readonly #filled: Filled | undefined;

  constructor(inner: Field, expansion: Expansion) {
    this.#inner = inner;
    this.#expansion = expansion;
    this.key = inner.key;
    this.presence = inner.presence;
    const text = inner.source;
    this.#filled = text === undefined ? undefined : expansion.fill(text);
  }

  get kind(): "scalar" | "map" | "list" | "none" {
    return this.#inner.kind;
  }

  get place(): Place {
    return this.#inner.place;
  }

  get source(): string | undefined {
    return this.#filled?.text ?? this.#inner.source;
  }

  at(...path: readonly Key[]): Field {
    let field: Field = this;
    for (const key of path) field = field instanceof ExpandedField ? field.#child(key) : field.at(key);
    return field;
  }

  text(): string | undefined {
    return this.#inner.text() === undefined ? undefined : this.source;
  }

  flag(): boolean | undefined {
    if (this.#filled === undefined) return this.#inner.flag();
    return /^(?:true|false)$/i.test(this.#filled.text) ? /^true$/i.test(this.#filled.text) : undefined;
  }

  number(): number | undefined {
    if (this.#filled === undefined) return this.#inner.number();
    return /^-?\d+(?:\.\d+)?$/.test(this.#filled.text) ? Number(this.#filled.text) : undefined;
  }

  items(): readonly Field[] {
    this.#inner.items();
    return this.writtenItems();
  }

  entries(): readonly (readonly [string, Field])[] {
    this.#inner.entries();
    return this.writtenEntries();
  }

  writtenItems(): readonly Field[] {
    const own = this.#expansion.items?.(this.#inner);
    if (own !== undefined) return own.map(([field, expansion]) => expanded(field, expansion));
    return this.#inner.writtenItems().map((it) => expanded(it, this.#expansion));
  }

  writtenEntries(): readonly (readonly [string, Field])[] {
    const own = this.#expansion.entries?.(this.#inner);
    if (own !== undefined) return own.map(([key, field, expansion]) => [key, expanded(field, expansion)] as const);
    return this.#inner.writtenEntries().map(([key, it]) => [key, expanded(it, this.#expansion)] as const);
  }

  part(from: number, to: number): Place {
    const filled = this.#filled;
    if (filled === undefined) return this.#inner.part(from, to);
    return this.#inner.part(sourceOffset(filled, from, "from"), sourceOffset(filled, to, "to"));
  }

  #child(key: Key): Field {
    const own = this.#inner.at(key);
    if (own.presence === "absent" && typeof key === "string") {
      const found = this.#expansion.entries?.(this.#inner).findLast(([name]) => name === key);
      if (found !== undefined) return expanded(found[1], found[2]);
    }
    if (typeof key === "number" && this.#expansion.items !== undefined) return this.writtenItems()[key] ?? own;
    return expanded(own, this.#expansion);
  }
}
