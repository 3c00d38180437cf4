/** GitHub workflows, and composite actions, as pipelines. Whatever is written there, reading it never throws. */
import type {
  Capability,
  Field,
  Job,
  Pipeline,
  PipelineGap,
  PipelineReference,
  Trigger,
} from "../../../model/facts.ts";
import {
  argumentsOf,
  commandsOfReference,
  type Environment,
  resolve,
  type Sighting,
  sightingsOfReference,
} from "../capabilities.ts";
import { follow, join } from "../indirection.ts";
import { containerWords } from "../shell/launchers.ts";
import { type PlacedCommand, readCommands, type ShellOptions } from "../shell.ts";
import { saying } from "./expanded.ts";
import { isLocal, localPath, referencesOfJob, referencesOfStep } from "./github-references.ts";
import { triggersOf } from "./github-triggers.ts";
import { makeSteps, orderOf, type StepParts, sightingsOf } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";

export const githubActions: PipelineDialect = {
  provider: "github-actions",
  recognises: (path, body) => isGithubWorkflow(path, body) || isGithubAction(path, body),
  read(source, files) {
    const [{ body }] = source.documents;
    const isPart = isGithubAction(source.path, body) && !isGithubWorkflow(source.path, body);
    return isPart ? [] : [readGithubWorkflow(source, files)];
  },
};

const MAX_DEPTH = 5;

/**
 * A workflow, by its place in the repository, or by what it says anywhere else. What else lies below `.github` (a
 * `workflows-disabled`, a template) is never run.
 */
export function isGithubWorkflow(path: string, body: Field): boolean {
  if (/(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/.test(path)) return true;
  if (/(?:^|\/)\.github\//.test(path) || !/\.ya?ml$/.test(path)) return false;
  if (body.at("on").presence === "absent") return false;
  const jobs = body.at("jobs").writtenEntries();
  return jobs.some(
    ([, job]) => ["runs-on", "uses"].some((it) => job.at(it).presence !== "absent") || job.at("steps").kind === "list",
  );
}

/** A composite action: it has steps of its own. */
export function isGithubAction(path: string, body: Field): boolean {
  return /(?:^|\/)action\.ya?ml$/.test(path) && body.at("runs", "steps").kind === "list";
}

/** What holds for everything inside: a workflow for its jobs, a job for its steps. */
interface Setting {
  readonly environment: Environment;
  readonly shell: Field;
  readonly directory: Field;
  readonly permissions: Field | undefined;
  /** Files that led here, so that none is entered twice. */
  readonly stack: readonly string[];
}

interface Reading {
  readonly files: PipelineFiles;
  readonly jobs: Job[];
  readonly callers: Map<Job, Job>;
  readonly capabilities: Capability[];
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
}

function readingOf(files: PipelineFiles): Reading {
  return { files, jobs: [], callers: new Map(), capabilities: [], gaps: [], references: [] };
}

/** Reads a workflow with all that it calls in the workspace. */
function readGithubWorkflow(source: PipelineSource, files: PipelineFiles): Pipeline {
  const [{ body }] = source.documents;
  const reading = readingOf(files);
  const triggers = triggersOf(body.at("on"));
  const reusable = triggers.size === 1 && triggers.has("call");
  const permissions = body.at("permissions");
  // A called workflow gets the permissions of its caller, who is not known here.
  const given = inputsOf(body.at("on", "workflow_call", "inputs"), undefined, () => undefined);
  const granted: Environment = (name) => (reusable && name === "permissions.id-token" ? "write" : given(name));
  const jobs = readJobs(body, reading, { ...settingOf(body, granted), permissions, stack: [source.path] }, undefined);
  return finish(source, reading, { place: body.at("jobs"), triggers, jobs, reusable });
}

function finish(
  source: PipelineSource,
  reading: Reading,
  parts: { place: Field; triggers: ReadonlySet<Trigger>; jobs: readonly Job[]; reusable: boolean },
): Pipeline {
  const [{ body, document }] = source.documents;
  const name = textOf(body.at("name"));
  return {
    provider: "github-actions",
    displayName: name ?? source.path.split("/").at(-1) ?? source.path,
    body,
    document,
    place: parts.place.presence === "absent" ? parts.place.place : { ...parts.place.place, onKey: true },
    triggers: parts.triggers,
    jobs: parts.jobs,
    capabilities: reading.capabilities,
    reusable: parts.reusable,
    opaque: reading.gaps.length > 0,
    gaps: reading.gaps,
    references: reading.references,
    precedes: orderOf(reading.jobs, reading.callers),
    system: source.system,
    nonProduction: source.nonProduction,
    foreign: source.foreign,
  };
}

function readJobs(body: Field, reading: Reading, setting: Setting, caller: Job | undefined): readonly Job[] {
  const written = body.at("jobs").writtenEntries();
  const never = neverRunning(written, setting.environment);
  return written.map(([id, job]) => readJob(id, job, reading, setting, caller, never.has(id)));
}

/** Jobs that are switched off, and those that wait for one that never runs. */
function neverRunning(jobs: readonly (readonly [string, Field])[], environment: Environment): ReadonlySet<string> {
  const never = new Set(jobs.filter(([, job]) => isNever(job.at("if"), environment)).map(([id]) => id));
  const goesOn = /always\(|cancelled\(|failure\(/;
  for (let more = never.size > 0; more; ) {
    const added = jobs.filter(
      ([id, job]) =>
        !never.has(id) && needsOf(job).some((it) => never.has(it)) && !goesOn.test(job.at("if").source ?? ""),
    );
    for (const [id] of added) never.add(id);
    more = added.length > 0;
  }
  return never;
}

function readJob(
  id: string,
  body: Field,
  reading: Reading,
  around: Setting,
  caller: Job | undefined,
  never: boolean,
): Job {
  const written = body.at("environment");
  const environment = written.kind === "map" ? written.at("name") : written;
  // A workflow that is called deploys where its caller says.
  const target = resolve(environment.source, around.environment);
  const container = body.at("container");
  const uses = body.at("uses");
  const disabled = never || caller?.disabled === true;
  const called = textOf(uses);
  const steps: Job["steps"][number][] = [];
  const permissions = body.at("permissions").presence === "absent" ? around.permissions : body.at("permissions");
  const callee = called === undefined || disabled ? undefined : calledWorkflow(called, reading, around.stack);
  const setting: Setting = { ...settingOf(body, around.environment, around), permissions, stack: around.stack };
  const granted = withPermission(setting);
  const known = called === undefined ? [] : sightingsOfReference("action", uses, body.at("with"), granted);
  const opaque = called !== undefined && !disabled && callee === undefined && known.length === 0;
  const job: Job = {
    id,
    body,
    place: { ...body.place, onKey: true },
    needs: needsOf(body),
    steps,
    disabled,
    tolerated: isTrue(body.at("continue-on-error")) || caller?.tolerated === true,
    environment: target === undefined || target === environment.source ? environment : saying(environment, target),
    image: container.kind === "map" ? container.at("image") : container,
    uses,
    opaque,
    approval: undefined,
  };
  reading.jobs.push(job);
  if (caller !== undefined) reading.callers.set(job, caller);
  if (opaque)
    reading.gaps.push({ place: uses.place, reason: /^[.$]\//.test(called) ? "missing" : "remote", name: called });
  reading.references.push(...referencesOfJob(uses, job.image, body.at("services"), body.at("strategy", "matrix")));
  const parts = body
    .at("steps")
    .writtenItems()
    .map((it) => stepParts(it, reading, setting, granted, disabled));
  if (known.length > 0) parts.push(callParts(body, uses, granted, disabled));
  steps.push(...makeSteps(job, parts));
  reading.capabilities.push(...steps.flatMap((it) => it.capabilities));
  if (callee !== undefined) {
    const given = inputsOf(callee.body.at("on", "workflow_call", "inputs"), body.at("with"), granted);
    const inner = settingOf(callee.body, (name) => (name === "permissions.id-token" ? granted(name) : given(name)));
    const own = callee.body.at("permissions");
    const rights = own.presence === "absent" ? undefined : own;
    readJobs(callee.body, reading, { ...inner, permissions: rights, stack: [...around.stack, callee.path] }, job);
  }
  return job;
}

/** A job that calls a known workflow counts as one step, so that its capability has a step to belong to. */
function callParts(body: Field, uses: Field, environment: Environment, disabled: boolean): StepParts {
  const displayName = textOf(body.at("name")) ?? uses.source ?? "";
  const inputs = body.at("with");
  return {
    body,
    place: uses.place,
    displayName,
    commands: [],
    uses,
    kind: "action",
    inputs,
    environment,
    disabled,
    tolerated: false,
  };
}

function calledWorkflow(reference: string, reading: Reading, stack: readonly string[]) {
  const path = localPath(reference, reading.files.repository);
  if (path === undefined || stack.includes(path) || stack.length >= MAX_DEPTH) return undefined;
  const body = reading.files.body(path);
  return body === undefined ? undefined : { path, body };
}

function stepParts(
  body: Field,
  reading: Reading,
  around: Setting,
  granted: Environment,
  jobDisabled: boolean,
): StepParts {
  const uses = body.at("uses");
  const run = body.at("run");
  const inputs = body.at("with");
  const environment = variablesOf(body.at("env"), granted);
  const disabled = jobDisabled || isNever(body.at("if"), environment);
  const options = shellOptions(body.at("shell").presence === "absent" ? around.shell : body.at("shell"));
  const own = run.presence === "absent" ? commandsOfReference("action", uses, inputs, {}) : readCommands(run, options);
  const commands = [...own, ...containerCommand(uses, inputs)];
  const place = body.at("working-directory").presence === "absent" ? around.directory : body.at("working-directory");
  const directory = join("", textOf(place) ?? "") ?? "";
  const followed = follow(commands, directory, reading.files, environment);
  const called = disabled ? [] : calledAction(textOf(uses), inputs, reading, { ...around, environment });
  if (!disabled) {
    reading.gaps.push(...followed.missing.map((it) => ({ ...it, reason: "missing" as const })));
    if (called === undefined) reading.gaps.push({ place: uses.place, reason: "missing", name: uses.source ?? "" });
  }
  reading.references.push(...referencesOfStep(uses));
  const name = textOf(body.at("name"));
  const first = uses.source ?? run.source?.trim().split("\n", 1)[0];
  const point =
    name !== undefined
      ? body.at("name").place
      : uses.presence !== "absent"
        ? uses.place
        : { ...run.place, onKey: true as const };
  return {
    body,
    place: point,
    displayName: name ?? first ?? "",
    commands,
    followed,
    uses,
    kind: "action",
    inputs,
    environment,
    disabled,
    tolerated: isTrue(body.at("continue-on-error")),
    called: called ?? [],
  };
}

/** What a composite action of the workspace gives; `undefined` for one that is not there. */
function calledAction(
  reference: string | undefined,
  inputs: Field,
  reading: Reading,
  around: Setting,
): readonly Sighting[] | undefined {
  if (reference === undefined || !isLocal(reference, reading.files.repository)) return [];
  const folder = localPath(reference, reading.files.repository);
  if (folder === undefined || around.stack.includes(folder) || around.stack.length >= MAX_DEPTH) return [];
  const body = ["action.yml", "action.yaml"]
    .map((it) => reading.files.body(join(folder, it) ?? it))
    .find((it) => it !== undefined);
  // Under the repository's own name it may be that of somebody else.
  if (body === undefined) return /^[.$]/.test(reference) ? undefined : [];
  const given = inputsOf(body.at("inputs"), inputs, around.environment);
  const environment: Environment = (name) => (name.startsWith("inputs.") ? given(name) : around.environment(name));
  const inner: Setting = { ...around, environment, stack: [...around.stack, folder] };
  return body
    .at("runs", "steps")
    .writtenItems()
    .map((it) => stepParts(it, reading, inner, environment, false))
    .filter((it) => !it.disabled)
    .flatMap(sightingsOf);
}

/** `uses: docker://image` runs the image with its arguments. */
function containerCommand(uses: Field, inputs: Field): readonly PlacedCommand[] {
  const image = textOf(uses);
  if (image === undefined || !image.startsWith("docker://")) return [];
  const args = argumentsOf(textOf(inputs.at("args")) ?? "");
  const entrypoint = textOf(inputs.at("entrypoint"));
  const words = entrypoint === undefined ? containerWords(image, args) : [entrypoint, ...args];
  if (words.length === 0) return [];
  return [{ words, text: [image, ...args].join(" "), place: uses.place, tolerated: false, used: false }];
}

/** GitHub runs `bash -e`; `shell: bash` adds `-o pipefail`; a shell of one's own says what it wants. */
function shellOptions(shell: Field): ShellOptions {
  const text = textOf(shell);
  if (text === undefined) return {};
  if (text === "bash") return { pipefail: true };
  if (!text.includes("{0}")) return {};
  return {
    errexit: /\s-\w*e|errexit/.test(text) || !/^(?:ba|z|da)?sh\b/.test(text),
    pipefail: text.includes("pipefail"),
  };
}

function settingOf(body: Field, environment: Environment, around?: Setting): Omit<Setting, "permissions" | "stack"> {
  const run = body.at("defaults", "run");
  const pick = (name: string, outer: Field | undefined): Field => {
    const own = run.at(name);
    return own.presence === "absent" && outer !== undefined ? outer : own;
  };
  return {
    environment: variablesOf(body.at("env"), environment),
    shell: pick("shell", around?.shell),
    directory: pick("working-directory", around?.directory),
  };
}

function variablesOf(variables: Field, around: Environment): Environment {
  return (name) => textOf(variables.at(name)) ?? around(name);
}

/** Inputs of a called pipeline: as its caller gives them, else their defaults. */
function inputsOf(declared: Field, given: Field | undefined, caller: Environment): Environment {
  return (name) => {
    if (!name.startsWith("inputs.")) return undefined;
    const input = name.slice("inputs.".length);
    const value = given === undefined ? undefined : textOf(given.at(input));
    return value === undefined ? textOf(declared.at(input, "default")) : resolve(value, caller);
  };
}

/** Lets rows of the lexicon ask whether the job may have an identity token. */
function withPermission(setting: Setting): Environment {
  const { permissions } = setting;
  return (name) => {
    if (name !== "permissions.id-token" || permissions === undefined || permissions.presence === "absent") {
      return setting.environment(name);
    }
    if (permissions.kind === "scalar") return textOf(permissions) === "write-all" ? "write" : undefined;
    return textOf(permissions.at("id-token"));
  };
}

function needsOf(job: Field): readonly string[] {
  const needs = job.at("needs");
  const names = needs.kind === "list" ? needs.writtenItems().map((it) => it.source) : [textOf(needs)];
  return names.filter((it) => it !== undefined);
}

/** `false`, `${{ false }}`, `false && …`, and an input that the caller switches off. */
function isNever(condition: Field, environment: Environment): boolean {
  const written = condition.source?.trim() ?? "";
  const text = resolve(/^inputs\.[\w-]+$/.test(written) ? `\${{ ${written} }}` : written, environment) ?? "";
  return /^(?:\$\{\{)?\s*false\s*(?:&&[^|]*)?(?:\}\})?$/i.test(text);
}

function isTrue(field: Field): boolean {
  return field.presence !== "absent" && field.source?.trim().toLowerCase() === "true";
}

/** A scalar's text; nothing for what is empty or no scalar. */
function textOf(field: Field): string | undefined {
  if (field.presence === "absent") return undefined;
  const text = field.source?.trim();
  return text === "" ? undefined : text;
}
