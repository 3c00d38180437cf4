import { type Evidence, shownBy } from "../../../evidence.ts";
import type { Capability, Pipeline, World } from "../../../facts.ts";
import { isStopped } from "../../../gitops.ts";
import { manifestsIn } from "../../../manifests.ts";
import { candidateIn, deploysIn, given, hiddenIn, imageSources, isOfChart, isOwn } from "../../../pipelines.ts";
import { cannotTell, ifKnown, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

export default practice({
  level: 3,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "apply",
  judge(workspace, world) {
    const own = world.pipelines().filter(isOwn);
    const waits = own.flatMap((pipeline) =>
      waitsIn(pipeline).map((wait) => ({ at: placeIn(pipeline, wait), tool: wait.tool })),
    );
    if (waits.length > 0)
      return met(
        waits.map((one) => one.at),
        undefined,
        { tool: waits[0]?.tool ?? "" },
      );
    const shown = shownBy(controllers(world), world);
    if (shown?.state === "met") return met(shown.spots, "met.controller");
    if (shown !== undefined) return shown;
    const deploys = own.flatMap((pipeline) =>
      given(pipeline, "deploy")
        .filter((one) => deploysIn(pipeline).includes(one))
        .map((one) => ({ at: placeIn(pipeline, one), tool: one.tool })),
    );
    if (deploys.length > 0)
      return unmet(
        deploys.map((one) => one.at),
        undefined,
        { tool: deploys[0]?.tool ?? "" },
      );
    const [flux] = world.resources("kustomize.toolkit.fluxcd.io/Kustomization").filter((one) => !isStopped(one));
    if (flux !== undefined) return unmet(flux.body.at("spec", "wait"), "unmet.flux", { name: flux.displayName });
    const repositories = world.repositories().filter((one) => manifestsIn(one, world).length > 0);
    if (repositories.length === 0) return undefined;
    const hidden = repositories.flatMap((one) => hiddenIn(one, world));
    if (hidden.length > 0) return cannotTell(hidden);
    if (
      own.some((one) => given(one, "push").some(isOfChart)) &&
      repositories.every((one) => imageSources(one).length === 0)
    )
      return notApplicable("no-subject");
    const candidate = repositories.map((one) => candidateIn(one, world)).find((one) => one !== undefined);
    return unmet(candidate?.place ?? workspace.place, "unmet.none");
  },
  fix(_workspace, world) {
    const deploys = world
      .pipelines()
      .filter(isOwn)
      .flatMap((pipeline) => deploysIn(pipeline));
    const helm = deploys.find(({ tool, text }) => tool === "helm" && /^helm\s/.test(text) && !/[\n\\]/.test(text));
    if (helm === undefined) {
      const [flux] =
        deploys.length > 0
          ? []
          : world.resources("kustomize.toolkit.fluxcd.io/Kustomization").filter((one) => !isStopped(one));
      return flux === undefined
        ? undefined
        : {
            safety: "review",
            title: "fix.flux",
            edits: [{ op: "set", at: flux.body.at("spec", "wait").place, value: true }],
          };
    }
    const text = `${helm.text} --wait${/--timeout\b/.test(helm.text) ? "" : " --timeout 5m"}`;
    return { safety: "review", edits: [{ op: "replace", at: helm.place, text }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status",
    "https://helm.sh/docs/helm/helm_upgrade/",
  ],
};

/** What waits for a rollout, in the step that deploys or after it. */
function waitsIn(pipeline: Pipeline): readonly Capability[] {
  const deploys = deploysIn(pipeline);
  return given(pipeline, "wait").filter((wait) => wait.gating && deploys.some((one) => isAfter(wait, one, pipeline)));
}

function isAfter(wait: Capability, deploy: Capability, pipeline: Pipeline): boolean {
  if (wait.step !== deploy.step) return pipeline.precedes(deploy.step, wait.step);
  const all = wait.step.capabilities;
  return wait.place === deploy.place || wait.text === deploy.text || all.indexOf(deploy) < all.indexOf(wait);
}

/** Controllers that look at the health of what they have brought. */
function controllers(world: World): readonly Evidence[] {
  const going = (kind: `${string}/${string}`) => world.resources(kind).filter((one) => !isStopped(one));
  return [
    ...["argoproj.io/Application", "argoproj.io/ApplicationSet"].flatMap((kind) =>
      going(kind as `${string}/${string}`).map((one) => ({ at: one.place, in: one })),
    ),
    ...going("kustomize.toolkit.fluxcd.io/Kustomization").flatMap((one) => {
      const spec = one.body.at("spec");
      const wait = spec.at("wait");
      if (ifKnown(() => wait.flag()) === true) return [{ at: wait, in: one }];
      return ["healthChecks", "healthCheckExprs"]
        .map((key) => spec.at(key))
        .filter((list) => list.writtenItems().length > 0)
        .map((at) => ({ at, in: one }));
    }),
    ...going("helm.toolkit.fluxcd.io/HelmRelease").flatMap((one) => {
      const off = ["install", "upgrade"].map((key) => ifKnown(() => one.body.at("spec", key, "disableWait").flag()));
      return off.includes(true) ? [] : [{ at: one.place, in: one }];
    }),
  ];
}
