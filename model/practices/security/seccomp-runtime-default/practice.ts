import type { Container, Field, Workload } from "../../../facts.ts";
import { isPrivileged, setForAll } from "../../../pod-security.ts";
import { every, ifKnown, notApplicable, practice, type Sources, type Spot } from "../../../practice.ts";

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
    const looks = [() => refusedByPod(workload), ...containers.map((container) => () => violation(container))];
    return every(looks, (look) => look(), workload.place, workload.moreContainers);
  },
  fix(workload) {
    const fields = [workload.pod, ...workload.allContainers.map(({ body }) => body)].map(typeOf);
    const refused = fields.filter(isRefused);
    const own = refused.map((field) => ({ op: "set", at: field.place, value: "RuntimeDefault" }) as const);
    const silent = workload.allContainers.some(
      (container) => container.security("seccompProfile").presence === "absent",
    );
    const all = silent ? setForAll(workload, ["seccompProfile", "type"], "RuntimeDefault") : [];
    return { safety: refused.length > 0 ? "review" : "safe", edits: [...own, ...all] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
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
};

function typeOf(body: Field): Field {
  return body.at("securityContext", "seccompProfile", "type");
}

function isRefused(type: Field): boolean {
  const value = type.text();
  return value !== undefined && !PROFILES.has(value);
}

/** What the pod says counts even when every container says better. */
function refusedByPod(workload: Workload): Spot | undefined {
  const type = typeOf(workload.pod);
  return isRefused(type)
    ? { place: type.place, message: "unmet.pod", args: { profile: type.source ?? "" } }
    : undefined;
}

function violation(container: Container): Spot | undefined {
  const name = container.displayName;
  const type = container.security("seccompProfile").at("type");
  if (PROFILES.has(type.text())) return undefined;
  if (type.presence === "absent") return { place: container.place, container: name, args: { container: name } };
  // What it inherits is said once, at the pod.
  if (typeOf(container.body).presence === "absent") return undefined;
  return {
    place: type.place,
    message: "unmet.profile",
    container: name,
    args: { container: name, profile: type.source ?? "" },
  };
}
