import type { Container, Workload, World } from "../../../facts.ts";
import { everyContainer, notApplicable, practice, type Sources } from "../../../practice.ts";
import { isFractionOfByte, missingAt, type ResourceName, requestOf, setResource } from "../../../resources.ts";

const SUGGESTED = { cpu: "100m", memory: "128Mi" } as const;

export default practice({
  level: 2,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    return everyContainer(workload, workload.containers, (container) => {
      const missing = missingOf(container, workload, world);
      const [name] = missing;
      if (name !== undefined) {
        const message = missing.length === 2 ? "unmet" : `unmet.${name}`;
        return { place: missingAt(container, "requests", name), message };
      }
      const memory = requestOf(container, "memory", workload, world);
      if (memory === undefined || memory.presence === "unknown" || !isFractionOfByte(memory)) return undefined;
      return { place: memory.place, message: "unmet.unit", args: { value: memory.source ?? "" } };
    });
  },
  fix(workload, world) {
    const { containers } = workload;
    const known = containers.flatMap((container) => requestOf(container, "memory", workload, world) ?? []);
    if (known.some((field) => field.presence === "present" && isFractionOfByte(field))) return undefined;
    const edits = containers.flatMap((container) =>
      missingOf(container, workload, world).map((name) => setResource(container, "requests", name, SUGGESTED[name])),
    );
    return { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    "https://kubernetes.io/docs/concepts/policy/limit-range/",
  ],
  equivalents: {
    "kube-linter": ["unset-cpu-requirements", "unset-memory-requirements"],
    "kube-score": ["container-resources"],
    polaris: ["cpuRequestsMissing", "memoryRequestsMissing"],
    checkov: ["CKV_K8S_10", "CKV_K8S_12"],
    kubescape: ["C-0268", "C-0269", "C-0004", "C-0050"],
    trivy: ["KSV-0015", "KSV-0016"],
    learnk8s: ["Set memory limits and requests for all containers", "Set CPU request to 1 CPU or below"],
  },
};

function missingOf(container: Container, workload: Workload, world: World): readonly ResourceName[] {
  return (["cpu", "memory"] as const).filter((name) => requestOf(container, name, workload, world) === undefined);
}
