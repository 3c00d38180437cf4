/** Gathers what a kustomization names, all the way down, and takes its steps. */
import type { DocumentRef } from "../../../../model/edit.ts";
import { KUSTOMIZATION_FILES, parentOf } from "../../layout.ts";
import type { SourceDocument } from "../../source.ts";
import type { Tree } from "../../tree/tree.ts";
import { bothTables, configured, withDefinitions } from "./configurations.ts";
import { FIELD_TABLES, type FieldTables } from "./field-tables.ts";
import { Inquiry, isRemote, isWithin, type KustomizeFiles, stillHolds, uriOf } from "./files.ts";
import { absorb, type Generated, generate, NOT_HELD, sameAsBefore } from "./generators.ts";
import { nameOf } from "./identity.ts";
import { type Item, itemsOf } from "./item.ts";
import { Kustomization } from "./kustomization.ts";
import { layerOf, Reader, refuseBroken, rootSpot, StepCache } from "./layer.ts";
import { find, isUnknown, mapOf, Spot, textOf } from "./nodes.ts";
import { externalGenerators, externalSteps } from "./plugins.ts";
import { Refusal } from "./refusal.ts";
import { Problems } from "./step.ts";
import { markVars } from "./vars.ts";

/** What a kustomization and everything below it come to, before names are followed. */
export interface Accumulated {
  readonly items: readonly Item[];
  readonly tables: FieldTables;
  readonly vars: readonly Spot[];
  readonly problems: Problems;
  /** URIs of files that were looked at or for. */
  readonly files: ReadonlySet<string>;
  /** URIs of files whose text is needed and not held. */
  readonly wanted: ReadonlySet<string>;
  readonly kustomization: Kustomization;
}

interface State {
  items: readonly Item[];
  tables: FieldTables;
  vars: readonly Spot[];
}

/** Folders below each other may well be many; that many are a mistake or an attack. */
const MAX_DEPTH = 300;

/** What was gathered below a kustomization, kept for as long as all that it rests on answers the same. */
interface Kept {
  readonly answers: Inquiry["answers"];
  readonly result: Accumulated;
  /** Folders that were entered: none of them may be above one that is being built. */
  readonly entered: ReadonlySet<string>;
}

const kept = new WeakMap<SourceDocument, Kept>();
const caches = new WeakMap<object, StepCache>();

function cacheOf(owner: object): StepCache {
  let cache = caches.get(owner);
  if (cache === undefined) {
    cache = new StepCache();
    caches.set(owner, cache);
  }
  return cache;
}

/** Everything that the kustomization in a file comes to. */
export function accumulate(uri: string, files: KustomizeFiles): Accumulated {
  return new Accumulation(files, uri, undefined).run(NOTHING);
}

const NOTHING: State = { items: [], tables: FIELD_TABLES, vars: [] };

class Accumulation {
  readonly #files: KustomizeFiles;
  readonly #inquiry: Inquiry;
  readonly #uri: string;
  readonly #folder: string;
  readonly #parent: Accumulation | undefined;
  readonly #depth: number;
  readonly #problems = new Problems();
  readonly #seen = new Set<string>();
  readonly #wanted = new Set<string>();
  readonly #entered = new Set<string>();

  constructor(files: KustomizeFiles, uri: string, parent: Accumulation | undefined) {
    this.#files = files;
    this.#inquiry = new Inquiry(files);
    this.#uri = uri;
    this.#folder = parentOf(uri);
    this.#parent = parent;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    this.#entered.add(this.#folder);
    this.#seen.add(uri);
  }

  /** `base` is what a component works on; for any other kustomization it is empty. */
  run(base: State): Accumulated {
    const document = this.#inquiry.documents(this.#uri)?.[0];
    const before = document === undefined || base !== NOTHING ? undefined : kept.get(document);
    if (before !== undefined && this.#mayUse(before)) {
      this.#inquiry.include(before.answers);
      for (const folder of before.entered) this.#entered.add(folder);
      return before.result;
    }
    const result = this.#gather(document, base);
    const hasCycle = this.#problems.all.some(({ code }) => code === "cycle");
    if (document !== undefined && base === NOTHING && !hasCycle)
      kept.set(document, { answers: this.#inquiry.answers, result, entered: this.#entered });
    return result;
  }

  #mayUse({ answers, entered }: Kept): boolean {
    for (let above = this.#parent; above !== undefined; above = above.#parent)
      for (const folder of entered) if (isWithin(folder, above.#folder)) return false;
    return stillHolds(answers, this.#files);
  }

  #gather(document: SourceDocument | undefined, base: State): Accumulated {
    const kustomization = new Kustomization(
      (document === undefined ? undefined : rootSpot(document)) ??
        Spot.at(mapOf([]), { document: document ?? { uri: this.#uri }, path: [] }),
    );
    const state: State = { ...base };
    if (document !== undefined) this.#read(document, kustomization, state);
    return {
      items: state.items,
      tables: state.tables,
      vars: state.vars,
      problems: this.#problems,
      files: this.#seen,
      wanted: this.#wanted,
      kustomization,
    };
  }

  #read(document: SourceDocument, kustomization: Kustomization, state: State): void {
    try {
      refuseBroken(document);
    } catch (error) {
      this.#problems.refused(error, { document, path: [] });
      return;
    }
    kustomization.check(this.#problems);
    for (const other of KUSTOMIZATION_FILES) {
      const uri = `${this.#folder}/${other}`;
      if (uri !== this.#uri && /\/(kustomization\.ya?ml|Kustomization)$/.test(this.#uri) && this.#inquiry.exists(uri))
        this.#problems.error("conflict", { document, path: [] }, { object: other });
    }
    for (const spot of kustomization.list("resources", "bases")) this.#resource(spot, state);
    const reader = new Reader(this.#inquiry, this.#folder, this.#wanted);
    state.tables = bothTables(state.tables, this.#tables(kustomization, reader, document));
    this.#generators(kustomization, reader, document, state);
    for (const spot of kustomization.list("components")) this.#folderOf(spot, state, true);
    this.#steps(kustomization, reader, cacheOf(document), state);
    const vars = kustomization.list("vars");
    if (vars.length > 0) {
      try {
        state.items = markVars(state.items, vars);
        state.vars = [...state.vars, ...vars];
      } catch (error) {
        this.#problems.refused(error, kustomization.root.place);
      }
    }
    for (const spot of [kustomization.at("openapi"), ...kustomization.list("validators")])
      if (spot !== undefined && spot.at("path") !== undefined) this.#unsupported(spot, "openapi");
    for (const spot of kustomization.list("validators")) this.#unsupported(spot, "validators");
    for (const field of ["helmCharts", "helmChartInflationGenerator"])
      for (const spot of kustomization.list(field)) this.#unsupported(spot, field);
    for (const spot of kustomization.list("buildMetadata"))
      if (textOf(spot.node) !== "managedByLabel") this.#unsupported(spot, "buildMetadata");
  }

  #unsupported(spot: Spot, feature: string): void {
    this.#problems.note("unsupported", spot.place, { feature });
  }

  /** A file of objects, or a folder with a kustomization. */
  #resource(spot: Spot, state: State): void {
    const path = textOf(spot.node);
    if (isUnknown(spot.node)) {
      this.#unsupported(spot, path);
      return;
    }
    if (isRemote(path)) {
      this.#problems.note("remote", spot.place, { path });
      return;
    }
    const uri = uriOf(this.#folder, path);
    this.#seen.add(uri);
    const documents = this.#inquiry.documents(uri);
    if (documents === undefined) {
      if (this.#inquiry.kustomizationIn(uri) === undefined && this.#inquiry.exists(uri)) {
        // It is there, and what it holds was not read.
        this.#wanted.add(uri);
        if (isWithin(this.#folder, uri)) this.#problems.note("unsupported", spot.place, { feature: path });
        else this.#problems.error("invalid", spot.place, { reason: path });
      } else this.#folderOf(spot, state, false);
      return;
    }
    if (!isWithin(this.#folder, uri) || path.startsWith("/")) {
      this.#problems.error("invalid", spot.place, { reason: path });
      return;
    }
    for (const document of documents) this.#objects(document, spot, state);
  }

  #objects(document: SourceDocument, spot: Spot, state: State): void {
    try {
      refuseBroken(document);
    } catch (error) {
      this.#problems.refused(error, spot.place);
      return;
    }
    const tree = document.tree();
    if (tree !== undefined && tree.kind !== "map" && textOf(tree) !== "") {
      if (!document.templated) this.#problems.error("invalid", { document, path: [] }, { reason: "not an object" });
      return;
    }
    const items = itemsOf(document).filter((item) => {
      const name = find(item.tree, "metadata", "name");
      const kind = find(item.tree, "kind");
      if (item.type.kind.endsWith("List")) return true;
      for (const [field, node] of [["kind", kind] as const, ["metadata.name", name] as const]) {
        if (textOf(node) !== "" || isUnknown(node) || document.templated) continue;
        this.#problems.error("invalid", item.declared, { reason: field });
        return false;
      }
      return true;
    });
    this.#append(items, spot, state);
  }

  #append(items: readonly Item[], spot: Spot, state: State): void {
    const known = new Set(state.items.map((item) => item.key));
    const added: Item[] = [];
    for (const item of items) {
      const key = item.key;
      if (known.has(key)) this.#problems.error("conflict", spot.place, { object: nameOf(item.id) });
      else added.push(item);
      known.add(key);
    }
    state.items = [...state.items, ...added];
  }

  #folderOf(spot: Spot, state: State, isComponent: boolean): void {
    const path = textOf(spot.node);
    if (isRemote(path)) {
      this.#problems.note("remote", spot.place, { path });
      return;
    }
    const folder = uriOf(this.#folder, path);
    const uri = path.startsWith("/") ? undefined : this.#inquiry.kustomizationIn(folder);
    if (uri === undefined) {
      this.#seen.add(`${folder}/kustomization.yaml`);
      this.#problems.error("missing", spot.place, { path });
      return;
    }
    for (let above: Accumulation | undefined = this; above !== undefined; above = above.#parent) {
      if (!isWithin(folder, above.#folder)) continue;
      this.#problems.error("cycle", spot.place, { path });
      return;
    }
    if (this.#depth >= MAX_DEPTH) {
      this.#unsupported(spot, path);
      return;
    }
    const inner = new Accumulation(this.#files, uri, this);
    const result = inner.run(isComponent ? { ...state } : NOTHING);
    this.#inquiry.include(inner.#inquiry.answers);
    for (const entered of inner.#entered) this.#entered.add(entered);
    this.#problems.include(result.problems);
    for (const file of result.files) this.#seen.add(file);
    for (const file of result.wanted) this.#wanted.add(file);
    if (result.kustomization.isComponent !== isComponent) {
      this.#problems.error("invalid", spot.place, { reason: path });
      return;
    }
    state.tables = bothTables(state.tables, result.tables);
    if (isComponent) {
      state.items = result.items;
      state.vars = result.vars;
    } else {
      this.#append(result.items, spot, state);
      state.vars = [...state.vars, ...result.vars];
    }
  }

  #tables(kustomization: Kustomization, reader: Reader, owner: SourceDocument): FieldTables {
    const files = [...kustomization.list("configurations"), ...kustomization.list("crds")];
    if (files.length === 0) return FIELD_TABLES;
    const documents: SourceDocument[] = [];
    let tables = FIELD_TABLES;
    try {
      for (const [field, apply] of [
        ["configurations", configured],
        ["crds", withDefinitions],
      ] as const)
        for (const spot of kustomization.list(field)) {
          this.#seen.add(uriOf(this.#folder, textOf(spot.node)));
          for (const document of reader.documents(spot)) {
            documents.push(document);
            const root = rootSpot(document);
            if (root !== undefined) tables = apply(tables, root);
          }
        }
    } catch (error) {
      this.#problems.refused(error, kustomization.root.place);
    }
    const before = configurations.get(owner);
    if (before?.documents.length === documents.length && before.documents.every((one, at) => one === documents[at]))
      return before.tables;
    configurations.set(owner, { documents, tables });
    return tables;
  }

  #generators(kustomization: Kustomization, reader: Reader, document: SourceDocument, state: State): void {
    const options = kustomization.at("generatorOptions");
    for (const [field, kind] of [
      ["configMapGenerator", "ConfigMap"],
      ["secretGenerator", "Secret"],
    ] as const)
      for (const spot of kustomization.list(field)) this.#generate(kind, spot, options, reader, document, state);
    for (const [kind, spot, owner] of externalGenerators(kustomization, reader, this.#problems))
      this.#generate(kind, spot, undefined, reader, owner, state);
  }

  #generate(
    kind: Generated,
    spot: Spot,
    options: Spot | undefined,
    reader: Reader,
    document: SourceDocument,
    state: State,
  ): void {
    try {
      const from: unknown[] = [];
      const read = (path: string, at: Spot): string | typeof NOT_HELD => {
        const text = this.#text(path, at, reader);
        from.push(text);
        return text;
      };
      // Made to see which texts it takes; the one that was made of the same texts before is used on.
      const made = generate(kind, spot, options, document, read);
      const item = sameAsBefore(document, JSON.stringify(spot.place.path), from, made);
      state.items = absorb(state.items, item, spot.place);
    } catch (error) {
      this.#problems.refused(error, spot.place);
    }
  }

  #text(path: string, spot: Spot, reader: Reader): string | typeof NOT_HELD {
    if (isRemote(path)) return NOT_HELD;
    const uri = uriOf(this.#folder, path);
    this.#seen.add(uri);
    if (!isWithin(this.#folder, uri)) throw new Refusal("invalid", { reason: path }, spot.place);
    const text = this.#inquiry.text(uri);
    if (text !== undefined) return text;
    if (!this.#inquiry.exists(uri)) throw new Refusal("missing", { path }, spot.place);
    reader.wanted.add(uri);
    return NOT_HELD;
  }

  #steps(kustomization: Kustomization, reader: Reader, cache: StepCache, state: State): void {
    const layer = layerOf(kustomization, state.tables, reader, cache);
    this.#problems.include(layer.problems);
    for (const path of kustomization.namedFiles) if (!isRemote(path)) this.#seen.add(uriOf(this.#folder, path));
    for (const step of layer.steps) state.items = step.run(state.items, this.#problems);
    for (const step of externalSteps(kustomization, reader, cache, this.#problems))
      state.items = step.run(state.items, this.#problems);
  }
}

const configurations = new WeakMap<
  SourceDocument,
  { readonly documents: readonly SourceDocument[]; readonly tables: FieldTables }
>();

/** What a GitOps object adds on top of everything: the steps of a kustomization that names the other one. */
export function overlaid(
  base: Accumulated,
  overrides: { readonly document: DocumentRef; readonly tree: Tree },
  uri: string,
  files: KustomizeFiles,
): Accumulated {
  const root = Spot.at(overrides.tree, overrides.tree.origin ?? { document: overrides.document, path: [] });
  const kustomization = new Kustomization(root);
  const problems = new Problems();
  problems.include(base.problems);
  const wanted = new Set(base.wanted);
  const reader = new Reader(new Inquiry(files), parentOf(uri), wanted);
  const layer = layerOf(kustomization, base.tables, reader, cacheOf(overrides.tree));
  problems.include(layer.problems);
  let { items } = base;
  for (const step of layer.steps) items = step.run(items, problems);
  return { ...base, items, problems, wanted };
}
