/**
 * What a file itself asks to be left alone: comments `# kmm-ignore security/run-as-non-root: reason` on the line or
 * the line above, `kmm-ignore-file`, `kmm-ignore-start` to `kmm-ignore-end`, and annotations on a resource.
 */
import type { MessageArgs, Place } from "../../model/edit.ts";
import type { Field, Resource, Workload } from "../../model/facts.ts";
import { type Comment, commentsOf } from "./comments.ts";
import { nearest } from "./nearest.ts";
import type { Range, SourceFile } from "./source.ts";

/** One comment that excuses findings. Known by its identity: the caller notes which ones excused something. */
export interface Suppression {
  readonly form: "line" | "file" | "range";
  /** The line the comment stands on. */
  readonly line: number;
  /** The lines it holds for: first and last. */
  readonly from: number;
  readonly to: number;
  readonly ids: readonly string[];
  /** Where each of the ids stands. */
  readonly idRanges: readonly Range[];
  /** Empty when none is given: it still holds, and that is reported. */
  readonly reason: string;
  readonly range: Range;
}

/** Something to tell about a comment: always a warning. */
export interface SuppressionProblem {
  readonly range: Range;
  /** Key of the message among the interface's texts. */
  readonly key: string;
  readonly args: MessageArgs;
}

export interface FileSuppressions {
  readonly all: readonly Suppression[];
  /** Comments that cannot be understood. */
  readonly faults: readonly SuppressionProblem[];
  /** What excuses a finding of a practice on a line: the nearest comment, then a range, then the file. */
  find(practice: string, line: number): Suppression | undefined;
}

const NONE: FileSuppressions = { all: [], faults: [], find: () => undefined };

const known = new WeakMap<SourceFile, FileSuppressions>();

/** The suppressions of a file; read once for each version of it, and only when it holds any. */
export function readSuppressions(file: SourceFile): FileSuppressions {
  if (file.text.indexOf("kmm-ignore") < 0) return NONE;
  let suppressions = known.get(file);
  if (suppressions === undefined) {
    suppressions = new CommentSuppressions(commentsOf(file));
    known.set(file, suppressions);
  }
  return suppressions;
}

class CommentSuppressions implements FileSuppressions {
  readonly all: readonly Suppression[];
  readonly faults: readonly SuppressionProblem[];
  readonly #byLine = new Map<number, Suppression[]>();
  readonly #wide: readonly Suppression[];

  constructor(comments: readonly Comment[]) {
    const all: Suppression[] = [];
    const faults: SuppressionProblem[] = [];
    const open: Comment[] = [];
    const fault = (comment: Comment, key: string, args: MessageArgs = {}) =>
      faults.push({ range: comment.range, key, args });
    for (const comment of comments) {
      const { word, ids } = comment;
      if (word === "kmm-ignore-end") {
        const index = open.findLastIndex((one) => ids.length === 0 || ids.some((id) => one.ids.includes(id)));
        const [start] = index < 0 ? [] : open.splice(index, 1);
        if (start === undefined) fault(comment, "ignore.noStart");
        else all.push(suppression(start, "range", start.line, comment.line));
      } else if (!FORMS.has(word)) {
        fault(comment, "ignore.unknownForm", { word });
      } else if (ids.length === 0) {
        fault(comment, "ignore.noPractice", { word });
      } else if (word === "kmm-ignore-start") {
        open.push(comment);
      } else if (word === "kmm-ignore-file") {
        all.push(suppression(comment, "file", 0, Number.MAX_SAFE_INTEGER));
      } else {
        const line = word === "kmm-ignore-next-line" ? comment.nextLine : comment.appliesTo;
        all.push(suppression(comment, "line", line, line));
      }
    }
    for (const comment of open) {
      // Until somebody writes the end, it holds for the rest of the file.
      all.push(suppression(comment, "range", comment.line, Number.MAX_SAFE_INTEGER));
      fault(comment, "ignore.noEnd");
    }
    this.all = all.sort((one, other) => one.line - other.line);
    this.faults = faults;
    for (const one of this.all) {
      if (one.form !== "line") continue;
      const list = this.#byLine.get(one.from);
      if (list === undefined) this.#byLine.set(one.from, [one]);
      else list.push(one);
    }
    const last = (form: Suppression["form"]) => this.all.filter((one) => one.form === form).reverse();
    this.#wide = [...last("range"), ...last("file")];
  }

  find(practice: string, line: number): Suppression | undefined {
    const near = this.#byLine.get(line)?.findLast((one) => one.ids.includes(practice));
    return near ?? this.#wide.find((one) => one.from <= line && line <= one.to && one.ids.includes(practice));
  }
}

const FORMS = new Set(["kmm-ignore", "kmm-ignore-next-line", "kmm-ignore-file", "kmm-ignore-start"]);

function suppression(comment: Comment, form: Suppression["form"], from: number, to: number): Suppression {
  const { line, ids, idRanges, reason, range } = comment;
  return { form, line, from, to, ids, idRanges, reason, range };
}

/** What to tell about a file's comments: ids that do not exist, reasons that are missing, and those that excuse nothing. */
export function suppressionProblems(
  file: SourceFile,
  used: ReadonlySet<Suppression>,
  practices: ReadonlySet<string>,
): readonly SuppressionProblem[] {
  const { all, faults } = readSuppressions(file);
  const problems = [...faults];
  for (const one of all) {
    one.ids.forEach((id, index) => {
      if (!practices.has(id)) problems.push({ range: one.idRanges[index] ?? one.range, ...unknown(id, practices) });
    });
    const practice = one.ids.join(", ");
    if (one.reason === "") problems.push({ range: one.range, key: "ignore.noReason", args: { practice } });
    // An unknown id has just been told of, and is why it excuses nothing.
    if (!used.has(one) && one.ids.some((id) => practices.has(id)))
      problems.push({ range: one.range, key: "ignore.unused", args: { practice } });
  }
  return problems.sort((one, other) => one.range.start.line - other.range.start.line);
}

function unknown(practice: string, practices: ReadonlySet<string>): Pick<SuppressionProblem, "key" | "args"> {
  const near = nearest(practice, practices);
  return near === undefined
    ? { key: "ignore.unknown", args: { practice } }
    : { key: "ignore.unknownNear", args: { practice, near } };
}

const ANNOTATION = "kmm/ignore.";

/** An annotation that excuses a resource from a practice. */
export interface AnnotationSuppression {
  /** As written behind `kmm/ignore.`, the slash as a hyphen. */
  readonly written: string;
  readonly reason: string;
  /** The annotation's key. */
  readonly place: Place;
}

/** What the resource, or the pods that it makes, says of a practice. */
export function annotationSuppression(resource: Resource, practice: string): AnnotationSuppression | undefined {
  const written = dashed(practice);
  return annotationSuppressions(resource).find((one) => one.written === written);
}

/** All annotations of the resource and of the pods that it makes that ask to ignore a practice. */
export function annotationSuppressions(resource: Resource): readonly AnnotationSuppression[] {
  const own = resource.annotations;
  const pods = isWorkload(resource) ? resource.podAnnotations : own;
  // The metadata of a Pod is that of its pod template.
  return samePlace(own.place, pods.place) ? suppressionsIn(own) : [...suppressionsIn(own), ...suppressionsIn(pods)];
}

function suppressionsIn(annotations: Field): readonly AnnotationSuppression[] {
  return annotations.writtenEntries().flatMap(([key, value]) => {
    if (!key.startsWith(ANNOTATION)) return [];
    return [
      {
        written: key.slice(ANNOTATION.length),
        reason: (value.source ?? "").trim(),
        place: { ...value.place, onKey: true as const },
      },
    ];
  });
}

function isWorkload(resource: Resource): resource is Workload {
  return "podAnnotations" in resource;
}

function samePlace(one: Place, other: Place): boolean {
  return one.path.join("\n") === other.path.join("\n");
}

function dashed(practice: string): string {
  return practice.replaceAll("/", "-");
}

/** Something to tell about an annotation: always a warning. */
export interface AnnotationProblem {
  readonly place: Place;
  readonly key: string;
  readonly args: MessageArgs;
}

/** What to tell about a resource's annotations; `used` are the practices that one of them excused it from. */
export function annotationProblems(
  resource: Resource,
  used: ReadonlySet<string>,
  practices: ReadonlySet<string>,
): readonly AnnotationProblem[] {
  const problems: AnnotationProblem[] = [];
  const byWritten = dashedIds(practices);
  for (const { written, reason, place } of annotationSuppressions(resource)) {
    const practice = byWritten.get(written);
    if (practice === undefined) {
      const near = nearest(written, byWritten.keys());
      if (near === undefined) problems.push({ place, key: "ignore.unknown", args: { practice: written } });
      else problems.push({ place, key: "ignore.unknownNear", args: { practice: written, near } });
    }
    if (reason === "") problems.push({ place, key: "ignore.noReason", args: { practice: practice ?? written } });
    if (practice !== undefined && !used.has(practice))
      problems.push({ place, key: "ignore.unused", args: { practice } });
  }
  return problems;
}

const dashedCache = new WeakMap<ReadonlySet<string>, ReadonlyMap<string, string>>();

function dashedIds(practices: ReadonlySet<string>): ReadonlyMap<string, string> {
  let ids = dashedCache.get(practices);
  if (ids === undefined) {
    ids = new Map([...practices].map((id) => [dashed(id), id]));
    dashedCache.set(practices, ids);
  }
  return ids;
}
