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
    // All below this one are found already.
    let below = 0;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const needs = steps[at]?.needs;
      const from = below;
      if (needs === undefined) below = Math.max(below, Math.min(at, steps.length));
      const next = needs?.flatMap((id) => ids.get(id) ?? []) ?? range(from, below);
      for (const one of next) {
        if (one === index || found.has(one)) continue;
        found.add(one);
        open.push(one);
      }
    }
    known.set(index, found);
    return found;
  };
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}

/** Splits what has names and needs into parts that have nothing to do with one another; each in the order given. */
export function connected<T extends { readonly name: string; readonly needs: readonly string[] }>(
  all: readonly T[],
): readonly (readonly T[])[] {
  const groups = new Map<T, number>(all.map((it, index) => [it, index]));
  for (const it of all) {
    for (const other of all) {
      const [from, to] = [groups.get(other), groups.get(it)];
      if (other === it || !it.needs.includes(other.name) || from === undefined || to === undefined) continue;
      for (const [member, group] of groups) if (group === from) groups.set(member, to);
    }
  }
  return [...new Set(groups.values())].map((group) => all.filter((it) => groups.get(it) === group));
}
