/** Expressions of Azure Pipelines: `eq(parameters.push, true)`. What is not known stays unknown, through every function. */
import type { Field } from "../../../model/facts.ts";

export const UNKNOWN: unique symbol = Symbol("unknown");

/** One turn of a loop over a map. */
export interface Pair {
  readonly pairKey: string;
  readonly pairValue: Field;
}

export type Value = string | number | boolean | null | Field | Pair | typeof UNKNOWN;

/** The value of a name at the beginning: `parameters` with the key behind it, or a loop's variable without one. */
export interface Names {
  root(name: string): Value;
  below(name: string, key: string): Value | undefined;
}

const TOKEN = /\s*(?:('(?:[^']|'')*')|([-+]?\d[\w.]*)|([A-Za-z_][\w-]*)|([()[\],.*]))/y;
const MAX_LENGTH = 4_000;
const MAX_DEPTH = 30;

export function evaluate(text: string, names: Names): Value {
  if (text.length > MAX_LENGTH) return UNKNOWN;
  const tokens = tokensOf(text);
  if (tokens === undefined || tokens.length === 0) return UNKNOWN;
  let at = 0;
  const result = expression(0);
  return at === tokens.length ? result : UNKNOWN;

  function expression(depth: number): Value {
    const token = tokens?.[at];
    at += 1;
    if (token === undefined || depth > MAX_DEPTH) return UNKNOWN;
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (/^[-+\d]/.test(token)) return Number(token);
    if (/^(?:true|false)$/i.test(token)) return /^true$/i.test(token);
    if (/^null$/i.test(token)) return null;
    if (!/^\w/.test(token)) return UNKNOWN;
    if (tokens?.[at] === "(") return call(token, depth);
    return path(token, depth);
  }

  function call(name: string, depth: number): Value {
    const values: Value[] = [];
    at += 1;
    while (tokens?.[at] !== ")" && tokens?.[at] !== undefined) {
      values.push(expression(depth + 1));
      if (tokens[at] === ",") at += 1;
      else if (tokens[at] !== ")") return UNKNOWN;
    }
    at += 1;
    return apply(name.toLowerCase(), values);
  }

  function path(name: string, depth: number): Value {
    let value: Value | undefined;
    for (let isFirst = true; ; isFirst = false) {
      let key: Value = UNKNOWN;
      if (tokens?.[at] === ".") {
        key = tokens[at + 1] ?? UNKNOWN;
        at += 2;
      } else if (tokens?.[at] === "[") {
        at += 1;
        key = expression(depth + 1);
        at += 1;
      } else return value ?? names.root(name);
      const written = typeof key === "string" || typeof key === "number" ? String(key) : undefined;
      if (isFirst && written !== undefined) value = names.below(name, written);
      value = value !== undefined && isFirst ? value : memberOf(value ?? names.root(name), written);
    }
  }
}

function tokensOf(text: string): readonly string[] | undefined {
  const found: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    found.push(match[0].trim());
  }
  return found;
}

function memberOf(value: Value, key: string | undefined): Value {
  if (value === UNKNOWN || key === undefined || key === "*") return UNKNOWN;
  if (isPair(value))
    return key === "key" ? value.pairKey : key === "value" ? value.pairValue : memberOf(value.pairValue, key);
  if (!isField(value)) return null;
  return /^\d+$/.test(key) && value.kind === "list" ? value.at(Number(key)) : value.at(key);
}

export function isField(value: Value): value is Field {
  return typeof value === "object" && value !== null && "presence" in value;
}

function isPair(value: Value): value is Pair {
  return typeof value === "object" && value !== null && "pairKey" in value;
}

/** A scalar as what it says; a map, a list or a pair as itself. */
function plain(value: Value): Exclude<Value, Field> | Field {
  if (!isField(value) || value.kind === "map" || value.kind === "list") return value;
  if (value.presence === "absent") return value.source === undefined ? UNKNOWN : null;
  if (value.presence === "unknown") return UNKNOWN;
  const text = value.source ?? "";
  return /\$\{\{|\$\[|\$\(|^\$\{\w+\}$/.test(text) ? UNKNOWN : (value.flag() ?? text);
}

/** As text; nothing for what is not known, or has none. */
export function textOfValue(value: Value): string | undefined {
  if (isField(value) && value.kind === "scalar") return value.source;
  const it = plain(value);
  if (it === null) return "";
  if (it === UNKNOWN || typeof it === "object") return undefined;
  return typeof it === "boolean" ? (it ? "True" : "False") : String(it);
}

/** Whether a condition that has this value holds; nothing where that is not known. */
export function truthOf(value: Value): boolean | undefined {
  const it = plain(value);
  if (it === UNKNOWN) return undefined;
  if (typeof it === "string") return it !== "" && !/^false$/i.test(it);
  return it !== null && it !== false && it !== 0;
}

/** `eq` and its kin compare texts without regard to case. */
function comparable(value: Value): string | undefined {
  return textOfValue(isField(value) ? plain(value) : value)?.toLowerCase();
}

function apply(name: string, values: readonly Value[]): Value {
  const [first = UNKNOWN, second = UNKNOWN] = values;
  const truths = () => values.map(truthOf);
  const known = (value: boolean | undefined): Value => value ?? UNKNOWN;
  const compare = (test: (a: string, b: string) => boolean): boolean | undefined => {
    const [a, b] = [comparable(first), comparable(second)];
    return a === undefined || b === undefined ? undefined : test(a, b);
  };
  switch (name) {
    case "always":
      return true;
    case "eq":
      return known(compare((a, b) => a === b));
    case "ne":
      return known(compare((a, b) => a !== b));
    case "and":
      return truths().includes(false) ? false : truths().includes(undefined) ? UNKNOWN : true;
    case "or":
      return truths().includes(true) ? true : truths().includes(undefined) ? UNKNOWN : false;
    case "not":
      return known(opposite(truthOf(first)));
    case "in":
    case "notin": {
      const wanted = comparable(first);
      const others = values.slice(1).map(comparable);
      const found = wanted !== undefined && others.includes(wanted);
      if (found) return name === "in";
      return wanted === undefined || others.includes(undefined) ? UNKNOWN : name === "notin";
    }
    case "contains":
      return known(compare((a, b) => a.includes(b)));
    case "startswith":
      return known(compare((a, b) => a.startsWith(b)));
    case "endswith":
      return known(compare((a, b) => a.endsWith(b)));
    case "containsvalue": {
      const wanted = comparable(second);
      if (!isField(first) || wanted === undefined) return UNKNOWN;
      const inner = first.kind === "map" ? first.writtenEntries().map(([, it]) => it) : first.writtenItems();
      return inner.some((it) => comparable(it) === wanted);
    }
    case "length":
      return isField(first) && first.kind === "list"
        ? first.writtenItems().length
        : (textOfValue(first)?.length ?? UNKNOWN);
    case "coalesce":
      return values.find((it) => plain(it) !== null && plain(it) !== "") ?? null;
    case "iif": {
      const held = truthOf(first);
      return held === undefined ? UNKNOWN : held ? second : (values[2] ?? null);
    }
    case "lower":
      return textOfValue(first)?.toLowerCase() ?? UNKNOWN;
    case "upper":
      return textOfValue(first)?.toUpperCase() ?? UNKNOWN;
    case "trim":
      return textOfValue(first)?.trim() ?? UNKNOWN;
    case "replace": {
      const [text, from, to] = values.map(textOfValue);
      return text === undefined || !from || to === undefined ? UNKNOWN : text.replaceAll(from, to);
    }
    case "format":
      return format(values.map(textOfValue)) ?? UNKNOWN;
    default:
      return UNKNOWN;
  }
}

function opposite(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function format([pattern, ...values]: readonly (string | undefined)[]): string | undefined {
  if (pattern === undefined || values.includes(undefined)) return undefined;
  // A doubled brace stands for itself.
  return pattern.replace(/\{\{|\}\}|\{(\d+)(?::[^{}]*)?\}/g, (whole, index: string | undefined) =>
    index === undefined ? whole.charAt(0) : (values[Number(index)] ?? whole),
  );
}
