/** One object on its way through a build: what it looks like now, and what it was called before. It never changes. */
import type { Key } from "../../../../model/edit.ts";
import type { SourceDocument } from "../../source.ts";
import { allEntries, childOf, nodeAt } from "../../tree/read.ts";
import type { MapTree, Tree } from "../../tree/tree.ts";
import { withOrigin } from "../graft.ts";
import { idKey, isClusterScoped, type ObjectId, type ObjectType, objectId, parseApiVersion } from "./identity.ts";
import { find, isNull, mapOf, Spot, textOf, withEntry, withItem } from "./nodes.ts";

/** Where an object is declared. */
export interface Declaration {
  readonly document: SourceDocument;
  readonly path: readonly Key[];
}

export interface Alias {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
}

/**
 * One value in several fields. The tool puts a label into all its fields as one and the same value, so that whatever
 * changes one of them later on (a patch, another label) changes all of them.
 */
export interface Link {
  readonly value: Tree;
  readonly paths: readonly (readonly Key[])[];
}

export type Behavior = "create" | "merge" | "replace";

/** What a build knows of an object beside its tree. */
export interface Past {
  /** What it was called, the oldest first. */
  readonly previous: readonly Alias[];
  readonly prefixes: readonly string[];
  readonly suffixes: readonly string[];
  /** Its name ends in a hash of what it holds. */
  readonly hashed: boolean;
  /** A generator made it from something that is not known. */
  readonly unknown: boolean;
  readonly behavior: Behavior;
  /** Variables that take a value from it. */
  readonly vars: readonly string[];
  readonly links: readonly Link[];
}

const NO_PAST: Past = {
  previous: [],
  prefixes: [],
  suffixes: [],
  hashed: false,
  unknown: false,
  behavior: "create",
  vars: [],
  links: [],
};

const EMPTY = mapOf([]);

export class Item {
  readonly declared: Declaration;
  readonly past: Past;
  /** Absent as long as it is as its document has it: such a tree can be read again at any time. */
  readonly changed: MapTree | undefined;
  #type: ObjectType | undefined;
  #id: ObjectId | undefined;
  #ids: readonly ObjectId[] | undefined;
  #key: string | undefined;
  #keys: readonly string[] | undefined;
  #isClusterScoped: boolean | undefined;

  constructor(declared: Declaration, changed: MapTree | undefined, past: Past = NO_PAST) {
    this.declared = declared;
    this.changed = changed;
    this.past = past;
  }

  get tree(): MapTree {
    if (this.changed !== undefined) return this.changed;
    const { document, path } = this.declared;
    const root = document.tree();
    const node = root === undefined ? undefined : nodeAt(root, path);
    return node?.kind === "map" ? node : EMPTY;
  }

  get spot(): Spot {
    return Spot.at(this.tree, this.declared);
  }

  get type(): ObjectType {
    this.#type ??= typeOf(this.tree);
    return this.#type;
  }

  get name(): string {
    return this.id.name;
  }

  /** As it is written; empty when it is not. */
  get namespace(): string {
    return textOf(find(this.tree, "metadata", "namespace"));
  }

  get id(): ObjectId {
    this.#id ??= objectId(this.type, textOf(find(this.tree, "metadata", "name")), this.namespace);
    return this.#id;
  }

  /** Everything it was called, the oldest first, without what it is called now. */
  get previousIds(): readonly ObjectId[] {
    if (this.#ids === undefined) {
      const { group, version } = this.type;
      this.#ids = this.past.previous.map(({ kind, name, namespace }) => ({ group, version, kind, name, namespace }));
    }
    return this.#ids;
  }

  /** Everything it is or was called. */
  get ids(): readonly ObjectId[] {
    return [...this.previousIds, this.id];
  }

  /** What tells it from all others in a cluster. */
  get key(): string {
    this.#key ??= idKey(this.id);
    return this.#key;
  }

  /** Its key, and those that it had before. */
  get keys(): readonly string[] {
    this.#keys ??= [...new Set([...this.previousIds.map(idKey), this.key])];
    return this.#keys;
  }

  get isClusterScoped(): boolean {
    this.#isClusterScoped ??= isClusterScoped(this.type);
    return this.#isClusterScoped;
  }

  /** What it was called first. */
  get originalId(): ObjectId {
    return this.previousIds[0] ?? this.id;
  }

  /** The object with another tree; its root always knows where the object is declared. */
  with(tree: MapTree, past: Partial<Past> = {}): Item {
    const rooted = tree.origin === undefined ? withOrigin(tree, this.declared) : tree;
    if (this.past.links.length === 0 || past.links !== undefined)
      return new Item(this.declared, rooted, { ...this.past, ...past });
    const [linked, links] = followLinks(rooted, this.past.links);
    return new Item(this.declared, linked, { ...this.past, ...past, links });
  }

  withPast(past: Partial<Past>): Item {
    return new Item(this.declared, this.changed, { ...this.past, ...past });
  }

  /** Remembers what it is called now, because that may be about to change. */
  remembering(): readonly Alias[] {
    const { kind, name, namespace } = this.id;
    return [...this.past.previous, { kind, name, namespace }];
  }
}

/** The tree with what changed in one field changed in all that are linked with it. */
function followLinks(tree: MapTree, links: readonly Link[]): readonly [MapTree, readonly Link[]] {
  let result = tree;
  const followed = links.map((link): Link => {
    const changed = link.paths
      .map((path) => nodeAt(result, path))
      .find((node) => node !== undefined && node.kind === "scalar" && node !== link.value);
    if (changed === undefined) return link;
    for (const path of link.paths)
      if (nodeAt(result, path) === link.value) {
        const replaced = replaceNode(result, path, 0, changed);
        if (replaced.kind === "map") result = replaced;
      }
    return { value: changed, paths: link.paths };
  });
  return [result, followed];
}

/** The tree with another node at a path that leads somewhere in it. */
export function replaceNode(tree: Tree, path: readonly Key[], depth: number, value: Tree): Tree {
  const key = path[depth];
  if (key === undefined) return value;
  const child = childOf(tree, key);
  if (child === undefined) return tree;
  const replaced = replaceNode(child, path, depth + 1, value);
  if (tree.kind === "map" && typeof key === "string") return withEntry(tree, key, replaced);
  return tree.kind === "list" && typeof key === "number" ? withItem(tree, key, replaced) : tree;
}

export function typeOf(tree: Tree): ObjectType {
  return { ...parseApiVersion(textOf(find(tree, "apiVersion"))), kind: textOf(find(tree, "kind")) };
}

const known = new WeakMap<SourceDocument, readonly Item[]>();

/** The objects that a document declares, lists taken apart; none for an empty one. */
export function itemsOf(document: SourceDocument): readonly Item[] {
  let items = known.get(document);
  if (items === undefined) {
    items = unfold(document);
    known.set(document, items);
  }
  return items;
}

function unfold(document: SourceDocument): readonly Item[] {
  const items: Item[] = [];
  const waiting: (readonly Key[])[] = [[]];
  // What a list holds comes behind everything that stands beside it, as the tool has it.
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const item = new Item({ document, path }, undefined);
    const { tree } = item;
    if (isEmpty(tree)) continue;
    const inner = item.type.kind.endsWith("List") ? find(tree, "items") : undefined;
    if (inner === undefined) items.push(item);
    else if (inner.kind === "list")
      for (let index = 0; index < inner.items.length; index++) waiting.push([...path, "items", index]);
  }
  return items;
}

function isEmpty(tree: Tree): boolean {
  return tree.kind === "map" ? allEntries(tree).length === 0 : isNull(tree);
}
