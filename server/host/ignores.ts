/** What `.gitignore` files and the user's globs leave out. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { readGlob } from "../engine/globs.ts";

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

function readRules(folder: string, file: string): Rules | undefined {
  try {
    const text = readFileSync(file, "utf8");
    return text.trim() === ""
      ? undefined
      : { folder, rules: ignore({ allowRelativePaths: true }).add(text.slice(0, 1_000_000)) };
  } catch {
    return undefined;
  }
}

/** At most so many patterns are taken from settings. */
const MAX_GLOBS = 1_000;

/** A test for paths relative to the root. A pattern that cannot be used is passed over. */
export function globTest(globs: readonly string[]): (path: string) => boolean {
  const usable = globs.slice(0, MAX_GLOBS).flatMap((glob) => {
    const read = readGlob(glob.replace(/\/+$/, ""));
    return typeof read === "string" ? [] : [read];
  });
  return (path) => usable.some((glob) => glob.covers(path));
}
