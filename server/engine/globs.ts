/**
 * Path and name patterns from configuration files, matched in time proportional to pattern times path.
 * Patterns turned into regular expressions (as glob libraries do) backtrack without bound on what a hostile
 * workspace may hold, such as `*a*a*a*a*b`, so these are matched by stepping through them.
 */

import { matchesWith } from "../../model/wildcards.ts";

/** Why a pattern cannot be used: it leaves the workspace, is written with backslashes, or has too many alternatives. */
export type GlobFault = "outside" | "backslash" | "complex";

/** Patterns longer than this are `complex`. */
export const MAX_GLOB = 500;

/** `{a,b}` multiplies; no pattern needs more alternatives than this. */
const MAX_ALTERNATIVES = 100;

/** One or any number of characters, one of a set, or the character itself. */
type Token = "one" | "many" | CharacterSet | { readonly char: string };

interface CharacterSet {
  readonly negated: boolean;
  readonly ranges: readonly (readonly [string, string])[];
}

/** `undefined` stands for `**`: any number of segments. */
type Segment = readonly Token[] | undefined;

/**
 * A pattern over paths relative to the workspace, with forward slashes: `*`, `?`, `[a-z]` inside a segment, `**` for
 * any number of segments, `{a,b}`. It covers what it matches and everything below; names with a leading dot are names
 * like any other.
 */
export class Glob {
  readonly #alternatives: readonly (readonly Segment[])[];

  constructor(alternatives: readonly (readonly Segment[])[]) {
    this.#alternatives = alternatives;
  }

  /** In how many ways it is written at once. */
  get size(): number {
    return this.#alternatives.length;
  }

  covers(path: string): boolean {
    const segments = path === "" ? [] : path.split("/");
    return this.#alternatives.some((alternative) => matchesPath(alternative, segments));
  }
}

/** So many alternatives altogether are looked at for each path. */
const MAX_ALL_ALTERNATIVES = 2_000;

/** Those of a list that can be used, up to where there are too many. */
export function readGlobs(patterns: readonly string[]): readonly Glob[] {
  const globs: Glob[] = [];
  let size = 0;
  for (const pattern of patterns) {
    const glob = readGlob(pattern);
    if (typeof glob === "string") continue;
    size += glob.size;
    if (size > MAX_ALL_ALTERNATIVES) break;
    globs.push(glob);
  }
  return globs;
}

/** A pattern over a path, or what is wrong with it. */
export function readGlob(pattern: string): Glob | GlobFault {
  if (pattern.length > MAX_GLOB) return "complex";
  if (pattern.includes("\\")) return "backslash";
  const expanded = expand(pattern);
  if (expanded === undefined) return "complex";
  const alternatives: Segment[][] = [];
  for (const alternative of expanded) {
    const segments = alternative.split("/").filter((segment) => segment !== "." && segment !== "");
    if (alternative.startsWith("/") || segments.includes("..") || /^([A-Za-z]|\w+:\/)$/.test(beforeColon(alternative)))
      return "outside";
    // What lies below a matched folder is covered with it.
    alternatives.push([...segments.map((segment) => (segment === "**" ? undefined : tokensOf(segment))), undefined]);
  }
  return new Glob(alternatives);
}

/** Whether a name is the pattern, or matches it where it has wildcards. */
export function matchesName(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  if (pattern.length > MAX_GLOB || !/[*?[{]/.test(pattern)) return false;
  return (expand(pattern) ?? []).some((alternative) => matchesSegment(tokensOf(alternative), name));
}

/** The drive of `C:/x`, the scheme of `file:///x`. */
function beforeColon(text: string): string {
  const colon = text.indexOf(":");
  return colon < 0 ? "" : text.slice(0, colon) + (text.startsWith("//", colon + 1) ? ":/" : "");
}

/** All alternatives that the outermost braces give, and those inside them; `undefined` when there are too many. */
function expand(pattern: string): readonly string[] | undefined {
  const done: string[] = [];
  const waiting = [pattern];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const braces = firstBraces(next);
    if (braces === undefined) done.push(next);
    else
      for (const choice of braces.choices) waiting.push(next.slice(0, braces.start) + choice + next.slice(braces.end));
    if (done.length + waiting.length > MAX_ALTERNATIVES) return undefined;
  }
  return done;
}

interface Braces {
  readonly start: number;
  readonly end: number;
  readonly choices: readonly string[];
}

/** The first braces that hold a comma and are closed; others are characters like any other. */
function firstBraces(pattern: string): Braces | undefined {
  const opened: { start: number; commas: number[] }[] = [];
  let found: Braces | undefined;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === "{") opened.push({ start: at, commas: [] });
    else if (char === ",") opened.at(-1)?.commas.push(at);
    else if (char === "}") {
      const braces = opened.pop();
      if (braces === undefined || braces.commas.length === 0) continue;
      if (found === undefined || braces.start < found.start)
        found = { start: braces.start, end: at + 1, choices: choicesOf(pattern, braces, at) };
      if (opened.length === 0) return found;
    }
  }
  return found;
}

function choicesOf(
  pattern: string,
  braces: { readonly start: number; readonly commas: readonly number[] },
  end: number,
): string[] {
  const edges = [braces.start, ...braces.commas, end];
  return edges.slice(1).map((edge, index) => pattern.slice((edges[index] ?? 0) + 1, edge));
}

function tokensOf(segment: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < segment.length; at++) {
    const char = segment[at] ?? "";
    const close = char === "[" ? segment.indexOf("]", at + 2) : -1;
    if (char === "*") {
      if (tokens.at(-1) !== "many") tokens.push("many");
    } else if (char === "?") tokens.push("one");
    else if (close > 0) {
      tokens.push(setOf(segment.slice(at + 1, close)));
      at = close;
    } else tokens.push({ char });
  }
  return tokens;
}

function setOf(text: string): CharacterSet {
  const negated = text.startsWith("!") || text.startsWith("^");
  const ranges: (readonly [string, string])[] = [];
  for (let at = negated ? 1 : 0; at < text.length; at++) {
    const from = text[at] ?? "";
    const to = text[at + 1] === "-" ? text[at + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) at += 2;
  }
  return { negated, ranges };
}

function matchesSegment(tokens: readonly Token[], text: string): boolean {
  return matchesWith(
    tokens,
    text.length,
    (token) => token === "many",
    (token, at) => accepts(token, text[at] ?? ""),
  );
}

function matchesPath(pattern: readonly Segment[], path: readonly string[]): boolean {
  return matchesWith(
    pattern,
    path.length,
    (segment) => segment === undefined,
    (segment, at) => segment !== undefined && matchesSegment(segment, path[at] ?? ""),
  );
}

function accepts(token: Token, char: string): boolean {
  if (token === "one") return true;
  if (token === "many") return false;
  if ("char" in token) return token.char === char;
  return token.ranges.some(([from, to]) => from <= char && char <= to) !== token.negated;
}
