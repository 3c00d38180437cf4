/** Versions of Kubernetes' own APIs that are no longer served. */

export interface Removal {
  /** Minor version of Kubernetes from which on it is gone. */
  readonly since: number;
  /** What to write instead; empty where nothing took its place. */
  readonly use: string;
  /** May the version simply be replaced: nobody notices, or somebody should look. */
  readonly swap?: "safe" | "review";
}

export const REMOVED: ReadonlyMap<string, Removal> = new Map([
  ...of("extensions/v1beta1", 16, "apps/v1", ["DaemonSet", "Deployment", "ReplicaSet"], "review"),
  ...of("extensions/v1beta1", 16, "networking.k8s.io/v1", ["NetworkPolicy"], "safe"),
  ...of("extensions/v1beta1", 16, "", ["PodSecurityPolicy"]),
  ...of("extensions/v1beta1", 22, "networking.k8s.io/v1", ["Ingress"]),
  ...of("apps/v1beta1", 16, "apps/v1", ["ControllerRevision", "Deployment", "StatefulSet"], "review"),
  ...of(
    "apps/v1beta2",
    16,
    "apps/v1",
    ["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
    "review",
  ),
  ...of("batch/v2alpha1", 21, "batch/v1", ["CronJob"], "safe"),
  ...of("networking.k8s.io/v1beta1", 22, "networking.k8s.io/v1", ["Ingress"]),
  ...of("networking.k8s.io/v1beta1", 22, "networking.k8s.io/v1", ["IngressClass"], "safe"),
  ...of(
    "rbac.authorization.k8s.io/v1beta1",
    22,
    "rbac.authorization.k8s.io/v1",
    ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
    "safe",
  ),
  ...of("admissionregistration.k8s.io/v1beta1", 22, "admissionregistration.k8s.io/v1", [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
  ]),
  ...of("apiextensions.k8s.io/v1beta1", 22, "apiextensions.k8s.io/v1", ["CustomResourceDefinition"]),
  ...of("apiregistration.k8s.io/v1beta1", 22, "apiregistration.k8s.io/v1", ["APIService"], "safe"),
  ...of("certificates.k8s.io/v1beta1", 22, "certificates.k8s.io/v1", ["CertificateSigningRequest"]),
  ...of("coordination.k8s.io/v1beta1", 22, "coordination.k8s.io/v1", ["Lease"], "safe"),
  ...of("scheduling.k8s.io/v1beta1", 22, "scheduling.k8s.io/v1", ["PriorityClass"], "safe"),
  ...of(
    "storage.k8s.io/v1beta1",
    22,
    "storage.k8s.io/v1",
    ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
    "safe",
  ),
  ...of(
    "rbac.authorization.k8s.io/v1alpha1",
    23,
    "rbac.authorization.k8s.io/v1",
    ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
    "safe",
  ),
  ...of("scheduling.k8s.io/v1alpha1", 23, "scheduling.k8s.io/v1", ["PriorityClass"], "safe"),
  ...of("node.k8s.io/v1alpha1", 24, "node.k8s.io/v1", ["RuntimeClass"]),
  ...of("batch/v1beta1", 25, "batch/v1", ["CronJob"], "safe"),
  ...of("discovery.k8s.io/v1beta1", 25, "discovery.k8s.io/v1", ["EndpointSlice"]),
  ...of("events.k8s.io/v1beta1", 25, "events.k8s.io/v1", ["Event"]),
  ...of("autoscaling/v2beta1", 25, "autoscaling/v2", ["HorizontalPodAutoscaler"]),
  ...of("policy/v1beta1", 25, "policy/v1", ["PodDisruptionBudget"], "review"),
  ...of("policy/v1beta1", 25, "", ["PodSecurityPolicy"]),
  ...of("node.k8s.io/v1beta1", 25, "node.k8s.io/v1", ["RuntimeClass"], "safe"),
  ...of("autoscaling/v2beta2", 26, "autoscaling/v2", ["HorizontalPodAutoscaler"], "safe"),
  ...of("flowcontrol.apiserver.k8s.io/v1beta1", 26, "flowcontrol.apiserver.k8s.io/v1", [
    "FlowSchema",
    "PriorityLevelConfiguration",
  ]),
  ...of("storage.k8s.io/v1beta1", 27, "storage.k8s.io/v1", ["CSIStorageCapacity"], "safe"),
  ...of("flowcontrol.apiserver.k8s.io/v1beta2", 29, "flowcontrol.apiserver.k8s.io/v1", [
    "FlowSchema",
    "PriorityLevelConfiguration",
  ]),
  ...of("flowcontrol.apiserver.k8s.io/v1beta3", 32, "flowcontrol.apiserver.k8s.io/v1", [
    "FlowSchema",
    "PriorityLevelConfiguration",
  ]),
]);

function of(
  apiVersion: string,
  since: number,
  use: string,
  kinds: readonly string[],
  swap?: "safe" | "review",
): [string, Removal][] {
  return kinds.map((kind) => [`${apiVersion}/${kind}`, { since, use, ...(swap === undefined ? {} : { swap }) }]);
}

const GROUPS = new Set([...REMOVED.keys()].map((key) => key.slice(0, key.indexOf("/"))));

/** Groups that the API server itself answers for. */
export function isBuiltIn(group: string): boolean {
  return group === "" || /^(apps|autoscaling|batch|policy|extensions)$/.test(group) || GROUPS.has(group);
}
