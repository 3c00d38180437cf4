/**
 * Jenkinsfiles, declarative and scripted, read as text: calls and their blocks, with places that point into the file.
 * What a shared library or another job does is not known. Whatever is written there, reading it never throws.
 */
import type { Pipeline, Trigger } from "../../../model/facts.ts";
import type { Environment } from "../capabilities.ts";
import { type GroovyCall, type GroovyNode, parseGroovy } from "./groovy.ts";
import { blockOf, callIn, filled, firstText, namedText, placeOf } from "./jenkins-calls.ts";
import { type Around, JenkinsReading, type Sequence } from "./jenkins-steps.ts";
import { orderOf } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";
import { distinctGaps, distinctReferences } from "./references.ts";

export const jenkins: PipelineDialect = {
  provider: "jenkins",
  recognises: (path) => /(?:^|\/)Jenkinsfile[^/]*$|\.jenkinsfile$/i.test(path),
  read: (source, files) => [readJenkins(source, files)],
};

function readJenkins(source: PipelineSource, files: PipelineFiles): Pipeline {
  const [{ body, document }] = source.documents;
  // Places count from the start of the file; where it holds a line that looks like a separator of YAML, so does the text.
  const text = source.documents.map((one) => one.text).join("");
  const nodes = parseGroovy(text);
  const reading = new JenkinsReading(body, files, readStages);
  reading.learn(nodes);
  const declared = nodes.find((one): one is GroovyCall => one.kind === "call" && one.name === "pipeline");
  const around: Around = {
    directory: "",
    tolerated: false,
    disabled: false,
    environment: reading.variable,
    image: body.at("image"),
    branches: undefined,
  };
  const sequence: Sequence = { needs: [], open: undefined, approval: undefined, image: undefined };
  reading.libraries(nodes);
  if (declared?.body !== undefined) readDeclarative(declared, reading, sequence, around);
  else reading.steps(nodes, sequence, around);
  reading.close(sequence);
  const { jobs, gaps, references, branches } = reading;
  return {
    provider: "jenkins",
    displayName: source.path.split("/").at(-1) ?? source.path,
    body,
    document,
    place: declared === undefined ? body.place : placeOf(body, declared),
    triggers: triggersOf(declared?.body ?? nodes),
    jobs,
    capabilities: jobs.flatMap((job) => job.steps).flatMap((step) => step.capabilities),
    reusable: false,
    opaque: gaps.length > 0,
    gaps: distinctGaps(gaps),
    references: distinctReferences(references),
    precedes: orderOf(jobs, new Map()),
    apart: (one, other) => areApart(branches.get(one.job), branches.get(other.job)),
    system: source.system,
    nonProduction: source.nonProduction,
    foreign: source.foreign,
  };
}

function areApart(one: ReadonlySet<string> | undefined, other: ReadonlySet<string> | undefined): boolean {
  return one !== undefined && other !== undefined && ![...one].some((branch) => other.has(branch));
}

/** A push starts it, wherever it is set up: a branch of a multibranch project, or a job that watches one. */
function triggersOf(nodes: readonly GroovyNode[]): ReadonlySet<Trigger> {
  const found = new Set<Trigger>(["push"]);
  const visit = (all: readonly GroovyNode[], depth: number): void => {
    for (const one of all) {
      if (one.kind === "assignment" || depth > 12) continue;
      if (one.kind === "call") {
        if (one.name === "cron" || one.name === "parameterizedCron") found.add("schedule");
        if (one.name === "upstream") found.add("after-pipeline");
        if (one.name === "changeRequest") found.add("pull-request");
        if (one.name === "buildingTag" || one.name === "tag") found.add("tag");
        for (const { value } of one.args) {
          if (value.kind === "call") visit([value.call], depth + 1);
          if (value.kind === "list")
            visit(
              value.items.flatMap((it) => (it.value.kind === "call" ? [it.value.call] : [])),
              depth + 1,
            );
        }
      }
      if (one.body !== undefined) visit(one.body, depth + 1);
    }
  };
  visit(nodes, 0);
  return found;
}

function readDeclarative(pipeline: GroovyCall, reading: JenkinsReading, sequence: Sequence, around: Around): void {
  const body = pipeline.body ?? [];
  const inner = within(body, reading, around);
  const stages = callIn(body, "stages");
  if (stages?.body !== undefined) readStages(stages.body, reading, sequence, inner);
  readPost(body, reading, sequence, inner);
}

/** Stages one after another. */
function readStages(nodes: readonly GroovyNode[], reading: JenkinsReading, sequence: Sequence, around: Around): void {
  for (const node of nodes) {
    if (node.kind !== "call" || node.name !== "stage" || node.body === undefined) continue;
    readStage(node, reading, sequence, around);
  }
}

function readStage(stage: GroovyCall, reading: JenkinsReading, sequence: Sequence, around: Around): void {
  const body = stage.body ?? [];
  reading.close(sequence);
  const when = callIn(body, "when");
  const inner: Around = {
    ...within(body, reading, around),
    disabled: around.disabled || (when !== undefined && neverHolds(when)),
    branches: (when === undefined ? undefined : branchesOf(when)) ?? around.branches,
  };
  const input = callIn(body, "input");
  if (input !== undefined) sequence.approval = placeOf(reading.root, input);
  const parallel = callIn(body, "parallel");
  const matrix = callIn(body, "matrix");
  const stages = callIn(matrix?.body ?? body, "stages");
  if (parallel?.body !== undefined) {
    const ends: string[] = [];
    for (const branch of parallel.body) {
      const own: Sequence = { ...sequence, open: undefined };
      readStages([branch], reading, own, inner);
      reading.close(own);
      ends.push(...own.needs);
    }
    if (ends.length > 0) sequence.needs = [...new Set(ends)];
  } else if (stages?.body !== undefined) {
    readStages(stages.body, reading, sequence, within(matrix?.body ?? [], reading, inner));
  } else {
    reading.open(sequence, firstText(stage) ?? "stage", stage, inner);
    const steps = callIn(body, "steps");
    if (steps?.body !== undefined) reading.steps(steps.body, sequence, inner);
  }
  readPost(body, reading, sequence, inner);
  reading.close(sequence);
}

const AFTERWARDS = new Set(["always", "success", "changed", "fixed", "cleanup"]);

/** What is done afterwards cannot fail what was done before; what is done after a failure is no part of a good run. */
function readPost(body: readonly GroovyNode[], reading: JenkinsReading, sequence: Sequence, around: Around): void {
  for (const one of callIn(body, "post")?.body ?? [])
    if (one.kind === "call" && AFTERWARDS.has(one.name) && one.body !== undefined)
      reading.steps(one.body, sequence, { ...around, tolerated: true });
}

/** What a pipeline or a stage says for all in it: variables, and the image that it runs in. */
function within(body: readonly GroovyNode[], reading: JenkinsReading, around: Around): Around {
  const agent = callIn(body, "agent");
  const image = agent === undefined ? undefined : reading.agent(agent);
  return { ...around, environment: variables(body, around.environment), image: image ?? around.image };
}

/** Variables of an `environment` block, as far as they are texts; each may use those before it. */
function variables(body: readonly GroovyNode[], around: Environment): Environment {
  const own = new Map<string, string>();
  const environment: Environment = (name) => own.get(name) ?? around(name);
  for (const one of callIn(body, "environment")?.body ?? []) {
    if (one.kind !== "assignment" || one.value.kind !== "text") continue;
    own.set(one.name, one.value.filled ? filled(one.value.text, environment) : one.value.text);
  }
  return environment;
}

/** Written so that no run has it. */
function neverHolds(when: GroovyCall): boolean {
  return blockOf(when).some(({ name, body }) => {
    const [only, ...others] = body ?? [];
    return name === "expression" && others.length === 0 && only?.kind === "call" && only.name === "false";
  });
}

/** The branches that a condition names, where it names nothing else. */
function branchesOf(when: GroovyCall): ReadonlySet<string> | undefined {
  const conditions = blockOf(when).filter(({ name }) => !name.startsWith("before"));
  const [first, ...others] = conditions;
  if (first === undefined || others.length > 0) return undefined;
  const named = first.name === "anyOf" ? blockOf(first) : [first];
  const branches = named.map((one) =>
    one.name === "branch" ? (firstText(one) ?? namedText(one, "pattern")) : undefined,
  );
  const known = branches.filter((one) => one !== undefined && !/[*?]/.test(one));
  return known.length === branches.length && known.length > 0 ? new Set(known as string[]) : undefined;
}
