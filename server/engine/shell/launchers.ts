/** The commands that run in the end, behind `npx`, `go run`, `docker run IMAGE`, `find -exec`, `sh -c` and the like. */
import { IMAGES, LAUNCHERS } from "../../../model/tools.ts";
import { parseShell } from "../shell.ts";
import { afterOptions, dropPrefixes, followsPattern, isVariable, nestedScript, patternOf, programOf } from "./words.ts";

const MAX_DEPTH = 5;

const launchers = LAUNCHERS.map((row) => ({ row, pattern: patternOf(row.command) }));

/** The command as written, and what it runs; innermost last. */
export function realCommands(words: readonly string[]): readonly (readonly string[])[] {
  return unfold(words, 0);
}

function unfold(words: readonly string[], depth: number): readonly (readonly string[])[] {
  if (words.length < 2 || depth >= MAX_DEPTH) return [words];
  const inner = innerCommands(words).filter((it) => it.length > 0);
  return [words, ...inner.flatMap((it) => unfold(it, depth + 1))];
}

function innerCommands(words: readonly string[]): readonly (readonly string[])[] {
  const program = programOf(words[0] ?? "");
  const args = words.slice(1);
  if (/^(?:docker|podman|nerdctl|docker-compose)$/.test(program)) return containerCommand(program, args);
  if (program === "find") return executed(args);
  if (depthOfScript(program)) {
    const script = nestedScript(words);
    return script === undefined ? [] : parseShell(script).map((it) => it.words);
  }
  for (const { row, pattern } of launchers) {
    if (!pattern.programs.includes(program)) continue;
    const behind = followsPattern(args, pattern.rest);
    if (behind === undefined) continue;
    const separators = row.separator?.split("|") ?? [];
    const at = args.findIndex((it, index) => index >= behind && separators.includes(it));
    const start = at === -1 ? afterOptions(args, behind, row.values?.split("|") ?? []) + (row.skip ?? 0) : at + 1;
    return [launched(args.slice(start))];
  }
  return [];
}

/** Shells inside a launcher or a container; a shell at the start of a command was read with the text itself. */
function depthOfScript(program: string): boolean {
  return /^(?:(?:ba|z|da|k|a)?sh|pwsh|powershell|su)$/.test(program);
}

/** `pkg@1.2`, `example.org/cmd/tool/v2@latest`, `nixpkgs#tool -- args`: the tool and its arguments. */
function launched(words: readonly string[]): readonly string[] {
  const [first, ...others] = words;
  if (first === undefined) return [];
  const name = first
    .replace(/(.)@[^/]*$/, "$1")
    .replace(/^.*#/, "")
    .replace(/\/v\d+$/, "");
  const rest = others[0] === "--" ? others.slice(1) : others;
  const command = [name, ...rest];
  return command.slice(dropPrefixes(command).from);
}

function executed(args: readonly string[]): readonly (readonly string[])[] {
  const at = args.findIndex((it) => /^-(?:exec|execdir|ok)$/.test(it));
  if (at === -1) return [];
  const rest = args.slice(at + 1);
  const to = rest.findIndex((it) => it === ";" || it === "+" || it === "\\;");
  return [to === -1 ? rest : rest.slice(0, to)];
}

/** Options of `docker run` that take no value; every other one takes the next word. */
const SWITCHES =
  /^(?:--(?:rm|init|privileged|read-only|detach|tty|interactive|no-healthcheck|oom-kill-disable|publish-all|quiet|no-deps|no-tty|service-ports|build|remove-orphans)|-[a-zA-Z]*[itdPqTd])$/;

function containerCommand(program: string, args: readonly string[]): readonly (readonly string[])[] {
  let i = afterOptions(args, 0, [
    "--context",
    "-c",
    "-H",
    "--host",
    "--config",
    "-l",
    "--log-level",
    "-f",
    "--file",
    "-p",
  ]);
  const compose = program === "docker-compose" || args[i] === "compose";
  if (args[i] === "compose")
    i = afterOptions(args, i + 1, ["-f", "--file", "-p", "--project-name", "--profile", "--env-file"]);
  if (args[i] === "container") i += 1;
  const verb = args[i];
  if (verb !== "run" && verb !== "exec") return [];
  let entrypoint: string | undefined;
  i += 1;
  while (i < args.length) {
    const word = args[i] ?? "";
    const options = isVariable(word) && /(?:ARG|OPT|FLAG)/i.test(word);
    if (!word.startsWith("-") && !options) break;
    if (options) i += 1;
    else if (word.startsWith("--entrypoint")) {
      const inline = word.startsWith("--entrypoint=");
      entrypoint = inline ? word.slice("--entrypoint=".length) : args[i + 1];
      i += inline ? 1 : 2;
    } else if (SWITCHES.test(word) || word.includes("=") || (/^-[a-z]/.test(word) && word.length > 2)) i += 1;
    else i += 2;
  }
  const subject = args[i];
  const rest = args.slice(i + 1);
  if (subject === undefined) return [];
  if (entrypoint !== undefined && entrypoint !== "") return [[entrypoint, ...rest]];
  return [verb === "exec" || compose ? rest : containerWords(subject, rest)];
}

/** What a container runs when it is started from this image with these arguments. */
export function containerWords(image: string, args: readonly string[]): readonly string[] {
  const entry = entryOf(image);
  if (entry === undefined || entry === "") return args;
  const words = entry.split(" ");
  return programOf(args[0] ?? "") === words[0] ? args : [...words, ...args];
}

/** The program an image starts with; "" for one that runs its arguments, `undefined` for an unknown one. */
function entryOf(image: string): string | undefined {
  const repository = image
    .replace(/^docker:\/\//, "")
    .replace(/@sha256:.*$/, "")
    .replace(/:[^/]*$/, "");
  const parts = repository.split("/");
  for (let from = Math.max(0, parts.length - 4); from < parts.length; from += 1) {
    const name = parts.slice(from).join("/");
    if (Object.hasOwn(IMAGES, name)) return IMAGES[name];
  }
  return undefined;
}
