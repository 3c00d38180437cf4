/** Trees as YAML text, for people and other programs to read. */
import { Document, Pair, Scalar, type ScalarTag, stringify, YAMLMap, YAMLSeq } from "yaml";
import type { Json, Key } from "../../../model/edit.ts";
import { scalarValue } from "../render/plain-object.ts";
import { allEntries } from "./read.ts";
import type { ScalarTree, Tree } from "./tree.ts";

/** Plain data as a YAML text. */
export function printData(data: Json): string {
  return stringify(data, { lineWidth: 0, indentSeq: true });
}

/** A plain scalar as it was written: `0400` and `yes` mean what whoever reads them makes of them. */
class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const WRITTEN: ScalarTag = {
  tag: "tag:kmm,2026:written",
  default: true,
  identify: (value) => value instanceof Written,
  resolve: (text) => text,
  stringify: ({ value }) => (value instanceof Written ? value.text : String(value)),
};

/**
 * A tree as the text of a YAML document, its scalars as they were written. What is not known is marked behind its value.
 * `words`: whether `yes`, `on` and the like, which kustomize takes for texts, are put in quotes as it does.
 */
export function printTree(
  root: Tree,
  instead: (path: readonly Key[]) => string | undefined,
  words: "as-written" | "quoted" = "as-written",
): string {
  const document = new Document(undefined, { customTags: (tags) => [WRITTEN, ...tags], version: "1.1" });
  const node = (tree: Tree, path: readonly Key[]): Scalar | YAMLMap | YAMLSeq => {
    switch (tree.kind) {
      case "scalar":
        return scalar(tree, instead(path), words === "quoted");
      case "list": {
        const list = new YAMLSeq();
        list.items = tree.items.map((item, index) => node(item, [...path, index]));
        if (tree.open === true) list.commentBefore = " unknown: a template may add more";
        if (list.items.length === 0) list.flow = true;
        return list;
      }
      case "map": {
        const map = new YAMLMap();
        map.items = allEntries(tree).map(({ key, value }) => new Pair(new Scalar(key), node(value, [...path, key])));
        if (tree.open === true) map.commentBefore = " unknown: a template may add more";
        if (map.items.length === 0) map.flow = true;
        return map;
      }
      default:
        return tree satisfies never;
    }
  };
  document.contents = node(root, []) as unknown as typeof document.contents;
  return document.toString({ lineWidth: 0, indentSeq: false });
}

/** A plain scalar: what is empty reads as null either way, and kustomize writes every number in decimals. */
function plainText(tree: ScalarTree, built: boolean): string {
  const { text } = tree;
  if (text === "") return "null";
  const value = built && /^[-+]?(0[0-9oxb]|\d+_|\d[\d.]*e)/i.test(text) ? scalarValue(tree) : undefined;
  return typeof value === "number" ? String(value) : text;
}

/** What YAML 1.1 reads as a boolean and YAML 1.2 as a text. */
const WORDS = /^(y|n|yes|no|on|off)$/i;

function scalar(tree: ScalarTree, instead: string | undefined, quoted: boolean): Scalar {
  const { text, style, unknown } = tree;
  if (instead !== undefined) return new Scalar(instead);
  // Several lines cannot stand as they are; what is empty reads as null either way.
  const isWord = quoted && WORDS.test(text);
  const plain = !isWord && style === "plain" && !/[\n\r]/.test(text) && unknown !== true && tree.tag === undefined;
  const made = new Scalar<unknown>(plain ? new Written(plainText(tree, quoted)) : text);
  if (!plain) made.type = text.includes("\n") ? "BLOCK_LITERAL" : "QUOTE_DOUBLE";
  if (unknown === true) made.comment = " unknown";
  return made;
}
