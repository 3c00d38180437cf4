import type {
  Entry,
  ListTree,
  MapTree,
  ParsedDocument,
  Problem,
  ProblemCode,
  ScalarStyle,
  ScalarTree,
  Tree,
} from "./tree.ts";

/** Deeper nesting than this is nobody's manifest, and recursion over a tree this deep cannot exhaust a stack. */
export const MAX_DEPTH = 200;

const MAX_ALIASES = 10_000;

/** What all aliases of a document may add up to when followed, so that a walk over the tree stays bounded. */
const MAX_EXPANDED_NODES = 100_000;

const MAX_PROBLEMS = 100;
const LIMITS: ReadonlySet<ProblemCode> = new Set(["too-deep", "alias-limit", "merge-limit"]);

/** A linear look over so few keys is cheaper than a set. */
const SMALL_MAP = 8;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Anchored {
  readonly tree: Tree;
  readonly weight: number;
}

interface Frame {
  readonly kind: "map" | "list";
  readonly start: number;
  readonly flow: boolean;
  readonly tag: string | undefined;
  readonly anchor: string | undefined;
  readonly shared: boolean;
  readonly weightBefore: number;
  readonly entries: Entry[];
  readonly items: Tree[];
  keys: Set<string> | undefined;
  key: string | undefined;
  keyStart: number;
  keyEnd: number;
  /** Where the last thing inside ended: what follows it is an indicator, white space or a comment. */
  cursor: number;
}

/**
 * Makes our tree out of the nodes of either parser, in document order. All that both must agree on is decided here:
 * ranges, anchors, duplicate keys and limits.
 */
export class TreeBuilder {
  readonly #text: string;
  readonly #problems: Problem[] = [];
  readonly #frames: Frame[] = [];
  readonly #anchors = new Map<string, Anchored | undefined>();
  #top: Frame | undefined;
  #root: Tree | undefined;
  #weight = 0;
  #aliases = 0;
  #expanded = 0;
  #aliasesStopped = false;

  constructor(text: string) {
    this.#text = text;
  }

  get depth(): number {
    return this.#frames.length;
  }

  /** A block collection may not begin on the line of the key that it is the value of. */
  isBehindKey(start: number): boolean {
    const top = this.#top;
    if (top === undefined || top.key === undefined || top.flow) return false;
    const lineBreak = this.#text.indexOf("\n", top.keyEnd);
    return lineBreak === -1 || lineBreak >= start;
  }

  /** Where the last node of the open collection ended. */
  get place(): number {
    return this.#top?.cursor ?? 0;
  }

  get atRoot(): boolean {
    return this.#top === undefined;
  }

  report(code: ProblemCode, message: string, start: number, end: number): void {
    if (code === "too-deep" && this.#problems.some((problem) => problem.code === code)) return;
    // Having met a limit must not get lost among many other problems.
    if (this.#problems.length < MAX_PROBLEMS || LIMITS.has(code)) this.#problems.push({ code, message, start, end });
  }

  scalar(
    start: number,
    end: number,
    text: string,
    style: ScalarStyle,
    tag: string | undefined,
    anchor: string | undefined,
  ): void {
    const node: Writable<ScalarTree> = { kind: "scalar", start, end, text, style };
    if (tag !== undefined) node.tag = tag;
    if (anchor !== undefined || this.#top?.shared === true) node.shared = true;
    this.#weight++;
    if (anchor !== undefined) this.#anchors.set(anchor, { tree: node, weight: 1 });
    this.#add(node);
  }

  get awaitsValue(): boolean {
    return this.#top?.key !== undefined;
  }

  /** The value that a key without one has. */
  empty(): void {
    const place = this.#top?.keyEnd ?? 0;
    this.scalar(place, place, "", "plain", undefined, undefined);
  }

  /** A value that is known to be there and cannot be read. */
  unknown(start: number, end: number): void {
    const node: Writable<ScalarTree> = {
      kind: "scalar",
      start,
      end,
      text: this.#text.slice(start, end),
      style: "plain",
      unknown: true,
    };
    if (this.#top?.shared === true) node.shared = true;
    this.#weight++;
    this.#add(node);
  }

  open(kind: "map" | "list", start: number, flow: boolean, tag: string | undefined, anchor: string | undefined): void {
    // An alias inside the node it names cannot be followed, even when an earlier node bore the same name.
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const frame: Frame = {
      kind,
      start,
      flow,
      tag,
      anchor,
      shared: anchor !== undefined || this.#top?.shared === true,
      weightBefore: this.#weight,
      entries: [],
      items: [],
      keys: undefined,
      key: undefined,
      keyStart: -1,
      keyEnd: -1,
      cursor: flow ? start + 1 : start,
    };
    this.#weight++;
    this.#frames.push(frame);
    this.#top = frame;
  }

  /** `end` is that of a bracketed collection; any other ends where its last child does. */
  close(end: number | undefined): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    if (frame.key !== undefined) this.#value(frame, emptyScalar(frame.keyEnd));
    this.#top = this.#frames[this.#frames.length - 1];
    const node = frame.kind === "map" ? this.#closeMap(frame, end) : this.#closeList(frame, end);
    if (frame.anchor !== undefined) {
      this.#anchors.set(frame.anchor, { tree: node, weight: this.#weight - frame.weightBefore });
    }
    this.#add(node);
  }

  alias(name: string, start: number, end: number): void {
    const node = this.#follow(name, start, end);
    if (node === undefined) this.unknown(start, end);
    else this.#add(node);
  }

  /** The place of an empty value, directly behind its indicator; `undefined` when there is no indicator to find. */
  emptyPlace(): number | undefined {
    const top = this.#top;
    if (top === undefined) return undefined;
    if (top.kind === "map") {
      if (top.key === undefined) return undefined;
      const colon = skipBlank(this.#text, top.keyEnd);
      return this.#text.charCodeAt(colon) === 58 ? colon + 1 : top.keyEnd;
    }
    if (top.flow) return undefined;
    const dash = skipBlank(this.#text, top.cursor);
    return this.#text.charCodeAt(dash) === 45 ? dash + 1 : undefined;
  }

  /** The offset behind the closing bracket of the flow collection that is open; `undefined` when it is not there. */
  bracketPlace(): number | undefined {
    const top = this.#top;
    if (top === undefined) return undefined;
    let place = skipBlank(this.#text, top.cursor);
    if (this.#text.charCodeAt(place) === 44) place = skipBlank(this.#text, place + 1);
    return this.#text.charCodeAt(place) === (top.kind === "map" ? 125 : 93) ? place + 1 : undefined;
  }

  /** The flow map that is open has no brackets of its own: it is a single pair inside a flow list. */
  get isBarePair(): boolean {
    const top = this.#top;
    if (top?.kind !== "map" || !top.flow) return false;
    const first = top.entries[0];
    return first !== undefined && (first.keyStart === top.start || this.#text.charCodeAt(top.start) !== 123);
  }

  finish(): ParsedDocument {
    while (this.#top !== undefined) this.close(undefined);
    return { tree: this.#root, problems: this.#problems, templated: false };
  }

  #closeMap(frame: Frame, end: number | undefined): MapTree {
    const { entries, flow } = frame;
    const last = entries[entries.length - 1];
    const bare = end === undefined;
    const node: Writable<MapTree> = {
      kind: "map",
      start: bare ? (entries[0]?.keyStart ?? frame.start) : frame.start,
      // In broken text a value may be found behind the end that the parser gives.
      end: Math.max(end ?? frame.start, last?.value.end ?? frame.start, last?.keyEnd ?? frame.start),
      flow,
      entries,
    };
    if (frame.tag !== undefined) node.tag = frame.tag;
    if (frame.shared) node.shared = true;
    return node;
  }

  #closeList(frame: Frame, end: number | undefined): ListTree {
    const { items, flow, start } = frame;
    const node: Writable<ListTree> = {
      kind: "list",
      start,
      end: Math.max(end ?? start, items[items.length - 1]?.end ?? start),
      flow,
      items,
    };
    if (frame.tag !== undefined) node.tag = frame.tag;
    if (frame.shared) node.shared = true;
    return node;
  }

  #add(node: Tree): void {
    const top = this.#top;
    if (top === undefined) {
      this.#root = node;
    } else if (top.kind === "list") {
      top.items.push(node);
      top.cursor = node.end;
    } else if (top.key === undefined) {
      top.key = node.kind === "scalar" ? node.text : this.#text.slice(node.start, node.end);
      top.keyStart = node.start;
      top.keyEnd = node.end;
      top.cursor = node.end;
    } else {
      this.#value(top, node);
    }
  }

  #value(frame: Frame, value: Tree): void {
    const { key, keyStart, keyEnd, entries } = frame;
    if (key === undefined) return;
    if (repeats(frame, key)) this.report("duplicate-key", `The key ${printable(key)} is given twice`, keyStart, keyEnd);
    entries.push({ key, keyStart, keyEnd, value });
    frame.key = undefined;
    frame.cursor = value.end;
  }

  #follow(name: string, start: number, end: number): Tree | undefined {
    if (this.#aliasesStopped) return undefined;
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.report(
        "alias-unresolved",
        `Nothing that is complete before this place is called &${printable(name)}`,
        start,
        end,
      );
      return undefined;
    }
    this.#aliases++;
    this.#expanded += target.weight;
    if (this.#aliases > MAX_ALIASES || this.#expanded > MAX_EXPANDED_NODES) {
      this.#aliasesStopped = true;
      const code = this.#inMerge() ? "merge-limit" : "alias-limit";
      this.report(code, "The aliases of this document repeat too much to be followed", start, end);
      return undefined;
    }
    this.#weight += target.weight;
    return { ...target.tree, start, end, shared: true };
  }

  #inMerge(): boolean {
    const frame = this.#top?.kind === "list" ? this.#frames[this.#frames.length - 2] : this.#top;
    return frame?.key === "<<";
  }
}

/** The first offset from `from` on that is neither white space nor comment. */
export function skipBlank(text: string, from: number): number {
  let place = from;
  for (;;) {
    const code = text.charCodeAt(place);
    if (code === 32 || code === 10 || code === 13 || code === 9) {
      place++;
    } else if (code === 35 && place > 0 && isBlank(text.charCodeAt(place - 1))) {
      const end = text.indexOf("\n", place);
      if (end === -1) return text.length;
      place = end;
    } else {
      return place;
    }
  }
}

/** Where a block scalar ends that starts at `start` and was read up to `limit`. */
export function blockScalarEnd(text: string, start: number, limit: number): number {
  let end = limit;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  const firstBreak = text.indexOf("\n", start);
  if (firstBreak === -1 || end <= firstBreak) {
    let header = start + 1;
    while (isHeader(text.charCodeAt(header))) header++;
    return header;
  }
  while (text.charCodeAt(end) === 32 || text.charCodeAt(end) === 9) end++;
  return end;
}

/** What a block scalar says where the text ends with its last line: no line break follows that would be part of it. */
export function blockScalarText(text: string, end: number, value: string): string {
  return end >= text.length && !/[\r\n]$/.test(text) && value.endsWith("\n") ? value.slice(0, -1) : value;
}

function isHeader(code: number): boolean {
  return code === 43 || code === 45 || (code >= 48 && code <= 57);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function emptyScalar(at: number): ScalarTree {
  return { kind: "scalar", start: at, end: at, text: "", style: "plain" };
}

function repeats(frame: Frame, key: string): boolean {
  // Several merge keys are merged one after the other by the programs that know them.
  if (key === "<<") return false;
  const { entries } = frame;
  if (frame.keys === undefined) {
    if (entries.length < SMALL_MAP) {
      for (const entry of entries) if (entry.key === key) return true;
      return false;
    }
    frame.keys = new Set();
    for (const entry of entries) frame.keys.add(entry.key);
  }
  if (frame.keys.has(key)) return true;
  frame.keys.add(key);
  return false;
}

function printable(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(short);
}
