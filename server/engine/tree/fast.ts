import type { Event, ScalarEvent } from "js-yaml";
import { COLLECTION_STYLE, EVENT_ID, getScalarValue, parseEvents } from "js-yaml";
import { blockScalarEnd, blockScalarText, MAX_DEPTH, skipBlank, TreeBuilder } from "./build.ts";
import type { ParsedDocument, ScalarStyle } from "./tree.ts";

/** In the order of js-yaml's own numbers for them. */
const STYLES: readonly (ScalarStyle | undefined)[] = [undefined, "plain", "single", "double", "literal", "folded"];

const SEPARATOR = /^[\s,\]}]?$/;

/**
 * Reads one document with js-yaml, which is ten times as fast as `yaml` and knows no recovery. `undefined` when the
 * text is not well-formed, or holds one of the few rarities whose place js-yaml does not tell: the careful reader
 * then has the word. What it does accept has the same tree as from the careful reader.
 */
export function parseFast(text: string): ParsedDocument | undefined {
  if (isOdd(text)) return undefined;
  try {
    return build(text, parseEvents(text, { maxDepth: MAX_DEPTH }));
  } catch {
    return undefined;
  }
}

/**
 * What is one thing to this parser and another to `yaml`: stray carriage returns and byte order marks, leading tabs and
 * tabs before an anchor or a tag, block scalars that say how far they are indented and
 * begin with a comment, and a last line of blanks alone
 * where a block scalar may end.
 */
function isOdd(text: string): boolean {
  if (text.endsWith(" ") && /\n *$/.test(text.slice(-200)) && /[|>]/.test(text)) return true;
  if (text.includes("\r") && /\r(?!\n)/.test(text)) return true;
  if (text.includes("\t") && /^ *[-?:] *\t\s*[&!*]/m.test(text)) return true;
  if (/[|>][-+]?[1-9][-+]?\s*\n\s*#/.test(text)) return true;
  return text.startsWith("\t") || text.includes("\n\t") || text.includes("\uFEFF", 1);
}

function build(text: string, events: readonly Event[]): ParsedDocument | undefined {
  const builder = new TreeBuilder(text);
  const flows: boolean[] = [];
  let documents = 0;
  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.SCALAR:
        if (!addScalar(builder, text, event)) return undefined;
        break;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE: {
        const tag = tagOf(text, event);
        if (tag === null) return undefined;
        const flow = event.style === COLLECTION_STYLE.FLOW;
        if (!isSeparated(text, event) || (!flow && builder.isBehindKey(event.start))) return undefined;
        builder.open(event.type === EVENT_ID.MAPPING ? "map" : "list", event.start, flow, tag, anchorOf(text, event));
        flows.push(flow);
        break;
      }
      case EVENT_ID.ALIAS:
        builder.alias(text.slice(event.anchorStart, event.anchorEnd), event.anchorStart - 1, event.anchorEnd);
        break;
      case EVENT_ID.DOCUMENT:
        if (++documents > 1 || event.directives.length > 0) return undefined;
        break;
      case EVENT_ID.POP: {
        // The last one closes the document itself.
        if (builder.atRoot) break;
        let end: number | undefined;
        if (flows.pop() === true && !builder.isBarePair) {
          end = builder.bracketPlace();
          if (end === undefined) return undefined;
        }
        builder.close(end);
        break;
      }
      default:
        event satisfies never;
    }
  }
  return builder.finish();
}

function addScalar(builder: TreeBuilder, text: string, event: ScalarEvent): boolean {
  const style = STYLES[event.style];
  const tag = tagOf(text, event);
  if (style === undefined || tag === null || !isSeparated(text, event)) return false;
  const anchor = anchorOf(text, event);
  if (event.valueStart === -1) {
    if (builder.atRoot && tag === undefined && anchor === undefined) return true;
    const place = builder.emptyPlace();
    if (place === undefined) return false;
    builder.scalar(place, place, "", style, tag, anchor);
    return true;
  }
  let { valueStart: start, valueEnd: end } = event;
  if (style === "literal" || style === "folded") {
    const behind = Math.max(event.tagEnd, event.anchorEnd);
    const from = behind === -1 ? builder.emptyPlace() : behind;
    if (from === undefined) return false;
    start = skipBlank(text, from);
    if (text.charCodeAt(start) !== (style === "literal" ? 124 : 62)) return false;
    end = blockScalarEnd(text, start, end);
  } else if (style !== "plain") {
    start--;
    end++;
  }
  const value = getScalarValue(text, event);
  const isBlock = style === "literal" || style === "folded";
  builder.scalar(start, end, isBlock ? blockScalarText(text, end, value) : value, style, tag, anchor);
  return true;
}

interface Properties {
  readonly anchorStart: number;
  readonly anchorEnd: number;
  readonly tagStart: number;
  readonly tagEnd: number;
}

function isSeparated(text: string, { anchorEnd, tagEnd }: Properties): boolean {
  return (
    (anchorEnd === -1 || SEPARATOR.test(text[anchorEnd] ?? "")) && (tagEnd === -1 || SEPARATOR.test(text[tagEnd] ?? ""))
  );
}

function anchorOf(text: string, event: Properties): string | undefined {
  return event.anchorStart === -1 ? undefined : text.slice(event.anchorStart, event.anchorEnd);
}

/** `null` for a tag that has more than one way of being written. */
function tagOf(text: string, event: Properties): string | undefined | null {
  if (event.tagStart === -1) return undefined;
  const tag = text.slice(event.tagStart, event.tagEnd);
  return tag === "!" || tag.startsWith("!<") || tag.includes("%") ? null : tag;
}
