/** What a task of a Tekton Pipeline does: its own steps, those of a Task of the workspace, or of one that is known by name. */
import type { Field, Job, PipelineGap, PipelineReference } from "../../../model/facts.ts";
import { CATALOGUE_TASKS, REFERENCES } from "../../../model/tools/references.ts";
import { commandsOfReference, type Environment } from "../capabilities.ts";
import { join } from "../indirection.ts";
import { type PlacedCommand, readCommands, type ShellOptions } from "../shell.ts";
import { containerCommands, shebangShell } from "./container-commands.ts";
import { type Expansion, expanded, fillIn, saying } from "./expanded.ts";
import { asMap, envOf, type NamedValues, namedValues } from "./named-values.ts";
import { makeSteps, type StepParts } from "./pipeline.ts";
import type { PipelineFiles } from "./pipelines.ts";
import { imageReference, pinOf } from "./references.ts";
import { commandStep, isWritten, readAround, type Setting, textOf, textsOf } from "./written.ts";

/** What is collected while the tasks of one pipeline are read. */
export interface TaskReading {
  readonly files: PipelineFiles;
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
  /** Tasks that the run is told to take from the catalogue. */
  readonly catalogue: ReadonlySet<string>;
}

const PARAMETER = /^(?:inputs\.)?params(?:\.([\w-]+)|\[["']([^"'\]]+)["']\])(?:\.([\w-]+)|\[(\d+)\])?$/;

/** `$(params.tag)`, `$(params["tag"])`, `$(params.options.tag)`, `$(params.tags[0])` and `$(params.tags[*])`. */
export function expansionOf(values: NamedValues): Expansion {
  const value = (expression: string): string | undefined => {
    const [, plain, quoted, key, index] = PARAMETER.exec(expression) ?? [];
    const field = values.get(plain ?? quoted ?? "");
    if (field === undefined) return undefined;
    const own = key !== undefined ? field.at(key) : index !== undefined ? field.at(Number(index)) : field;
    return own.kind === "scalar" ? own.source : undefined;
  };
  const expansion: Expansion = {
    fill: (text) => (text.includes("$(") ? fillIn(text, [{ open: "$(", close: ")", value }]) : undefined),
    whole: () => undefined,
    items: (list) =>
      list.writtenItems().flatMap((item) => {
        const name = /^\$\((?:inputs\.)?params\.([\w-]+)\[\*\]\)$/.exec(item.source ?? "")?.[1];
        const all = name === undefined ? undefined : values.get(name);
        return all?.kind === "list" ? all.writtenItems().map((it) => [it, expansion] as const) : [[item, expansion]];
      }),
  };
  return expansion;
}

/** `written` is the task before anything is filled in; what it is called and what it needs are the pipeline's to say. */
export function readTask(
  task: Field,
  written: Field,
  reading: TaskReading,
  about: Pick<Job, "id" | "place" | "needs">,
): Job {
  const steps: Job["steps"][number][] = [];
  const job: Job = {
    ...about,
    body: written,
    steps,
    disabled: neverRuns(task),
    tolerated: textOf(task.at("onError")) === "continue",
    environment: written.at("environment"),
    image: written.at("image"),
    uses: written.at("uses"),
    opaque: false,
    approval: approvalIn(task),
  };
  const parts = partsOf(task, job.disabled ? { ...reading, gaps: [] } : reading);
  steps.push(...makeSteps(job, parts));
  return job;
}

/** A task that waits for a person. */
function approvalIn(task: Field): Job["approval"] {
  const kind = task.at("taskRef", "kind");
  return textOf(kind) === "ApprovalTask" ? kind.place : undefined;
}

function partsOf(task: Field, reading: TaskReading): readonly StepParts[] {
  const given = namedValues(task.at("params"));
  if (isWritten(task, "taskSpec")) return stepsOf(task.at("taskSpec"), given, reading);
  const reference = task.at("taskRef");
  if (approvalIn(task) !== undefined) return [];
  const parameters = namedValues(reference.at("params"));
  const resolver = textOf(reference.at("resolver"));
  const name = nameOf(reference, parameters);
  if (name === undefined) {
    const called = task.at(isWritten(task, "pipelineRef") ? "pipelineRef" : "pipelineSpec");
    const lost = called.presence === "absent" ? reference : called;
    if (lost.presence !== "absent")
      reading.gaps.push({ place: lost.place, reason: "remote", name: textOf(lost.at("name")) ?? resolver ?? "" });
    return [];
  }
  const origin = referenceOf(reference, parameters, name);
  if (origin !== undefined) reading.references.push(origin);
  const text = textOf(name) ?? "";
  const isLocal = resolver === undefined || resolver === "cluster";
  const isCustom = !/^(?:tekton\.dev\/.*)?$/.test(textOf(reference.at("apiVersion")) ?? "");
  const found = isLocal && !isCustom ? taskIn(reading.files, text) : undefined;
  if (found !== undefined) return stepsOf(found.at("spec"), given, reading);
  const isKnown = resolver === "hub" || reading.catalogue.has(text) || isInCatalogue(text);
  if (isCustom || !isKnown) {
    reading.gaps.push({ place: name.place, reason: "remote", name: text });
    return [];
  }
  return [catalogueStep(task, name, asMap(task.at("params"), given), reading)];
}

/** What a Task is called: by its name, or by what its resolver is told of it. */
function nameOf(reference: Field, parameters: NamedValues): Field | undefined {
  const own = reference.at("name");
  if (textOf(own) !== undefined) return own;
  const named = parameters.get("name");
  if (named !== undefined && textOf(named) !== undefined) return named;
  const path = parameters.get("pathInRepo") ?? parameters.get("url");
  const text = path === undefined ? undefined : /([^/]+)\.ya?ml$/.exec(textOf(path) ?? "")?.[1];
  return path === undefined || text === undefined ? undefined : saying(path, text);
}

/** Where a Task comes from that is fetched: a bundle is an image, a repository has a revision. */
function referenceOf(reference: Field, parameters: NamedValues, name: Field): PipelineReference | undefined {
  const bundle = isWritten(reference, "bundle") ? reference.at("bundle") : parameters.get("bundle");
  if (bundle !== undefined) {
    const image = imageReference(bundle);
    return image === undefined ? undefined : { ...image, kind: "task" };
  }
  const revision = parameters.get("revision");
  if (textOf(reference.at("resolver")) !== "git" || revision === undefined) return undefined;
  const version = textOf(revision);
  return { kind: "task", name: textOf(name) ?? "", version, pin: pinOf(version), own: false, place: revision.place };
}

function taskIn(files: PipelineFiles, name: string): Field | undefined {
  return files.object("tekton.dev/Task", name) ?? files.object("tekton.dev/ClusterTask", name);
}

/** Is there a Task of this name in the catalogue that everybody means by it. */
function isInCatalogue(name: string): boolean {
  const matches = (pattern: string) =>
    pattern.split("|").some((it) => (it.endsWith("*") ? name.startsWith(it.slice(0, -1)) : name === it));
  return matches(CATALOGUE_TASKS) || REFERENCES.some((row) => row.kind === "tekton" && matches(row.reference));
}

function catalogueStep(task: Field, name: Field, inputs: Field, reading: TaskReading): StepParts {
  const setting = settingOf(reading, () => undefined, "");
  const commands = commandsOfReference("tekton", name, inputs, {});
  const own = { body: task, place: name.place, disabled: false, tolerated: false };
  return commandStep(
    { ...own, displayName: textOf(name) ?? "", uses: name, kind: "tekton", inputs },
    commands,
    setting,
  );
}

function settingOf(reading: TaskReading, environment: Environment, directory: string): Setting {
  return { files: reading.files, gaps: reading.gaps, environment, directory };
}

function stepsOf(spec: Field, given: NamedValues, reading: TaskReading): readonly StepParts[] {
  const defaults = [spec.at("params"), spec.at("inputs", "params")].flatMap((it) => [...namedValues(it, "default")]);
  const expansion = expansionOf(new Map([...defaults, ...given]));
  const template = expanded(spec.at("stepTemplate"), expansion);
  return spec
    .at("steps")
    .writtenItems()
    .map((written, index) => stepParts(expanded(written, expansion), written, template, index, reading));
}

function stepParts(step: Field, written: Field, template: Field, index: number, reading: TaskReading): StepParts {
  const name = step.at("name");
  const image = isWritten(step, "image") ? step.at("image") : template.at("image");
  const reference = imageReference(image);
  if (reference !== undefined) reading.references.push(reference);
  const environment = envOf(
    step.at("env"),
    envOf(template.at("env"), () => undefined),
  );
  const action = step.at("ref");
  const commands = isWritten(step, "ref") ? actionCommands(action, step, reading) : commandsOf(step, image);
  const workingDir = isWritten(step, "workingDir") ? step.at("workingDir") : template.at("workingDir");
  return commandStep(
    {
      body: written,
      place: textOf(name) === undefined ? written.place : name.place,
      displayName: textOf(name) ?? `step ${index + 1}`,
      disabled: false,
      tolerated: textOf(step.at("onError")) === "continue",
    },
    commands,
    settingOf(reading, environment, directoryOf(workingDir)),
  );
}

/** A step that is kept on its own for several Tasks. */
function actionCommands(action: Field, step: Field, reading: TaskReading): readonly PlacedCommand[] {
  const name = action.at("name");
  const found = reading.files.object("tekton.dev/StepAction", textOf(name) ?? "");
  if (found === undefined || isWritten(action, "resolver")) {
    const place = name.presence === "absent" ? action.place : name.place;
    reading.gaps.push({ place, reason: "remote", name: textOf(name) ?? textOf(action.at("resolver")) ?? "" });
    return [];
  }
  const spec = found.at("spec");
  const values = new Map([...namedValues(spec.at("params"), "default"), ...namedValues(step.at("params"))]);
  const own = expanded(spec, expansionOf(values));
  const place = name.place;
  return commandsOf(own, own.at("image")).map((it) => ({ ...it, place }));
}

/** Expressions of Tekton that are left, which no shell would take for its own. */
const FOREIGN = {
  open: "$(",
  close: ")",
  name: /^(?:params|tasks|workspaces|results|context|steps?|inputs|outputs|resources|credentials|artifacts)\.[\w.-]+$/,
} as const;

function read(field: Field, options: ShellOptions): readonly PlacedCommand[] {
  return readAround(field, FOREIGN, (hidden) => readCommands(hidden, options));
}

function commandsOf(step: Field, image: Field): readonly PlacedCommand[] {
  const script = step.at("script");
  if (isWritten(step, "script")) {
    const shell = shebangShell(script.source ?? "", { errexit: true });
    return shell === undefined ? [] : read(script, shell);
  }
  return containerCommands(textOf(image) ?? "", step.at("command"), step.at("args"), read);
}

const ROOT =
  /^(?:\$\(workspaces\.[\w-]+\.path\)|\$\(resources\.inputs\.[\w-]+\.path\)|\/workspace(?:\/[\w-]+)?)(?:\/|$)/;

/** A workspace is taken for the repository. */
function directoryOf(field: Field): string {
  const below = (textOf(field) ?? "").replace(ROOT, "");
  return /[$]/.test(below) ? "" : (join("", below) ?? "");
}

/** A condition that never holds, whatever the run is given. */
function neverRuns(task: Field): boolean {
  return task
    .at("when")
    .writtenItems()
    .some((condition) => {
      const cel = textOf(condition.at("cel"));
      if (cel !== undefined) return cel === "false";
      const input = condition.at("input").source;
      const values = textsOf(condition.at("values"));
      if (input === undefined || [input, ...values].some((it) => it.includes("$("))) return false;
      const isIn = values.includes(input);
      const operator = textOf(condition.at("operator"))?.toLowerCase();
      return operator === "in" ? !isIn : operator === "notin" ? isIn : false;
    });
}
