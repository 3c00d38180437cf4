/** Names that a file refers to and that nothing in the workspace makes, as far as that can be told. */
import { besides } from "./claims.ts";
import type { Field, GroupKind, Resource, Scope, World } from "./facts.ts";
import { mayBeMade } from "./makers.ts";
import { once } from "./memo.ts";

/** Something that ought to be there. */
export interface Missing {
  /** The one object of the kind whose name is almost the same. */
  readonly near: Resource | undefined;
  /** One of that very name in a namespace where it does not help. */
  readonly elsewhere: Resource | undefined;
}

/** What is looked for: the name's text may be a part of what the field says. */
export interface Wanted {
  readonly kind: GroupKind;
  readonly text: string;
  readonly field: Field;
  readonly scope: Scope;
}

const byName = once((objects: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> => {
  const names = new Map<string, Resource[]>();
  for (const one of objects) {
    const list = names.get(one.displayName);
    if (list === undefined) names.set(one.displayName, [one]);
    else list.push(one);
  }
  return names;
});

/** Objects of one kind that bear the name as it is written. */
export function called(kind: GroupKind, text: string, world: World, scope?: Scope): readonly Resource[] {
  return byName(world.resources(kind, scope)).get(text) ?? [];
}

/**
 * An object that no file holds, though others of its kind are kept beside the one that names it. Nothing where it may
 * as well be made elsewhere: by an operator, a chart, a command, a person.
 */
export function missing(wanted: Wanted, from: Resource, world: World): Missing | undefined {
  const { kind, text, field, scope } = wanted;
  if (scope === "unknown" || !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)) return undefined;
  // In a chart, what its values name is for its users to provide.
  if (from.chart !== undefined && field.place.decided !== undefined) return undefined;
  const same = called(kind, text, world);
  // One of that name, applied to who knows what namespace, may be the one that is meant.
  if (same.some((one) => !one.scope.startsWith("ns:") || !scope.startsWith("ns:"))) return undefined;
  if (mayBeMade(wanted, from, world)) return undefined;
  const own = world.resources(kind, scope).filter((one) => !one.conditional);
  const beside = besides(from, own);
  const together = beside.length > 0 ? beside : own.filter((one) => isPackedWith(one, from, world));
  if (together.length === 0) return undefined;
  const alike = new Set(own.filter((one) => isNear(one.displayName, text)));
  const [near] = alike.size === 1 ? alike : [];
  // A chart comes into a namespace where there is more than it brings.
  if (near === undefined && from.chart !== undefined) return undefined;
  return { near, elsewhere: same[0] };
}

/** The objects come out of the same chart or kustomization. */
function isPackedWith(one: Resource, other: Resource, world: World): boolean {
  const folder = world.packageOf(other.document)?.folder;
  return folder !== undefined && world.packageOf(one.document)?.folder === folder;
}

/** A slip of the hand apart: a letter more, less, other or out of order, or only case and punctuation. */
export function isNear(one: string, other: string): boolean {
  if (one === other) return false;
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (plain(one) === plain(other)) return true;
  if (Math.min(one.length, other.length) < 4) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  let end = 0;
  const most = Math.min(one.length, other.length) - start;
  while (end < most && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  const [left, right] = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  // Names that differ by a number are meant to differ.
  if (/\d/.test(left + right)) return false;
  const swapped = left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
  return swapped || (left.length <= 1 && right.length <= 1);
}
