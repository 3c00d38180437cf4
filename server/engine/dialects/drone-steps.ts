/** What Drone and Woodpecker have in common: workflows of containers over one workspace, with plugins and conditions. */
import type { DocumentRef, Place } from "../../../model/edit.ts";
import type { Field, Job, Pipeline, PipelineGap, PipelineReference, Provider, Step } from "../../../model/facts.ts";
import { commandsOfReference, type Environment } from "../capabilities.ts";
import { join } from "../indirection.ts";
import { readCommands } from "../shell.ts";
import { containerCommands } from "./container-commands.ts";
import { areApart, both, type Condition, conditionOf, covers, isByHand, triggersOf } from "./drone-conditions.ts";
import { saying } from "./expanded.ts";
import { makeSteps, type StepParts } from "./pipeline.ts";
import type { PipelineFiles, PipelineSource } from "./pipelines.ts";
import { distinctGaps, distinctReferences, imageReference } from "./references.ts";
import { type Waiting, waitsOf } from "./step-order.ts";
import { commandStep, isTrue, isWritten, keyOf, oneOrMore, textOf, textsOf, variablesOf } from "./written.ts";

/** Steps that run on one machine, one after another unless they say otherwise. */
export interface Workflow {
  readonly name: string;
  readonly body: Field;
  /** A list, or a map by name. */
  readonly steps: Field;
  readonly when: Condition;
  /** Workflows that must have passed before. */
  readonly needs: readonly string[];
  /** Settings of a plugin stand beside its image. */
  readonly inline: boolean;
}

/** What is known of a pipeline before its workflows are read. */
export interface Frame {
  readonly provider: Provider;
  readonly displayName: string;
  readonly body: Field;
  readonly document: DocumentRef;
  readonly source: PipelineSource;
  readonly files: PipelineFiles;
  readonly gaps: PipelineGap[];
}

interface Reading {
  readonly frame: Frame;
  readonly jobs: Job[];
  readonly references: PipelineReference[];
  readonly steps: Map<Step, Known>;
}

interface Known {
  readonly workflow: Workflow;
  readonly index: number;
  readonly when: Condition;
  readonly waits: (index: number) => ReadonlySet<number>;
}

export function readWorkflows(workflows: readonly Workflow[], frame: Frame): Pipeline {
  const { provider, displayName, body, document, source, gaps } = frame;
  const reading: Reading = { frame, jobs: [], references: [], steps: new Map() };
  for (const it of workflows) readWorkflow(it, reading);
  const { jobs, steps } = reading;
  const order = waitsOf(workflows.map(({ name: id, needs }) => ({ id, needs })));
  const isBefore = (earlier: Step, later: Step): boolean => {
    const [before, after] = [steps.get(earlier), steps.get(later)];
    if (before === undefined || after === undefined) return false;
    if (!before.when.success || after.when.failure || !covers(before.when, after.when)) return false;
    if (before.workflow === after.workflow) return after.waits(after.index).has(before.index);
    const [from, to] = [workflows.indexOf(before.workflow), workflows.indexOf(after.workflow)];
    return !after.workflow.when.failure && order(to).has(from);
  };
  const list = workflows[0]?.steps;
  return {
    provider,
    displayName,
    body,
    document,
    place: list === undefined || list.presence === "absent" ? body.place : keyOf(list),
    triggers: triggersOf([...steps.values()].map(({ when }) => when)),
    jobs,
    capabilities: jobs.flatMap((job) => job.steps).flatMap((step) => step.capabilities),
    reusable: false,
    opaque: gaps.length > 0,
    gaps: distinctGaps(gaps),
    references: distinctReferences(reading.references),
    precedes: isBefore,
    apart: (one, other) => {
      const [a, b] = [steps.get(one), steps.get(other)];
      return a !== undefined && b !== undefined && areApart(a.when, b.when);
    },
    system: source.system,
    nonProduction: source.nonProduction,
    foreign: source.foreign,
  };
}

interface WrittenStep {
  readonly name: string;
  /** Runs beside the steps, which do not wait for it. */
  readonly isService: boolean;
  readonly body: Field;
  readonly place: Place;
}

function stepsOf(steps: Field, isService = false): readonly WrittenStep[] {
  if (steps.kind === "map")
    return steps.writtenEntries().map(([name, body]) => ({ name, body, place: keyOf(body), isService }));
  return steps
    .writtenItems()
    .flatMap((it) => (it.kind === "list" ? it.writtenItems() : [it]))
    .map((body, index) => {
      const name = textOf(body.at("name"));
      const place = name === undefined ? body.place : body.at("name").place;
      return { name: name ?? `step ${index + 1}`, body, place, isService };
    });
}

function readWorkflow(workflow: Workflow, reading: Reading): void {
  const services = stepsOf(workflow.body.at("services"), true);
  // A service may do something of its own, such as making a cluster.
  const written = [
    ...stepsOf(workflow.steps),
    ...services.filter(({ body }) => ["commands", "command", "entrypoint"].some((key) => isWritten(body, key))),
  ];
  const waits = waitsOf(waitingOf(written));
  const conditions = written.map(({ body }) => both(workflow.when, conditionOf(body.at("when"))));
  const images = [...services, ...stepsOf(workflow.body.at("clone"))];
  for (const { body } of images) reading.references.push(...imagesOf(body.at("image"), workflow));
  const parts = written.map((it, index) => partsOf(it, conditions[index]?.cases.length === 0, workflow, reading));
  const byHand = conditions.map(isByHand);
  // What only a person starts, in a workflow that runs by itself too, waits for that person.
  const isSplit = byHand.some((it) => it) && !byHand.every((it) => it);
  const groups = isSplit ? [false, true] : [byHand[0] === true];
  let first: string | undefined;
  for (const asked of groups) {
    const indices = written.flatMap((_, index) => (!isSplit || byHand[index] === asked ? [index] : []));
    const deciding = conditions[indices[0] ?? -1];
    const steps: Step[] = [];
    const job: Job = {
      id:
        first === undefined
          ? workflow.name
          : `${workflow.name}: ${textOf(deciding?.event ?? workflow.body) ?? "manual"}`,
      body: workflow.body,
      place: isWritten(workflow.body, "name") ? workflow.body.at("name").place : keyOf(workflow.steps),
      needs: first === undefined ? workflow.needs : [...workflow.needs, first],
      steps,
      disabled: workflow.when.cases.length === 0,
      tolerated: textOf(workflow.body.at("failure")) === "ignore",
      environment: deciding?.target ?? workflow.body.at("none"),
      image: workflow.body.at("image"),
      uses: workflow.body.at("uses"),
      opaque: false,
      approval: asked ? deciding?.event?.place : undefined,
    };
    first ??= job.id;
    reading.jobs.push(job);
    const made = makeSteps(
      job,
      indices.map((index) => parts[index]).filter((it) => it !== undefined),
    );
    steps.push(...made);
    for (const [at, step] of made.entries()) {
      const index = indices[at];
      const when = index === undefined ? undefined : conditions[index];
      if (index !== undefined && when !== undefined) reading.steps.set(step, { workflow, index, when, waits });
    }
  }
}

/** One after another; as soon as one step names others, only as they are named; and those of one group side by side. */
function waitingOf(steps: readonly WrittenStep[]): readonly Waiting[] {
  const isGraph = steps.some(({ body }) => isWritten(body, "depends_on"));
  let start = 0;
  return steps.map(({ name: id, body, isService }, index) => {
    if (isService) return { id: undefined, needs: [] };
    if (isGraph) return { id, needs: textsOf(body.at("depends_on")) };
    const group = textOf(body.at("group"));
    if (group === undefined || group !== textOf(steps[index - 1]?.body.at("group") ?? body.at("none"))) start = index;
    return { id, needs: group === undefined ? undefined : steps.slice(0, start).map(({ name }) => name) };
  });
}

function imagesOf(image: Field, { body }: Workflow): readonly PipelineReference[] {
  const values = valuesOf(body.at("matrix"));
  const text = image.source ?? "";
  const name = /\$\{(\w+)\}/.exec(text)?.[1];
  const known = name === undefined ? undefined : values.get(name);
  const fields = known?.map((value) =>
    saying(
      image,
      text.replaceAll(`\${${name}}`, () => value),
    ),
  ) ?? [image];
  return fields.map(imageReference).filter((it) => it !== undefined);
}

/** The values of each variable of a matrix. */
function valuesOf(matrix: Field): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const entries = [
    ...matrix.writtenEntries(),
    ...matrix
      .at("include")
      .writtenItems()
      .flatMap((it) => it.writtenEntries()),
  ];
  for (const [name, field] of entries.slice(0, 200)) {
    if (name === "include") continue;
    const values = found.get(name) ?? [];
    found.set(name, [...new Set([...values, ...textsOf(field)])]);
  }
  return found;
}

function partsOf(
  { name, body, place, isService }: WrittenStep,
  disabled: boolean,
  workflow: Workflow,
  reading: Reading,
): StepParts {
  const image = body.at("image");
  reading.references.push(...imagesOf(image, workflow));
  const { files, gaps } = reading.frame;
  const around: Environment = variablesOf(workflow.body.at("environment"), () => undefined);
  const environment = variablesOf(body.at("environment"), around);
  const tolerated = textOf(body.at("failure")) === "ignore" || isTrue(body.at("detach")) || isService;
  const directory = join("", textOf(body.at("directory")) ?? "") ?? "";
  const setting = { files, gaps, environment, directory };
  const own = { body, place, displayName: name, disabled, tolerated };
  const lines = oneOrMore(body.at("commands")).flatMap((it) => (it.kind === "list" ? it.writtenItems() : [it]));
  if (lines.length > 0)
    return commandStep(
      own,
      lines.flatMap((it) => readCommands(it)),
      setting,
    );
  const started = containerCommands(textOf(image) ?? "", body.at("entrypoint"), body.at("command"));
  if (started.length > 0) return commandStep(own, started, setting);
  // Without commands it is a plugin, which does what it is told by its settings.
  const uses = saying(image, pluginName(textOf(image) ?? ""));
  const inputs = workflow.inline && !isWritten(body, "settings") ? body : body.at("settings");
  if (STARTS_OTHERS.test(uses.source ?? "") && !disabled)
    gaps.push({ place: image.place, reason: "remote", name: textOf(image) ?? "" });
  const commands = commandsOfReference("plugin", uses, inputs, {});
  return commandStep({ ...own, uses, kind: "plugin", inputs }, commands, setting);
}

const STARTS_OTHERS = /^(?:plugins\/downstream|woodpeckerci\/plugin-trigger|woodpecker-plugins\/trigger)$/;

/** The image without its registry and version. */
function pluginName(image: string): string {
  return image
    .replace(/^(?:[\w-]+\.[\w.-]+|localhost)(?::\d+)?\//, "")
    .replace(/@.*$/s, "")
    .replace(/:[^/]*$/s, "");
}
