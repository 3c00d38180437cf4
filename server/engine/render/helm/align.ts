/** Leads each node of what was rendered back to the template, and to the values file that decides it. */
import type { Json, Key, Place } from "../../../../model/edit.ts";
import { once } from "../../../../model/memo.ts";
import type { SourceDocument } from "../../source.ts";
import { parseDocumentText } from "../../tree/parse.ts";
import { allEntries, lookup } from "../../tree/read.ts";
import type { Entry, ListTree, MapTree, ScalarTree, Tree } from "../../tree/tree.ts";
import { below, withEntries, withItems, withOrigin } from "../graft.ts";
import { toObject } from "../plain-object.ts";
import { type Entered, type Environment, type Evaluator, join, type Spot, type Turns } from "./evaluate.ts";
import {
  entryFor,
  filled,
  itemsFor,
  keyPair,
  likeness,
  type Pair,
  pairsOf,
  type Region,
  regionOf,
  stepTo,
} from "./match.ts";
import { decidedIn, isSamePlace, isSameValue, itemsReading, PART, reads, withAbsent } from "./places.ts";
import type { From, Result } from "./result.ts";
import { isTrue, textOf } from "./result.ts";
import { type BranchPart, type Definition, type Loop, loopsAt, type PrintPart, printsIn } from "./template.ts";
import { childOf } from "./values.ts";

/** Turns of loops that were looked at last: what is rendered next comes from the next one. */
export type LastTurns = Map<BranchPart, number>;

/** What an action may print is anything; what a document writes out is likelier. */
const BY_ACTION = 0.35;

/** Helpers that include helpers are followed so far. */
const MAX_HELPERS = 5;

const MAX_TURNS = 2_000;

/** What something may have been rendered from. */
export interface Written {
  readonly tree: Tree | undefined;
  /** Where the text of the tree is in the template. */
  readonly region: Region;
  readonly template: Definition;
  /** What the template is given; the chart's own top where nothing is said. */
  readonly top?: Environment;
  /** A helper in another file: what it writes has no place of its own. */
  readonly isHelper?: true;
}

/** Aligns what one template document gave. */
export class Aligner {
  readonly #document: SourceDocument;
  readonly #written: Written;
  readonly #start: number;
  readonly #template: Definition;
  readonly #evaluator: Evaluator;
  readonly #depth: number;
  readonly #last: LastTurns;
  #prints = new Map<PrintPart, Result>();
  #texts = new Map<ScalarTree, { readonly text: string | undefined }>();
  #turns: Turns = new Map();
  #entered: Entered = new Map();

  constructor(document: SourceDocument, written: Written, evaluator: Evaluator, last: LastTurns, depth = 0) {
    this.#document = document;
    this.#written = written;
    this.#start = written.region.from;
    this.#template = written.template;
    this.#evaluator = evaluator;
    this.#last = last;
    this.#depth = depth;
  }

  /** The object with an origin wherever one is needed. */
  object(rendered: MapTree): MapTree {
    const place: Place = { document: this.#document, path: [] };
    const aligned = this.#whole(rendered, place, undefined);
    return aligned.kind === "map" && aligned.origin !== undefined ? aligned : withOrigin(rendered, place);
  }

  #whole(rendered: Tree, place: Place, inherited: Place | undefined): Tree {
    const { tree, region } = this.#written;
    const inside = { from: 0, to: region.to - region.from };
    const loops = this.#loopsAt(tree?.start ?? 0);
    if (loops.length > 0) this.#enter(loops, tree === undefined ? [] : pairsOf(rendered, tree));
    if (tree !== undefined) return this.#node(rendered, tree, place, inherited, inside);
    const from = this.#printed(inside, undefined, rendered);
    if (from !== undefined) return this.#decided(rendered, place, inherited, from);
    return this.#byHelper(rendered, place, inherited, inside);
  }

  /** How much it looks as if the document gave this. */
  likeness(rendered: Tree): number {
    const { tree } = this.#written;
    return tree?.kind === "map" ? likeness(rendered, tree, this.#read) : BY_ACTION;
  }

  /** The values that conditions around the whole document ask for. */
  conditions(): readonly Place[] {
    const { conditions } = this.#at(this.#start + (this.#written.tree?.start ?? 0));
    return conditions.flatMap(({ from }) => from.flatMap(({ values, path }) => values.placeOf(path) ?? []));
  }

  /** `inherited`: where the node would be for its parent's sake, which need not be said. */
  #node(rendered: Tree, written: Tree | undefined, place: Place, inherited: Place | undefined, region: Region): Tree {
    if (written?.kind === "map" && rendered.kind === "map")
      return withAbsent(
        mark(this.#map(rendered, written, place, region), place, inherited),
        this.#absent(rendered, written, place),
      );
    if (written?.kind === "list" && rendered.kind === "list")
      return mark(this.#list(rendered, written, place, region), place, inherited);
    if (written?.kind !== "scalar" || written.unknown !== true) return mark(rendered, place, inherited);
    const result = this.#evaluateScalar(written.start, written.end, written.style);
    const from = this.#deciding(result, rendered);
    if (rendered.kind !== "scalar" && from?.whole !== true)
      return this.#byHelper(rendered, place, inherited, { from: written.start, to: written.end });
    return from === undefined ? mark(rendered, place, inherited) : this.#decided(rendered, place, inherited, from);
  }

  /** What a helper wrote stands where it is included, and may be decided by values all the same. */
  #byHelper(rendered: Tree, place: Place, inherited: Place | undefined, region: Region): Tree {
    const here = mark(rendered, place, inherited);
    const [print, ...others] = printsIn(this.#template.parts, this.#start + region.from, this.#start + region.to);
    if (print === undefined || others.length > 0 || this.#depth >= MAX_HELPERS) return here;
    const helper = this.#evaluator.helperIn(print.expression, this.#at(print.start).environment);
    if (helper === undefined) return here;
    const { definition, top } = helper;
    const written = { ...writtenIn(definition), template: definition, top, isHelper: true } as const;
    const aligner = new Aligner(this.#document, written, this.#evaluator, new Map(), this.#depth + 1);
    return mark(aligner.#whole(rendered, place, place), place, inherited);
  }

  #map(rendered: MapTree, written: MapTree, place: Place, region: Region): MapTree {
    const entries = allEntries(rendered);
    let changed = entries !== rendered.entries;
    const aligned = entries.map((entry): Entry => {
      const { key } = entry;
      const inherited = below(place, key);
      const found = entryFor(written, key, entry.value, this.#read);
      const match = filled(written, found, entry.value);
      let value: Tree;
      if (match === undefined) {
        const from = this.#printed(region, key, entry.value);
        value = from === undefined ? entry.value : this.#decided(entry.value, inherited, inherited, from);
      } else {
        const look = (): Tree =>
          this.#node(
            entry.value,
            match.value,
            this.#written.isHelper ? inherited : below(place, stepTo(written, match)),
            inherited,
            regionOf(written, match, region),
          );
        // The turn of a loop that has the keys gives all of what follows them.
        if (found !== match) value = look();
        else
          value = this.#inLoops(
            match.keyStart,
            () => [...keyPair(match, key), ...pairsOf(entry.value, match.value)],
            look,
          );
      }
      if (value === entry.value) return entry;
      changed = true;
      return { ...entry, value };
    });
    return changed ? withEntries(rendered, aligned) : rendered;
  }

  /** Keys that come with a value: where that is empty, they are not rendered, and would be were it not. */
  #absent(rendered: MapTree, written: MapTree, place: Place): ReadonlyMap<string, Place> {
    const absent = new Map<string, Place>();
    const around = this.#at(this.#start + written.start).conditions.length;
    for (const { key, keyStart, keyUnknown, value } of written.entries) {
      if (keyUnknown === true || value.kind !== "scalar" || value.unknown !== true) continue;
      if (lookup(rendered, key) !== undefined || this.#loopsAt(keyStart).length > 0) continue;
      const { from, whole, value: printed } = this.#evaluateScalar(value.start, value.end, value.style);
      const [only, ...others] = from;
      const decided = only && decidedIn(only);
      if (!whole || decided === undefined || others.length > 0 || printed === undefined || isTrue(printed)) continue;
      const conditions = this.#at(this.#start + keyStart).conditions.slice(around);
      if (conditions.every((one) => one.from.length === 1 && one.from[0] && isSameValue(one.from[0], only)))
        absent.set(key, { ...below(place, key), decided });
    }
    return absent;
  }

  #list(rendered: ListTree, written: ListTree, place: Place, region: Region): ListTree {
    const matches = itemsFor(rendered, written, this.#read, (item) => this.#loopsAt(item.start).length > 0);
    let changed = false;
    const items = rendered.items.map((item, at) => {
      const inherited = below(place, at);
      const index = matches[at];
      const match = index === undefined ? undefined : written.items[index];
      let value: Tree;
      if (index === undefined || match === undefined) {
        // An index at which nothing stands, nor would the next item: what is made there is no item of the template.
        const own = this.#written.isHelper ? inherited : below(place, written.items.length + 1 + at);
        const from = this.#printed(region, undefined, item);
        value = from === undefined ? mark(item, own, inherited) : this.#decided(item, own, inherited, from);
      } else {
        const own = this.#written.isHelper ? inherited : below(place, index);
        const to = written.items[index + 1]?.start ?? region.to;
        const inner = { from: match.start, to: Math.max(to, match.end) };
        const look = (): Tree => this.#node(item, match, own, inherited, inner);
        value = this.#inLoops(match.start, () => pairsOf(item, match), look);
      }
      if (value !== item) changed = true;
      return value;
    });
    return changed ? withItems(rendered, items) : rendered;
  }

  /** Marks what a value decides as a whole; what is inside it may be set in different files. */
  #decided(rendered: Tree, place: Place, inherited: Place | undefined, { from, whole }: Deciding): Tree {
    const decided = decidedIn(from);
    // Of all values together none decides.
    if (decided === undefined || (!whole && from.path.length === 0)) return mark(rendered, place, inherited);
    if (!whole)
      return rendered.kind === "scalar"
        ? mark(rendered, { ...place, decided: below(decided, PART) }, inherited)
        : mark(rendered, place, inherited);
    const own = { ...place, decided };
    return mark(this.#inside(rendered, own, from), own, inherited);
  }

  #inside(rendered: Tree, place: Place, from: From): Tree {
    if (rendered.kind === "scalar") return rendered;
    const child = (value: Tree, key: Key): Tree => {
      const inner = { values: from.values, path: [...from.path, key] };
      const inherited = below(place, key);
      const decided = decidedIn(inner);
      const own = decided === undefined ? inherited : { ...inherited, decided };
      return mark(this.#inside(value, own, inner), own, inherited);
    };
    if (rendered.kind === "list") {
      const items = rendered.items.map(child);
      return items.every((item, at) => item === rendered.items[at]) ? rendered : withItems(rendered, items);
    }
    const entries = allEntries(rendered).map((entry): Entry => {
      const value = child(entry.value, entry.key);
      return value === entry.value ? entry : { ...entry, value };
    });
    return entries.every((entry, at) => entry === rendered.entries[at]) ? rendered : withEntries(rendered, entries);
  }

  /** The one value that decides; nothing where several do. */
  #deciding(result: Result, rendered: Tree): Deciding | undefined {
    const [from, ...others] = result.from;
    if (from === undefined || others.length > 0) return undefined;
    if (rendered.kind === "scalar") {
      // What was shaped on the way, as a number to base64, is not what stands in the file.
      const isAsItStands = result.value === undefined || reads(result.value, toObject(rendered));
      return { from, whole: result.whole && isAsItStands };
    }
    // A function or a helper may hand on the value as it is, or most of it.
    return { from, whole: result.whole || reads(from.values.get(from.path), toObject(rendered), true) };
  }

  #at(offset: number): Spot {
    const top = this.#written.top ?? this.#evaluator.top();
    return this.#evaluator.ask().at(this.#template.parts, offset, this.#turns, this.#entered, top);
  }

  /** In loops it depends on the turn, which is known only when what was rendered is. */
  readonly #read = (scalar: ScalarTree): string | undefined => {
    let known = this.#texts.get(scalar);
    if (known === undefined) {
      known = { text: textOf(this.#evaluateScalar(scalar.start, scalar.end, scalar.style).value)?.trim() };
      this.#texts.set(scalar, known);
    }
    return known.text;
  };

  #evaluateScalar(start: number, end: number, style: string): Result {
    const quote = style === "single" || style === "double" ? 1 : 0;
    const from = this.#start + start + quote;
    const to = this.#start + end - quote;
    const { environment, parts } = this.#at(from);
    return join(this.#evaluator.print(parts, environment, this.#template.text, from, to));
  }

  /** The value inside one that an action of the region prints, when it is the very thing that was rendered. */
  #printed(region: Region, key: string | undefined, rendered: Tree): Deciding | undefined {
    const found: From[] = [];
    let data: Json | undefined;
    for (const part of printsIn(this.#template.parts, this.#start + region.from, this.#start + region.to)) {
      const [from, ...others] = this.#evaluatePrint(part).from;
      if (from === undefined || others.length > 0) continue;
      const value = from.values.get(from.path);
      if (value === undefined) continue;
      data ??= toObject(rendered);
      const keys = key === undefined ? itemsReading(value, data) : [key];
      for (const step of keys) {
        const inner = step === undefined ? value : childOf(value, step);
        if (inner === undefined || !reads(inner, data)) continue;
        const path = step === undefined ? from.path : [...from.path, step];
        if (!found.some((one) => isSameValue(one, { values: from.values, path })))
          found.push({ values: from.values, path });
        break;
      }
    }
    const [from, ...others] = found;
    return from === undefined || others.length > 0 ? undefined : { from, whole: true };
  }

  #evaluatePrint(part: PrintPart): Result {
    let result = this.#prints.get(part);
    if (result === undefined) {
      const { environment } = this.#at(part.start);
      result = this.#evaluator.evaluate(part.expression, environment);
      this.#prints.set(part, result);
    }
    return result;
  }

  /** Looks inside the loops around an offset that were not entered yet, at the turn that gave what was rendered. */
  #inLoops(offset: number, pairs: () => Pair[], look: () => Tree): Tree {
    const loops = this.#loopsAt(offset);
    if (loops.length === 0) return look();
    const [turns, entered, prints, texts] = [this.#turns, this.#entered, this.#prints, this.#texts];
    this.#enter(loops, pairs());
    const result = look();
    [this.#turns, this.#entered, this.#prints, this.#texts] = [turns, entered, prints, texts];
    return result;
  }

  #enter(loops: readonly Loop[], pairs: readonly Pair[]): void {
    const [turns, entered] = [this.#turns, this.#entered];
    const found = this.#find(loops, turns, pairs);
    this.#turns = found ?? turns;
    // What is outside of the loops is as it was.
    if (found === undefined) this.#entered = new Map(entered);
    this.#prints = new Map();
    this.#texts = new Map();
  }

  /** The loops around an offset that were not entered yet. */
  #loopsAt(offset: number): readonly Loop[] {
    const loops = loopsAt(this.#template.parts, this.#start + offset);
    return loops.length === 0 ? loops : loops.filter(({ branch }) => !this.#turns.has(branch));
  }

  #find([loop, ...inner]: readonly Loop[], turns: Turns, pairs: readonly Pair[]): Turns | undefined {
    if (loop === undefined) return pairs.every((pair) => this.#agrees(pair)) ? turns : undefined;
    const entered = this.#entered;
    this.#turns = turns;
    const { environment } = this.#at(loop.opens);
    const count = Math.min(this.#evaluator.turnsOf(loop.branch, environment), MAX_TURNS);
    const last = this.#last.get(loop.branch) ?? -1;
    for (let step = 1; step <= count; step++) {
      // The loops inside may give more than one for this turn.
      const turn = (last + step - (inner.length > 0 && last >= 0 ? 1 : 0)) % count;
      this.#turns = new Map([...turns, [loop.branch, turn]]);
      this.#entered = new Map(
        [...entered].filter(
          ([{ start, end }]) =>
            end < loop.branch.start || start > loop.branch.end || (start < loop.branch.start && end > loop.branch.end),
        ),
      );
      const found = this.#find(inner, this.#turns, pairs);
      if (found === undefined) continue;
      this.#last.set(loop.branch, turn);
      return found;
    }
    this.#entered = entered;
    return undefined;
  }

  #agrees({ start, end, style, text }: Pair): boolean {
    const { value } = this.#evaluateScalar(start, end, style);
    const said = textOf(value);
    return said === undefined || said.trim() === text.trim();
  }
}

const writtenIn = once((definition: Definition): Pick<Written, "tree" | "region"> => {
  const from = definition.parts[0]?.start ?? 0;
  const to = definition.parts.at(-1)?.end ?? from;
  const { tree } = parseDocumentText(definition.text.slice(from, to), { tier: "fast", templated: "auto" });
  return { tree, region: { from, to } };
});

interface Deciding {
  readonly from: From;
  readonly whole: boolean;
}

function mark<T extends Tree>(tree: T, place: Place, inherited: Place | undefined): T {
  return inherited !== undefined && isSamePlace(place, inherited) ? tree : withOrigin(tree, place);
}
