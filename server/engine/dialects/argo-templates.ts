/** Templates of an Argo Workflow -> the jobs that they come to, in their order: lists of steps and graphs are followed. */
import type { Place } from "../../../model/edit.ts";
import type { Field, GroupKind, Job, PipelineGap, PipelineReference } from "../../../model/facts.ts";
import type { Sighting } from "../capabilities.ts";
import { join } from "../indirection.ts";
import { type PlacedCommand, parseShell, type ShellOptions } from "../shell.ts";
import { containerCommands, SHELL, shebangShell } from "./container-commands.ts";
import { type Expansion, expanded, fillIn } from "./expanded.ts";
import { envOf, type NamedValues, NO_VALUES, namedValues } from "./named-values.ts";
import { makeSteps, type StepParts } from "./pipeline.ts";
import type { PipelineFiles } from "./pipelines.ts";
import { imageReference } from "./references.ts";
import { commandStep, isTrue, isWritten, keyOf, oneOrMore, type Setting, textOf, textsOf } from "./written.ts";

/** What is collected while the templates of one workflow are read. */
export interface TemplateReading {
  readonly files: PipelineFiles;
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
}

interface Reading extends TemplateReading {
  readonly jobs: Job[];
}

/** A call of a template, with all that is known of what surrounds it. */
interface Call {
  readonly id: string;
  readonly place: Place;
  readonly inputs: NamedValues;
  /** Jobs that must have passed before. */
  readonly needs: readonly string[];
  readonly disabled: boolean;
  readonly tolerated: boolean;
  readonly depth: number;
}

/** Where templates are looked up by their name, and what `workflow.parameters` are there. */
interface Home {
  readonly spec: Field;
  readonly values: NamedValues;
}

const MAX_DEPTH = 12;
const MAX_JOBS = 300;
const MAX_ITEMS = 20;

/** The jobs of a workflow, from its entrypoint on; what it does in the end, however it ended, waits for none of them. */
export function readTemplates(spec: Field, reading: TemplateReading): readonly Job[] {
  const home: Home = { spec, values: namedValues(spec.at("arguments", "parameters")) };
  const jobs: Job[] = [];
  const root = { inputs: NO_VALUES, needs: [], disabled: false, depth: 0 };
  const entry = textOf(spec.at("entrypoint")) ?? "";
  const start = { ...root, id: entry, place: spec.at("entrypoint").place, tolerated: false };
  callTemplate(templateIn(spec, entry), home, start, { ...reading, jobs });
  const last = textOf(spec.at("onExit"));
  const end = { ...root, id: `onExit/${last}`, place: spec.at("onExit").place, tolerated: true };
  if (last !== undefined) callTemplate(templateIn(spec, last), home, end, { ...reading, jobs });
  return jobs;
}

function templateIn(spec: Field, name: string): Field | undefined {
  return spec
    .at("templates")
    .writtenItems()
    .find((it) => textOf(it.at("name")) === name);
}

/** `{{inputs.parameters.tag}}`, `{{workflow.parameters.tag}}`, `{{item}}`, `{{item.tag}}`; anything else stays as it is. */
function expansionOf(home: Home, inputs: NamedValues, item?: Field): Expansion {
  const value = (expression: string): string | undefined => {
    const [, scope, name] = /^(inputs|workflow)\.parameters\.([\w.-]+)$/.exec(expression) ?? [];
    const known = name === undefined ? undefined : (scope === "inputs" ? inputs : home.values).get(name);
    const key = /^item(?:\.([\w-]+))?$/.exec(expression);
    const field = known ?? (key === null ? undefined : key[1] === undefined ? item : item?.at(key[1]));
    // What is passed on without being known is no text.
    const text = field?.kind === "scalar" ? field.source : undefined;
    return text?.includes("{{") === true ? undefined : text;
  };
  return {
    fill: (text) => (text.includes("{{") ? fillIn(text, [{ open: "{{", close: "}}", value }]) : undefined),
    whole: () => undefined,
  };
}

/** Reads a template, and returns the jobs that have passed when it has; those it needs itself where it makes none. */
function callTemplate(written: Field | undefined, home: Home, call: Call, reading: Reading): readonly string[] {
  if (written === undefined || call.depth > MAX_DEPTH || reading.jobs.length >= MAX_JOBS) return call.needs;
  const inputs = new Map([
    ...namedValues(written.at("inputs", "parameters"), "default"),
    ...namedValues(written.at("inputs", "parameters")),
    ...call.inputs,
  ]);
  const template = expanded(written, expansionOf(home, inputs));
  if (isWritten(written, "steps")) return readSteps(written.at("steps"), home, inputs, call, reading);
  if (isWritten(written, "dag")) return readGraph(written.at("dag", "tasks"), home, inputs, call, reading);
  return [addJob(template, written, call, reading)];
}

/** Lists of steps: those of one list run side by side, one list after another. */
function readSteps(steps: Field, home: Home, inputs: NamedValues, call: Call, reading: Reading): readonly string[] {
  let needs = call.needs;
  for (const group of steps.writtenItems()) {
    const members = group.kind === "list" ? group.writtenItems() : [group];
    const passed = members.flatMap((it) => callTask(it, home, inputs, { ...call, needs }, reading));
    needs = passed.length > 0 ? [...new Set(passed)] : needs;
  }
  return needs;
}

/** A graph: each task after those that it depends on. */
function readGraph(tasks: Field, home: Home, inputs: NamedValues, call: Call, reading: Reading): readonly string[] {
  const named = new Map<string, Field>();
  for (const it of tasks.writtenItems()) named.set(textOf(it.at("name")) ?? `task ${named.size + 1}`, it);
  const passed = new Map<string, readonly string[]>();
  const open = new Set<string>();
  const visit = (name: string): readonly string[] => {
    const known = passed.get(name);
    const task = named.get(name);
    if (known !== undefined || task === undefined || open.has(name)) return known ?? [];
    open.add(name);
    const before = dependenciesOf(task).flatMap(visit);
    const needs = before.length > 0 ? [...new Set(before)] : call.needs;
    const found = callTask(task, home, inputs, { ...call, needs }, reading);
    passed.set(name, found);
    return found;
  };
  const all = [...named.keys()].flatMap(visit);
  return [...new Set(all)];
}

/** Tasks that must have passed: of `a && b.Succeeded && (c || d.Failed)`, the first two. */
function dependenciesOf(task: Field): readonly string[] {
  const plain = textsOf(task.at("dependencies"));
  const text = textOf(task.at("depends")) ?? "";
  const outside = text.replace(/\([^()]*\)/g, " ");
  if (outside.includes("||")) return plain;
  const terms = text
    .replace(/\(([^()|]*)\)/g, " $1 ")
    .replace(/\([^()]*\)/g, " ")
    .split("&&")
    .map((it) => /^\s*([\w-]+)(?:\.(?:Succeeded|Daemoned))?\s*$/.exec(it)?.[1]);
  return [...plain, ...terms.filter((it) => it !== undefined)];
}

/** A step of a list or a task of a graph: the template that it calls, once for each of its items. */
function callTask(written: Field, home: Home, inputs: NamedValues, call: Call, reading: Reading): readonly string[] {
  const items = written.at("withItems").writtenItems().slice(0, MAX_ITEMS);
  const each = items.length > 0 ? items : [undefined];
  return each.flatMap((item, index) => {
    const task = expanded(written, expansionOf(home, inputs, item));
    const name = textOf(task.at("name")) ?? textOf(task.at("template")) ?? "step";
    const suffix = items.length > 0 ? `(${index})` : "";
    const inner: Call = {
      id: `${call.id}/${name}${suffix}`,
      place: isWritten(written, "name") ? written.at("name").place : written.place,
      inputs: namedValues(task.at("arguments", "parameters")),
      needs: call.needs,
      disabled: call.disabled || neverRuns(task.at("when")),
      tolerated: call.tolerated || isTrue(task.at("continueOn", "failed")),
      depth: call.depth + 1,
    };
    const [template, where] = calledBy(written, task, home, inner.disabled ? { ...reading, gaps: [] } : reading);
    return callTemplate(template, where, inner, reading);
  });
}

/** The template that is called, with the workflow that it stands in. */
function calledBy(written: Field, task: Field, home: Home, reading: Reading): readonly [Field | undefined, Home] {
  if (isWritten(written, "inline")) return [written.at("inline"), home];
  const reference = task.at("templateRef");
  if (reference.presence === "absent") {
    const name = textOf(task.at("template"));
    const own = name === undefined ? undefined : templateIn(home.spec, name);
    if (own === undefined && name?.includes("{{") === true)
      reading.gaps.push({ place: written.at("template").place, reason: "computed", name });
    return [own, home];
  }
  const name = textOf(reference.at("name")) ?? "";
  const kind: GroupKind = isTrue(reference.at("clusterScope"))
    ? "argoproj.io/ClusterWorkflowTemplate"
    : "argoproj.io/WorkflowTemplate";
  const spec = reading.files.object(kind, name)?.at("spec");
  const found = spec === undefined ? undefined : templateIn(spec, textOf(reference.at("template")) ?? "");
  if (spec === undefined || found === undefined) {
    reading.gaps.push({ place: written.at("templateRef", "name").place, reason: "remote", name });
    return [undefined, home];
  }
  // Parameters of the workflow are those of the one that calls.
  return [found, { spec, values: home.values }];
}

/** `false`, or a comparison of two texts that does not hold whatever happens. */
function neverRuns(when: Field): boolean {
  const text = (textOf(when) ?? "").trim();
  if (text === "false") return true;
  const [, left, operator, right] = /^(["']?[\w./:-]*["']?)\s*(==|!=)\s*(["']?[\w./:-]*["']?)$/.exec(text) ?? [];
  if (left === undefined || right === undefined) return false;
  const bare = (it: string) => it.replace(/^["']|["']$/g, "");
  return operator === "==" ? bare(left) !== bare(right) : bare(left) === bare(right);
}

function addJob(template: Field, written: Field, call: Call, reading: Reading): string {
  const { id, place, needs, disabled, tolerated } = call;
  const steps: Job["steps"][number][] = [];
  const job: Job = {
    id: unique(id, reading.jobs),
    place,
    needs,
    body: written,
    steps,
    disabled,
    tolerated,
    environment: written.at("environment"),
    image: written.at("image"),
    uses: written.at("uses"),
    opaque: false,
    approval: suspended(written),
  };
  const parts = partsOf(template, written, disabled ? { ...reading, gaps: [] } : reading);
  steps.push(...makeSteps(job, parts));
  reading.jobs.push(job);
  return job.id;
}

function unique(id: string, jobs: readonly Job[]): string {
  const known = new Set(jobs.map((it) => it.id));
  let found = id;
  for (let count = 2; known.has(found); count += 1) found = `${id} ${count}`;
  return found;
}

/** Waits for a person; with a duration it only waits. */
function suspended(template: Field): Place | undefined {
  const suspend = template.at("suspend");
  return isWritten(template, "suspend") && suspend.at("duration").presence === "absent" ? keyOf(suspend) : undefined;
}

function partsOf(template: Field, written: Field, reading: Reading): readonly StepParts[] {
  if (isWritten(written, "resource")) return resourceParts(template.at("resource"), written.at("resource"), reading);
  const set = template.at("containerSet", "containers").writtenItems();
  const own = ["container", "script"].flatMap((key) => (isWritten(written, key) ? [template.at(key)] : []));
  return [...set, ...own].map((container) => containerParts(container, reading));
}

function settingOf(reading: Reading, container: Field): Setting {
  const environment = envOf(container.at("env"), () => undefined);
  return { files: reading.files, gaps: reading.gaps, environment, directory: directoryOf(container.at("workingDir")) };
}

/** Where the repository was put is not known by its name; below it, the folder is. */
function directoryOf(field: Field): string {
  const text = textOf(field) ?? "";
  const below = /^\/(?:[\w-]+\/)?(?:src|source|repo|code|workspace|work|app)(?:\/(.*))?$/.exec(text)?.[1] ?? "";
  return below.includes("{{") ? "" : (join("", below) ?? "");
}

function containerParts(container: Field, reading: Reading): StepParts {
  const image = container.at("image");
  const reference = imageReference(image);
  if (reference !== undefined)
    reading.references.push(/\{\{/.test(image.source ?? "") ? { ...reference, pin: "unknown" } : reference);
  const commands = commandsOf(container, image);
  const label = textOf(container.at("name"));
  return commandStep(
    {
      body: container,
      place: image.presence === "absent" ? container.place : image.place,
      displayName: label ?? commands[0]?.text.split("\n", 1)[0] ?? textOf(image) ?? "",
      disabled: false,
      tolerated: false,
    },
    commands,
    settingOf(reading, container),
  );
}

/** Expressions that are left are taken for a variable: no shell has one of that name. */
function read(field: Field, options: ShellOptions): readonly PlacedCommand[] {
  const text = field.source ?? "";
  return parseShell(text.replace(/\{\{[^{}]*\}\}/g, hide), options).map(({ words, tolerated, used, from, to }) => ({
    words,
    tolerated,
    used,
    text: text.slice(from, to),
    place: field.part(from, to),
  }));
}

/** As long as what it stands for, so that what is behind it keeps its place. */
function hide(expression: string): string {
  return `\${${":".padEnd(Math.max(1, expression.length - 3), "_")}}`;
}

function commandsOf(container: Field, image: Field): readonly PlacedCommand[] {
  const command = container.at("command");
  if (!isWritten(container, "source"))
    return containerCommands(textOf(image) ?? "", command, container.at("args"), read);
  const source = container.at("source");
  const [program = "sh", ...options] = oneOrMore(command).map((it) => it.source ?? "");
  if (!SHELL.test(program)) return [];
  const given = { errexit: options.some((it) => /^-[a-z]*e/.test(it)) };
  const shell = shebangShell(source.source ?? "", given);
  return shell === undefined ? [] : read(source, shell);
}

const APPLIES = /^(?:apply|create|patch|replace)$/;
const DELIVERED =
  /^kind:\s*["']?(?:Deployment|StatefulSet|DaemonSet|Rollout|Service|Ingress|HelmRelease|Kustomization)\b/m;

/** An object that the workflow itself writes to the cluster. */
function resourceParts(resource: Field, written: Field, reading: Reading): readonly StepParts[] {
  const manifest = resource.at("manifest");
  const text = manifest.source ?? "";
  const isDelivery = APPLIES.test(textOf(resource.at("action")) ?? "") && DELIVERED.test(text);
  const place = keyOf(written.at("action").presence === "absent" ? written : written.at("action"));
  const seen: Sighting = {
    name: "deploy",
    tool: "argo-workflows",
    place,
    text: `${textOf(resource.at("action")) ?? ""} ${DELIVERED.exec(text)?.[0] ?? ""}`,
    gating: true,
    half: undefined,
  };
  const waits = isWritten(resource, "successCondition");
  const called = isDelivery ? [seen, ...(waits ? [{ ...seen, name: "wait" as const }] : [])] : [];
  const own = { body: written, place, disabled: false, tolerated: false, called };
  return [commandStep({ ...own, displayName: seen.text.trim() }, [], settingOf(reading, resource))];
}
