/** One kustomization's own part of a build: the steps that it takes, in the order in which the tool takes them. */
import type { SourceDocument } from "../../source.ts";
import type { FieldTables } from "./field-tables.ts";
import { type Inquiry, isRemote, isWithin, uriOf } from "./files.ts";
import { imageStep } from "./images.ts";
import { inlineDocuments } from "./inline.ts";
import { itemsOf } from "./item.ts";
import type { Kustomization } from "./kustomization.ts";
import { labelFields, pairsStep } from "./labels.ts";
import { affixStep } from "./names.ts";
import { NamespaceStep } from "./namespace.ts";
import { Spot, textOf } from "./nodes.ts";
import { patchSteps } from "./patches.ts";
import { invalid, Refusal } from "./refusal.ts";
import { ReplacementStep } from "./replacements.ts";
import { ReplicasStep } from "./replicas.ts";
import { Problems, type Step } from "./step.ts";

export interface Layer {
  readonly steps: readonly Step[];
  /** What could not be made a step. */
  readonly problems: Problems;
}

/** Steps are kept as long as what they are made from is the same, so that what they made of an object is kept too. */
export class StepCache {
  readonly #known = new Map<string, { readonly from: readonly unknown[]; readonly steps: readonly Step[] }>();

  steps(key: string, from: readonly unknown[], make: () => readonly Step[]): readonly Step[] {
    const before = this.#known.get(key);
    if (before !== undefined && before.from.length === from.length && from.every((one, at) => one === before.from[at]))
      return before.steps;
    const steps = make();
    this.#known.set(key, { from, steps });
    return steps;
  }
}

/** Reads what a kustomization names, from its folder. */
export class Reader {
  readonly files: Inquiry;
  readonly folder: string;
  /** URIs of files whose text is needed and not held. */
  readonly wanted: Set<string>;

  constructor(files: Inquiry, folder: string, wanted: Set<string>) {
    this.files = files;
    this.folder = folder;
    this.wanted = wanted;
  }

  /** The documents of a file that a kustomization names; refused when they cannot be had. */
  documents(spot: Spot): readonly SourceDocument[] {
    const path = textOf(spot.node);
    const uri = this.local(spot);
    const documents = this.files.documents(uri);
    if (documents === undefined) {
      if (!this.files.exists(uri)) throw new Refusal("missing", { path }, spot.place);
      this.wanted.add(uri);
      throw new Refusal("unsupported", { feature: path }, spot.place);
    }
    for (const document of documents) refuseBroken(document);
    return documents;
  }

  /** Files have to be in or below the folder of the kustomization. */
  local(spot: Spot): string {
    const path = textOf(spot.node);
    if (isRemote(path)) throw new Refusal("remote", { path }, spot.place);
    const uri = uriOf(this.folder, path);
    if (!isWithin(this.folder, uri) || path.startsWith("/")) throw invalid(path, spot.place);
    return uri;
  }
}

const BROKEN = new Set(["syntax", "duplicate-key", "alias-unresolved", "not-text"]);

export function refuseBroken(document: SourceDocument): void {
  if (document.templated) return;
  const problem = document.problems.find(({ code }) => BROKEN.has(code));
  if (problem === undefined) return;
  throw invalid(problem.message, { document, path: [], span: [problem.start, problem.end] });
}

/** The steps of a kustomization with these tables of fields. */
export function layerOf(kustomization: Kustomization, tables: FieldTables, reader: Reader, cache: StepCache): Layer {
  const problems = new Problems();
  const steps: Step[] = [];
  const add = (spot: Spot, from: readonly unknown[], make: () => readonly Step[]): void => {
    try {
      steps.push(...cache.steps(JSON.stringify(spot.place.path), from, make));
    } catch (error) {
      if (error instanceof Refusal && error.code === "remote")
        problems.note("remote", error.place ?? spot.place, error.args);
      else problems.refused(error, spot.place);
    }
  };

  for (const spot of kustomization.list("patchesStrategicMerge")) addMergePatch(spot, reader, add);
  for (const spot of kustomization.list("patches")) addPatch(spot, reader, add, false);
  const namespace = kustomization.at("namespace");
  if (textOf(namespace?.node) !== "" && namespace !== undefined)
    add(namespace, [tables.namespace], () => [new NamespaceStep(namespace, tables.namespace)]);
  for (const [field, end, fields] of [
    ["namePrefix", "prefix", tables.namePrefix],
    ["nameSuffix", "suffix", tables.nameSuffix],
  ] as const) {
    const affix = kustomization.at(field);
    if (affix !== undefined && textOf(affix.node) !== "") add(affix, [fields], () => [affixStep(end, affix, fields)]);
  }
  for (const label of kustomization.list("labels")) {
    const pairs = label.at("pairs");
    if (pairs !== undefined) add(label, [tables], () => [pairsStep(pairs, labelFields(label, tables))]);
  }
  for (const [field, fields] of [
    ["commonLabels", tables.commonLabels],
    ["commonAnnotations", tables.commonAnnotations],
  ] as const) {
    const pairs = kustomization.at(field);
    if (pairs !== undefined) add(pairs, [fields], () => [pairsStep(pairs, fields)]);
  }
  for (const spot of kustomization.list("patchesJson6902")) addPatch(spot, reader, add, true);
  for (const spot of kustomization.list("replicas"))
    add(spot, [tables.replicas], () => [new ReplicasStep(spot, tables.replicas)]);
  for (const spot of kustomization.list("images", "imageTags"))
    add(spot, [tables.images], () => [imageStep(spot, tables.images)]);
  for (const spot of kustomization.list("replacements")) addReplacement(spot, reader, add);
  return { steps, problems };
}

type Add = (spot: Spot, from: readonly unknown[], make: () => readonly Step[]) => void;

function addMergePatch(spot: Spot, reader: Reader, add: Add): void {
  const text = textOf(spot.node);
  const options = {
    target: undefined,
    allowNameChange: false,
    allowKindChange: false,
    place: spot.place,
    legacy: true,
  };
  // A patch may be written out where its file is expected.
  if (text.includes("\n") || /^\s*\{/.test(text)) {
    add(spot, [], () => patchSteps(inlineDocuments(text, spot.place), options));
    return;
  }
  tryToRead(
    spot,
    add,
    () => reader.documents(spot),
    (documents) => patchSteps(documents.flatMap(patchesIn), options),
  );
}

function addPatch(spot: Spot, reader: Reader, add: Add, legacy: boolean): void {
  const patch = spot.at("patch");
  const path = spot.at("path");
  const flag = (key: string) => textOf(spot.at("options")?.at(key)?.node) === "true";
  const options = {
    target: spot.at("target"),
    allowNameChange: flag("allowNameChange"),
    allowKindChange: flag("allowKindChange"),
    place: (patch ?? path ?? spot).place,
    legacy,
  };
  const text = textOf(patch?.node).trim();
  const hasPath = textOf(path?.node) !== "";
  if ((text === "") === !hasPath)
    add(spot, [], () => {
      throw invalid(hasPath ? "path" : "patch", spot.place);
    });
  else if (patch !== undefined && text !== "")
    add(patch, [], () => patchSteps(inlineDocuments(textOf(patch.node), patch.place), options));
  else if (path !== undefined)
    tryToRead(
      path,
      add,
      () => reader.documents(path),
      (documents) => patchSteps(documents.flatMap(patchesIn), options),
    );
}

/** A file is read each time, because it may have changed; a step is made of it only when it has. */
function tryToRead(
  spot: Spot,
  add: Add,
  read: () => readonly SourceDocument[],
  make: (documents: readonly SourceDocument[]) => readonly Step[],
): void {
  let documents: readonly SourceDocument[];
  try {
    documents = read();
  } catch (error) {
    add(spot, [error], () => {
      throw error;
    });
    return;
  }
  add(spot, documents, () => make(documents));
}

/** The patches in a document: a JSON patch is the list itself, a list of objects is taken apart. */
function patchesIn(document: SourceDocument): readonly Spot[] {
  const tree = document.tree();
  if (tree === undefined) return [];
  if (tree.kind !== "map") return [Spot.at(tree, { document, path: [] })];
  return itemsOf(document).map((item) => item.spot);
}

function addReplacement(spot: Spot, reader: Reader, add: Add): void {
  const path = spot.at("path");
  if (path === undefined) {
    add(spot, [], () => [new ReplacementStep(spot)]);
    return;
  }
  tryToRead(
    path,
    add,
    () => reader.documents(path),
    (documents) =>
      documents.flatMap((document) => {
        const root = rootSpot(document);
        if (root === undefined) return [];
        const all = root.node.kind === "list" ? root.items() : [root];
        return all.map((one) => new ReplacementStep(one));
      }),
  );
}

/** The whole of a document. */
export function rootSpot(document: SourceDocument): Spot | undefined {
  const tree = document.tree();
  return tree === undefined ? undefined : Spot.at(tree, { document, path: [] });
}
