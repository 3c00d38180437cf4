import { countedWorkloads, type Evidence, shownBy } from "../../../evidence.ts";
import type { Repository, World } from "../../../facts.ts";
import { software } from "../../../installed.ts";
import { once } from "../../../memo.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const NAME = /(?:^|[-_./ ])(?:dev|develop|development|sandbox|playground|preview|review|pr)(?:$|[-_./ ])/i;
const SETTINGS =
  /(?:^|\/)(?:overlays|environments?|envs?|clusters|stages)\/(?:[^/]+\/)*[^/]*(?:dev|develop|development|sandbox|playground|preview|review)[^/]*\/|(?:^|\/)values[-_.](?:dev|develop|development|sandbox|preview|review)\.ya?ml$/i;
const vclusters = software(/(^|\/)vcluster$/);

export default practice({
  level: 2,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "create",
  answers: "yes",
  judge(workspace, world) {
    // What is not production is just what is looked for here.
    const found = [...namespaces(world), ...previews(world), ...vclusters.installed(world)];
    if (found.length > 0) return met(found.map(({ at }) => at));
    const settings = world.repositories().flatMap(settingsIn);
    if (settings.length > 0) return met(settings);
    const reviews = world.pipelines().flatMap((pipeline) => pipeline.jobs.map(({ environment }) => environment));
    const review = reviews.find(({ source }) => NAME.test(source ?? ""));
    if (review !== undefined) return met(review);
    return shownBy([], world) ?? (countedWorkloads(world).length === 0 ? undefined : unmet(workspace.place));
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Pull-Request/",
    "https://docs.gitlab.com/ci/review_apps/",
  ],
};

function namespaces(world: World): readonly Evidence[] {
  const named = world.resources("/Namespace").map((one) => ({ at: one.name, in: one }));
  const targets = world
    .resources("argoproj.io/Application")
    .map((one) => ({ at: one.body.at("spec", "destination", "namespace"), in: one }));
  return [...named, ...targets].filter(({ at }) => NAME.test(at.source ?? ""));
}

/** An environment for each pull request. */
function previews(world: World): readonly Evidence[] {
  return world.resources("argoproj.io/ApplicationSet").flatMap((one) =>
    one.body
      .at("spec", "generators")
      .writtenItems()
      .map((generator) => generator.at("pullRequest"))
      .filter((field) => field.presence === "present")
      .map((at) => ({ at, in: one })),
  );
}

const settingsIn = once((repository: Repository) =>
  repository
    .find(/\.ya?ml$/)
    .filter(({ path }) => SETTINGS.test(path) && !/(?:^|\/)(?:examples?|samples?|testdata|vendor)\//.test(path))
    .slice(0, 5)
    .map(({ place }) => place),
);
