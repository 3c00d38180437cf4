import type { DocumentRef, Edit, Json } from "../../model/edit.ts";
import { newDocument } from "./changes/add-document.ts";
import type { Data } from "./changes/data.ts";
import { dataOf, matches, withAppended, withKey, withRemoved, withSet, withText } from "./changes/data.ts";
import { Draft } from "./changes/draft.ts";
import { handOf } from "./changes/hand.ts";
import { checkPath } from "./changes/names.ts";
import type { Outline, OutlineNode } from "./changes/outline.ts";
import { isNull, outlineOf } from "./changes/outline.ts";
import { Pen } from "./changes/pen.ts";
import { appendValue, setValue } from "./changes/put.ts";
import { removePlace } from "./changes/remove.ts";
import { renameKey, replaceText } from "./changes/replace.ts";
import { lineBreakAt } from "./changes/text.ts";

/** Offsets are UTF-16 units of the file's text as it is now. The changes of an answer are disjoint and sorted. */
export interface TextChange {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface FileCreation {
  readonly uri: string;
  readonly text: string;
}

/** Why nothing is written: a fix that cannot be made well is not made. */
export type Refusal =
  /** The change would show wherever an alias stands for the anchored node. */
  | "anchor"
  /** The value comes in by a merge key. */
  | "merge-key"
  /** A template decides what stands there. */
  | "template"
  /** The document is broken, or written in a way that is not edited. */
  | "syntax"
  | "encrypted"
  | "block-scalar"
  /** No file may have that name. */
  | "name"
  /** A file, document or key of that name is there. */
  | "exists"
  /** Brackets that cannot be added to. */
  | "flow"
  /** The file would not lie below the folder. */
  | "outside"
  /** The place, or what the edit takes for granted about it, is not there. */
  | "missing";

export type Written =
  | { readonly ok: true; readonly changes: readonly TextChange[]; readonly creations: readonly FileCreation[] }
  | { readonly ok: false; readonly why: Refusal };

export interface EditSource {
  /** Full text of the file and where the document stands in it; undefined when it is gone. */
  document(ref: DocumentRef): { readonly text: string; readonly start: number; readonly end: number } | undefined;
  /** A file already exists there. */
  exists(uri: string): boolean;
}

/**
 * Turns edits into text changes: all of them or, with the reason, none. Edits are made one after another, each on the
 * text that the ones before it left. What comes out is read again and must say what the edits meant.
 */
export function writeEdits(edits: readonly Edit[], source: EditSource): Written {
  const files = new Map<string, FileDraft>();
  const creations = new Map<string, string>();
  for (const edit of edits) {
    const ref = documentOf(edit);
    const found = source.document(ref);
    if (found === undefined) return { ok: false, why: "missing" };
    const file = files.get(ref.uri) ?? new FileDraft(ref.uri, found.text);
    files.set(ref.uri, file);
    file.know(ref, found);
  }
  for (const edit of edits) {
    // A value inside a text, such as a patch in a kustomization, is no value of the document.
    const inside = "at" in edit && edit.op !== "replace" && edit.at.span !== undefined;
    if (inside || ("at" in edit && edit.at.inexact === true)) return { ok: false, why: "block-scalar" };
    const file = files.get(documentOf(edit).uri);
    const why = edit.op === "create-file" ? createFile(edit, source, creations) : file?.apply(edit);
    if (why !== undefined) return { ok: false, why };
  }
  const changes: TextChange[] = [];
  for (const [uri, file] of files) {
    const why = file.check();
    if (why !== undefined) return { ok: false, why };
    changes.push(...file.changes().map((change) => ({ uri, ...change })));
  }
  return { ok: true, changes, creations: [...creations].map(([uri, text]) => ({ uri, text })) };
}

function documentOf(edit: Edit): DocumentRef {
  switch (edit.op) {
    case "add-document":
      return edit.behind;
    case "create-file":
      return edit.beside;
    default:
      return edit.at.document;
  }
}

type CreateFile = Edit & { readonly op: "create-file" };

function createFile(
  { beside, path, text }: CreateFile,
  source: EditSource,
  creations: Map<string, string>,
): Refusal | undefined {
  const why = checkPath(path);
  if (why !== undefined) return why;
  const folder = beside.uri.slice(0, beside.uri.lastIndexOf("/") + 1);
  const uri = folder + path.split("/").map(encodeURIComponent).join("/");
  const known = creations.get(uri);
  if ((known !== undefined && known !== text) || source.exists(uri)) return "exists";
  creations.set(uri, text);
  return undefined;
}

/** A document in the draft of its file, and what its data are to be. */
interface Part {
  start: number;
  end: number;
  /** How far behind the start of its chunk the document starts: a byte order mark is no part of any document. */
  readonly lead: number;
  /** Behind the documents that were added behind it. */
  tail: number;
  /** `undefined` until the first edit of its data. */
  meant: { data: Data | undefined } | undefined;
}

class FileDraft {
  readonly #uri: string;
  readonly #draft: Draft;
  readonly #parts = new Map<DocumentRef, Part>();

  constructor(uri: string, text: string) {
    this.#uri = uri;
    this.#draft = new Draft(text);
  }

  know(
    ref: DocumentRef,
    { text, start, end }: { readonly text: string; readonly start: number; readonly end: number },
  ): void {
    if (this.#parts.has(ref)) return;
    const lead = start === 0 && text.charCodeAt(0) === 0xfeff ? 1 : 0;
    const known = [...this.#parts.values()].find((part) => part.start === start + lead && part.end === end);
    this.#parts.set(ref, known ?? { start: start + lead, end, lead, tail: end, meant: undefined });
  }

  changes() {
    return this.#draft.changes();
  }

  apply(edit: Exclude<Edit, CreateFile>): Refusal | undefined {
    const part = this.#parts.get(documentOf(edit));
    if (part === undefined) return "missing";
    const read = outlineOf(this.#textOf(part));
    if (read.ok && isEncrypted(read.outline)) return "encrypted";
    const isText = edit.op === "replace" && edit.at.path.length === 0 && !(read.ok && isQuoted(read.outline.root));
    if (isText && edit.at.span !== undefined) return this.#replaceInFile(part, edit.at.span, edit.text);
    if (!read.ok) return read.why;
    const { outline } = read;
    if (edit.op === "add-document") return this.#addDocument(part, outline, edit.value, edit.comment);
    part.meant ??= { data: outline.root === undefined ? undefined : dataOf(outline.root) };
    const pen = new Pen(outline, handOf(outline, this.#draft.text), lineBreakAt(this.#draft.text, 0));
    draw(pen, edit);
    if (pen.refusal !== undefined) return pen.refusal;
    // What is written is text and would become an action.
    if (outline.template !== undefined && pen.splices.some((it) => it.text.includes("{{"))) return "template";
    part.meant = { data: intended(part.meant.data, edit) };
    for (const { start, end, text } of pen.splices.toReversed()) {
      this.#splice(part, { start: part.start + start, end: part.start + end, text });
    }
    return undefined;
  }

  /** Every document that was edited says what it was meant to. */
  check(): Refusal | undefined {
    for (const { meant, ...part } of this.#parts.values()) {
      if (meant === undefined) continue;
      const read = outlineOf(this.#textOf(part));
      if (!read.ok) return read.why;
      const { root } = read.outline;
      const isNothing = meant.data === undefined && isNull(root);
      if (isNothing) continue;
      if (root === undefined || meant.data === undefined || !matches(meant.data, dataOf(root))) return "syntax";
    }
    return undefined;
  }

  #textOf({ start, end }: { readonly start: number; readonly end: number }): string {
    return this.#draft.text.slice(start, end);
  }

  /** A file that is not YAML is edited as text. */
  #replaceInFile(part: Part, [from, to]: readonly [number, number], text: string): Refusal | undefined {
    const start = part.start - part.lead + from;
    const end = part.start - part.lead + to;
    if (start < part.start || to < from || end > part.end) return "missing";
    const lineBreak = lineBreakAt(this.#draft.text, 0);
    this.#splice(part, { start, end, text: text.replaceAll(/\r?\n/g, lineBreak) });
    return undefined;
  }

  #addDocument(part: Part, outline: Outline, value: Json, comment: string | undefined): Refusal | undefined {
    const made = newDocument(
      this.#draft.text,
      { start: part.start, end: part.end, tail: part.tail },
      this.#uri,
      outline,
      value,
      comment,
    );
    if (!made.ok) return made.why;
    if (made.text === "") return undefined;
    if (outline.template !== undefined && made.text.includes("{{")) return "template";
    const at = part.tail;
    this.#draft.splice({ start: at, end: at, text: made.text });
    for (const other of new Set(this.#parts.values())) {
      if (other !== part && other.start >= at) shift(other, made.text.length);
    }
    part.tail += made.text.length;
    return undefined;
  }

  #splice(part: Part, splice: { readonly start: number; readonly end: number; readonly text: string }): void {
    this.#draft.splice(splice);
    const growth = splice.text.length - (splice.end - splice.start);
    for (const other of new Set(this.#parts.values())) {
      if (other === part) {
        part.end += growth;
        part.tail += growth;
      } else if (other.start >= splice.end) {
        shift(other, growth);
      }
    }
  }
}

function shift(part: Part, by: number): void {
  part.start += by;
  part.end += by;
  part.tail += by;
}

function draw(pen: Pen, edit: Exclude<Edit, CreateFile | { readonly op: "add-document" }>): undefined {
  const { path, span, onKey } = edit.at;
  switch (edit.op) {
    case "set":
      return setValue(pen, path, edit.value);
    case "append":
      return appendValue(pen, path, edit.value);
    case "remove":
      return removePlace(pen, path);
    case "replace":
      return onKey === true ? renameKey(pen, path, edit.text) : replaceText(pen, path, edit.text, span);
    default:
      return edit satisfies never;
  }
}

/** What the same edit means to the data. */
function intended(
  data: Data | undefined,
  edit: Exclude<Edit, CreateFile | { readonly op: "add-document" }>,
): Data | undefined {
  const { path, span, onKey } = edit.at;
  switch (edit.op) {
    case "set":
      return withSet(data, path, edit.value);
    case "append":
      return withAppended(data, path, edit.value);
    case "remove":
      return withRemoved(data, path) ?? emptied(data);
    case "replace":
      if (onKey === true) return withKey(data, path, edit.text);
      return withText(data, path, (old) =>
        span === undefined ? edit.text : old.slice(0, span[0]) + edit.text + old.slice(span[1]),
      );
    default:
      return edit satisfies never;
  }
}

/** The document itself is never taken away. */
function emptied(data: Data | undefined): Data | undefined {
  if (data?.kind === "map") return { ...data, entries: new Map() };
  return data?.kind === "list" ? { ...data, items: [] } : data;
}

/** The whole document is one scalar that only YAML writes so; plain, it may be any text. */
function isQuoted(root: OutlineNode | undefined): boolean {
  return root?.kind === "scalar" && root.style !== "plain";
}

/** SOPS signs a document as a whole: any change makes it unreadable. */
function isEncrypted({ root }: Outline): boolean {
  if (root?.kind !== "map") return false;
  const sops = root.children.find((child) => child.key === "sops")?.value;
  return (
    sops?.kind === "map" &&
    sops.children.some((child) => ["mac", "lastmodified", "encrypted_regex"].includes(child.key))
  );
}
