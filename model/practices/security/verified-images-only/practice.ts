import { admissionRules } from "../../../admission.ts";
import { countedWorkloads, shownBy } from "../../../evidence.ts";
import { verifications } from "../../../image-verification.ts";
import { given, ownPipelines } from "../../../pipelines.ts";
import { cannotTell, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 5,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(_workspace, world) {
    const found = verifications(world);
    const shown = shownBy(
      found.filter((one) => one.enforces === true),
      world,
    );
    if (shown !== undefined) return shown;
    const open = found.filter((one) => one.enforces === undefined);
    if (open.length > 0) return cannotTell(open.map((one) => one.at));
    const [paper] = found.filter((one) => !one.in.nonProduction);
    if (paper !== undefined) return unmet(paper.at, "unmet.audit", { policy: paper.in.displayName });
    // Who neither signs nor enforces anything has other things to do first.
    const [signing] = ownPipelines(world).flatMap((pipeline) => given(pipeline, "sign"));
    if (signing !== undefined) return unmet(signing.place, "unmet.signed", { tool: signing.tool });
    const [rule] = admissionRules(world).filter((one) => one.enforces === true && !one.in.nonProduction);
    if (rule !== undefined) return unmet(rule.at);
    return countedWorkloads(world).length > 0 ? notApplicable("no-subject") : undefined;
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.sigstore.dev/policy-controller/overview/",
    "https://kyverno.io/docs/policy-types/cluster-policy/verify-images/",
    "https://fluxcd.io/flux/components/source/ocirepositories/#verification",
  ],
  equivalents: { kubescape: ["C-0236", "C-0289"], cis: ["5.5.1"] },
};
