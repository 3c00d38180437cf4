/** Words of a shell text: quotes, escapes and expansions. */

export interface Word {
  readonly text: string;
  /** Written without any quote, so that it may be a reserved word. */
  readonly plain: boolean;
  readonly from: number;
  readonly to: number;
}

export interface Lexer {
  /** Reads one word; at least one character is taken unless a word cannot begin here. `ends` ends it too. */
  readWord(from: number, ends?: string): Word;
  lineEnd(from: number): number;
  skipBlanks(from: number): number;
  /** The end of `(( … ))`, `from` being behind the opening brackets. */
  arithmeticEnd(from: number): number;
}

/**
 * Reads words of `text`. `substitute` reads the commands of `$( … )` or of backticks from the position behind the
 * opening and returns the one behind the closing; the same position when it does not go in.
 */
export function lexerOf(text: string, substitute: (from: number, closer: ")" | "`") => number): Lexer {
  /** No `}}` follows any more: remembered, so that looking for it stays linear. */
  let expressionsEnd = false;
  let inArray = false;
  return { readWord, lineEnd, skipBlanks, arithmeticEnd };

  function readWord(from: number, ends = ""): Word {
    let i = from;
    let value = "";
    let plain = true;
    while (i < text.length) {
      const c = text.charAt(i);
      if (/[\s;&|<>()]/.test(c)) {
        if (c !== "(" || !value.endsWith("=") || inArray) break;
        i = arrayEnd(i + 1);
      } else if (c === ends) break;
      else if (c === "\\") {
        if (/^\r?\n/.test(text.slice(i + 1, i + 3))) break;
        // Windows paths keep their backslashes.
        if (/[\w.]/.test(text.charAt(i + 1))) value += "\\";
        value += text.charAt(i + 1);
        plain = false;
        i = Math.min(i + 2, text.length);
      } else if (c === "'" && text.indexOf("'", i + 1) !== -1) {
        const to = text.indexOf("'", i + 1);
        value += text.slice(i + 1, to);
        plain = false;
        i = to + 1;
      } else if (c === '"' && text.indexOf('"', i + 1) !== -1) {
        plain = false;
        const quoted = readQuoted(i + 1);
        value += quoted.text;
        i = quoted.to;
      } else if (c === "`" && /^\r?\n/.test(text.slice(i + 1, i + 3))) break;
      else {
        const to = expansionEnd(i);
        value += text.slice(i, to);
        i = to;
      }
    }
    return { text: value, plain, from, to: i };
  }

  function readQuoted(from: number): { readonly text: string; readonly to: number } {
    let i = from;
    let value = "";
    while (i < text.length && text.charAt(i) !== '"') {
      const next = text.charAt(i + 1);
      if (text.charAt(i) === "\\" && /["\\$`\n]/.test(next)) {
        if (next !== "\n") value += next;
        i += 2;
      } else {
        const to = expansionEnd(i);
        value += text.slice(i, to);
        i = to;
      }
    }
    return { text: value, to: Math.min(i + 1, text.length) };
  }

  /** The end of an expansion at `i`, its commands read; of the one character when there is none. */
  function expansionEnd(i: number): number {
    const c = text.charAt(i);
    if (c === "`" && text.indexOf("`", i + 1) !== -1) return substitute(i + 1, "`");
    if (c !== "$") return i + 1;
    const next = text.charAt(i + 1);
    if (next === "(") return text.charAt(i + 2) === "(" ? arithmeticEnd(i + 3) : substitute(i + 2, ")");
    if (next !== "{") return i + 1;
    if (text.charAt(i + 2) === "{" && !expressionsEnd) {
      const to = text.indexOf("}}", i + 3);
      if (to !== -1) return to + 2;
      expressionsEnd = true;
    }
    return parameterEnd(i + 2);
  }

  /** `${name:-default}`; one that is not closed nearby ends with its line. */
  function parameterEnd(from: number): number {
    let i = from;
    let open = 1;
    while (i < text.length && open > 0) {
      const c = text.charAt(i);
      if (c === "\n" && !text.slice(i, i + 200).includes("}")) return i;
      if (c === "$" && text.charAt(i + 1) === "(") {
        i = expansionEnd(i);
        continue;
      }
      if (c === "{") open += 1;
      else if (c === "}") open -= 1;
      i += c === "\\" ? 2 : 1;
    }
    return Math.min(i, text.length);
  }

  function arithmeticEnd(from: number): number {
    let open = 2;
    for (let i = from; i < text.length; i += 1) {
      const c = text.charAt(i);
      if (c === "(") open += 1;
      else if (c === ")") open -= 1;
      else if (c === "\n") return i;
      if (open === 0) return i + 1;
    }
    return text.length;
  }

  /** Skips the words of `NAME=( … )`, comments and line breaks included. */
  function arrayEnd(from: number): number {
    let i = from;
    inArray = true;
    while (i < text.length && text.charAt(i) !== ")") {
      const c = text.charAt(i);
      if (c === "#") i = lineEnd(i);
      else if (/[\s;&|<>(]/.test(c)) i += 1;
      else if (c === "\\") i += 2;
      else i = Math.max(readWord(i).to, i + 1);
    }
    inArray = false;
    return Math.min(i + 1, text.length);
  }

  function lineEnd(from: number): number {
    const to = text.indexOf("\n", from);
    return to === -1 ? text.length : to;
  }

  function skipBlanks(from: number): number {
    let i = from;
    while (text.charAt(i) === " " || text.charAt(i) === "\t") i += 1;
    return i;
  }
}
