import type { Edit } from "../../../edit.ts";
import type { Capability, Pipeline, Repository, World } from "../../../facts.ts";
import {
  deploysIn,
  given,
  gives,
  holdsCode,
  imageSources,
  isBefore,
  isOwn,
  isTriedOut,
  pipelinesIn,
  pushesIn,
  runsOnChange,
} from "../../../pipelines.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

export default practice({
  level: 3,
  gate: "required",
  share: "any",
  subject: "pipeline",
  effort: "confirm",
  answers: "elsewhere",
  judge(pipeline, world) {
    const [target] = targetsIn(pipeline);
    // What runs for pull requests alone brings nothing to users.
    if (target === undefined || !isOwn(pipeline) || [...pipeline.triggers].every((one) => one === "pull-request"))
      return undefined;
    const repository = world.repositoryOf(pipeline.document);
    if (repository !== undefined && !holdsCode(repository) && !gives(pipeline, "build"))
      return notApplicable("no-subject");
    const tests = testsIn(pipeline);
    const before = tests.filter((test) =>
      targetsIn(pipeline).some((one) => !isForced(one, test, pipeline) && isBefore(test, one, pipeline)),
    );
    const gating = before.filter((test) => test.gating);
    if (gating.length > 0)
      return met(
        gating.map((test) => placeIn(pipeline, test)),
        undefined,
        { tool: gating[0]?.tool ?? "" },
      );
    const after = afterTests(pipeline, world);
    if (after !== undefined) return after;
    const at = placeIn(pipeline, target);
    const inImage = imagesThatTest(repository, pipeline);
    if (inImage === "all") return met(at, "met.image");
    const [soft] = before;
    if (soft !== undefined) return unmet(placeIn(pipeline, soft), "unmet.soft", { tool: soft.tool });
    const apart = (test: Capability) =>
      targetsIn(pipeline).every((one) => pipeline.apart?.(test.step, one.step) === true);
    // What tries out the deployment was never meant to come before it.
    const isAfter = (test: Capability) => targetsIn(pipeline).every((one) => isBefore(one, test, pipeline));
    const beside = tests.find((test) => !apart(test) && !isAfter(test));
    if (beside !== undefined) return unmet(at, "unmet.order", { tool: beside.tool, target: target.tool });
    // Whether a branch takes only changes that passed elsewhere cannot be seen here.
    const others =
      repository === undefined
        ? []
        : pipelinesIn(repository, world).filter((one) => one !== pipeline && runsOnChange(one));
    const elsewhere =
      tests.some((test) => test.gating && !isAfter(test)) ||
      others.some((one) => one.opaque || testsIn(one).some((test) => test.gating));
    return pipeline.opaque || elsewhere || inImage === "some"
      ? cannotTell(at)
      : unmet(at, undefined, { target: target.tool });
  },
  fix(pipeline) {
    const [target] = targetsIn(pipeline);
    const test = testsIn(pipeline).find((one) => one.gating && one.step.job !== target?.step.job);
    if (target === undefined || test === undefined || pipeline.precedes(target.step, test.step)) return undefined;
    // Others have names of their own for it, and wait for more than that already.
    if (pipeline.provider !== "github-actions") return undefined;
    const [first, then] = [test.step.job, target.step.job];
    if (!pipeline.jobs.includes(first) || !pipeline.jobs.includes(then) || isForced(target, test, pipeline))
      return undefined;
    const needs = then.body.at("needs");
    const edit: Edit =
      needs.kind === "list"
        ? { op: "append", at: needs.place, value: first.id }
        : { op: "set", at: needs.place, value: needs.presence === "absent" ? first.id : [...then.needs, first.id] };
    return { safety: "review", edits: [edit], args: { job: then.id, test: first.id } };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-jobs"],
  equivalents: { scorecard: ["CI-Tests"], dsomm: ["Security unit tests for important components"] },
};

/** What brings a change to users: deployments, and images where nothing is deployed. */
function targetsIn(pipeline: Pipeline): readonly Capability[] {
  const deploys = deploysIn(pipeline);
  return deploys.length > 0 ? deploys : pushesIn(pipeline);
}

/** Tests, and deployments to a cluster that is made for the run. */
function testsIn(pipeline: Pipeline): readonly Capability[] {
  return [...given(pipeline, "test", "e2e"), ...given(pipeline, "deploy").filter(isTriedOut)];
}

/** It goes on whatever came before, and asks neither for the test's success nor for that of what waits for it. */
function isForced({ step }: Capability, test: Capability, pipeline: Pipeline): boolean {
  return [step.job.body, step.body].some((body) => {
    const condition = body.at("if").source ?? "";
    if (!/always\(\)|!\s*cancelled\(\)/.test(condition) || ASKS_FOR_ALL.test(condition)) return false;
    return ![...condition.matchAll(SUCCEEDED)].some(([, id]) => {
      const job = pipeline.jobs.find((one) => one.id === id);
      const [first] = job?.steps ?? [];
      return job === test.step.job || (first !== undefined && pipeline.precedes(test.step, first));
    });
  });
}

/** Nothing that it needs has failed. */
const ASKS_FOR_ALL = /!\s*failure\(\)|!\s*contains\(\s*(?:join\(\s*)?needs\.\*\.result[^)]*\)?\s*,\s*'failure'/;
const SUCCEEDED = /needs\.([\w-]+)\.result\s*==\s*'success'/g;

/** A run that another one starts when it has ended, well or not. */
function afterTests(pipeline: Pipeline, world: World) {
  const names = pipeline.body.at("on", "workflow_run", "workflows");
  const wanted = names.kind === "list" ? names.writtenItems().map((one) => one.source) : [names.source];
  const tested = world
    .pipelines()
    .some((one) => wanted.includes(one.displayName) && testsIn(one).some((test) => test.gating));
  if (!tested) return undefined;
  const asks = pipeline.jobs.some((job) =>
    [job.body, ...job.steps.map((step) => step.body)].some((body) => /conclusion/.test(body.at("if").source ?? "")),
  );
  return asks ? met(names, "met.run") : unmet(names, "unmet.conclusion");
}

const TESTS =
  /^\s*RUN\b.*\b(?:go test|npm (?:run )?test|yarn (?:run )?test|pnpm (?:run )?test|pytest|cargo test|dotnet test|mvn\b.*\b(?:verify|test|package|install)|gradlew?\b.*\b(?:test|build|check))\b/m;

/** Do the images test while they are built. */
function imagesThatTest(repository: Repository | undefined, pipeline: Pipeline): "all" | "some" | undefined {
  const sources = repository === undefined || !gives(pipeline, "build") ? [] : imageSources(repository);
  const testing = sources.filter(({ text }) => TESTS.test((text ?? "").replace(/-DskipTests|-x test/g, "# $&")));
  if (testing.length === 0) return undefined;
  return testing.length === sources.length ? "all" : "some";
}
