/** Kinds of workloads, for practices that look at objects whether they carry a pod template or not. */
import type { GroupKind, Resource, Workload } from "./facts.ts";

/** Kinds whose pods stay until somebody changes or removes them. */
export const LASTING_KINDS: readonly GroupKind[] = [
  "apps/Deployment",
  "extensions/Deployment",
  "apps/StatefulSet",
  "apps/DaemonSet",
  "argoproj.io/Rollout",
  "serving.knative.dev/Service",
  "apps.openshift.io/DeploymentConfig",
  "apps.kruise.io/CloneSet",
  "apps.kruise.io/StatefulSet",
  "apps.kruise.io/DaemonSet",
];

export const TASK_KINDS: readonly GroupKind[] = ["batch/Job", "batch/CronJob"];

/** Carries a pod template; a Rollout that refers to a Deployment, for one, does not, nor one that is being written. */
export function isWorkload(resource: Resource): resource is Workload {
  return "podLabels" in resource && (resource as Workload).pod.presence !== "absent";
}
