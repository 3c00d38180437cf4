import type { Edit, Fix } from "../../../edit.ts";
import { shownBy } from "../../../evidence.ts";
import type { Capability, GroupKind, Pipeline, World } from "../../../facts.ts";
import { healthWatched, isStopped } from "../../../gitops.ts";
import { manifestsIn } from "../../../manifests.ts";
import {
  candidateIn,
  deploysIn,
  given,
  hiddenIn,
  isBefore,
  ownPipelines,
  publishesOnlyCharts,
} from "../../../pipelines.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

const FLUX: GroupKind = "kustomize.toolkit.fluxcd.io/Kustomization";

export default practice({
  level: 3,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "apply",
  judge(workspace, world) {
    const own = ownPipelines(world);
    const waits = own.flatMap((pipeline) =>
      waitsIn(pipeline).map((wait) => ({ at: placeIn(pipeline, wait), tool: wait.tool })),
    );
    if (waits.length > 0)
      return met(
        waits.map((one) => one.at),
        undefined,
        { tool: waits[0]?.tool ?? "" },
      );
    const shown = shownBy(healthWatched(world), world);
    if (shown?.state === "met") return met(shown.spots, "met.controller");
    if (shown !== undefined) return shown;
    const deploys = own.flatMap((pipeline) =>
      given(pipeline, "deploy")
        .filter((one) => deploysIn(pipeline).includes(one))
        .map((one) => ({ at: placeIn(pipeline, one), tool: one.tool })),
    );
    // Helmfile may be told to wait in its own file; what a controller elsewhere does with a commit cannot be seen here.
    const elsewhere = own.flatMap((pipeline) =>
      deploysIn(pipeline)
        .filter(({ name, tool }) => name === "gitops-write" || tool === "helmfile")
        .map((one) => placeIn(pipeline, one)),
    );
    if (deploys.length > 0 && deploys.every(({ tool }) => tool === "helmfile")) return cannotTell(elsewhere);
    if (deploys.length > 0)
      return unmet(
        deploys.map((one) => one.at),
        undefined,
        { tool: deploys[0]?.tool ?? "" },
      );
    const [flux] = world.resources(FLUX).filter((one) => !isStopped(one));
    if (flux !== undefined) return unmet(flux.body.at("spec", "wait"), "unmet.flux", { name: flux.displayName });
    const repositories = world.repositories().filter((one) => manifestsIn(one, world).length > 0);
    if (repositories.length === 0) return undefined;
    const hidden = repositories.flatMap((one) => hiddenIn(one, world));
    if (hidden.length > 0) return cannotTell(hidden);
    if (elsewhere.length > 0) return cannotTell(elsewhere);
    if (publishesOnlyCharts(repositories, world)) return notApplicable("no-subject");
    const candidate = repositories.map((one) => candidateIn(one, world)).find((one) => one !== undefined);
    return unmet(candidate?.place ?? workspace.place, "unmet.none");
  },
  fix(_workspace, world) {
    const deploys = ownPipelines(world).flatMap((pipeline) => deploysIn(pipeline));
    const helm = deploys.find(({ tool, text }) => tool === "helm" && /^helm\s/.test(text) && !/[\n\\]/.test(text));
    if (helm === undefined) return deploys.length > 0 ? undefined : waiting(world);
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

/** Lets the first Kustomization of Flux wait. */
function waiting(world: World): Fix | undefined {
  const [flux] = world.resources(FLUX).filter((one) => !isStopped(one));
  const edits: readonly Edit[] =
    flux === undefined ? [] : [{ op: "set", at: flux.body.at("spec", "wait").place, value: true }];
  return flux === undefined ? undefined : { safety: "review", title: "fix.flux", edits };
}

/** What waits for a rollout, in the step that deploys or after it. */
function waitsIn(pipeline: Pipeline): readonly Capability[] {
  const deploys = deploysIn(pipeline);
  return given(pipeline, "wait").filter((wait) => wait.gating && deploys.some((one) => isAfter(wait, one, pipeline)));
}

/** A command that deploys and waits is seen as both at once. */
function isAfter(wait: Capability, deploy: Capability, pipeline: Pipeline): boolean {
  return (wait.step === deploy.step && wait.text === deploy.text) || isBefore(deploy, wait, pipeline);
}
