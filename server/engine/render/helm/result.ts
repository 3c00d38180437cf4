/** What an expression comes to, and which values had a say in it. */
import type { Json, Key } from "../../../../model/edit.ts";
import type { Definition } from "./template.ts";
import { childOf, isList, isMap, type Values } from "./values.ts";

/** One of a chart's values. */
export interface From {
  readonly values: Values;
  readonly path: readonly Key[];
}

export interface Result {
  /** `undefined` where it is not known. */
  readonly value: Json | undefined;
  /** The values that it was made of, each once. */
  readonly from: readonly From[];
  /** It is the one value of `from` as it stands, so that what is inside it can be found there. */
  readonly whole: boolean;
  /** Of a `dict`: what was put in. */
  readonly fields?: ReadonlyMap<string, Result>;
  /** The top of a template: `.Values`, `.Release` and the others. */
  readonly scope?: Scope;
}

/** What all templates of a chart see. */
export interface Scope {
  readonly values: Values;
  /** `Release`, `Chart` and `Template`, as far as they are known. */
  readonly builtIn: Json;
  readonly define: (name: string) => Definition | undefined;
}

export const UNKNOWN: Result = { value: undefined, from: [], whole: false };

export function constant(value: Json | undefined): Result {
  return { value, from: [], whole: false };
}

/** Made of others; with a value where it is known. */
export function madeOf(parts: readonly Result[], value?: Json): Result {
  return { value, from: union(parts), whole: false };
}

function union(parts: readonly Result[]): readonly From[] {
  const [first, ...rest] = parts.filter((part) => part.from.length > 0);
  if (first === undefined) return [];
  const all = [...first.from];
  for (const from of rest.flatMap((part) => part.from)) if (!all.some((one) => isSame(one, from))) all.push(from);
  return all.slice(0, MAX_SOURCES);
}

/** Whether it is two or many is all the same. */
const MAX_SOURCES = 8;

function isSame(one: From, other: From): boolean {
  const { path } = other;
  return (
    one.values === other.values && one.path.length === path.length && one.path.every((key, at) => key === path[at])
  );
}

/** As Go templates have it: nothing, zero and what is empty are false. */
export function isTrue(value: Json): boolean {
  if (isList(value)) return value.length > 0;
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

export function fieldOf(of: Result, key: Key): Result {
  if (of.scope !== undefined) {
    const { values, builtIn } = of.scope;
    return key === "Values" ? wholeOf(values, []) : constant(childOf(builtIn, key));
  }
  const field = typeof key === "string" ? of.fields?.get(key) : undefined;
  if (field !== undefined) return field;
  const value = of.value === undefined ? undefined : (childOf(of.value, key) ?? null);
  const [from] = of.from;
  if (!of.whole || from === undefined) return { value, from: of.from, whole: false };
  return { value, from: [{ values: from.values, path: [...from.path, key] }], whole: true };
}

export function wholeOf(values: Values, path: readonly Key[]): Result {
  return { value: values.get(path) ?? null, from: [{ values, path }], whole: true };
}

/** As a template prints it; lists and maps are not printed as they are. */
export function textOf(value: Json | undefined): string | undefined {
  if (value === undefined || isList(value) || isMap(value)) return undefined;
  return value === null ? "" : String(value);
}
