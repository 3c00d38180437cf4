import { type Evidence, shownBy } from "../../../evidence.ts";
import type { Resource, World } from "../../../facts.ts";
import { deliveredWithout, healthChecksOf, isStopped } from "../../../gitops.ts";
import { ifKnown, practice, type Sources } from "../../../practice.ts";
import { analysesOf, analysisOf } from "../../../releases.ts";

export default practice({
  level: 4,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(workspace, world) {
    const shown = shownBy([...hooks(world), ...flux(world), ...promotions(world), ...releases(world)], world);
    if (shown !== undefined) return shown;
    return deliveredWithout(workspace, world);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/",
    "https://fluxcd.io/flux/components/kustomize/kustomizations/#wait",
  ],
};

/** Tasks that Argo CD runs when everything is in place. */
function hooks(world: World): readonly Evidence[] {
  return world
    .resources(["batch/Job", "/Pod", "argoproj.io/Workflow"])
    .map((one) => ({ at: one.annotations.at("argocd.argoproj.io/hook"), in: one }))
    .filter(({ at }) => /\bPostSync\b/.test(at.source ?? ""));
}

function flux(world: World): readonly Evidence[] {
  const kustomizations = world
    .resources("kustomize.toolkit.fluxcd.io/Kustomization")
    .filter((one) => !isStopped(one))
    .flatMap((one) => healthChecksOf(one).map((at) => ({ at, in: one })));
  const releases = world.resources("helm.toolkit.fluxcd.io/HelmRelease").flatMap((one) => {
    const test = one.body.at("spec", "test");
    const counts =
      ifKnown(() => test.at("enable").flag()) === true && ifKnown(() => test.at("ignoreFailures").flag()) !== true;
    return counts && !isStopped(one) ? [{ at: test.at("enable"), in: one }] : [];
  });
  return [...kustomizations, ...releases];
}

function promotions(world: World): readonly Evidence[] {
  const stages = world
    .resources("kargo.akuity.io/Stage")
    .map((one) => ({ at: one.body.at("spec", "verification", "analysisTemplates"), in: one }));
  const tasks = world.resources([
    "lifecycle.keptn.sh/KeptnTaskDefinition",
    "lifecycle.keptn.sh/KeptnEvaluationDefinition",
  ]);
  return [
    ...stages.filter(({ at }) => at.writtenItems().length > 0),
    ...tasks.map((one) => ({ at: one.place, in: one })),
  ];
}

/** Releases that measurements decide on are verified at every step. */
function releases(world: World): readonly Evidence[] {
  const of = (one: Resource, at: readonly Evidence["at"][]) => at.slice(0, 1).map((field) => ({ at: field, in: one }));
  return [
    ...world.resources("argoproj.io/Rollout").flatMap((one) => of(one, analysesOf(one))),
    ...world.resources("flagger.app/Canary").flatMap((one) => of(one, analysisOf(one).at("metrics").writtenItems())),
  ];
}
