/** Azure Pipelines. Whatever is written there, reading it never throws. */
import type { Field, Pipeline, Trigger } from "../../../model/facts.ts";
import { jobsIn } from "./azure-jobs.ts";
import { type Reading, rootSheet } from "./azure-templates.ts";
import { orderOf } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";
import { distinctGaps, distinctReferences } from "./references.ts";
import { isAbsent, isWritten, keyOf, textOf } from "./written.ts";

export const azurePipelines: PipelineDialect = {
  provider: "azure-pipelines",
  recognises: (path, body) => isAzurePath(path) || isAzureContent(path, body),
  read(source, files) {
    const [{ body }] = source.documents;
    return isTemplate(source.path, body) ? [] : [readPipeline(source, files)];
  },
};

function isAzurePath(path: string): boolean {
  return /(?:^|\/)\.?azure-pipelines?[^/]*\.ya?ml$/i.test(path);
}

/** By what it says: lists of stages, jobs or steps as nobody else writes them. */
function isAzureContent(path: string, body: Field): boolean {
  if (!/\.ya?ml$/i.test(path) || /(?:^|\/)\.github\//.test(path)) return false;
  const any = (key: string, names: readonly string[]): boolean =>
    body
      .at(key)
      .writtenItems()
      .some((it) => names.some((name) => !isAbsent(it.at(name))) || isInclusion(it) || isDirective(it));
  if (isInclusion(body.at("extends"))) return true;
  return (
    any("stages", ["stage"]) ||
    any("jobs", ["job", "deployment"]) ||
    any("steps", ["task", "bash", "pwsh", "powershell", "checkout"]) ||
    body.at("steps").writtenItems().some(isScript)
  );
}

/** Others give their steps a script too, but always an image by name. */
function isScript(step: Field): boolean {
  return step.at("script").kind === "scalar" && (isAbsent(step.at("name")) || !isAbsent(step.at("displayName")));
}

/** Takes in a file, here or in another repository. */
function isInclusion(item: Field): boolean {
  return /\.ya?ml(?:@[\w.-]+)?$|\$\{\{/.test(textOf(item.at("template")) ?? "");
}

function isDirective(item: Field): boolean {
  return /^\$\{\{\s*(?:if|each|insert|else|elseif)\b/.test(item.writtenEntries()[0]?.[0] ?? "");
}

const STARTS = ["trigger", "pr", "schedules", "resources", "pool", "extends", "name"] as const;

/** A file that only others take in: it says nothing of when or where it runs. */
function isTemplate(path: string, body: Field): boolean {
  const file = path.split("/").at(-1) ?? path;
  if (STARTS.some((key) => isWritten(body, key))) return false;
  const isNamed = /^\.?azure-pipelines?\.ya?ml$/i.test(file);
  if (isNamed) return false;
  return !isAbsent(body.at("parameters")) || /templates?(?:\/|\b)/i.test(path) || !isAzurePath(path);
}

function readPipeline(source: PipelineSource, files: PipelineFiles): Pipeline {
  const [{ body, document }] = source.documents;
  const reading: Reading = {
    files,
    gaps: [],
    references: [],
    root: body,
    path: source.path,
    budget: { left: 20_000 },
  };
  const triggers = triggersOf(body);
  const sheet = rootSheet(reading, triggers.size === 1 && triggers.has("manual"));
  const jobs = jobsIn(sheet, reading);
  const main = (["stages", "jobs", "steps", "extends"] as const).map((it) => body.at(it)).find((it) => !isAbsent(it));
  return {
    provider: "azure-pipelines",
    displayName: source.path.split("/").at(-1) ?? source.path,
    body,
    document,
    place: main === undefined ? body.at("steps").place : keyOf(main),
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

/** Without a word every push starts a pipeline, and every pull request where the repository's host tells of them. */
function triggersOf(body: Field): ReadonlySet<Trigger> {
  const found = new Set<Trigger>();
  const trigger = body.at("trigger");
  const isOff = textOf(trigger)?.toLowerCase() === "none";
  if (!isOff) {
    const tags = trigger.at("tags").presence !== "absent";
    if (tags) found.add("tag");
    if (!tags || trigger.at("branches").presence !== "absent") found.add("push");
  }
  const pr = body.at("pr");
  if (isAbsent(pr) ? !isOff : textOf(pr)?.toLowerCase() !== "none") found.add("pull-request");
  if (body.at("schedules").writtenItems().length > 0) found.add("schedule");
  const resources = (kind: string) =>
    body
      .at("resources", kind)
      .writtenItems()
      .some((it) => textOf(it.at("trigger")) !== "none" && it.at("trigger").presence !== "absent");
  if (resources("pipelines") || resources("builds")) found.add("after-pipeline");
  if (["containers", "repositories", "packages", "webhooks"].some(resources)) found.add("other");
  if (found.size === 0) found.add("manual");
  return found;
}
