/** `kustomize build`, in this process: the objects that a kustomization comes to, each knowing where it was written. */
import type { DocumentRef, Place } from "../../../../model/edit.ts";
import { once } from "../../../../model/memo.ts";
import { allEntries } from "../../tree/read.ts";
import type { MapTree, Tree } from "../../tree/tree.ts";
import { scalarValue } from "../plain-object.ts";
import type { RenderedObject, Rendering } from "../rendered.ts";
import { accumulate, overlaid } from "./accumulate.ts";
import type { KustomizeFiles } from "./files.ts";
import { contentHash } from "./hash.ts";
import { nameOf } from "./identity.ts";
import type { Item } from "./item.ts";
import { followNames } from "./name-references.ts";
import { find, isNull, removeAt, scalarAt, setAt, stringAt, textOf, unknownAt, withEntry } from "./nodes.ts";
import { inOrder } from "./order.ts";
import { conflicts, Problems } from "./step.ts";
import { resolveVars } from "./vars.ts";

export type { KustomizeFiles } from "./files.ts";

/** What kustomize gives, and which texts would tell more. */
export interface KustomizeRendering extends Rendering {
  /** URIs of files that are there, and that have to be read for all of it to be known. */
  readonly texts: ReadonlySet<string>;
}

/** Fields of a kustomization that a GitOps object adds on top. */
export interface KustomizeOverrides {
  readonly document: DocumentRef;
  readonly tree: Tree;
}

/**
 * Builds the kustomization in a file. What did not change since the last build is the same object as it was then; an
 * object that nothing changed is its document's own.
 */
export function buildKustomization(
  uri: string,
  files: KustomizeFiles,
  overrides?: KustomizeOverrides,
): KustomizeRendering {
  const gathered = accumulate(uri, files);
  const all = overrides === undefined ? gathered : overlaid(gathered, overrides, uri, files);
  const problems = new Problems();
  problems.include(all.problems);
  const root = all.kustomization.root.place;
  if (files.documents(uri) === undefined) problems.error("missing", root, { path: uri });
  const texts = all.wanted;
  if (problems.failed)
    return { objects: [], problems: problems.all, files: all.files, complete: false, failed: true, texts };

  let items = all.items.map((item) => (item.past.hashed ? hashed(item) : item));
  items = [...followNames(items, all.tables.nameReference, problems)];
  items = [...resolveVars(items, all.vars, all.tables.varReference, problems)];
  items = items.filter((item) => !isLocal(item));
  try {
    items = [...inOrder(items, all.kustomization.at("sortOptions"))];
  } catch (error) {
    problems.refused(error, root);
  }
  for (const item of conflicts(items)) problems.error("conflict", root, { object: nameOf(item.id) });
  const managed = all.kustomization.list("buildMetadata").find((spot) => textOf(spot.node) === "managedByLabel");
  const objects = problems.failed
    ? []
    : items.map((item) => rendered(managed === undefined ? item : labelled(item, managed.place)));
  return {
    objects,
    problems: problems.all,
    files: all.files,
    complete: !problems.failed && !problems.uncertain,
    failed: problems.failed,
    texts,
  };
}

const hashes = new WeakMap<Item, Item>();

/** The object with its name as it is in the end; not known when what it holds is not. */
function hashed(item: Item): Item {
  let result = hashes.get(item);
  if (result === undefined) {
    const before = find(item.tree, "metadata", "name");
    const place: Place = before?.origin ?? item.declared;
    const name = item.past.unknown
      ? { ...unknownAt(place), text: item.name }
      : stringAt(`${item.name}-${contentHash(item)}`, place);
    result = item.with(setAt(item.tree, ["metadata", "name"], name), { previous: item.remembering() });
    hashes.set(item, result);
  }
  return result;
}

/** Meant for other tools alone. */
const isLocal = once((item: Item): boolean => {
  const mark = find(item.tree, "metadata", "annotations", "config.kubernetes.io/local-config");
  return mark !== undefined && textOf(mark) !== "false";
});

const labelledItems = new WeakMap<Item, Item>();

function labelled(item: Item, place: Place): Item {
  let result = labelledItems.get(item);
  if (result === undefined) {
    const label = stringAt("kustomize-v5.7.1", place);
    result = item.with(setAt(item.tree, ["metadata", "labels", "app.kubernetes.io/managed-by"], label));
    labelledItems.set(item, result);
  }
  return result;
}

const renderings = new WeakMap<Item, RenderedObject>();

function rendered(item: Item): RenderedObject {
  let object = renderings.get(item);
  if (object === undefined) {
    const finished = withTextAnnotations(item);
    object = finished.changed === undefined ? new Untouched(finished) : new Changed(finished);
    renderings.set(item, object);
  }
  return object;
}

/** Annotations are texts in the end, whatever they look like, and none are left out. */
function withTextAnnotations(item: Item): Item {
  const metadata = find(item.tree, "metadata");
  const annotations = find(metadata, "annotations");
  if (annotations === undefined || metadata?.kind !== "map") return item;
  if (annotations.kind !== "map" || allEntries(annotations).length === 0) {
    if (annotations.kind === "map" || isNull(annotations))
      return item.with(removeAt(item.tree, ["metadata", "annotations"]));
    return item;
  }
  let map: MapTree = annotations;
  for (const { key, value } of allEntries(annotations)) {
    if (value.kind !== "scalar" || value.unknown === true || typeof scalarValue(value) === "string") continue;
    const { origin } = value;
    const text =
      origin === undefined ? { ...scalarAt(value.text, "double", item.declared) } : stringAt(value.text, origin);
    if (origin === undefined) delete (text as { origin?: Place }).origin;
    map = withEntry(map, key, text);
  }
  return map === annotations ? item : item.with(setAt(item.tree, ["metadata", "annotations"], map));
}

/** An object as its document has it: its tree is read when it is asked for. */
class Untouched implements RenderedObject {
  readonly document: RenderedObject["document"];
  readonly path: RenderedObject["path"];
  readonly untouched = true;
  readonly #item: Item;

  constructor(item: Item) {
    this.#item = item;
    this.document = item.declared.document;
    this.path = item.declared.path;
  }

  get tree(): MapTree {
    return this.#item.tree;
  }
}

class Changed implements RenderedObject {
  readonly document: RenderedObject["document"];
  readonly path: RenderedObject["path"];
  readonly tree: MapTree;
  readonly untouched = false;

  constructor(item: Item) {
    this.tree = item.tree;
    this.document = item.declared.document;
    this.path = item.declared.path;
  }
}
