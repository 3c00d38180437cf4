import type { Json, Key } from "../../../model/edit.ts";
import type { OutlineNode } from "./outline.ts";
import type { ScalarValue } from "./scalars.ts";
import { readsAs } from "./scalars.ts";

/** What a document says, whatever its layout: this must come out as meant, or nothing is written. */
export type Data =
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, Data>; readonly mark: string }
  | { readonly kind: "list"; readonly items: readonly Data[]; readonly mark: string }
  | { readonly kind: "scalar"; readonly text: string; readonly plain: boolean; readonly mark: string }
  | { readonly kind: "alias"; readonly name: string }
  /** Something to be written: any spelling of this value will do. */
  | { readonly kind: "value"; readonly value: ScalarValue }
  /** A scalar to be written with this text; what it is read as was not a string before. */
  | { readonly kind: "text"; readonly text: string };

export function dataOf(node: OutlineNode): Data {
  switch (node.kind) {
    case "alias":
      return { kind: "alias", name: node.name };
    case "scalar":
      return { kind: "scalar", text: node.text, plain: node.style === "plain", mark: markOf(node) };
    case "list":
      return { kind: "list", items: node.children.map((child) => dataOf(child.value)), mark: markOf(node) };
    case "map": {
      const entries = new Map<string, Data>();
      for (const { key, value } of node.children) {
        let name = key;
        // A key that is given again is kept apart under a name that no key has.
        while (entries.has(name)) name += "\0";
        entries.set(name, dataOf(value));
      }
      return { kind: "map", entries, mark: markOf(node) };
    }
    default:
      return node satisfies never;
  }
}

function markOf(node: OutlineNode): string {
  return `${node.tag ?? ""}&${node.anchor ?? ""}`;
}

const UNMARKED = "&";

export function dataOfJson(value: Json): Data {
  if (Array.isArray(value)) return { kind: "list", items: value.map(dataOfJson), mark: UNMARKED };
  if (typeof value !== "object" || value === null) return { kind: "value", value: value as ScalarValue };
  const entries = Object.entries(value).map(([key, child]) => [key, dataOfJson(child)] as const);
  return { kind: "map", entries: new Map(entries), mark: UNMARKED };
}

export function isSameData(value: Json, node: OutlineNode): boolean {
  return matches(dataOfJson(value), dataOf(node));
}

/** What stands there is what was expected. */
export function matches(expected: Data, actual: Data): boolean {
  switch (expected.kind) {
    case "value":
      return (
        actual.kind === "scalar" && actual.mark === UNMARKED && saysValue(actual.text, actual.plain, expected.value)
      );
    case "text":
      return actual.kind === "scalar" && actual.text === expected.text;
    case "alias":
      return actual.kind === "alias" && actual.name === expected.name;
    case "scalar":
      return (
        actual.kind === "scalar" &&
        actual.text === expected.text &&
        actual.plain === expected.plain &&
        actual.mark === expected.mark
      );
    case "list":
      return actual.kind === "list" && actual.mark === expected.mark && matchesAll(expected.items, actual.items);
    case "map":
      return actual.kind === "map" && actual.mark === expected.mark && matchesEntries(expected.entries, actual.entries);
    default:
      return expected satisfies never;
  }
}

function saysValue(text: string, plain: boolean, value: ScalarValue): boolean {
  return plain ? readsAs(text, value) : text === value;
}

function matchesAll(expected: readonly Data[], actual: readonly Data[]): boolean {
  return (
    expected.length === actual.length &&
    expected.every((it, index) => {
      const other = actual[index];
      return other !== undefined && matches(it, other);
    })
  );
}

function matchesEntries(expected: ReadonlyMap<string, Data>, actual: ReadonlyMap<string, Data>): boolean {
  if (expected.size !== actual.size) return false;
  for (const [key, it] of expected) {
    const other = actual.get(key);
    if (other === undefined || !matches(it, other)) return false;
  }
  return true;
}

/** The data with a value set: maps are merged into, everything else is replaced. */
export function withSet(data: Data | undefined, path: readonly Key[], value: Json): Data {
  return changed(data, path, (old) => merged(old, value));
}

export function withAppended(data: Data | undefined, path: readonly Key[], value: Json): Data {
  return changed(data, path, (old) => {
    const items = old?.kind === "list" ? old.items : isNullData(old) || old?.kind === "map" ? [] : [old];
    const added = dataOfJson(value);
    if (old !== undefined && items.some((item) => item !== undefined && isSame(added, item))) return old;
    const mark = old?.kind === "list" ? old.mark : UNMARKED;
    return { kind: "list", items: [...items.filter((item) => item !== undefined), added], mark };
  });
}

/** The data without a place; `undefined` when nothing is left. Nothing changes when it was not there. */
export function withRemoved(data: Data | undefined, path: readonly Key[]): Data | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return undefined;
  if (data?.kind === "map" && typeof key === "string") {
    if (!data.entries.has(key)) return data;
    const left = withRemoved(data.entries.get(key), rest);
    const entries = new Map(data.entries);
    if (left === undefined) entries.delete(key);
    else entries.set(key, left);
    return entries.size === 0 ? undefined : { ...data, entries };
  }
  if (data?.kind === "list" && typeof key === "number" && key < data.items.length) {
    const left = withRemoved(data.items[key], rest);
    const items = data.items.flatMap((item, index) => (index !== key ? [item] : left === undefined ? [] : [left]));
    return items.length === 0 ? undefined : { ...data, items };
  }
  return data;
}

export function withText(data: Data | undefined, path: readonly Key[], change: (old: string) => string): Data {
  return changed(data, path, (old) => {
    if (old?.kind === "text") return { ...old, text: change(old.text) };
    if (old?.kind === "value") return { kind: "text", text: change(String(old.value)) };
    if (old?.kind !== "scalar") return { kind: "text", text: change("") };
    const text = change(old.text);
    return !old.plain || readsAs(old.text, old.text) ? { kind: "value", value: text } : { kind: "text", text };
  });
}

export function withKey(data: Data | undefined, path: readonly Key[], name: string): Data {
  const key = path.at(-1);
  return changed(data, path.slice(0, -1), (old) => {
    if (old?.kind !== "map") return { kind: "value", value: null };
    return { ...old, entries: new Map([...old.entries].map(([it, child]) => [it === key ? name : it, child])) };
  });
}

function changed(data: Data | undefined, path: readonly Key[], change: (old: Data | undefined) => Data): Data {
  const [key, ...rest] = path;
  if (key === undefined) return change(data);
  if (typeof key === "number") {
    const items = data?.kind === "list" ? [...data.items] : [];
    items[key] = changed(items[key], rest, change);
    return { kind: "list", items, mark: data?.kind === "list" ? data.mark : UNMARKED };
  }
  const entries = new Map(data?.kind === "map" ? data.entries : []);
  entries.set(key, changed(entries.get(key), rest, change));
  return { kind: "map", entries, mark: data?.kind === "map" ? data.mark : UNMARKED };
}

function merged(old: Data | undefined, value: Json): Data {
  const wanted = dataOfJson(value);
  if (old?.kind !== "map" || wanted.kind !== "map") return wanted;
  const entries = new Map(old.entries);
  const record = value as { readonly [key: string]: Json };
  for (const key of wanted.entries.keys()) entries.set(key, merged(entries.get(key), record[key] ?? null));
  return { ...old, entries };
}

function isNullData(data: Data | undefined): boolean {
  if (data === undefined) return true;
  if (data.kind === "value") return data.value === null;
  return data.kind === "scalar" && data.plain && /^(?:|~|null|Null|NULL)$/.test(data.text);
}

/** Both are meant or written; of two that are only meant, the value decides. */
function isSame(expected: Data, data: Data): boolean {
  if (data.kind === "value") return expected.kind === "value" && expected.value === data.value;
  if (expected.kind === "list" && data.kind === "list") {
    return (
      expected.items.length === data.items.length &&
      expected.items.every((it, index) => {
        const other = data.items[index];
        return other !== undefined && isSame(it, other);
      })
    );
  }
  if (expected.kind === "map" && data.kind === "map") {
    return (
      expected.entries.size === data.entries.size &&
      [...expected.entries].every(([key, it]) => {
        const other = data.entries.get(key);
        return other !== undefined && isSame(it, other);
      })
    );
  }
  return matches(expected, data);
}
