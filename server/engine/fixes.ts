/** The fix of a practice, asked for only when someone wants it, and written as text. */
import type { DocumentRef, Fix } from "../../model/edit.ts";
import { Unresolved } from "../../model/practice.ts";
import { type EditSource, type FileCreation, type TextChange, type Written, writeEdits } from "./changes.ts";
import { Asked } from "./dependencies.ts";
import type { Outcome } from "./outcomes.ts";
import type { WorldSnapshot } from "./snapshot.ts";
import { TrackedWorld } from "./world.ts";

/** What would make an unmet outcome met; nothing when the practice has no safe way to write it here. */
export function fixOf(snapshot: WorldSnapshot, outcome: Outcome): Fix | undefined {
  const { state, practice, subject } = outcome;
  if (state !== "unmet" || practice.fix === undefined) return undefined;
  try {
    return practice.fix(subject.fact as never, new TrackedWorld(snapshot, new Asked(snapshot)));
  } catch (error) {
    if (!(error instanceof Unresolved)) snapshot.fail(practice.id, error, subject.document?.uri);
    return undefined;
  }
}

/** The fix as changes to texts, or why it is not offered. */
export function writeFix(snapshot: WorldSnapshot, fix: Fix): Written {
  return writeEdits(fix.edits, editSource(snapshot));
}

/** What is offered for an outcome: its fix and how it is written. Nothing where there is none that can be written. */
export function offerFor(snapshot: WorldSnapshot, outcome: Outcome): Offer | undefined {
  const fix = fixOf(snapshot, outcome);
  if (fix === undefined) return undefined;
  try {
    const written = writeFix(snapshot, fix);
    if (!written.ok || written.changes.length + written.creations.length === 0) return undefined;
    return { fix, changes: written.changes, creations: written.creations };
  } catch (error) {
    snapshot.fail(outcome.practice.id, error, outcome.subject.document?.uri);
    return undefined;
  }
}

export interface Offer {
  readonly fix: Fix;
  readonly changes: readonly TextChange[];
  readonly creations: readonly FileCreation[];
}

export function editSource(snapshot: WorldSnapshot): EditSource {
  return {
    document: (ref: DocumentRef) => {
      const source = snapshot.files.get(ref.uri)?.source;
      const index = source?.indexOf(ref) ?? -1;
      const start = source?.starts[index]?.offset;
      const document = source?.documents[index];
      if (source === undefined || start === undefined || document === undefined) return undefined;
      return { text: source.text, start, end: start + document.text.length };
    },
    exists: (uri) => snapshot.files.has(uri),
  };
}
