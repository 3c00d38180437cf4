/**
 * Groovy as pipelines are written in it, read far enough to tell calls, their arguments and their blocks apart:
 * `stage('Test') { sh 'make test' }`. What is computed stays unread. One pass, no backtracking; it never throws.
 */

/** A text in quotes. `[from, to)` is what stands between the quotes. */
export interface GroovyText {
  readonly kind: "text";
  /** Escapes resolved. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** Offsets in the text are offsets from `from`: nothing was escaped. */
  readonly exact: boolean;
  /** `${x}` in it is filled in. */
  readonly filled: boolean;
}

export type GroovyValue =
  | GroovyText
  | { readonly kind: "list"; readonly items: readonly GroovyArgument[]; readonly from: number; readonly to: number }
  | { readonly kind: "block"; readonly body: readonly GroovyNode[]; readonly from: number; readonly to: number }
  | { readonly kind: "call"; readonly call: GroovyCall; readonly from: number; readonly to: number }
  /** Anything else, as written: a name, a number, what is computed. */
  | { readonly kind: "other"; readonly text: string; readonly from: number; readonly to: number };

export interface GroovyArgument {
  readonly key: string | undefined;
  readonly value: GroovyValue;
}

/** `name args { body }`; statements with a body (`if`, `try`) and definitions of methods (`def`) are told likewise. */
export interface GroovyCall {
  readonly kind: "call";
  /** With what stands before the dots: `docker.image`; `.push` for a call on what another call gave. */
  readonly name: string;
  readonly args: readonly GroovyArgument[];
  readonly body: readonly GroovyNode[] | undefined;
  readonly from: number;
  readonly to: number;
}

/** `name = value`, with or without `def`. */
export interface GroovyAssignment {
  readonly kind: "assignment";
  readonly name: string;
  readonly value: GroovyValue;
  readonly from: number;
  readonly to: number;
}

/** `def name(…) { body }`. */
export interface GroovyMethod {
  readonly kind: "method";
  readonly name: string;
  readonly body: readonly GroovyNode[];
  readonly from: number;
}

export type GroovyNode = GroovyCall | GroovyAssignment | GroovyMethod;

const MAX_DEPTH = 100;
const MAX_NODES = 50_000;
const NAME = /[A-Za-z_$][\w$]*/y;
const WITH_BODY = new Set(["if", "else", "for", "while", "try", "catch", "finally", "switch", "do"]);
const MODIFIERS = new Set(["def", "final", "static", "private", "public", "protected", "void", "String", "boolean"]);
/** What follows continues the expression. */
const OPERATOR = /[+\-*/%<>=!&|^?:]/;

export function parseGroovy(text: string): readonly GroovyNode[] {
  let i = 0;
  let count = 0;
  const out: GroovyNode[] = [];
  while (i < text.length) {
    statements(out, 0);
    // A brace too many ends nothing.
    i += 1;
  }
  return out;

  /** Up to the closing brace, which is left, or the end. */
  function statements(into: GroovyNode[], depth: number): void {
    while (i < text.length && count < MAX_NODES) {
      skipSpace(true);
      const char = text[i];
      if (char === undefined || char === "}") return;
      const before = i;
      if (char === "@") annotation(into, depth);
      else if (/[A-Za-z_$]/.test(char)) statement(into, depth);
      else if (char === "{") nested(into, depth);
      else if (isQuote()) texts();
      else i += 1;
      if (i === before) i += 1;
    }
    if (count >= MAX_NODES) i = text.length;
  }

  /** A block that stands for itself: what is in it runs where it stands. */
  function nested(into: GroovyNode[], depth: number): void {
    const found = block(depth);
    if (found !== undefined) into.push(...found.body);
  }

  function annotation(into: GroovyNode[], depth: number): void {
    const from = i;
    i += 1;
    const name = readName();
    skipSpace(false);
    const args = text[i] === "(" ? parenthesised(depth) : [];
    into.push({ kind: "call", name: `@${name}`, args, body: undefined, from, to: i });
    count += 1;
  }

  function statement(into: GroovyNode[], depth: number): void {
    const from = i;
    let name = readPath();
    let declared = false;
    // `def x = …`, `String name(…) { … }`, `final int x = …`.
    while (MODIFIERS.has(name) || (/^[A-Z]\w*$/.test(name) && nextIsName())) {
      declared = true;
      skipSpace(false);
      if (text[i] === "(") {
        // Several at once: `def (a, b) = …`.
        balanced();
        name = "";
        break;
      }
      if (!/[A-Za-z_$"']/.test(text[i] ?? "")) return;
      name = readPath();
    }
    if (name === "import" || name === "package" || name === "assert") {
      skipLine();
      return;
    }
    if (name === "return" || name === "throw" || name === "new" || name === "in" || name === "case") {
      skipSpace(false);
      return;
    }
    count += 1;
    skipSpace(false);
    if (WITH_BODY.has(name)) {
      control(into, name, from, depth);
      return;
    }
    if (declared && text[i] === "(") {
      const at = i;
      balanced();
      skipSpace(true);
      if (text[i] === "{") {
        const found = block(depth);
        into.push({ kind: "method", name, body: found?.body ?? [], from });
        return;
      }
      i = at;
    }
    if (text[i] === "=" && text[i + 1] !== "=") {
      i += 1;
      skipSpace(true);
      const value = assigned(depth);
      into.push({ kind: "assignment", name, value, from, to: i });
      if (value.kind === "call") into.push(value.call);
      chained(into, depth);
      return;
    }
    // Declared, and given a value later.
    if (declared) return;
    const call = callAt(name, from, depth, true);
    into.push(call);
    chained(into, depth);
  }

  /** `x = load 'a.groovy'` needs no parentheses either. */
  function assigned(depth: number): GroovyValue {
    const from = i;
    const name = readPath();
    skipSpace(false);
    const isCall = name !== "" && i > from + name.length && /["']/.test(text[i] ?? "");
    if (!isCall) {
      i = from;
      return expression(depth, false);
    }
    const call = callAt(name, from, depth, true);
    return { kind: "call", call, from, to: i };
  }

  /** Calls on what the last call gave: `docker.build('x').push()`. */
  function chained(into: GroovyNode[], depth: number): void {
    for (;;) {
      const at = i;
      skipSpace(true);
      if (text[i] === "?" && text[i + 1] === ".") i += 1;
      if (text[i] !== "." || !/[A-Za-z_$]/.test(text[i + 1] ?? "")) {
        i = at;
        return;
      }
      const from = i;
      i += 1;
      const name = `.${readPath()}`;
      skipSpace(false);
      into.push(callAt(name, from, depth, false));
      count += 1;
    }
  }

  function control(into: GroovyNode[], name: string, from: number, depth: number): void {
    const args: GroovyArgument[] = [];
    if (text[i] === "(") {
      const start = i;
      balanced();
      args.push({
        key: undefined,
        value: { kind: "other", text: text.slice(start + 1, i - 1), from: start + 1, to: i - 1 },
      });
      scriptIn(into, start + 1, i - 1, depth);
      skipSpace(true);
    } else skipSpace(true);
    const found = text[i] === "{" ? block(depth) : undefined;
    into.push({ kind: "call", name, args, body: found?.body, from, to: i });
  }

  /** What a condition runs: `if (sh(script: '…', returnStatus: true) != 0)`. */
  function scriptIn(into: GroovyNode[], from: number, to: number, depth: number): void {
    const found = /(?<![\w.'"])(sh|bat|powershell|pwsh)[ \t]*\(/.exec(text.slice(from, to));
    if (found === null) return;
    const after = i;
    const start = from + found.index;
    i = start + found[0].length - 1;
    into.push(callAt(found[1] ?? "", start, depth, false));
    i = after;
  }

  function callAt(name: string, from: number, depth: number, plain: boolean): GroovyCall {
    let args: readonly GroovyArgument[] = [];
    if (text[i] === "(") args = parenthesised(depth);
    else if (plain && text[i] !== "{" && startsArgument()) args = list(depth, "");
    skipSpace(false);
    const at = i;
    skipSpace(true);
    let body: readonly GroovyNode[] | undefined;
    if (text[i] === "{") body = block(depth)?.body;
    else i = at;
    return { kind: "call", name, args, body, from, to: i };
  }

  /** Something that can be an argument without parentheses. */
  function startsArgument(): boolean {
    const char = text[i] ?? "";
    return /[A-Za-z_$0-9"'[]/.test(char) || (char === "$" && text[i + 1] === "/");
  }

  function parenthesised(depth: number): readonly GroovyArgument[] {
    i += 1;
    const args = list(depth, ")");
    if (text[i] === ")") i += 1;
    return args;
  }

  /** Arguments up to the closer, or to the end of the line where there is none. */
  function list(depth: number, closer: ")" | "]" | ""): readonly GroovyArgument[] {
    const args: GroovyArgument[] = [];
    if (depth >= MAX_DEPTH) {
      skipTo(closer);
      return args;
    }
    while (i < text.length && count < MAX_NODES) {
      skipSpace(closer !== "");
      const char = text[i];
      if (char === undefined || char === closer || char === "}" || char === "\n" || char === ";") break;
      if (char === ",") {
        i += 1;
        // A line that ends with a comma goes on.
        skipSpace(true);
        continue;
      }
      if (char === ")" || char === "]") break;
      const before = i;
      count += 1;
      args.push(argument(depth, closer !== ""));
      if (i === before) i += 1;
    }
    return args;
  }

  function argument(depth: number, across: boolean): GroovyArgument {
    const at = i;
    const key = keyAt();
    if (key !== undefined) {
      skipSpace(true);
      return { key, value: expression(depth + 1, across) };
    }
    i = at;
    return { key: undefined, value: expression(depth + 1, across) };
  }

  /** `name:` or `'name':` before a value. */
  function keyAt(): string | undefined {
    let key: string;
    if (text[i] === "$" || /[A-Za-z_]/.test(text[i] ?? "")) key = readName();
    else if (text[i] === '"' || text[i] === "'") key = quoted()?.text ?? "";
    else if (text[i] === "(") {
      balanced();
      key = "";
    } else return undefined;
    skipSpace(false);
    if (text[i] !== ":" || text[i + 1] === ":") return undefined;
    i += 1;
    return key;
  }

  function expression(depth: number, across: boolean): GroovyValue {
    const from = i;
    const value = primary(depth);
    skipSpace(false);
    const at = i;
    if (across) skipSpace(true);
    const char = text[i] ?? "";
    const goesOn = OPERATOR.test(char) || (char === "." && value.kind !== "call") || char === "[";
    if (!goesOn) {
      if (!across) i = at;
      return value;
    }
    const trimmed = value.kind === "text" ? TRIMS.exec(text.slice(i, i + 40)) : null;
    if (trimmed !== null) {
      i += trimmed[0].length;
      return value;
    }
    operands(depth, across);
    return { kind: "other", text: text.slice(from, i), from, to: i };
  }

  /** The rest of what is computed: to the next comma, closer or end of the line. */
  function operands(depth: number, across: boolean): void {
    while (i < text.length) {
      const char = text[i] ?? "";
      if (char === "," || char === ")" || char === "]" || char === "}" || char === ";") return;
      if (char === "\n") {
        if (!across) {
          const last =
            text
              .slice(Math.max(0, i - 3), i)
              .trimEnd()
              .at(-1) ?? "";
          if (!/[+\-*/&|?:.=]/.test(last)) return;
        }
        i += 1;
      } else if (isQuote()) texts();
      else if (char === "(" || char === "[") balanced();
      else if (char === "{") {
        if (block(depth) === undefined) return;
      } else if (!comment()) i += 1;
    }
  }

  function primary(depth: number): GroovyValue {
    const from = i;
    const char = text[i] ?? "";
    if (isQuote()) {
      const found = quoted();
      if (found !== undefined) return found;
    }
    if (depth >= MAX_DEPTH) {
      if (char === "[" || char === "(" || char === "{") balanced();
      else i += 1;
      return { kind: "other", text: "", from, to: i };
    }
    if (char === "[") {
      i += 1;
      const items = list(depth + 1, "]");
      if (text[i] === "]") i += 1;
      return { kind: "list", items, from, to: i };
    }
    if (char === "{") {
      const found = block(depth);
      return { kind: "block", body: found?.body ?? [], from, to: i };
    }
    if (/[A-Za-z_$]/.test(char)) {
      const name = readPath();
      if (text[i] === "(") {
        const args = parenthesised(depth + 1);
        const at = i;
        skipSpace(false);
        const body = text[i] === "{" ? block(depth)?.body : undefined;
        if (body === undefined) i = at;
        return { kind: "call", call: { kind: "call", name, args, body, from, to: i }, from, to: i };
      }
      return { kind: "other", text: name, from, to: i };
    }
    if (char === "(") balanced();
    else i += 1;
    return { kind: "other", text: text.slice(from, i), from, to: i };
  }

  function block(depth: number): { readonly body: readonly GroovyNode[] } | undefined {
    const body: GroovyNode[] = [];
    if (depth >= MAX_DEPTH) {
      balanced();
      return { body };
    }
    i += 1;
    parameters();
    statements(body, depth + 1);
    if (text[i] === "}") i += 1;
    return { body };
  }

  /** `{ a, b -> … }`. */
  function parameters(): void {
    const found = /\s*(?:[\w$]+(?:\s+[\w$]+)?(?:\s*,\s*[\w$]+(?:\s+[\w$]+)?)*)?\s*->/y;
    found.lastIndex = i;
    const match = found.exec(text);
    if (match !== null && match[0].length < 200) i += match[0].length;
  }

  function readName(): string {
    NAME.lastIndex = i;
    const name = NAME.exec(text)?.[0] ?? "";
    i += name.length;
    return name;
  }

  /** A name with all that follows dots. */
  function readPath(): string {
    const from = i;
    readName();
    while (text[i] === "." || (text[i] === "?" && text[i + 1] === ".")) {
      const dots = text[i] === "?" ? 2 : 1;
      if (!/[A-Za-z_$]/.test(text[i + dots] ?? "")) break;
      i += dots;
      readName();
    }
    return text.slice(from, i).replaceAll("?.", ".");
  }

  function nextIsName(): boolean {
    const at = i;
    skipSpace(false);
    const found = i > at && /[A-Za-z_$]/.test(text[i] ?? "");
    i = at;
    return found;
  }

  function isQuote(): boolean {
    const char = text[i];
    return char === '"' || char === "'" || (char === "$" && text[i + 1] === "/");
  }

  function texts(): void {
    if (quoted() === undefined) i += 1;
  }

  function quoted(): GroovyText | undefined {
    const start = i;
    if (text.startsWith("$/", i)) return until("/$", true, start + 2);
    const quote = text[i] ?? "";
    const triple = text.startsWith(quote.repeat(3), i);
    return until(triple ? quote.repeat(3) : quote, quote === '"', start + (triple ? 3 : 1));
  }

  function until(closer: string, filled: boolean, from: number): GroovyText {
    let decoded = "";
    let exact = true;
    let at = from;
    while (at < text.length && !text.startsWith(closer, at)) {
      const char = text[at] ?? "";
      if (closer.length === 1 && char === "\n") break;
      if (char === "\\" && closer !== "/$") {
        const next = text[at + 1] ?? "";
        // A line that is continued is one line for the shell as well.
        decoded += next === "\n" ? "" : (ESCAPES[next] ?? next);
        exact = false;
        at += 2;
        continue;
      }
      if (filled && char === "$" && text[at + 1] === "{") {
        const end = braceEnd(at + 1);
        decoded += text.slice(at, end);
        at = end;
        continue;
      }
      decoded += char;
      at += 1;
    }
    at = Math.min(at, text.length);
    i = text.startsWith(closer, at) ? at + closer.length : at;
    return { kind: "text", text: decoded, from, to: at, exact, filled };
  }

  /** Behind the brace that closes the one at `at`, quotes inside of it taken into account. */
  function braceEnd(at: number): number {
    let open = 0;
    for (let k = at; k < text.length; k += 1) {
      if (text[k] === "{") open += 1;
      else if (text[k] === "}" && --open === 0) return k + 1;
      else if (text[k] === "\n" && open > 0 && k - at > 2_000) return at + 1;
    }
    return at + 1;
  }

  /** Over what stands in brackets of any kind. */
  function balanced(): void {
    const open: string[] = [];
    while (i < text.length) {
      const char = text[i] ?? "";
      if (isQuote()) {
        texts();
        continue;
      }
      if (comment()) continue;
      i += 1;
      if (char === "(" || char === "[" || char === "{") open.push(char);
      else if (char === ")" || char === "]" || char === "}") {
        open.pop();
        if (open.length === 0) return;
      }
    }
  }

  function skipTo(closer: string): void {
    if (closer === "") {
      skipLine();
      return;
    }
    while (i < text.length && text[i] !== closer) {
      if (isQuote()) texts();
      else if (/[([{]/.test(text[i] ?? "")) balanced();
      else i += 1;
    }
  }

  function skipLine(): void {
    const end = text.indexOf("\n", i);
    i = end < 0 ? text.length : end;
  }

  function comment(): boolean {
    if (text.startsWith("//", i)) {
      skipLine();
      return true;
    }
    if (!text.startsWith("/*", i)) return false;
    const end = text.indexOf("*/", i + 2);
    i = end < 0 ? text.length : end + 2;
    return true;
  }

  function skipSpace(lines: boolean): void {
    while (i < text.length) {
      const char = text[i] ?? "";
      if (char === " " || char === "\t" || char === "\r" || (lines && char === "\n")) i += 1;
      else if (char === "\\" && /^\\\r?\n/.test(text.slice(i, i + 3))) i += 2;
      else if (!comment()) return;
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/** Calls that leave a text what it is, but for the space around it. */
const TRIMS = /^(?:\.(?:stripIndent|trim|toString|stripMargin)\(\)\s*)+/;
