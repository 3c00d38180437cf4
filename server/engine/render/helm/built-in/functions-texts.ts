/** Texts: cut, joined, indented, matched. */
import { STAND_IN } from "../stand-ins.ts";
import { count, list, string, text } from "./arguments.ts";
import { type GoFunction, type GoValue, isGoList, print, typeOf } from "./go-value.ts";
import { Unsupported } from "./unsupported.ts";

/** A value that differs from one time to the next. */
const random: GoFunction = () => STAND_IN;

function indented(spaces: GoValue | undefined, value: GoValue | undefined): string {
  const pad = repeated(" ", Math.max(0, count(spaces)));
  return pad + replaced(text(value), "\n", `\n${pad}`);
}

const MAX_LENGTH = 5_000_000;

function repeated(value: string, times: number): string {
  if (value.length * times > MAX_LENGTH) throw new Unsupported("a text that is too long");
  return value.repeat(times);
}

function replaced(value: string, old: string, by: string): string {
  const parts = value.split(old);
  if (parts.length * by.length > MAX_LENGTH) throw new Unsupported("a text that is too long");
  return parts.join(by);
}

/** A text that is looked through, and the pattern: those that JavaScript may take long over are refused. */
function pattern(source: GoValue | undefined, subject: GoValue | undefined, flags = ""): RegExp {
  const written = text(source);
  const insensitive = written.startsWith("(?i)");
  const body = insensitive ? written.slice(4) : written;
  const open = body.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0;
  const length = text(subject).length;
  if (/\(\?(?!:)|\\[AzZQEpPC]|\[\[:/.test(body) || body.length > 500)
    throw new Unsupported("a pattern of another kind");
  // What is repeated may not hold what is repeated, or may be read in several ways.
  if (/[*+?|}][^()]*\)+[*+{]/.test(body) || length > (open > 2 ? 500 : 10_000))
    throw new Unsupported("a pattern that may take long");
  try {
    return new RegExp(body, `${flags}${insensitive ? "i" : ""}`);
  } catch {
    throw new Unsupported("a pattern of another kind");
  }
}

function format([layout, ...args]: readonly GoValue[]): string {
  let at = 0;
  const done = text(layout).replace(
    /%([-+ 0#]*)(\d*)(?:\.(\d+))?(.)/g,
    (whole, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === "%" && whole === "%%") return "%";
      const arg = args[at++];
      if (arg === undefined || (flags !== "" && flags !== "0" && flags !== "-"))
        throw new Unsupported(`printf ${whole}`);
      const said = verbOf(verb, precision, arg);
      const size = Number(width);
      if (size > 1_000) throw new Unsupported("printf that wide");
      if (flags === "-") return said.padEnd(size);
      return said.padStart(size, flags === "0" ? "0" : " ");
    },
  );
  if (at !== args.length) throw new Unsupported("printf with more than it prints");
  return done;
}

function verbOf(verb: string, precision: string | undefined, arg: GoValue): string {
  if (verb === "s" && typeof arg === "string") return precision === undefined ? arg : arg.slice(0, Number(precision));
  if (verb === "v" && precision === undefined) return print(arg);
  if (verb === "d" && typeof arg === "bigint") return String(arg);
  if (verb === "q" && typeof arg === "string") return quoted(arg);
  if (verb === "t" && typeof arg === "boolean") return String(arg);
  if (verb === "f" && typeof arg === "number") return arg.toFixed(precision === undefined ? 6 : Number(precision));
  // Go prints what does not fit as a mistake, and goes on.
  if ((verb === "s" || verb === "d") && arg === null) return `%!${verb}(<nil>)`;
  if (verb === "s" && typeof arg === "number") return `%!s(float64=${print(arg)})`;
  if (verb === "d" && (typeof arg === "number" || typeof arg === "string")) return `%!d(${typeOf(arg)}=${print(arg)})`;
  throw new Unsupported(`printf %${verb} of ${typeof arg}`);
}

/** As `%q` writes it. */
function quoted(value: string): string {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u00a0\u2028\u2029]/.test(value))
    throw new Unsupported("quotes what has no name");
  return JSON.stringify(value);
}

function words(value: string): readonly string[] {
  return value.split(/[\s_-]+|(?<=[a-z0-9])(?=[A-Z])/).filter((one) => one !== "");
}

function joined(separator: string, value: GoValue | undefined): string {
  if (isGoList(value))
    return value
      .filter((one) => one !== null)
      .map(string)
      .join(separator);
  return value === null || value === undefined ? "" : string(value);
}

const withoutStart = (start: string, value: string): string =>
  value.startsWith(start) ? value.slice(start.length) : value;
const withoutEnd = (end: string, value: string): string =>
  end !== "" && value.endsWith(end) ? value.slice(0, -end.length) : value;

function trimAll(characters: string, value: string): string {
  let [from, to] = [0, value.length];
  while (from < to && characters.includes(value.charAt(from))) from += 1;
  while (to > from && characters.includes(value.charAt(to - 1))) to -= 1;
  return value.slice(from, to);
}

/** `$1` and `${name}` of Go. */
function replacement(value: string): string {
  if (/\$(?!\{\d+\}|\d)/.test(value)) throw new Unsupported("a replacement of another kind");
  return value.replace(/\$\{(\d+)\}/g, "$$$1");
}

export const TEXTS: Readonly<Record<string, GoFunction>> = {
  print: (...args) => {
    if (args.length !== 1 && args.some((one) => typeof one !== "string"))
      throw new Unsupported("print of several kinds");
    return args.map(string).join("");
  },
  println: (...args) => `${args.map(string).join(" ")}\n`,
  printf: (...args) => format(args),
  trim: (value) => text(value).trim(),
  trimAll: (characters, value) => trimAll(text(characters), text(value)),
  trimSuffix: (end, value) => withoutEnd(text(end), text(value)),
  trimPrefix: (start, value) => withoutStart(text(start), text(value)),
  lower: (value) => text(value).toLowerCase(),
  upper: (value) => text(value).toUpperCase(),
  title: (value) =>
    text(value).replace(
      /(^|[^\p{L}\p{N}_'])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    ),
  untitle: (value) =>
    text(value).replace(/(^|\s)(\p{L})/gu, (_, before: string, letter: string) => before + letter.toLowerCase()),
  repeat: (times, value) => repeated(text(value), Math.max(0, count(times))),
  substr: (from, to, value) => {
    const [start, end] = [count(from), count(to)];
    const whole = text(value);
    return start < 0
      ? whole.slice(0, end)
      : end < 0 || end > whole.length
        ? whole.slice(start)
        : whole.slice(start, end);
  },
  trunc: (size, value) => {
    const [length, whole] = [count(size), text(value)];
    if (length < 0) return whole.length + length > 0 ? whole.slice(length) : whole;
    return whole.slice(0, length);
  },
  nospace: (value) => text(value).replace(/\s/g, ""),
  contains: (part, value) => text(value).includes(text(part)),
  hasPrefix: (start, value) => text(value).startsWith(text(start)),
  hasSuffix: (end, value) => text(value).endsWith(text(end)),
  quote: (...args) =>
    args
      .filter((one) => one !== null)
      .map((one) => quoted(string(one)))
      .join(" "),
  squote: (...args) =>
    args
      .filter((one) => one !== null)
      .map((one) => `'${string(one)}'`)
      .join(" "),
  cat: (...args) =>
    args
      .filter((one) => one !== null)
      .map(string)
      .join(" "),
  indent: indented,
  nindent: (spaces, value) => `\n${indented(spaces, value)}`,
  replace: (old, by, value) => replaced(text(value), text(old), text(by)),
  plural: (one, many, size) => (count(size) === 1 ? text(one) : text(many)),
  camelcase: (value) => {
    if (!/^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/.test(text(value))) throw new Unsupported("camelcase of such a text");
    return text(value).replace(/(?:^|[-_])(\w)/g, (_, letter: string) => letter.toUpperCase());
  },
  snakecase: (value) => words(text(value)).join("_").toLowerCase(),
  kebabcase: (value) => words(text(value)).join("-").toLowerCase(),
  toString: (value: GoValue | undefined) => string(value),
  toStrings: (value) => list(value).map((one) => string(one)),
  join: (separator, value) => joined(text(separator), value),
  splitList: (separator, value) => text(value).split(text(separator)),
  split: (separator, value) =>
    new Map(
      text(value)
        .split(text(separator))
        .map((part, index): [string, GoValue] => [`_${index}`, part]),
    ),
  splitn: (separator, most, value) => {
    const parts = text(value).split(text(separator));
    const size = Math.max(1, count(most));
    const kept =
      parts.length <= size ? parts : [...parts.slice(0, size - 1), parts.slice(size - 1).join(text(separator))];
    return new Map(kept.map((part, index): [string, GoValue] => [`_${index}`, part]));
  },
  sortAlpha: (value) =>
    list(value)
      .map((one) => string(one))
      .sort((one, other) => (one < other ? -1 : one > other ? 1 : 0)),
  regexMatch: (source, value) => pattern(source, value).test(text(value)),
  mustRegexMatch: (source, value) => pattern(source, value).test(text(value)),
  regexFind: (source, value) => pattern(source, value).exec(text(value))?.[0] ?? "",
  regexFindAll: (source, value, most) => {
    const found = [...text(value).matchAll(pattern(source, value, "g"))].map((one) => one[0]);
    return count(most) < 0 ? found : found.slice(0, count(most));
  },
  regexReplaceAll: (source, value, by) => text(value).replace(pattern(source, value, "g"), replacement(text(by))),
  mustRegexReplaceAll: (source, value, by) => text(value).replace(pattern(source, value, "g"), replacement(text(by))),
  regexReplaceAllLiteral: (source, value, by) => text(value).replace(pattern(source, value, "g"), () => text(by)),
  regexSplit: (source, value, most) => {
    const parts = text(value).split(pattern(source, value));
    if (count(most) >= 0) throw new Unsupported("regexSplit into so many");
    return parts;
  },
  regexQuoteMeta: (value) => text(value).replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  randAlphaNum: random,
  randAlpha: random,
  randNumeric: random,
  randAscii: random,
  randBytes: random,
  uuidv4: random,
  htpasswd: random,
  bcrypt: random,
  derivePassword: random,
  genPrivateKey: random,
  sha1sum: random,
  sha256sum: random,
  sha512sum: random,
  adler32sum: random,
};
