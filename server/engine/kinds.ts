/** The one table of kinds: what carries a pod template and where, what is cluster-scoped, what only looks like Kubernetes. */
import type { Field, GroupKind, WorkloadClass } from "../../model/facts.ts";

/** Where the PodSpec is, and the metadata of its pods. */
interface PodLocation {
  readonly pod: Field;
  readonly metadata: Field;
  /** Told apart from others of the same object: the role in a LeaderWorkerSet, the job in a JobSet. */
  readonly suffix?: string;
  /** Containers that stand elsewhere than in the PodSpec's lists. */
  readonly containers?: readonly Field[];
}

interface Carrier {
  readonly class: WorkloadClass;
  readonly locate: (body: Field) => readonly PodLocation[];
}

function template(...path: string[]): (body: Field) => readonly PodLocation[] {
  return (body) => [{ pod: body.at(...path, "spec"), metadata: body.at(...path, "metadata") }];
}

/** Argo Workflows write containers into templates; the pod's own settings stand in the workflow's spec. */
function workflow(...path: string[]): (body: Field) => readonly PodLocation[] {
  return (body) => {
    const spec = body.at(...path);
    const containers = spec
      .at("templates")
      .writtenItems()
      .flatMap((one) => [
        ...[one.at("container"), one.at("script")].filter((field) => field.presence !== "absent"),
        ...["initContainers", "sidecars"].flatMap((list) => one.at(list).writtenItems()),
        ...one.at("containerSet", "containers").writtenItems(),
      ]);
    return containers.length === 0 ? [] : [{ pod: spec, metadata: spec.at("podMetadata"), containers }];
  };
}

function tekton(body: Field): readonly PodLocation[] {
  const spec = body.at("spec");
  const containers = [...spec.at("steps").writtenItems(), ...spec.at("sidecars").writtenItems()];
  return [{ pod: spec, metadata: body.at("metadata"), containers }];
}

const LONG = { class: "long", locate: template("spec", "template") } as const;

const CARRIERS: ReadonlyMap<GroupKind, Carrier> = new Map<GroupKind, Carrier>([
  ["/Pod", { class: "pod", locate: (body) => [{ pod: body.at("spec"), metadata: body.at("metadata") }] }],
  ["/ReplicationController", LONG],
  ["apps/Deployment", LONG],
  ["extensions/Deployment", LONG],
  ["apps/StatefulSet", LONG],
  ["apps/ReplicaSet", LONG],
  ["extensions/ReplicaSet", LONG],
  ["apps/DaemonSet", { class: "agent", locate: template("spec", "template") }],
  ["extensions/DaemonSet", { class: "agent", locate: template("spec", "template") }],
  ["batch/Job", { class: "batch", locate: template("spec", "template") }],
  ["batch/CronJob", { class: "batch", locate: template("spec", "jobTemplate", "spec", "template") }],
  ["argoproj.io/Rollout", LONG],
  ["serving.knative.dev/Service", LONG],
  ["keda.sh/ScaledJob", { class: "batch", locate: template("spec", "jobTargetRef", "template") }],
  ["apps.openshift.io/DeploymentConfig", LONG],
  ["apps.kruise.io/CloneSet", LONG],
  ["apps.kruise.io/StatefulSet", LONG],
  ["apps.kruise.io/DaemonSet", { class: "agent", locate: template("spec", "template") }],
  [
    "leaderworkerset.x-k8s.io/LeaderWorkerSet",
    {
      class: "long",
      locate: (body) =>
        ["leaderTemplate", "workerTemplate"].map((key) => ({
          pod: body.at("spec", "leaderWorkerTemplate", key, "spec"),
          metadata: body.at("spec", "leaderWorkerTemplate", key, "metadata"),
          suffix: key === "leaderTemplate" ? "leader" : "worker",
        })),
    },
  ],
  [
    "jobset.x-k8s.io/JobSet",
    {
      class: "batch",
      locate: (body) =>
        body
          .at("spec", "replicatedJobs")
          .writtenItems()
          .map((job) => ({
            pod: job.at("template", "spec", "template", "spec"),
            metadata: job.at("template", "spec", "template", "metadata"),
            suffix: job.at("name").source ?? "job",
          })),
    },
  ],
  ["argoproj.io/Workflow", { class: "batch", locate: workflow("spec") }],
  ["argoproj.io/WorkflowTemplate", { class: "batch", locate: workflow("spec") }],
  ["argoproj.io/ClusterWorkflowTemplate", { class: "batch", locate: workflow("spec") }],
  ["argoproj.io/CronWorkflow", { class: "batch", locate: workflow("spec", "workflowSpec") }],
  ["tekton.dev/Task", { class: "ci", locate: tekton }],
  ["tekton.dev/StepAction", { class: "ci", locate: tekton }],
]);

/** Where an object of this kind carries pods; nothing when it carries none. */
export function carrierOf(groupKind: GroupKind): Carrier | undefined {
  return CARRIERS.get(groupKind);
}

const CLUSTER_SCOPED = new Set<string>([
  "/Namespace",
  "/Node",
  "/PersistentVolume",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "storage.k8s.io/StorageClass",
  "scheduling.k8s.io/PriorityClass",
  "networking.k8s.io/IngressClass",
  "node.k8s.io/RuntimeClass",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "apiregistration.k8s.io/APIService",
  "gateway.networking.k8s.io/GatewayClass",
  "cert-manager.io/ClusterIssuer",
  "external-secrets.io/ClusterSecretStore",
  "external-secrets.io/ClusterExternalSecret",
  "cilium.io/CiliumClusterwideNetworkPolicy",
  "projectcalico.org/GlobalNetworkPolicy",
  "crd.projectcalico.org/GlobalNetworkPolicy",
  "policy.networking.k8s.io/AdminNetworkPolicy",
  "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
  "policy.networking.k8s.io/ClusterNetworkPolicy",
  "kyverno.io/ClusterPolicy",
  "karpenter.sh/NodePool",
  "argoproj.io/ClusterAnalysisTemplate",
  "argoproj.io/ClusterWorkflowTemplate",
  "snapshot.storage.k8s.io/VolumeSnapshotClass",
]);

const CLUSTER_GROUPS = new Set([
  "admissionregistration.k8s.io",
  "constraints.gatekeeper.sh",
  "templates.gatekeeper.sh",
  "policies.kubewarden.io",
]);

export function isClusterScoped(group: string, groupKind: GroupKind): boolean {
  return CLUSTER_SCOPED.has(groupKind) || CLUSTER_GROUPS.has(group);
}

/** Files with `apiVersion` and `kind` that no API server ever sees. */
const LOOK_ALIKE_GROUPS = new Set([
  "backstage.io",
  "scaffolder.backstage.io",
  "skaffold",
  "kubelet.config.k8s.io",
  "kubeproxy.config.k8s.io",
  "kubeadm.k8s.io",
  "kind.x-k8s.io",
  "k3d.io",
  "kustomize.config.k8s.io",
  "openslo",
  "n9",
  "cli.kyverno.io",
  "test.gatekeeper.sh",
  "chainsaw.kyverno.io",
  "kuttl.dev",
  "config.kubelinter.io",
  "audit.k8s.io",
  "client.authentication.k8s.io",
  "apiserver.config.k8s.io",
]);

/**
 * Tools' own files in the shape of Kubernetes objects: kind and k3d configurations, skaffold, Backstage entities,
 * kustomizations, kubeconfigs. They are evidence of other things and never objects of a cluster.
 */
export function isLookAlike(group: string, version: string, kind: string): boolean {
  if (LOOK_ALIKE_GROUPS.has(group)) return true;
  if (group === "" && kind === "Config") return true;
  return group === "" && !/^v\d+((alpha|beta)\d+)?$/.test(version);
}

/** Kinds that Kubernetes has in one of its own groups and never had in the core group. */
const GROUPS: ReadonlyMap<string, string> = new Map(
  (
    [
      ["apps", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision"]],
      ["batch", ["Job", "CronJob"]],
      ["autoscaling", ["HorizontalPodAutoscaler"]],
      ["policy", ["PodDisruptionBudget"]],
      ["networking.k8s.io", ["Ingress", "IngressClass", "NetworkPolicy"]],
      ["rbac.authorization.k8s.io", ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]],
      ["storage.k8s.io", ["StorageClass", "CSIDriver"]],
      ["scheduling.k8s.io", ["PriorityClass"]],
      ["apiextensions.k8s.io", ["CustomResourceDefinition"]],
    ] as const
  ).flatMap(([group, kinds]) => kinds.map((kind) => [kind, group] as const)),
);

/** The group that an object of the core group is meant for: its author forgot it, and the cluster would refuse it. */
export function groupOf(kind: string): string {
  return GROUPS.get(kind) ?? "";
}
