/**
 * Which lists of the built-in types are merged by a key when they are patched, as the tool's schema (Kubernetes 1.21)
 * has it. Lists of any other type are replaced.
 */
import type { ObjectType } from "./identity.ts";

/** A place in the schema: what is known of the node there. */
export interface MergeType {
  /** A list whose items are told apart by these keys; without keys one of plain values. Absent: not merged. */
  readonly keys?: readonly string[];
  /** Type of what is below, by field; of a list, of its items. */
  readonly fields: ReadonlyMap<string, MergeType>;
}

const NOTHING: MergeType = { fields: new Map() };

/** `field=key+key>Type` is a merged list, `field:Type` a map. */
const TYPES: Readonly<Record<string, string>> = {
  Meta: "finalizers= ownerReferences=uid",
  Conditions: "conditions=type",
  Container: "env=name ports=containerPort+protocol volumeMounts=mountPath volumeDevices=devicePath",
  Ephemeral: "env=name volumeMounts=mountPath volumeDevices=devicePath",
  ClaimTemplate: "metadata:Meta",
  ClaimSource: "volumeClaimTemplate:ClaimTemplate",
  Volume: "ephemeral:ClaimSource",
  PodSpec:
    "containers=name>Container initContainers=name>Container ephemeralContainers=name>Ephemeral volumes=name>Volume imagePullSecrets=name hostAliases=ip topologySpreadConstraints=topologyKey+whenUnsatisfiable",
  PodStatus: "conditions=type podIPs=ip",
  Template: "metadata:Meta spec:PodSpec",
  Templated: "template:Template",
  Workload: "metadata:Meta spec:Templated status:Conditions",
  JobTemplate: "metadata:Meta spec:Templated",
  CronSpec: "jobTemplate:JobTemplate",
  CronJob: "metadata:Meta spec:CronSpec",
  Pod: "metadata:Meta spec:PodSpec status:PodStatus",
  PodTemplate: "metadata:Meta template:Template",
  ServiceSpec: "ports=port+protocol",
  Service: "metadata:Meta spec:ServiceSpec status:Conditions",
  ServiceAccount: "metadata:Meta secrets=name",
  Webhooks: "metadata:Meta webhooks=name",
  WithConditions: "metadata:Meta status:Conditions",
  ComponentStatus: "metadata:Meta conditions=type",
  NodeSpec: "podCIDRs=",
  NodeStatus: "conditions=type addresses=type",
  Node: "metadata:Meta spec:NodeSpec status:NodeStatus",
  DriverSpec: "drivers=name",
  Drivers: "metadata:Meta spec:DriverSpec",
  Plain: "metadata:Meta",
};

/** Type of each kind; what stands behind no `:` is a plain one. */
const KINDS = [
  "admissionregistration.k8s.io/v1,admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration:Webhooks ValidatingWebhookConfiguration:Webhooks",
  "apiextensions.k8s.io/v1,apiextensions.k8s.io/v1beta1 CustomResourceDefinition",
  "apiregistration.k8s.io/v1,apiregistration.k8s.io/v1beta1 APIService:WithConditions",
  "apps/v1 ControllerRevision DaemonSet:Workload Deployment:Workload ReplicaSet:Workload StatefulSet:Workload",
  "authentication.k8s.io/v1,authentication.k8s.io/v1beta1 TokenReview",
  "authorization.k8s.io/v1,authorization.k8s.io/v1beta1 LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
  "autoscaling/v1,autoscaling/v2beta1,autoscaling/v2beta2 HorizontalPodAutoscaler",
  "batch/v1,batch/v1beta1 CronJob",
  "batch/v1 Job:Workload",
  "certificates.k8s.io/v1,certificates.k8s.io/v1beta1 CertificateSigningRequest",
  "coordination.k8s.io/v1,coordination.k8s.io/v1beta1 Lease",
  "discovery.k8s.io/v1,discovery.k8s.io/v1beta1 EndpointSlice",
  "events.k8s.io/v1,events.k8s.io/v1beta1 Event",
  "flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema PriorityLevelConfiguration",
  "extensions/v1beta1 Ingress",
  "networking.k8s.io/v1,networking.k8s.io/v1beta1 Ingress IngressClass",
  "networking.k8s.io/v1 NetworkPolicy",
  "node.k8s.io/v1,node.k8s.io/v1beta1 RuntimeClass",
  "policy/v1,policy/v1beta1 PodDisruptionBudget:WithConditions",
  "policy/v1beta1 Eviction PodSecurityPolicy",
  "rbac.authorization.k8s.io/v1,rbac.authorization.k8s.io/v1beta1 ClusterRole ClusterRoleBinding Role RoleBinding",
  "scheduling.k8s.io/v1,scheduling.k8s.io/v1beta1 PriorityClass",
  "storage.k8s.io/v1,storage.k8s.io/v1beta1 CSIDriver CSINode:Drivers StorageClass VolumeAttachment",
  "storage.k8s.io/v1beta1 CSIStorageCapacity",
  "v1 Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace:WithConditions Node PersistentVolume PersistentVolumeClaim:WithConditions Pod PodTemplate ReplicationController:Workload ResourceQuota Secret Service ServiceAccount",
];

const kinds = new Map(
  KINDS.flatMap((line) => {
    const [versions = "", ...names] = line.split(" ");
    return versions.split(",").flatMap((version) =>
      names.map((name) => {
        const [kind = "", type = kind in TYPES ? kind : "Plain"] = name.split(":");
        return [`${version} ${kind}`, type] as const;
      }),
    );
  }),
);

const types = new Map<string, MergeType>();

/** What is known of a kind; undefined for one that is not built in. */
export function mergeTypeOf({ group, version, kind }: ObjectType): MergeType | undefined {
  const type = kinds.get(`${group === "" ? version : `${group}/${version}`} ${kind}`);
  return type === undefined ? undefined : read(type);
}

/** What is known of a field of it. */
export function fieldOf(type: MergeType | undefined, field: string): MergeType | undefined {
  return type === undefined ? undefined : (type.fields.get(field) ?? NOTHING);
}

function read(name: string): MergeType {
  let type = types.get(name);
  if (type === undefined) {
    const fields = new Map<string, MergeType>();
    type = { fields };
    types.set(name, type);
    for (const field of (TYPES[name] ?? "").split(" ")) {
      const [, key = "", sign, rest = "", items] = /^(\w+)([=:])([\w+]*)(?:>(\w+))?$/.exec(field) ?? [];
      if (sign === ":") fields.set(key, read(rest));
      else if (sign === "=")
        fields.set(key, {
          keys: rest === "" ? [] : rest.split("+"),
          fields: items === undefined ? NOTHING.fields : read(items).fields,
        });
    }
  }
  return type;
}
