import { type AdmissionRule, admissionRules } from "../../../admission.ts";
import { countedWorkloads, shownBy } from "../../../evidence.ts";
import { cannotTell, practice, type Sources, type Spot, unmet } from "../../../practice.ts";

export default practice({
  level: 4,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "create",
  judge(workspace, world) {
    const found = admissionRules(world);
    const shown = shownBy(
      found.filter((one) => one.enforces === true),
      world,
    );
    if (shown !== undefined) return shown;
    const open = found.filter((one) => one.enforces === undefined);
    if (open.length > 0) return cannotTell(open.map((one) => one.at));
    const [paper] = found.filter((one) => !one.in.nonProduction);
    if (paper !== undefined) return unmet(spot(paper));
    return countedWorkloads(world).length === 0 ? undefined : unmet(workspace.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
    "https://kyverno.io/docs/",
    "https://open-policy-agent.github.io/gatekeeper/website/docs/",
  ],
  equivalents: { kubescape: ["C-0192", "C-0036"], cis: ["5.2.1"], learnk8s: ["Admission policies"] },
};

function spot({ at, in: policy, unused }: AdmissionRule): Spot {
  const place = "presence" in at ? at.place : at;
  return { place, message: unused ? "unmet.unused" : "unmet.audit", args: { policy: policy.displayName } };
}
