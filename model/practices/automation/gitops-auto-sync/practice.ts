import { applicationSpec, GITOPS_KINDS, isRolling, switchOf } from "../../../gitops.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 4,
  gate: "required",
  share: "most",
  subject: "resource",
  kinds: GITOPS_KINDS,
  effort: "confirm",
  answers: "elsewhere",
  judge(resource) {
    const args = { name: resource.displayName };
    if (resource.group !== "argoproj.io") {
      const off = switchOf(resource);
      return off?.flag() === true ? unmet(off, "unmet.stopped", args) : met(resource.place);
    }
    if (isRolling(resource)) return met(resource.body.at("spec", "strategy", "type"), "met.rolling");
    const automated = applicationSpec(resource).at("syncPolicy", "automated");
    if (automated.presence === "unknown") return cannotTell(automated);
    if (automated.presence === "absent") {
      // A patch that a template writes may switch it on.
      const patch = resource.body.at("spec", "templatePatch");
      return patch.presence === "absent" ? unmet(automated, undefined, args) : cannotTell(patch);
    }
    const enabled = automated.at("enabled");
    return enabled.flag() === false ? unmet(enabled, "unmet.off", args) : met(automated);
  },
  fix(resource) {
    if (resource.group !== "argoproj.io") {
      const off = switchOf(resource);
      return off === undefined
        ? undefined
        : { safety: "review", title: "fix.resume", edits: [{ op: "set", at: off.place, value: false }] };
    }
    const automated = applicationSpec(resource).at("syncPolicy", "automated");
    const enabled = automated.at("enabled");
    const edit =
      enabled.presence === "present"
        ? ({ op: "set", at: enabled.place, value: true } as const)
        : ({ op: "set", at: automated.place, value: { prune: false, selfHeal: true } } as const);
    return { safety: "review", edits: [edit] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/",
    "https://fluxcd.io/flux/components/kustomize/kustomizations/#suspend",
  ],
};
