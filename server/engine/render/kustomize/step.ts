/** One step of a build: what a field of a kustomization does to the objects that were gathered so far. */
import type { MessageArgs, Place } from "../../../../model/edit.ts";
import type { RenderProblem, RenderProblemCode } from "../rendered.ts";
import type { Item } from "./item.ts";
import { Refusal } from "./refusal.ts";

/** What went wrong on the way. */
export class Problems {
  readonly all: RenderProblem[] = [];
  /** Not all objects are known: what a step does not find may well be among the others. */
  uncertain = false;
  /** The real tool gives up here. */
  failed = false;

  error(code: RenderProblemCode, place: Place, args: MessageArgs): void {
    this.failed = true;
    this.uncertain = true;
    this.all.push({ code, place, severity: "error", args });
  }

  /** Nothing is wrong; something is not known. */
  note(code: RenderProblemCode, place: Place, args: MessageArgs): void {
    this.uncertain = true;
    this.all.push({ code, place, severity: "note", args });
  }

  refused(error: unknown, place: Place): void {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === "target" && this.uncertain) return;
    if (error.code === "unsupported") this.note(error.code, error.place ?? place, error.args);
    else this.error(error.code, error.place ?? place, error.args);
  }

  /** Those of a part of the build. */
  include(other: Problems): void {
    for (const problem of other.all) if (!this.all.includes(problem)) this.all.push(problem);
    this.uncertain ||= other.uncertain;
    this.failed ||= other.failed;
  }
}

export interface Step {
  run(items: readonly Item[], problems: Problems): readonly Item[];
}

type Outcome = { readonly item: Item | undefined } | { readonly error: Refusal };

/**
 * A step that looks at one object at a time. What became of an object is kept, so that the same object gives the same
 * object for as long as the step is the same.
 */
export class ItemStep implements Step {
  readonly #place: Place;
  readonly #change: (item: Item) => Item | undefined;
  readonly #known = new WeakMap<Item, Outcome>();

  constructor(place: Place, change: (item: Item) => Item | undefined) {
    this.#place = place;
    this.#change = change;
  }

  run(items: readonly Item[], problems: Problems): readonly Item[] {
    const result: Item[] = [];
    for (const item of items) {
      const changed = this.apply(item, problems);
      if (changed !== undefined) result.push(changed);
    }
    return result;
  }

  /** What becomes of one object; undefined when it is taken away. */
  apply(item: Item, problems: Problems): Item | undefined {
    let outcome = this.#known.get(item);
    if (outcome === undefined) {
      outcome = this.#outcome(item);
      this.#known.set(item, outcome);
    }
    if ("item" in outcome) return outcome.item;
    problems.refused(outcome.error, this.#place);
    return item;
  }

  #outcome(item: Item): Outcome {
    try {
      return { item: this.#change(item) };
    } catch (error) {
      if (error instanceof Refusal) return { error };
      throw error;
    }
  }
}

/** Two objects that are the same to the cluster. */
export function conflicts(items: readonly Item[]): readonly Item[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    if (seen.has(item.key)) return true;
    seen.add(item.key);
    return false;
  });
}
