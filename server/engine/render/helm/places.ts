/** Places and values that are compared. */
import type { Json, Key, Place } from "../../../../model/edit.ts";
import { mayRead } from "../../template-text.ts";
import { isTrue, textOf } from "./result.ts";
import { isList, isMap } from "./values.ts";

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

export function isSame(one: readonly Key[], other: readonly Key[]): boolean {
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
