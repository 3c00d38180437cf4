/** What `.gitignore` files and the user's globs leave out. */
import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { readGlobs } from "../engine/globs.ts";
import { readText } from "./read-text.ts";

/** The rules of one folder's `.gitignore`, applied to paths below it. */
interface Rules {
  readonly folder: string;
  readonly rules: Ignore;
}

/** The ignore rules in force in one folder; those of deeper folders are added on the way down. */
export class Ignores {
  readonly #rules: readonly Rules[];

  private constructor(rules: readonly Rules[]) {
    this.#rules = rules;
  }

  /** For the top folder: its own rules, and those of the folders above it up to the repository's root. */
  static at(folder: string): Ignores {
    const above: string[] = [];
    let top = folder;
    while (!existsSync(join(top, ".git")) && dirname(top) !== top) top = dirname(top);
    if (existsSync(join(top, ".git")))
      for (let one = folder; one !== top; one = dirname(one)) above.unshift(dirname(one));
    const excludes = readRules(top, join(top, ".git/info/exclude"));
    const start = new Ignores(excludes === undefined ? [] : [excludes]);
    return [...above, folder].reduce<Ignores>((ignores, one) => ignores.below(one), start);
  }

  /** With the rules of a folder that has some. */
  below(folder: string): Ignores {
    const rules = readRules(folder, join(folder, ".gitignore"));
    return rules === undefined ? this : new Ignores([...this.#rules, rules]);
  }

  /** The deepest rule that speaks of the path decides, as in git. */
  ignores(path: string, isFolder: boolean): boolean {
    for (let index = this.#rules.length - 1; index >= 0; index--) {
      const one = this.#rules[index];
      if (one === undefined) continue;
      const name = relative(one.folder, path).split(sep).join("/");
      if (name === "" || name.startsWith("..")) continue;
      const answer = one.rules.test(isFolder ? `${name}/` : name);
      if (answer.ignored) return true;
      if (answer.unignored) return false;
    }
    return false;
  }
}

/** As in git, a link is no `.gitignore`. */
function readRules(folder: string, file: string): Rules | undefined {
  const text = readText(file, MAX_RULES_BYTES, "refused");
  if (typeof text !== "string" || text.trim() === "") return undefined;
  const before = known.get(file);
  if (before?.text === text) return before;
  const lines = text.split(/\r?\n/).filter(isUsable).slice(0, MAX_LINES);
  const rules = { folder, text, rules: ignore({ allowRelativePaths: true }).add(lines) };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(file, rules);
  return rules;
}

/** Rules by their file: making expressions of them takes longer than anything that is asked of them. */
const known = new Map<string, Rules & { readonly text: string }>();
const MAX_KNOWN = 1_000;

const MAX_RULES_BYTES = 1_000_000;
const MAX_LINES = 5_000;
const MAX_LINE = 4_096;

/** Rules become regular expressions: a very long one cannot, and with many `**` one would be matched for ever. */
function isUsable(line: string): boolean {
  return line.length <= MAX_LINE && line.split("**/").length <= 3;
}

/** A test for paths relative to the root. A pattern that cannot be used is passed over. */
export function globTest(globs: readonly string[]): (path: string) => boolean {
  const before = tests.get(globs);
  if (before !== undefined) return before;
  // What names nothing would cover everything.
  const usable = readGlobs(globs.map((glob) => glob.replace(/\/+$/, "")).filter((glob) => glob !== ""));
  const test = (path: string) => usable.some((glob) => glob.covers(path));
  tests.set(globs, test);
  return test;
}

const tests = new WeakMap<readonly string[], (path: string) => boolean>();
