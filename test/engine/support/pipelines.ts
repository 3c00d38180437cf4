/** Pipelines from texts, as the workspace would make them. */
import type { Field, Pipeline } from "../../../model/facts.ts";
import { githubActions } from "../../../server/engine/dialects/github-actions.ts";
import type { PipelineDialect, PipelineFiles } from "../../../server/engine/dialects/pipelines.ts";
import { rootField } from "../../../server/engine/field.ts";
import { SourceFile } from "../../../server/engine/source.ts";

/** The root of a YAML 1.2 text. */
export function yaml(text: string, path = "file.yaml"): Field {
  const [first] = yamlDocuments(text, path);
  if (first === undefined) throw new Error("A text always has a document.");
  return first;
}

function yamlDocuments(text: string, path: string): readonly Field[] {
  const file = new SourceFile(`file:///repo/${path}`, 1, text === "" ? "null" : text, {
    yaml: true,
    yaml11: false,
    templated: "never",
  });
  return file.documents.map(rootField);
}

export type Texts = Readonly<Record<string, string>>;

export function filesOf(texts: Texts): PipelineFiles {
  const text = (path: string): string | undefined => (Object.hasOwn(texts, path) ? texts[path] : undefined);
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
    object: () => undefined,
  };
}

/** The one pipeline that a file holds. */
export function pipelineIn(dialect: PipelineDialect, path: string, text: string, texts: Texts = {}): Pipeline {
  const standing = { system: false, nonProduction: false, foreign: false };
  const [first, ...others] = yamlDocuments(text, path).map((body) => ({ body, document: body.place.document, text }));
  if (first === undefined) throw new Error("A text always has a document.");
  const [pipeline] = dialect.read({ documents: [first, ...others], path, ...standing }, filesOf(texts));
  if (pipeline === undefined) throw new Error(`There is no pipeline in ${path}.`);
  return pipeline;
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
