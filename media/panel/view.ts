/** What the reader of the panel has chosen, and how keys and clicks change it. Pure data, kept over reloads. */
import type { Dimension, Level, PracticeId } from "../../model/kmm.ts";
import { DIMENSIONS, isDimension, isLevel, LEVELS } from "../../model/kmm.ts";
import type { Report } from "../../server/features/report-contract.ts";
import { asLens, type Lens } from "./lens.ts";

export interface Cell {
  dimension: Dimension;
  level: Level;
}

export interface View {
  /** The cell whose detail shows; `null` until the reader has chosen one. */
  selected: Cell | null;
  /** The cell that Tab leads to, moved by the arrow keys; the selected one when `null`. */
  focused: Cell | null;
  filter: "unmet" | "all";
  /** The environment whose levels show, or `null` for all; kept while it is missing, as half-typed files are mended. */
  lens: Lens | null;
  /** Practices whose findings are open or shut against their default. */
  toggled: readonly PracticeId[];
  /** How often "show more" was used on a practice's list. */
  more: Readonly<Record<string, number>>;
}

export const INITIAL: View = {
  selected: null,
  focused: null,
  filter: "unmet",
  lens: null,
  toggled: [],
  more: {},
};

/** The cell to show before anyone chose: what stands in the way of the weakest dimension. */
export function defaultCell(report: Report): Cell {
  let weakest: Cell = { dimension: "security", level: 1 };
  let lowest = Number.POSITIVE_INFINITY;
  for (const { id, level } of report.dimensions) {
    if (level === null || level >= lowest) continue;
    lowest = level;
    weakest = { dimension: id, level: clampLevel(level + 1) };
  }
  return weakest;
}

export function select(view: View, cell: Cell): View {
  return { ...view, selected: cell, focused: cell };
}

export function toggle(view: View, practice: PracticeId): View {
  const toggled = view.toggled.filter((it) => it !== practice);
  return { ...view, toggled: toggled.length < view.toggled.length ? toggled : [...toggled, practice] };
}

export function showMore(view: View, practice: string): View {
  return { ...view, more: { ...view.more, [practice]: (view.more[practice] ?? 0) + 1 } };
}

/** Where a key of the ARIA grid pattern leads from a cell, or `null` for a key that is not the grid's. */
export function move({ dimension, level }: Cell, key: string, control = false): Cell | null {
  const row = DIMENSIONS.indexOf(dimension);
  const last = DIMENSIONS.length - 1;
  switch (key) {
    case "ArrowLeft":
      return { dimension, level: clampLevel(level - 1) };
    case "ArrowRight":
      return { dimension, level: clampLevel(level + 1) };
    case "ArrowUp":
      return { dimension: rowAt(row - 1), level };
    case "ArrowDown":
      return { dimension: rowAt(row + 1), level };
    case "Home":
      return { dimension: control ? rowAt(0) : dimension, level: 1 };
    case "End":
      return { dimension: control ? rowAt(last) : dimension, level: 5 };
    case "PageUp":
      return { dimension: rowAt(0), level };
    case "PageDown":
      return { dimension: rowAt(last), level };
    default:
      return null;
  }
}

/** A view as it was saved, or what is left of it when the saved state is from another version. */
export function restoreView(saved: unknown): View {
  if (typeof saved !== "object" || saved === null) return INITIAL;
  const { selected, filter, lens } = saved as { selected?: unknown; filter?: unknown; lens?: unknown };
  return { ...INITIAL, selected: asCell(selected), filter: filter === "all" ? "all" : "unmet", lens: asLens(lens) };
}

function asCell(value: unknown): Cell | null {
  if (typeof value !== "object" || value === null) return null;
  const { dimension, level } = value as { dimension?: unknown; level?: unknown };
  return isDimension(dimension) && isLevel(level) ? { dimension, level } : null;
}

function clampLevel(level: number): Level {
  return LEVELS[Math.min(Math.max(level, 1), LEVELS.length) - 1] ?? 1;
}

function rowAt(index: number): Dimension {
  return DIMENSIONS[Math.min(Math.max(index, 0), DIMENSIONS.length - 1)] ?? "culture";
}
