/** The fix of a practice, asked for only when someone wants it, and written as text. */
import type { DocumentRef, Fix } from "../../model/edit.ts";
import { Unresolved } from "../../model/practice.ts";
import { type EditSource, type Written, writeEdits } from "./changes.ts";
import type { Outcome } from "./outcomes.ts";
import type { WorldSnapshot } from "./snapshot.ts";
import { Asked, TrackedWorld } from "./world.ts";

/** What would make an unmet outcome met; nothing when the practice has no safe way to write it here. */
export function fixOf(snapshot: WorldSnapshot, outcome: Outcome): Fix | undefined {
  if (outcome.state !== "unmet" || outcome.practice.fix === undefined) return undefined;
  try {
    return outcome.practice.fix(outcome.subject.fact as never, new TrackedWorld(snapshot, new Asked(snapshot)));
  } catch (error) {
    if (error instanceof Unresolved) return undefined;
    throw error;
  }
}

/** The fix as changes to texts, or why it is not offered. */
export function writeFix(snapshot: WorldSnapshot, fix: Fix): Written {
  return writeEdits(fix.edits, editSource(snapshot));
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
