/** Examples of a practice, good and bad, out of its own test cases: what is shown is what is tested. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PracticeId } from "../model/kmm.ts";
import type { Example } from "../server/features/explain.ts";
import { type Case, readCases } from "../test/support/case-file.ts";

/** An example is read at a glance, or not at all. */
const MOST_LINES = 45;

/** The first bad example, with what its fix makes of it, or else the first good one; none where no case is short enough. */
export function examplesOf(id: PracticeId, root: string): readonly Example[] {
  const path = join(root, "model/practices", id, "cases.yaml");
  const cases = readCases(readFileSync(path, "utf8"), path).filter((one) => linesOf(one.files) <= MOST_LINES);
  const state = (one: Case) => new Set([...one.marks.map((mark) => mark.state), ...(one.counts?.keys() ?? [])]);
  const bad = cases.find((one) => state(one).has("unmet") && state(one).size === 1);
  const good = cases.find((one) => state(one).has("met") && state(one).size === 1);
  const fixed = bad !== undefined && bad.fixed.size > 0 && linesOf(bad.fixed) <= MOST_LINES ? bad.fixed : undefined;
  return [
    ...(bad === undefined ? [] : [{ good: false, files: filesOf(bad.files) }]),
    ...(fixed === undefined ? [] : [{ good: true, files: filesOf(fixed) }]),
    ...(fixed !== undefined || good === undefined ? [] : [{ good: true, files: filesOf(good.files) }]),
  ];
}

function linesOf(files: ReadonlyMap<string, string>): number {
  return [...files.values()].reduce((sum, text) => sum + text.split("\n").length, 0);
}

function filesOf(files: ReadonlyMap<string, string>): Example["files"] {
  return [...files].map(([path, text]) => ({ path: path.slice(1), text }));
}
