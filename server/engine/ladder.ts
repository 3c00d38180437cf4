/** Findings to levels. Pure arithmetic over tallies. */
import { type CellId, cellOf, type Dimension, LEVELS, type Level, type PracticeId } from "../../model/kmm.ts";
import { type Bounds, DEFINED_BY_WORKLOADS, DEFINING, SHARES } from "../../model/ladder.ts";
import type { Effort, Practice } from "../../model/practice.ts";

/** How many subjects of a scope stand how with one practice. */
export interface Tally {
  met: number;
  unmet: number;
  unknown: number;
  /** Answered by a person: 1, or 0.5 for a partial answer. */
  attested: number;
  /** Ignored with a reason. */
  waived: number;
}

export type Tallies = ReadonlyMap<PracticeId, Tally>;

export type Rating = "N" | "P" | "L" | "F";

export interface CellResult {
  readonly level: Level;
  /** `null` when nothing required applies. */
  readonly rating: Rating | null;
  readonly achieved: number;
  readonly possible: number;
  readonly met: number;
  readonly required: number;
}

export interface DimensionResult {
  readonly dimension: Dimension;
  readonly level: Level | null;
  readonly strictLevel: Level | null;
  readonly possible: Level | null;
  readonly reach: Level | null;
  readonly progress: number;
  readonly confidence: number;
  readonly blockedBy: readonly PracticeId[];
  readonly cells: readonly CellResult[];
}

export interface LadderOptions {
  readonly bounds: Bounds;
  /** The strict count leads. */
  readonly strict: boolean;
  /** At most this many cells without anything required may be skipped on the way up; the workspace allows one. */
  readonly skippable: number;
  /** There is a workload whose image is named. */
  readonly workloads: boolean;
  /** Culture cannot be seen in code: it is held at most this far above what files show. */
  readonly cultureAbove: number;
}

/** Practices that apply in a dimension, with gate and level as configured. */
export interface Rung {
  readonly practice: Practice;
  readonly level: Level;
  readonly required: boolean;
  readonly group: string | undefined;
}

interface Satisfied {
  readonly low: number;
  readonly high: number;
}

type View = (tally: Tally) => { met: number; unmet: number; unknown: number };

/** What people see: answers and waivers count. */
const STANDARD: View = (tally) => ({
  met: tally.met + tally.attested + tally.waived,
  unmet: tally.unmet,
  unknown: tally.unknown,
});
/** What files alone show. */
const STRICT: View = (tally) => ({ met: tally.met, unmet: tally.unmet + tally.waived, unknown: tally.unknown });

/** How far a practice is satisfied; `undefined` when it is vacuous. */
function satisfied(practice: Practice, tally: Tally | undefined, view: View): Satisfied | undefined {
  if (tally === undefined) return undefined;
  const { met, unmet, unknown } = view(tally);
  const all = met + unmet + unknown;
  if (all === 0) return undefined;
  if (practice.share === "any") return { low: met >= 1 ? 1 : Math.min(met, 1), high: met + unknown >= 1 ? 1 : 0 };
  return { low: met / all, high: (met + unknown) / all };
}

/** Is the practice met as a whole, by its own share. */
export function isMet(practice: Practice, tally: Tally | undefined): boolean {
  const degree = satisfied(practice, tally, STANDARD);
  if (degree === undefined) return false;
  return practice.share === "any" ? degree.low === 1 : degree.low >= SHARES[practice.share] && degree.low > 0;
}

export function wouldBeMet(practice: Practice, tally: Tally | undefined): boolean {
  const degree = satisfied(practice, tally, STANDARD);
  if (degree === undefined) return false;
  return practice.share === "any" ? degree.high === 1 : degree.high >= SHARES[practice.share] && degree.high > 0;
}

function rate(share: number, bounds: Bounds): Rating {
  if (share <= bounds.partially) return "N";
  if (share <= bounds.largely) return "P";
  return share <= bounds.fully ? "L" : "F";
}

interface Cell {
  readonly result: CellResult;
  readonly low: Rating | null;
  readonly high: Rating | null;
  readonly strict: Rating | null;
  readonly definedLow: boolean;
  readonly definedHigh: boolean;
  readonly definedStrict: boolean;
}

/** The results of one dimension over one set of subjects. */
export function climb(
  dimension: Dimension,
  all: readonly Rung[],
  tallies: Tallies,
  options: LadderOptions,
): DimensionResult {
  // What nothing is said of counts nowhere, and of one object that is most of the catalogue.
  const rungs = all.filter((rung) => tallies.has(rung.practice.id));
  const cells = LEVELS.map((level) => cellAt(dimension, level, rungs, tallies, options));
  const judged = rungs.some((rung) => satisfied(rung.practice, tallies.get(rung.practice.id), STANDARD) !== undefined);
  let level = held(
    cells,
    (cell) => cell.low,
    (cell) => cell.definedLow,
    isLargely,
    options,
    judged,
  );
  const strictLevel = held(
    cells,
    (cell) => cell.strict,
    (cell) => cell.definedStrict,
    isFully,
    options,
    judged,
  );
  let possible = held(
    cells,
    (cell) => cell.high,
    (cell) => cell.definedHigh,
    isLargely,
    options,
    judged,
  );
  if (dimension === "culture" && level !== null) {
    level = bounded(level, culturalBound(cells, options, rungs, tallies));
    possible = possible === null ? null : (Math.max(possible, level) as Level);
  }
  const strictly = strictLevel !== null && level !== null && strictLevel > level ? level : strictLevel;
  if (options.strict) level = strictly;
  return {
    dimension,
    level,
    strictLevel: strictly,
    possible,
    reach: reachOf(rungs, tallies, judged),
    progress: progressOf(level, cells, rungs, tallies),
    confidence: confidenceOf(rungs, tallies),
    blockedBy: blockers(level, cells, rungs, tallies),
    cells: cells.map((cell) => cell.result),
  };
}

function isLargely(rating: Rating | null): boolean {
  return rating === "L" || rating === "F";
}

function isFully(rating: Rating | null): boolean {
  return rating === "F";
}

function cellAt(
  dimension: Dimension,
  level: Level,
  rungs: readonly Rung[],
  tallies: Tallies,
  options: LadderOptions,
): Cell {
  const here = rungs.filter((rung) => rung.level === level);
  const standard = requiredDegrees(here, tallies, STANDARD);
  const strict = requiredDegrees(here, tallies, STRICT);
  const supporting = here.some(
    (rung) => !rung.required && rung.group === undefined && isMet(rung.practice, tallies.get(rung.practice.id)),
  );
  const achieved = mean(standard.map((degree) => degree.low));
  const possible = mean(standard.map((degree) => degree.high));
  const rating = (share: number, degrees: readonly Satisfied[]): Rating | null =>
    degrees.length > 0 ? rate(share, options.bounds) : supporting ? "P" : null;
  const defined = definitions(cellOf(dimension, level), here, tallies, options);
  return {
    result: {
      level,
      rating: rating(achieved, standard),
      achieved,
      possible,
      met: standard.filter((degree) => degree.whole).length,
      required: standard.length,
    },
    low: rating(achieved, standard),
    high: rating(possible, standard),
    strict: rating(mean(strict.map((degree) => degree.low)), strict),
    definedLow: defined.low,
    definedHigh: defined.high,
    definedStrict: defined.strict,
  };
}

interface Degree extends Satisfied {
  readonly whole: boolean;
}

/** Degrees of the required practices and groups that are not vacuous; a group takes its best member. */
function requiredDegrees(rungs: readonly Rung[], tallies: Tallies, view: View): readonly Degree[] {
  const degrees: Degree[] = [];
  const groups = new Map<string, Degree>();
  for (const rung of rungs) {
    const tally = tallies.get(rung.practice.id);
    const degree = satisfied(rung.practice, tally, view);
    if (degree === undefined) continue;
    const whole = isMet(rung.practice, tally);
    if (rung.group !== undefined) {
      const best = groups.get(rung.group);
      groups.set(rung.group, {
        low: Math.max(best?.low ?? 0, degree.low),
        high: Math.max(best?.high ?? 0, degree.high),
        whole: (best?.whole ?? false) || whole,
      });
    } else if (rung.required) degrees.push({ ...degree, whole });
  }
  return [...degrees, ...groups.values()];
}

function definitions(cell: CellId, rungs: readonly Rung[], tallies: Tallies, options: LadderOptions) {
  const names = DEFINING[cell];
  if (names === undefined) return { low: true, high: true, strict: true };
  const defining = rungs.filter(
    (rung) => names.includes(rung.practice.id) || (rung.group !== undefined && names.includes(`@${rung.group}`)),
  );
  const inUse = (view: View, side: "low" | "high") => {
    const degrees = defining
      .map((rung) => satisfied(rung.practice, tallies.get(rung.practice.id), view))
      .filter((degree) => degree !== undefined);
    if (degrees.length === 0) return DEFINED_BY_WORKLOADS.has(cell) && options.workloads;
    return degrees.some((degree) => degree[side] > 0.5);
  };
  return { low: inUse(STANDARD, "low"), high: inUse(STANDARD, "high"), strict: inUse(STRICT, "low") };
}

function held(
  cells: readonly Cell[],
  rating: (cell: Cell) => Rating | null,
  defined: (cell: Cell) => boolean,
  good: (rating: Rating | null) => boolean,
  options: LadderOptions,
  judged: boolean,
): Level | null {
  if (!judged) return null;
  let best: Level = 1;
  let skipped = 0;
  for (const cell of cells) {
    const here = rating(cell);
    if (here === null) {
      skipped++;
      if (skipped > options.skippable) break;
      continue;
    }
    if (isLargely(here) && defined(cell)) best = cell.result.level;
    if (!good(here)) break;
  }
  return best;
}

function bounded(level: Level, bound: number): Level {
  return Math.max(1, Math.min(level, bound)) as Level;
}

/** Answers lift culture at most one level above what files show, and not to 4 or 5 without anything from files there. */
function culturalBound(
  cells: readonly Cell[],
  options: LadderOptions,
  rungs: readonly Rung[],
  tallies: Tallies,
): number {
  const files =
    held(
      cells,
      (cell) => cell.strict,
      (cell) => cell.definedStrict,
      isLargely,
      options,
      true,
    ) ?? 1;
  const shown = rungs.some((rung) => rung.level >= 4 && rung.required && (tallies.get(rung.practice.id)?.met ?? 0) > 0);
  return shown ? files + options.cultureAbove : Math.min(files + options.cultureAbove, 3);
}

function reachOf(rungs: readonly Rung[], tallies: Tallies, judged: boolean): Level | null {
  if (!judged) return null;
  let reach: Level = 1;
  for (const rung of rungs) {
    const tally = tallies.get(rung.practice.id);
    if (tally !== undefined && tally.met + tally.attested > 0 && rung.level > reach) reach = rung.level;
  }
  return reach;
}

/** Achievement of the next cell; what supports it adds up to a tenth. */
function progressOf(level: Level | null, cells: readonly Cell[], rungs: readonly Rung[], tallies: Tallies): number {
  if (level === null) return 0;
  const next = cells.find((cell) => cell.result.level > level && cell.result.required > 0);
  if (next === undefined) return level === 5 ? 1 : 0;
  const supporting = rungs.filter(
    (rung) =>
      rung.level === next.result.level && !rung.required && rung.group === undefined && tallies.has(rung.practice.id),
  );
  const good = supporting.filter((rung) => isMet(rung.practice, tallies.get(rung.practice.id))).length;
  const extra = supporting.length === 0 ? 0 : (good / supporting.length) * 0.1;
  return Math.min(1, next.result.achieved + extra);
}

function confidenceOf(rungs: readonly Rung[], tallies: Tallies): number {
  let known = 0;
  let all = 0;
  for (const rung of rungs) {
    const tally = tallies.get(rung.practice.id);
    if (tally === undefined || !(rung.required || rung.group !== undefined)) continue;
    known += tally.met + tally.unmet + tally.attested + tally.waived;
    all += tally.met + tally.unmet + tally.unknown + tally.attested + tally.waived;
  }
  return all === 0 ? 0 : known / all;
}

const EFFORTS: readonly Effort[] = ["apply", "create", "confirm", "people"];

/** Unsatisfied required practices of the cell above and of cells below that are not full: cheapest first, unknown last. */
function blockers(
  level: Level | null,
  cells: readonly Cell[],
  rungs: readonly Rung[],
  tallies: Tallies,
): readonly PracticeId[] {
  if (level === null) return [];
  const next = cells.find((cell) => cell.result.level > level && cell.result.required > 0)?.result.level;
  const open = rungs.filter((rung) => {
    if (!rung.required && rung.group === undefined) return false;
    if (rung.level > (next ?? level)) return false;
    const tally = tallies.get(rung.practice.id);
    if (tally === undefined || isMet(rung.practice, tally)) return false;
    if (satisfied(rung.practice, tally, STANDARD) === undefined) return false;
    if (
      rung.group !== undefined &&
      rungs.some((other) => other.group === rung.group && isMet(other.practice, tallies.get(other.practice.id)))
    )
      return false;
    const cell = cells.find((one) => one.result.level === rung.level);
    return rung.level === next || cell?.result.rating !== "F";
  });
  const unknown = (rung: Rung) => (wouldBeMet(rung.practice, tallies.get(rung.practice.id)) ? 1 : 0);
  return open
    .sort(
      (one, other) =>
        unknown(one) - unknown(other) ||
        EFFORTS.indexOf(one.practice.effort) - EFFORTS.indexOf(other.practice.effort) ||
        one.level - other.level ||
        (one.practice.id < other.practice.id ? -1 : 1),
    )
    .map((rung) => rung.practice.id);
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
