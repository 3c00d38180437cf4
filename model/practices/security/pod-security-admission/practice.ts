import { enforcedStandards } from "../../../admission.ts";
import type { Edit } from "../../../edit.ts";
import type { Field, Resource, Workload } from "../../../facts.ts";
import { addedCapabilities, isPrivileged } from "../../../pod-security.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

const PREFIX = "pod-security.kubernetes.io/";
const STANDARDS = ["baseline", "restricted"];

export default practice({
  level: 4,
  gate: "required",
  share: "most",
  subject: "resource",
  kinds: ["/Namespace"],
  effort: "confirm",
  answers: "elsewhere",
  judge(namespace, world) {
    const enforce = modeOf(namespace, "enforce");
    const level = enforce.text();
    if (STANDARDS.includes(level ?? "")) return met(enforce);
    const [policy] = enforcedStandards(world);
    if (policy !== undefined) return policy.in.conditional ? cannotTell(policy.at) : met(policy.at, "met.policy");
    // A template may add labels that are not written.
    namespace.labels.entries();
    const args = { namespace: namespace.displayName, level: level ?? "" };
    if (level !== undefined) return unmet(enforce, "unmet.privileged", args);
    const told = ["warn", "audit"]
      .map((mode) => modeOf(namespace, mode))
      .find((field) => STANDARDS.includes(field.text() ?? ""));
    return told === undefined ? unmet(enforce, "unmet", args) : unmet(told, "unmet.told", args);
  },
  fix(namespace, world) {
    const enforce = modeOf(namespace, "enforce");
    // Somebody decided for privileged pods, or has pods that need more than the standard gives.
    const pods = [`ns:${namespace.displayName}`, "unset"].flatMap((scope) => world.workloads(scope));
    if (enforce.presence !== "absent" || pods.some(needsMore)) return undefined;
    const quiet = ["warn", "audit"]
      .map((mode) => modeOf(namespace, mode))
      .filter((field) => field.presence === "absent");
    const edits: Edit[] = [{ op: "set", at: enforce.place, value: "baseline" }];
    return {
      safety: "review",
      edits: [...edits, ...quiet.map((field) => ({ op: "set", at: field.place, value: "restricted" }) as const)],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  ],
  equivalents: { cis: ["5.2.1", "5.7.3"], pss: ["baseline", "restricted"], learnk8s: ["Pod Security admission"] },
};

function modeOf(namespace: Resource, mode: string): Field {
  return namespace.labels.at(`${PREFIX}${mode}`);
}

/** More than the baseline standard allows. Throws `Unresolved`. */
function needsMore(workload: Workload): boolean {
  const { pod, allContainers } = workload;
  return (
    ["hostNetwork", "hostPID", "hostIPC"].some((key) => pod.at(key).flag() === true) ||
    pod
      .at("volumes")
      .items()
      .some((volume) => volume.at("hostPath").presence !== "absent") ||
    allContainers.some(
      (one) =>
        isPrivileged(one) ||
        addedCapabilities(one).length > 0 ||
        one.body
          .at("ports")
          .items()
          .some((port) => port.at("hostPort").presence !== "absent"),
    )
  );
}
