/** What a file shows by default: what stands between it and the next level, and nothing else. */
import type { Place } from "../../model/edit.ts";
import type { Practice, Spot } from "../../model/practice.ts";
import { say, type Texts } from "../../model/text/texts.ts";
import type { Unit } from "../engine/environments.ts";
import type { FileEntry } from "../engine/files.ts";
import type { Results } from "../engine/levels.ts";
import type { Outcome } from "../engine/outcome.ts";
import { type Shown, shownIn } from "../engine/placement.ts";
import type { Range } from "../engine/source.ts";
import type { Snapshot } from "../engine/workspace.ts";
import { fullMessage, levelOf, spotsOf, subjectOf } from "./findings.ts";
import { problemsOf } from "./problems.ts";

export type Severity = "warning" | "information" | "hint";

export interface KmmDiagnostic {
  readonly code: string;
  readonly range: Range;
  readonly severity: Severity;
  readonly message: string;
  readonly related: readonly { readonly uri: string; readonly range: Range; readonly message: string }[];
  /** The practice, where there is an explanation to lead to. */
  readonly practice: Practice | undefined;
  readonly outcome: Outcome | undefined;
  /** In an overlay's own file, which alone is to change. */
  readonly overlay?: Place;
}

export type Show = "next" | "all" | "off";

/** At most this many in one file; the last says how many more there are. */
export const MAX_DIAGNOSTICS = 200;

/** `complete` is false while the workspace is still being read: then only what this file alone decides is said. */
export function diagnosticsOf(
  snapshot: Snapshot,
  entry: FileEntry,
  texts: Texts,
  show: Show,
  complete = true,
): readonly KmmDiagnostic[] {
  const own = capped(ownProblems(snapshot, entry, texts), texts);
  if (show === "off") return own;
  const sure = ({ state, across, practice }: Outcome) =>
    state === "unmet" && (complete || (!across && practice.share !== "any"));
  const found: KmmDiagnostic[] = [];
  const outcomes = [...snapshot.outcomes.of(entry), ...snapshot.outcomes.around(entry)].filter(sure);
  if (outcomes.length > 0) {
    const levels = snapshot.outcomes.file(entry);
    for (const outcome of outcomes) {
      const severity = severityOf(snapshot, entry, outcome, levels, show);
      const diagnostic = severity === undefined ? undefined : diagnosticOf(snapshot, entry, outcome, severity, texts);
      if (diagnostic !== undefined) found.push(diagnostic);
    }
  }
  for (const shown of shownIn(snapshot, entry.uri)) {
    const { outcome, unit } = shown;
    if (!sure(outcome)) continue;
    const levels = snapshot.outcomes.levelsIn(unit, outcome.subject.document?.uri ?? entry.uri);
    const severity = severityOf(snapshot, unit, outcome, levels, show);
    if (severity !== undefined) found.push(renderedDiagnostic(snapshot, shown, severity, texts));
  }
  found.push(...typedDiagnostics(snapshot, entry, texts, show, found));
  found.sort(
    (one, other) =>
      one.range.start.line - other.range.start.line || one.range.start.character - other.range.start.character,
  );
  return [...own, ...capped(found, texts)];
}

/**
 * A forbidden thing at level 1 is a warning whatever the level. Required practices up to the next level are
 * information, hints where they lie beyond the target. What supports, and what lies higher, is shown on demand.
 */
function severityOf(
  snapshot: Snapshot,
  entry: Unit,
  outcome: Outcome,
  levels: Results,
  show: Show,
): Severity | undefined {
  const { practice } = outcome;
  const config = snapshot.outcomes.configFor(entry);
  const set = config.practices.get(practice.id);
  const level = levelOf(practice, config);
  const required = (set === "off" ? undefined : set?.required) ?? practice.gate !== "supporting";
  if (level === 1 && practice.share === "all" && required && outcome.counted) return "warning";
  const held = levels[practice.dimension].level ?? 0;
  const next = levels[practice.dimension].cells.find((cell) => cell.level > held && cell.required > 0)?.level ?? held;
  const target = config.target[practice.dimension];
  if (show === "next" && (level > next || !required || !outcome.counted)) return undefined;
  if (practice.share === "any" && snapshot.outcomes.isMetSomewhere(practice, entry.root?.uri)) return undefined;
  if (!required || level > next || level > target || !outcome.counted) return "hint";
  return "information";
}

function diagnosticOf(
  snapshot: Snapshot,
  entry: FileEntry,
  outcome: Outcome,
  severity: Severity,
  texts: Texts,
): KmmDiagnostic | undefined {
  const spots = spotsOf(outcome);
  const here = spots.find((spot) => spot.place.document.uri === entry.uri);
  if (here === undefined) return undefined;
  const config = snapshot.outcomes.configFor(entry);
  const related = spots
    .filter((spot) => spot !== here)
    .map((spot: Spot) => ({
      uri: spot.place.document.uri,
      range: snapshot.rangeOf(spot.place),
      message: fullMessage(texts, outcome, spot, config),
    }));
  return {
    code: outcome.practice.id,
    range: snapshot.rangeOf(here.place),
    severity,
    message: fullMessage(texts, outcome, here, config),
    related,
    practice: outcome.practice,
    outcome,
  };
}

/** What is written in a template can be said at once; what it renders to follows. */
function typedDiagnostics(
  snapshot: Snapshot,
  entry: FileEntry,
  texts: Texts,
  show: Show,
  said: readonly KmmDiagnostic[],
): readonly KmmDiagnostic[] {
  const typed = snapshot.outcomes.typed(entry);
  if (typed === undefined) return [];
  const key = ({ code, range }: KmmDiagnostic) => `${code} ${range.start.line} ${range.start.character}`;
  const known = new Set(said.map(key));
  return typed.outcomes.flatMap((outcome) => {
    if (outcome.state !== "unmet" || outcome.across) return [];
    const severity = severityOf(snapshot, entry, outcome, typed.levels, show);
    const diagnostic = severity === undefined ? undefined : diagnosticOf(snapshot, entry, outcome, severity, texts);
    return diagnostic === undefined || known.has(key(diagnostic)) ? [] : [diagnostic];
  });
}

/** Said in the file that should change, with the way back to where it shows. */
function renderedDiagnostic(
  snapshot: Snapshot,
  { outcome, spot, place, unit, overlay }: Shown,
  severity: Severity,
  texts: Texts,
): KmmDiagnostic {
  const shows = spot?.place ?? outcome.subject.fact.place;
  const elsewhere = shows.document !== place.document;
  const message = fullMessage(texts, outcome, spot, snapshot.outcomes.configFor(unit));
  const args = { environment: unit.environment?.spec.name ?? "", ...objectOf(outcome) };
  return {
    code: outcome.practice.id,
    range: snapshot.rangeOf(place),
    severity,
    message: elsewhere ? `${message} ${say(texts, "diagnostic.environment", args)}` : message,
    ...(overlay === true ? { overlay: place } : {}),
    related: elsewhere ? [{ uri: shows.document.uri, range: snapshot.rangeOf(shows), message }] : [],
    practice: outcome.practice,
    outcome,
  };
}

function objectOf({ subject }: Outcome): { readonly object: string } {
  const { kind, name } = subjectOf(subject);
  return { object: name === "" ? kind : `${kind}/${name}` };
}

function capped(found: readonly KmmDiagnostic[], texts: Texts): readonly KmmDiagnostic[] {
  const last = found[MAX_DIAGNOSTICS - 1];
  if (found.length <= MAX_DIAGNOSTICS || last === undefined) return found;
  const more = say(texts, "diagnostic.more", { count: found.length - MAX_DIAGNOSTICS + 1 });
  return [
    ...found.slice(0, MAX_DIAGNOSTICS - 1),
    {
      ...last,
      message: more,
      related: [],
      practice: undefined,
      outcome: undefined,
      severity: "information",
      code: "kmm/more",
    },
  ];
}

/** What is wrong with what people told us: the configuration, comments and annotations that ignore. */
function ownProblems(snapshot: Snapshot, entry: FileEntry, texts: Texts): readonly KmmDiagnostic[] {
  return problemsOf(snapshot, entry).map((problem) => ({
    code: problem.code,
    range: problem.range,
    severity: problem.severity,
    message: say(texts, problem.key, problem.args),
    related: [],
    practice: undefined,
    outcome: undefined,
  }));
}
