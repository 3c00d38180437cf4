/**
 * Argo Workflows that build, test or deploy: Workflows, templates with an entrypoint, CronWorkflows, and what a Sensor
 * starts. Others, which move data, are no pipelines. Whatever is written there, reading it never throws.
 */
import type { DocumentRef } from "../../../model/edit.ts";
import type { Field, GroupKind, Job, Pipeline, PipelineGap, PipelineReference, Trigger } from "../../../model/facts.ts";
import { readTemplates } from "./argo-templates.ts";
import { orderOf } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";
import { distinctGaps, distinctReferences } from "./references.ts";
import { isWritten, keyOf, textOf } from "./written.ts";

export const argoWorkflows: PipelineDialect = {
  provider: "argo-workflows",
  recognises: () => false,
  objects: new Set<GroupKind>([
    "argoproj.io/Workflow",
    "argoproj.io/WorkflowTemplate",
    "argoproj.io/ClusterWorkflowTemplate",
    "argoproj.io/CronWorkflow",
    "argoproj.io/Sensor",
  ]),
  read: (source, files) => source.documents.flatMap(({ body, document }) => readObject(body, document, source, files)),
};

const WORKFLOW = /^(?:Workflow|WorkflowTemplate|ClusterWorkflowTemplate)$/;

function readObject(
  body: Field,
  document: DocumentRef,
  source: PipelineSource,
  files: PipelineFiles,
): readonly Pipeline[] {
  if (!/^argoproj\.io\//.test(textOf(body.at("apiVersion")) ?? "")) return [];
  const kind = textOf(body.at("kind")) ?? "";
  if (kind === "Sensor")
    return body
      .at("spec", "triggers")
      .writtenItems()
      .flatMap((it) => {
        const template = it.at("template");
        const resources = [template.at("argoWorkflow", "source", "resource"), template.at("k8s", "source", "resource")];
        return resources.flatMap((one) => readObject(one, document, source, files));
      });
  const isTimed = kind === "CronWorkflow";
  if (!isTimed && !WORKFLOW.test(kind)) return [];
  const spec = isTimed ? body.at("spec", "workflowSpec") : body.at("spec");
  return readWorkflow(spec, { body, document, source, files, triggers: new Set([isTimed ? "schedule" : "push"]) });
}

interface Frame {
  readonly body: Field;
  readonly document: DocumentRef;
  readonly source: PipelineSource;
  readonly files: PipelineFiles;
  /** What starts one is kept elsewhere, and is a change mostly. */
  readonly triggers: ReadonlySet<Trigger>;
}

function readWorkflow(spec: Field, { body, document, source, files, triggers }: Frame): readonly Pipeline[] {
  // Without an entrypoint it is what others take their templates from, or start as it stands.
  if (!isWritten(spec, "entrypoint")) return [];
  const gaps: PipelineGap[] = [];
  const references: PipelineReference[] = [];
  const jobs: readonly Job[] = readTemplates(spec, { files, gaps, references });
  const capabilities = jobs.flatMap((job) => job.steps).flatMap((step) => step.capabilities);
  if (capabilities.length === 0) return [];
  const name = textOf(body.at("metadata", "name")) ?? textOf(body.at("metadata", "generateName"))?.replace(/-$/, "");
  const list = spec.at("templates");
  return [
    {
      provider: "argo-workflows",
      displayName: name ?? source.path.split("/").at(-1) ?? source.path,
      body,
      document,
      place: list.presence === "absent" ? spec.at("entrypoint").place : keyOf(list),
      triggers,
      jobs,
      capabilities,
      reusable: false,
      opaque: gaps.length > 0,
      gaps: distinctGaps(gaps),
      references: distinctReferences(references),
      precedes: orderOf(jobs, new Map()),
      system: source.system,
      nonProduction: source.nonProduction,
      foreign: source.foreign,
    },
  ];
}
