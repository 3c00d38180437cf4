/** Places and values that are compared. */
import type { Json, Key, Place } from "../../../../model/edit.ts";
import { mayRead } from "../../template-text.ts";
import type { MapTree } from "../../tree/tree.ts";
import { below, withEntries } from "../graft.ts";
import { type From, isTrue, textOf } from "./result.ts";
import { isList, isMap } from "./values.ts";

/**
 * A map of which the template has more keys than were rendered: where a value that is empty now decides one of them, what
 * is missing there would be set.
 */
export interface Incomplete extends MapTree {
  readonly absent?: ReadonlyMap<string, Place>;
}

export function withAbsent(tree: MapTree, absent: ReadonlyMap<string, Place>): MapTree {
  if (absent.size === 0) return tree;
  const incomplete: Incomplete = { ...withEntries(tree, tree.entries), absent };
  return incomplete;
}

export function isSameAbsent(one: Incomplete, other: Incomplete): boolean {
  const [here, there] = [one.absent, other.absent];
  if (here?.size !== there?.size) return false;
  return [...(here ?? [])].every(([key, place]) => isSamePlace(place, there?.get(key)));
}

export function isSamePlace(one: Place | undefined, other: Place | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  return (
    one.document === other.document &&
    isSame(one.path, other.path) &&
    one.onKey === other.onKey &&
    isSamePlace(one.decided, other.decided)
  );
}

function isSame(one: readonly Key[], other: readonly Key[]): boolean {
  return one.length === other.length && one.every((key, at) => key === other[at]);
}

/** Does a value come out as this: texts of it may be templates themselves. `partly`: keys of it may be left out. */
export function reads(value: Json | undefined, rendered: Json, partly = false): boolean {
  if (isList(value))
    return (
      isList(rendered) && value.length === rendered.length && value.every((one, at) => reads(one, rendered[at] ?? null))
    );
  if (isMap(value)) {
    if (!isMap(rendered)) return false;
    const keys = Object.keys(rendered);
    const count = Object.keys(value).length;
    if (partly ? keys.length === 0 && count > 0 : keys.length !== count) return false;
    return keys.every((key) => Object.hasOwn(value, key) && reads(value[key], rendered[key] ?? null));
  }
  if (isList(rendered) || isMap(rendered)) return false;
  const text = textOf(value) ?? "";
  return (
    text === textOf(rendered) ||
    (text.includes("{{") && mayRead(text, textOf(rendered) ?? "")) ||
    (!isTrue(value ?? null) && rendered === null)
  );
}

/** The steps to items that read so; the value itself where it is no list. */
export function itemsReading(value: Json, rendered: Json): readonly (number | undefined)[] {
  if (!isList(value)) return [undefined];
  if (reads(value, rendered)) return [undefined];
  const at = value.findIndex((item) => reads(item, rendered));
  return at < 0 ? [] : [at];
}

/** Stands below a value that is only a part of what was rendered: it is shown there, and nothing can be written there. */
export const PART = -1;

/** Values inside a text of their own are shown where the text is, and not written. */
export function decidedIn({ values, path }: From): Place | undefined {
  const place = values.placeOf(path);
  return place?.span === undefined ? place : below({ document: place.document, path: place.path }, PART);
}

export function isSameValue(one: From, other: From | undefined): boolean {
  return one.values === other?.values && isSame(one.path, other.path);
}
