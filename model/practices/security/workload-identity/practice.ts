import { cannotTell, ifKnown, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { AZURE_CLIENT, annotated, azureLabel, identityOf, lastingKeys } from "../../../workload-identity.ts";

export default practice({
  level: 5,
  gate: "supporting",
  share: "half",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    const [key, ...others] = lastingKeys(workload);
    const identity = ifKnown(() => identityOf(workload, world) ?? "none");
    const args = { workload: workload.displayName, name: key?.source ?? "" };
    if (key !== undefined) {
      const message = identity === undefined || identity === "none" ? "unmet" : "unmet.both";
      return unmet([key, ...others], message, args);
    }
    if (identity === undefined) return cannotTell(workload.place);
    if (identity === "none") return notApplicable("no-subject");
    const label = azureLabel(workload);
    // Without the label nothing is injected, whatever the account says.
    const unlabelled = label.text() !== "true" && annotated(workload, world)?.key === AZURE_CLIENT;
    return unlabelled ? unmet(label, "unmet.label", args) : met(identity);
  },
  fix(workload) {
    const label = azureLabel(workload);
    if (lastingKeys(workload).length > 0) return undefined;
    return { safety: "review", edits: [{ op: "set", at: label.place, value: "true" }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/security/service-accounts/",
    "https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html",
    "https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity",
    "https://azure.github.io/azure-workload-identity/docs/",
    "https://spiffe.io/docs/",
  ],
  equivalents: { kubescape: ["C-0225", "C-0239"], learnk8s: ["Cloud access"] },
};
