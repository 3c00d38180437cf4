/** What went and what came between two states of the files. */
import type { Resource } from "../../model/facts.ts";
import type { FileEntry } from "./files.ts";
import type { ReadonlyLayers } from "./layers.ts";

/** Notes which objects of a file went and which came. */
export function compare(
  old: readonly Resource[],
  now: readonly Resource[],
  removed: Resource[],
  added: Resource[],
): void {
  if (old === now) return;
  const kept = new Set(now);
  const had = new Set(old);
  // What only changed places in its file is taken out and put in again, so that it stands where it would afresh.
  const moved = !isInOrder(
    [...had].filter((resource) => kept.has(resource)),
    now,
  );
  for (const resource of had) if (moved || !kept.has(resource)) removed.push(resource);
  for (const resource of kept) if (moved || !had.has(resource)) added.push(resource);
}

function isInOrder<T>(some: readonly T[], all: readonly T[]): boolean {
  let at = -1;
  return some.every((one) => {
    const before = at;
    at = all.indexOf(one, before + 1);
    return at > before;
  });
}

/** What is in one of them only. */
export function differences(one: ReadonlySet<string>, other: ReadonlySet<string>): readonly string[] {
  if (one === other) return [];
  return [...[...one].filter((item) => !other.has(item)), ...[...other].filter((item) => !one.has(item))];
}

/** The place of each object among those of its file. Counted once for a file, which may hold thousands. */
export function positions(files: ReadonlyLayers<FileEntry>): (resource: Resource) => number {
  const counted = new Map<string, ReadonlyMap<Resource, number>>();
  return (resource) => {
    const { uri } = resource.document;
    let places = counted.get(uri);
    if (places === undefined) {
      places = new Map((files.get(uri)?.resources ?? []).map((one, index) => [one, index]));
      counted.set(uri, places);
    }
    return places.get(resource) ?? 0;
  };
}
