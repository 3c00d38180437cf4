/** A rendered object as facts are read from it. */
import type { Key, Place } from "../../../model/edit.ts";
import type { ReadableDocument } from "../field.ts";
import type { SourceDocument } from "../source.ts";
import { lookup } from "../tree/read.ts";
import type { Tree } from "../tree/tree.ts";
import { placeIn } from "./graft.ts";
import type { RenderedObject } from "./rendered.ts";

export class RenderedDocument implements ReadableDocument {
  /** The document that declares the object: what comments, waivers and deliveries are looked up by. */
  readonly declared: SourceDocument;
  readonly uri: string;
  readonly yaml11: boolean;
  readonly #object: RenderedObject;

  constructor(object: RenderedObject) {
    this.#object = object;
    this.declared = object.document;
    this.uri = object.document.uri;
    this.yaml11 = object.document.yaml11;
  }

  /** What nothing changed is read from the document itself, which need not keep its tree. */
  tree(): Tree | undefined {
    const { untouched, tree, document, path } = this.#object;
    return untouched ? nodeAt(document.tree(), path) : tree;
  }

  placeOf(path: readonly Key[]): Place {
    const { untouched, tree, document } = this.#object;
    return untouched ? { document, path: [...this.#object.path, ...path] } : placeIn(tree, document, path);
  }
}

function nodeAt(root: Tree | undefined, path: readonly Key[]): Tree | undefined {
  let node = root;
  for (const key of path) {
    if (node?.kind === "map" && typeof key === "string") node = lookup(node, key)?.value;
    else if (node?.kind === "list" && typeof key === "number") node = node.items[key];
    else return undefined;
  }
  return node;
}
