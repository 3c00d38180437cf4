/**
 * The Kubernetes Maturity Model: five dimensions with five levels each, 25 cells.
 * The names of dimensions and cells are texts (`text/en.json`, `text/sv.json`); here are only their identities.
 */

export const DIMENSIONS = ["culture", "architecture", "automation", "security", "scalability"] as const;

/** One of the five rows of the grid. */
export type Dimension = (typeof DIMENSIONS)[number];

export const LEVELS = [1, 2, 3, 4, 5] as const;

/** A rung of the ladder. There is no level 0: what can be judged at all is at least at level 1. */
export type Level = (typeof LEVELS)[number];

/** One of the 25 cells, such as `security/3` (Security Scanning). */
export type CellId = `${Dimension}/${Level}`;

/** `<dimension>/<practice folder>`, such as `security/run-as-non-root`. Never reused once retired. */
export type PracticeId = `${Dimension}/${string}`;

export function isDimension(value: unknown): value is Dimension {
  return (DIMENSIONS as readonly unknown[]).includes(value);
}

export function isLevel(value: unknown): value is Level {
  return (LEVELS as readonly unknown[]).includes(value);
}

export function dimensionOf(id: PracticeId): Dimension {
  return id.slice(0, id.indexOf("/")) as Dimension;
}

export function cellOf(dimension: Dimension, level: Level): CellId {
  return `${dimension}/${level}`;
}
