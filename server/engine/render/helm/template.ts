/** A template file as nested blocks, each with its place in the text. */
import { once } from "../../../../model/memo.ts";
import type { SourceFile } from "../../source.ts";
import { type Expression, readStatement } from "./expression.ts";

export type Part = TextPart | PrintPart | AssignPart | BlockPart;

interface Ranged {
  readonly start: number;
  readonly end: number;
}

export interface TextPart extends Ranged {
  readonly kind: "text";
}

export interface PrintPart extends Ranged {
  readonly kind: "print";
  readonly expression: Expression;
}

export interface AssignPart extends Ranged {
  readonly kind: "assign";
  readonly name: string;
  readonly again: boolean;
  readonly expression: Expression;
}

/** A condition with its alternatives, a loop, or `with`. */
export interface BlockPart extends Ranged {
  readonly kind: "block";
  readonly branches: readonly BranchPart[];
}

/** What is rendered on a condition: from behind the action that opens it to the next one. */
export interface BranchPart extends Ranged {
  readonly word: "if" | "with" | "range" | "else";
  /** None for a plain `else`. */
  readonly expression: Expression | undefined;
  readonly variables: readonly string[];
  readonly parts: readonly Part[];
}

export interface Template {
  readonly text: string;
  readonly parts: readonly Part[];
  /** What `define` gives a name. */
  readonly defines: ReadonlyMap<string, Definition>;
}

export interface Definition {
  readonly text: string;
  readonly parts: readonly Part[];
}

/** The blocks of a template file. */
export const templateOf = once((file: SourceFile): Template => readTemplate(file.text));

interface Open {
  readonly parts: Part[];
  readonly word: string;
  /** Where the block began; the branch begins at `from`. */
  readonly start: number;
  from: number;
  expression: Expression | undefined;
  variables: readonly string[];
  branches: BranchPart[];
}

/** Where the actions of a text are. One that is not closed before the next begins is none. */
export function* actionsIn(text: string): Generator<{ readonly start: number; readonly end: number }> {
  let start = text.indexOf("{{");
  while (start >= 0) {
    const end = COMMENT.test(text.slice(start, start + 40)) ? commentEnd(text, start) : actionEnd(text, start);
    if (end < 0) return;
    if (text.startsWith("}}", end - 2)) yield { start, end };
    start = text.indexOf("{{", end);
  }
}

const COMMENT = /^\{\{-?\s*\/\*/;

function commentEnd(text: string, start: number): number {
  const end = text.indexOf("*/", start);
  const close = end < 0 ? -1 : text.indexOf("}}", end);
  return close < 0 ? -1 : close + 2;
}

/** Behind the closing braces, or where no part of the action can be; -1 where nothing follows. */
function actionEnd(text: string, start: number): number {
  for (let at = start + 2; at < text.length; at++) {
    const char = text[at];
    if (char === "}" && text[at + 1] === "}") return at + 2;
    if (char === "{" && text[at + 1] === "{") return at;
    if (char === '"' || char === "'" || char === "`") {
      const close = quoteEnd(text, at, char);
      if (close < 0) return char === "`" ? -1 : at;
      at = close;
    }
  }
  return -1;
}

function quoteEnd(text: string, start: number, quote: string): number {
  if (quote === "`") return text.indexOf(quote, start + 1);
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === quote) return at;
    if (text[at] === "\\") at++;
  }
  return -1;
}

/** Deeper blocks than this are nobody's, and are passed over. */
const MAX_DEPTH = 100;

/** Blocks that are not closed go on to the end; what closes more than was opened is passed over. */
export function readTemplate(text: string): Template {
  const defines = new Map<string, Definition>();
  const root: Open = open("", 0, 0);
  const stack: Open[] = [root];
  let top = root;
  let at = 0;
  let tooDeep = 0;
  for (const { start, end } of actionsIn(text)) {
    if (start > at) top.parts.push({ kind: "text", start: at, end: start });
    at = end;
    const { word, variables, again, expression } = readStatement(text.slice(start, end));
    if (tooDeep > 0 && (word === "end" || word.startsWith("else"))) {
      if (word === "end") tooDeep--;
    } else if (word === "if" || word === "with" || word === "range" || word === "define" || word === "block") {
      if (stack.length > MAX_DEPTH) {
        tooDeep++;
        continue;
      }
      top = { ...open(word, start, end), expression, variables };
      stack.push(top);
    } else if (word.startsWith("else")) {
      if (top.word !== "if" && top.word !== "with" && top.word !== "range" && top.word !== "else") continue;
      closeBranch(top, start);
      top = { ...top, word: word === "else" ? "else" : word.slice(5), parts: [], from: end, expression, variables };
      stack[stack.length - 1] = top;
    } else if (word === "end") {
      if (stack.length === 1) continue;
      stack.pop();
      const outer = stack[stack.length - 1] ?? root;
      finish(top, start, end, outer, defines, text);
      top = outer;
    } else if (expression !== undefined && word !== "break" && word !== "continue") {
      const [name] = variables;
      if (name !== undefined) top.parts.push({ kind: "assign", start, end, name, again, expression });
      else top.parts.push({ kind: "print", start, end, expression });
    }
  }
  if (at < text.length) top.parts.push({ kind: "text", start: at, end: text.length });
  while (stack.length > 1) {
    const last = stack.pop();
    const outer = stack[stack.length - 1] ?? root;
    if (last !== undefined) finish(last, text.length, text.length, outer, defines, text);
  }
  return { text, parts: root.parts, defines };
}

function open(word: string, start: number, from: number): Open {
  return { word, start, from, parts: [], expression: undefined, variables: [], branches: [] };
}

function closeBranch(block: Open, end: number): void {
  const { word, expression, variables, parts, from } = block;
  if (word === "if" || word === "with" || word === "range" || word === "else")
    block.branches.push({ word, expression, variables, parts, start: from, end });
}

function finish(
  block: Open,
  close: number,
  end: number,
  outer: Open,
  defines: Map<string, Definition>,
  text: string,
): void {
  const { word, expression, parts, start } = block;
  if (word !== "define" && word !== "block") {
    closeBranch(block, close);
    outer.parts.push({ kind: "block", start, end, branches: block.branches });
    return;
  }
  const name = expression?.kind === "call" ? expression.args[0] : undefined;
  if (name?.kind === "literal" && typeof name.value === "string") defines.set(name.value, { text, parts });
  if (word === "block" && expression !== undefined) outer.parts.push({ kind: "print", start, end, expression });
}

/** A loop, and where the action stands that opens it. */
export interface Loop {
  readonly branch: BranchPart;
  readonly opens: number;
}

/** All actions that print and stand between two offsets. */
export function* printsIn(parts: readonly Part[], from: number, to: number): Generator<PrintPart> {
  for (const part of parts) {
    if (part.end <= from) continue;
    if (part.start >= to) return;
    if (part.kind === "print") yield part;
    else if (part.kind === "block") for (const branch of part.branches) yield* printsIn(branch.parts, from, to);
  }
}

/** The loops around an offset, outermost first. */
export function loopsAt(parts: readonly Part[], offset: number): readonly Loop[] {
  const loops: Loop[] = [];
  let here = parts;
  for (;;) {
    const block = here.find((part) => part.kind === "block" && part.start <= offset && offset < part.end);
    if (block?.kind !== "block") return loops;
    const branch = block.branches.find((one) => one.start <= offset && offset <= one.end);
    if (branch === undefined) return loops;
    if (branch.word === "range") loops.push({ branch, opens: block.start });
    here = branch.parts;
  }
}
