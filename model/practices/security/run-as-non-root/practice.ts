import type { Container, Field, Workload } from "../../../facts.ts";
import { setForAll } from "../../../pod-security.ts";
import { every, notApplicable, practice, type Sources, type Spot } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload) {
    if (workload.allContainers.length === 0 && !workload.moreContainers) return undefined;
    // User namespaces map root to nobody outside; the restricted standard asks for nothing more (1.35).
    if (workload.pod.at("hostUsers").flag() === false) return notApplicable("superseded");
    const looks = [
      () => refusal(workload.pod, workload, ".pod"),
      ...workload.allContainers.map((container) => () => violation(container, workload)),
    ];
    return every(looks, (look) => look(), workload.place, workload.moreContainers);
  },
  fix(workload) {
    const bodies = [workload.pod, ...workload.allContainers.map(({ body }) => body)];
    // Somebody wrote down that root is wanted: then taking it away is no quick fix.
    if (bodies.some((body) => userOf(body).number() === 0)) return undefined;
    const refused = bodies.map(flagOf).filter((field) => field.presence === "present" && field.flag() !== true);
    const named = workload.allContainers.every((container) => container.security("runAsUser").number() !== undefined);
    const edits = refused.map((field) => ({ op: "set", at: field.place, value: true }) as const);
    return {
      safety: named && refused.length === 0 ? "safe" : "review",
      edits: [...edits, ...setForAll(workload, ["runAsNonRoot"], true)],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
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
};

function flagOf(body: Field): Field {
  return body.at("securityContext", "runAsNonRoot");
}

function userOf(body: Field): Field {
  return body.at("securityContext", "runAsUser");
}

/** What is certain is looked at first: a container that says `false` may run as root, whatever a template makes its user. */
function refusal(body: Field, workload: Workload, suffix: string): Spot | undefined {
  const flag = flagOf(body);
  const user = userOf(body);
  if (flag.presence === "present" && flag.flag() !== true) return { place: flag.place, message: `unmet${suffix}` };
  if (!workload.windows && user.presence === "present" && user.number() === 0)
    return { place: user.place, message: "unmet.root" };
  flag.flag();
  user.number();
  return undefined;
}

function violation(container: Container, workload: Workload): Spot | undefined {
  const about = { container: container.displayName, args: { container: container.displayName } };
  const refused = refusal(container.body, workload, "");
  if (refused !== undefined) return { ...refused, ...about };
  // What the pod refuses is said once, at the pod.
  if (container.security("runAsNonRoot").flag() !== undefined) return undefined;
  const user = container.security("runAsUser");
  const number = workload.windows ? undefined : user.number();
  if (number === undefined || number === 0) return { place: container.place, ...about };
  return { place: user.place, message: "unmet.user", ...about, args: { ...about.args, user: number } };
}
