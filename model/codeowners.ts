/** CODEOWNERS files: which line decides over a path, and whom it names. */
import { matchesWith } from "./wildcards.ts";

export interface OwnerRule {
  readonly pattern: string;
  readonly owners: readonly string[];
  /** Where the line's pattern stands in the file: [from, to). */
  readonly span: readonly [number, number];
  /** GitLab asks in each section apart. */
  readonly section: string;
}

const SECTION = /^\^?\[([^\]]+)\](?:\[\d+\])?\s*(.*)$/;

export function readCodeowners(text: string): readonly OwnerRule[] {
  const rules: OwnerRule[] = [];
  let section = "";
  let inherited: readonly string[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    const from = offset + line.length - line.trimStart().length;
    offset += line.length + 1;
    const content = line
      .trim()
      .replace(/(^|\s)#.*$/, "")
      .trim();
    if (content === "") continue;
    const heading = SECTION.exec(content);
    if (heading !== null) {
      section = (heading[1] ?? "").toLowerCase();
      inherited = ownersIn(heading[2] ?? "");
      continue;
    }
    // A space in a path is written with a backslash before it.
    const written = /^(?:\\.|[^\s\\])+/.exec(content)?.[0] ?? content;
    const named = ownersIn(content.slice(written.length));
    rules.push({
      pattern: written.replace(/\\(.)/g, "$1"),
      owners: named.length > 0 ? named : inherited,
      span: [from, from + written.length],
      section,
    });
  }
  return rules;
}

function ownersIn(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => /^@{1,2}[\w./-]+|^[^@\s]+@[^@\s]+$/.test(word));
}

/** The line that decides over a path, the last that matches it; of several sections the one that names somebody. */
export function ruleFor(path: string, rules: readonly OwnerRule[]): OwnerRule | undefined {
  const last = new Map<string, OwnerRule>();
  for (const rule of rules) if (matches(rule.pattern, path)) last.set(rule.section, rule);
  const deciding = [...last.values()];
  return deciding.find((rule) => rule.owners.length > 0) ?? deciding[0];
}

/** Patterns are those of `.gitignore`: a slash within ties them to the root, and a folder stands for all below it. */
export function matches(pattern: string, path: string): boolean {
  const bare = pattern.replace(/^\//, "").replace(/\/$/, "");
  const tied = pattern.startsWith("/") || bare.includes("/");
  const parts = bare.split("/");
  const wanted = tied ? parts : ["**", ...parts];
  // `docs/*` is what lies in the folder itself; everything else covers what is below as well.
  const shallow = parts.at(-1) === "*" && tied && !pattern.endsWith("/");
  const below = pattern.endsWith("/") ? [...wanted, "**", "*"] : undefined;
  const segments = path.split("/");
  const covers = (all: readonly string[]) =>
    matchesWith(
      all,
      segments.length,
      (one) => one === "**",
      (one, at) => isSegment(one, segments[at] ?? ""),
    );
  if (below !== undefined) return covers(below);
  return covers(wanted) || (!shallow && covers([...wanted, "**", "*"]));
}

function isSegment(pattern: string, text: string): boolean {
  const chars = [...text];
  return matchesWith(
    [...pattern],
    chars.length,
    (one) => one === "*",
    (one, at) => one === "?" || one === chars[at],
  );
}
