/** Numbers to levels, with all that a configuration says of them: levels and gates of practices, bounds, answers. */
import { DIMENSIONS, type Dimension, type PracticeId } from "../../model/kmm.ts";
import type { Practice } from "../../model/practice.ts";
import { answerFor, type Config } from "./config.ts";
import { climb, type DimensionResult, type Rung, type Tally } from "./ladder.ts";

export type Results = Readonly<Record<Dimension, DimensionResult>>;

/** Practices in force, by dimension. */
export type Rungs = Readonly<Record<Dimension, readonly Rung[]>>;

/** What numbers are of. */
export interface Scope {
  /** A workspace or a root, and not only one file or object. */
  readonly whole: boolean;
  /** There is a workload anywhere. */
  readonly workloads: boolean;
}

/** The numbers of a workspace with people's answers in them. Changes and returns the same map. */
export function withAnswers(
  tallies: Map<PracticeId, Tally>,
  practices: readonly Practice[],
  config: Config,
): Map<PracticeId, Tally> {
  for (const practice of practices) {
    const answer = answerFor(config, practice.id);
    if (answer === undefined) continue;
    const tally = tallies.get(practice.id) ?? { met: 0, unmet: 0, unknown: 0, attested: 0, waived: 0 };
    // An answer never overrides what files show; that nothing is found is no proof against it.
    if (tally.met > 0 || (tally.unmet > 0 && practice.share !== "any")) continue;
    if (answer.state === "not-applicable") tallies.delete(practice.id);
    else if (answer.state === "not-met") tallies.set(practice.id, { ...tally, unmet: Math.max(1, tally.unmet) });
    else
      tallies.set(practice.id, {
        ...tally,
        unmet: answer.state === "partial" ? 1 : 0,
        unknown: 0,
        attested: answer.state === "met" ? 1 : 0.5,
      });
  }
  return tallies;
}

export function rungsOf(practices: readonly Practice[], config: Config): Rungs {
  return Object.fromEntries(
    DIMENSIONS.map((dimension) => [dimension, practices.flatMap((practice) => rungOf(practice, dimension, config))]),
  ) as unknown as Rungs;
}

export function levelsOf(
  tallies: ReadonlyMap<PracticeId, Tally>,
  rungs: Rungs,
  config: Config,
  { whole, workloads }: Scope,
): Results {
  const options = {
    bounds: config.bounds,
    strict: config.ladder === "strict",
    skippable: whole ? 1 : 5,
    workloads,
    cultureAbove: 1,
  };
  return Object.fromEntries(
    DIMENSIONS.map((dimension) => [dimension, climb(dimension, rungs[dimension], tallies, options)]),
  ) as Record<Dimension, DimensionResult>;
}

function rungOf(practice: Practice, dimension: Dimension, config: Config): readonly Rung[] {
  if (practice.dimension !== dimension) return [];
  const set = config.practices.get(practice.id);
  if (set === "off") return [];
  const gate = practice.gate;
  const group = typeof gate === "object" && set?.required === undefined ? gate.group : undefined;
  return [{ practice, level: set?.level ?? practice.level, required: set?.required ?? gate === "required", group }];
}
