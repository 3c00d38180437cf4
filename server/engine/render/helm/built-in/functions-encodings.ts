/** YAML, JSON and Base64. */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { base64, utf8 } from "@scure/base";
import { STAND_IN } from "../stand-ins.ts";
import { text } from "./arguments.ts";
import { spend } from "./budget.ts";
import { goData } from "./go-data.ts";
import { type GoFunction, GoStruct, type GoValue, isGoList, isGoMap, print, sortedKeys } from "./go-value.ts";
import { Unsupported } from "./unsupported.ts";

/** Keys in their order, and no white space. */
function json(value: GoValue, indent = "", around = ""): string {
  spend();
  const inner = around + indent;
  const [open, between, close] = indent === "" ? ["", ",", ""] : [`\n${inner}`, `,\n${inner}`, `\n${around}`];
  if (isGoList(value))
    return value.length === 0 ? "[]" : `[${open}${value.map((one) => json(one, indent, inner)).join(between)}${close}]`;
  if (isGoMap(value)) {
    const colon = indent === "" ? ":" : ": ";
    const entries = sortedKeys(value).map(
      (key) => `${escaped(key)}${colon}${json(value.get(key) ?? null, indent, inner)}`,
    );
    return entries.length === 0 ? "{}" : `{${open}${entries.join(between)}${close}}`;
  }
  if (typeof value === "string") return escaped(value);
  if (value instanceof GoStruct || typeof value === "function") throw new Unsupported("writes what is no data");
  return String(value);
}

/** Go writes what HTML might take for its own by its number. */
function escaped(value: string): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** In blocks, with sorted keys. */
function yaml(value: GoValue): string {
  return lines(value).join("\n");
}

function lines(value: GoValue): readonly string[] {
  spend();
  if (isGoList(value) && value.length > 0)
    return value.flatMap((one) => {
      const [head = "", ...tail] = lines(one);
      return [`- ${head}`, ...tail.map((line) => `  ${line}`)];
    });
  if (isGoMap(value) && value.size > 0)
    return sortedKeys(value).flatMap((key) => {
      const one = value.get(key) ?? null;
      const inner = lines(one);
      if (isGoMap(one) && one.size > 0) return [`${scalar(key)}:`, ...inner.map((line) => `  ${line}`)];
      if (isGoList(one) && one.length > 0) return [`${scalar(key)}:`, ...inner];
      return [`${scalar(key)}: ${inner[0] ?? ""}`];
    });
  if (isGoList(value)) return ["[]"];
  if (isGoMap(value)) return ["{}"];
  if (value === null) return ["null"];
  return [typeof value === "string" ? scalar(value) : json(value)];
}

const PLAIN = /^-?[\w./](?:[\w./@%+:-]*[\w./@%+-])?(?: (?:[\w./@%+:-]*[\w./@%+-]))*$/;
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|\.nan|\.inf)$/i;
/** Numbers and dates, and what is near to being one. */
const NUMBERS = /^(?:[-+.\d][\d._eE+:-]*|0[xob][\da-f_]*)$/i;

function scalar(value: string): string {
  return PLAIN.test(value) && !WORDS.test(value) && !NUMBERS.test(value) ? value : JSON.stringify(value);
}

const fromYaml: GoFunction = (value) => {
  const data = goData(text(value));
  if (data === undefined) throw new Unsupported("YAML that cannot be read");
  return data ?? new Map();
};

const toYaml: GoFunction = (value = null) => yaml(value);
const toJson: GoFunction = (value = null) => json(value);
const toPrettyJson: GoFunction = (value = null) => json(value, "  ");

export const ENCODINGS: Readonly<Record<string, GoFunction>> = {
  toYaml,
  mustToYaml: toYaml,
  toYamlPretty: toYaml,
  toJson,
  mustToJson: toJson,
  toRawJson: toJson,
  mustToRawJson: toJson,
  toPrettyJson,
  mustToPrettyJson: toPrettyJson,
  fromYaml,
  fromJson: fromYaml,
  fromYamlArray: fromYaml,
  fromJsonArray: fromYaml,
  b64enc: (value) => (text(value).includes(STAND_IN) ? STAND_IN : base64.encode(utf8ToBytes(text(value)))),
  b64dec: (value) => (text(value).includes(STAND_IN) ? STAND_IN : decoded(text(value))),
  urlquery: (value) => encodeURIComponent(print(value ?? null)),
  genCA: () => certificate(),
  genSelfSignedCert: () => certificate(),
  genSignedCert: () => certificate(),
};

/** Helm prints the error of what is no base 64, which nobody wants. */
function decoded(value: string): string {
  try {
    return utf8.encode(base64.decode(value));
  } catch {
    throw new Unsupported("b64dec of something else");
  }
}

/** Made anew each time. */
function certificate(): GoStruct {
  return new GoStruct({ Cert: STAND_IN, Key: STAND_IN });
}
