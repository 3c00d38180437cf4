import type { Container, Workload } from "../../../facts.ts";
import { everyContainer, notApplicable, practice, unmet } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "required",
  share: "most",
  subject: "workload",
  includesCi: true,
  effort: "confirm",
  judge(workload) {
    // User namespaces map root to nobody outside; the restricted standard asks for nothing more (1.35).
    if (workload.pod.at("hostUsers").flag() === false) return notApplicable("superseded");
    const pod = workload.pod.at("securityContext");
    if (pod.at("runAsNonRoot").flag() === false) return unmet(pod.at("runAsNonRoot"), "unmet.pod");
    if (pod.at("runAsUser").number() === 0 && !workload.windows) return unmet(pod.at("runAsUser"), "unmet.root");
    return everyContainer(workload, workload.allContainers, (container) => violation(container, workload));
  },
  fix(workload) {
    const set = (place: Workload["place"]) => ({ op: "set", at: place, value: true }) as const;
    const pod = workload.pod.at("securityContext", "runAsNonRoot");
    if (asksForRoot(workload)) return undefined;
    const own = workload.allContainers.map((container) => container.body.at("securityContext", "runAsNonRoot"));
    const refused = own.filter((field) => field.presence !== "absent" && field.flag() === false);
    return { safety: "review", edits: [set(pod.place), ...refused.map((field) => set(field.place))] };
  },
  references: [
    "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  ],
  equivalents: {
    "kube-linter": ["run-as-non-root"],
    "kube-score": ["container-security-context-user-group-id"],
    polaris: ["runAsRootAllowed"],
    checkov: ["CKV_K8S_23", "CKV_K8S_29", "CKV_K8S_30", "CKV_K8S_40"],
    kubescape: ["C-0013", "C-0198", "C-0211"],
    trivy: ["KSV-0012", "KSV-0105", "KSV-0118", "KSV-0020", "KSV-0021"],
    cis: ["5.2.7", "5.7.3"],
    pss: ["restricted"],
    nsa: ["non-root containers"],
    dsomm: ["Containers are running as non-root"],
  },
});

function violation(container: Container, workload: Workload) {
  const user = container.body.at("securityContext", "runAsUser");
  if (!workload.windows && user.number() === 0) return { place: user.place, message: "unmet.root" };
  const field = container.security("runAsNonRoot");
  if (field.flag() === true) return undefined;
  return field.presence === "absent" ? container.place : field;
}

/** Somebody wrote down that root is wanted: then taking it away is no quick fix. */
function asksForRoot(workload: Workload): boolean {
  const users = [workload.pod, ...workload.allContainers.map((container) => container.body)].map((body) => body.at("securityContext", "runAsUser"));
  return users.some((user) => user.number() === 0);
}
