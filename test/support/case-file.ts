/**
 * Reads `cases.yaml` of a practice. Every mark is a comment, so that the file stays valid YAML:
 *
 *   #= title                  opens a case
 *   #- /path                  starts a file of the case (`/case.yaml` when left out)
 *   #| text                   a line of the file as it stands, for what is not YAML (Markdown, templates)
 *   #   ^^^ unmet key {a: b}  points at the line above: state, message key and arguments (both optional)
 *   #<^^^ unmet               the same, from the first column on
 *   #! unmet 1, unknown 2     how many verdicts there are of each state, where no line can be pointed at
 *   #! fix none               no fix is offered
 *   #! version control no     what the host says of the folder (`yes` when left out)
 *   #- fixed /path            the file after the fix
 */

export interface Mark {
  readonly state: "met" | "unmet" | "unknown";
  readonly path: string;
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly message: string | undefined;
}

export interface Case {
  readonly title: string;
  /** Line of the title in cases.yaml, from 1. */
  readonly line: number;
  readonly files: ReadonlyMap<string, string>;
  readonly fixed: ReadonlyMap<string, string>;
  readonly marks: readonly Mark[];
  /** Expected counts by state; `undefined` when not given. */
  readonly counts: ReadonlyMap<string, number> | undefined;
  readonly noFix: boolean;
  readonly versionControl: "yes" | "no" | "unknown";
}

interface Building {
  title: string;
  line: number;
  files: Map<string, string[]>;
  fixed: Map<string, string[]>;
  marks: Mark[];
  counts: Map<string, number> | undefined;
  noFix: boolean;
  versionControl: "yes" | "no" | "unknown";
}

export function readCases(text: string, where: string): Case[] {
  const cases: Building[] = [];
  let current: Building | undefined;
  let path = "/case.yaml";
  let lines: string[] | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fail = (message: string): Error => new Error(`${where}:${index + 1}: ${message}`);
    if (line.startsWith("#=")) {
      current = {
        title: line.slice(2).trim(),
        line: index + 1,
        files: new Map(),
        fixed: new Map(),
        marks: [],
        counts: undefined,
        noFix: false,
        versionControl: "yes",
      };
      cases.push(current);
      path = "/case.yaml";
      lines = undefined;
      continue;
    }
    if (current === undefined) {
      if (line.trim() !== "" && !line.startsWith("#")) throw fail("text before the first case");
      continue;
    }
    if (line.startsWith("#- ")) {
      const match = /^#- (fixed )?(\/\S+)$/.exec(line.trimEnd());
      if (match === null) throw fail(`not a file mark: ${line}`);
      path = match[2] ?? "";
      lines = [];
      (match[1] === undefined ? current.files : current.fixed).set(path, lines);
      continue;
    }
    if (line.startsWith("#!")) {
      readExpectation(current, line.slice(2).trim(), fail);
      continue;
    }
    if (lines === undefined) {
      if (line.trim() === "") continue;
      lines = [];
      current.files.set(path, lines);
    }
    const mark = /^#(<?)( *)(\^+)\s+(met|unmet|unknown)\b\s*([\w.-]+)?\s*$/.exec(line);
    if (mark !== null) {
      const from = mark[1] === "<" ? 0 : 1 + (mark[2] ?? "").length;
      const to = 1 + (mark[1] ?? "").length + (mark[2] ?? "").length + (mark[3] ?? "").length;
      current.marks.push({ state: mark[4] as Mark["state"], path, line: lines.length - 1, from, to, message: mark[5] });
      continue;
    }
    lines.push(line.startsWith("#| ") ? line.slice(3) : line === "#|" ? "" : line);
  }
  return cases.map((one) => ({
    ...one,
    files: new Map([...one.files].map(([name, body]) => [name, close(body)])),
    fixed: new Map([...one.fixed].map(([name, body]) => [name, close(body)])),
  }));
}

function readExpectation(current: Building, text: string, fail: (message: string) => Error): void {
  if (text === "fix none") {
    current.noFix = true;
    return;
  }
  const control = /^version control (yes|no|unknown)$/.exec(text)?.[1];
  if (control !== undefined) {
    current.versionControl = control as Building["versionControl"];
    return;
  }
  current.counts ??= new Map();
  for (const part of text.split(",")) {
    const match = /^\s*(met|unmet|unknown|not-applicable|waived|nothing)(?:\s+(\d+))?\s*$/.exec(part);
    if (match === null) throw fail(`not an expectation: ${part}`);
    if (match[1] !== "nothing") current.counts.set(match[1] ?? "", Number(match[2] ?? 1));
  }
}

/** Blank lines between cases belong to no file. */
function close(lines: readonly string[]): string {
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.trim() === "") end--;
  return `${lines.slice(0, end).join("\n")}\n`;
}
