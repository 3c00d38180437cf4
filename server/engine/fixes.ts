/** The fix of a practice, asked for only when someone wants it, and written as text. */
import type { DocumentRef, Edit, Fix, Place } from "../../model/edit.ts";
import type { Resource } from "../../model/facts.ts";
import { once } from "../../model/memo.ts";
import { Unresolved } from "../../model/practice.ts";
import { type EditSource, type FileCreation, type TextChange, type Written, writeEdits } from "./changes.ts";
import { Asked } from "./dependencies.ts";
import { isClaim } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { asPatch } from "./overlay-fix.ts";
import type { WorldSnapshot } from "./snapshot.ts";
import { TrackedWorld } from "./world.ts";

/** What would make an unmet outcome met; nothing when the practice has no safe way to write it here. */
export function fixOf(snapshot: WorldSnapshot, outcome: Outcome): Fix | undefined {
  const { state, practice, subject } = outcome;
  const fixed = isClaim(practice, subject) ? practice.claims : practice;
  if (state !== "unmet" || fixed?.fix === undefined) return undefined;
  try {
    return fixed.fix(subject.fact as never, worldOf(snapshot, outcome));
  } catch (error) {
    if (!(error instanceof Unresolved)) snapshot.fail(practice.id, error, subject.document?.uri);
    return undefined;
  }
}

/** The world in which the subject was judged. */
function worldOf(snapshot: WorldSnapshot, { subject }: Outcome): TrackedWorld {
  const uri = subject.document?.uri;
  const units = uri === undefined ? [] : snapshot.environments.using(uri);
  const unit = units.find(({ resources }) => factsIn(resources).has(subject.fact));
  const state = unit === undefined ? snapshot : snapshot.stateOf(unit);
  return new TrackedWorld(state, new Asked(state));
}

const factsIn = once((resources: readonly Resource[]): ReadonlySet<unknown> => new Set(resources));

/** The fix as changes to texts, or why it is not offered. */
export function writeFix(snapshot: WorldSnapshot, fix: Fix): Written {
  return writeEdits(fix.edits.map(whereDecided), editSource(snapshot));
}

/**
 * What is offered for an outcome: its fix and how it is written. Nothing where there is none that can be written.
 * `overlay`: only this environment lacks it, so that what the others share stays as it is.
 */
export function offerFor(snapshot: WorldSnapshot, outcome: Outcome, overlay?: Place): Offer | undefined {
  const own = fixOf(snapshot, outcome);
  if (own === undefined) return undefined;
  try {
    const fix = overlay === undefined ? own : asPatch(own, outcome, overlay);
    if (fix === undefined) return undefined;
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

/** What a values file decides is changed there. */
function whereDecided(edit: Edit): Edit {
  if (!("at" in edit) || edit.at.decided === undefined) return edit;
  const { decided, inexact } = edit.at;
  return { ...edit, at: inexact === undefined ? decided : { ...decided, inexact } };
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
