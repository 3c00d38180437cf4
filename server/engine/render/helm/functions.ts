/** The functions of templates, as far as they hand on a value or choose between several. */
import type { Json, Key } from "../../../../model/edit.ts";
import { constant, fieldOf, isTrue, madeOf, type Result, textOf, UNKNOWN } from "./result.ts";
import { isList, isMap } from "./values.ts";

/** Calls a function of Go, Sprig or helm. One that is not known depends on all that it is given. */
export function callFunction(name: string, args: readonly Result[]): Result {
  const first = args[0] ?? UNKNOWN;
  const last = args.at(-1) ?? UNKNOWN;
  if (SHAPING.has(name)) return name === "trim" && typeof last.value === "string" ? trimmed(last) : last;
  switch (name) {
    case "default":
      return args.length > 1 ? firstTrue([last, first]) : first;
    case "coalesce":
    case "or":
      return firstTrue(args);
    case "and":
      return args.find(({ value }) => value === undefined || !isTrue(value)) ?? last;
    case "required":
      return last;
    case "tpl":
      return isTemplated(first.value) ? { ...first, value: undefined } : first;
    case "ternary":
      return choose(last, first, args[1] ?? UNKNOWN);
    case "index":
    case "get":
      return args.slice(1).reduce(step, first);
    case "dig":
      return firstTrue([args.slice(0, -2).reduce(step, last), args.at(-2) ?? UNKNOWN]);
    case "dict":
      return dict(args);
    case "merge":
    case "mustMerge":
      return merged(args);
    case "mergeOverwrite":
    case "mustMergeOverwrite":
      return merged(args.toReversed());
    case "":
      // A method of what helm knows of itself.
      return first.from.length === 0 ? UNKNOWN : madeOf(args);
    default: {
      const values = args.map(({ value }) => value);
      return madeOf(args, values.includes(undefined) ? undefined : compute(name, values as readonly Json[]));
    }
  }
}

/** Functions whose result reads as their last argument. */
const SHAPING = new Set(
  (
    "toYaml mustToYaml toJson mustToJson toPrettyJson mustToPrettyJson toRawJson toYamlPretty fromYaml fromJson " +
    "fromYamlArray fromJsonArray indent nindent quote squote trim toString int int64 float64 deepCopy mustDeepCopy print"
  ).split(" "),
);

function trimmed(result: Result): Result {
  return { ...result, value: String(result.value).trim() };
}

/** The first that is not empty. What is not known may be empty or not. */
function firstTrue(choices: readonly Result[]): Result {
  const [choice, ...others] = choices;
  if (choice === undefined) return UNKNOWN;
  if (others.length === 0) return choice;
  if (choice.value === undefined) return choice.scope === undefined ? madeOf([choice, firstTrue(others)]) : choice;
  return isTrue(choice.value) ? choice : firstTrue(others);
}

function choose(condition: Result, yes: Result, no: Result): Result {
  if (condition.value === undefined) return madeOf([condition, yes, no]);
  const chosen = isTrue(condition.value) ? yes : no;
  return chosen.from.length > 0 ? chosen : madeOf([condition], chosen.value);
}

function step(of: Result, key: Result): Result {
  const { value } = key;
  return typeof value === "string" || typeof value === "number" ? fieldOf(of, value as Key) : madeOf([of, key]);
}

function dict(args: readonly Result[]): Result {
  const fields = new Map<string, Result>();
  for (let at = 0; at < args.length; at += 2) {
    const key = args[at]?.value;
    if (typeof key === "string") fields.set(key, args[at + 1] ?? constant(""));
  }
  const all = [...fields.values()];
  const known = all.every(({ value }) => value !== undefined);
  const value = known ? Object.fromEntries([...fields].map(([key, one]) => [key, one.value ?? null])) : undefined;
  return { ...madeOf(all, value), fields };
}

/** Of several maps: each field is that of the first that has it. */
function merged(maps: readonly Result[]): Result {
  const fields = new Map<string, Result>();
  for (const map of maps)
    if (isMap(map.value))
      for (const key of Object.keys(map.value)) if (!fields.has(key)) fields.set(key, fieldOf(map, key));
  const known = maps.every(({ value }) => isMap(value));
  const value = known ? Object.fromEntries([...fields].map(([key, one]) => [key, one.value ?? null])) : undefined;
  return known ? { ...madeOf(maps, value), fields } : madeOf(maps);
}

function isTemplated(value: Json | undefined): boolean {
  return value !== undefined && value !== null && JSON.stringify(value).includes("{{");
}

/** What is easily worked out; nothing for everything else. */
function compute(name: string, args: readonly Json[]): Json | undefined {
  const [first, second] = args;
  const last = args.at(-1) ?? null;
  const text = textOf(last) ?? "";
  switch (name) {
    case "eq":
      return args.slice(1).some((one) => isEqual(first ?? null, one));
    case "ne":
      return !isEqual(first ?? null, second ?? null);
    case "not":
    case "empty":
      return !isTrue(last);
    case "hasKey":
      return isMap(first) && typeof second === "string" && Object.hasOwn(first, second);
    case "list":
    case "tuple":
      return args;
    case "len":
      return isList(last) ? last.length : isMap(last) ? Object.keys(last).length : text.length;
    case "gt":
      return typeof first === "number" && typeof second === "number" ? first > second : undefined;
    case "lower":
      return text.toLowerCase();
    case "upper":
      return text.toUpperCase();
    case "trunc":
      return typeof first === "number" ? (first < 0 ? text.slice(first) : text.slice(0, first)) : undefined;
    case "trimSuffix":
      return typeof first === "string" && first !== "" && text.endsWith(first) ? text.slice(0, -first.length) : text;
    case "trimPrefix":
      return typeof first === "string" && text.startsWith(first) ? text.slice(first.length) : text;
    case "replace":
      return text.replaceAll(String(first), String(second));
    case "contains":
      return text.includes(String(first));
    case "hasPrefix":
      return text.startsWith(String(first));
    case "hasSuffix":
      return text.endsWith(String(first));
    case "has":
      return isList(last) ? last.some((one) => isEqual(one, first ?? null)) : false;
    case "printf":
      return format(args);
    default:
      return undefined;
  }
}

function isEqual(one: Json, other: Json): boolean {
  return typeof one === "object" || typeof other === "object" ? false : String(one) === String(other);
}

function format([pattern, ...args]: readonly Json[]): string | undefined {
  let at = 0;
  let known = true;
  const text = String(pattern).replace(/%(.?)/g, (_, verb: string) => {
    if (verb === "%") return "%";
    const arg = textOf(args[at++]);
    if (arg === undefined || !"svdt".includes(verb)) known = false;
    return arg ?? "";
  });
  return known ? text : undefined;
}
