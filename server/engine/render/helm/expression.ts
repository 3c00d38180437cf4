/** Expressions of Go templates, as far as they say where a value comes from. */
import type { Json } from "../../../../model/edit.ts";

export type Expression =
  /** `number`: as a number is written, `1.0` being another one than `1`. */
  | { readonly kind: "literal"; readonly value: Json; readonly number?: string }
  | { readonly kind: "dot" }
  /** `$x`; the name is empty for `$` itself. */
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "field"; readonly of: Expression; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] };

/** What stands between the delimiters of one action. */
export interface Statement {
  /** `if`, `else`, `end` and the like; `""` for an expression or an assignment. */
  readonly word: string;
  readonly variables: readonly string[];
  /** An assignment to a variable that was declared before. */
  readonly again: boolean;
  readonly expression: Expression | undefined;
  /** What could not be read. */
  readonly rest: string;
  readonly isComment: boolean;
}

const COMMENT: Statement = {
  word: "",
  variables: [],
  again: false,
  expression: undefined,
  rest: "",
  isComment: true,
};

/** Reads the inside of an action. What cannot be read says nothing. */
export function readStatement(source: string): Statement {
  const inside = source.replace(/^\{\{-?|-?\}\}$/g, "").trim();
  if (inside.startsWith("/*")) return COMMENT;
  const keyword =
    /^(else\s+if|else\s+with|if|with|range|else|end|define|block|template|break|continue)(?![\w.])\s*/.exec(inside);
  const word = keyword?.[1]?.replace(/\s+/g, " ") ?? "";
  const rest = inside.slice(keyword?.[0].length ?? 0);
  const declared = /^\$(\w+)(?:\s*,\s*\$(\w+))?\s*(:?=)(?!=)\s*/.exec(rest);
  const variables = declared === null ? [] : [declared[1], declared[2]].filter((name) => name !== undefined);
  const reader = new Reader(rest.slice(declared?.[0].length ?? 0));
  const expression =
    word === "define" || word === "block" || word === "template" ? reader.call(word) : reader.pipeline();
  return { word, variables, again: declared?.[3] === "=", expression, rest: reader.rest, isComment: false };
}

const MAX_DEPTH = 50;
const MAX_LENGTH = 100;

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get rest(): string {
    return this.#text.slice(this.#at).trim();
  }

  /** A name with what follows it, as `define "x"` and `template "x" .` have it. */
  call(name: string): Expression {
    return { kind: "call", name, args: this.#operands() };
  }

  /** What is piped into a function is its last argument. */
  pipeline(): Expression | undefined {
    if (++this.#depth > MAX_DEPTH) return undefined;
    let value: Expression | undefined;
    for (let count = 0; count < MAX_LENGTH; count++) {
      const command = this.#command(value);
      if (command === undefined) break;
      value = command;
      this.#space();
      if (this.#text[this.#at] !== "|") break;
      this.#at++;
    }
    this.#depth--;
    return value;
  }

  #command(piped: Expression | undefined): Expression | undefined {
    this.#space();
    const name = this.#take(/[A-Za-z_]\w*/y);
    const constant = name === undefined ? undefined : CONSTANTS.get(name);
    if (name !== undefined && constant === undefined) {
      const args = this.#operands();
      return { kind: "call", name, args: piped === undefined ? args : [...args, piped] };
    }
    const first = constant ?? this.#operand();
    if (first === undefined) return undefined;
    const args = this.#operands();
    // A method, such as `.Files.Get`.
    return args.length === 0 && piped === undefined ? first : { kind: "call", name: "", args: [first, ...args] };
  }

  #operands(): Expression[] {
    const operands: Expression[] = [];
    for (let next = this.#operand(); next !== undefined; next = this.#operand()) operands.push(next);
    return operands;
  }

  #operand(): Expression | undefined {
    this.#space();
    let value = this.#start();
    if (value === undefined) return undefined;
    for (let count = 0; count < MAX_LENGTH; count++) {
      const name = this.#take(/\.[A-Za-z_]\w*/y);
      if (name === undefined) break;
      value = { kind: "field", of: value, name: name.slice(1) };
    }
    return value;
  }

  #start(): Expression | undefined {
    const quoted = this.#take(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'/y);
    if (quoted !== undefined) return { kind: "literal", value: unquoted(quoted) };
    const number = this.#take(/[-+]?\d[\w.]*/y);
    if (number !== undefined) return { kind: "literal", value: Number(number), number };
    const variable = this.#take(/\$\w*/y);
    if (variable !== undefined) return { kind: "variable", name: variable.slice(1) };
    if (this.#text[this.#at] === "(") {
      this.#at++;
      const inside = this.pipeline();
      this.#space();
      if (this.#text[this.#at] === ")") this.#at++;
      return inside;
    }
    if (this.#text[this.#at] === ".") {
      // The dot of a first field is left for the field.
      if (!/[A-Za-z_]/.test(this.#text[this.#at + 1] ?? "")) this.#at++;
      return { kind: "dot" };
    }
    const name = this.#take(/[A-Za-z_]\w*/y);
    return name === undefined ? undefined : (CONSTANTS.get(name) ?? { kind: "call", name, args: [] });
  }

  #space(): void {
    this.#take(/\s+/y);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

const CONSTANTS: ReadonlyMap<string, Expression> = new Map([
  ["true", { kind: "literal", value: true }],
  ["false", { kind: "literal", value: false }],
  ["nil", { kind: "literal", value: null }],
]);

function unquoted(source: string): string {
  const inside = source.slice(1, -1);
  if (source.startsWith("`")) return inside;
  return inside.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char === "t" ? "\t" : char));
}
