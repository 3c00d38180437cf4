/** Outcomes of many files added up. After an edit only the files whose outcomes changed are counted again. */
import type { PracticeId } from "../../model/kmm.ts";
import { once } from "../../model/memo.ts";
import type { Unit } from "./environments.ts";
import type { Tally } from "./ladder.ts";
import type { Outcome } from "./outcome.ts";

type Counted = "met" | "unmet" | "unknown" | "waived";

/** The state of each practice over outcomes that count. */
export const tallyOf = once((outcomes: readonly Outcome[]): ReadonlyMap<PracticeId, Tally> => tally(outcomes, false));

/** `everything`: also what is shown and not counted. */
export function tally(outcomes: readonly Outcome[], everything: boolean): Map<PracticeId, Tally> {
  const tallies = new Map<PracticeId, Tally>();
  for (const outcome of outcomes) {
    if (outcome.state === "not-applicable" || !(outcome.counted || everything)) continue;
    const one = tallies.get(outcome.practice.id);
    if (one === undefined) tallies.set(outcome.practice.id, { ...NONE, [outcome.state]: 1 });
    else one[outcome.state]++;
  }
  return tallies;
}

const NONE: Tally = { met: 0, unmet: 0, unknown: 0, attested: 0, waived: 0 };

const COUNTED: readonly Counted[] = ["met", "unmet", "unknown", "waived"];

export class Totals {
  readonly #files = new Map<string, readonly Outcome[]>();
  readonly #sums = new Map<PracticeId, Tally>();

  /** Sums over these files; the numbers are the caller's to change. */
  take(files: readonly Unit[], of: (entry: Unit) => readonly Outcome[]): Map<PracticeId, Tally> {
    for (const entry of files) {
      const outcomes = of(entry);
      const before = this.#files.get(entry.uri);
      if (before === outcomes) continue;
      if (before !== undefined) this.#add(before, -1);
      this.#add(outcomes, 1);
      this.#files.set(entry.uri, outcomes);
    }
    if (files.length !== this.#files.size) {
      const seen = new Set(files.map(({ uri }) => uri));
      for (const [uri, outcomes] of this.#files) {
        if (seen.has(uri)) continue;
        this.#add(outcomes, -1);
        this.#files.delete(uri);
      }
    }
    const used = [...this.#sums].filter(([, sums]) => COUNTED.some((state) => sums[state] > 0));
    return new Map(used.map(([id, sums]) => [id, { ...sums }]));
  }

  #add(outcomes: readonly Outcome[], sign: 1 | -1): void {
    for (const [id, one] of tallyOf(outcomes)) {
      let sums = this.#sums.get(id);
      if (sums === undefined) {
        sums = { ...NONE };
        this.#sums.set(id, sums);
      }
      for (const state of COUNTED) sums[state] += sign * one[state];
    }
  }
}
