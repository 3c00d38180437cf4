/** What is wrong with what people told us (`.kmm.yaml`, comments and annotations that ignore), and what could not be read. Never about what manifests say. */
import type { MessageArgs, Place } from "../../model/edit.ts";
import type { PracticeId } from "../../model/kmm.ts";
import { once } from "../../model/memo.ts";
import type { Answer } from "../engine/config.ts";
import { ResourceFact } from "../engine/dialects/kubernetes.ts";
import type { FileEntry } from "../engine/files.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { Range } from "../engine/source.ts";
import { annotationProblems, suppressionProblems } from "../engine/suppressions.ts";
import type { Snapshot } from "../engine/workspace.ts";

export interface OwnProblem {
  readonly code: "kmm/config" | "kmm/ignore" | "kmm/render" | "kmm/pipeline";
  readonly range: Range;
  readonly severity: "warning" | "information" | "hint";
  /** Key of the interface's text. */
  readonly key: string;
  readonly args: MessageArgs;
}

export function problemsOf(snapshot: Snapshot, entry: FileEntry): readonly OwnProblem[] {
  const own = entry.role === "config" ? configProblems(snapshot, entry) : ignoreProblems(snapshot, entry);
  const placed = [...(renderProblems(snapshot).get(entry.uri) ?? []), ...pipelineProblems(snapshot, entry)];
  return placed.length === 0
    ? own
    : [...own, ...placed.map((problem) => ({ ...problem, range: snapshot.rangeOf(problem.place) }))];
}

/** What of the file's pipelines could not be read: what they lack is not known then, and none of it is asked for. */
function pipelineProblems(snapshot: Snapshot, entry: FileEntry): readonly Unplaced[] {
  if (entry.dialect === undefined) return [];
  // Where the text itself could not be read that is said already.
  if (entry.source?.documents.some(({ problems }) => problems.length > 0) === true) return [];
  const gaps = snapshot.pipelinesIn(entry.uri).flatMap((pipeline) => pipeline.gaps);
  const here = new Map(
    gaps
      .filter(({ place }) => place.document.uri === entry.uri)
      .map((gap) => [JSON.stringify([gap.place.path, gap.place.span, gap.name]), gap]),
  );
  return [...here.values()].map(({ place, reason, name }) => ({
    code: "kmm/pipeline",
    severity: "hint",
    key: `pipeline.${reason}`,
    args: { name },
    place,
  }));
}

type Unplaced = Omit<OwnProblem, "range"> & { readonly place: Place };

/** What cannot be rendered, by the file in which it is wrong. Several environments may meet the same. */
const renderProblems = once((snapshot: Snapshot): ReadonlyMap<string, readonly Unplaced[]> => {
  const { renderings, discovery } = snapshot.environments;
  const byFile = new Map<string, Unplaced[]>();
  const seen = new Set<string>();
  for (const problem of [...[...renderings.values()].flatMap(({ problems }) => problems), ...discovery.problems]) {
    const { code, place, severity, args } = problem;
    const { uri } = place.document;
    const key = JSON.stringify([code, uri, place.path, place.span, args]);
    if (seen.has(key)) continue;
    seen.add(key);
    const here = byFile.get(uri) ?? [];
    byFile.set(uri, here);
    here.push({
      code: "kmm/render",
      severity: severity === "error" ? "warning" : "information",
      key: `render.${code}`,
      args,
      place,
    });
  }
  return byFile;
});

function configProblems(snapshot: Snapshot, entry: FileEntry): readonly OwnProblem[] {
  const root = snapshot.outcomes.configs.get(entry.root?.uri ?? "");
  if (root === undefined || root.uri !== entry.uri) return [];
  const problems: OwnProblem[] = root.problems.map((problem) => ({
    code: "kmm/config",
    range: snapshot.rangeOf(problem.place),
    severity: problem.severity === "error" ? "warning" : "information",
    key: problem.key,
    args: problem.args,
  }));
  // With an error the waivers are those of the last text that was in order, which is not the one that is shown.
  if (root.problems.some((problem) => problem.severity === "error")) return problems;
  const outcomes = snapshot.outcomes.all(entry.root?.uri);
  const used = new Set(outcomes.flatMap((outcome) => outcome.waiver ?? []));
  const unused = root.config.waivers.filter(
    (waiver) => waiver.counts && !used.has(waiver) && waiver.place.document.uri === entry.uri,
  );
  return [
    ...problems,
    ...unused.map((waiver) => ({
      code: "kmm/config" as const,
      range: snapshot.rangeOf(waiver.place),
      severity: "information" as const,
      key: "config.waiverUnused",
      args: { practice: waiver.practice },
    })),
    ...root.config.answers
      .filter((answer) => contradicted(answer, entry, outcomes))
      .map((answer) => ({
        code: "kmm/config" as const,
        range: snapshot.rangeOf(answer.place),
        severity: "information" as const,
        key: "config.answerConflict",
        args: { practice: answer.practice },
      })),
  ];
}

/** An answer that files speak against: what they show counts, and it does not. */
function contradicted(answer: Answer, entry: FileEntry, outcomes: readonly Outcome[]): boolean {
  if (!answer.counts || answer.state === "not-met" || answer.place.document.uri !== entry.uri) return false;
  return outcomes.some(
    ({ practice, state }) => practice.id === answer.practice && state === "unmet" && practice.share !== "any",
  );
}

function ignoreProblems(snapshot: Snapshot, entry: FileEntry): readonly OwnProblem[] {
  if (entry.source === undefined) return [];
  const found: { range: Range; key: string; args: MessageArgs }[] = [];
  if (entry.source.text.includes("kmm-ignore")) {
    const outcomes = [...snapshot.outcomes.of(entry), ...snapshot.outcomes.around(entry)];
    const used = new Set(outcomes.flatMap((outcome) => outcome.suppression ?? []));
    found.push(...suppressionProblems(entry.source, used, snapshot.practiceIds));
  }
  for (const resource of entry.resources) {
    if (!(resource instanceof ResourceFact) || !resource.hasIgnores) continue;
    const namespace = resource.groupKind === "/Namespace" ? snapshot.outcomes.around(entry) : [];
    const used = new Set<PracticeId>(
      [...snapshot.outcomes.ofResource(entry, resource), ...namespace].flatMap((outcome) =>
        outcome.annotated === true ? [outcome.practice.id] : [],
      ),
    );
    for (const problem of annotationProblems(resource, used, snapshot.practiceIds)) {
      found.push({ range: snapshot.rangeOf(problem.place), key: problem.key, args: problem.args });
    }
  }
  return found.map((problem) => ({ code: "kmm/ignore", severity: "information", ...problem }));
}
