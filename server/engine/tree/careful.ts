import type { CST, Document, Node, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { Composer, isAlias, isMap, isScalar, isSeq, Parser } from "yaml";
import { blockScalarEnd, blockScalarText, MAX_DEPTH, TreeBuilder } from "./build.ts";
import type { ParsedDocument, Problem, ScalarStyle } from "./tree.ts";

/**
 * The failsafe schema keeps every scalar as the text it is; own checks find duplicate keys in linear time; and no
 * known tag is let near a value.
 */
const OPTIONS = {
  schema: "failsafe",
  uniqueKeys: false,
  prettyErrors: false,
  resolveKnownTags: false,
  logLevel: "silent",
} as const;

/** `yaml` composes recursively, so what is nested deeper than we read is cut off before it gets there. */
const CUT_DEPTH = MAX_DEPTH + 10;

const STYLES: Readonly<Record<Scalar.Type, ScalarStyle>> = {
  BLOCK_FOLDED: "folded",
  BLOCK_LITERAL: "literal",
  PLAIN: "plain",
  QUOTE_DOUBLE: "double",
  QUOTE_SINGLE: "single",
};

/** Reads one document with `yaml`, which makes what it can of half-typed text. Never throws. */
export function parseCareful(text: string): ParsedDocument {
  const builder = new TreeBuilder(text);
  const nul = text.indexOf("\0");
  if (nul !== -1) builder.report("not-text", "A NUL character is not text", nul, nul + 1);
  try {
    // `yaml` counts a byte order mark as indentation of the first line, so it is kept from it.
    const skipped = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    const document = withoutStacks(() => compose(skipped === 0 ? text : text.slice(skipped)));
    if (document !== undefined) {
      const source: Source = { text, document, skipped };
      for (const { code, message, start, end } of problemsOf(source)) builder.report(code, message, start, end);
      convert(source, builder);
    }
    return builder.finish();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { tree: undefined, problems: [{ code: "syntax", message, start: 0, end: 0 }], templated: false };
  }
}

interface Source {
  readonly text: string;
  readonly document: Document.Parsed;
  /** What to add to the offsets of `yaml`. */
  readonly skipped: number;
}

function compose(text: string): Document.Parsed | undefined {
  const tokens = [...new Parser().parse(text)];
  for (const token of tokens) if (token.type === "document") cutDeep(token);
  for (const document of new Composer(OPTIONS).compose(tokens)) return document;
  return undefined;
}

/** For badly broken text most of the time would go into stack traces of complaints, which nobody reads. */
function withoutStacks<T>(run: () => T): T {
  const errors = Error as { stackTraceLimit?: number };
  const limit = errors.stackTraceLimit;
  if (limit === undefined) return run();
  errors.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    errors.stackTraceLimit = limit;
  }
}

interface Level {
  readonly items: readonly CST.CollectionItem[];
  index: number;
}

function cutDeep(document: CST.Document): void {
  const levels: Level[] = [];
  const enter = (token: CST.Token | null | undefined): CST.Token | undefined => {
    if (token?.type !== "block-map" && token?.type !== "block-seq" && token?.type !== "flow-collection")
      return undefined;
    if (levels.length >= CUT_DEPTH) {
      return { type: "scalar", offset: token.offset, indent: token.indent, source: "" };
    }
    levels.push({ items: token.items, index: 0 });
    return undefined;
  };
  enter(document.value);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    // Each item is visited twice, first for its key and then for its value.
    const item = level.items[level.index >> 1];
    const forKey = (level.index++ & 1) === 0;
    if (item === undefined) {
      levels.pop();
    } else if (forKey) {
      const cut = enter(item.key);
      if (cut !== undefined) item.key = cut;
    } else {
      const cut = enter(item.value);
      if (cut !== undefined) item.value = cut;
    }
  }
}

function problemsOf({ text, document, skipped }: Source): Problem[] {
  const problems: Problem[] = [];
  for (const error of document.errors) {
    // A tag is kept as it is written and never resolved, so nothing about it can be wrong.
    if (error.code === "TAG_RESOLVE_FAILED") continue;
    const start = Math.min(error.pos[0] + skipped, text.length);
    const end = Math.min(Math.max(error.pos[1] + skipped, start), text.length);
    const code = error.code === "RESOURCE_EXHAUSTION" ? "too-deep" : "syntax";
    problems.push({ code, message: error.message, start, end });
  }
  return problems;
}

interface Step {
  readonly node: YAMLMap.Parsed | YAMLSeq.Parsed;
  index: number;
  keyDone: boolean;
}

function convert({ text, document, skipped }: Source, builder: TreeBuilder): void {
  const steps: Step[] = [];
  const tagOf = (node: Node): string | undefined =>
    node.tag === undefined ? undefined : document.directives.tagString(node.tag);

  const within = (offset: number): number => Math.min(offset + skipped, text.length);

  const add = (node: Node | null): void => {
    // In broken text there are nodes that come from nowhere: they go where the last one ended.
    const start = node?.range == null ? builder.place : within(node.range[0]);
    const end = node?.range == null ? start : within(node.range[1]);
    if (isAlias(node)) {
      builder.alias(node.source, start, end);
    } else if (isMap(node) || isSeq(node)) {
      if (builder.depth >= MAX_DEPTH) {
        builder.report("too-deep", `Nested more than ${MAX_DEPTH} levels deep`, start, end);
        builder.unknown(start, end);
        return;
      }
      builder.open(isMap(node) ? "map" : "list", start, node.flow === true, tagOf(node), node.anchor);
      steps.push({ node: node as YAMLMap.Parsed | YAMLSeq.Parsed, index: 0, keyDone: false });
    } else if (isScalar(node)) {
      addScalar(node as Scalar.Parsed, start, end);
    } else {
      const place = builder.emptyPlace() ?? start;
      builder.scalar(place, place, "", "plain", undefined, undefined);
    }
  };

  const addScalar = (node: Scalar.Parsed, start: number, end: number): void => {
    const style = STYLES[node.type as Scalar.Type] ?? "plain";
    const tag = tagOf(node);
    if (style === "plain" && node.source === "") {
      if (builder.atRoot && tag === undefined && node.anchor === undefined) return;
      const place = builder.emptyPlace() ?? start;
      builder.scalar(place, place, "", style, tag, node.anchor);
    } else {
      const isBlock = style === "literal" || style === "folded";
      const last = isBlock ? blockScalarEnd(text, start, end) : end;
      const quote = style === "single" ? "'" : style === "double" ? '"' : "";
      // `yaml` takes the last character for the closing quote that is missing.
      const closed = text.endsWith(quote, end) && end - start > quote.length;
      const value = closed ? node.source : text.slice(start + 1, end);
      builder.scalar(start, last, isBlock ? blockScalarText(text, last, value) : value, style, tag, node.anchor);
    }
  };

  const halfTyped = new Set<number>();
  for (const { code, pos } of document.errors) if (code === "MULTILINE_IMPLICIT_KEY") halfTyped.add(within(pos[0]));

  /** A key that is just being typed takes the next line for its second half; that line's key is to stay what it is. */
  const addHalfTyped = (start: number, end: number): void => {
    let place = start;
    for (const line of text.slice(start, end).split("\n")) {
      const key = line.trim();
      const from = place + line.indexOf(key);
      place += line.length + 1;
      if (key === "") continue;
      if (builder.awaitsValue) builder.empty();
      builder.scalar(from, from + key.length, key, "plain", undefined, undefined);
    }
  };

  const addKey = (node: Node | null): void => {
    const range = isScalar(node) && node.type === "PLAIN" ? node.range : undefined;
    if (range == null || !halfTyped.has(within(range[0]))) add(node);
    else addHalfTyped(within(range[0]), within(range[1]));
  };

  add(document.contents);
  for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
    const item = step.node.items[step.index];
    if (item === undefined) {
      steps.pop();
      const bracketed = step.node.flow === true && !builder.isBarePair;
      builder.close(bracketed ? within(step.node.range[1]) : undefined);
    } else if (!("key" in item)) {
      step.index++;
      add(item);
    } else if (step.keyDone) {
      step.index++;
      step.keyDone = false;
      add(item.value);
    } else {
      step.keyDone = true;
      addKey(item.key);
    }
  }
}
