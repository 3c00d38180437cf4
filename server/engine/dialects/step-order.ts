/** Steps of one job that do not all run one after another. */

/** How a step waits: for all before it where it says nothing, else for those that it names. */
export interface Waiting {
  readonly id: string | undefined;
  readonly needs: readonly string[] | undefined;
}

/** Which steps, by their index, have passed when one starts. Of steps with one name, all are waited for. */
export function waitsOf(steps: readonly (Waiting | undefined)[]): (index: number) => ReadonlySet<number> {
  const ids = new Map<string, number[]>();
  for (const [index, step] of steps.entries()) {
    if (step?.id === undefined) continue;
    const same = ids.get(step.id);
    if (same === undefined) ids.set(step.id, [index]);
    else same.push(index);
  }
  const known = new Map<number, ReadonlySet<number>>();
  return (index) => {
    const before = known.get(index);
    if (before !== undefined) return before;
    const found = new Set<number>();
    const open = [index];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const next of needsOf(at)) {
        if (next === index || found.has(next)) continue;
        found.add(next);
        open.push(next);
      }
    }
    known.set(index, found);
    return found;
  };

  function needsOf(index: number): readonly number[] {
    const step = steps[index];
    if (step?.needs !== undefined) return step.needs.flatMap((id) => ids.get(id) ?? []);
    return Array.from({ length: Math.min(index, steps.length) }, (_, at) => at);
  }
}
