import type { Field, Workload, World } from "../../../facts.ts";
import { addedCapabilities, isPrivileged } from "../../../pod-security.ts";
import { cannotTell, ifKnown, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

/** Runtimes that put a kernel, or most of one, between the pod and the node. */
const HANDLER = /^(?:runsc|gvisor|kata|urunc|firecracker|crun-vm|cloud-hypervisor)(?:$|[-.])/;
/** Release from which the kubelet gives pods a user namespace without being told to. */
const SINCE = 33;

export default practice({
  level: 5,
  gate: "supporting",
  share: "any",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.windows) return notApplicable("windows");
    const shared = ["hostNetwork", "hostPID", "hostIPC"].map((name) => workload.pod.at(name));
    const host = shared.find((field) => ifKnown(() => field.flag()) === true);
    const own = workload.pod.at("hostUsers");
    const runtime = workload.pod.at("runtimeClassName");
    if (own.flag() === false) return host === undefined ? met(own, "met.users") : unmet([own, host], "unmet.host");
    if (host !== undefined) return notApplicable("host-network");
    if ((runtime.text() ?? "") !== "") return ofRuntime(runtime, world);
    const root = rootIn(workload);
    // Only where a pod asks for more than most does one miss it.
    if (root === undefined || own.presence !== "absent" || world.kubernetesMinor < SINCE) return undefined;
    return unmet(root, "unmet", { workload: workload.displayName });
  },
  fix(workload) {
    const own = workload.pod.at("hostUsers");
    if (own.presence !== "absent") return undefined;
    return { safety: "review", edits: [{ op: "set", at: own.place, value: false }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/",
    "https://kubernetes.io/docs/concepts/containers/runtime-class/",
    "https://gvisor.dev/docs/",
  ],
};

function ofRuntime(runtime: Field, world: World) {
  const { sure } = world.named("node.k8s.io/RuntimeClass", runtime, "cluster");
  const handlers = sure.length > 0 ? sure.map((one) => one.body.at("handler")) : [runtime];
  if (handlers.some((handler) => HANDLER.test(handler.text() ?? ""))) return met(runtime, "met.runtime");
  return sure.length > 0 ? notApplicable("no-subject") : cannotTell(runtime);
}

/** Where a container says that it is root; not where it needs to be that of the node. */
function rootIn(workload: Workload): Field | undefined {
  if (workload.class === "agent" || workload.hook) return undefined;
  const { allContainers } = workload;
  if (allContainers.some((container) => ifKnown(() => isPrivileged(container)) !== false)) return undefined;
  if (allContainers.some((container) => addedCapabilities(container).length > 0)) return undefined;
  const volumes = ifKnown(() => workload.pod.at("volumes").items());
  if (
    volumes === undefined ||
    volumes.some((volume) => ["hostPath", "nfs"].some((key) => volume.at(key).presence !== "absent"))
  )
    return undefined;
  return allContainers
    .map((container) => container.security("runAsUser"))
    .find((user) => ifKnown(() => user.number()) === 0);
}
