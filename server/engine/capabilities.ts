/** What the commands and references of a pipeline give it, by the lexicon. */
import type { Place } from "../../model/edit.ts";
import type { CapabilityName, Field } from "../../model/facts.ts";
import { COMMANDS } from "../../model/tools/commands.ts";
import { REFERENCES, RUNNERS } from "../../model/tools/references.ts";
import type { CommandRow, ReferenceKind, ReferenceRow, Setting } from "../../model/tools.ts";
import { realCommands } from "./shell/launchers.ts";
import { followsPattern, type Pattern, patternOf, programOf } from "./shell/words.ts";
import { type PlacedCommand, parseShell, readCommands, type ShellOptions } from "./shell.ts";

/**
 * What surrounds a step: variables of the environment, inputs of the called pipeline as `inputs.name`, and
 * `permissions.id-token`; `undefined` when not set or not known.
 */
export type Environment = (name: string) => string | undefined;

/** A capability where it was seen, before it is known of which step. */
export interface Sighting {
  readonly name: CapabilityName;
  readonly tool: string;
  readonly place: Place;
  readonly text: string;
  /** The command itself can fail the run; whether its step and job let it is another matter. */
  readonly gating: boolean;
  /** Half of the capability only. */
  readonly half: "edit" | "publish" | undefined;
}

interface CompiledRow {
  readonly row: CommandRow;
  readonly pattern: Pattern;
}

/** Rows by the name of their program; those whose program is only a beginning stand apart. */
const byProgram = new Map<string, CompiledRow[]>();
const byBeginning: CompiledRow[] = [];

for (const row of COMMANDS) {
  const pattern = patternOf(row.command);
  for (const program of pattern.programs) {
    if (program.endsWith("*")) byBeginning.push({ row, pattern });
    else byProgram.set(program, [...(byProgram.get(program) ?? []), { row, pattern }]);
  }
}

/** Arguments that make a tool say something about itself and do no work. */
const IDLE =
  /^(?:--?version|--?help|-[hvV]|version|help|completion|login|logout|auth|config|update|upgrade|db|cache|plugin|init|install)$/;
const MAX_ARGUMENTS = 4_000;

/** What a command gives; nothing for most commands. */
export function sightingsOfCommand(command: PlacedCommand, environment: Environment): readonly Sighting[] {
  const seen = new Map<string, Sighting>();
  for (const words of realCommands(command.words)) {
    const program = programOf(words[0] ?? "");
    const args = words.slice(1);
    if (args.includes("--help") || (args.length === 1 && /^-{1,2}(?:version|h|v|V)$/.test(args[0] ?? ""))) continue;
    const rows = [
      ...(byProgram.get(program) ?? []),
      ...byBeginning.filter((it) => begins(program, it.pattern.programs)),
    ];
    for (const { row, pattern } of rows) {
      if (pattern.rest.length === 0 && IDLE.test(args[0] ?? "")) continue;
      if (followsPattern(args, pattern.rest) === undefined) continue;
      if (row.alone === true && command.used) continue;
      if (row.arguments !== undefined && !row.arguments.test(args.join(" ").slice(0, MAX_ARGUMENTS))) continue;
      const read: Environment = (name) =>
        resolve(name.startsWith("-") ? flagOf(args, name) : environment(name), environment);
      if (!applies(row, read)) continue;
      for (const name of [row.gives].flat()) {
        const tool = row.tool ?? program;
        const gating = !command.tolerated && gates(row, read);
        const known = seen.get(`${name} ${tool}`);
        if (known?.gating === true) continue;
        seen.set(`${name} ${tool}`, { name, tool, place: command.place, text: command.text, gating, half: row.half });
      }
    }
  }
  return [...seen.values()];
}

/** What an action, include, task or the like gives. */
export function sightingsOfReference(
  kind: ReferenceKind,
  reference: Field,
  inputs: Field,
  environment: Environment,
): readonly Sighting[] {
  const text = reference.source;
  if (text === undefined) return [];
  const name = referenceName(kind, text);
  const read: Environment = (input) => resolve(scalarOf(inputOf(inputs, input)) ?? environment(input), environment);
  return REFERENCES.filter((row) => row.kind === kind && refersTo(row, name) && applies(row, read)).flatMap((row) =>
    [row.gives].flat().map((capability) => ({
      name: capability,
      tool: row.tool ?? (kind === "action" || kind === "task" ? text.trim().replace(/@.*$/s, "") : name),
      place: reference.place,
      text,
      gating: gates(row, read),
      half: row.half,
    })),
  );
}

/** The commands that an action or task runs because one of its inputs says so. */
export function commandsOfReference(
  kind: ReferenceKind,
  reference: Field,
  inputs: Field,
  options: ShellOptions,
): readonly PlacedCommand[] {
  const text = reference.source;
  if (text === undefined) return [];
  const name = referenceName(kind, text);
  for (const row of RUNNERS) {
    if (row.kind !== kind || !refersTo(row, name)) continue;
    for (const input of row.inputs) {
      const field = inputOf(inputs, input);
      const texts = field.kind === "list" ? field.writtenItems() : [field];
      if (texts.every((it) => scalarOf(it) === undefined)) continue;
      const program = row.program;
      if (program !== undefined && field.kind === "list") {
        // A list of arguments, rather than of commands.
        const words = [program, ...texts.map((it) => it.source ?? "")];
        return [{ words, text: words.join(" "), place: field.place, tolerated: false, used: false }];
      }
      const commands = texts.flatMap((it) => readCommands(it, options));
      if (program === undefined) return commands;
      return commands.map((it) => (it.words[0] === program ? it : { ...it, words: [program, ...it.words] }));
    }
  }
  return [];
}

/** Words of an input that holds arguments rather than a command line. */
export function argumentsOf(text: string): readonly string[] {
  return parseShell(`args ${text}`)[0]?.words.slice(1) ?? [];
}

/** A value that only passes on an input or a variable, `${{ inputs.push }}`, is what it passes on, where that is known. */
export function resolve(text: string | undefined, environment: Environment): string | undefined {
  let value = text;
  for (let hops = 0; hops < 3 && value !== undefined; hops += 1) {
    const [, context, name] = /^\$\{\{\s*(inputs|env)\.([\w-]+)\s*\}\}$/.exec(value) ?? [];
    const next = name === undefined ? undefined : environment(context === "env" ? name : `inputs.${name}`);
    if (next === undefined || next === value) break;
    value = next;
  }
  return value;
}

function begins(program: string, beginnings: readonly string[]): boolean {
  return beginnings.some((it) => it.endsWith("*") && program.startsWith(it.slice(0, -1)));
}

/** The reference as the lexicon writes it: no version, no folder, no `.gitlab-ci.yml`. */
function referenceName(kind: ReferenceKind, text: string): string {
  const bare = text.trim().toLowerCase();
  switch (kind) {
    case "action":
    case "task":
      return bare.replace(/@.*$/s, "");
    case "pipe":
      return bare.replace(/^docker:\/\//, "").replace(/:.*$/s, "");
    case "orb":
      return bare.replace(/@[^/]*/, "").replaceAll("-", "_");
    case "include": {
      const component = /\/(components\/[\w-]+)/.exec(bare)?.[1];
      return component ?? (bare.split("/").at(-1) ?? "").replace(/(?:\.latest)?\.gitlab-ci\.ya?ml$/, "");
    }
    case "plugin":
      return bare.replace(/#.*$/s, "");
    case "tekton":
      return bare;
    default:
      return kind satisfies never;
  }
}

function refersTo(row: Pick<ReferenceRow, "kind" | "reference">, name: string): boolean {
  return row.reference
    .toLowerCase()
    .split("|")
    .some((one) => {
      const wanted = row.kind === "orb" ? one.replaceAll("-", "_") : one;
      if (wanted.endsWith("*")) return name.startsWith(wanted.slice(0, -1));
      // A path below an action belongs to it only where the lexicon does not name another path of the same repository.
      return name === wanted || (row.kind === "action" && name.startsWith(`${wanted}/.github/workflows/`));
    });
}

/** An input, whatever its capitals: GitHub's and Azure's inputs have no case. */
function inputOf(inputs: Field, name: string): Field {
  const exact = inputs.at(name);
  if (exact.presence !== "absent") return exact;
  const lower = name.toLowerCase();
  return inputs.writtenEntries().find(([key]) => key.toLowerCase() === lower)?.[1] ?? exact;
}

function scalarOf(field: Field): string | undefined {
  const text = field.presence === "absent" ? undefined : field.source?.trim();
  return text === "" ? undefined : text;
}

function applies(row: Pick<ReferenceRow, "when" | "unless">, read: Environment): boolean {
  return (row.when ?? []).every((it) => holds(it, read)) && !(row.unless ?? []).some((it) => holds(it, read));
}

function gates(row: Pick<ReferenceRow, "gates" | "soft">, read: Environment): boolean {
  if (row.gates !== undefined) return row.gates.some((it) => holds(it, read));
  return !(row.soft ?? []).some((it) => holds(it, read));
}

function holds(setting: Setting, read: Environment): boolean {
  const value = setting.name
    .split("|")
    .map(read)
    .find((it) => it !== undefined);
  if (value === undefined) return false;
  if (setting.is === undefined) return !/^(?:false|none|off)$/i.test(value);
  // What an expression or a variable will say is not known here, so nothing is read into it.
  return !/\$\{\{|^\$|^<</.test(value) && setting.is.test(value);
}

/** The value of a flag, "" when it stands alone; `undefined` when it is not there. */
function flagOf(args: readonly string[], name: string): string | undefined {
  const short = /^-[A-Za-z]$/.test(name);
  for (const [index, word] of args.entries()) {
    if (word === "--") return undefined;
    if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
    const clustered = short && word.length <= 4 && /^-[A-Za-z]+$/.test(word) && word.endsWith(name.slice(1));
    if (word === name || clustered) {
      const next = args[index + 1];
      return next === undefined || next.startsWith("-") ? "" : next;
    }
  }
  return undefined;
}
