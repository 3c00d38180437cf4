/** What practices about the security context of pods share. */
import type { Edit } from "./edit.ts";
import type { Container, Field, Workload } from "./facts.ts";

/** The name of a capability as the kernel has it: the runtime reads `cap_net_raw` as `NET_RAW`. */
export function capabilityName(text: string): string {
  return text.toUpperCase().replace(/^CAP_/, "");
}

/** Capabilities that a container adds, as far as they are written. */
export function addedCapabilities(container: Container): readonly Field[] {
  return container.body.at("securityContext", "capabilities", "add").writtenItems();
}

/** Throws `Unresolved` when that is not known. */
export function isPrivileged(container: Container): boolean {
  return container.body.at("securityContext", "privileged").flag() === true;
}

/** A template may add items to the list, so that what is missing from it is not known to be missing. */
export function requireAll(list: Field): void {
  for (const item of list.items()) item.text();
}

/** Knative refuses most of the pod's own security context, so there each container says it for itself. */
export function hasPodSecurityContext(workload: Workload): boolean {
  return workload.group !== "serving.knative.dev";
}

/**
 * Sets a field of the security context for all containers: once for the pod where it may speak for them, else for each
 * container that does not say it itself.
 */
export function setForAll(workload: Workload, path: readonly string[], value: string | boolean): readonly Edit[] {
  const each = workload.allContainers.map(({ body }) => body.at("securityContext", ...path));
  const fields = hasPodSecurityContext(workload)
    ? [workload.pod.at("securityContext", ...path)]
    : each.filter((field) => field.presence === "absent");
  return fields.map((field) => ({ op: "set", at: field.place, value }));
}
