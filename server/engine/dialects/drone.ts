/** Drone: documents of one file that wait for one another, or one map of steps in older ones. Reading it never throws. */
import type { Field, Pipeline, PipelineGap } from "../../../model/facts.ts";
import { conditionOf, onBranches } from "./drone-conditions.ts";
import { type Frame, readWorkflows, type Workflow } from "./drone-steps.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";
import { connected } from "./step-order.ts";
import { isWritten, textOf, textsOf } from "./written.ts";

const PATH = /(?:^|\/)\.drone(?:[.-][\w-]+)?\.ya?ml$|(?:^|\/)\.drone\/[^/]+\.ya?ml$/;
/** Programs that write the pipeline. */
const PROGRAM = /(?:^|\/)\.drone\.(?:star|starlark|jsonnet)$/;

export const drone: PipelineDialect = {
  provider: "drone",
  recognises(path, body) {
    if (PROGRAM.test(path)) return true;
    if (isWritten(body, "apiVersion") || !/\.ya?ml$/i.test(path)) return false;
    const kind = textOf(body.at("kind"));
    if (PATH.test(path) && (body.writtenEntries().length === 0 || kind !== undefined)) return true;
    if (kind === "pipeline") return isWritten(body, "steps") && !isWritten(body, "on");
    return PATH.test(path) && isWritten(body, "pipeline");
  },
  read: (source, files) => readDrone(source, files),
};

function readDrone(source: PipelineSource, files: PipelineFiles): readonly Pipeline[] {
  const [{ body: root, document }] = source.documents;
  const name = source.path.split("/").at(-1) ?? source.path;
  const frame = (body: Field, displayName: string, gaps: PipelineGap[]): Frame => ({
    provider: "drone",
    displayName,
    body,
    document: body.place.document,
    source,
    files,
    gaps,
  });
  if (PROGRAM.test(source.path)) {
    const gap: PipelineGap = { place: root.place, reason: "computed", name };
    return [{ ...readWorkflows([], { ...frame(root, name, [gap]), document }), triggers: new Set(["push"]) }];
  }
  const gaps: PipelineGap[] = [];
  for (const { body } of source.documents) {
    const load = body.at("load");
    if (textOf(body.at("kind")) === "template")
      gaps.push({ place: load.place, reason: "remote", name: textOf(load) ?? "" });
  }
  const workflows = source.documents.flatMap(({ body }, index) => workflowOf(body, index) ?? []);
  const found = connected(workflows).map((group) => {
    const body = group[0]?.body ?? root;
    const named = workflows.length > 1 ? textOf(body.at("name")) : undefined;
    return readWorkflows(group, frame(body, named ?? name, [...gaps]));
  });
  if (found.length > 0 || gaps.length === 0) return found;
  return [{ ...readWorkflows([], frame(root, name, gaps)), triggers: new Set(["push"]) }];
}

function workflowOf(body: Field, index: number): Workflow | undefined {
  const kind = textOf(body.at("kind"));
  const inline = kind === undefined && isWritten(body, "pipeline");
  if (kind !== "pipeline" && !inline) return undefined;
  return {
    name: textOf(body.at("name")) ?? (index === 0 ? "default" : `pipeline ${index + 1}`),
    body,
    steps: body.at(inline ? "pipeline" : "steps"),
    when: inline ? onBranches(body.at("branches")) : conditionOf(body.at("trigger")),
    needs: textsOf(body.at("depends_on")),
    inline,
  };
}
