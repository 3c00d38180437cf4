/** Runs the templates of a chart and gives what they print. Whatever is not done here, and every mistake, is refused. */
import type { Expression } from "../expression.ts";
import { readStatement } from "../expression.ts";
import { actionsIn, type BranchPart, type Definition, type Part, readTemplate } from "../template.ts";
import { spend, spendText } from "./budget.ts";
import { FUNCTIONS } from "./functions.ts";
import { fieldOf, type GoMap, type GoValue, isGoList, isGoMap, isTrue, print, sortedKeys } from "./go-value.ts";
import { Missing, Unsupported } from "./unsupported.ts";

/** Variables of one block. */
class Scope {
  readonly #variables = new Map<string, GoValue>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  get(name: string): GoValue {
    const value = this.#variables.get(name);
    if (value !== undefined) return value;
    if (this.#outer === undefined) throw new Unsupported(`undefined variable $${name}`);
    return this.#outer.get(name);
  }

  declare(name: string, value: GoValue): void {
    this.#variables.set(name, value);
  }

  assign(name: string, value: GoValue): void {
    if (this.#variables.has(name)) this.#variables.set(name, value);
    else if (this.#outer === undefined) throw new Unsupported(`undefined variable $${name}`);
    else this.#outer.assign(name, value);
  }
}

interface Frame {
  readonly text: string;
  readonly dot: GoValue;
  readonly scope: Scope;
}

const MAX_DEPTH = 100;

/** The templates of a chart, and of those that it includes. */
export class Executor {
  readonly #defined = new Map<string, Definition>();
  /** The tops of templates, with the names of the charts around theirs. */
  readonly #tops: ReadonlyMap<GoMap, readonly string[]>;
  #depth = 0;

  constructor(tops: ReadonlyMap<GoMap, readonly string[]>) {
    this.#tops = tops;
  }

  /** Where the part stands that is being run, in the template at the bottom. */
  at = 0;

  /** What a template file defines under names; later ones replace earlier ones. */
  define(text: string): readonly Part[] {
    const { parts, defines } = readStrictly(text);
    for (const [name, definition] of defines) this.#defined.set(name, definition);
    return parts;
  }

  /** What a template prints with this at its top. */
  run(parts: readonly Part[], text: string, dot: GoValue): string {
    if (this.#depth >= MAX_DEPTH) throw new Unsupported("too many templates within each other");
    this.#depth++;
    const scope = new Scope();
    scope.declare("", dot);
    const out: string[] = [];
    this.#run(parts, { text, dot, scope }, out);
    this.#depth--;
    return out.join("");
  }

  #run(parts: readonly Part[], frame: Frame, out: string[]): void {
    for (const part of parts) {
      spend();
      if (this.#depth === 1) this.at = part.start;
      switch (part.kind) {
        case "text":
          out.push(spendText(trimmed(frame.text, part.start, part.end)));
          break;
        case "assign": {
          const value = this.#evaluate(part.expression, frame);
          if (part.again) frame.scope.assign(part.name, value);
          else frame.scope.declare(part.name, value);
          break;
        }
        case "print": {
          const value = this.#evaluate(part.expression, frame);
          out.push(spendText(value === null ? "" : print(value)));
          break;
        }
        case "block":
          this.#block(part.branches, frame, out);
          break;
        default:
          part satisfies never;
      }
    }
  }

  #block(branches: readonly BranchPart[], frame: Frame, out: string[]): void {
    for (const { word, expression, variables, parts } of branches) {
      const scope = new Scope(frame.scope);
      if (expression === undefined) {
        this.#run(parts, { ...frame, scope }, out);
        return;
      }
      const value = this.#condition(expression, { ...frame, scope });
      if (word === "range") {
        if (this.#loop(value, variables, parts, frame, out)) return;
        continue;
      }
      const [name] = variables;
      if (name !== undefined) scope.declare(name, value);
      if (!isTrue(value)) continue;
      this.#run(parts, { ...frame, scope, dot: word === "with" ? value : frame.dot }, out);
      return;
    }
  }

  #condition(expression: Expression, frame: Frame): GoValue {
    try {
      return this.#evaluate(expression, frame);
    } catch (error) {
      if (error instanceof Missing) error.asked = true;
      throw error;
    }
  }

  /** False where there is nothing to go through. */
  #loop(value: GoValue, variables: readonly string[], parts: readonly Part[], frame: Frame, out: string[]): boolean {
    const turns = turnsOf(value);
    for (const [key, item] of turns) {
      const scope = new Scope(frame.scope);
      const [first, second] = variables;
      if (first !== undefined) scope.declare(first, second === undefined ? item : key);
      if (second !== undefined) scope.declare(second, item);
      this.#run(parts, { ...frame, scope, dot: item }, out);
    }
    return turns.length > 0;
  }

  #evaluate(expression: Expression, frame: Frame): GoValue {
    const value = this.#operand(expression, frame);
    // What takes nothing is called where it stands.
    return typeof value === "function" ? value() : value;
  }

  #operand(expression: Expression, frame: Frame): GoValue {
    spend();
    switch (expression.kind) {
      case "literal":
        return literal(expression);
      case "dot":
        return frame.dot;
      case "variable":
        return frame.scope.get(expression.name);
      case "field":
        return this.#field(expression, frame);
      case "call":
        return this.#call(expression.name, expression.args, frame);
      default:
        return expression satisfies never;
    }
  }

  #field(expression: Expression & { kind: "field" }, frame: Frame): GoValue {
    const names: string[] = [];
    let of: Expression = expression;
    for (; of.kind === "field"; of = of.of) names.unshift(of.name);
    const root = this.#evaluate(of, frame);
    let value = root;
    for (const name of names) {
      if (value === null && root !== null)
        throw this.#missing(root, names, `nil pointer evaluating interface {}.${name}`);
      value = fieldOf(typeof value === "function" ? value() : value, name);
    }
    return value;
  }

  /** What a chain of names leads to, where it is a value of a chart. */
  #missing(root: GoValue, names: readonly string[], message: string): Unsupported {
    const charts = isGoMap(root) ? this.#tops.get(root) : undefined;
    const [first, ...path] = names;
    return charts === undefined || first !== "Values" || path.length === 0
      ? new Unsupported(message)
      : new Missing(message, [...charts, ...path]);
  }

  /** Of the arguments of a function that refuses them, the value that is nothing. */
  #lacking(args: readonly Expression[], frame: Frame, error: Unsupported): Unsupported {
    for (const arg of args) {
      const names: string[] = [];
      let of: Expression = arg;
      for (; of.kind === "field"; of = of.of) names.unshift(of.name);
      if (names.length < 2 || (of.kind !== "dot" && of.kind !== "variable")) continue;
      const value = this.#evaluate(arg, frame);
      if (value === null || value === "") return this.#missing(this.#evaluate(of, frame), names, error.message);
    }
    return error;
  }

  #call(name: string, args: readonly Expression[], frame: Frame): GoValue {
    // These two look no further than they have to.
    if (name === "and" || name === "or") {
      let value: GoValue = null;
      for (const arg of args) {
        value = this.#evaluate(arg, frame);
        if (isTrue(value) === (name === "or")) break;
      }
      return value;
    }
    if (name === "") {
      const [method, ...rest] = args;
      const called = method === undefined ? null : this.#operand(method, frame);
      if (typeof called !== "function") throw new Unsupported("can't give argument to non-function");
      return called(...rest.map((arg) => this.#evaluate(arg, frame)));
    }
    const values = args.map((arg) => this.#evaluate(arg, frame));
    if (name === "include" || name === "template" || name === "block") return this.#include(values);
    if (name === "tpl") return this.#template(values);
    const known = FUNCTIONS.get(name);
    if (known === undefined) throw new Unsupported(`function "${name}" not defined`);
    try {
      const value = known(...values);
      if (typeof value === "string") spendText(value);
      else if (isGoList(value)) spend(value.length);
      return value;
    } catch (error) {
      throw error instanceof Missing || !(error instanceof Unsupported) ? error : this.#lacking(args, frame, error);
    }
  }

  #include([name, dot = null]: readonly GoValue[]): string {
    const found = typeof name === "string" ? this.#defined.get(name) : undefined;
    if (found === undefined) throw new Unsupported(`no template ${String(name)}`);
    return this.run(found.parts, found.text, dot);
  }

  #template([text, dot = null]: readonly GoValue[]): string {
    if (typeof text !== "string") throw new Unsupported("wrong type for tpl");
    if (!text.includes("{{")) return text;
    const { parts, defines } = readStrictly(text);
    if (defines.size > 0) throw new Unsupported("defines a template within tpl");
    return this.run(parts, text, dot);
  }
}

function literal(expression: Expression & { kind: "literal" }): GoValue {
  const { value, number } = expression;
  if (typeof value === "number") {
    if (number === undefined || !/^[-+]?\d+(?:\.\d+)?$/.test(number)) throw new Unsupported("a number of another kind");
    return number.includes(".") ? value : BigInt(number.replace("+", ""));
  }
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  throw new Unsupported("a literal of another kind");
}

function turnsOf(value: GoValue): readonly (readonly [GoValue, GoValue])[] {
  if (value === null) return [];
  if (isGoList(value)) return value.map((item, index) => [BigInt(index), item]);
  if (isGoMap(value)) return sortedKeys(value).map((key) => [key, value.get(key) ?? null]);
  if (typeof value === "bigint" && value < 10_000n)
    return Array.from({ length: Math.max(0, Number(value)) }, (_, at) => [BigInt(at), BigInt(at)]);
  throw new Unsupported("range can't iterate over this");
}

/** A text between actions, without the white space that those take with them. */
function trimmed(text: string, start: number, end: number): string {
  let piece = text.slice(start, end);
  if (start > 0 && /\s-\}\}$/.test(text.slice(Math.max(0, start - 4), start))) piece = piece.trimStart();
  if (/^\{\{-\s/.test(text.slice(end, end + 4))) piece = piece.trimEnd();
  return piece;
}

const OPENING = /^(?:if|with|range|define|block)$/;

/** A template of which everything is understood. */
function readStrictly(text: string): ReturnType<typeof readTemplate> {
  let open = 0;
  let at = 0;
  for (const { start, end } of actionsIn(text)) {
    if (text.slice(at, start).includes("{{")) throw new Unsupported("an action that is not closed");
    at = end;
    const { word, rest, expression, variables, isComment } = readStatement(text.slice(start, end));
    if (word === "break" || word === "continue" || rest !== "") throw new Unsupported("an action that is not read");
    if (word === "end") open -= 1;
    else if (OPENING.test(word)) open += 1;
    if (open < 0) throw new Unsupported("unexpected end");
    const isBare = word === "else" || word === "end";
    if (!isBare && !isComment && expression === undefined && variables.length === 0)
      throw new Unsupported("an empty action");
  }
  if (open > 0 || text.slice(at).includes("{{")) throw new Unsupported("a block that is not closed");
  return readTemplate(text);
}
