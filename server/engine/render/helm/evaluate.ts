/** What a template prints, and which values had a say in it. It renders nothing that is not asked for. */
import type { Json, Key } from "../../../../model/edit.ts";
import { once } from "../../../../model/memo.ts";
import type { Expression } from "./expression.ts";
import { callFunction } from "./functions.ts";
import { constant, fieldOf, isTrue, madeOf, type Result, type Scope, textOf, UNKNOWN } from "./result.ts";
import type { BlockPart, BranchPart, Definition, Part } from "./template.ts";
import { isList, isMap } from "./values.ts";

/** Which turn of a loop is looked at. */
export type Turns = ReadonlyMap<BranchPart, number>;

/** Variables and the dot at one place of a template. */
export class Environment {
  readonly dot: Result;
  readonly root: Result;
  readonly #outer: Environment | undefined;
  readonly #variables = new Map<string, () => Result>();

  constructor(dot: Result, root: Result, outer?: Environment) {
    this.dot = dot;
    this.root = root;
    this.#outer = outer;
  }

  inner(dot: Result = this.dot): Environment {
    return new Environment(dot, this.root, this);
  }

  get(name: string): Result {
    if (name === "") return this.root;
    return this.#variables.get(name)?.() ?? this.#outer?.get(name) ?? UNKNOWN;
  }

  has(name: string): boolean {
    return this.#variables.has(name) || this.#outer?.has(name) === true;
  }

  /** Many variables are set and few are looked at. */
  set(name: string, read: () => Result, again: boolean): void {
    if (again && !this.#variables.has(name) && this.#outer !== undefined) {
      this.#outer.set(name, read, again);
      return;
    }
    let known: Result | undefined;
    this.#variables.set(name, () => {
      known ??= read();
      return known;
    });
  }
}

/** Branches that were entered, for as long as the turns of all loops stay the same. */
export type Entered = Map<BranchPart, { readonly environment: Environment; readonly conditions: readonly Result[] }>;

/** One place of a template. */
export interface Spot {
  readonly environment: Environment;
  /** The parts among which it is. */
  readonly parts: readonly Part[];
  readonly conditions: readonly Result[];
}

const INCLUDES = /^(include|template|block)$/;

/** A named template, and what it is given. */
export interface Helper {
  readonly definition: Definition;
  readonly top: Environment;
}

const MAX_DEPTH = 16;

/** A question that takes more steps than this has no answer. */
const MAX_STEPS = 5_000;

/** What printed a text: its pieces in order, and what it depended on whether they were. */
export interface Printed {
  readonly pieces: Result[];
  readonly conditions: Result[];
}

export class Evaluator {
  readonly scope: Scope;
  /** Steps left for everything, and for what is asked now. */
  #budget: number;
  #left = 0;
  #depth = 0;

  constructor(scope: Scope, budget: number) {
    this.scope = scope;
    this.#budget = budget;
  }

  /** The top of a template. */
  top(): Environment {
    const dot = { ...UNKNOWN, scope: this.scope };
    return new Environment(dot, dot);
  }

  /** Begins another question. */
  ask(): this {
    this.#left = Math.min(this.#budget, MAX_STEPS);
    return this;
  }

  #isSpent(): boolean {
    this.#budget--;
    return --this.#left < 0;
  }

  evaluate(expression: Expression | undefined, environment: Environment): Result {
    if (expression === undefined || this.#isSpent()) return UNKNOWN;
    switch (expression.kind) {
      case "literal":
        return constant(expression.value);
      case "dot":
        return environment.dot;
      case "variable":
        return environment.get(expression.name);
      case "field":
        return fieldOf(this.evaluate(expression.of, environment), expression.name);
      case "call": {
        const args = expression.args.map((one) => this.evaluate(one, environment));
        if (INCLUDES.test(expression.name)) return this.#include(args);
        return callFunction(expression.name, args);
      }
      default:
        return expression satisfies never;
    }
  }

  /** The environment at an offset, inside all blocks that are around it, and the conditions on the way there. */
  at(parts: readonly Part[], offset: number, turns: Turns, entered: Entered, top: Environment): Spot {
    let environment = top;
    let here = parts;
    const conditions: Result[] = [];
    for (;;) {
      const branch = branchAt(here, offset);
      const known = branch === undefined ? undefined : entered.get(branch);
      const inner = known?.environment ?? environment.inner();
      if (known === undefined) this.#runTo(here, offset, inner);
      if (branch === undefined) return { environment: inner, parts: here, conditions };
      if (known === undefined) {
        const met: Result[] = [];
        environment = this.#enter(branch, inner, turns.get(branch), met);
        entered.set(branch, { environment, conditions: met });
        conditions.push(...met);
      } else {
        environment = known.environment;
        conditions.push(...known.conditions);
      }
      here = branch.parts;
    }
  }

  /** Sets what is set before an offset. */
  #runTo(parts: readonly Part[], offset: number, environment: Environment): void {
    for (const part of parts) {
      if (part.end > offset) break;
      if (part.kind === "assign") this.#assign(part, environment);
      else if (part.kind === "block" && assigns(part))
        this.#print(part.branches, environment, { pieces: [], conditions: [] }, "");
    }
  }

  #assign(part: Part & { kind: "assign" }, environment: Environment): void {
    const { expression, name, again } = part;
    if (!environment.has(name)) {
      environment.set(name, () => this.evaluate(expression, environment), false);
      return;
    }
    // What is set again may be made of what it was.
    const value = this.evaluate(expression, environment);
    environment.set(name, () => value, again);
  }

  #enter(branch: BranchPart, outer: Environment, turn: number | undefined, conditions: Result[]): Environment {
    const { word, expression, variables } = branch;
    if (expression === undefined) return outer.inner();
    const value = this.evaluate(expression, outer);
    if (word !== "range") {
      conditions.push(value);
      const inner = outer.inner(word === "with" ? value : outer.dot);
      if (variables[0] !== undefined) inner.set(variables[0], () => value, false);
      return inner;
    }
    const key = keyOfTurn(value, turn);
    const item = key === undefined ? madeOf([value]) : fieldOf(value, key);
    const inner = outer.inner(item);
    const [first, second] = variables;
    if (first !== undefined && second !== undefined) {
      inner.set(first, () => constant(key), false);
      inner.set(second, () => item, false);
    } else if (first !== undefined) inner.set(first, () => item, false);
    return inner;
  }

  /** How often a loop goes round at this place; 0 where that is not known. */
  turnsOf(branch: BranchPart, outer: Environment): number {
    const { value } = this.evaluate(branch.expression, outer);
    if (isList(value)) return value.length;
    return isMap(value) ? Object.keys(value).length : 0;
  }

  /** What the parts between two offsets print. */
  print(parts: readonly Part[], environment: Environment, text: string, from: number, to: number): Printed {
    const printed: Printed = { pieces: [], conditions: [] };
    this.#printParts(parts, environment, printed, text, from, to);
    return printed;
  }

  #printParts(
    parts: readonly Part[],
    environment: Environment,
    printed: Printed,
    text: string,
    from = 0,
    to = Number.POSITIVE_INFINITY,
  ): void {
    for (const part of parts) {
      if (part.end <= from) continue;
      if (part.start >= to || this.#isSpent()) break;
      switch (part.kind) {
        case "text":
          printed.pieces.push(constant(text.slice(Math.max(part.start, from), Math.min(part.end, to))));
          break;
        case "assign":
          this.#assign(part, environment);
          break;
        case "print":
          printed.pieces.push(this.evaluate(part.expression, environment));
          break;
        case "block":
          this.#print(part.branches, environment, printed, text);
          break;
        default:
          part satisfies never;
      }
    }
  }

  /** The branch that is taken; all of them where that is not known. */
  #print(branches: readonly BranchPart[], environment: Environment, printed: Printed, text: string): void {
    for (const branch of branches) {
      const inside: Result[] = [];
      const inner = this.#enter(branch, environment, undefined, inside);
      if (branch.word === "range") {
        const turns = this.turnsOf(branch, environment);
        for (let turn = 0; turn < turns && turn < MAX_TURNS; turn++)
          this.#printParts(branch.parts, this.#enter(branch, environment, turn, []), printed, text);
        if (turns > 0) return;
        continue;
      }
      printed.conditions.push(...inside);
      const [condition] = inside;
      const taken = condition?.value === undefined ? undefined : isTrue(condition.value);
      if (taken === false) continue;
      const before = printed.pieces.length;
      this.#printParts(branch.parts, inner, printed, text);
      if (taken === true || condition === undefined) return;
      for (let at = before; at < printed.pieces.length; at++)
        printed.pieces[at] = madeOf([printed.pieces[at] ?? UNKNOWN, condition]);
    }
  }

  /** The helper that an expression prints, however that is indented, with what it is given. */
  helperIn(expression: Expression, environment: Environment): Helper | undefined {
    let call = expression;
    while (call.kind === "call" && /^(n?indent|trim|tpl)$/.test(call.name)) {
      const inner = call.name === "tpl" ? call.args[0] : call.args.at(-1);
      if (inner === undefined) return undefined;
      call = inner;
    }
    if (call.kind !== "call" || !INCLUDES.test(call.name)) return undefined;
    const [name, given] = call.args.map((one) => this.evaluate(one, environment));
    const definition = typeof name?.value === "string" ? this.scope.define(name.value) : undefined;
    const dot = given ?? UNKNOWN;
    return definition && { definition, top: new Environment(dot, dot) };
  }

  #include([name, dot]: readonly Result[]): Result {
    const define = typeof name?.value === "string" ? this.scope.define(name.value) : undefined;
    if (define === undefined || this.#depth >= MAX_DEPTH) return madeOf(dot?.scope === undefined && dot ? [dot] : []);
    this.#depth++;
    const printed: Printed = { pieces: [], conditions: [] };
    const given = dot ?? UNKNOWN;
    this.#printParts(define.parts, new Environment(given, given), printed, define.text);
    this.#depth--;
    return join({ pieces: printed.pieces, conditions: [] });
  }
}

/** More turns of a loop are not followed inside a text. */
const MAX_TURNS = 50;

/** The pieces as one text: what it says, and which values are in it. White space around it means nothing. */
export function join({ pieces, conditions }: Printed): Result {
  const said = pieces.filter((piece) => piece.from.length > 0 || !isBlank(piece.value));
  const [only] = said;
  if (said.length === 1 && only !== undefined && only.from.length > 0) return only;
  const texts = pieces.map(({ value }) => textOf(value));
  const text = texts.includes(undefined) ? undefined : texts.join("").trim();
  const joined = madeOf(said, text);
  return joined.from.length > 0 ? joined : madeOf(conditions, text);
}

function isBlank(value: Json | undefined): boolean {
  return typeof value === "string" && value.trim() === "";
}

function keyOfTurn({ value }: Result, turn: number | undefined): Key | undefined {
  if (turn === undefined) return undefined;
  return isMap(value) ? sortedKeys(value)[turn] : turn;
}

const sortedKeys = once((map: object): readonly string[] => Object.keys(map).sort());

function branchAt(parts: readonly Part[], offset: number): BranchPart | undefined {
  for (const part of parts) {
    if (part.start > offset) return undefined;
    if (part.kind === "block" && part.end > offset)
      return part.branches.find((one) => one.start <= offset && offset <= one.end);
  }
  return undefined;
}

/** Something in it sets a variable that is declared outside. */
const assigns = once((block: BlockPart): boolean =>
  block.branches.some(({ parts }) =>
    parts.some((part) => (part.kind === "assign" && part.again) || (part.kind === "block" && assigns(part))),
  ),
);
