/** The shape of `.kmm.yaml`: validated against its JSON Schema, one problem per cause, each on its own token. */
import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import type { Json, Key, MessageArgs, Place } from "../../model/edit.ts";
import schema from "../../model/kmm.schema.json";
import { DIMENSIONS } from "../../model/kmm.ts";
import { nearest } from "./nearest.ts";
import type { SourceDocument } from "./source.ts";

export interface ConfigProblem {
  readonly place: Place;
  /** Key of the message among the interface's texts. */
  readonly key: string;
  readonly args: MessageArgs;
  readonly severity: "error" | "warning";
}

/** More than this many problems help nobody. */
export const MAX_PROBLEMS = 100;

/**
 * The validator hands every error up through its parents, each time copied; on large data it stops at the first one.
 */
const LARGE = 3_000;

/** Made when the first configuration is read; `every` tells of every error, `first` of one. */
const validators = new Map<"every" | "first", Validator>();

function validatorFor(size: number): Validator {
  const tells = size > LARGE ? "first" : "every";
  let validator = validators.get(tells);
  if (validator === undefined) {
    validator = new Validator(schema as unknown as Schema, "7", tells === "first");
    validators.set(tells, validator);
  }
  return validator;
}

/** What is wrong with the shape of the configuration; nothing when it can be read as `Written`. */
export function shapeProblems(document: SourceDocument, data: Json, size: number): readonly ConfigProblem[] {
  const result = validatorFor(size).validate(data);
  return result.valid
    ? []
    : causesOf(result.errors.map((error) => ({ error, path: pathOf(error.instanceLocation, data) })))
        .slice(0, MAX_PROBLEMS)
        .map((fault) => problemOf(document, fault, data));
}

interface Fault {
  readonly error: OutputUnit;
  readonly path: readonly Key[];
}

/** Keywords that only say that something below them is wrong. */
const WRAPPERS = new Set(["$ref", "anyOf", "properties", "additionalProperties", "items"]);
/** Keywords that say that a value is of another kind altogether. */
const KINDS = new Set(["type", "enum"]);

/**
 * The faults that are causes. Of alternatives the validator tells what each one lacks: where something deeper is
 * wrong, that alternative was meant; else one message says all that the place takes.
 */
function causesOf(faults: readonly Fault[]): readonly Fault[] {
  const leaves = faults.filter(({ error }) => !WRAPPERS.has(error.keyword));
  const above = new Set(leaves.flatMap(({ path }) => path.map((_, index) => pointer(path.slice(0, index)))));
  const told = new Set<string>();
  return leaves.filter(({ error, path }) => {
    if (KINDS.has(error.keyword) && above.has(pointer(path))) return false;
    const cause = error.keyword === "required" ? `${pointer(path)} ${error.error}` : pointer(path);
    if (told.has(cause)) return false;
    told.add(cause);
    return true;
  });
}

function pointer(path: readonly Key[]): string {
  return JSON.stringify(path);
}

/** `#/waivers/0/path` as keys and indices. */
function pathOf(location: string, data: Json): readonly Key[] {
  const path: Key[] = [];
  let value: Json | undefined = data;
  for (const step of location.split("/").slice(1)) {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    const key: Key = Array.isArray(value) ? Number(name) : name;
    path.push(key);
    value = childOf(value, key);
  }
  return path;
}

function childOf(value: Json | undefined, key: Key): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Array.isArray(value) ? value[Number(key)] : (value as Readonly<Record<string, Json>>)[key];
}

function valueAt(data: Json, path: readonly Key[]): Json | undefined {
  return path.reduce<Json | undefined>(childOf, data);
}

function problemOf(document: SourceDocument, { error, path }: Fault, data: Json): ConfigProblem {
  const key = String(path.findLast((step) => typeof step === "string") ?? "");
  if (error.keyword === "false") {
    const near = nearest(key, knownKeys(path));
    const onKey = { document, path, onKey: true } as const;
    if (near === undefined) return { place: onKey, key: "config.unknownKey", args: { key }, severity: "error" };
    return { place: onKey, key: "config.unknownKeyNear", args: { key, near }, severity: "error" };
  }
  if (error.keyword === "required") {
    const missing = /"(.+)"/.exec(error.error)?.[1] ?? "";
    return {
      place: firstKeyOf(document, path, data),
      key: "config.missing",
      args: { key: missing },
      severity: "error",
    };
  }
  const place: Place = { document, path };
  if (error.keyword === "maxItems" || error.keyword === "maxProperties") {
    return { place: { ...place, onKey: true }, key: "config.tooMany", args: { key }, severity: "error" };
  }
  if (error.keyword === "maxLength") return { place, key: "config.tooLong", args: { key }, severity: "error" };
  return { place, key: expectation(path), args: { key }, severity: "error" };
}

/** An item is pointed at by its first key: it has none of its own. */
function firstKeyOf(document: SourceDocument, path: readonly Key[], data: Json): Place {
  const key = Object.keys(Object(valueAt(data, path)))[0];
  return key === undefined ? { document, path } : { document, path: [...path, key], onKey: true };
}

const WAIVER = schema.properties.waivers.items.properties;
const ANSWER = schema.properties.answers.items.properties;
const EXTERNAL = schema.properties.external.items.properties;

/** Keys that the map around an unknown key takes. */
function knownKeys(path: readonly Key[]): readonly string[] {
  switch (path.length < 2 ? "" : shapeOf(path.slice(0, -1))) {
    case "":
      return Object.keys(schema.properties);
    case "target":
      return DIMENSIONS;
    case "ladder":
      return ["mode", "bounds"];
    case "ladder/bounds":
      return ["partially", "largely", "fully"];
    case "practices/*":
      return ["level", "required"];
    case "waivers/*":
      return Object.keys(WAIVER);
    case "answers/*":
      return Object.keys(ANSWER);
    case "external/*":
      return Object.keys(EXTERNAL);
    case "environments/*":
      return ["name", "paths"];
    default:
      return [];
  }
}

/** A path with `*` for what the author names or numbers. */
function shapeOf(path: readonly Key[]): string {
  return path
    .map((step, index) => (typeof step === "number" || (index === 1 && path[0] === "practices") ? "*" : step))
    .join("/");
}

/** What a place takes, by its shape; the first that fits. */
const EXPECTATIONS: readonly (readonly [RegExp, string])[] = [
  [/^$/, "config.value.root"],
  [/^target$/, "config.value.target"],
  [/^target\/|^practices\/\*\/level$/, "config.value.level"],
  [/^ladder$/, "config.value.ladder"],
  [/^ladder\/mode$/, "config.value.mode"],
  [/^ladder\/bounds$/, "config.value.bounds"],
  [/^ladder\/bounds\//, "config.value.bound"],
  [/^kubernetesVersion$/, "config.value.kubernetesVersion"],
  [/^practices$/, "config.value.practices"],
  [/^practices\/\*$/, "config.value.practice"],
  [/^practices\/\*\/required$/, "config.value.required"],
  [/^answers\/\*\/answer$/, "config.value.answer"],
  [/^environments$/, "config.value.environments"],
  [/^exclude$|^environments\/(\*\/paths|[^*/]+)$/, "config.value.globs"],
  [/^exclude\/\*$|^waivers\/\*\/path$|^environments\/.*\/\*$/, "config.value.glob"],
  [/^(waivers|answers|external|reviewers)$/, "config.value.list"],
  [/^(waivers|answers|external|environments)\/\*$/, "config.value.entry"],
  [/(^|\/)(expires|answeredAt|reviewBy|reviewedAt)$/, "config.value.date"],
];

function expectation(path: readonly Key[]): string {
  const shape = shapeOf(path);
  return EXPECTATIONS.find(([pattern]) => pattern.test(shape))?.[1] ?? "config.value.text";
}
