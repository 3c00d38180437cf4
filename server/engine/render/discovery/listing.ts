/** The files of a workspace by folder, put together when somebody first asks. */
import { matchesWith } from "../../../../model/wildcards.ts";
import type { FileEntry } from "../../files.ts";
import { matchesName } from "../../globs.ts";
import type { ReadonlyLayers } from "../../layers.ts";
import { KUSTOMIZATION_FILES, parentOf, type Root, relativePath } from "../../layout.ts";

const CHARTS = ["Chart.yaml", "Chart.yml"];

export class Listing {
  readonly files: ReadonlyLayers<FileEntry>;
  /** Kustomizations, whether they can be built or not. */
  readonly kustomizations: readonly FileEntry[];
  /** Files that declare objects. */
  readonly manifests: readonly FileEntry[];
  readonly roots: ReadonlySet<Root>;
  readonly #all: readonly FileEntry[];
  #known: Folders | undefined;

  constructor(files: ReadonlyLayers<FileEntry>) {
    const kustomizations: FileEntry[] = [];
    const manifests: FileEntry[] = [];
    const roots = new Set<Root>();
    // There are many files, so that they are looked through only once.
    this.#all = [...files.values()];
    for (const entry of this.#all) {
      if (entry.role === "kustomization") kustomizations.push(entry);
      if (entry.resources.length > 0) manifests.push(entry);
      if (entry.root !== undefined) roots.add(entry.root);
    }
    this.files = files;
    this.kustomizations = kustomizations;
    this.manifests = manifests;
    this.roots = roots;
  }

  get(uri: string): FileEntry | undefined {
    return this.files.get(uri);
  }

  /** Every folder that holds a file, or a folder that does. */
  get folders(): ReadonlySet<string> {
    return this.#index.names;
  }

  /** The files that stand right in a folder, by name. */
  in(folder: string): readonly FileEntry[] {
    return sorted(this.#index.files.get(folder) ?? []);
  }

  /** All folders in a folder, and those in them. */
  foldersIn(folder: string): readonly string[] {
    const { order } = this.#index;
    const prefix = `${folder}/`;
    let from = 0;
    for (let to = order.length; from < to; ) {
      const middle = (from + to) >> 1;
      if ((order[middle] ?? "") < prefix) from = middle + 1;
      else to = middle;
    }
    let end = from;
    while (order[end]?.startsWith(prefix) === true) end++;
    return order.slice(from, end);
  }

  /** The files of a folder and of all folders in it. */
  below(folder: string): readonly FileEntry[] {
    return [folder, ...this.foldersIn(folder)].flatMap((one) => this.in(one));
  }

  /** The folders below a folder that a pattern names: `*` within a segment, `**` for any number of them. */
  foldersLike(base: string, pattern: string): readonly string[] {
    return this.foldersIn(base).filter((one) => matchesPath(pattern, pathIn(base, one)));
  }

  /** The kustomization that is built for a folder. */
  kustomizationIn(folder: string): FileEntry | undefined {
    return this.#first(folder, KUSTOMIZATION_FILES);
  }

  chartIn(folder: string): FileEntry | undefined {
    return this.#first(folder, CHARTS);
  }

  get #index(): Folders {
    this.#known ??= byFolder(this.#all);
    return this.#known;
  }

  #first(folder: string, names: readonly string[]): FileEntry | undefined {
    for (const name of names) {
      const entry = this.files.get(`${folder}/${name}`);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }
}

/** The path below a folder, decoded. */
export function pathIn(base: string, uri: string): string {
  return relativePath({ uri: base, name: "", versionControl: "unknown" }, uri);
}

/** A pattern of folders or files, as Git generators of Argo CD have them. */
export function matchesPath(pattern: string, path: string): boolean {
  const wanted = pattern.replace(/^\.?\/+/, "").split("/");
  const segments = path.split("/");
  return matchesWith(
    wanted,
    segments.length,
    (one) => one === "**",
    (one, index) => matchesName(one, segments[index] ?? ""),
  );
}

interface Folders {
  readonly names: ReadonlySet<string>;
  /** The names, sorted. */
  readonly order: readonly string[];
  /** What stands right in each. */
  readonly files: ReadonlyMap<string, readonly FileEntry[]>;
}

function byFolder(entries: readonly FileEntry[]): Folders {
  const files = new Map<string, FileEntry[]>();
  const names = new Set<string>();
  let last: FileEntry[] = [];
  let at = "";
  for (const entry of entries) {
    const end = entry.uri.lastIndexOf("/");
    // Most files stand beside the one before.
    if (end === at.length && entry.uri.startsWith(at)) {
      last.push(entry);
      continue;
    }
    const folder = entry.uri.slice(0, end);
    const known = files.get(folder);
    last = known ?? [];
    at = folder;
    last.push(entry);
    if (known !== undefined) continue;
    files.set(folder, last);
    const top = entry.root?.uri ?? folder;
    for (let one = folder; one.length >= top.length && !names.has(one); one = parentOf(one)) names.add(one);
  }
  return { names, order: [...names].sort(), files };
}

/** Files come in the order in which they were read, which says nothing. */
function sorted(entries: readonly FileEntry[]): readonly FileEntry[] {
  return entries.length < 2 ? entries : entries.toSorted((one, other) => (one.uri < other.uri ? -1 : 1));
}
