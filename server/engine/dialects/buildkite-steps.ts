/** The steps of Buildkite: each is a job of its own, with what it waits for. */
import type { Place } from "../../../model/edit.ts";
import type { Command, Field, Job, PipelineGap, PipelineReference, Step } from "../../../model/facts.ts";
import { commandsOfReference, type Environment } from "../capabilities.ts";
import { join } from "../indirection.ts";
import { type PlacedCommand, readCommands } from "../shell.ts";
import { saying } from "./expanded.ts";
import { makeSteps, type StepParts } from "./pipeline.ts";
import type { PipelineFiles } from "./pipelines.ts";
import { imageReference, versionedReference } from "./references.ts";
import { commandStep, isTrue, isWritten, keyOf, oneOrMore, textOf, variablesOf } from "./written.ts";

export interface Reading {
  readonly files: PipelineFiles;
  readonly root: Field;
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
  readonly jobs: Job[];
  /** Files whose steps are part of the pipeline already. */
  readonly uploads: string[];
  /** What the scripts run that a job calls. */
  readonly called: Map<Job, readonly PlacedCommand[]>;
}

/** Where the reading of a list of steps stands. */
interface State {
  /** Jobs since the last `wait`, and those before it. */
  current: string[];
  before: readonly string[];
}

/** Keys of steps and groups, and the jobs that they stand for. */
type Keys = Map<string, readonly string[]>;

const MAX_JOBS = 2_000;

export function readSteps(list: Field, reading: Reading): void {
  const keys: Keys = new Map();
  const pending: { readonly job: Job; readonly dependsOn: Field }[] = [];
  const approvals = new Map<string, Place>();
  visit(list, { current: [], before: [] }, { disabled: false, dependsOn: undefined });
  for (const { job, dependsOn } of pending) {
    // What a step says itself takes the place of the waiting between steps.
    const needs = oneOrMore(dependsOn)
      .map((it) => textOf(it) ?? textOf(it.at("step")))
      .filter((it) => it !== undefined)
      .flatMap((it) => keys.get(it) ?? [it]);
    Object.assign(job, { needs });
  }
  passOn(reading.jobs, approvals);

  function visit(
    steps: Field,
    state: State,
    around: { readonly disabled: boolean; readonly dependsOn: Field | undefined },
  ): readonly string[] {
    const made: string[] = [];
    for (const item of steps.writtenItems()) {
      if (reading.jobs.length >= MAX_JOBS) break;
      const kind = kindOf(item);
      const disabled = around.disabled || isOff(item);
      if (kind === "wait") passOver(state);
      else if (kind === "group") {
        const inner = { disabled, dependsOn: isWritten(item, "depends_on") ? item.at("depends_on") : around.dependsOn };
        const inside = visit(item.at("steps"), state, inner);
        const key = keyIn(item) ?? textOf(item.at("group"));
        if (key !== undefined) keys.set(key, inside);
        made.push(...inside);
      } else {
        const id = keyIn(item) ?? `step ${reading.jobs.length + 1}`;
        const isGate = kind === "block" || kind === "input";
        if (kind === "block") passOver(state);
        const job = readJob(item, kind, id, state.before, disabled, reading);
        keys.set(id, [id]);
        const label = textOf(item.at("label")) ?? textOf(item.at("name"));
        if (label !== undefined && !keys.has(label)) keys.set(label, [id]);
        if (isWritten(item, "depends_on")) pending.push({ job, dependsOn: item.at("depends_on") });
        else if (around.dependsOn !== undefined) pending.push({ job, dependsOn: around.dependsOn });
        if (isGate) approvals.set(id, job.place);
        made.push(id);
        state.current.push(id);
        // Nothing behind a block starts before somebody unblocks it.
        if (kind === "block") passOver(state);
        for (const list of uploadsOf(job, reading)) {
          const inner: State = { current: [], before: [...state.before, id] };
          const added = visit(list, inner, { disabled, dependsOn: undefined });
          made.push(...added);
          state.current.push(...added);
        }
      }
    }
    return made;
  }
}

function passOver(state: State): void {
  state.before = [...state.before, ...state.current];
  state.current = [];
}

/** A job that waits for a person, through others too. */
function passOn(jobs: readonly Job[], approvals: Map<string, Place>): void {
  for (let more = approvals.size > 0; more; ) {
    more = false;
    for (const { id, needs } of jobs) {
      const place = needs.map((it) => approvals.get(it)).find((it) => it !== undefined);
      if (place === undefined || approvals.has(id)) continue;
      approvals.set(id, place);
      more = true;
    }
  }
  // Steps know their job, so that one is changed.
  for (const job of jobs) if (approvals.has(job.id)) Object.assign(job, { approval: approvals.get(job.id) });
}

type Kind = "wait" | "block" | "input" | "group" | "trigger" | "command";

function kindOf(item: Field): Kind {
  const text = textOf(item) ?? textOf(item.at("type"));
  if (text === "wait" || text === "waiter" || isWritten(item, "wait") || isWritten(item, "waiter")) return "wait";
  if (text === "block" || text === "manual" || isWritten(item, "block") || isWritten(item, "manual")) return "block";
  if (text === "input" || isWritten(item, "input")) return "input";
  if (isWritten(item, "group")) return "group";
  return isWritten(item, "trigger") ? "trigger" : "command";
}

function keyIn(item: Field): string | undefined {
  return ["key", "id", "identifier"].map((it) => textOf(item.at(it))).find((it) => it !== undefined);
}

/** Skipped, with or without a reason; or with a condition that never holds. */
function isOff(item: Field): boolean {
  const skip = textOf(item.at("skip"));
  return (
    (skip !== undefined && !/^(?:false|0)$/i.test(skip)) || /^\s*(?:false|"false")\s*$/.test(item.at("if").source ?? "")
  );
}

function readJob(
  item: Field,
  kind: Kind,
  id: string,
  needs: readonly string[],
  disabled: boolean,
  reading: Reading,
): Job {
  const trigger = item.at("trigger");
  const isTrigger = kind === "trigger";
  const named = [item.at("label"), item.at("name"), item.at("block"), item.at("input"), trigger].find(
    (it) => textOf(it) !== undefined,
  );
  const plugins = pluginsOf(item);
  const image =
    plugins.find(({ field }) => /^docker#/.test(field.source ?? ""))?.inputs.at("image") ?? item.at("image");
  const opaque = isTrigger && !disabled;
  const steps: Step[] = [];
  const job: Job = {
    id,
    body: item,
    place: named?.place ?? item.place,
    needs,
    steps,
    disabled,
    tolerated: isSoft(item.at("soft_fail")),
    environment: item.at("environment"),
    image,
    uses: trigger,
    opaque,
    approval: undefined,
  };
  reading.jobs.push(job);
  if (opaque) reading.gaps.push({ place: trigger.place, reason: "remote", name: trigger.source ?? "" });
  if (kind !== "command") return job;
  const reference = imageReference(image);
  if (reference !== undefined) reading.references.push(reference);
  const parts = partsOf(item, plugins, disabled, reading);
  const called = parts.flatMap((it) => it.followed?.commands ?? []);
  reading.called.set(job, called);
  steps.push(...makeSteps(job, parts));
  return job;
}

function isSoft(field: Field): boolean {
  return field.kind === "list" ? field.writtenItems().length > 0 : isTrue(field);
}

interface Plugin {
  readonly field: Field;
  readonly inputs: Field;
}

/** Plugins as a list of names, of maps with one key, or as one map. */
function pluginsOf(item: Field): readonly Plugin[] {
  const plugins = item.at("plugins");
  const entries = (map: Field): readonly Plugin[] =>
    map.writtenEntries().map(([name, inputs]) => ({ field: saying(inputs, name, keyOf(inputs)), inputs }));
  if (plugins.kind === "map") return entries(plugins);
  return plugins
    .writtenItems()
    .flatMap((it) => (it.kind === "map" ? entries(it) : [{ field: it, inputs: it.at("with") }]));
}

/** Its plugins, and then its commands. */
function partsOf(item: Field, plugins: readonly Plugin[], disabled: boolean, reading: Reading): readonly StepParts[] {
  const environment = variablesOf(
    item.at("env"),
    variablesOf(reading.root.at("env"), () => undefined),
  );
  const setting = { files: reading.files, gaps: reading.gaps, environment, directory: "" };
  const found = plugins.map(({ field, inputs }) => pluginStep(item, field, inputs, disabled, reading, environment));
  const fields = [item.at("command"), item.at("commands"), item.at("script")].flatMap(oneOrMore);
  const values = oneOrMore(item.at("matrix")).filter((it) => it.kind === "scalar");
  const commands = fields.flatMap((it) => commandsOf(it, values));
  const [first] = fields;
  if (first === undefined) return found;
  const label = textOf(item.at("label")) ?? textOf(item.at("name"));
  const parts = { body: item, place: first.place, disabled, tolerated: false };
  return [...found, commandStep(label === undefined ? parts : { ...parts, displayName: label }, commands, setting)];
}

/** With a matrix of plain values, the commands for each of them. */
function commandsOf(field: Field, values: readonly Field[]): readonly PlacedCommand[] {
  if (values.length === 0 || !/\{\{\s*matrix\s*\}\}/.test(field.source ?? "")) return readCommands(field);
  return values.slice(0, 50).flatMap((it) =>
    readCommands(
      saying(
        field,
        (field.source ?? "").replace(/\{\{\s*matrix\s*\}\}/g, () => it.source ?? ""),
      ),
    ),
  );
}

function pluginStep(
  item: Field,
  field: Field,
  inputs: Field,
  disabled: boolean,
  reading: Reading,
  environment: Environment,
): StepParts {
  const text = field.source ?? "";
  const isLocal = /^(?:\.{0,2}\/|\$)/.test(text);
  const name = text.replace(/#.*$/s, "");
  if (!isLocal && name !== "") {
    const version = text.includes("#") ? text.slice(name.length + 1) : undefined;
    const written = version === undefined ? name : `${name}@${version}`;
    const reference = versionedReference(saying(field, written), {
      kind: "plugin",
      separator: "@",
      // A name alone is one of Buildkite's own.
      own: (it) => !it.includes("/") || /^buildkite-plugins\//.test(it),
    });
    if (reference !== undefined) reading.references.push({ ...reference, place: field.place });
  }
  const commands = commandsOfReference("plugin", field, inputs, {});
  const parts = { body: item, place: field.place, displayName: text, disabled, tolerated: false };
  return commandStep({ ...parts, uses: field, kind: "plugin", inputs }, commands, {
    files: reading.files,
    gaps: reading.gaps,
    environment,
    directory: "",
  });
}

const DEFAULTS = [
  "buildkite.yml",
  "buildkite.yaml",
  ".buildkite/pipeline.yml",
  ".buildkite/pipeline.yaml",
  "buildkite/pipeline.yml",
  "buildkite/pipeline.yaml",
];

/** The lists of steps that a job adds to the pipeline; a gap where what it adds is made by something. */
function uploadsOf(job: Job, reading: Reading): readonly Field[] {
  if (job.disabled) return [];
  const called = reading.called.get(job) ?? [];
  const all: readonly Command[] = [...job.steps.flatMap((step) => step.commands), ...called];
  return all.flatMap((command) => {
    const at = command.words.findIndex((it, index) => it === "upload" && command.words[index - 1] === "pipeline");
    if (at < 0 || !/buildkite-agent$/.test(command.words[0] ?? "")) return [];
    const named = command.words.slice(at + 1).find((it) => !it.startsWith("-"));
    // What a script uploads without a name, it mostly makes itself.
    const inScript = called.some((it) => it === command);
    const isPiped = named === undefined && (inScript || /\|\s*buildkite-agent\s/.test(textAround(job, command)));
    const paths = named === undefined ? DEFAULTS : [join("", named)].filter((it) => it !== undefined);
    const path = isPiped ? undefined : paths.find((it) => reading.files.body(it) !== undefined);
    const body = path === undefined ? undefined : reading.files.body(path);
    if (path === undefined || body === undefined) {
      const isComputed = isPiped || /[$`*]/.test(named ?? "");
      reading.gaps.push({ place: command.place, reason: isComputed ? "computed" : "missing", name: command.text });
      return [];
    }
    if (reading.uploads.includes(path)) return [];
    reading.uploads.push(path);
    return [body.kind === "list" ? body : body.at("steps")];
  });
}

function textAround(job: Job, command: { readonly text: string }): string {
  const texts = [job.body.at("command"), job.body.at("commands"), job.body.at("script")].flatMap(oneOrMore);
  return texts.map((it) => it.source ?? "").find((it) => it.includes(command.text)) ?? "";
}
