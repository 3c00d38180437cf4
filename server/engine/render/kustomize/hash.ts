/** The hash of what a config map or secret holds, which the names of generated ones end in. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import type { Json } from "../../../../model/edit.ts";
import { toObject } from "../plain-object.ts";
import type { Item } from "./item.ts";
import { find, textOf } from "./nodes.ts";

/** Ten letters and digits, none of which make a word. */
const LETTERS: Readonly<Record<string, string>> = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };

/** It is of the content alone: that the name counts was meant, and never worked. */
export function contentHash(item: Item): string {
  const { tree, type } = item;
  const isSecret = type.kind === "Secret";
  const content: Record<string, Json> = { kind: type.kind, name: "", data: mapOrText(find(tree, "data")) };
  if (isSecret) content["type"] = textOf(find(tree, "type"));
  const more = isSecret ? "stringData" : "binaryData";
  const extra = find(tree, more);
  if (extra?.kind === "map") content[more] = toObject(extra);
  return [...bytesToHex(sha256(utf8ToBytes(goJson(content)))).slice(0, 10)].map((one) => LETTERS[one] ?? one).join("");
}

function mapOrText(tree: Parameters<typeof toObject>[0]): Json {
  return tree === undefined || tree.kind === "scalar" ? textOf(tree) : toObject(tree);
}

/** JSON as Go writes it: keys in order, and nothing in it that a web page could stumble over. */
function goJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${entries.map(([key, one]) => `${goText(key)}:${goJson(one)}`).join(",")}}`;
  }
  return typeof value === "string" ? goText(value) : JSON.stringify(value);
}

function goText(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, "\uFFFD")).replace(
    /[<>&\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const LINE = 70;

/** Base 64, in lines when it is long, as the tool writes it into secrets. */
export function base64Lines(text: string): string {
  const result = base64.encode(utf8ToBytes(text));
  return result.length < LINE ? result : result.replace(/.{1,70}/g, "$&\n");
}
