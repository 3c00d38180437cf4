/** What helm says when it refuses, as one line with its place, and without anybody's values. */
import { isCredentialName } from "../../model/credentials.ts";
import type { HelmFailure } from "../engine/render/helm/failure.ts";
import { parseDocumentText } from "../engine/tree/parse.ts";
import type { Tree } from "../engine/tree/tree.ts";

/** `values`: texts of values files, whose secrets are not to be repeated. */
export function readFailure(errors: string, values: readonly string[], folders: readonly string[]): HelmFailure {
  const lines = errors.split(/\r?\n/);
  const first = lines.findIndex((line) => line.startsWith("Error: "));
  if (first < 0) return { text: "" };
  const said = [lines[first]?.slice("Error: ".length) ?? ""];
  // Newer versions say on the following lines what went wrong, each further inside than the one before.
  for (const line of lines.slice(first + 1, first + 12)) {
    if (line.trim() === "") break;
    said.push(line.trim());
  }
  const whole = folders.reduce((text, folder) => text.replaceAll(folder, "."), said.join(" "));
  const { place, rest } = placeIn(whole);
  const text = scrubbed(shortened(rest), values);
  return place === undefined ? { text } : { text, place };
}

const MAX_LENGTH = 300;

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}

interface Located {
  readonly place: HelmFailure["place"];
  /** What is said beside the place. */
  readonly rest: string;
}

/** The outermost template is named first: that is a file with objects in it, helpers are not. */
function placeIn(text: string): Located {
  const at = /\(?\b([^\s:()]+\/(?:templates|charts)\/[^:()]+):(\d+)(?::(\d+))?\)?:?/.exec(text);
  if (at !== null) {
    const place = { source: at[1] ?? "", line: Number(at[2]) };
    const rest = text.slice(at.index + at[0].length).replace(/^\s*executing "[^"]*" at (<[^\n]*?>): ?/, "$1: ");
    return { place, rest };
  }
  const yaml = /YAML parse error on ([^:]+): (?:error converting YAML to JSON: )?(.*)/s.exec(text);
  if (yaml !== null) return { place: { source: yaml[1] ?? "", line: undefined }, rest: yaml[2] ?? "" };
  const file = /(?:cannot load|failed to parse|open) (?:\.\/)?(\S+?\.(?:ya?ml|json|tpl)):? ?(.*)/s.exec(text);
  if (file !== null) {
    const line = /\bline (\d+)/.exec(file[2] ?? "")?.[1];
    return {
      place: { source: file[1] ?? "", line: line === undefined ? undefined : Number(line) },
      rest: file[2] ?? "",
    };
  }
  if (/^(validation: chart\.|chart requires kubeVersion)/.test(text))
    return { place: { source: "Chart.yaml", line: undefined }, rest: text };
  const schema = /schema\(s\) in the following chart\(s\):\s*(.*)/s.exec(text);
  if (schema !== null) return { place: { source: "values.schema.json", line: undefined }, rest: schema[1] ?? "" };
  return { place: undefined, rest: text };
}

const MAX_READ = 2_000_000;
const LEAST_LENGTH = 8;
const LEAST_SECRET = 3;

/** Templates may put values into what they say. Where there is too much to compare with, nothing of it is said. */
function scrubbed(text: string, values: readonly string[]): string {
  if (values.reduce((sum, one) => sum + one.length, 0) > MAX_READ) return "";
  let clean = text;
  for (const source of values)
    for (const secret of secretsIn(source)) if (clean.includes(secret)) clean = clean.replaceAll(secret, "***");
  return clean;
}

function secretsIn(source: string): ReadonlySet<string> {
  const secrets = new Set<string>();
  const visit = (tree: Tree, secret: boolean): void => {
    if (tree.kind === "map") for (const { key, value } of tree.entries) visit(value, secret || isCredentialName(key));
    else if (tree.kind === "list") for (const item of tree.items) visit(item, secret);
    else
      for (const line of tree.text.split("\n"))
        if (line.trim().length >= (secret ? LEAST_SECRET : LEAST_LENGTH)) secrets.add(line.trim());
  };
  const { tree } = parseDocumentText(source, { tier: "fast", templated: "never" });
  if (tree !== undefined) visit(tree, false);
  return secrets;
}
