import type { Action, Branch } from "./actions.ts";
import { branchesOf } from "./actions.ts";
import type { BlockRegion, Standing } from "./mask.ts";
import type { Entry, ListTree, MapTree, ScalarTree, Tree } from "./tree.ts";

export interface Marks {
  readonly text: string;
  readonly actions: readonly Action[];
  readonly standing: readonly Standing[];
  readonly blocks: readonly BlockRegion[];
}

/** Where a node hangs, to tell the branches it is in as a whole from those that hold only part of it. */
type Whole = (branch: Branch) => boolean;

/**
 * Puts back into a tree, read from masked text, what the template leaves unknown: scalars with an action in them are
 * unknown, collections that an action adds to are open, and entries of a branch are conditional.
 */
export function markTree(tree: Tree, marks: Marks): Tree {
  return new Marker(tree, marks).result();
}

class Marker {
  readonly #root: Tree;
  readonly #marks: Marks;
  readonly #segments: readonly Segment[];
  readonly #opened = new Set<Tree>();
  readonly #replaced = new Map<Tree, Action>();
  /** Aliases share what they stand for, and must go on doing so. */
  readonly #entries = new Map<readonly Entry[], readonly Entry[]>();
  readonly #items = new Map<readonly Tree[], readonly Tree[]>();

  constructor(root: Tree, marks: Marks) {
    this.#root = root;
    this.#marks = marks;
    this.#segments = segmentsOf(branchesOf(marks.actions, marks.text.length));
  }

  result(): Tree {
    for (const { action, indent } of this.#marks.standing) this.#place(this.#root, action, indent);
    return this.#node(this.#root, (branch) => branch.from <= this.#root.start && this.#root.end <= branch.to);
  }

  /** Finds what an action on a line of its own adds to, and marks it open, or unknown if there is nothing else in it. */
  #place(node: Tree, action: Action, indent: number): void {
    if (node.kind === "scalar" || isAliased(node, this.#marks.text)) return;
    if (node.flow) {
      this.#opened.add(node);
      return;
    }
    const column = node.start - (this.#marks.text.lastIndexOf("\n", node.start - 1) + 1);
    const before =
      node.kind === "map" ? lastBefore(node.entries, action.start)?.value : lastBefore(node.items, action.start);
    if (indent < column || before === undefined) {
      this.#opened.add(node);
    } else if (before.kind === "scalar" && before.start === before.end && !this.#replaced.has(before)) {
      // A list may stand at the column of its key, so an empty value is what the action fills even there.
      if (indent > column || node.kind === "map") this.#replaced.set(before, action);
      else this.#opened.add(node);
    } else if (indent > column) {
      if (before.kind !== "scalar") this.#place(before, action, indent);
      else if (!this.#replaced.has(before)) this.#opened.add(node);
    } else {
      this.#opened.add(node);
      const listAtKey = before.kind === "list" && !before.flow && node.kind === "map";
      if (listAtKey) this.#place(before, action, indent);
    }
  }

  #node(node: Tree, whole: Whole): Tree {
    switch (node.kind) {
      case "scalar":
        return this.#scalar(node);
      case "map":
        return this.#map(node, whole);
      case "list":
        return this.#list(node, whole);
      default:
        return node satisfies never;
    }
  }

  #scalar(node: ScalarTree): ScalarTree {
    const { text, blocks } = this.#marks;
    const replacing = this.#replaced.get(node);
    if (replacing !== undefined) {
      const { start, end } = replacing;
      return { ...node, start, end, text: text.slice(start, end), unknown: true };
    }
    if (node.style === "literal" || node.style === "folded") {
      const region = blocks[lastIndex(blocks, node.start)];
      if (region === undefined || region.end <= node.start) {
        // Its text is as written when there was nothing to mask.
        return this.#actionIn(node.start, node.end) === undefined ? node : { ...node, unknown: true };
      }
      const end = Math.max(node.end, region.end);
      return { ...node, end, text: bodyOf(text.slice(node.start, end), end < text.length), unknown: true };
    }
    const action = this.#actionIn(node.start, node.end);
    if (action === undefined) return node;
    const end = node.style === "plain" ? Math.max(node.end, action.end) : node.end;
    const quote = node.style === "plain" ? 0 : 1;
    return { ...node, end, text: text.slice(node.start + quote, end - quote), unknown: true };
  }

  #map(node: MapTree, whole: Whole): MapTree {
    const entries = this.#mapEntries(node.entries, whole);
    const open = node.open === true || this.#opened.has(node) || entries.some((entry) => entry.keyUnknown === true);
    if (entries === node.entries && open === (node.open === true)) return node;
    const end = isAliased(node, this.#marks.text) ? node.end : Math.max(node.end, entries.at(-1)?.value.end ?? 0);
    return open ? { ...node, end, entries, open } : { ...node, end, entries };
  }

  #mapEntries(entries: readonly Entry[], whole: Whole): readonly Entry[] {
    let made = this.#entries.get(entries);
    if (made === undefined) {
      let changed = false;
      const marked = entries.map((entry) => {
        const result = this.#entry(entry, whole);
        if (result !== entry) changed = true;
        return result;
      });
      made = changed ? marked : entries;
      this.#entries.set(entries, made);
    }
    return made;
  }

  #entry(entry: Entry, whole: Whole): Entry {
    const { text } = this.#marks;
    const keyStart = this.#afterControl(entry.keyStart, entry.keyEnd);
    const unknown = entry.keyEnd > keyStart && this.#actionIn(keyStart, entry.keyEnd) !== undefined;
    const value = this.#node(entry.value, contains(keyStart));
    const conditional = this.#isPartOf(keyStart, whole);
    const moved = keyStart !== entry.keyStart;
    if (value === entry.value && !unknown && !conditional && !moved) return entry;
    return {
      ...entry,
      keyStart,
      value,
      ...(unknown || moved ? { key: unquoted(text.slice(keyStart, entry.keyEnd)) } : {}),
      ...(unknown ? { keyUnknown: true } : {}),
      ...(conditional ? { conditional: true } : {}),
    };
  }

  /** A key may follow the condition for it on the same line: `{{ if .x }}replicas: 2{{ end }}`. */
  #afterControl(start: number, end: number): number {
    const { actions } = this.#marks;
    let place = start;
    let at = lastIndex(actions, start);
    for (let action = actions[at]; action !== undefined; action = actions[++at]) {
      if (action.start !== place || action.end >= end || action.kind === "print") break;
      place = action.end;
      while (this.#marks.text[place] === " ") place++;
    }
    return place;
  }

  #list(node: ListTree, whole: Whole): ListTree {
    let items = this.#items.get(node.items);
    if (items === undefined) {
      const marked = node.items.map((item) => this.#node(item, contains(item.start)));
      items = marked.some((item, at) => item !== node.items[at]) ? marked : node.items;
      this.#items.set(node.items, items);
    }
    const conditional = new Set(node.items.flatMap((item, at) => (this.#isPartOf(item.start, whole) ? [at] : [])));
    // An action among the items in brackets may print several of them, or none.
    const open =
      node.open === true ||
      this.#opened.has(node) ||
      conditional.size > 0 ||
      (node.flow && items.some((item) => item.kind === "scalar" && item.unknown === true));
    if (items === node.items && open === (node.open === true)) return node;
    const end = isAliased(node, this.#marks.text) ? node.end : Math.max(node.end, items.at(-1)?.end ?? 0);
    if (!open) return { ...node, end, items };
    return conditional.size > 0 ? { ...node, end, items, open, conditional } : { ...node, end, items, open };
  }

  /** The last action that reaches into a range. */
  #actionIn(start: number, end: number): Action | undefined {
    const { actions } = this.#marks;
    const last = actions[lastIndex(actions, end - 1)];
    return last !== undefined && last.end > start ? last : undefined;
  }

  /** The place is in a branch that does not hold the whole collection. */
  #isPartOf(place: number, whole: Whole): boolean {
    const branch = this.#segments[lastIndex(this.#segments, place)]?.branch;
    return branch !== undefined && !whole(branch);
  }
}

/** From its start to that of the next, the innermost branch is the same. */
interface Segment {
  readonly start: number;
  readonly branch: Branch | undefined;
}

function segmentsOf(branches: readonly Branch[]): Segment[] {
  const segments: Segment[] = [];
  const inside: Branch[] = [];
  const leave = (before: number): void => {
    for (let last = inside.at(-1); last !== undefined && last.to <= before; last = inside.at(-1)) {
      inside.pop();
      segments.push({ start: last.to, branch: inside.at(-1) });
    }
  };
  for (const branch of branches) {
    leave(branch.from);
    inside.push(branch);
    segments.push({ start: branch.from, branch });
  }
  leave(Number.POSITIVE_INFINITY);
  return segments;
}

function contains(place: number): Whole {
  return (branch) => branch.from <= place && place < branch.to;
}

/** The index of the last that starts at or before a place; -1 when there is none. */
function lastIndex(sorted: readonly { readonly start: number }[], place: number): number {
  let low = -1;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle]?.start ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

function lastBefore<T extends Entry | Tree>(sorted: readonly T[], place: number): T | undefined {
  let low = -1;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const at = sorted[middle];
    if (at !== undefined && ("keyStart" in at ? at.keyStart : at.start) <= place) low = middle;
    else high = middle - 1;
  }
  return sorted[low];
}

/** It stands for an anchored collection, whose children are elsewhere. */
function isAliased(node: Tree, text: string): boolean {
  return node.shared === true && text[node.start] === "*";
}

function unquoted(source: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(source);
  return quoted?.[2] ?? source;
}

/** The lines of a block scalar without the header and the first line's indentation. */
/** Its lines without their indentation; `broken`: a line break follows, which is part of it unless it says otherwise. */
function bodyOf(source: string, broken: boolean): string {
  const [header = "", ...lines] = source.split(/\r?\n/);
  const first = lines.find((line) => line.trim() !== "");
  const indent = /^ */.exec(first ?? "")?.[0] ?? "";
  const body = lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart())).join("\n");
  if (/^[|>]\d?\+/.test(header)) return body;
  const stripped = body.replace(/\n+$/, "");
  return stripped === "" || !(broken || body !== stripped) || /^[|>]\d?-/.test(header) ? stripped : `${stripped}\n`;
}
