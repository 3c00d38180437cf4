/**
 * Tekton: Pipelines and runs that bring their own, in the workspace or as Pipelines as Code starts them. What Tasks do
 * is read in tekton-tasks.ts. Whatever is written there, reading it never throws.
 */
import type { DocumentRef } from "../../../model/edit.ts";
import type { Field, GroupKind, Job, Pipeline, PipelineGap, PipelineReference, Trigger } from "../../../model/facts.ts";
import { expanded } from "./expanded.ts";
import { type NamedValues, namedValues } from "./named-values.ts";
import { orderOf } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";
import { distinctGaps, distinctReferences } from "./references.ts";
import { expansionOf, readTask } from "./tekton-tasks.ts";
import { isWritten, keyOf, textOf, textsOf } from "./written.ts";

const GROUP = /^tekton\.dev\//;
const TEMPLATES = /^triggers\.tekton\.dev\//;

export const tekton: PipelineDialect = {
  provider: "tekton",
  recognises: () => false,
  objects: new Set<GroupKind>([
    "tekton.dev/Pipeline",
    "tekton.dev/PipelineRun",
    "tekton.dev/Task",
    "tekton.dev/ClusterTask",
    "tekton.dev/StepAction",
    "triggers.tekton.dev/TriggerTemplate",
  ]),
  read: (source, files) => source.documents.flatMap(({ body, document }) => readObject(body, document, source, files)),
};

/** What is known of a pipeline before its tasks are read. */
interface Frame {
  /** The object that is started. */
  readonly body: Field;
  /** Of the PipelineRun, where there is one. */
  readonly given: NamedValues;
  readonly annotations: Field;
  readonly triggers: ReadonlySet<Trigger>;
  readonly document: DocumentRef;
  readonly source: PipelineSource;
  readonly files: PipelineFiles;
}

function readObject(
  body: Field,
  document: DocumentRef,
  source: PipelineSource,
  files: PipelineFiles,
): readonly Pipeline[] {
  const version = textOf(body.at("apiVersion")) ?? "";
  const kind = textOf(body.at("kind"));
  if (TEMPLATES.test(version) && kind === "TriggerTemplate")
    return body
      .at("spec", "resourcetemplates")
      .writtenItems()
      .flatMap((it) => readObject(it, document, source, files));
  if (!GROUP.test(version)) return [];
  const annotations = body.at("metadata", "annotations");
  const frame = { body, given: new Map(), annotations, triggers: startedBy(annotations), document, source, files };
  if (kind === "Pipeline") return [readPipeline(body.at("spec"), frame)];
  if (kind !== "PipelineRun") return [];
  const given = namedValues(body.at("spec", "params"));
  const own = body.at("spec", "pipelineSpec");
  if (isWritten(body.at("spec"), "pipelineSpec")) return [readPipeline(own, { ...frame, given })];
  const reference = body.at("spec", "pipelineRef");
  const named = nameOf(reference);
  // A Pipeline of the workspace is read where it stands.
  if (named === undefined || files.object("tekton.dev/Pipeline", named.source ?? "") !== undefined) return [];
  const gap: PipelineGap = { place: named.place, reason: "remote", name: textOf(named) ?? "" };
  return [readPipeline(own, frame, [gap])];
}

/** The name in a reference, or in what a resolver is told. */
function nameOf(reference: Field): Field | undefined {
  const own = [reference.at("name"), namedValues(reference.at("params")).get("name")];
  const [first] = [...own, reference.at("resolver")].filter((it) => it !== undefined && textOf(it) !== undefined);
  return first;
}

const AS_CODE = "pipelinesascode.tekton.dev/";

/** What starts a run is kept with the cluster, and is a change mostly; with Pipelines as Code it stands in the file. */
function startedBy(annotations: Field): ReadonlySet<Trigger> {
  const text = (name: string) => textOf(annotations.at(`${AS_CODE}${name}`)) ?? "";
  const events = `${text("on-event")} ${text("on-cel-expression")}`;
  const found = new Set<Trigger>();
  if (/\bpull_request\b|\bmerge_request\b/.test(events)) found.add("pull-request");
  if (/\bpush\b/.test(events)) found.add(/refs\/tags\//.test(`${text("on-target-branch")} ${events}`) ? "tag" : "push");
  if (text("on-comment") !== "") found.add("manual");
  return found.size === 0 ? new Set(["push"]) : found;
}

/** Tasks that Pipelines as Code is told to fetch: those named without a path come from the catalogue. */
function fetched(annotations: Field): ReadonlySet<string> {
  const names = annotations
    .writtenEntries()
    .filter(([key]) => /^pipelinesascode\.tekton\.dev\/task(?:-\d+)?$/.test(key))
    .flatMap(([, value]) => (textOf(value) ?? "").replace(/^\[|\]$/g, "").split(","));
  return new Set(names.map((it) => it.trim().replace(/:.*$/s, "")).filter((it) => it !== "" && !it.includes("/")));
}

function readPipeline(spec: Field, frame: Frame, lost: readonly PipelineGap[] = []): Pipeline {
  const { body, document, source, triggers, files } = frame;
  const values = new Map([...namedValues(spec.at("params"), "default"), ...frame.given]);
  const expansion = expansionOf(values);
  const gaps: PipelineGap[] = [...lost];
  const references: PipelineReference[] = [];
  const tasks = spec.at("tasks").writtenItems();
  const lasting = spec.at("finally").writtenItems();
  const names = tasks.map(taskName);
  const catalogue = fetched(frame.annotations);
  const jobs = [...tasks, ...lasting].map((written, index): Job => {
    const isLast = index >= tasks.length;
    const task = expanded(written, expansion);
    const name = taskName(task, isLast ? index - tasks.length : index);
    return readTask(
      task,
      written,
      { files, gaps, references, catalogue },
      {
        id: isLast ? `finally/${name}` : name,
        place: isWritten(written, "name") ? written.at("name").place : written.place,
        // What comes last runs even where a task has failed, unless it asks for how they ended.
        needs: isLast ? (waitsForSuccess(task) ? names : succeededIn(task)) : neededBy(task, names),
      },
    );
  });
  const list = spec.at("tasks");
  const name = textOf(body.at("metadata", "name")) ?? textOf(body.at("metadata", "generateName"))?.replace(/-$/, "");
  return {
    provider: "tekton",
    displayName: name ?? source.path.split("/").at(-1) ?? source.path,
    body,
    document,
    place: list.presence === "absent" ? (lost[0]?.place ?? body.place) : keyOf(list),
    triggers,
    jobs,
    capabilities: jobs.flatMap((job) => job.steps).flatMap((step) => step.capabilities),
    reusable: false,
    opaque: gaps.length > 0,
    gaps: distinctGaps(gaps),
    references: distinctReferences(references),
    precedes: orderOf(jobs, new Map()),
    system: source.system,
    nonProduction: source.nonProduction,
    foreign: source.foreign,
  };
}

function taskName(task: Field, index: number): string {
  return textOf(task.at("name")) ?? `task ${index + 1}`;
}

/** Tasks whose results it uses, and those that it names. */
function neededBy(task: Field, names: readonly string[]): readonly string[] {
  const used = new Set(textsOf(task.at("runAfter")));
  const resources = task.at("resources", "inputs").writtenItems();
  for (const it of resources) for (const name of textsOf(it.at("from"))) used.add(name);
  for (const key of ["params", "when", "matrix"]) collectResults(task.at(key), used, 0);
  return names.filter((it) => used.has(it));
}

const MAX_DEPTH = 12;

function collectResults(field: Field, into: Set<string>, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const it of (field.source ?? "").matchAll(/\$\(tasks\.([\w-]+)\.(?:results|outputs)\b/g)) into.add(it[1] ?? "");
  for (const it of field.writtenItems()) collectResults(it, into, depth + 1);
  for (const [, it] of field.writtenEntries()) collectResults(it, into, depth + 1);
}

function conditions(task: Field): readonly Field[] {
  return task.at("when").writtenItems();
}

function asksForSuccess(condition: Field, input: RegExp): string | undefined {
  const found = input.exec(textOf(condition.at("input")) ?? "");
  const isIn = textOf(condition.at("operator"))?.toLowerCase() === "in";
  const values = textsOf(condition.at("values"));
  const succeeded = values.length > 0 && values.every((it) => it === "Succeeded");
  return found !== null && isIn && succeeded ? (found[1] ?? "") : undefined;
}

/** The whole run must have passed. */
function waitsForSuccess(task: Field): boolean {
  return conditions(task).some((it) => asksForSuccess(it, /^\$\(tasks\.status\)$/) !== undefined);
}

/** Tasks that must have passed. */
function succeededIn(task: Field): readonly string[] {
  return conditions(task)
    .map((it) => asksForSuccess(it, /^\$\(tasks\.([\w-]+)\.status\)$/))
    .filter((it) => it !== undefined);
}
