/** Kustomizations for tests: from texts, which can be edited, or from a folder of the checkout. */
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Place } from "../../model/edit.ts";
import { placeIn } from "../../server/engine/render/graft.ts";
import {
  buildKustomization,
  type KustomizeFiles,
  type KustomizeRendering,
} from "../../server/engine/render/kustomize/build.ts";
import type { RenderedObject } from "../../server/engine/render/rendered.ts";
import { SourceFile } from "../../server/engine/source.ts";
import { lookup } from "../../server/engine/tree/read.ts";
import type { Tree } from "../../server/engine/tree/tree.ts";

const READING = { yaml: true, yaml11: true, templated: "auto" } as const;
const NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
const ROOT = "file:///w";

/** Files given as texts by path. An edit keeps every document that it does not change. */
export class TextFiles implements KustomizeFiles {
  readonly #files = new Map<string, SourceFile>();
  /** Files of which the name alone is known. */
  readonly #names = new Set<string>();

  constructor(texts: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(texts)) this.write(path, text);
  }

  write(path: string, text: string): void {
    const uri = `${ROOT}/${path}`;
    this.#files.set(uri, new SourceFile(uri, undefined, text, READING, this.#files.get(uri)));
  }

  remove(path: string): void {
    this.#files.delete(`${ROOT}/${path}`);
  }

  nameOnly(path: string): void {
    this.remove(path);
    this.#names.add(`${ROOT}/${path}`);
  }

  documents(uri: string) {
    return this.#files.get(uri)?.documents;
  }

  text(uri: string) {
    return this.#files.get(uri)?.text;
  }

  exists(uri: string): boolean {
    return this.#files.has(uri) || this.#names.has(uri);
  }

  kustomizationIn(folder: string) {
    return NAMES.map((name) => `${folder}/${name}`).find((uri) => this.exists(uri));
  }

  build(folder = ""): KustomizeRendering {
    const path = folder === "" ? ROOT : `${ROOT}/${folder}`;
    return buildKustomization(this.kustomizationIn(path) ?? `${path}/kustomization.yaml`, this);
  }
}

export function kustomize(texts: Readonly<Record<string, string>>, folder = ""): KustomizeRendering {
  return new TextFiles(texts).build(folder);
}

/** Files of the disk, each read once. */
export function diskFiles(): KustomizeFiles {
  const read = new Map<string, SourceFile | undefined>();
  const file = (uri: string): SourceFile | undefined => {
    if (!read.has(uri)) {
      const path = fileURLToPath(uri);
      const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
      read.set(uri, isFile ? new SourceFile(uri, undefined, readFileSync(path, "utf8"), READING) : undefined);
    }
    return read.get(uri);
  };
  return {
    documents: (uri) => file(uri)?.documents,
    text: (uri) => file(uri)?.text,
    exists: (uri) => file(uri) !== undefined,
    kustomizationIn: (folder) => NAMES.map((name) => `${folder}/${name}`).find((uri) => file(uri) !== undefined),
  };
}

/** The object of this kind and name, or of this name alone. */
export function objectOf(rendering: KustomizeRendering, name: string): RenderedObject {
  const found = rendering.objects.find((object) => {
    const [kind, called] = name.includes("/") ? name.split("/") : [undefined, name];
    const text = (...path: string[]) => textAt(object.tree, path);
    return (kind === undefined || text("kind") === kind) && text("metadata", "name") === called;
  });
  if (found === undefined)
    throw new Error(
      `no ${name} among ${rendering.objects.map((one) => textAt(one.tree, ["metadata", "name"])).join(", ")}; ${JSON.stringify(rendering.problems.map(({ code, args }) => [code, args]))}`,
    );
  return found;
}

function nodeAt(tree: Tree | undefined, path: readonly (string | number)[]): Tree | undefined {
  let node = tree;
  for (const key of path)
    node =
      node?.kind === "map" && typeof key === "string"
        ? lookup(node, key)?.value
        : node?.kind === "list" && typeof key === "number"
          ? node.items[key]
          : undefined;
  return node;
}

export function textAt(tree: Tree | undefined, path: readonly (string | number)[]): string | undefined {
  const node = nodeAt(tree, path);
  return node?.kind === "scalar" ? node.text : undefined;
}

/** Where a field of a rendered object was written: the file, and the path inside it. */
export function writtenAt(object: RenderedObject, ...path: readonly (string | number)[]): string {
  return shown(placeIn(object.tree, object.document, path));
}

export function shown(place: Place): string {
  const file = place.document.uri.replace(`${ROOT}/`, "");
  return `${file} ${place.path.join(".")}${place.span === undefined ? "" : ` [${textOf(place)}]`}`;
}

/** The part of a text that a place is about. */
function textOf(place: Place): string {
  const document = place.document as { tree?: () => Tree | undefined };
  const text = textAt(document.tree?.(), place.path) ?? "";
  return place.span === undefined ? text : text.slice(place.span[0], place.span[1]);
}
