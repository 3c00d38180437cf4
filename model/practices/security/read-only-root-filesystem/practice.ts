import type { Edit } from "../../../edit.ts";
import type { Container, Workload } from "../../../facts.ts";
import { everyContainer, notApplicable, practice, type Sources } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload) {
    if (workload.windows) return notApplicable("windows");
    return everyContainer(workload, workload.allContainers, (container) => {
      const field = fieldOf(container);
      if (field.flag() === true) return undefined;
      return field.presence === "absent" ? container.place : { place: field.place, message: "unmet.false" };
    });
  },
  fix(workload) {
    const writable = workload.allContainers.filter((container) => fieldOf(container).flag() !== true);
    // An ephemeral container takes no volumes that the pod does not have yet.
    if (writable.some((container) => container.role === "ephemeral")) return undefined;
    const edits = writable.map((container) => ({ op: "set", at: fieldOf(container).place, value: true }) as const);
    return { safety: "review", edits: [...edits, ...scratchSpace(workload, writable)] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"],
  equivalents: {
    "kube-linter": ["no-read-only-root-fs"],
    "kube-score": ["container-security-context-readonlyrootfilesystem"],
    polaris: ["notReadOnlyRootFilesystem"],
    checkov: ["CKV_K8S_22"],
    kubescape: ["C-0017"],
    trivy: ["KSV-0014"],
    nsa: ["immutable container filesystems"],
  },
};

function fieldOf(container: Container) {
  return container.body.at("securityContext", "readOnlyRootFilesystem");
}

/** Most programs write to `/tmp` sooner or later. */
function scratchSpace(workload: Workload, containers: readonly Container[]): readonly Edit[] {
  const bare = containers.filter((container) =>
    mounts(container).every((mount) => !/^\/(?:tmp\/?)?$/.test(mount.at("mountPath").text() ?? "")),
  );
  if (bare.length === 0) return [];
  const volumes = workload.pod.at("volumes");
  const taken = new Set(volumes.items().map((volume) => volume.at("name").text()));
  const name = ["tmp", "tmp-scratch", "kmm-tmp"].find((one) => !taken.has(one)) ?? "kmm-scratch";
  const mount = { name, mountPath: "/tmp" };
  return [
    ...bare.map((container) => ({ op: "append", at: container.body.at("volumeMounts").place, value: mount }) as const),
    { op: "append", at: volumes.place, value: { name, emptyDir: {} } },
  ];
}

function mounts(container: Container) {
  return container.body.at("volumeMounts").items();
}
