/** Workflows of CircleCI as pipelines. Whatever is written there, reading it never throws. */
import type { Place } from "../../../model/edit.ts";
import type { Capability, Field, Job, Pipeline } from "../../../model/facts.ts";
import { jobsOf } from "./circleci-jobs.ts";
import type { Reading } from "./circleci-steps.ts";
import { triggersOf } from "./circleci-triggers.ts";
import { pipelineValues } from "./circleci-values.ts";
import { orderOf } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";
import { distinctGaps, distinctReferences } from "./references.ts";
import { isTrue, keyOf } from "./written.ts";

const PATH = /(?:^|\/)\.circleci\/(?:[^/]+\/)*[^/]+\.ya?ml$/;

export const circleci: PipelineDialect = {
  provider: "circleci",
  recognises: (path) => PATH.test(path),
  read(source, files) {
    const [{ body }] = source.documents;
    const folder = /^(.*?\.circleci\/)/.exec(source.path)?.[1] ?? "";
    const name = source.path.slice(folder.length);
    const isMain = /^config\.ya?ml$/.test(name);
    // Another file of the folder is a configuration of its own only where the main one goes on with it.
    if (!isMain && !continues(mainText(folder, files), name)) return [];
    const continuation = isMain && isTrue(body.at("setup")) ? continued(source, folder, files) : "none";
    return workflowsOf(body).map(([key, workflow]) =>
      readWorkflow(key, workflow, source, files, !isMain, continuation === "hidden"),
    );
  },
};

function mainText(folder: string, files: PipelineFiles): string {
  return files.text(`${folder}config.yml`) ?? files.text(`${folder}config.yaml`) ?? "";
}

/** Where nothing is said, that is what continues a setup. */
const CONTINUED = "continue_config.yml";

function continues(main: string, name: string): boolean {
  return /^\s*setup\s*:\s*true\b/m.test(main) && (main.includes(name) || name === CONTINUED);
}

/** What goes on after the setup is in the workspace, or is made while it runs. */
function continued(source: PipelineSource, folder: string, files: PipelineFiles): "local" | "hidden" {
  const text = source.documents[0].text;
  const others = files.find(PATH).filter((it) => it.startsWith(folder) && it !== source.path);
  return others.some((it) => continues(text, it.slice(folder.length))) ? "local" : "hidden";
}

/** Without workflows, a job called `build` runs by itself. */
function workflowsOf(body: Field): readonly (readonly [string, Field])[] {
  const written = body
    .at("workflows")
    .writtenEntries()
    .filter(([, it]) => it.kind === "map");
  if (written.length > 0 || body.at("workflows").presence !== "absent") return written;
  return body.at("jobs", "build").presence === "absent" ? [] : [["build", body.at("jobs", "build")]];
}

function readWorkflow(
  key: string,
  workflow: Field,
  source: PipelineSource,
  files: PipelineFiles,
  isContinued: boolean,
  hidden: boolean,
): Pipeline {
  const [{ body, document }] = source.documents;
  // What decides about a run that was continued is set by the setup.
  const started = pipelineValues(body.at("parameters"), !isContinued);
  const invoked = workflow.at("jobs").writtenItems();
  const filters = invoked.map((it) => it.writtenEntries()[0]?.[1].at("filters") ?? it.at("filters"));
  const triggers = triggersOf(workflow, filters.length === 0 ? [workflow.at("filters")] : filters, started);
  // Whoever starts a workflow that no change starts sets the parameters too.
  const byChange = triggers?.has("push") === true || triggers?.has("tag") === true;
  const values = pipelineValues(body.at("parameters"), byChange);
  const reading: Reading = { files, gaps: [], references: [], orbs: new Set(), values };
  const jobs: Job[] = [];
  const capabilities: Capability[] = [];
  jobsOf(workflow, body, reading, triggers === undefined, jobs);
  for (const job of jobs) for (const step of job.steps) capabilities.push(...step.capabilities);
  if (hidden) reading.gaps.push({ place: body.at("setup").place, reason: "computed", name: "setup" });
  const place: Place = keyOf(workflow);
  return {
    provider: "circleci",
    displayName: key,
    body,
    document,
    place,
    triggers: triggers ?? new Set(),
    jobs,
    capabilities,
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
