/** Conditions of GitLab's rules, `$CI_COMMIT_BRANCH == "main" && $X =~ /y/`, as far as variables are known. */

/** `undefined`: that depends on what is not known here. */
export type Truth = boolean | undefined;

/**
 * What a variable holds: a text; `null` when it is not set; something that is set, of which `other` says that it is
 * none of the texts that are written anywhere; `undefined` when nothing is known of it.
 */
export type Value = string | null | { readonly other: boolean } | undefined;

export type Variables = (name: string) => Value;

/** Set to what is not known. */
export const SOMETHING: Value = { other: false };
/** Set to what is named nowhere in the file. */
export const OTHER: Value = { other: true };

interface Token {
  readonly kind: "variable" | "text" | "pattern" | "null" | "sign";
  readonly text: string;
}

const TOKEN =
  /\s*(?:\$(\w+)|\$\{(\w+)\}|"([^"]*)"|'([^']*)'|\/((?:\\.|[^\\/])+)\/([a-zA-Z]*)|(null\b)|(==|!=|=~|!~|&&|\|\||[()]))/y;

const MAX_LENGTH = 5_000;
const MAX_NESTING = 50;

export type Condition = (variables: Variables) => Truth;

/** A condition to be asked of different variables; nothing is known of text that is none. */
export function conditionOf(text: string): Condition {
  const tokens = tokensOf(text);
  return tokens === undefined ? () => undefined : (variables) => truthOf(tokens, variables);
}

function truthOf(tokens: readonly Token[], variables: Variables): Truth {
  let at = 0;
  let depth = 0;
  let broken = false;
  const result = either();
  return broken || at < tokens.length ? undefined : result;

  function either(): Truth {
    let value = both();
    while (take("||")) {
      const next = both();
      value = value === true || next === true ? true : value === false && next === false ? false : undefined;
    }
    return value;
  }

  function both(): Truth {
    let value = one();
    while (take("&&")) {
      const next = one();
      value = value === false || next === false ? false : value === true && next === true ? true : undefined;
    }
    return value;
  }

  function one(): Truth {
    if (take("(")) {
      depth += 1;
      if (depth > MAX_NESTING) broken = true;
      const value = broken ? undefined : either();
      depth -= 1;
      if (!take(")")) broken = true;
      return value;
    }
    const left = operand();
    for (const sign of ["==", "!=", "=~", "!~"] as const) {
      if (!take(sign)) continue;
      const right = tokens[at]?.kind === "pattern" ? tokens[at++] : undefined;
      const answer =
        sign === "==" || sign === "!="
          ? equal(left, operand())
          : matches(left, right === undefined ? operand() : right.text);
      return answer === undefined ? undefined : sign.startsWith("!") ? !answer : answer;
    }
    return isSet(left);
  }

  function operand(): Value {
    const token = tokens[at];
    at += 1;
    switch (token?.kind) {
      case "variable":
        return variables(token.text);
      case "text":
        return token.text;
      case "null":
        return null;
      default:
        broken = true;
        return undefined;
    }
  }

  function take(sign: string): boolean {
    const token = tokens[at];
    if (token?.kind !== "sign" || token.text !== sign) return false;
    at += 1;
    return true;
  }
}

function tokensOf(condition: string): readonly Token[] | undefined {
  const text = condition.trim();
  if (text === "" || text.length > MAX_LENGTH) return undefined;
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const [, plain, braced, double, single, body, flags, nothing, sign] = match;
    const name = plain ?? braced;
    const quoted = double ?? single;
    if (name !== undefined) tokens.push({ kind: "variable", text: name });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: quoted });
    else if (body !== undefined) tokens.push({ kind: "pattern", text: `/${body}/${flags ?? ""}` });
    else if (nothing !== undefined) tokens.push({ kind: "null", text: nothing });
    else tokens.push({ kind: "sign", text: sign ?? "" });
  }
  return tokens;
}

/** A variable alone is true where it is set and not empty. */
function isSet(value: Value): Truth {
  if (value === undefined) return undefined;
  return value !== null && value !== "";
}

function equal(left: Value, right: Value): Truth {
  if (left === undefined || right === undefined) return undefined;
  if (left === null || right === null) return left === right;
  if (typeof left === "string" && typeof right === "string") return left === right;
  const other = [left, right].find((it) => typeof it === "object");
  if (left === right) return undefined;
  return typeof other === "object" && other?.other === true ? false : undefined;
}

function matches(left: Value, right: Value): Truth {
  if (left === null) return false;
  if (typeof left !== "string" || typeof right !== "string") return undefined;
  return matchesPattern(left, right);
}

/** Patterns written so that trying them could take long are not tried. */
export function matchesPattern(text: string, pattern: string): Truth {
  const [, body, flags] = /^\/(.*)\/([a-z]*)$/s.exec(pattern) ?? [];
  if (body === undefined || body.length > 200 || /[*+}?]\)*[*+{]|\(\?/.test(body)) return undefined;
  if ((body.match(/[*+{]/g) ?? []).length > 3) return undefined;
  try {
    return new RegExp(body.replace(/\\A/g, "^").replace(/\\z/gi, "$"), flags?.includes("i") ? "i" : "").test(text);
  } catch {
    return undefined;
  }
}
