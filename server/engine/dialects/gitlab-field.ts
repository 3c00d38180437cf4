/**
 * The configuration of GitLab CI as it takes effect: several files laid over one another, jobs over what they extend,
 * `!reference` and `$[[ inputs.name ]]` replaced by what they stand for. Each value keeps the place where it is written.
 */
import type { Key, Place } from "../../../model/edit.ts";
import type { Field, Presence } from "../../../model/facts.ts";
import { tagOf } from "../field.ts";

/** What an input of an included file is; `undefined` for one that nobody gives. */
export type Inputs = (name: string) => Field | undefined;

/** A value in one of the files. */
export interface Part {
  readonly field: Field;
  /** Inputs of the file; absent where it declares none. */
  readonly inputs: Inputs | undefined;
}

/** GitLab's own limit is 10. */
const MAX_NESTING = 12;
const MAX_PARTS = 200;
/** More than any pipeline of people has; they can be written so that they multiply. */
const MAX_REFERENCES = 50_000;

const INPUT = /\$\[\[\s*inputs\.([\w-]+)\s*(?:\|[^\]]*)?\]\]/g;
const ONLY_INPUT = /^\$\[\[\s*inputs\.([\w-]+)\s*\]\]$/;

/** Values laid over one another: maps join, anything else hides what is below it. */
class LaidField implements Field {
  readonly key: Key | undefined;
  readonly #config: GitlabConfig;
  /** From the top; maps all of them, or one value alone. */
  readonly #parts: readonly [Part, ...Part[]];
  readonly #text: string | undefined;
  #known: Map<Key, LaidField> | undefined;

  constructor(config: GitlabConfig, parts: readonly [Part, ...Part[]], key: Key | undefined, text?: string) {
    this.#config = config;
    this.#parts = parts;
    this.key = key;
    this.#text = text;
  }

  get #children(): Map<Key, LaidField> {
    this.#known ??= new Map();
    return this.#known;
  }

  get #top(): Field {
    return this.#parts[0].field;
  }

  get place(): Place {
    return this.#top.place;
  }

  get presence(): Presence {
    return this.#top.presence;
  }

  get kind(): "scalar" | "map" | "list" | "none" {
    return this.#top.kind;
  }

  get source(): string | undefined {
    return this.#text ?? filledIn(this.#top.source, this.#parts[0].inputs);
  }

  get parts(): readonly Part[] {
    return this.#parts;
  }

  at(...path: readonly Key[]): Field {
    let field: LaidField = this;
    for (const key of path) field = field.#child(key);
    return field;
  }

  text(): string | undefined {
    return this.#top.text() === undefined ? undefined : this.source;
  }

  flag(): boolean | undefined {
    return this.#top.flag();
  }

  number(): number | undefined {
    return this.#top.number();
  }

  items(): readonly Field[] {
    this.#top.items();
    return this.writtenItems();
  }

  entries(): readonly (readonly [string, Field])[] {
    for (const { field } of this.#parts) field.entries();
    return this.writtenEntries();
  }

  writtenItems(): readonly Field[] {
    const { inputs } = this.#parts[0];
    return this.#top.writtenItems().map((field, index) => this.#config.lay([{ field, inputs }], index));
  }

  writtenEntries(): readonly (readonly [string, Field])[] {
    const keys = new Set(
      this.#parts
        .toReversed()
        .flatMap(({ field, inputs }) => field.writtenEntries().map(([key]) => filledIn(key, inputs) ?? key)),
    );
    return [...keys].map((key) => [key, this.#child(key)] as const);
  }

  part(from: number, to: number): Place {
    const same = this.source === this.#top.source;
    return same ? this.#top.part(from, to) : { ...this.#top.place, inexact: true };
  }

  /** The same place with another text, such as one whose variables were replaced. */
  saying(text: string): LaidField {
    return new LaidField(this.#config, this.#parts, this.key, text);
  }

  /** What stands at the top is asked for again and again, once for each job. */
  #child(key: Key): LaidField {
    const kept = this.key === undefined ? this.#children.get(key) : undefined;
    if (kept !== undefined) return kept;
    const found: Part[] = [];
    for (const part of this.#parts) {
      const field = childOf(part, key);
      if (field !== undefined) found.push({ field, inputs: part.inputs });
    }
    const [first = { field: this.#top.at(key), inputs: undefined }, ...others] = found;
    const child = this.#config.lay([first, ...others], key);
    if (this.key === undefined) this.#children.set(key, child);
    return child;
  }
}

/** What is written under a key, an explicit null too, which hides what is below. */
function childOf(part: Part, key: Key): Field | undefined {
  const child = part.field.at(key);
  if (child.presence !== "absent" || typeof key === "number") return child;
  return entriesOf(part).get(key);
}

const entries = new WeakMap<Part, ReadonlyMap<string, Field>>();

function entriesOf(part: Part): ReadonlyMap<string, Field> {
  let known = entries.get(part);
  if (known === undefined) {
    const { field, inputs } = part;
    known = new Map(field.writtenEntries().map(([name, it]) => [filledIn(name, inputs) ?? name, it]));
    entries.set(part, known);
  }
  return known;
}

/** Inputs replaced by their values, where those are known. */
function filledIn(text: string | undefined, inputs: Inputs | undefined): string | undefined {
  if (text === undefined || inputs === undefined || !text.includes("$[[")) return text;
  return text.replace(INPUT, (whole, name: string) => {
    const value = inputs(name);
    return value?.presence === "absent" ? "" : (value?.source ?? whole);
  });
}

/** All files of one pipeline, as one. */
export class GitlabConfig {
  readonly root: Field;
  /** References that lead nowhere, as far as they were asked for. */
  readonly astray = new Map<string, Field>();
  readonly #root: LaidField;
  readonly #jobs = new Map<string, Field>();
  #depth = 0;
  #followed = 0;

  /** `layers`: the roots of the files, from the one that has the last word. */
  constructor(layers: readonly [Part, ...Part[]]) {
    const maps = layers.filter(({ field }) => field.kind === "map");
    const [first = layers[0], ...others] = maps;
    this.#root = new LaidField(this, [first, ...others], undefined);
    this.root = this.#root;
  }

  /** What stands under a name, over all that it extends. */
  job(name: string): Field {
    const known = this.#jobs.get(name);
    if (known !== undefined) return known;
    const [first, ...others] = this.#extended(name);
    const job = first === undefined ? this.root.at(name) : new LaidField(this, [first, ...others], name);
    this.#jobs.set(name, job);
    return job;
  }

  /** Names that a job, or what it extends, extends and that are nowhere. */
  missingBases(name: string, visited = new Set<string>()): readonly Field[] {
    visited.add(name);
    return basesOf(this.root.at(name)).flatMap((base) => {
      const text = base.source ?? "";
      if (visited.has(text) || visited.size > MAX_PARTS) return [];
      return this.root.at(text).presence === "absent" ? [base] : this.missingBases(text, visited);
    });
  }

  /** A field of these values, the first on top, once what stands for another value was replaced. */
  lay(parts: readonly [Part, ...Part[]], key: Key): LaidField {
    const [top, ...below] = parts;
    const standsFor = this.#target(top);
    if (standsFor !== undefined) return new LaidField(this, standsFor, key);
    if (top.field.kind !== "map") return new LaidField(this, [top], key);
    const hidden = below.findIndex(({ field }) => field.kind !== "map");
    return new LaidField(this, [top, ...below.slice(0, hidden < 0 ? MAX_PARTS : hidden)], key);
  }

  /** What a reference or an input stands for. */
  #target(part: Part): readonly [Part, ...Part[]] | undefined {
    const input = part.inputs === undefined ? undefined : ONLY_INPUT.exec(part.field.source?.trim() ?? "")?.[1];
    if (input !== undefined) {
      const value = part.inputs?.(input);
      return value === undefined ? undefined : [{ field: value, inputs: undefined }];
    }
    if (tagOf(part.field) !== "!reference") return undefined;
    const [name, ...path] = part.field.writtenItems().map((it) => filledIn(it.source, part.inputs) ?? "");
    if (name === undefined || this.#depth >= MAX_NESTING || this.#followed >= MAX_REFERENCES) return [NOWHERE(part)];
    this.#followed += 1;
    this.#depth += 1;
    try {
      const found = this.job(name).at(...path);
      if (found.presence === "absent") this.astray.set([name, ...path].join(" "), part.field);
      if (!(found instanceof LaidField)) return [NOWHERE(part)];
      const [first, ...others] = found.parts;
      return first === undefined ? [NOWHERE(part)] : [first, ...others];
    } finally {
      this.#depth -= 1;
    }
  }

  /** Values of a job and of what it extends, from the top: what is named last lies above what is named before. */
  #extended(name: string): readonly Part[] {
    const found: Part[] = [];
    let budget = MAX_PARTS;
    const add = (job: string, stack: readonly string[]): void => {
      budget -= 1;
      const own = this.root.at(job);
      if (budget < 0 || !(own instanceof LaidField) || own.kind !== "map") return;
      if (stack.includes(job) || stack.length >= MAX_NESTING) return;
      found.push(...own.parts);
      for (const base of basesOf(own).toReversed()) add(base.source ?? "", [...stack, job]);
    };
    add(name, []);
    return found;
  }
}

/** Nothing, at the place of a reference that leads nowhere. */
const NOWHERE = ({ field }: Part): Part => ({ field: field.at("nowhere"), inputs: undefined });

function basesOf(job: Field): readonly Field[] {
  const bases = job.at("extends");
  return (bases.kind === "list" ? bases.writtenItems() : [bases]).filter((it) => (it.source ?? "") !== "");
}

/** A scalar's text; nothing for what is empty or no scalar. */
export function textOf(field: Field): string | undefined {
  const text = field.presence === "absent" ? undefined : field.source?.trim();
  return text === "" ? undefined : text;
}

/** The same place with another text. */
export function retold(field: Field, text: string): Field {
  return field instanceof LaidField && text !== field.source ? field.saying(text) : field;
}

/** Items of lists inside lists, as references and anchors make them. */
export function flattened(field: Field, limit = 1_000): readonly Field[] {
  const found: Field[] = [];
  let budget = limit * 3;
  const add = (one: Field, depth: number): void => {
    budget -= 1;
    if (budget < 0 || found.length >= limit || depth > MAX_NESTING) return;
    if (one.kind === "list") for (const item of one.writtenItems()) add(item, depth + 1);
    else if (one.presence !== "absent") found.push(one);
  };
  add(field, 0);
  return found;
}
