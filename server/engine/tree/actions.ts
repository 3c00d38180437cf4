/**
 * `open`, `middle` and `end` frame what is rendered on a condition or repeatedly, `silent` renders nothing, and
 * `print` renders text of its own.
 */
export type ActionKind = "open" | "middle" | "end" | "silent" | "print";

/** A template expression with its delimiters, such as `{{- if .Values.x }}`. */
export interface Action {
  readonly start: number;
  readonly end: number;
  readonly kind: ActionKind;
}

/** What stands between two framing actions. Branches nest and never overlap otherwise. */
export interface Branch {
  readonly from: number;
  readonly to: number;
}

const SURE_SIGN = /\{%|<%|<<-? *inputs\./;

/**
 * An expression of GitHub or Azure, `${{ }}`, is not one of ours, unless it begins as only a Helm template can:
 * there a dollar sign is just text.
 */
const ACTION_START = /(?<!\$)\{\{|\$\{\{(?=-?\s*[.$])|\{%|(?<!\$)\{#|<%|<<(?=-? *inputs\.)/g;

const CLOSERS: Readonly<Record<string, string>> = { "{{": "}}", "{%": "%}", "{#": "#}", "<%": "%>", "<<": ">>" };

const OPENING = new Set(["if", "with", "range", "block", "unless", "for", "call", "filter", "each"]);
const DEFINING = new Set(["define", "macro"]);
const MIDDLE = new Set(["else", "elif", "elsif"]);
const SILENT = new Set(["break", "continue", "set", "fail", "import", "from", "extends"]);

/** A quick look, before any parsing, for text that a template engine has still to go over. */
export function looksTemplated(text: string): boolean {
  for (let at = text.indexOf("{{"); at !== -1; at = text.indexOf("{{", at + 2)) {
    if (text[at - 1] !== "$") return true;
  }
  return SURE_SIGN.test(text);
}

/** All actions in order. A whole `define` up to its `end` counts as one silent action: it renders nothing here. */
export function findActions(text: string): Action[] {
  const found: { action: Action; defines: boolean }[] = [];
  const hasTags = text.includes("{%");
  const starts = new RegExp(ACTION_START);
  for (let match = starts.exec(text); match !== null; match = starts.exec(text)) {
    const opener = match[0].replace("$", "");
    if (opener === "{#" && !hasTags) continue;
    const start = match.index + match[0].length - opener.length;
    const end = actionEnd(text, start, opener);
    const word = firstWord(text, start, end);
    found.push({ action: { start, end, kind: kindOf(text, start, end, opener, word) }, defines: DEFINING.has(word) });
    starts.lastIndex = end;
  }
  return foldDefinitions(found, text.length);
}

/** The branches of all conditions and loops, outermost first. One that is not closed here goes on to the end. */
export function branchesOf(actions: readonly Action[], length: number): Branch[] {
  const branches: Branch[] = [];
  const opened: number[] = [];
  for (const { kind, start, end } of actions) {
    if (kind !== "end" && kind !== "middle" && kind !== "open") continue;
    // What closes more than was opened was opened in an earlier document.
    if (kind !== "open") branches.push({ from: opened.pop() ?? 0, to: start });
    if (kind !== "end") opened.push(end);
  }
  for (const from of opened) branches.push({ from, to: length });
  return branches.sort((a, b) => a.from - b.from || b.to - a.to);
}

function foldDefinitions(found: readonly { action: Action; defines: boolean }[], length: number): Action[] {
  const actions: Action[] = [];
  let start = -1;
  let depth = 0;
  for (const { action, defines } of found) {
    if (depth === 0 && !defines) {
      actions.push(action);
      continue;
    }
    if (depth === 0) start = action.start;
    if (defines || action.kind === "open") depth++;
    if (action.kind === "end" && --depth === 0) actions.push({ start, end: action.end, kind: "silent" });
  }
  if (depth > 0) actions.push({ start, end: length, kind: "silent" });
  return actions;
}

function actionEnd(text: string, start: number, opener: string): number {
  const closer = CLOSERS[opener] ?? "}}";
  const from = start + opener.length;
  const comment = /^-?\s*\/\*/.exec(text.slice(from, from + 40));
  if (comment !== null) {
    const end = text.indexOf("*/", from + comment[0].length);
    const close = end === -1 ? -1 : text.indexOf(closer, end);
    if (close !== -1) return close + closer.length;
  }
  let lineBreak = -1;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (text.startsWith(closer, at)) return at + closer.length;
    if (char === "\n" && lineBreak === -1) lineBreak = at;
    // The next action's start on a later line means that this one was never closed.
    if (lineBreak !== -1 && text.startsWith(opener, at)) break;
    if (char === "\\") at++;
    else if (opener !== "{#" && (char === '"' || char === "'" || char === "`")) at = stringEnd(text, at, char);
  }
  return lineBreak === -1 ? text.length : lineBreak;
}

/** The closing quote; the opening one when there is none, as in text with an apostrophe. */
function stringEnd(text: string, start: number, quote: string): number {
  if (quote === "`") return Math.max(text.indexOf(quote, start + 1), start);
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === quote) return at;
    if (char === "\n") break;
    if (char === "\\") at++;
  }
  return start;
}

function firstWord(text: string, start: number, end: number): string {
  return /^[-\s%]*([A-Za-z_]+)(?=[\s(}%]|-[}%])/.exec(text.slice(start + 2, Math.min(end, start + 80)))?.[1] ?? "";
}

function kindOf(text: string, start: number, end: number, opener: string, word: string): ActionKind {
  const body = text.slice(start + 2, Math.min(end, start + 200));
  if (opener === "{#" || /^[-\s]*\/\*/.test(body)) return "silent";
  if (opener === "<<" || (opener === "<%" && body.startsWith("="))) return "print";
  if (OPENING.has(word) || (opener === "<%" && /\bdo\b[^%]*-?%>$/.test(body))) return "open";
  if (MIDDLE.has(word)) return "middle";
  if (word === "end" || (opener === "{%" && word.startsWith("end"))) return "end";
  if (SILENT.has(word) || /^[-\s]*\$\w*(?:\s*,\s*\$\w+)?\s*:?=/.test(body)) return "silent";
  return opener === "{%" && word !== "include" ? "silent" : opener === "<%" ? "silent" : "print";
}
