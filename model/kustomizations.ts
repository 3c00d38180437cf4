/** What kustomizations do to the objects they bring to the cluster, as far as practices ask. */
import type { DocumentRef } from "./edit.ts";
import type { Field, Repository, Resource, World } from "./facts.ts";
import { once } from "./memo.ts";

interface Patch {
  /** What it is said to be for; where nothing is said, its own text names the object. */
  readonly kind: string | undefined;
  readonly name: string | undefined;
  /** `undefined` when it cannot be read. */
  readonly text: string | undefined;
  readonly path: string | undefined;
}

interface Kustomization {
  /** Relative to the repository's root. */
  readonly folder: string;
  readonly body: Field;
  readonly resources: ReadonlySet<string>;
  readonly components: readonly string[];
  readonly patches: readonly Patch[];
}

const all = once((repository: Repository): readonly Kustomization[] => {
  const files = repository.find(/(^|\/)(kustomization\.ya?ml|Kustomization)$/);
  const texts = new Map(files.length === 0 ? [] : repository.files.map((file) => [file.path, file] as const));
  return files.map(({ path, body }) => {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    const paths = (...lists: string[]) =>
      lists
        .flatMap((key) => body.at(key).writtenItems())
        .flatMap((item) => (item.source === undefined ? [] : [joined(folder, item.source)]));
    return {
      folder,
      body,
      resources: new Set(paths("resources", "bases", "components")),
      components: paths("components"),
      patches: patchesOf(folder, body, (file) => texts.get(file)?.text),
    };
  });
});

function patchesOf(folder: string, body: Field, read: (path: string) => string | undefined): readonly Patch[] {
  const of = (target: Field, inline: string | undefined, path: string | undefined): Patch => {
    const file = path === undefined ? undefined : joined(folder, path);
    return {
      kind: target.at("kind").source,
      name: target.at("name").source,
      text: inline ?? (file === undefined ? undefined : read(file)),
      path: file,
    };
  };
  const named = ["patches", "patchesJson6902"].flatMap((key) => body.at(key).writtenItems());
  const merged = body.at("patchesStrategicMerge").writtenItems();
  return [
    ...named.map((item) => of(item.at("target"), item.at("patch").source, item.at("path").source)),
    ...merged.map((item) =>
      item.source?.includes("\n") === true
        ? of(item.at("target"), item.source, undefined)
        : of(item.at("target"), undefined, item.source),
    ),
  ];
}

function joined(folder: string, path: string): string {
  const parts = folder === "" ? [] : folder.split("/");
  for (const step of path.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== "." && step !== "") parts.push(step);
  }
  return parts.join("/");
}

function pathOf(repository: Repository, document: DocumentRef): string {
  const path = document.uri.slice(repository.root.length + 1);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Those that bring the document to a cluster, the nearest first, with the components they use. */
function bringing(document: DocumentRef, world: World): readonly Kustomization[] {
  const repository = world.repositoryOf(document);
  if (repository === undefined || all(repository).length === 0) return [];
  const { brought } = routesIn(repository);
  const path = pathOf(repository, document);
  let found = brought.get(path);
  if (found === undefined) {
    found = routesTo(path, repository);
    brought.set(path, found);
  }
  return found;
}

interface Routes {
  /** Kustomizations by each path that they name. */
  readonly naming: ReadonlyMap<string, readonly Kustomization[]>;
  readonly byFolder: ReadonlyMap<string, readonly Kustomization[]>;
  /** What was asked for already, by path. */
  readonly brought: Map<string, readonly Kustomization[]>;
}

const routesIn = once((repository: Repository): Routes => {
  const naming = new Map<string, Kustomization[]>();
  const byFolder = new Map<string, Kustomization[]>();
  const put = (map: Map<string, Kustomization[]>, key: string, one: Kustomization) => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [one]);
    else list.push(one);
  };
  for (const one of all(repository)) {
    put(byFolder, one.folder, one);
    for (const path of one.resources) put(naming, path, one);
  }
  return { naming, byFolder, brought: new Map() };
});

function routesTo(path: string, repository: Repository): readonly Kustomization[] {
  const { naming, byFolder } = routesIn(repository);
  const found = new Set(naming.get(path));
  for (const inner of found) for (const outer of naming.get(inner.folder) ?? []) found.add(outer);
  for (const one of found)
    for (const folder of one.components) for (const other of byFolder.get(folder) ?? []) found.add(other);
  return [...found];
}

/** Roots of the kustomizations that bring the document to a cluster, the nearest first. */
export function kustomizationsOf(document: DocumentRef, world: World): readonly Field[] {
  return bringing(document, world).map((one) => one.body);
}

/** The kustomization in the document's own folder, whether it lists the document or not. */
export function kustomizationBeside(document: DocumentRef, world: World): Field | undefined {
  const repository = world.repositoryOf(document);
  if (repository === undefined) return undefined;
  const path = pathOf(repository, document);
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  return routesIn(repository).byFolder.get(folder)?.[0]?.body;
}

/** Does a patch that speaks of `word` change the object before it gets to the cluster, as far as can be seen. */
export function isPatched(resource: Resource, word: RegExp, world: World): boolean {
  return bringing(resource.document, world).some((one) =>
    one.patches.some((patch) => concerns(patch, resource) && (patch.text === undefined || word.test(patch.text))),
  );
}

function concerns({ kind, name, text, path }: Patch, resource: Resource): boolean {
  if (kind !== undefined || name !== undefined) return says(kind, resource.kind) && says(name, resource.displayName);
  if (path === undefined && text === undefined) return false;
  return text === undefined || (text.includes(resource.kind) && text.includes(resource.displayName));
}

/** Targets are regular expressions that match the whole. */
function says(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined || pattern === text) return true;
  try {
    return new RegExp(`^(?:${pattern})$`).test(text);
  } catch {
    return false;
  }
}
