import { type Evidence, shownBy } from "../../../evidence.ts";
import type { Capability, Field, Pipeline, Resource, World } from "../../../facts.ts";
import { deploysIn, given, isBefore, ownPipelines } from "../../../pipelines.ts";
import { ifKnown, met, practice, type Sources, unmet } from "../../../practice.ts";
import { analysesOf, analysisOf } from "../../../releases.ts";

const RELEASE = "helm.toolkit.fluxcd.io/HelmRelease";

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "apply",
  judge(_workspace, world) {
    const releases = world.resources(RELEASE).filter((one) => !one.nonProduction);
    const found: Evidence[] = [
      ...releases.flatMap((one) => remedies(one).map((at) => ({ at, in: one }))),
      ...progressive(world),
      ...world
        .resources("batch/Job")
        .map((one) => ({ at: one.annotations.at("argocd.argoproj.io/hook"), in: one }))
        .filter(({ at }) => /\bSyncFail\b/.test(at.source ?? "")),
    ];
    const shown = shownBy(found, world);
    if (shown?.state === "met") return shown;
    const own = ownPipelines(world);
    const taken = own.flatMap(rollbacksIn);
    if (taken.length > 0) return met(taken.map(({ place }) => place));
    if (shown !== undefined) return shown;
    const [release] = releases;
    if (release !== undefined) return unmet(release.body.at("spec"), "unmet", { name: release.displayName });
    const [deploy] = own.flatMap(deploysIn).filter(({ tool }) => /^helm(?:deploy)?$/i.test(tool));
    return deploy === undefined ? undefined : unmet(deploy.place, "unmet.pipeline");
  },
  fix(_workspace, world) {
    const releases = world
      .resources(RELEASE)
      .filter((one) => !one.nonProduction && remedies(one).length === 0)
      .filter(({ body }) => body.at("spec", "upgrade", "strategy").presence === "absent");
    const edits = releases.map((one) => ({
      op: "set" as const,
      at: one.body.at("spec", "upgrade").place,
      value: { remediation: { retries: 3, remediateLastFailure: true }, cleanupOnFail: true },
    }));
    return edits.length === 0 ? undefined : { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://fluxcd.io/flux/components/helm/helmreleases/#configuring-failure-handling",
    "https://helm.sh/docs/helm/helm_upgrade/",
  ],
};

/** What takes a release back in the run that brings it, and waits for nobody. */
function rollbacksIn(pipeline: Pipeline): readonly Capability[] {
  const deploys = deploysIn(pipeline);
  return given(pipeline, "rollback").filter(({ step, ...one }) =>
    deploys.some((deploy) => {
      if (deploy.step === step) return true;
      return step.job.approval === undefined && isBefore(deploy, { step, ...one }, pipeline);
    }),
  );
}

/** Failed upgrades are taken back; a strategy that only tries again takes nothing back. */
function remedies({ body }: Resource): readonly Field[] {
  const upgrade = body.at("spec", "upgrade");
  if (upgrade.at("strategy", "name").source === "RetryOnFailure") return [];
  const retries = upgrade.at("remediation", "retries");
  const count = ifKnown(() => retries.number());
  return count !== undefined && count !== 0 ? [retries] : [];
}

function progressive(world: World): readonly Evidence[] {
  const first = (one: Resource, fields: readonly Field[]) => fields.slice(0, 1).map((at) => ({ at, in: one }));
  return [
    ...world.resources("argoproj.io/Rollout").flatMap((one) => first(one, analysesOf(one))),
    ...world.resources("flagger.app/Canary").flatMap((one) => first(one, analysisOf(one).at("metrics").writtenItems())),
  ];
}
