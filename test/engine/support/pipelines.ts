/** Pipelines from texts, as the workspace would make them. */
import assert from "node:assert/strict";
import type { Place } from "../../../model/edit.ts";
import type { Field, Pipeline } from "../../../model/facts.ts";
import { githubActions } from "../../../server/engine/dialects/github-actions.ts";
import type { PipelineDialect, PipelineFiles } from "../../../server/engine/dialects/pipelines.ts";
import { rootField } from "../../../server/engine/field.ts";
import { offsetsOf, SourceFile } from "../../../server/engine/source.ts";

/** The root of a YAML 1.2 text. */
export function yaml(text: string, path = "file.yaml"): Field {
  const [first] = yamlDocuments(text, path);
  if (first === undefined) throw new Error("A text always has a document.");
  return first;
}

function yamlDocuments(text: string, path: string): readonly Field[] {
  const file = new SourceFile(`file:///repo/${path}`, 1, text === "" ? "null" : text, {
    yaml: !/Jenkinsfile|\.groovy$/.test(path),
    yaml11: false,
    templated: "never",
  });
  return file.documents.map(rootField);
}

export type Texts = Readonly<Record<string, string>>;

export function filesOf(texts: Texts): PipelineFiles {
  const text = (path: string): string | undefined => (Object.hasOwn(texts, path) ? texts[path] : undefined);
  let objects: readonly Field[] | undefined;
  const allObjects = () =>
    Object.keys(texts)
      .filter((path) => /\.ya?ml$/.test(path))
      .flatMap((path) => yamlDocuments(texts[path] ?? "", path));
  return {
    repository: "shop",
    text,
    documents: (path) => {
      const found = text(path);
      return found === undefined ? [] : yamlDocuments(found, path);
    },
    body: (path) => {
      const found = text(path);
      return found === undefined ? undefined : yaml(found, path);
    },
    find: (pattern) =>
      Object.keys(texts)
        .filter((path) => pattern.test(path))
        .sort(),
    object: (groupKind, name) => {
      objects ??= allObjects();
      return objects.find((body) => {
        const group = (body.at("apiVersion").source ?? "").replace(/\/.*$/s, "");
        return `${group}/${body.at("kind").source}` === groupKind && body.at("metadata", "name").source === name;
      });
    },
  };
}

/** The one pipeline that a file holds, or the first of several. */
export function pipelineIn(dialect: PipelineDialect, path: string, text: string, texts: Texts = {}): Pipeline {
  const [pipeline] = pipelinesIn(dialect, path, text, texts);
  if (pipeline === undefined) throw new Error(`There is no pipeline in ${path}.`);
  return pipeline;
}

/** All pipelines that a file holds. */
export function pipelinesIn(
  dialect: PipelineDialect,
  path: string,
  text: string,
  texts: Texts = {},
): readonly Pipeline[] {
  const pipelines = readAll(dialect, path, text, filesOf(texts));
  // What comes before what is asked of steps, which know their job.
  for (const { jobs } of pipelines)
    for (const job of jobs) for (const step of job.steps) assert.equal(step.job, job, `a step of ${job.id}`);
  return pipelines;
}

function readAll(dialect: PipelineDialect, path: string, text: string, files: PipelineFiles): readonly Pipeline[] {
  const standing = { system: false, nonProduction: false, foreign: false };
  const [first, ...others] = yamlDocuments(text, path).map((body) => ({ body, document: body.place.document, text }));
  if (first === undefined) throw new Error("A text always has a document.");
  return dialect.read({ documents: [first, ...others], path, ...standing }, files);
}

/** Jobs for reading: `deploy < test, build`, with marks for what never runs, what is tolerated, and what a person lets on. */
export function order(pipeline: Pipeline): readonly string[] {
  return pipeline.jobs.map((job) => {
    const marks = `${job.disabled ? " off" : ""}${job.tolerated ? " soft" : ""}${job.approval === undefined ? "" : " asked"}`;
    return `${job.id}${job.needs.length > 0 ? ` < ${job.needs.join(", ")}` : ""}${marks}`;
  });
}

/** What could not be read: `remote jobs.yml@shared`. */
export function gaps(pipeline: Pipeline): readonly string[] {
  return pipeline.gaps.map((it) => `${it.reason} ${it.name}`);
}

/** What is taken from elsewhere: `image node 20 moving`. */
export function taken(pipeline: Pipeline): readonly string[] {
  return pipeline.references.map((it) => `${it.kind} ${it.name} ${it.version ?? "-"} ${it.pin}${it.own ? " own" : ""}`);
}

/** The text at a place of a capability, as it stands in the file. */
export function textAt(place: Place, text: string): string {
  const file = new SourceFile(place.document.uri, 1, text, { yaml: true, yaml11: false, templated: "never" });
  const [document] = file.documents;
  if (document === undefined) return "";
  return text.slice(...offsetsOf(document, place));
}

/** Reading whatever has been typed so far of a text never throws. */
export function readsHalfTyped(dialect: PipelineDialect, path: string, text: string, texts: Texts = {}): void {
  const files = filesOf(texts);
  for (let length = 0; length <= text.length; length += 1) {
    const typed = text.slice(0, length);
    assert.doesNotThrow(() => {
      dialect.recognises(path, yaml(typed, path));
      readAll(dialect, path, typed, files);
    }, typed);
  }
}

/** The workflow in `.github/workflows/ci.yml`, with other files beside it. */
export function workflow(text: string, texts: Texts = {}): Pipeline {
  return pipelineIn(githubActions, ".github/workflows/ci.yml", text, texts);
}

/** A workflow of one job with these steps, written as a YAML list. */
export function steps(list: string, texts: Texts = {}): Pipeline {
  const indented = list
    .trim()
    .split("\n")
    .map((it) => `      ${it}`)
    .join("\n");
  return workflow(`on: push\njobs:\n  ci:\n    runs-on: ubuntu-latest\n    steps:\n${indented}\n`, texts);
}

/** Capabilities for reading: `image-scan trivy`, with `?` behind those that cannot fail the run. */
export function seen(pipeline: Pipeline): readonly string[] {
  return pipeline.capabilities.map((it) => `${it.name} ${it.tool}${it.gating ? "" : " ?"}`);
}
