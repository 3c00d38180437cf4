/** Woodpecker: each file of its folder is a workflow, and they wait for one another. Reading it never throws. */
import type { Field } from "../../../model/facts.ts";
import { conditionOf, onBranches } from "./drone-conditions.ts";
import { readWorkflows, type Workflow } from "./drone-steps.ts";
import type { PipelineDialect, PipelineFiles } from "./pipelines.ts";
import { connected } from "./step-order.ts";
import { isWritten, textsOf } from "./written.ts";

const PATH = /(?:^|\/)\.woodpecker(?:\.ya?ml|\/[^/]+\.ya?ml)$/;

export const woodpecker: PipelineDialect = {
  provider: "woodpecker",
  recognises: (path, body) => PATH.test(path) && (body.writtenEntries().length === 0 || stepsKey(body) !== undefined),
  read(source, files) {
    const { path, documents } = source;
    const [{ body, document }] = documents;
    const own = workflowOf(path, body);
    const group = connected([own, ...beside(path, files)]).find((it) => it.includes(own)) ?? [own];
    const [first] = [...group].sort((a, b) => (a.path < b.path ? -1 : 1));
    // Workflows that belong together are one pipeline, which stands in the first of their files.
    if (first !== own) return [];
    const name = path.split("/").at(-1) ?? path;
    const frame = { provider: "woodpecker", displayName: name, body, document, source, files, gaps: [] } as const;
    return [readWorkflows(group, { ...frame, gaps: [] })];
  },
};

interface FileWorkflow extends Workflow {
  readonly path: string;
}

function stepsKey(body: Field): string | undefined {
  return ["steps", "pipeline"].find((key) => isWritten(body, key));
}

/** The other workflows of the folder. */
function beside(path: string, files: PipelineFiles): readonly FileWorkflow[] {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  if (!folder.endsWith(".woodpecker/")) return [];
  return files
    .find(PATH)
    .filter((it) => it !== path && it.startsWith(folder) && !it.slice(folder.length).includes("/"))
    .flatMap((it) => {
      const body = files.documents(it)[0];
      return body === undefined || stepsKey(body) === undefined ? [] : [workflowOf(it, body)];
    });
}

function workflowOf(path: string, body: Field): FileWorkflow {
  const key = stepsKey(body) ?? "steps";
  return {
    path,
    name: (path.split("/").at(-1) ?? path).replace(/\.ya?ml$/, ""),
    body,
    steps: body.at(key),
    when: isWritten(body, "branches")
      ? onBranches(body.at("branches"))
      : conditionOf(body.at("when"), body.at("runs_on")),
    needs: textsOf(body.at("depends_on")),
    inline: key === "pipeline",
  };
}
