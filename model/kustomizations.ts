/** Which kustomizations bring a document to a cluster. What they do to it is rendered before anything is judged. */
import type { DocumentRef } from "./edit.ts";
import type { Field, Repository, World } from "./facts.ts";
import { once } from "./memo.ts";

interface Kustomization {
  /** Relative to the repository's root. */
  readonly folder: string;
  readonly body: Field;
  readonly resources: ReadonlySet<string>;
  readonly components: readonly string[];
}

const all = once((repository: Repository): readonly Kustomization[] =>
  repository.find(/(^|\/)(kustomization\.ya?ml|Kustomization)$/).map(({ path, body }) => {
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
    };
  }),
);

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
