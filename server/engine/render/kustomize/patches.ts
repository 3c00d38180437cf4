/** Patches of both kinds: what they are written in, which objects they are meant for, and what they do to them. */
import type { Place } from "../../../../model/edit.ts";
import { allEntries } from "../../tree/read.ts";
import type { MapTree, Tree } from "../../tree/tree.ts";
import { idKey, nameOf, objectId } from "./identity.ts";
import { type Item, typeOf } from "./item.ts";
import { jsonPatch } from "./json-patch.ts";
import { find, isUnknown, mapOf, removeAt, Spot, setAt, stringAt, textOf } from "./nodes.ts";
import { invalid, Refusal } from "./refusal.ts";
import { patternSelector } from "./selector.ts";
import { conflicts, ItemStep, type Problems, type Step } from "./step.ts";
import { strategicMerge } from "./strategic-merge.ts";

export interface PatchOptions {
  readonly target: Spot | undefined;
  readonly allowNameChange: boolean;
  readonly allowKindChange: boolean;
  /** Where it is named. */
  readonly place: Place;
  /** One of the old fields: a JSON patch leaves no trace there of what an object was called. */
  readonly legacy?: boolean;
}

/** The steps that a patch consists of: one for each document of a merge patch. */
export function patchSteps(documents: readonly Spot[], options: PatchOptions): readonly Step[] {
  const [first, ...others] = documents;
  if (first === undefined) throw invalid("empty", options.place);
  if (first.node.kind === "list") return [jsonStep(first, options)];
  for (const patch of documents) checkPatch(patch);
  if (options.target === undefined) return documents.map((patch) => new NamedPatchStep(patch, options));
  if (others.length > 0) throw invalid("target", options.target.place);
  return [new TargetPatchStep(first, options, options.target)];
}

function checkPatch(patch: Spot): void {
  if (isUnknown(patch.node)) return;
  const name = find(patch.node, "metadata", "name");
  if (patch.node.kind !== "map" || textOf(find(patch.node, "kind")) === "") throw invalid("kind", patch.place);
  if (name === undefined || (textOf(name) === "" && !isUnknown(name))) throw invalid("metadata.name", patch.place);
}

/** A merge patch for the one object that it names. */
class NamedPatchStep implements Step {
  readonly #key: string;
  readonly #name: string;
  readonly #isKnown: boolean;
  readonly #patch: Spot;
  readonly #each: ItemStep;

  constructor(patch: Spot, options: PatchOptions) {
    const type = typeOf(patch.node);
    const name = textOf(find(patch.node, "metadata", "name"));
    const id = objectId(type, name, textOf(find(patch.node, "metadata", "namespace")));
    this.#key = idKey(id);
    this.#name = nameOf(id);
    this.#isKnown = !isUnknown(find(patch.node, "metadata", "name"));
    this.#patch = patch;
    const whole = options.legacy === true ? withTexts(patch) : patch;
    this.#each = new ItemStep(options.place, (item) => patched(item, whole, options));
  }

  run(items: readonly Item[], problems: Problems): readonly Item[] {
    const matches = items.filter((item) => item.keys.includes(this.#key));
    const [target, ...others] = matches;
    if (target === undefined || others.length > 0) {
      const code = target === undefined ? "target" : "conflict";
      const place = (this.#patch.at("metadata")?.at("name") ?? this.#patch).place;
      if (this.#isKnown) problems.refused(new Refusal(code, { object: this.#name }), place);
      return items;
    }
    const result = this.#each.apply(target, problems);
    return items.flatMap((item) => (item === target ? (result ?? []) : [item]));
  }
}

/** A merge patch for all objects that a target selects. */
class TargetPatchStep implements Step {
  readonly #selects: (item: Item) => boolean;
  readonly #each: ItemStep;
  readonly #place: Place;

  constructor(patch: Spot, options: PatchOptions, target: Spot) {
    this.#selects = patternSelector(target);
    this.#place = options.place;
    const texts = withTexts(patch);
    this.#each = new ItemStep(options.place, (item) => patched(item, texts, options));
  }

  run(items: readonly Item[], problems: Problems): readonly Item[] {
    const result: Item[] = [];
    for (const item of items) {
      const changed = this.#selects(item) ? this.#each.apply(item, problems) : item;
      if (changed !== undefined) result.push(changed);
    }
    for (const item of conflicts(result)) problems.error("conflict", this.#place, { object: nameOf(item.id) });
    return result;
  }
}

/**
 * The patch with labels and annotations that are texts, and no others: nothing takes one away. This is what the tool
 * makes of a patch before it applies it to what it selected.
 */
function withTexts(patch: Spot): Spot {
  let tree = patch.node;
  for (const field of ["labels", "annotations"]) {
    const spot = patch.at("metadata")?.at(field);
    if (spot === undefined || tree.kind !== "map") continue;
    const entries = spot.entries().map(([key, value]): readonly [string, Tree] => {
      const { node } = value;
      const text = node.kind === "scalar" ? node.text : "";
      return [key, isUnknown(node) ? node : stringAt(text, value.place)];
    });
    if (isUnknown(spot.node)) continue;
    const path = ["metadata", field];
    tree = entries.length === 0 ? removeAt(tree, path) : setAt(tree, path, mapOf(entries, spot.place));
  }
  return Spot.at(tree, patch.place);
}

function patched(item: Item, patch: Spot, options: PatchOptions): Item | undefined {
  const previous = options.allowNameChange || options.allowKindChange ? item.remembering() : item.past.previous;
  const merged = strategicMerge(item.spot, patch);
  if (merged?.kind !== "map" || allEntries(merged).length === 0) return undefined;
  const before = item.tree;
  // What an object is called is no matter of a patch unless it is said to be.
  let tree = restored(merged, before, "apiVersion");
  if (!options.allowKindChange) tree = restored(tree, before, "kind");
  if (!options.allowNameChange) tree = restored(tree, before, "metadata", "name");
  tree = restored(tree, before, "metadata", "namespace");
  return tree === before ? item : item.with(tree, { previous });
}

function restored(tree: MapTree, before: MapTree, ...path: readonly string[]): MapTree {
  const value = find(before, ...path);
  if (value === find(tree, ...path)) return tree;
  return value === undefined ? removeAt(tree, path) : setAt(tree, path, value);
}

function jsonStep(operations: Spot, options: PatchOptions): Step {
  const { target } = options;
  if (target === undefined) throw invalid("target", options.place);
  if (options.legacy === true && textOf(target.at("name")?.node) === "") throw invalid("target", target.place);
  const selects = patternSelector(target);
  return new ItemStep(options.place, (item) => {
    if (!selects(item)) return item;
    const tree = jsonPatch(item.spot, operations);
    if (tree.kind !== "map") throw invalid("not an object", operations.place);
    const previous = options.legacy === true ? item.past.previous : item.remembering();
    // The object is written out and read again on the way, so that no two of its fields are the same value any more.
    return tree === item.tree ? item.withPast({ previous, links: [] }) : item.with(tree, { previous, links: [] });
  });
}
