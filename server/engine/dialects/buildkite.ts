/** Buildkite pipelines. Whatever is written there, reading it never throws. */
import type { Pipeline } from "../../../model/facts.ts";
import { type Reading, readSteps } from "./buildkite-steps.ts";
import { orderOf } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";
import { distinctGaps, distinctReferences } from "./references.ts";
import { isAbsent, isWritten, keyOf, textOf } from "./written.ts";

const PATH = /(?:^|\/)\.buildkite\/(?:[^/]+\/)*[^/]+\.ya?ml$/;
const UPLOADERS = /(?:^|\/)\.buildkite\/(?:[^/]+\/)*[^/]+\.(?:ya?ml|sh)$/;
const STEP_KEYS = ["command", "commands", "wait", "block", "input", "trigger", "group", "plugins"] as const;

export const buildkite: PipelineDialect = {
  provider: "buildkite",
  recognises(path, body) {
    if (/(?:^|\/)(?:\.buildkite\/pipeline|buildkite)\.ya?ml$/.test(path)) return true;
    // Its folder holds files of other tools too: compose files, values.
    const steps = body.kind === "list" ? body.writtenItems() : body.at("steps").writtenItems();
    const isOne = steps.some((it) => /^wait/.test(textOf(it) ?? "") || STEP_KEYS.some((key) => isWritten(it, key)));
    return PATH.test(path) && isOne;
  },
  read(source, files) {
    return isUploaded(source.path, files) ? [] : [readPipeline(source, files)];
  },
};

/** Another pipeline adds it to its own steps. */
function isUploaded(path: string, files: PipelineFiles): boolean {
  const name = path.split("/").at(-1) ?? path;
  return files
    .find(UPLOADERS)
    .filter((it) => it !== path)
    .some((it) => {
      const text = files.text(it) ?? "";
      const at = text.indexOf("pipeline upload");
      return at >= 0 && text.slice(at).includes(name);
    });
}

function readPipeline(source: PipelineSource, files: PipelineFiles): Pipeline {
  const [{ body, document }] = source.documents;
  const steps = body.kind === "list" ? body : body.at("steps");
  const reading: Reading = {
    files,
    root: body,
    gaps: [],
    references: [],
    jobs: [],
    uploads: [source.path],
    called: new Map(),
  };
  readSteps(steps, reading);
  const { jobs } = reading;
  return {
    provider: "buildkite",
    displayName: source.path.split("/").at(-1) ?? source.path,
    body,
    document,
    place: isAbsent(steps) ? steps.place : keyOf(steps),
    triggers: new Set(["push"]),
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
