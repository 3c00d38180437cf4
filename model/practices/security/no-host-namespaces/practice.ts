import type { Field, Workload } from "../../../facts.ts";
import { every, notApplicable, practice, type Sources } from "../../../practice.ts";

const SHARED = ["hostNetwork", "hostPID", "hostIPC"];

export default practice({
  level: 1,
  gate: "required",
  share: "all",
  subject: "workload",
  effort: "confirm",
  judge(workload) {
    const fields = fieldsOf(workload);
    // To see its node is what an agent is for.
    const agent =
      workload.class === "agent" && fields.some((field) => field.presence !== "absent" && field.flag() === true);
    if (agent) return notApplicable("agent");
    return every(fields, violation, workload.place);
  },
  fix(workload) {
    // A host process on Windows must share the node's network.
    if (workload.windows) return undefined;
    const shared = fieldsOf(workload).filter((field) => field.flag() === true);
    return { safety: "review", edits: shared.map((field) => ({ op: "remove", at: field.place }) as const) };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/security/pod-security-standards/"],
  equivalents: {
    "kube-linter": ["host-network", "host-pid", "host-ipc"],
    polaris: ["hostNetworkSet", "hostPIDSet", "hostIPCSet"],
    checkov: ["CKV_K8S_17", "CKV_K8S_18", "CKV_K8S_19"],
    kubescape: ["C-0038", "C-0041"],
    trivy: ["KSV-0008", "KSV-0009", "KSV-0010"],
    cis: ["5.2.3", "5.2.4", "5.2.5"],
    pss: ["baseline"],
    nsa: ["host namespaces"],
  },
};

function fieldsOf(workload: Workload): readonly Field[] {
  return SHARED.map((name) => workload.pod.at(name));
}

function violation(field: Field) {
  return field.flag() === true ? { place: field.place, message: `unmet.${field.key}` } : undefined;
}
