/** Stages and jobs of Azure Pipelines, in the order in which they wait for one another. */
import type { Place } from "../../../model/edit.ts";
import type { Field, Job, Step } from "../../../model/facts.ts";
import { goesOnRegardless, isNever, type StepSetting, stepsOf } from "./azure-steps.ts";
import { openTemplate, type Reading, type Sheet, templateVariables } from "./azure-templates.ts";
import { type Variables, variablesIn, withVariables } from "./azure-values.ts";
import { makeSteps, type StepParts } from "./pipeline.ts";
import { imageReference } from "./references.ts";
import { isAbsent, isTrue, isWritten, keyOf, textOf, textsOf } from "./written.ts";

/** A job as it is written, or a template in its place that could not be read. */
interface Draft {
  readonly id: string;
  readonly body: Field;
  readonly sheet: Sheet;
  readonly isUnread: boolean;
  readonly own: readonly string[];
}

interface Stage {
  readonly id: string;
  readonly body: Field;
  readonly sheet: Sheet;
  readonly drafts: readonly Draft[];
  /** Names of the stages that it waits for. */
  readonly needs: readonly string[];
}

const MAX_JOBS = 1_000;

/** All jobs of a pipeline, however much of it is written out. */
export function jobsIn(sheet: Sheet, reading: Reading): readonly Job[] {
  const { body } = sheet;
  if (body.at("extends").kind === "map") {
    const inner = openTemplate(body.at("extends"), sheet, reading);
    return inner === undefined ? [unreadJob(body.at("extends"))] : jobsIn(inner, reading);
  }
  const stages = stagesIn(sheet, reading);
  const off = neverRunning(stages);
  const jobs: Job[] = [];
  for (const stage of stages)
    for (const draft of stage.drafts)
      jobs.push(readJob(draft, stage, needsOf(draft, stage, stages), off.has(draft.id), reading));
  return withApprovals(jobs, stages);
}

function stagesIn(sheet: Sheet, reading: Reading): readonly Stage[] {
  const { body } = sheet;
  const stages = body.at("stages");
  if (!isAbsent(stages)) return stagesOf(stages, sheet, reading);
  const jobs = body.at("jobs");
  const drafts = isAbsent(jobs)
    ? body.at("steps").kind === "list"
      ? [{ id: "job", body, sheet, isUnread: false, own: [] }]
      : []
    : draftsOf(jobs, "", sheet, reading);
  return [{ id: "", body, sheet, drafts, needs: [] }];
}

function stagesOf(list: Field, sheet: Sheet, reading: Reading): readonly Stage[] {
  const found: Stage[] = [];
  const visit = (items: Field, from: Sheet): void => {
    for (const item of items.writtenItems()) {
      if (found.length >= MAX_JOBS) return;
      const previous = found.at(-1)?.id;
      const ordered = isWritten(item, "dependsOn") ? textsOf(item.at("dependsOn")) : undefined;
      // Without a word each stage waits for the one before it.
      const needs = ordered ?? (previous === undefined ? [] : [previous]);
      const id = textOf(item.at("stage")) ?? `stage${found.length + 1}`;
      if (item.at("template").presence === "absent") {
        found.push({ id, body: item, sheet: from, needs, drafts: draftsOf(item.at("jobs"), `${id}.`, from, reading) });
        continue;
      }
      const inner = openTemplate(item, from, reading);
      if (inner !== undefined) visit(inner.body.at("stages"), inner);
      else {
        const draft = { id: `${id}.template`, body: item, sheet: from, isUnread: true, own: [] };
        found.push({ id, body: item, sheet: from, needs, drafts: [draft] });
      }
    }
  };
  visit(list, sheet);
  return found;
}

function draftsOf(list: Field, prefix: string, sheet: Sheet, reading: Reading): readonly Draft[] {
  const found: Draft[] = [];
  const visit = (items: Field, from: Sheet): void => {
    for (const item of items.writtenItems()) {
      if (found.length >= MAX_JOBS) return;
      const inner = item.at("template").presence === "absent" ? undefined : openTemplate(item, from, reading);
      if (inner !== undefined) {
        visit(inner.body.at("jobs"), inner);
        continue;
      }
      const name = textOf(item.at("job")) ?? textOf(item.at("deployment")) ?? `job${found.length + 1}`;
      const own = textsOf(item.at("dependsOn")).map((it) => prefix + it);
      const isUnread = item.at("template").presence !== "absent";
      found.push({ id: prefix + name, body: item, sheet: from, isUnread, own });
    }
  };
  visit(list, sheet);
  return found;
}

/** A stage waits for all jobs of those that it needs; through one without jobs, for those before it. */
function needsOf(draft: Draft, stage: Stage, stages: readonly Stage[]): readonly string[] {
  const found = new Set(draft.own);
  const open = [...stage.needs];
  const seen = new Set(open);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const before = stages.find((it) => it.id === id);
    if (before === undefined) continue;
    for (const it of before.drafts) found.add(it.id);
    if (before.drafts.length > 0) continue;
    for (const it of before.needs) if (!seen.has(it)) open.push(it);
    for (const it of before.needs) seen.add(it);
  }
  return [...found];
}

/** Jobs that are switched off, and those that wait for them without a condition of their own. */
function neverRunning(stages: readonly Stage[]): ReadonlySet<string> {
  const stagesOff = closure(
    stages.map(({ id, body, needs }) => ({ id, body, needs })),
    (it) => isNever(it.body),
  );
  const off = new Set<string>();
  for (const { id, drafts } of stages) {
    const inside = closure(
      drafts.map((it) => ({ id: it.id, body: it.body, needs: it.own })),
      (it) => stagesOff.has(id) || isNever(it.body),
    );
    for (const it of inside) off.add(it);
  }
  return off;
}

interface Waiting {
  readonly id: string;
  readonly body: Field;
  readonly needs: readonly string[];
}

function closure(all: readonly Waiting[], isOff: (one: Waiting) => boolean): ReadonlySet<string> {
  const off = new Set(all.filter(isOff).map((it) => it.id));
  for (let more = off.size > 0; more; ) {
    const added = all.filter(
      (it) => !off.has(it.id) && it.needs.some((need) => off.has(need)) && !goesOnRegardless(it.body),
    );
    for (const it of added) off.add(it.id);
    more = added.length > 0;
  }
  return off;
}

function readJob(draft: Draft, stage: Stage, needs: readonly string[], disabled: boolean, reading: Reading): Job {
  const { body, sheet } = draft;
  if (draft.isUnread) return { ...unreadJob(body), id: draft.id, needs, disabled, opaque: !disabled };
  const variables = [stage, draft].reduce(
    (around: Variables, it) =>
      it.body === sheet.body
        ? around
        : variablesIn(it.body.at("variables"), around, (item) => templateVariables(item, it.sheet, reading)),
    sheet.variables,
  );
  const filled = withVariables(body, variables);
  const environment = filled.at("environment");
  const container = filled.at("container");
  const image = imageOf(container, reading);
  const steps: Step[] = [];
  const named = ["job", "deployment"].map((it) => body.at(it)).find((it) => textOf(it) !== undefined);
  const job: Job = {
    id: draft.id,
    body: filled,
    place: named === undefined ? keyOf(body.at("steps")) : named.place,
    needs,
    steps,
    disabled,
    tolerated: isTrue(body.at("continueOnError")),
    environment: environment.kind === "map" ? environment.at("name") : environment,
    image,
    uses: body.at("uses"),
    opaque: false,
    approval: undefined,
  };
  const services = filled
    .at("services")
    .writtenEntries()
    .map(([, it]) => imageOf(it, reading));
  reading.references.push(...[image, ...services].map(imageReference).filter((it) => it !== undefined));
  const parts = partsOf(body, { variables, disabled, afterFailure: false }, sheet, reading);
  steps.push(...makeSteps(job, parts));
  return job;
}

const HOOKS = ["preDeploy", "deploy", "routeTraffic", "postRouteTraffic"] as const;

/** The steps of a job; of a deployment those of its hooks, in the order in which they run. */
function partsOf(body: Field, setting: StepSetting, sheet: Sheet, reading: Reading): readonly StepParts[] {
  const found = [...stepsOf(body.at("steps"), sheet, reading, setting)];
  for (const [, strategy] of body.at("strategy").writtenEntries()) {
    for (const hook of HOOKS) found.push(...stepsOf(strategy.at(hook, "steps"), sheet, reading, setting));
    found.push(...stepsOf(strategy.at("on", "success", "steps"), sheet, reading, setting));
    const afterwards = { ...setting, afterFailure: true };
    found.push(...stepsOf(strategy.at("on", "failure", "steps"), sheet, reading, afterwards));
  }
  return found;
}

/** An image, or the name of a container among the resources. */
function imageOf(container: Field, reading: Reading): Field {
  if (container.kind === "map") return container.at("image");
  const name = textOf(container);
  const resources = reading.root.at("resources", "containers").writtenItems();
  return resources.find((it) => textOf(it.at("container")) === name)?.at("image") ?? container;
}

function unreadJob(body: Field): Job {
  const none = body.at("image");
  return {
    id: textOf(body.at("template")) ?? "template",
    body,
    place: body.at("template").place,
    needs: [],
    steps: [],
    disabled: false,
    tolerated: false,
    environment: none,
    image: none,
    uses: body.at("template"),
    opaque: true,
    approval: undefined,
  };
}

/** A person lets a job go on: a validation by hand in it, a stage that is started by hand; and so what waits for it. */
function withApprovals(jobs: readonly Job[], stages: readonly Stage[]): readonly Job[] {
  const found = new Map<string, Place>();
  for (const { body, drafts } of stages) {
    const manual = body.at("trigger");
    if (textOf(manual) === "manual" && textOf(body.at("stage")) !== undefined)
      for (const { id } of drafts) found.set(id, manual.place);
  }
  for (const { id, steps } of jobs) {
    const asks = steps.find((it) => /^Manual(?:Validation|Intervention)@/i.test(it.uses.source ?? "") && !it.disabled);
    if (asks !== undefined) found.set(id, asks.uses.place);
  }
  for (let more = found.size > 0; more; ) {
    more = false;
    for (const { id, needs } of jobs) {
      const place = needs.map((it) => found.get(it)).find((it) => it !== undefined);
      if (place === undefined || found.has(id)) continue;
      found.set(id, place);
      more = true;
    }
  }
  // Steps know their job, so that one is changed.
  return jobs.map((job) => Object.assign(job, { approval: found.get(job.id) }));
}
