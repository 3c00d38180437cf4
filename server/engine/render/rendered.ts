/**
 * What rendering gives: objects as they are applied to a cluster. Each node of them knows where it was written, so that
 * what is said of it can be shown in the file that should change.
 */
import type { Key, MessageArgs, Place } from "../../../model/edit.ts";
import type { SourceDocument } from "../source.ts";
import type { MapTree } from "../tree/tree.ts";

/** One object as it is applied. */
export interface RenderedObject {
  /** Its root, which always bears an `origin` when anything in it was changed; other nodes where they were grafted. */
  readonly tree: MapTree;
  /** The document that declares it: of a base, a template; the kustomization for what a generator makes. */
  readonly document: SourceDocument;
  /** Where it begins in that document: `[]`, or the way to an item of a List. */
  readonly path: readonly Key[];
  /** Nothing was changed on the way: `tree` is the document's own, and need not be kept. */
  readonly untouched: boolean;
  /** It comes from a chart that somebody else keeps. */
  readonly vendored?: boolean;
}

/** Why something could not be rendered; a key of the interface's texts below `render.`. */
export type RenderProblemCode =
  /** Lies elsewhere (a URL, a chart of a registry): what it brings is not known. */
  | "remote"
  /** Names a file or folder that is not there. */
  | "missing"
  /** Includes itself. */
  | "cycle"
  /** Two objects of the same identity. */
  | "conflict"
  /** A patch, replacement or variable that finds nothing, or cannot be applied. */
  | "target"
  /** Not what the field takes: wrong type, unreadable patch. */
  | "invalid"
  /** A feature that is not rendered here (plugins, functions): what it does is not known. */
  | "unsupported"
  /** The helm program refused; `text` says why, its first line. */
  | "helm"
  /** Values are missing that a chart asks for: it was rendered as if they were given, and they are not known. */
  | "values"
  /** There is no helm program, or it may not be run. */
  | "no-helm";

export interface RenderProblem {
  readonly code: RenderProblemCode;
  /** What is wrong, in its own file. */
  readonly place: Place;
  /** `error`: the real tool refuses it as well. `note`: something is unknown, nothing is wrong. */
  readonly severity: "error" | "note";
  readonly args: MessageArgs;
}

export interface Rendering {
  readonly objects: readonly RenderedObject[];
  readonly problems: readonly RenderProblem[];
  /** URIs of all files it was computed from, those included that it looked for and did not find. */
  readonly files: ReadonlySet<string>;
  /** False when more may be applied than is known: a remote base, a chart that could not be rendered. */
  readonly complete: boolean;
  /** The real tool gives nothing for it: `objects` is empty, and its files are judged as they stand. */
  readonly failed: boolean;
}
