import type { Json } from "../../../model/edit.ts";
import type { Refusal } from "../changes.ts";
import { splitDocuments } from "../tree/split.ts";
import { isSameData } from "./data.ts";
import { handOf, isJsonMap, mapLines } from "./hand.ts";
import type { Outline, OutlineNode } from "./outline.ts";
import { outlineOf } from "./outline.ts";
import { lineBreakAt } from "./text.ts";

interface Behind {
  readonly start: number;
  readonly end: number;
  readonly tail: number;
}

export type NewDocument = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: Refusal };

/**
 * The text of a document to be put in at `behind.tail`: nothing when the file has the same one, and a refusal when it
 * has another one of that name.
 */
export function newDocument(
  file: string,
  behind: Behind,
  uri: string,
  outline: Outline,
  value: Json,
  comment: string | undefined,
): NewDocument {
  if (!isJsonMap(value) || /\.json$/i.test(uri)) return { ok: false, why: "flow" };
  if (outline.template?.branchAt(outline.source.length - 1) !== undefined) return { ok: false, why: "template" };
  const known = documentLike(file, value);
  if (known !== undefined) return known === "same" ? { ok: true, text: "" } : { ok: false, why: "exists" };
  const next = file.slice(behind.tail);
  // Behind `...` a document needs no `---`; one that follows would become a part of ours.
  if (next.trim() !== "" && !/^---(?:\s|$)/.test(next)) return { ok: false, why: "syntax" };
  const before = file.slice(behind.start, behind.tail);
  const lineBreak = lineBreakAt(file, 0);
  const lines = ["---", ...commentLines(comment), ...mapLines(value, 0, handOf(outline, file))];
  const text = lines.join(lineBreak);
  const check = outlineOf(text);
  if (!check.ok || check.outline.root === undefined || !isSameData(value, check.outline.root))
    return { ok: false, why: "syntax" };
  if (before !== "" && !before.endsWith("\n")) return { ok: true, text: lineBreak + text };
  // Where the author leaves empty lines above each `---`, ours has them as well.
  const blank = next === "" ? "" : (/(?:\r?\n)((?:[ \t]*\r?\n)*)$/.exec(before)?.[1] ?? "");
  return { ok: true, text: text + lineBreak + blank };
}

function commentLines(comment: string | undefined): string[] {
  return comment === undefined ? [] : comment.split(/\r?\n/).map((line) => `# ${line}`.trimEnd());
}

function documentLike(file: string, value: Json): "same" | "other" | undefined {
  const name = isJsonMap(value) ? identity((...path) => dig(value, path)) : undefined;
  for (const { start, end } of splitDocuments(file)) {
    const read = outlineOf(file.slice(start, end));
    if (!read.ok || read.outline.root === undefined) continue;
    const { root } = read.outline;
    if (isSameData(value, root)) return "same";
    if (name !== undefined && name === identity((...path) => digNode(root, path))) return "other";
  }
  return undefined;
}

type Look = (...path: readonly string[]) => string | undefined;

/** A cluster knows an object by its group, kind, namespace and name. */
function identity(look: Look): string | undefined {
  const [kind, name] = [look("kind"), look("metadata", "name")];
  if (kind === undefined || name === undefined) return undefined;
  const version = look("apiVersion") ?? "";
  const group = version.includes("/") ? version.slice(0, version.indexOf("/")) : "";
  return [group, kind, look("metadata", "namespace") ?? "", name].join("/");
}

function dig(value: Json | undefined, [key, ...rest]: readonly string[]): string | undefined {
  if (key === undefined) return typeof value === "string" ? value : undefined;
  return value !== undefined && isJsonMap(value) && Object.hasOwn(value, key) ? dig(value[key], rest) : undefined;
}

function digNode(node: OutlineNode | undefined, [key, ...rest]: readonly string[]): string | undefined {
  if (key === undefined) return node?.kind === "scalar" ? node.text : undefined;
  return node?.kind === "map" ? digNode(node.children.find((child) => child.key === key)?.value, rest) : undefined;
}
