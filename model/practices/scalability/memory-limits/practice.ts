import type { Container, Workload, World } from "../../../facts.ts";
import { everyContainer, ifKnown, notApplicable, practice, type Sources } from "../../../practice.ts";
import { quantity } from "../../../quantities.ts";
import { isFractionOfByte, limitOf, missingAt, setResource } from "../../../resources.ts";

export default practice({
  level: 2,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    return everyContainer(workload, workload.containers, (container) => {
      const limit = limitOf(container, "memory", workload, world);
      if (limit === undefined) return { place: missingAt(container, "limits", "memory"), message: "unmet" };
      if (limit.presence === "unknown") return undefined;
      if (isFractionOfByte(limit))
        return { place: limit.place, message: "unmet.unit", args: { value: limit.source ?? "" } };
      const asked = askedBy(container);
      const most = quantity(limit);
      if (asked === undefined || most === undefined || most >= asked.bytes) return undefined;
      return { place: limit.place, message: "unmet.below", args: { limit: limit.source ?? "", request: asked.text } };
    });
  },
  fix(workload, world) {
    const missing = workload.containers.filter(
      (container) => limitOf(container, "memory", workload, world) === undefined,
    );
    const edits = missing.flatMap((container) => {
      const asked = askedBy(container);
      const twice = asked === undefined ? undefined : doubled(asked.text);
      return twice === undefined ? [] : [setResource(container, "limits", "memory", twice)];
    });
    // Without a request there is nothing to tell how much is enough.
    if (edits.length < missing.length || isWrong(workload, world)) return undefined;
    return { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/",
  ],
  equivalents: {
    "kube-linter": ["unset-memory-requirements"],
    "kube-score": ["container-resources", "container-ephemeral-storage-request-and-limit"],
    polaris: ["memoryLimitsMissing"],
    checkov: ["CKV_K8S_13"],
    kubescape: ["C-0271", "C-0009"],
    trivy: ["KSV-0018"],
    dsomm: ["Virtual environments are limited"],
  },
};

function askedBy(container: Container): { readonly bytes: number; readonly text: string } | undefined {
  const field = container.body.at("resources", "requests", "memory");
  const bytes = ifKnown(() => quantity(field));
  return bytes === undefined || field.source === undefined ? undefined : { bytes, text: field.source };
}

/** A limit that is there and no good is for a person to mend. */
function isWrong(workload: Workload, world: World): boolean {
  return workload.containers.some((container) => {
    const limit = limitOf(container, "memory", workload, world);
    if (limit === undefined || limit.presence === "unknown") return false;
    const most = quantity(limit) ?? 0;
    return isFractionOfByte(limit) || most < (askedBy(container)?.bytes ?? 0);
  });
}

/** Twice the quantity, in the same unit. */
function doubled(text: string): string | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGTPE]i?|k)?$/.exec(text);
  return match === null ? undefined : `${Number(match[1]) * 2}${match[2] ?? ""}`;
}
