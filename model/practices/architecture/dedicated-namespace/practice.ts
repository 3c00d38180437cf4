import type { Field, Workload, World } from "../../../facts.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 2,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    // A chart is installed into the namespace that the release names.
    if (workload.scope.startsWith("chart:") || workload.groupKind === "argoproj.io/ClusterWorkflowTemplate")
      return notApplicable("no-subject");
    const own = workload.namespace;
    const fields = own.presence === "absent" ? delivered(workload, world) : [own];
    const good = fields.find((field) => field.presence === "present" && !isShared(field.text() ?? ""));
    if (good !== undefined) return met(good);
    const [first] = fields;
    // Where no file names one, whoever applies the file does, as with the release of a chart.
    if (first === undefined) return notApplicable("no-subject");
    const name = first.text() ?? "";
    return unmet(first, name === "default" ? "unmet" : "unmet.reserved", { name, workload: workload.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    "https://kubernetes.io/docs/concepts/security/multi-tenancy/",
  ],
  equivalents: {
    "kube-linter": ["use-namespace"],
    checkov: ["CKV_K8S_21"],
    kubescape: ["C-0061", "C-0212"],
    trivy: ["KSV-0110", "KSV-0037"],
    cis: ["5.7.1", "5.7.4"],
  },
};

function isShared(name: string): boolean {
  return name === "default" || name.startsWith("kube-");
}

/** Namespaces that GitOps objects give to what names none. */
function delivered(workload: Workload, world: World): readonly Field[] {
  return world
    .deliveredBy(workload.document)
    .sure.map(({ groupKind, body }) => {
      if (groupKind === "argoproj.io/Application") return body.at("spec", "destination", "namespace");
      if (groupKind === "argoproj.io/ApplicationSet")
        return body.at("spec", "template", "spec", "destination", "namespace");
      return body.at("spec", "targetNamespace");
    })
    .filter((field) => field.presence !== "absent");
}
