import { parse } from "yaml";

export type ScalarValue = string | number | boolean | null;
export type Quote = '"' | "'";

/** One line of what YAML allows unescaped; U+2028, U+2029, U+0085 and the byte order mark are better seen. */
const PRINTABLE = /^[\x20-\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;

export function isPrintable(text: string): boolean {
  return PRINTABLE.test(text);
}

/** The text can be a scalar of one line without quotes, whatever it will be read as. */
export function canBePlain(text: string, flow: boolean): boolean {
  if (text === "" || text.trim() !== text || !PRINTABLE.test(text)) return false;
  if (/^[,[\]{}#&*!|>'"%@`]/.test(text) || /^[-?:](?:\s|$)/.test(text) || /^(?:---|\.\.\.)/.test(text)) return false;
  if (/:(?:\s|$)|\s#/.test(text)) return false;
  return !flow || (!/[,[\]{}]/.test(text) && !/^[-?:]/.test(text));
}

/** Without quotes the text is read as this very value by readers of YAML 1.1 and 1.2 alike. */
export function readsAs(text: string, value: ScalarValue): boolean {
  // A merge key and the "default value" of YAML 1.1: strings to some readers only.
  if (typeof value === "string" && (text === "<<" || text === "=")) return false;
  return VERSIONS.every((version) => {
    const read: unknown = parse(text, { version, logLevel: "silent" });
    return read === value;
  });
}

const VERSIONS = ["1.1", "1.2"] as const;

/** Some reader takes the text, unquoted, for something else than a string. */
export function isPlainString(text: string, flow: boolean): boolean {
  return canBePlain(text, flow) && readsAs(text, text);
}

/** In single quotes when asked for and possible, and when double ones would need escapes. */
export function quoted(text: string, quote: Quote, strict = false): string {
  const single = PRINTABLE.test(text);
  const preferSingle = quote === "'" || (!strict && /["\\]/.test(text) && !text.includes("'"));
  return single && preferSingle ? `'${text.replaceAll("'", "''")}'` : `"${escaped(text)}"`;
}

/** As it stands between double quotes. */
export function escaped(text: string): string {
  const hex = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]/g, hex);
}

export interface ScalarHand {
  readonly flow: boolean;
  readonly quote: Quote;
  /** Strings are always quoted here, as in JSON or beside quoted neighbours. */
  readonly quoteStrings: boolean;
}

export function scalarText(value: ScalarValue, { flow, quote, quoteStrings }: ScalarHand): string {
  if (typeof value !== "string") return String(value);
  return !quoteStrings && isPlainString(value, flow) ? value : quoted(value, quote, quoteStrings);
}

/** The header of a literal block scalar that says this text, when one can. */
export function literalHeader(text: string): "|" | "|-" | undefined {
  const body = text.replace(/\n$/, "");
  if (!body.includes("\n") && body === text) return undefined;
  const lines = body.split("\n");
  const sound =
    lines.every((line) => PRINTABLE.test(line) && !/\s$/.test(line)) && /^\S/.test(body) && /\S$/.test(body);
  if (!sound) return undefined;
  return body === text ? "|-" : "|";
}
