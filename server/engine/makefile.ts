/** What `make TARGET` runs: rules, prerequisites and variables, as far as they are written down. */
import { parseShell, type ShellCommand } from "./shell.ts";

interface Rule {
  readonly needs: readonly string[];
  readonly recipe: readonly string[];
}

interface Makefile {
  readonly rules: ReadonlyMap<string, readonly Rule[]>;
  readonly variables: ReadonlyMap<string, string>;
  readonly first: string | undefined;
}

const MAX_TEXT = 256_000;
const MAX_LINE = 8_000;
const MAX_TARGETS = 200;

/**
 * Commands of a target and of what it needs, in the order in which they run; the first target when it is empty.
 * `undefined` when no rule makes it. `include` reads a file that the Makefile includes.
 */
export function makeRecipe(
  text: string,
  target: string,
  include: (path: string) => string | undefined,
): readonly ShellCommand[] | undefined {
  const makefile = readMakefile(text, include);
  const visited = new Set<string>();
  const goal = target === "" ? (makefile.variables.get(".DEFAULT_GOAL") ?? makefile.first) : target;
  return goal === undefined ? undefined : commandsOf(goal, makefile, visited);
}

function commandsOf(target: string, makefile: Makefile, visited: Set<string>): readonly ShellCommand[] | undefined {
  if (visited.has(target) || visited.size >= MAX_TARGETS) return [];
  visited.add(target);
  const rules = makefile.rules.get(target) ?? patternRules(target, makefile);
  if (rules === undefined) return undefined;
  return rules.flatMap((rule) => [
    ...rule.needs
      .flatMap((it) => expand(it, makefile).split(/\s+/))
      .flatMap((it) => commandsOf(it, makefile, visited) ?? []),
    ...rule.recipe.flatMap((line) => recipeLine(line, target, makefile, visited)),
  ]);
}

function patternRules(target: string, makefile: Makefile): readonly Rule[] | undefined {
  for (const [name, rules] of makefile.rules) {
    const at = name.indexOf("%");
    if (at === -1 || name === "%") continue;
    const fits =
      target.startsWith(name.slice(0, at)) && target.endsWith(name.slice(at + 1)) && target.length >= name.length;
    if (fits) return rules;
  }
  return undefined;
}

/** Each line runs in a shell of its own, which the line's last command decides; `-` in front forgives it. */
function recipeLine(line: string, target: string, makefile: Makefile, visited: Set<string>): readonly ShellCommand[] {
  const prefix = /^[@+\-\s]*/.exec(line)?.[0] ?? "";
  const text = expand(line.slice(prefix.length), makefile).replaceAll("$@", target);
  const forgiven = prefix.includes("-");
  return parseShell(text, { errexit: false }).flatMap((it) => {
    const nested = it.words[0] === "${MAKE}" || it.words[0] === "make" ? it.words.slice(1) : [];
    const targets = nested.includes("-C") ? [] : nested.filter((word) => makefile.rules.has(word));
    const commands = [it, ...targets.flatMap((word) => commandsOf(word, makefile, visited) ?? [])];
    return forgiven ? commands.map((one) => ({ ...one, tolerated: true })) : commands;
  });
}

/**
 * Variables the file sets are put in. Others stay as shell variables, so that `$(KUBECTL)` is not taken for a command
 * substitution and still says its name.
 */
function expand(text: string, makefile: Makefile, depth = 0): string {
  if (depth > 5 || text.length > MAX_LINE) return text;
  const expanded = text.replace(
    /\$(\$|\(([\w.-]+)\)|\{([\w.-]+)\})/g,
    (whole, kind: string, round?: string, curly?: string) => {
      if (kind === "$") return "$";
      const name = round ?? curly ?? "";
      const value = makefile.variables.get(name);
      // `$(shell which kubectl)` and other functions say less than the variable's name does.
      if (value === undefined || /\$[({]\w+\s/.test(value)) return `\${${name}}`;
      return value.includes("$") ? expand(value, makefile, depth + 1) : value || whole;
    },
  );
  return expanded.length > MAX_LINE ? expanded.slice(0, MAX_LINE) : expanded;
}

function readMakefile(text: string, include: (path: string) => string | undefined): Makefile {
  const rules = new Map<string, Rule[]>();
  const variables = new Map<string, string>();
  let first: string | undefined;
  read(text, 0);
  return { rules, variables, first };

  function read(source: string, depth: number): void {
    let recipe: string[] | undefined;
    let defining = false;
    for (const line of logicalLines(source.slice(0, MAX_TEXT))) {
      if (defining) {
        defining = !/^\s*endef\b/.test(line);
        continue;
      }
      if (line.startsWith("\t")) {
        recipe?.push(line.slice(1));
        continue;
      }
      const bare = line.replace(/(^|\s)#.*$/, "$1").trimEnd();
      if (bare.trim() === "") continue;
      if (/^\s*define\b/.test(bare)) {
        defining = true;
        continue;
      }
      const included = /^-?s?include\s+([^$*]+)$/.exec(bare)?.[1];
      if (included !== undefined && depth < 3) {
        for (const path of included.trim().split(/\s+/)) {
          const content = include(path);
          if (content !== undefined) read(content, depth + 1);
        }
        continue;
      }
      const assigned = /^\s*(?:export\s+|override\s+)*([\w.-]+)\s*(?:::?:?|\?|\+|!)?=\s*(.*)$/.exec(bare);
      if (assigned !== null) {
        const [, name = "", value = ""] = assigned;
        if (name === ".DEFAULT_GOAL" || !name.startsWith(".")) variables.set(name, value.trim());
        continue;
      }
      const rule = /^([^\s:=#][^:=#]*?)\s*::?(?!=)\s*([^;]*)(?:;(.*))?$/.exec(bare);
      if (rule === null) {
        if (!/^\s*(?:ifeq|ifneq|ifdef|ifndef|else|endif|export|unexport|vpath)\b/.test(bare)) recipe = undefined;
        continue;
      }
      const [, targets = "", needs = "", inline] = rule;
      // `target: VAR = value` sets a variable for one target and is no prerequisite.
      if (/^\s*[\w-]+\s*[:?+]?=/.test(needs)) continue;
      recipe = inline === undefined ? [] : [inline.trim()];
      for (const target of targets.split(/\s+/)) {
        if (target === "" || target === ".PHONY") continue;
        const known = rules.get(target) ?? [];
        known.push({
          needs: needs
            .replace("|", " ")
            .split(/\s+/)
            .filter((it) => it !== ""),
          recipe,
        });
        rules.set(target, known);
        if (first === undefined && !target.startsWith(".") && !target.includes("%")) first = target;
      }
    }
  }
}

/** Lines with their continuations; the backslash stays for the shell to read. */
function logicalLines(text: string): readonly string[] {
  const lines: string[] = [];
  let open = false;
  for (const line of text.split(/\r?\n/)) {
    if (open) lines.push(`${(lines.pop() ?? "").slice(0, -1)} ${line.trim()}`);
    else lines.push(line);
    open = line.endsWith("\\") && (lines.at(-1)?.length ?? 0) < MAX_LINE;
  }
  return lines;
}
