/** The jobs of a GitLab pipeline: which runs they are part of, in which order, and what they do. */
import type { Capability, Field, Job, PipelineGap, PipelineReference } from "../../../model/facts.ts";
import { sightingsOfReference } from "../capabilities.ts";
import { flattened, textOf } from "./gitlab-field.ts";
import { type Assembly, assembleIncluded, type Template } from "./gitlab-includes.ts";
import { childRuns, isRun, mayHold, type Outcome, outcomesOf, type Run, textsOf } from "./gitlab-rules.ts";
import { filledIn, imageOf, imagesOf, stepsOf, templateStep, usual } from "./gitlab-steps.ts";
import { isIdleTemplate, type TemplateJob, templateJob, workflowOf } from "./gitlab-templates.ts";
import { type JobVariables, variablesOf } from "./gitlab-variables.ts";
import { makeSteps } from "./pipeline.ts";
import type { PipelineFiles } from "./pipelines.ts";
import { imageReference } from "./references.ts";

/** What is found while a pipeline is read with its children. */
export interface Reading {
  readonly files: PipelineFiles;
  /** The folder that paths count from. */
  readonly folder: string;
  readonly jobs: Job[];
  readonly callers: Map<Job, Job>;
  /** Jobs that start a child pipeline and do not wait for it. */
  readonly heedless: Set<Job>;
  readonly capabilities: Capability[];
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
  /** Runs that each job may be part of, as bits. */
  readonly presence: Map<Job, number>;
}

/** What surrounds the jobs of one pipeline, the first or a child. */
export interface Scope {
  readonly assembly: Assembly;
  readonly caller: Job | undefined;
  readonly outer: JobVariables | undefined;
  /** Conditions that tell runs apart, those of the pipelines around it too. */
  readonly texts: readonly string[];
  /** Kinds of runs that start it, told apart by these conditions. */
  readonly runsOf: (texts: readonly string[]) => readonly Run[];
  readonly stack: readonly string[];
}

/** Names at the top that are no jobs. */
const RESERVED = new Set([
  "default",
  "include",
  "stages",
  "types",
  "variables",
  "workflow",
  "image",
  "services",
  "cache",
  "before_script",
  "after_script",
  "spec",
]);
const WORK = ["script", "run", "trigger"] as const;
const MAX_DEPTH = 3;
const MAX_ITEMS = 500;
/** As many as there are bits in a number. */
const MAX_RUNS = 30;

/** A job before its steps are read. */
interface Draft {
  readonly id: string;
  readonly body: Field;
  readonly template: (Template & TemplateJob) | undefined;
  readonly variables: JobVariables;
  readonly outcomes: readonly Outcome[];
  /** Runs that it may be part of, and those in which what comes later waits for it. */
  readonly present: number;
  readonly blocking: number;
  readonly stage: number;
}

/** The kinds of runs that are told apart, and what of the file starts some of them. */
export interface Jobs {
  readonly runs: readonly Run[];
  readonly jobs: readonly Job[];
}

export function readJobs(scope: Scope, reading: Reading): Jobs {
  const { assembly } = scope;
  const { root } = assembly.config;
  const names = root
    .writtenEntries()
    .filter(([name, it]) => !name.startsWith(".") && !RESERVED.has(name) && it.kind === "map")
    .map(([name]) => name);
  const bodies = names.map((name) => [name, assembly.config.job(name)] as const);
  const workflow = flattened(root.at("workflow", "rules"), MAX_ITEMS).filter((it) => it.kind === "map");
  const known = templatesIn(scope, reading);
  const texts = [...scope.texts, ...textsOf(root.at("workflow")), ...bodies.flatMap(([, body]) => textsOf(body))];
  const { inRules } = variablesOf(undefined, root, scope.outer);
  const conditions =
    workflow.length > 0 ? [] : assembly.templates.flatMap(({ field }) => workflowOf(field.source ?? ""));
  const isAdmitted = isRun(workflow, inRules);
  const admits = (run: Run) =>
    isAdmitted(run) && (conditions.length === 0 || conditions.some((it) => mayHold(it, run, inRules)));
  const runs = scope.runsOf(texts).filter(admits).slice(0, MAX_RUNS);
  const stages = stagesOf(root);

  const drafts: Draft[] = [];
  for (const [id, body] of bodies) {
    const works = WORK.some((it) => body.at(it).presence !== "absent");
    const template = works ? undefined : known.get(id);
    if (works || template !== undefined) drafts.push(draftOf(id, body, template));
    else openBases(id, scope, reading);
  }
  for (const [id, template] of known)
    if (!names.includes(id)) drafts.push(draftOf(id, template.field.at("nothing"), template));
  const inCommon: Around["inCommon"] = new Map();
  const jobs = drafts.map((it) => readJob(it, drafts, { ...scope, texts, admits, inCommon }, reading));
  return { runs, jobs };

  function draftOf(id: string, body: Field, template: Draft["template"]): Draft {
    const variables = variablesOf(body, root, scope.outer);
    const byRun = runs.map(
      template !== undefined && textsOf(body).length === 0
        ? (run) => inTemplate(template, run, variables)
        : outcomesOf(body, variables.inRules),
    );
    const bits = (holds: (outcome: Outcome) => boolean) =>
      byRun.reduce((sum, outcomes, index) => (outcomes.some(holds) ? sum | (1 << index) : sum), 0);
    const stage = textOf(body.at("stage")) ?? template?.stage ?? "test";
    return {
      id,
      body,
      template,
      variables,
      outcomes: byRun.flat().filter(({ when }) => when !== "never"),
      present: bits(({ when }) => when !== "never"),
      blocking: bits(
        ({ when, tolerated }) => when !== "never" && when !== "on_failure" && !(when === "manual" && tolerated),
      ),
      stage: stages.get(stage) ?? stages.size,
    };
  }
}

function stagesOf(root: Field): ReadonlyMap<string, number> {
  const written = [root.at("stages"), root.at("types")].find((it) => it.kind === "list");
  const names =
    written === undefined ? ["build", "test", "deploy"] : flattened(written, MAX_ITEMS).map((it) => it.source ?? "");
  const own = names.filter((it) => it !== ".pre" && it !== ".post");
  return new Map([".pre", ...own, ".post"].map((name, index) => [name, index]));
}

/** What the rules of a template come to. */
function inTemplate({ branches, off }: TemplateJob, run: Run, { inRules }: JobVariables): readonly Outcome[] {
  const value = off === undefined ? undefined : inRules(off);
  const isOff = typeof value === "string" && /^(?:true|1|yes)$/i.test(value);
  const isIn = !isOff && (mayHold("$CI_COMMIT_BRANCH", run, inRules) || (branches !== true && run.ref === "tag"));
  return [{ when: isIn ? "on_success" : "never", tolerated: false, manual: undefined }];
}

/** Templates that the lexicon knows, by the job that they bring; the others cannot be read. */
function templatesIn({ assembly }: Scope, reading: Reading): ReadonlyMap<string, Template & TemplateJob> {
  const found = new Map<string, Template & TemplateJob>();
  const { environment } = variablesOf(undefined, assembly.config.root, undefined);
  for (const template of assembly.templates) {
    const { field, inputs } = template;
    const text = field.source?.trim() ?? "";
    if (sightingsOfReference("include", field, inputs, environment).length > 0) {
      const file = text
        .replace(/(?:\.latest|\.v\d+)?\.gitlab-ci\.ya?ml$/i, "")
        .split("/")
        .at(-1);
      const name = template.kind === "component" ? /\/components\/([\w-]+)/.exec(text)?.[1] : file;
      const job = templateJob((name ?? text).toLowerCase());
      found.set(job.job, { ...template, ...job });
    } else if (template.kind === "component" || !isIdleTemplate(text)) {
      reading.gaps.push({ place: field.place, reason: "remote", name: text });
    }
  }
  return found;
}

/** Says of a job what it extends and is nowhere to be seen. */
function openBases(id: string, { assembly }: Scope, reading: Reading): boolean {
  const missing = assembly.config.missingBases(id);
  const elsewhere = assembly.templates.length > 0 || assembly.gaps.some(({ reason }) => reason === "remote");
  for (const base of missing)
    reading.gaps.push({ place: base.place, reason: elsewhere ? "remote" : "missing", name: base.source ?? "" });
  return missing.length > 0;
}

interface Around extends Scope {
  /** The rules for the pipeline as a whole let it be run. */
  readonly admits: (run: Run) => boolean;
  /** What jobs of one stage wait for, by the stage and the runs they are part of. */
  readonly inCommon: Map<string, readonly string[]>;
}

function readJob(draft: Draft, drafts: readonly Draft[], around: Around, reading: Reading): Job {
  const { id, body, template, variables, outcomes } = draft;
  const { caller } = around;
  const { environment } = variables;
  const trigger = body.at("trigger");
  const steps: Job["steps"][number][] = [];
  const disabled = draft.present === 0 || caller?.disabled === true;
  const open = openBases(id, around, reading);
  const outside = trigger.presence === "absent" ? undefined : called(trigger);
  const isElsewhere = outside !== undefined && outside.kind === "project";
  const where = body.at("environment");
  const stays = /^(?:stop|verify|access|prepare)$/.test(textOf(where.at("action")) ?? "");
  const job: Job = {
    id,
    body,
    place: template === undefined || body.presence !== "absent" ? { ...body.place, onKey: true } : template.field.place,
    needs: needsOf(draft, drafts, around.inCommon),
    steps,
    disabled,
    tolerated: (outcomes.length > 0 && outcomes.every((it) => it.tolerated)) || caller?.tolerated === true,
    environment: filledIn(stays ? where.at("nothing") : where.kind === "map" ? where.at("name") : where, variables),
    image: filledIn(imageOf(usual("image", body, around)), variables),
    uses: outside?.field ?? template?.field ?? trigger,
    opaque: open || (isElsewhere && !disabled),
    approval: outcomes.find((it) => it.manual !== undefined)?.manual ?? caller?.approval,
  };
  reading.jobs.push(job);
  reading.presence.set(job, draft.present);
  if (caller !== undefined) reading.callers.set(job, caller);
  if (isElsewhere && !disabled)
    reading.gaps.push({ place: outside.field.place, reason: "remote", name: outside.field.source ?? "" });
  const images = template === undefined && trigger.presence === "absent" ? imagesOf(job, body, around, variables) : [];
  reading.references.push(...images.map(imageReference).filter((it) => it !== undefined));
  steps.push(
    ...makeSteps(
      job,
      template === undefined ? stepsOf(draft, job, around, reading) : [templateStep(template, body, environment)],
    ),
  );
  reading.capabilities.push(...steps.flatMap((it) => it.capabilities));
  if (outside?.kind === "child" && !disabled) readChild(draft, job, outside.field, around, reading);
  return job;
}

/** What a job starts: a pipeline of another project, or one that files of this one say. */
function called(trigger: Field): { readonly kind: "project" | "child"; readonly field: Field } {
  if (trigger.kind !== "map") return { kind: "project", field: trigger };
  const include = trigger.at("include");
  return include.presence === "absent"
    ? { kind: "project", field: trigger.at("project") }
    : { kind: "child", field: include };
}

function readChild(draft: Draft, job: Job, include: Field, around: Around, reading: Reading): void {
  const { document, path } = include.place;
  const called = `${document.uri} ${path.join("/")}`;
  if (around.stack.length >= MAX_DEPTH || around.stack.includes(called)) return;
  const assembly = assembleIncluded(include, reading, []);
  reading.gaps.push(...assembly.gaps);
  reading.references.push(...assembly.references);
  const strategy = textOf(job.body.at("trigger", "strategy"));
  if (strategy !== "depend" && strategy !== "mirror") reading.heedless.add(job);
  const outcomes = outcomesOf(draft.body, draft.variables.inRules);
  const starts = (run: Run) => around.admits(run) && outcomes(run).some(({ when }) => when !== "never");
  const runsOf: Scope["runsOf"] = (texts) => childRuns(around.runsOf(texts).filter(starts));
  const stack = [...around.stack, called];
  readJobs({ assembly, caller: job, outer: draft.variables, texts: around.texts, runsOf, stack }, reading);
  astray(assembly, reading);
}

/** References that lead nowhere: what stands there lies elsewhere, or is not there at all. */
export function astray({ config, templates, gaps }: Assembly, reading: Reading): void {
  const elsewhere = templates.length > 0 || gaps.some(({ reason }) => reason === "remote");
  for (const [name, field] of config.astray)
    reading.gaps.push({ place: field.place, reason: elsewhere ? "remote" : "missing", name });
}

/** What a job waits for: what it says it needs, or all of the stages before its own. */
function needsOf(draft: Draft, drafts: readonly Draft[], inCommon: Map<string, readonly string[]>): readonly string[] {
  const covers = (other: Draft) => draft.present !== 0 && (draft.present & ~other.blocking) === 0;
  const needs = draft.body.at("needs");
  if (needs.kind === "list") {
    return flattened(needs, MAX_ITEMS).flatMap((it) => {
      if (it.kind === "scalar") return [it.source ?? ""];
      const name = it.at("job").source;
      if (name === undefined || ["project", "pipeline"].some((key) => it.at(key).presence !== "absent")) return [];
      const isOptional = it.at("optional").source === "true";
      return isOptional && !drafts.some((other) => other.id === name && covers(other)) ? [] : [name];
    });
  }
  const regardless =
    draft.outcomes.length > 0 && draft.outcomes.every(({ when }) => /^(?:always|on_failure)$/.test(when));
  if (regardless) return [];
  // What many jobs have in common is kept once.
  const key = `${draft.stage} ${draft.present}`;
  const known = inCommon.get(key);
  if (known !== undefined) return known;
  const needed = drafts.filter((other) => other.stage < draft.stage && covers(other)).map(({ id }) => id);
  inCommon.set(key, needed);
  return needed;
}
