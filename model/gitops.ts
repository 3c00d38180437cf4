/** Objects by which a controller in the cluster brings what Git says. */
import type { DocumentRef } from "./edit.ts";
import { countedWorkloads, type Evidence } from "./evidence.ts";
import type { Field, GroupKind, Matches, Resource, Workspace, World } from "./facts.ts";
import { kustomizationsOf } from "./kustomizations.ts";
import { hiddenAnywhere } from "./pipelines.ts";
import { cannotTell, ifKnown, unmet, type Verdict } from "./practice.ts";

export const GITOPS_KINDS: readonly GroupKind[] = [
  "argoproj.io/Application",
  "argoproj.io/ApplicationSet",
  "kustomize.toolkit.fluxcd.io/Kustomization",
  "helm.toolkit.fluxcd.io/HelmRelease",
  "fluxcd.controlplane.io/FluxInstance",
  "fluxcd.controlplane.io/ResourceSet",
  "fleet.cattle.io/GitRepo",
  "configsync.gke.io/RootSync",
  "configsync.gke.io/RepoSync",
  "kappctrl.k14s.io/App",
];

/** The switch that stops the controller; nothing for kinds that have none. */
export function switchOf({ group, body }: Resource): Field | undefined {
  const spec = body.at("spec");
  if (group.endsWith(".toolkit.fluxcd.io")) return spec.at("suspend");
  return group === "fleet.cattle.io" || group === "kappctrl.k14s.io" ? spec.at("paused") : undefined;
}

/** Switched off for certain. */
export function isStopped(object: Resource): boolean {
  const field = switchOf(object);
  return field !== undefined && ifKnown(() => field.flag()) === true;
}

/** Settings of an Application, or of those that an ApplicationSet makes. */
export function applicationSpec(object: Resource): Field {
  return object.kind === "ApplicationSet" ? object.body.at("spec", "template", "spec") : object.body.at("spec");
}

/** Applications are synchronised step by step by the ApplicationSet's own controller. */
export function isRolling(object: Resource): boolean {
  return object.body.at("spec", "strategy", "type").source === "RollingSync";
}

/** Objects that bring the document to a cluster, itself or through a kustomization that draws it in. */
export function deliveriesOf(document: DocumentRef, world: World): Matches<Resource> {
  const all = [document, ...kustomizationsOf(document, world).map((one) => one.place.document)].map((one) =>
    world.deliveredBy(one),
  );
  const sure = new Set(all.flatMap((one) => one.sure));
  return { sure: [...sure], maybe: [...new Set(all.flatMap((one) => one.maybe))].filter((one) => !sure.has(one)) };
}

/** What a Flux Kustomization waits for before it calls itself ready. */
export function healthChecksOf({ body }: Resource): readonly Field[] {
  const spec = body.at("spec");
  const checks = ["healthChecks", "healthCheckExprs"].map((key) => spec.at(key));
  const written = checks.filter((list) => list.writtenItems().length > 0);
  return ifKnown(() => spec.at("wait").flag()) === true ? [spec.at("wait"), ...written] : written;
}

/** Objects whose controller looks at the health of what it has brought. */
export function healthWatched(world: World): readonly Evidence[] {
  const going = (kinds: readonly GroupKind[]) => world.resources(kinds).filter((one) => !isStopped(one));
  const argo = going(["argoproj.io/Application", "argoproj.io/ApplicationSet"]);
  const releases = going(["helm.toolkit.fluxcd.io/HelmRelease"]).filter(({ body }) =>
    ["install", "upgrade"].every((key) => ifKnown(() => body.at("spec", key, "disableWait").flag()) !== true),
  );
  const kustomizations = going(["kustomize.toolkit.fluxcd.io/Kustomization"]).flatMap((one) =>
    healthChecksOf(one)
      .slice(0, 1)
      .map((at) => ({ at, in: one })),
  );
  return [...[...argo, ...releases].map((one) => ({ at: one.place, in: one })), ...kustomizations];
}

/**
 * What is said where nothing shows that releases are looked after: of the object that delivers them, else of the
 * workspace (`unmet.none`), as long as no pipeline hides what it does.
 */
export function deliveredWithout(workspace: Workspace, world: World): Verdict | undefined {
  const [object] = world.resources(GITOPS_KINDS).filter((one) => !one.nonProduction);
  if (object !== undefined) return unmet(object.place, undefined, { name: object.displayName });
  if (countedWorkloads(world).length === 0) return undefined;
  const hidden = hiddenAnywhere(world);
  return hidden.length > 0 ? cannotTell(hidden) : unmet(workspace.place, "unmet.none");
}
