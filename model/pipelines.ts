/** Pipelines as practices ask for them: which run by themselves, what they deliver, and where one tells of what they lack. */
import type { Place } from "./edit.ts";
import type { Capability, CapabilityName, Pipeline, Repository, RepositoryFile, Step, World } from "./facts.ts";

/** Runs by itself: what only others call is part of its callers. */
export function isOwn(pipeline: Pipeline): boolean {
  return !pipeline.reusable && !pipeline.foreign;
}

export function isIn(repository: Repository, fact: Pick<Pipeline, "document">, world: World): boolean {
  return world.repositoryOf(fact.document)?.root === repository.root;
}

/** Pipelines that run by themselves, examples only where there is nothing else. */
export function ownPipelines(world: World): readonly Pipeline[] {
  return counted(world.pipelines().filter(isOwn));
}

export function pipelinesIn(repository: Repository, world: World): readonly Pipeline[] {
  return counted(world.pipelines().filter((pipeline) => isOwn(pipeline) && isIn(repository, pipeline, world)));
}

function counted(own: readonly Pipeline[]): readonly Pipeline[] {
  const production = own.filter((pipeline) => !pipeline.nonProduction);
  return production.length > 0 ? production : own;
}

export function given(pipeline: Pipeline, ...names: readonly CapabilityName[]): readonly Capability[] {
  return pipeline.capabilities.filter((one) => names.includes(one.name));
}

export function gives(pipeline: Pipeline, ...names: readonly CapabilityName[]): boolean {
  return given(pipeline, ...names).length > 0;
}

/** Its job makes a cluster for itself, so that whatever it deploys is only tried out. */
export function isTriedOut({ step }: Pick<Capability, "step">): boolean {
  return step.job.steps.some((one) => one.capabilities.some(({ name }) => name === "local-cluster"));
}

/** What brings a change to a cluster that stays. */
export function deploysIn(pipeline: Pipeline): readonly Capability[] {
  return given(pipeline, "deploy", "gitops-write").filter((one) => !isTriedOut(one));
}

const CHART_TOOLS = /^(?:helm|chart-releaser|oras|timoni)$/;

export function isOfChart(push: Capability): boolean {
  return CHART_TOOLS.test(push.tool) || /\bcharts?-releas/.test(push.text);
}

/** What publishes container images; skaffold does so with what it builds, where it is told a registry. */
export function pushesIn(pipeline: Pipeline): readonly Capability[] {
  const skaffold = given(pipeline, "build").filter(
    ({ tool, text }) => tool === "skaffold" && /\s--?(?:default-repo|push|d)\b/.test(text),
  );
  return [...given(pipeline, "push").filter((one) => !isOfChart(one)), ...skaffold];
}

/** Does every run that reaches the later one have passed the earlier one, in the same step by the order of its commands. */
export function isBefore(earlier: Capability, later: Capability, pipeline: Pipeline): boolean {
  if (earlier.step !== later.step) return pipeline.precedes(earlier.step, later.step);
  const all = earlier.step.capabilities;
  return all.indexOf(earlier) < all.indexOf(later);
}

/** What is made here is a chart for others to install, and no image beside it. */
export function publishesOnlyCharts(repositories: readonly Repository[], world: World): boolean {
  const charts = ownPipelines(world).some((one) => given(one, "push").some(isOfChart));
  return charts && repositories.every((one) => imageSources(one).length === 0);
}

/** What starts it, and who must let it go on, is set beside the file. */
export function isStartedElsewhere({ provider }: Pipeline): boolean {
  return ["cloud-build", "codebuild", "tekton", "argo-workflows"].includes(provider);
}

const ON_CHANGE = ["push", "pull-request", "tag"] as const;

export function runsOnChange(pipeline: Pipeline): boolean {
  return ON_CHANGE.some((trigger) => pipeline.triggers.has(trigger));
}

/** Looks at the code: bots that label, greet and close do not. */
export function looksAtCode(pipeline: Pipeline): boolean {
  if (pipeline.capabilities.length > 0) return true;
  return pipeline.jobs.some((job) => !job.disabled && (job.uses.presence !== "absent" || job.steps.some(reads)));
}

function reads(step: Step): boolean {
  if (step.disabled) return false;
  return /(?:^|\/)checkout@/.test(step.uses.source ?? "") || step.job.body.at("runs-on").presence === "absent";
}

/** The pipeline into which what is missing would be put: the one that already does most for the same end. */
export function candidateIn(repository: Repository, world: World): Pipeline | undefined {
  const able = pipelinesIn(repository, world).filter((one) => runsOnChange(one) && looksAtCode(one));
  const rank = (one: Pipeline) =>
    (gives(one, "build") ? 8 : 0) +
    (gives(one, "deploy", "gitops-write") ? 4 : 0) +
    (gives(one, "test", "e2e") ? 2 : 0) +
    (/\b(?:ci|main|build)\b/i.test(`${one.displayName} ${one.document.uri.split("/").at(-1)}`) ? 1 : 0);
  let best: Pipeline | undefined;
  for (const one of able) if (best === undefined || rank(one) > rank(best)) best = one;
  return best;
}

const OTHER_FILES = /(^|\/)(\.travis\.ya?ml|appveyor\.ya?ml|\.semaphore\/[^/]+\.ya?ml|\.teamcity\/.+)$/;
/** Systems that run what such a file says on every change unless it says otherwise. */
const ON_EVERY_CHANGE = /^\.travis\.ya?ml$/;
const NOT_OURS = /(^|\/)(?:examples?|samples?|tests?|testdata|fixtures|e2e|vendor|third_party|node_modules)\//i;

/** Files of other systems that no pipeline here stands for. */
function unread(repository: Repository, world: World): readonly RepositoryFile[] {
  const files = repository.find(OTHER_FILES).filter(({ path }) => !NOT_OURS.test(path));
  if (files.length === 0) return [];
  const known = new Set(world.pipelines().map((pipeline) => pipeline.document.uri));
  return files.filter((file) => !known.has(file.place.document.uri));
}

/** Pipelines of other systems that are sure to run on every change, whatever they do. */
export function startedByChange(repository: Repository, world: World): readonly Place[] {
  return unread(repository, world)
    .filter((file) => ON_EVERY_CHANGE.test(file.path))
    .map((file) => file.place);
}

/** Where something may be done that cannot be seen: pipelines that call other repositories, and systems that are not read. */
export function hiddenIn(repository: Repository, world: World): readonly Place[] {
  const opaque = pipelinesIn(repository, world).filter((pipeline) => pipeline.opaque);
  return [
    ...opaque.map((pipeline) => pipeline.jobs.find((job) => job.opaque)?.uses.place ?? pipeline.place),
    ...unread(repository, world).map((file) => file.place),
  ];
}

/** What in any of the repositories may be done unseen. */
export function hiddenAnywhere(world: World): readonly Place[] {
  return world.repositories().flatMap((one) => hiddenIn(one, world));
}

const RECIPES =
  /(^|\/)(Dockerfile|Containerfile)([.-][\w.-]+)?$|\.[Dd]ockerfile$|(^|\/)(\.ko\.yaml|docker-bake\.(hcl|json))$/;
const BESIDE =
  /(^|\/)(?:\.devcontainer|\.github|docs?|hack|tools?|examples?|samples?|tests?|testdata|fixtures|e2e|vendor|third_party|node_modules)\//i;

/** Files by which the repository's own images are built. */
export function imageSources(repository: Repository): readonly RepositoryFile[] {
  return repository.find(RECIPES).filter(({ path }) => !BESIDE.test(path) && !/\.dockerignore$/.test(path));
}

const CODE =
  /(^|\/)(go\.mod|pom\.xml|build\.gradle(\.kts)?|Cargo\.toml|pyproject\.toml|setup\.py|requirements\.txt|[^/]+\.csproj|mix\.exs|Gemfile|composer\.json|build\.sbt)$/;

/** Holds an application and not only what describes its deployment. */
export function holdsCode(repository: Repository): boolean {
  if (imageSources(repository).length > 0 || repository.find(CODE).some(({ path }) => !BESIDE.test(path))) return true;
  return repository
    .find(/(^|\/)package\.json$/)
    .some(({ path, text }) => !BESIDE.test(path) && /"(?:start|build|test)"\s*:/.test(text ?? ""));
}
