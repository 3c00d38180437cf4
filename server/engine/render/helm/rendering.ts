/** What helm printed as objects of the workspace: each node of them knows its template and the value that decides it. */
import type { Place } from "../../../../model/edit.ts";
import type { SourceDocument, SourceFile } from "../../source.ts";
import { parseDocumentText } from "../../tree/parse.ts";
import { allEntries } from "../../tree/read.ts";
import type { MapTree, Tree } from "../../tree/tree.ts";
import { withOrigin } from "../graft.ts";
import type { RenderedObject, Rendering } from "../rendered.ts";
import type { HelmBuild } from "../specs.ts";
import { Aligner, type LastTurns } from "./align.ts";
import { Evaluator } from "./evaluate.ts";
import { sequence } from "./match.ts";
import { type Chunk, chunksOf } from "./output.ts";
import { isSameAbsent, isSamePlace } from "./places.ts";
import { type Chart, type ChartFiles, Release } from "./sources.ts";
import { hasStandIn, withoutStandIns } from "./stand-ins.ts";
import { templateOf } from "./template.ts";

export interface HelmObject extends RenderedObject {
  /** The template that it comes from, as helm says: `shop/templates/deployment.yaml`. */
  readonly source: string;
  /** It comes from a chart that somebody else keeps. */
  readonly vendored: boolean;
  /** The values that conditions around its whole template ask for: where it is switched on. */
  readonly decidedBy: readonly Place[];
}

export interface HelmRendering extends Rendering {
  readonly objects: readonly HelmObject[];
}

/** What evaluating the templates of one chart may take, in steps. */
const BUDGET = 3_000_000;

/**
 * The objects in what `helm template` printed. When only templates or values were typed since, it may be called again
 * with the same output and the files as they are now: places are in the new texts. What did not change is the same
 * object as before.
 */
export function renderedChart(output: string, files: ChartFiles, build: HelmBuild): HelmRendering {
  const release = new Release(files, build);
  const bySource = new Map<string, Chunk[]>();
  for (const chunk of chunksOf(output)) {
    const same = bySource.get(chunk.source);
    if (same === undefined) bySource.set(chunk.source, [chunk]);
    else same.push(chunk);
  }
  const evaluators = new Map<Chart, Evaluator>();
  const objects = [...bySource].flatMap(([source, chunks]) => {
    const { chart, uri, dependency } = release.find(source);
    const file = uri === undefined ? undefined : files.source(uri);
    if (file === undefined || uri === undefined) return withoutTemplate(chunks, release, chart, dependency);
    release.files.add(uri);
    let evaluator = evaluators.get(chart);
    if (evaluator === undefined) {
      evaluator = new Evaluator(chart.scope, BUDGET);
      evaluators.set(chart, evaluator);
    }
    return fromTemplate(chunks, file, chart, evaluator, [file, ...release.stamp]);
  });
  const uris = new Set(release.files);
  if (build.inline !== undefined) uris.add(build.inline.document.uri);
  return { objects, problems: [], files: uris, complete: true, failed: false };
}

function treeOf(text: string): MapTree | undefined {
  const { tree } = parseDocumentText(text, { tier: "fast", templated: "never" });
  if (tree?.kind !== "map" || tree.entries.length === 0) return undefined;
  return hasStandIn(text) ? withoutStandIns(tree) : tree;
}

/** Charts that are packed, and templates that are not read: the chart around them answers for what they give. */
function withoutTemplate(
  chunks: readonly Chunk[],
  release: Release,
  chart: Chart,
  dependency: string | undefined,
): readonly HelmObject[] {
  const document = release.document(chart);
  if (document === undefined) return [];
  const path = dependency === undefined ? [] : release.dependencyPath(chart, dependency);
  const vendored = chart.vendored || dependency !== undefined;
  return chunks.flatMap(({ text, source }, at) =>
    remembered(document, `${source}\n${at}\n${text}`, [release.document(chart)], () => {
      const tree = treeOf(text);
      if (tree === undefined) return undefined;
      const place = { document, path };
      const object = { tree: withOrigin(tree, place), document, path: [], untouched: false };
      return { ...object, source, vendored, decidedBy: [] };
    }),
  );
}

function fromTemplate(
  chunks: readonly Chunk[],
  file: SourceFile,
  chart: Chart,
  evaluator: Evaluator,
  stamp: readonly unknown[],
): readonly HelmObject[] {
  const template = templateOf(file);
  const last: LastTurns = new Map();
  const alignerOf = (document: SourceDocument): Aligner => {
    const from = file.starts[file.indexOf(document)]?.offset ?? 0;
    const region = { from, to: from + document.text.length };
    return new Aligner(document, { tree: document.tree(), region, template }, evaluator, last);
  };
  const documents = documentsOf(chunks, file, stamp, alignerOf);
  const aligners = new Map<SourceDocument, number>();
  return chunks.flatMap(({ text, source }, at) => {
    const document = documents[at] ?? file.documents[0];
    if (document === undefined) return [];
    const turn = aligners.get(document) ?? 0;
    aligners.set(document, turn + 1);
    return remembered(document, `${turn}\n${text}`, stamp, () => {
      const tree = treeOf(text);
      if (tree === undefined) return undefined;
      const aligner = alignerOf(document);
      const aligned = aligner.object(tree);
      const object = { tree: aligned, document, path: [], untouched: false };
      return { ...object, source, vendored: chart.vendored, decidedBy: aligner.conditions() };
    });
  });
}

interface Origins {
  readonly texts: readonly string[];
  readonly stamp: readonly unknown[];
  readonly documents: readonly (SourceDocument | undefined)[];
}

const origins = new WeakMap<SourceFile, Origins>();

/** As long as nothing changed the answer is the one before. */
function documentsOf(
  chunks: readonly Chunk[],
  file: SourceFile,
  stamp: readonly unknown[],
  alignerOf: (document: SourceDocument) => Aligner,
): readonly (SourceDocument | undefined)[] {
  const texts = chunks.map(({ text }) => text);
  const before = origins.get(file);
  if (before !== undefined && isEqual(before.texts, texts) && isEqual(before.stamp, stamp)) return before.documents;
  const documents = documentsFor(chunks, file, alignerOf);
  origins.set(file, { texts, stamp, documents });
  return documents;
}

/** The document of a template file that each rendered one comes from. Those of one kind keep their order. */
function documentsFor(
  chunks: readonly Chunk[],
  file: SourceFile,
  alignerOf: (document: SourceDocument) => Aligner,
): readonly (SourceDocument | undefined)[] {
  // A document may be nothing but an action that prints all of it.
  const documents = file.documents.filter((one) => one.tree()?.kind === "map" || PRINTS.test(one.text));
  const [only, ...others] = documents;
  if (others.length === 0) return chunks.map(() => only);
  const trees = chunks.map(({ text }) => treeOf(text));
  const kinds = trees.map((tree) => kindOf(tree));
  const aligners = documents.map(alignerOf);
  const found: (SourceDocument | undefined)[] = [];
  for (const kind of new Set(kinds)) {
    const here = [...trees.keys()].filter((at) => kinds[at] === kind);
    const matches = sequence(
      here.map((at) => trees[at]),
      aligners,
      (tree, aligner) => (tree === undefined ? 0 : aligner.likeness(tree)),
      () => true,
    );
    for (const [index, at] of here.entries()) {
      const match = matches[index];
      found[at] = match === undefined ? undefined : documents[match];
    }
  }
  return found;
}

const PRINTS = /\{\{-?\s*(?!\/\*|(?:if|else|end|range|with|define|block)\b|\$\w+\s*:?=)/;

function kindOf(tree: Tree | undefined): string {
  const kind = tree?.kind === "map" ? tree.entries.find(({ key }) => key === "kind")?.value : undefined;
  return kind?.kind === "scalar" ? kind.text : "";
}

interface Remembered {
  readonly object: WeakRef<HelmObject>;
  stamp: readonly unknown[];
}

/** By the text of what was rendered. Most of what was typed on the way is held by nobody any more. */
class Known extends Map<string, readonly Remembered[]> {
  #most = 100;

  prune(): void {
    if (this.size <= this.#most) return;
    for (const [text, all] of this) if (all.every(({ object }) => object.deref() === undefined)) this.delete(text);
    this.#most = Math.max(100, this.size * 2);
  }
}

/** What was made of each document before, for as long as somebody holds it. */
const known = new WeakMap<SourceDocument, Known>();

/** The same object as before, when it is the same text and all of its places are the same. */
function remembered(
  document: SourceDocument,
  text: string,
  stamp: readonly unknown[],
  make: () => HelmObject | undefined,
): readonly HelmObject[] {
  let texts = known.get(document);
  if (texts === undefined) {
    texts = new Known();
    known.set(document, texts);
  }
  const before = (texts.get(text) ?? []).filter(({ object }) => object.deref() !== undefined);
  const last = before.find((one) => isEqual(one.stamp, stamp))?.object.deref();
  if (last !== undefined) return [last];
  const made = make();
  if (made === undefined) return [];
  const same = before.find(({ object }) => hasSamePlaces(object.deref(), made));
  const kept = same?.object.deref();
  if (same !== undefined && kept !== undefined) {
    same.stamp = stamp;
    return [kept];
  }
  texts.set(text, [...before, { object: new WeakRef(made), stamp }]);
  texts.prune();
  return [made];
}

function isEqual(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((part, at) => part === other[at]);
}

function hasSamePlaces(one: HelmObject | undefined, other: HelmObject): boolean {
  if (one === undefined || one.source !== other.source || one.vendored !== other.vendored) return false;
  if (one.decidedBy.length !== other.decidedBy.length) return false;
  if (!one.decidedBy.every((place, at) => isSamePlace(place, other.decidedBy[at]))) return false;
  return hasSameOrigins(one.tree, other.tree);
}

/** Both were read from the same text. */
function hasSameOrigins(one: Tree, other: Tree): boolean {
  if (!isSamePlace(one.origin, other.origin)) return false;
  if (one.kind === "map" && other.kind === "map") {
    if (!isSameAbsent(one, other)) return false;
    const entries = allEntries(other);
    return allEntries(one).every(({ value }, at) => {
      const pair = entries[at];
      return pair !== undefined && hasSameOrigins(value, pair.value);
    });
  }
  if (one.kind !== "list" || other.kind !== "list") return true;
  return one.items.every((item, at) => {
    const pair = other.items[at];
    return pair !== undefined && hasSameOrigins(item, pair);
  });
}
