import type { Container } from "../../../facts.ts";
import { addedCapabilities, capabilityName, isPrivileged } from "../../../pod-security.ts";
import { everyContainer, notApplicable, practice, type Sources } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "apply",
  judge(workload) {
    if (workload.windows) return notApplicable("windows");
    return everyContainer(workload, workload.allContainers, (container) => {
      const field = fieldOf(container);
      if (field.flag() === false) return undefined;
      return field.presence === "absent" ? container.place : { place: field.place, message: "unmet.true" };
    });
  },
  fix(workload) {
    // Kubernetes refuses a container that is privileged, or has SYS_ADMIN, and yet may not escalate.
    if (workload.allContainers.some((container) => isPrivileged(container) || adds(container, ["SYS_ADMIN", "ALL"])))
      return undefined;
    const open = workload.allContainers.filter((container) => fieldOf(container).flag() !== false);
    const wanted = open.some(
      (container) => fieldOf(container).presence === "present" || addedCapabilities(container).length > 0,
    );
    const edits = open.map((container) => ({ op: "set", at: fieldOf(container).place, value: false }) as const);
    return { safety: wanted ? "review" : "safe", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  ],
  equivalents: {
    "kube-linter": ["privilege-escalation-container"],
    polaris: ["privilegeEscalationAllowed"],
    checkov: ["CKV_K8S_20"],
    kubescape: ["C-0016", "C-0197"],
    trivy: ["KSV-0001"],
    cis: ["5.2.6"],
    pss: ["restricted"],
  },
};

function fieldOf(container: Container) {
  return container.body.at("securityContext", "allowPrivilegeEscalation");
}

function adds(container: Container, names: readonly string[]): boolean {
  return addedCapabilities(container).some((item) => names.includes(capabilityName(item.text() ?? "")));
}
