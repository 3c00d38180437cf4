import type { Edit } from "../../../edit.ts";
import type { Field, Resource } from "../../../facts.ts";
import { applicationSpec, isRolling } from "../../../gitops.ts";
import {
  cannotTell,
  met,
  notApplicable,
  practice,
  type Sources,
  type Spot,
  Unresolved,
  unmet,
} from "../../../practice.ts";

export default practice({
  level: 4,
  gate: "required",
  share: "most",
  subject: "resource",
  kinds: [
    "argoproj.io/Application",
    "argoproj.io/ApplicationSet",
    "kustomize.toolkit.fluxcd.io/Kustomization",
    "helm.toolkit.fluxcd.io/HelmRelease",
    "fleet.cattle.io/GitRepo",
  ],
  effort: "confirm",
  answers: "elsewhere",
  judge(resource) {
    // What holds data is kept on purpose when Git forgets it.
    const kept = resource.annotations.at("argocd.argoproj.io/sync-options");
    if (/\bPrune=false\b/.test(kept.source ?? "")) return notApplicable("stateful");
    const wanted = switches(resource);
    const missing: Spot[] = [];
    const unknown: Field[] = [];
    for (const { at, message, on } of wanted) {
      try {
        if (!on(at)) missing.push({ place: at.place, message });
      } catch (error) {
        if (!(error instanceof Unresolved)) throw error;
        unknown.push(at);
      }
    }
    if (missing.length > 0) return unmet(missing, undefined, { name: resource.displayName });
    return unknown.length > 0 ? cannotTell(unknown) : met(wanted.map((one) => one.at));
  },
  fix(resource) {
    const edits: Edit[] = switches(resource)
      .filter(({ at, on }) => !on(at))
      .map(({ at, value }) => ({ op: "set", at: at.place, value }));
    return edits.length === 0 ? undefined : { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/",
    "https://fluxcd.io/flux/components/helm/helmreleases/#drift-detection",
  ],
};

interface Switch {
  readonly at: Field;
  readonly message: "unmet.prune" | "unmet.heal" | "unmet.drift";
  readonly value: true | "enabled";
  on(at: Field): boolean;
}

function isTrue(at: Field): boolean {
  return at.flag() === true;
}

function switches(resource: Resource): readonly Switch[] {
  const spec = resource.body.at("spec");
  switch (resource.kind) {
    case "Kustomization":
      return [{ at: spec.at("prune"), message: "unmet.prune", value: true, on: isTrue }];
    case "HelmRelease":
      return [
        {
          at: spec.at("driftDetection", "mode"),
          message: "unmet.drift",
          value: "enabled",
          on: (at) => at.text() === "enabled",
        },
      ];
    case "GitRepo":
      return [{ at: spec.at("correctDrift", "enabled"), message: "unmet.drift", value: true, on: isTrue }];
    default: {
      const automated = applicationSpec(resource).at("syncPolicy", "automated");
      const prune: Switch = { at: automated.at("prune"), message: "unmet.prune", value: true, on: isTrue };
      // Applications that a set synchronises step by step do not heal by themselves, by design.
      return isRolling(resource)
        ? [prune]
        : [prune, { at: automated.at("selfHeal"), message: "unmet.heal", value: true, on: isTrue }];
    }
  }
}
