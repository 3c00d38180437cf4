/** Which value helm misses, from what it says when it refuses a chart. */

import { type Lacking, printedValues } from "../engine/render/helm/stand-ins.ts";

export interface MissingValue extends Lacking {
  /** It is printed where what comes out is no YAML; it is missing where nothing else gives it a value. */
  readonly perhaps: boolean;
}

const PLACE = String.raw`(?<source>[^\s:()]+/(?:templates|charts)/[^:()]+):(?<line>\d+)(?::\d+)?\)?`;
const VALUE = String.raw`\$?\.Values\.(?<path>\w+(?:\.\w+)*)`;
const TEXT = '(?:"(?<said>[^"]*)"|`(?<raw>[^`]*)`)';

/** A field of what is not there; a text that is to be one and is nothing. */
const NIL = new RegExp(
  String.raw`${PLACE}:?\s+executing "[^"]*" at <${VALUE}>:\s+(?:nil pointer evaluating interface \{\}|(?:wrong type for|invalid) value; expected string)`,
  "g",
);

const REFUSED = new RegExp(String.raw`execution error at \(${PLACE}`, "g");

/** `required "…" .Values.x`, and `.Values.x | required "…"`. */
const DEMANDS = [
  new RegExp(String.raw`required\s+${TEXT}\s+\(?${VALUE}`, "g"),
  new RegExp(String.raw`${VALUE}\s*\|\s*required\s+${TEXT}`, "g"),
];

/**
 * What is missing; nothing where that cannot be told. `textOf` gives the text of a template by the name that helm has
 * for it: `shop/templates/x.yaml`.
 */
export async function missingValues(
  errors: string,
  textOf: (source: string) => Promise<string | undefined>,
): Promise<readonly MissingValue[]> {
  // Whoever includes a helper is named before it.
  const { source = "", line = "", path } = [...errors.matchAll(NIL)].at(-1)?.groups ?? {};
  if (path !== undefined)
    return [{ ...valueAt(source, path), asked: isAsked(lineOf(await textOf(source), line), path) }];
  const refused = [...errors.matchAll(REFUSED)].at(-1)?.groups;
  if (refused !== undefined) {
    const written = lineOf(await textOf(refused["source"] ?? ""), refused["line"] ?? "");
    // Several may stand on one line: what helm repeats tells which it is.
    const demands = DEMANDS.flatMap((demand) => [...written.matchAll(demand)].map(({ groups = {} }) => groups));
    const demand = demands.find(({ said, raw }) => errors.includes(said ?? raw ?? "\n"));
    return demand === undefined ? [] : [valueAt(refused["source"] ?? "", demand["path"] ?? "")];
  }
  const broken = /YAML parse error on ([^\s:]+):/.exec(errors)?.[1];
  if (broken === undefined) return [];
  const text = (await textOf(broken)) ?? "";
  return printedValues(text).map((path) => ({ ...valueAt(broken, path), perhaps: true }));
}

function valueAt(source: string, path: string): MissingValue {
  return { path: [...chartsIn(source), ...path.split(".")], asked: false, perhaps: false };
}

/** Values of a chart inside of another stand under its name. */
function chartsIn(source: string): readonly string[] {
  return [...source.matchAll(/\/charts\/([^/]+)(?=\/)/g)].map(([, name = ""]) => name);
}

function lineOf(text: string | undefined, line: string): string {
  return text?.split("\n")[Number(line) - 1] ?? "";
}

/** The action around the value chooses by it, and does not print it. */
function isAsked(line: string, path: string): boolean {
  const before = line.slice(0, Math.max(line.indexOf(`.Values.${path}`), 0));
  return /^-?\s*(?:else\s+)?(?:if|with|range)\b/.test(before.slice(before.lastIndexOf("{{") + 2));
}
