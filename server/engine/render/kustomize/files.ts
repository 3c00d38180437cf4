/** What a build asks of the files around it, and what it noted down of the answers. */
import { resolve } from "../../dialects/kustomize.ts";
import type { SourceDocument } from "../../source.ts";

export interface KustomizeFiles {
  /** The file's documents when it is read; undefined when there is no such file or it could not be read. */
  documents(uri: string): readonly SourceDocument[] | undefined;
  /** Text of any file, if its text is held: generators read them. */
  text(uri: string): string | undefined;
  /** Exists at all; maybe only its name is known. */
  exists(uri: string): boolean;
  /** URI of the kustomization file in a folder (kustomization.yaml, kustomization.yml, Kustomization), or undefined. */
  kustomizationIn(folder: string): string | undefined;
}

type Kind = "documents" | "text" | "exists" | "kustomization";

/**
 * One answer that a result rests on. Documents are compared one by one: a file that was read again and did not change
 * has another list of the same documents.
 */
interface Answer {
  readonly kind: Kind;
  readonly uri: string;
  readonly value: unknown;
}

/** Asks the files, and remembers what was answered, so that a result is known to hold for as long as they answer alike. */
export class Inquiry {
  readonly #files: KustomizeFiles;
  readonly #answers = new Map<string, Answer>();

  constructor(files: KustomizeFiles) {
    this.#files = files;
  }

  documents(uri: string): readonly SourceDocument[] | undefined {
    return this.#note("documents", uri, this.#files.documents(uri));
  }

  text(uri: string): string | undefined {
    return this.#note("text", uri, this.#files.text(uri));
  }

  exists(uri: string): boolean {
    return this.#note("exists", uri, this.#files.exists(uri));
  }

  kustomizationIn(folder: string): string | undefined {
    return this.#note("kustomization", folder, this.#files.kustomizationIn(folder));
  }

  /** What a part of the result rests on, the whole does. */
  include(answers: readonly Answer[]): void {
    for (const answer of answers) this.#answers.set(`${answer.kind} ${answer.uri}`, answer);
  }

  get answers(): readonly Answer[] {
    return [...this.#answers.values()];
  }

  #note<T>(kind: Kind, uri: string, value: T): T {
    this.#answers.set(`${kind} ${uri}`, { kind, uri, value });
    return value;
  }
}

/** Whether the files still answer as they did. */
export function stillHolds(answers: readonly Answer[], files: KustomizeFiles): boolean {
  return answers.every(({ kind, uri, value }) => {
    switch (kind) {
      case "documents":
        return sameItems(files.documents(uri), value);
      case "text":
        return files.text(uri) === value;
      case "exists":
        return files.exists(uri) === value;
      case "kustomization":
        return files.kustomizationIn(uri) === value;
      default:
        return kind satisfies never;
    }
  });
}

function sameItems(now: readonly unknown[] | undefined, before: unknown): boolean {
  if (now === before) return true;
  if (now === undefined || !Array.isArray(before) || now.length !== before.length) return false;
  return now.every((one, index) => one === before[index]);
}

/** The URI that a path in a kustomization stands for. */
export function uriOf(folder: string, path: string): string {
  return resolve(folder, path);
}

/** Whether the file or folder is below the folder, or is it. */
export function isWithin(folder: string, uri: string): boolean {
  return uri === folder || uri.startsWith(`${folder}/`);
}

/** Lies elsewhere: a repository, a web page, a registry. */
export function isRemote(path: string): boolean {
  if (path.startsWith("/") || path.startsWith("./") || path.startsWith("../")) return false;
  if (/^(git::)?([a-z][a-z0-9+.-]*:\/\/|github\.com[/:])/i.test(path)) return true;
  if (/^(git::)?[a-z][a-z0-9-]*@[^/]+[:/]/i.test(path)) return true;
  return /^git::/i.test(path) || /[?&](ref|version)=/.test(path);
}
