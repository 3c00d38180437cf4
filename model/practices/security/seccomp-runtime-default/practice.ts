import type { Container, Field, Workload } from "../../../facts.ts";
import { hasPodSecurityContext, isPrivileged, setForAll } from "../../../pod-security.ts";
import { every, ifKnown, notApplicable, practice, type Spot } from "../../../practice.ts";

const PROFILES: ReadonlySet<string | undefined> = new Set(["RuntimeDefault", "Localhost"]);

export default practice({
  level: 3,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "apply",
  judge(workload) {
    if (workload.windows) return notApplicable("windows");
    if (workload.allContainers.length === 0 && !workload.moreContainers) return undefined;
    const containers = workload.allContainers.filter((container) => ifKnown(() => isPrivileged(container)) !== true);
    // A privileged container runs without a profile, whatever is written.
    if (containers.length === 0 && !workload.moreContainers) return notApplicable("superseded");
    const looks = [() => refusedByPod(workload), ...containers.map((container) => () => violation(container, workload))];
    return every(looks, (look) => look(), workload.place, workload.moreContainers);
  },
  fix(workload) {
    const fields = [workload.pod, ...workload.allContainers.map(({ body }) => body)].map(typeOf);
    const refused = fields.filter((field) => field.text() !== undefined && !PROFILES.has(field.text()));
    const own = refused.map((field) => ({ op: "set", at: field.place, value: "RuntimeDefault" }) as const);
    const missing = workload.allContainers.some((container) => container.security("seccompProfile").presence === "absent");
    const all = missing && hasPodSecurityContext(workload) ? setForAll(workload, PATH, "RuntimeDefault") : [];
    const each = missing && !hasPodSecurityContext(workload) ? unsaid(workload) : [];
    return { safety: refused.length > 0 ? "review" : "safe", edits: [...own, ...all, ...each] };
  },
  references: [
    "https://kubernetes.io/docs/tutorials/security/seccomp/",
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  ],
  equivalents: {
    "kube-score": ["container-seccomp-profile"],
    polaris: ["linuxHardening"],
    checkov: ["CKV_K8S_31"],
    kubescape: ["C-0210", "C-0055"],
    trivy: ["KSV-0030", "KSV-0104"],
    cis: ["5.7.2"],
    pss: ["restricted"],
  },
});
