/** Quick fixes: what takes the next step, previewed as it will be. */
import type { Safety } from "../../model/edit.ts";
import { fill, say, type Texts } from "../../model/text/texts.ts";
import type { FileCreation, TextChange } from "../engine/changes.ts";
import type { FileEntry } from "../engine/files.ts";
import { offerFor } from "../engine/fixes.ts";
import type { Range } from "../engine/source.ts";
import type { Snapshot } from "../engine/workspace.ts";
import { diagnosticsOf, type KmmDiagnostic, type Show } from "./diagnostics.ts";

export interface KmmAction {
  readonly title: string;
  readonly safety: Safety;
  readonly diagnostic: KmmDiagnostic;
  readonly changes: readonly TextChange[];
  readonly creations: readonly FileCreation[];
}

/** Fixes for the findings that touch the range. */
export function actionsAt(
  snapshot: Snapshot,
  entry: FileEntry,
  range: Range,
  texts: Texts,
  show: Show,
): readonly KmmAction[] {
  const actions: KmmAction[] = [];
  for (const diagnostic of diagnosticsOf(snapshot, entry, texts, show)) {
    if (diagnostic.outcome === undefined || !touches(diagnostic, entry, range)) continue;
    const offer = offerFor(snapshot, diagnostic.outcome, diagnostic.overlay);
    if (offer === undefined) continue;
    const { fix, changes, creations } = offer;
    const text = texts.practices[diagnostic.outcome.practice.id];
    const title = fill(text?.messages[fix.title ?? "fix"] ?? text?.title ?? diagnostic.code, fix.args);
    actions.push({
      title: fix.safety === "safe" ? title : say(texts, "fix.review", { title }),
      safety: fix.safety,
      diagnostic,
      changes,
      creations,
    });
  }
  return actions;
}

/** On the finding's own token, or on those of the same finding elsewhere in the file. */
function touches(diagnostic: KmmDiagnostic, entry: FileEntry, range: Range): boolean {
  const ranges = [
    diagnostic.range,
    ...diagnostic.related.filter((one) => one.uri === entry.uri).map((one) => one.range),
  ];
  return ranges.some((one) => !isBefore(one.end, range.start) && !isBefore(range.end, one.start));
}

function isBefore(one: Range["start"], other: Range["start"]): boolean {
  return one.line < other.line || (one.line === other.line && one.character < other.character);
}
