/** The kustomizations of a workspace, and those of them that nobody includes: what is built. */
import type { Field } from "../../../../model/facts.ts";
import { once } from "../../../../model/memo.ts";
import { reaches, resolve } from "../../dialects/kustomize.ts";
import { rootField } from "../../field.ts";
import type { FileEntry } from "../../files.ts";
import { parentOf } from "../../layout.ts";
import type { SourceDocument } from "../../source.ts";
import type { Listing } from "./listing.ts";

/** Lists that name folders of other kustomizations. */
const INCLUDES = ["resources", "bases", "components", "generators", "transformers", "validators"];

/** Keys without which a kustomization makes nothing. */
const SOURCES = [
  "resources",
  "bases",
  "components",
  "configMapGenerator",
  "secretGenerator",
  "generators",
  "helmCharts",
  "helmChartInflationGenerator",
];

interface Read {
  readonly component: boolean;
  /** A kustomization that makes nothing, or an object of Flux that bears the name of one. */
  readonly nothing: boolean;
  /** URIs of folders, as far as they are folders. */
  readonly includes: readonly string[];
  /** URIs of all that it reads, files and folders. */
  readonly reads: readonly string[];
}

const readOf = once((document: SourceDocument): Read => {
  const body = rootField(document);
  const folder = parentOf(document.uri);
  return {
    component: body.at("kind").source === "Component",
    nothing: isFlux(body) || SOURCES.every((key) => body.at(key).presence === "absent"),
    includes: INCLUDES.flatMap((key) => body.at(key).writtenItems()).flatMap((item) => {
      const path = item.source;
      return path === undefined || path.includes("://") || path.includes("\n") ? [] : [resolve(folder, path)];
    }),
    reads: reaches(document.uri, body),
  };
});

function isFlux(body: Field): boolean {
  return body.at("apiVersion").source?.startsWith("kustomize.toolkit.fluxcd.io/") === true;
}

export class Kustomizations {
  readonly #listing: Listing;
  /** By the folder each builds. */
  readonly #byFolder = new Map<string, FileEntry>();

  constructor(listing: Listing) {
    this.#listing = listing;
    for (const entry of listing.kustomizations) {
      const folder = parentOf(entry.uri);
      if (listing.kustomizationIn(folder) === entry) this.#byFolder.set(folder, entry);
    }
  }

  /** The kustomization of a folder, when there is one that can be built. */
  in(folder: string): FileEntry | undefined {
    const entry = this.#byFolder.get(folder);
    return entry === undefined || (read(entry)?.nothing ?? true) ? undefined : entry;
  }

  /** Those that no other includes. Of a circle that nothing outside includes, the first is one. */
  roots(): readonly FileEntry[] {
    const folders = [...this.#byFolder.keys()].sort();
    const included = new Set(folders.flatMap((folder) => this.#includes(folder).filter((one) => one !== folder)));
    const seen = new Set<string>();
    const roots: FileEntry[] = [];
    const take = (folder: string) => {
      const entry = this.#byFolder.get(folder);
      if (entry === undefined || seen.has(folder) || read(entry)?.component !== false) return;
      if (read(entry)?.nothing === false && !entry.standing.foreign) roots.push(entry);
      this.#walk(folder, seen);
    };
    for (const folder of folders) if (!included.has(folder)) take(folder);
    for (const folder of folders) take(folder);
    return roots.sort((one, other) => (one.uri < other.uri ? -1 : 1));
  }

  /** URIs of everything that building a folder reads, as far as it is there. */
  members(folder: string): ReadonlySet<string> {
    const folders = new Set<string>();
    this.#walk(folder, folders);
    const files = new Set<string>();
    for (const one of folders) {
      const entry = this.#byFolder.get(one);
      if (entry === undefined) continue;
      files.add(entry.uri);
      for (const uri of read(entry)?.reads ?? []) if (this.#listing.files.has(uri)) files.add(uri);
    }
    return files;
  }

  #includes(folder: string): readonly string[] {
    const entry = this.#byFolder.get(folder);
    const all = entry === undefined ? [] : (read(entry)?.includes ?? []);
    return all.filter((one) => this.#byFolder.has(one));
  }

  #walk(from: string, seen: Set<string>): void {
    const waiting = [from];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(...this.#includes(next));
    }
  }
}

function read(entry: FileEntry): Read | undefined {
  const document = entry.source?.documents[0];
  return document === undefined ? undefined : readOf(document);
}
