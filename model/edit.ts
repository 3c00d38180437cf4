/** Places and edits as plain data. Text ranges are made from places at the very end; text is written from edits by the engine alone. */

/** A document inside a file (or a whole file that is not YAML). Compared by identity; its text is the engine's affair. */
export interface DocumentRef {
  readonly uri: string;
}

export type Key = string | number;

/**
 * Where something is: a document and the path inside it. A place may be of something absent: its range is then that of
 * the nearest key that exists, and an edit there creates what is missing.
 */
export interface Place {
  readonly document: DocumentRef;
  /** Keys and indices from the document's root; empty for the document itself and for a file that is not YAML. */
  readonly path: readonly Key[];
  /** Point at the key rather than at its value. */
  readonly onKey?: true;
  /** Part of the decoded text of the scalar at `path`, or, with an empty path, of the file's text: [from, to). */
  readonly span?: readonly [number, number];
  /** Shows where a part of a value comes from, and is more or less than that part: nothing can be written there. */
  readonly inexact?: true;
  /** Where the value was decided, when it was rendered from elsewhere: a patch, a values file. */
  readonly decided?: Place;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One change, on places. What lies outside it keeps every byte. */
export type Edit =
  /** Gives the place this value. Missing parents are made; an existing map gains or changes only the keys named. */
  | { readonly op: "set"; readonly at: Place; readonly value: Json }
  /** Takes the entry or item away, and what it leaves empty with it. */
  | { readonly op: "remove"; readonly at: Place }
  /** Adds to the list at the place, which is made when absent; a value already there is not added again. */
  | { readonly op: "append"; readonly at: Place; readonly value: Json }
  /** Replaces the scalar's text (or the part that `at.span` names) in the quoting it has. */
  | { readonly op: "replace"; readonly at: Place; readonly text: string }
  /** Adds a document behind this one in the same file. */
  | { readonly op: "add-document"; readonly behind: DocumentRef; readonly value: Json; readonly comment?: string }
  /** Creates a file, never over an existing one. `path` is relative to the folder of the document's file. */
  | { readonly op: "create-file"; readonly beside: DocumentRef; readonly path: string; readonly text: string };

/** `safe` cannot change how a healthy application runs; `review` may, and says so. */
export type Safety = "safe" | "review";

export interface Fix {
  readonly safety: Safety;
  readonly edits: readonly Edit[];
  /** Key of the title among the practice's messages; `fix` when left out. */
  readonly title?: string;
  readonly args?: MessageArgs;
}

export type MessageArgs = Readonly<Record<string, string | number>>;
