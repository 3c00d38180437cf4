/** The repository as a fact: its files by path, and what people wrote in them. */
import type { Place } from "../../model/edit.ts";
import type { Field, Folder, Repository, RepositoryFile } from "../../model/facts.ts";
import { absentField, rootField } from "./field.ts";
import type { FileEntry } from "./files.ts";
import type { Root } from "./layout.ts";

/** Texts for people are kept up to this size. */
const KEPT_TEXT = 256_000;

class RepositoryFileFact implements RepositoryFile {
  readonly path: string;
  readonly #entry: FileEntry;

  constructor(entry: FileEntry) {
    this.path = entry.path;
    this.#entry = entry;
  }

  get place(): Place {
    return { document: this.#entry.source?.documents[0] ?? { uri: this.#entry.uri }, path: [] };
  }

  get text(): string | undefined {
    const text = this.#entry.source?.text;
    return text === undefined || text.length > KEPT_TEXT ? undefined : text;
  }

  get body(): Field {
    const document = this.#entry.source?.documents[0];
    if (document !== undefined) return rootField(document);
    return absentField({ uri: this.#entry.uri, tree: () => undefined, yaml11: true });
  }
}

export class RepositoryFact implements Repository {
  readonly root: string;
  readonly files: readonly RepositoryFile[];
  readonly versionControl: "yes" | "no" | "unknown";
  readonly folders: readonly string[];
  readonly kubernetes: boolean;
  readonly place: Place;
  readonly #found = new Map<string, readonly RepositoryFile[]>();

  constructor(root: Root, entries: readonly FileEntry[]) {
    this.root = root.uri;
    this.versionControl = root.versionControl;
    this.files = entries.map((entry) => new RepositoryFileFact(entry));
    const ours = entries.filter(
      (entry) =>
        (entry.role === "kubernetes" && entry.resources.some((one) => !one.foreign)) ||
        entry.dialect !== undefined ||
        entry.role === "kustomization",
    );
    this.folders = [
      ...new Set(ours.map((entry) => entry.path.slice(0, Math.max(0, entry.path.lastIndexOf("/"))))),
    ].sort();
    this.kubernetes = ours.length > 0 || entries.some((entry) => /(^|\/)Chart\.ya?ml$/.test(entry.path));
    this.place = { document: { uri: root.uri }, path: [] };
  }

  /** The same question is asked for many subjects, so its answer is kept. */
  find(path: RegExp): readonly RepositoryFile[] {
    const key = `${path.flags}/${path.source}`;
    let found = this.#found.get(key);
    if (found === undefined) {
      found = this.files.filter((file) => path.test(file.path));
      this.#found.set(key, found);
    }
    return found;
  }
}

export function foldersOf(repository: Repository): readonly Folder[] {
  return repository.folders.map((path) => ({ path, repository, place: repository.place }));
}
