/** The shell of a GitLab job: all lines of `before_script` and `script` run in one, line after line. */
import type { Field } from "../../../model/facts.ts";
import { argumentsOf, type Environment } from "../capabilities.ts";
import { type PlacedCommand, parseShell, type ShellCommand, type ShellOptions } from "../shell.ts";

/** The runner starts its shell so. */
const OPTIONS: ShellOptions = { errexit: true, pipefail: true };
const MAX_TEXT = 60_000;
const MAX_CALLS = 2_000;

/** One line of a script, which may have lines of its own. */
export interface Line {
  readonly field: Field;
  readonly commands: readonly PlacedCommand[];
}

/** Lines that run in one shell, with their commands. What a function does counts where it is called. */
export function readLines(fields: readonly Field[], environment: Environment): readonly Line[] {
  const texts = fields.map((it) => it.source ?? "");
  if (texts.reduce((sum, it) => sum + it.length + 1, 0) > MAX_TEXT && fields.length > 1)
    return fields.flatMap((it) => readLines([it], environment));
  const starts: number[] = [];
  let length = 0;
  for (const text of texts) {
    starts.push(length);
    length += text.length + 1;
  }
  const { text, functions } = withoutFunctions(texts.join("\n"));
  const lines = fields.map((field) => ({ field, commands: [] as PlacedCommand[] }));
  let calls = 0;
  let at = 0;
  for (const command of parseShell(text, OPTIONS)) {
    while (at + 1 < starts.length && command.from >= (starts[at + 1] ?? 0)) at += 1;
    while (at > 0 && command.from < (starts[at] ?? 0)) at -= 1;
    const line = lines[at];
    const start = starts[at] ?? 0;
    if (line === undefined) continue;
    const place = line.field.part(command.from - start, Math.min(command.to - start, texts[at]?.length ?? 0));
    add(command, place, line.commands, new Set());
  }
  return lines;

  function calledIn(words: readonly string[]): string | undefined {
    const [first = "", ...others] = words;
    if (functions.has(first)) return first;
    return WRAPPERS.test(first) ? others.find((it) => functions.has(it)) : undefined;
  }

  function add(
    command: ShellCommand,
    place: PlacedCommand["place"],
    into: PlacedCommand[],
    entered: ReadonlySet<string>,
  ): void {
    const { tolerated, used } = command;
    const words = expanded(command.words, environment);
    into.push({ words, text: command.text, place, tolerated, used });
    const name = calledIn(words);
    const body = name === undefined ? undefined : functions.get(name);
    if (name === undefined || body === undefined || entered.has(name) || calls >= MAX_CALLS) return;
    calls += 1;
    for (const inner of body) {
      const both = { ...inner, tolerated: tolerated || inner.tolerated, used: used || inner.used };
      add(both, place, into, new Set([...entered, name]));
    }
  }
}

const FUNCTION =
  /^([ \t]*)(?:function[ \t]+([\w.:-]+)[ \t]*(?:\([ \t]*\))?|([\w.:-]+)[ \t]*\([ \t]*\))[ \t]*\{[ \t]*(?:#.*)?$/;
/** What runs a function that it is given. */
const WRAPPERS = /^(?:retry|timeout|time|eval|command|trap|section|run)$/;

/** The text with the bodies of functions blanked, and what those hold. */
function withoutFunctions(text: string): {
  readonly text: string;
  readonly functions: ReadonlyMap<string, readonly ShellCommand[]>;
} {
  const functions = new Map<string, readonly ShellCommand[]>();
  if (!/\(\)|function/.test(text)) return { text, functions };
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const [, indent, long, short] = FUNCTION.exec(lines[at]?.trimEnd() ?? "") ?? [];
    const name = long ?? short;
    if (name === undefined || indent === undefined) continue;
    const end = lines.findIndex((it, index) => index > at && it.trimEnd().replace(/;$/, "") === `${indent}}`);
    if (end < 0) continue;
    functions.set(name, parseShell(lines.slice(at + 1, end).join("\n"), OPTIONS));
    for (let blank = at; blank <= end; blank += 1) lines[blank] = " ".repeat(lines[blank]?.length ?? 0);
    at = end;
  }
  return { text: lines.join("\n"), functions };
}

/** Words with the variables in them replaced, where the pipeline says what they are. */
function expanded(words: readonly string[], environment: Environment): readonly string[] {
  if (!words.some((it) => it.includes("$"))) return words;
  return words.flatMap((word) => {
    const alone = /^\$(?:(\w+)|\{(\w+)\})$/.exec(word);
    const value = alone === null ? undefined : environment(alone[1] ?? alone[2] ?? "");
    if (value !== undefined) return value.trim() === "" ? [] : argumentsOf(value);
    return [withVariables(word, environment)];
  });
}

/** A text with the variables in it replaced, where they are known. */
export function withVariables(text: string, environment: Environment): string {
  return text.replace(/\$(?:(\w+)|\{(\w+)\})/g, (whole, plain?: string, braced?: string) => {
    return environment(plain ?? braced ?? "") ?? whole;
  });
}

/** Commands that say where what follows is run, or fetch what it runs. */
export function isPreparation({ words }: PlacedCommand): boolean {
  return /(?:^|\/)(?:cd|pushd|curl|wget|gh|git|aws|gsutil|tar|unzip)$/.test(words[0] ?? "");
}
