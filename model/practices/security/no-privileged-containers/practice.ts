import type { Container, Field, Workload } from "../../../facts.ts";
import { every, practice, type Sources } from "../../../practice.ts";

export default practice({
  level: 1,
  gate: "required",
  share: "all",
  subject: "workload",
  effort: "confirm",
  judge(workload) {
    if (workload.allContainers.length === 0 && !workload.moreContainers) return undefined;
    const settings = [hostProcess(workload.pod), ...workload.allContainers.flatMap(settingsOf)];
    return every(settings, violation, workload.place, workload.moreContainers);
  },
  fix(workload) {
    // A host process container cannot do without its rights; a privileged one often can.
    if (
      [workload.pod, ...workload.allContainers.map(({ body }) => body)].some(
        (body) => hostProcess(body).field.flag() === true,
      )
    ) {
      return undefined;
    }
    const privileged = workload.allContainers.map((container) => container.body.at("securityContext", "privileged"));
    const edits = privileged
      .filter((field) => field.flag() === true)
      .map((field) => ({ op: "remove", at: field.place }) as const);
    return { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    "https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/",
  ],
  equivalents: {
    "kube-linter": ["privileged-container"],
    "kube-score": ["container-security-context-privileged"],
    polaris: ["runAsPrivileged", "hostProcess"],
    checkov: ["CKV_K8S_16"],
    kubescape: ["C-0057", "C-0193", "C-0202"],
    trivy: ["KSV-0017", "KSV-0103"],
    cis: ["5.2.2", "5.2.11"],
    pss: ["baseline"],
    nsa: ["privileged containers"],
  },
};

interface Setting {
  readonly field: Field;
  readonly message: string;
  readonly container?: string;
}

function hostProcess(body: Workload["pod"]): Setting {
  return { field: body.at("securityContext", "windowsOptions", "hostProcess"), message: "unmet.host-process" };
}

function settingsOf(container: Container): readonly Setting[] {
  const name = container.displayName;
  const privileged = { field: container.body.at("securityContext", "privileged"), message: "unmet" };
  return [
    { ...privileged, container: name },
    { ...hostProcess(container.body), message: "unmet.host-process-container", container: name },
  ];
}

function violation({ field, message, container }: Setting) {
  if (field.flag() !== true) return undefined;
  return container === undefined
    ? { place: field.place, message }
    : { place: field.place, message, container, args: { container } };
}
