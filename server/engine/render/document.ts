/** A rendered object as facts are read from it. */
import type { Key, Place } from "../../../model/edit.ts";
import type { ReadableDocument } from "../field.ts";
import type { SourceDocument } from "../source.ts";
import { nodeAt } from "../tree/read.ts";
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
