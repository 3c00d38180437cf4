/** Bitbucket Pipelines: each way to start is a pipeline of its own. Whatever is written there, reading it never throws. */
import type { Place } from "../../../model/edit.ts";
import type { Field, Job, Pipeline, PipelineGap, PipelineReference, Step, Trigger } from "../../../model/facts.ts";
import { commandsOfReference, type Environment } from "../capabilities.ts";
import { type PlacedCommand, readCommands } from "../shell.ts";
import { makeSteps, orderOf, type StepParts } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";
import { distinctGaps, distinctReferences, imageReference, versionedReference } from "./references.ts";
import { commandStep, isAbsent, keyOf, oneOrMore, textOf, textsOf, variablesOf } from "./written.ts";

export const bitbucket: PipelineDialect = {
  provider: "bitbucket",
  recognises: (path) => /(?:^|\/)bitbucket-pipelines\.ya?ml$/.test(path),
  read(source, files) {
    const [{ body }] = source.documents;
    return startsOf(body).map((start) => readPipeline(start, source, files));
  },
};

/** A way to start, with what is run then. */
interface Start {
  readonly name: string;
  readonly list: Field;
  readonly triggers: ReadonlySet<Trigger>;
}

const SECTIONS: Readonly<Record<string, Trigger>> = {
  branches: "push",
  bookmarks: "push",
  tags: "tag",
  "pull-requests": "pull-request",
  custom: "manual",
};

function startsOf(body: Field): readonly Start[] {
  const pipelines = body.at("pipelines");
  const events = eventsOf(body.at("triggers"));
  return pipelines.writtenEntries().flatMap(([section, value]): readonly Start[] => {
    if (section === "default") return [{ name: section, list: value, triggers: new Set<Trigger>(["push"]) }];
    const trigger = Object.hasOwn(SECTIONS, section) ? SECTIONS[section] : undefined;
    if (trigger === undefined) return [];
    return value.writtenEntries().map(([name, list]) => {
      const started = section === "custom" ? events.get(name) : undefined;
      return { name: `${section}: ${name}`, list, triggers: started ?? new Set([trigger]) };
    });
  });
}

/** What starts a custom pipeline beside a person. */
function eventsOf(triggers: Field): ReadonlyMap<string, ReadonlySet<Trigger>> {
  const found = new Map<string, Set<Trigger>>();
  for (const [event, rules] of triggers.writtenEntries()) {
    const trigger: Trigger = event.startsWith("pullrequest")
      ? "pull-request"
      : event === "repository-push"
        ? "push"
        : "other";
    for (const name of rules.writtenItems().flatMap((rule) => textsOf(rule.at("pipelines"))))
      found.set(name, (found.get(name) ?? new Set<Trigger>()).add(trigger));
  }
  return found;
}

interface Reading {
  readonly body: Field;
  readonly files: PipelineFiles;
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
  readonly jobs: Job[];
}

function readPipeline({ name, list, triggers }: Start, source: PipelineSource, files: PipelineFiles): Pipeline {
  const [{ body, document }] = source.documents;
  const reading: Reading = { body, files, gaps: [], references: [], jobs: [] };
  const imported = list.at("import");
  if (imported.presence !== "absent")
    reading.gaps.push({ place: imported.place, reason: "remote", name: imported.source ?? "" });
  readItems(list.writtenItems(), [], reading, { approval: undefined, environment: undefined });
  const { jobs } = reading;
  return {
    provider: "bitbucket",
    displayName: name,
    body,
    document,
    place: keyOf(list),
    triggers,
    jobs,
    capabilities: jobs.flatMap((job) => job.steps).flatMap((step) => step.capabilities),
    reusable: false,
    opaque: reading.gaps.length > 0,
    gaps: distinctGaps(reading.gaps),
    references: distinctReferences(reading.references),
    precedes: orderOf(jobs, new Map()),
    system: source.system,
    nonProduction: source.nonProduction,
    foreign: source.foreign,
  };
}

/** What a stage says for the steps in it. */
interface Around {
  readonly approval: Place | undefined;
  readonly environment: Field | undefined;
}

const MAX_JOBS = 1_000;

/** Reads steps one after another, and gives the jobs that what follows waits for. */
function readItems(
  items: readonly Field[],
  before: readonly string[],
  reading: Reading,
  around: Around,
): readonly string[] {
  let needs = before;
  let { approval } = around;
  for (const item of items) {
    if (reading.jobs.length >= MAX_JOBS) break;
    // A list that comes in through an anchor stands for its items.
    if (item.kind === "list") needs = readItems(item.writtenItems(), needs, reading, { ...around, approval });
    const parallel = item.at("parallel");
    const stage = item.at("stage");
    const step = item.at("step");
    const inner = { ...around, approval };
    if (parallel.presence !== "absent") {
      const steps = parallel.kind === "list" ? parallel.writtenItems() : parallel.at("steps").writtenItems();
      const waited = needs;
      needs = steps.flatMap((it) => readItems([it], waited, reading, inner));
    } else if (stage.presence !== "absent") {
      approval = manual(stage) ?? approval;
      const environment = isAbsent(stage.at("deployment")) ? around.environment : stage.at("deployment");
      needs = readItems(stage.at("steps").writtenItems(), needs, reading, { approval, environment });
    } else if (step.presence !== "absent") {
      // What follows a step that a person starts waits for that person too.
      approval = manual(step) ?? approval;
      needs = [readStep(step, needs, reading, { ...around, approval }).id];
    }
  }
  return needs;
}

function manual(body: Field): Place | undefined {
  return textOf(body.at("trigger")) === "manual" ? body.at("trigger").place : undefined;
}

function readStep(body: Field, needs: readonly string[], reading: Reading, around: Around): Job {
  const image = imageOf(isAbsent(body.at("image")) ? reading.body.at("image") : body.at("image"));
  const name = textOf(body.at("name")) ?? `step ${reading.jobs.length + 1}`;
  const known = reading.jobs.filter((it) => it.id === name || it.id.startsWith(`${name} #`)).length;
  const deployment = body.at("deployment");
  const steps: Step[] = [];
  const job: Job = {
    id: known === 0 ? name : `${name} #${known + 1}`,
    body,
    place: textOf(body.at("name")) === undefined ? keyOf(body) : body.at("name").place,
    needs,
    steps,
    disabled: false,
    tolerated: textOf(body.at("on-fail", "strategy")) === "ignore",
    environment: isAbsent(deployment) && around.environment !== undefined ? around.environment : deployment,
    image,
    uses: body.at("import"),
    opaque: false,
    approval: around.approval,
  };
  reading.jobs.push(job);
  const services = textsOf(body.at("services")).map((it) => reading.body.at("definitions", "services", it, "image"));
  reading.references.push(...[image, ...services.map(imageOf)].map(imageReference).filter((it) => it !== undefined));
  const own = partsOf(body.at("script"), reading, false);
  // What comes afterwards cannot fail the step any more.
  steps.push(...makeSteps(job, [...own, ...partsOf(body.at("after-script"), reading, true)]));
  return job;
}

function imageOf(image: Field): Field {
  return image.kind === "map" ? image.at("name") : image;
}

/** The lines between two pipes run in one shell, so they are one step. */
function partsOf(script: Field, reading: Reading, tolerated: boolean): readonly StepParts[] {
  const found: StepParts[] = [];
  const environment: Environment = () => undefined;
  const setting = { files: reading.files, gaps: reading.gaps, environment, directory: "" };
  let lines: Field[] = [];
  const endShell = (): void => {
    const [first] = lines;
    const commands: readonly PlacedCommand[] = lines.flatMap((it) => readCommands(it));
    if (first !== undefined)
      found.push(commandStep({ body: script, place: first.place, disabled: false, tolerated }, commands, setting));
    lines = [];
  };
  for (const item of oneOrMore(script).flatMap((it) => (it.kind === "list" ? it.writtenItems() : [it]))) {
    const pipe = item.at("pipe");
    if (isAbsent(pipe)) {
      lines.push(item);
      continue;
    }
    endShell();
    const reference = versionedReference(pipe, {
      kind: "pipe",
      separator: ":",
      own: (name) => name.startsWith("atlassian/"),
    });
    if (reference !== undefined) reading.references.push(reference);
    const inputs = item.at("variables");
    const parts = { body: item, place: pipe.place, displayName: pipe.source ?? "", disabled: false, tolerated };
    found.push(
      commandStep({ ...parts, uses: pipe, kind: "pipe", inputs }, commandsOfReference("pipe", pipe, inputs, {}), {
        ...setting,
        environment: variablesOf(inputs, environment),
      }),
    );
  }
  endShell();
  return found;
}
