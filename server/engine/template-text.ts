/** Template expressions as text that can be compared: two that read the same in one chart come out the same. */
import type { Field } from "../../model/facts.ts";

/** What stands for the same value in every file of a release; anything else depends on where it stands. */
const CONSTANT_ROOTS = new Set(["Values", "Release", "Chart", "Capabilities", "Template"]);

/**
 * The text of a value that a chart's template decides, with variables put in and without what only shapes it.
 * `undefined` where the same text may mean something else in another place: outside of charts, for variables that are
 * set more than once, for fields of whatever a loop is at.
 */
export function templateText(field: Field): string | undefined {
  const source = field.source;
  if (field.presence !== "unknown" || source === undefined || !source.includes("{{")) return undefined;
  const { document } = field.place;
  const chart = /^(.*)\/templates\//.exec(document.uri)?.[1];
  if (chart === undefined) return undefined;
  let whole = tidy(source);
  if (/\$\w/.test(whole)) {
    const text = "text" in document && typeof document.text === "string" ? document.text : "";
    const resolved = withVariables(whole, text);
    if (resolved === undefined) return undefined;
    whole = resolved;
  }
  const expressions = [...whole.matchAll(/\{\{(.*?)\}\}/gs)].map((match) => (match[1] ?? "").replace(/"[^"]*"/g, '""'));
  const roots = expressions.flatMap((one) =>
    [...one.matchAll(/(?<![\w.)])\$?\.(\w+)/g)].map((match) => match[1] ?? ""),
  );
  return roots.every((root) => CONSTANT_ROOTS.has(root)) ? `${chart} ${whole}` : undefined;
}

/** What stands between the expressions of a template text; `undefined` when a condition may leave some of it out. */
const literals = new Map<string, readonly string[] | undefined>();

/** May a template text come out as this text: does what is written in it besides expressions stand there, in order. */
export function mayRead(template: string, text: string): boolean {
  let parts = literals.get(template);
  if (parts === undefined && !literals.has(template)) {
    if (literals.size > 5_000) literals.clear();
    parts = literalsOf(template);
    literals.set(template, parts);
  }
  if (parts === undefined) return true;
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function literalsOf(template: string): readonly string[] | undefined {
  const expressions = /\{\{-?\s*([\s\S]*?)\}\}/g;
  const words = [...template.matchAll(expressions)].map((match) => /^\w*/.exec(match[1] ?? "")?.[0] ?? "");
  // Other tools' templates, comments, and text without any expression are not read here.
  if (words.length === 0 || words.some((word) => FRAMES.has(word)) || /\{%|<%|\$\{|\{\{-?\s*\/\*/.test(template))
    return undefined;
  return template.split(/\{\{[\s\S]*?\}\}/).map((part) => part.trim());
}

/** What these begin may be rendered or not. */
const FRAMES = new Set(["if", "else", "end", "with", "range", "block", "define", "template", "break", "continue"]);

/** Each variable by what it is set to, once in the whole document. */
function withVariables(source: string, text: string): string | undefined {
  let known = true;
  const resolved = source.replace(/\$(\w+)/g, (_, name: string) => {
    const all = [...text.matchAll(new RegExp(`\\{\\{-?\\s*\\$${name}\\s*:?=\\s*(.+?)\\s*-?\\}\\}`, "g"))];
    const value = all[0]?.[1];
    if (value === undefined || all.length > 1 || value.includes("$") || new RegExp(`,\\s*\\$${name}\\s*:=`).test(text))
      known = false;
    return value === undefined ? "" : source === `{{$${name}}}` ? value : `(${value})`;
  });
  return known ? resolved : undefined;
}

/** White space, the trimming of it, quotes around the whole and indentation say nothing about the value. */
function tidy(source: string): string {
  return source
    .replace(/\{\{-?\s*/g, "{{")
    .replace(/\s*-?\}\}/g, "}}")
    .replace(/\s+/g, " ")
    .replace(/(\s*\|\s*(n?indent \d+|quote|squote|trim))+(?=\}\})/g, "")
    .trim();
}
