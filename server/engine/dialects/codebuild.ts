/** AWS CodeBuild. Phases run one after another in one shell. Whatever is written there, reading it never throws. */
import type { Field, Job, Pipeline, PipelineGap, PipelineReference, Step } from "../../../model/facts.ts";
import type { Environment } from "../capabilities.ts";
import { join } from "../indirection.ts";
import { type PlacedCommand, readCommands } from "../shell.ts";
import { makeSteps, orderOf, type StepParts } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";
import { distinctGaps, distinctReferences, imageReference, versionedReference } from "./references.ts";
import { commandStep, isTrue, isWritten, keyOf, oneOrMore, textOf, textsOf, variablesOf } from "./written.ts";

const PATH = /(?:^|\/)[^/]*buildspec[^/]*\.ya?ml$/i;
const PHASES = ["install", "pre_build", "build", "post_build"] as const;
type Phase = (typeof PHASES)[number];

export const codebuild: PipelineDialect = {
  provider: "codebuild",
  recognises(path, body) {
    if (isWritten(body, "apiVersion") || !/\.ya?ml$/i.test(path)) return false;
    if (PATH.test(path) && (body.writtenEntries().length === 0 || isWritten(body, "batch"))) return true;
    return (
      (PATH.test(path) || /^0\.[12]$/.test(textOf(body.at("version")) ?? "")) &&
      PHASES.some((phase) => isWritten(body.at("phases"), phase))
    );
  },
  read: (source, files) => (isCalled(source.path, files) ? [] : [readBuild(source, files)]),
};

/** A batch of another file runs it. */
function isCalled(path: string, files: PipelineFiles): boolean {
  return files
    .find(PATH)
    .filter((it) => it !== path)
    .some((it) => {
      const body = files.body(it);
      return body !== undefined && buildsOf(body).some(({ spec }) => spec !== undefined && pathOf(spec) === path);
    });
}

interface Reading {
  readonly root: Field;
  readonly files: PipelineFiles;
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
  readonly phases: Map<Step, InPhase>;
}

interface InPhase {
  readonly phase: Phase;
  /** Runs whatever happened to the commands of its phase. */
  readonly last: boolean;
  /** What comes in the next phase starts in spite of a failure here. */
  readonly passes: boolean;
}

function readBuild(source: PipelineSource, files: PipelineFiles): Pipeline {
  const [{ body, document }] = source.documents;
  const reading: Reading = { root: body, files, gaps: [], references: [], phases: new Map() };
  const jobs: Job[] = [];
  for (const build of buildsOf(body)) jobs.push(readJob(build, jobs, reading));
  const place = ["phases", "batch"].find((key) => isWritten(body, key));
  const order = orderOf(jobs, new Map());
  return {
    provider: "codebuild",
    displayName: source.path.split("/").at(-1) ?? source.path,
    body,
    document,
    place: place === undefined ? body.place : keyOf(body.at(place)),
    // What starts a build is set beside it, and mostly a change.
    triggers: new Set(["push"]),
    jobs,
    capabilities: jobs.flatMap((job) => job.steps).flatMap((step) => step.capabilities),
    reusable: false,
    opaque: reading.gaps.length > 0,
    gaps: distinctGaps(reading.gaps),
    references: distinctReferences(reading.references),
    precedes: (earlier, later) => order(earlier, later) && stops(earlier, later, reading.phases),
    system: source.system,
    nonProduction: source.nonProduction,
    foreign: source.foreign,
  };
}

/** A failure of the earlier step keeps the later one of the same build from running: it does not where it only fails `build`. */
function stops(earlier: Step, later: Step, phases: ReadonlyMap<Step, InPhase>): boolean {
  const [before, after] = [phases.get(earlier), phases.get(later)];
  if (earlier.job !== later.job || before === undefined || after === undefined) return true;
  if (before.phase === after.phase) return before.last === after.last;
  return !(before.passes && after.phase === "post_build");
}

/** A build of a batch, or the only one. */
interface Build {
  readonly body: Field;
  readonly id: string | undefined;
  /** Another file that it runs. */
  readonly spec: Field | undefined;
  readonly needs: readonly string[];
  readonly tolerated: Field;
  readonly env: Field;
}

function buildsOf(body: Field): readonly Build[] {
  const batch = body.at("batch");
  const one = (it: Field): Build => ({
    body: it,
    id: textOf(it.at("identifier")),
    spec: textOf(it.at("buildspec")) === undefined ? undefined : it.at("buildspec"),
    needs: textsOf(it.at("depend-on")),
    tolerated: it.at("ignore-failure"),
    env: it.at("env"),
  });
  const matrix = batch.at("build-matrix");
  const specs = oneOrMore(matrix.at("dynamic", "buildspec"));
  const found = [
    ...["build-list", "build-graph"].flatMap((key) => batch.at(key).writtenItems().map(one)),
    ...(isWritten(batch, "build-fanout") ? [one(batch.at("build-fanout"))] : []),
    ...(isWritten(batch, "build-matrix") ? (specs.length > 0 ? specs : [undefined]) : []).map(
      (spec): Build => ({
        ...one(matrix),
        spec,
        tolerated: matrix.at("static", "ignore-failure"),
        env: matrix.at("static", "env"),
      }),
    ),
  ];
  return found.length > 0 ? found : [{ ...one(body), id: undefined, spec: undefined, needs: [], env: body.at("none") }];
}

/** The path of a file in the repository; nothing for what lies elsewhere or is written on the spot. */
function pathOf(spec: Field): string | undefined {
  const text = textOf(spec) ?? "";
  return text.includes("\n") || /^arn:/.test(text) ? undefined : join("", text);
}

function readJob(build: Build, before: readonly Job[], reading: Reading): Job {
  const { spec, env } = build;
  const path = spec === undefined ? undefined : pathOf(spec);
  const body = spec === undefined ? reading.root : path === undefined ? undefined : reading.files.body(path);
  if (spec !== undefined && body === undefined) {
    const text = textOf(spec) ?? "";
    const reason = text.includes("\n") ? "computed" : path === undefined ? "remote" : "missing";
    reading.gaps.push({ place: spec.place, reason, name: reason === "computed" ? "buildspec" : text });
  }
  const name = build.id ?? "build";
  const known = before.filter(({ id }) => id === name || id.startsWith(`${name} #`)).length;
  const steps: Step[] = [];
  const image = env.at("image");
  const job: Job = {
    id: known === 0 ? name : `${name} #${known + 1}`,
    body: build.body,
    place: build.id !== undefined ? build.body.at("identifier").place : keyOf(build.body.at("phases")),
    needs: build.needs,
    steps,
    disabled: false,
    tolerated: isTrue(build.tolerated),
    environment: build.body.at("environment"),
    image,
    uses: spec ?? build.body.at("buildspec"),
    opaque: spec !== undefined && body === undefined,
    approval: undefined,
  };
  const reference = imageReference(image);
  if (reference !== undefined) reading.references.push({ ...reference, own: reference.name.startsWith("aws/") });
  if (body === undefined) return job;
  const parts = partsOf(body, env, reading);
  steps.push(
    ...makeSteps(
      job,
      parts.map(([it]) => it),
    ),
  );
  for (const [index, step] of steps.entries()) {
    const phase = parts[index]?.[1];
    if (phase !== undefined) reading.phases.set(step, phase);
  }
  return job;
}

function partsOf(body: Field, env: Field, reading: Reading): readonly (readonly [StepParts, InPhase])[] {
  const environment = variablesOf(
    env.at("variables"),
    variablesOf(
      body.at("env", "variables"),
      variablesOf(body.at("environment_variables", "plaintext"), () => undefined),
    ),
  );
  const found: (readonly [StepParts, InPhase])[] = [];
  let directory = "";
  for (const phase of PHASES) {
    const written = body.at("phases", phase);
    const failure = textOf(written.at("on-failure"))?.toUpperCase();
    const tolerated = failure === "CONTINUE";
    const looks = textsOf(body.at("phases", "post_build", "commands")).some((it) =>
      it.includes("CODEBUILD_BUILD_SUCCEEDING"),
    );
    const passes = phase === "build" && failure !== "ABORT" && !looks;
    for (const it of written.at("steps").writtenItems())
      found.push([actionStep(it, tolerated, environment, reading), { phase, last: false, passes }]);
    for (const key of ["commands", "finally"] as const) {
      const list = written.at(key);
      const items = oneOrMore(list);
      if (items.length === 0) continue;
      // A list is run line by line, and each item fails by its last command.
      const commands = items.flatMap((it) => readCommands(it, { errexit: false }));
      const parts = { body: list, place: keyOf(list), displayName: key === "finally" ? `${phase} finally` : phase };
      const setting = { files: reading.files, gaps: reading.gaps, environment, directory };
      found.push([
        commandStep({ ...parts, disabled: false, tolerated }, commands, setting),
        { phase, last: key === "finally", passes },
      ]);
      directory = commands.reduce(wentTo, directory);
    }
  }
  return found;
}

/** Where the shell stands, which goes on through all phases. */
function wentTo(directory: string, { words }: PlacedCommand): string {
  const [program, target] = words;
  if (program !== "cd" || target === undefined) return directory;
  if (/^\$\{?CODEBUILD_SRC_DIR\}?\/?$/.test(target)) return "";
  return join(directory, target) ?? directory;
}

/** An action of GitHub, as a phase may use them. */
function actionStep(it: Field, tolerated: boolean, environment: Environment, reading: Reading): StepParts {
  const uses = it.at("uses");
  const reference = versionedReference(uses, { kind: "action", separator: "@", own: (name) => /^aws-/.test(name) });
  if (reference !== undefined) reading.references.push(reference);
  const commands = readCommands(it.at("run"));
  const displayName = textOf(it.at("name")) ?? textOf(uses) ?? "";
  const parts = { body: it, place: it.place, displayName, disabled: false, tolerated, uses, inputs: it.at("with") };
  return commandStep(parts, commands, { files: reading.files, gaps: reading.gaps, environment, directory: "" });
}
