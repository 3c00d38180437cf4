/** Which part of a template what was rendered came from, by what both say. */
import type { Key } from "../../../../model/edit.ts";
import { mayRead } from "../../template-text.ts";
import { allEntries, isOpen, lookup } from "../../tree/read.ts";
import type { Entry, ListTree, MapTree, ScalarTree, Tree } from "../../tree/tree.ts";

/** What a scalar of a template comes to; nothing where that is not known. */
export type Read = (scalar: ScalarTree) => string | undefined;

const MAX_DEPTH = 5;
const MAX_ENTRIES = 40;

/** Keys whose values tell one thing from another: where both are known and differ, one did not come from the other. */
const NAMING = new Set(["kind", "name", "key", "mountPath", "containerPort", "host", "path", "ip"]);

/** How alike they are, from 0 (one cannot have come from the other) to 1. */
export function likeness(rendered: Tree, written: Tree, read: Read, depth = 0): number {
  if (written.kind === "scalar") {
    if (written.unknown === true) {
      const text = rendered.kind === "scalar" ? read(written) : undefined;
      if (text !== undefined) return rendered.kind === "scalar" && rendered.text.trim() === text ? 1 : 0.05;
      if (rendered.kind !== "scalar") return /^\{\{[\s\S]*\}\}$/.test(written.text) ? 0.4 : 0.2;
      return mayRead(written.text, rendered.text.trim()) ? 0.5 + literalShare(written.text) : 0.02;
    }
    if (rendered.kind !== "scalar") return written.text === "" ? 0.2 : 0;
    return rendered.text === written.text ? 1 : 0.05;
  }
  if (rendered.kind !== written.kind) return 0;
  if (depth >= MAX_DEPTH) return 0.5;
  return rendered.kind === "map" && written.kind === "map" ? mapLikeness(rendered, written, read, depth) : 0.5;
}

/** The more of it is written out, the more it says that the text could have come from it. */
function literalShare(text: string): number {
  return Math.min(0.4, text.replace(/\{\{[\s\S]*?\}\}/g, "").trim().length / 20);
}

function mapLikeness(rendered: MapTree, written: MapTree, read: Read, depth: number): number {
  let sum = 0;
  let count = 0;
  for (const { key, value } of allEntries(rendered).slice(0, MAX_ENTRIES)) {
    const entry = lookup(written, key);
    if (entry === undefined) {
      count += isOpen(written) ? 0.1 : 0.5;
      continue;
    }
    const other = isRepeated(written, key) ? bestEntry(written.entries, key, value, read, depth + 1) : entry.value;
    const like = likeness(value, other, read, depth + 1);
    // A name or a kind that is written out and is another one.
    if (like < 0.1 && NAMING.has(key) && entry.conditional !== true && other.kind === "scalar") return 0;
    const weight = NAMING.has(key) || key === "metadata" ? 2 : 1;
    if (like === 0 && key === "metadata") return 0;
    sum += like * weight;
    count += weight;
  }
  for (const { key, conditional, keyUnknown } of written.entries)
    if (conditional !== true && keyUnknown !== true && key !== "<<" && lookup(rendered, key) === undefined)
      count += 0.5;
  return count === 0 ? 0.1 : Math.max(sum / count, 0.01);
}

function isRepeated(map: MapTree, key: string): boolean {
  return map.entries.filter((entry) => entry.key === key).length > 1;
}

function bestEntry(entries: readonly Entry[], key: string, rendered: Tree, read: Read, depth: number): Tree {
  let best = rendered;
  let most = -1;
  for (const entry of entries) {
    if (entry.key !== key) continue;
    const like = likeness(rendered, entry.value, read, depth);
    if (like > most) {
      most = like;
      best = entry.value;
    }
  }
  return best;
}

/** The entry that a key came from: of several, as of the branches of a condition, the one that reads most like it. */
export function entryFor(written: MapTree, key: string, rendered: Tree, read: Read): Entry | undefined {
  const own = written.entries.filter((entry) => entry.key === key && entry.keyUnknown !== true);
  const [first] = own;
  if (own.length === 1) return first;
  if (first !== undefined) return mostLike(own, rendered, read);
  const merged = lookup(written, key);
  if (merged !== undefined) return merged;
  return mostLike(
    written.entries.filter((entry) => entry.keyUnknown === true && mayRead(entry.key, key)),
    rendered,
    read,
  );
}

function mostLike(entries: readonly Entry[], rendered: Tree, read: Read): Entry | undefined {
  let best: Entry | undefined;
  let most = -1;
  for (const entry of entries) {
    const like = likeness(rendered, entry.value, read);
    if (like > most) {
      most = like;
      best = entry;
    }
  }
  return best;
}

/** For each rendered item the index of the one that it came from. `inLoop`: it may be rendered again and again. */
export function itemsFor(
  rendered: ListTree,
  written: ListTree,
  read: Read,
  inLoop: (item: Tree) => boolean,
): readonly (number | undefined)[] {
  const loops = written.items.map(inLoop);
  const isOpen = written.open === true || written.conditional !== undefined || loops.includes(true);
  if (!isOpen && rendered.items.length === written.items.length) return rendered.items.map((_, at) => at);
  return sequence(
    rendered.items,
    written.items,
    (item, other) => likeness(item, other, read),
    (at) => loops[at] === true || written.conditional?.has(at) === true,
  );
}

/** Below this it is more likely that a thing came from somewhere else. */
const LEAST = 0.25;

/** Going on in order costs nothing; only what is in a loop is rendered again. */
const AGAIN = 0.05;
const BACK = 0.1;
const SKIPPED = 0.02;

const MAX_CHOICES = 60;

/** The best way to lead each of a sequence back to one of another, most of them in order. */
export function sequence<R, W>(
  rendered: readonly R[],
  written: readonly W[],
  like: (rendered: R, written: W) => number,
  mayRepeat: (at: number) => boolean,
): readonly (number | undefined)[] {
  const choices = written.slice(0, MAX_CHOICES);
  // Of each choice for the last item so far: what all choices up to it are worth, and the choice before.
  let worth: number[] = [];
  const before: number[][] = [];
  const none = choices.length;
  for (const item of rendered) {
    const likes = choices.map((choice) => like(item, choice));
    const next: number[] = [];
    const from: number[] = [];
    for (let at = 0; at <= none; at++) {
      const own = at === none ? LEAST : (likes[at] ?? 0);
      let most = Number.NEGATIVE_INFINITY;
      let best = none;
      for (let last = 0; last <= none; last++) {
        const value = worth.length === 0 ? (last === none ? 0 : Number.NEGATIVE_INFINITY) : (worth[last] ?? 0);
        const cost = costOf(last, at, none, worth.length === 0, mayRepeat);
        if (value - cost > most) {
          most = value - cost;
          best = last;
        }
      }
      next.push(own < LEAST && at !== none ? Number.NEGATIVE_INFINITY : most + own);
      from.push(best);
    }
    worth = next;
    before.push(from);
  }
  let at = worth.indexOf(Math.max(...worth));
  const found: (number | undefined)[] = [];
  for (const from of before.toReversed()) {
    found.push(at < 0 || at === none ? undefined : at);
    at = from[at] ?? none;
  }
  return found.reverse();
}

function costOf(last: number, at: number, none: number, first: boolean, mayRepeat: (at: number) => boolean): number {
  if (at === none || last === none) return first && at !== none ? at * SKIPPED : 0;
  if (at > last) return (at - last - 1) * SKIPPED;
  const cost = at === last ? AGAIN : BACK;
  return mayRepeat(at) ? cost : cost + 0.5;
}

const MAX_PAIRS = 12;

/** A scalar of the template that is not known, and what was rendered for it. */
export interface Pair {
  readonly start: number;
  readonly end: number;
  readonly style: string;
  readonly text: string;
}

export function pairsOf(rendered: Tree, written: Tree): Pair[] {
  const pairs: Pair[] = [];
  collectPairs(rendered, written, pairs);
  return pairs;
}

/** A key that the template works out says which turn it is. */
export function keyPair({ keyStart, keyEnd, keyUnknown }: Entry, key: string): readonly Pair[] {
  return keyUnknown === true ? [{ start: keyStart, end: keyEnd, style: "plain", text: key }] : [];
}

function collectPairs(rendered: Tree, written: Tree, pairs: Pair[]): void {
  if (pairs.length >= MAX_PAIRS) return;
  if (rendered.kind === "scalar" && written.kind === "scalar") {
    const { start, end, style, unknown } = written;
    if (unknown === true) pairs.push({ start, end, style, text: rendered.text });
  } else if (rendered.kind === "map" && written.kind === "map") {
    for (const { key, value } of allEntries(rendered)) {
      const entry = written.entries.filter((one) => one.key === key);
      if (entry.length === 1 && entry[0] !== undefined) collectPairs(value, entry[0].value, pairs);
    }
  } else if (rendered.kind === "list" && written.kind === "list" && rendered.items.length === written.items.length) {
    for (const [at, item] of rendered.items.entries()) {
      const other = written.items[at];
      if (other !== undefined) collectPairs(item, other, pairs);
    }
  }
}

/** A range of a document's text. */
export interface Region {
  readonly from: number;
  readonly to: number;
}

/** Of entries with the same key, as in the branches of a condition, only the last goes by it. */
export function stepTo(map: MapTree, entry: Entry): Key {
  const at = map.entries.indexOf(entry);
  return at < 0 || lookup(map, entry.key) === entry ? entry.key : at;
}

/** From behind the key to the next one. */
export function regionOf(map: MapTree, { keyEnd }: Entry, region: Region): Region {
  let to = region.to;
  for (const other of map.entries) if (other.keyStart > keyEnd && other.keyStart < to) to = other.keyStart;
  return { from: Math.max(keyEnd, region.from), to };
}

/** Keys in the branches of a condition may share what follows it: the last of them has it in the template. */
export function filled(map: MapTree, match: Entry | undefined, rendered: Tree): Entry | undefined {
  if (match?.conditional !== true || rendered.kind === "scalar") return match;
  let at = map.entries.indexOf(match);
  for (let entry = map.entries[at]; entry?.conditional === true; entry = map.entries[++at])
    if (entry.value.kind !== "scalar" || entry.value.text !== "")
      return entry.value.kind === rendered.kind ? entry : match;
  return match;
}
