/** The files of a workspace by folder, put together when somebody first asks. */
import type { FileEntry } from "../../files.ts";
import type { ReadonlyLayers } from "../../layers.ts";
import { parentOf } from "../../layout.ts";

const KUSTOMIZATIONS = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
const CHARTS = ["Chart.yaml", "Chart.yml"];

export class Listing {
  readonly files: ReadonlyLayers<FileEntry>;
  #folders: ReadonlyMap<string, readonly FileEntry[]> | undefined;

  constructor(files: ReadonlyLayers<FileEntry>) {
    this.files = files;
  }

  get(uri: string): FileEntry | undefined {
    return this.files.get(uri);
  }

  /** Every folder that holds a file, or a folder that does, in the order of their names. */
  get folders(): ReadonlyMap<string, readonly FileEntry[]> {
    this.#folders ??= byFolder(this.files);
    return this.#folders;
  }

  /** The files that stand right in a folder, by name. */
  in(folder: string): readonly FileEntry[] {
    return this.folders.get(folder) ?? [];
  }

  /** The files of a folder and of all folders in it. */
  below(folder: string): readonly FileEntry[] {
    const prefix = `${folder}/`;
    const found: FileEntry[] = [];
    for (const [one, entries] of this.folders)
      if (one === folder || one.startsWith(prefix)) for (const entry of entries) found.push(entry);
    return found;
  }

  /** The kustomization that is built for a folder. */
  kustomizationIn(folder: string): FileEntry | undefined {
    return this.#first(folder, KUSTOMIZATIONS);
  }

  chartIn(folder: string): FileEntry | undefined {
    return this.#first(folder, CHARTS);
  }

  #first(folder: string, names: readonly string[]): FileEntry | undefined {
    for (const name of names) {
      const entry = this.files.get(`${folder}/${name}`);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }
}

function byFolder(files: ReadonlyLayers<FileEntry>): ReadonlyMap<string, readonly FileEntry[]> {
  const folders = new Map<string, FileEntry[]>();
  for (const entry of files.values()) {
    const folder = parentOf(entry.uri);
    const list = folders.get(folder);
    if (list !== undefined) {
      list.push(entry);
      continue;
    }
    folders.set(folder, [entry]);
    const top = entry.root?.uri ?? folder;
    for (let above = parentOf(folder); above.length >= top.length && !folders.has(above); above = parentOf(above))
      folders.set(above, []);
  }
  const sorted = [...folders].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [, entries] of sorted) entries.sort((one, other) => (one.uri < other.uri ? -1 : 1));
  return new Map(sorted);
}
