/** Which environments may meet in one cluster: each group is a world of its own. */
import type { EnvironmentUnit } from "../environments.ts";
import type { Rendering } from "./rendered.ts";
import type { EnvironmentSpec } from "./specs.ts";

/**
 * The group of each environment by its id; "" for what meets everything. Stages of delivery are clusters of their own, and
 * so are environments that apply the same files.
 */
export function groupsOf(
  rendered: readonly { readonly spec: EnvironmentSpec; readonly rendering: Rendering }[],
): ReadonlyMap<string, string> {
  const users = new Map<string, Set<string>>();
  for (const { spec, rendering } of rendered)
    for (const { document } of rendering.objects) {
      const ids = users.get(document.uri);
      if (ids === undefined) users.set(document.uri, new Set([spec.id]));
      else ids.add(spec.id);
    }
  const sharing = new Set([...users.values()].flatMap((ids) => (ids.size > 1 ? [...ids] : [])));
  const groups = new Map<string, string>();
  const taken = new Map<string, Set<string>>();
  for (const { spec, rendering } of rendered) {
    const name = spec.name.toLowerCase();
    if (!sharing.has(spec.id) && !isStage(name)) {
      groups.set(spec.id, "");
      continue;
    }
    // Two that apply the same files are two clusters, whatever both are called.
    const uris = new Set(rendering.objects.map(({ document }) => document.uri));
    const there = taken.get(name) ?? new Set();
    const twice = [...uris].some((uri) => there.has(uri));
    groups.set(spec.id, twice ? `${name} ${spec.id}` : name);
    if (!twice) taken.set(name, new Set([...there, ...uris]));
  }
  return groups;
}

function isStage(name: string): boolean {
  return /(^|[-_.])(dev|development|test|testing|qa|uat|int|integration|stage|staging|preprod|prod|production|live|local|sandbox|preview|demo)($|[-_.\d])/.test(
    name,
  );
}

/** Environments by their group, in their order. */
export function byGroup(units: readonly EnvironmentUnit[]): ReadonlyMap<string, readonly EnvironmentUnit[]> {
  const groups = new Map<string, EnvironmentUnit[]>();
  for (const unit of units) {
    const here = groups.get(unit.environment.group);
    if (here === undefined) groups.set(unit.environment.group, [unit]);
    else here.push(unit);
  }
  return groups;
}
