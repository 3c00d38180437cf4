/** The tool's own tables of fields: one line for each path, the kinds that have it behind it. `+` makes what is missing. */
import type { FieldSpec } from "./field-specs.ts";
import type { TypePattern } from "./identity.ts";

/** One class of objects that is referred to by name, and the fields that do. */
export interface NameReference extends TypePattern {
  readonly fields: readonly FieldSpec[];
}

export interface FieldTables {
  readonly namespace: readonly FieldSpec[];
  readonly namePrefix: readonly FieldSpec[];
  readonly nameSuffix: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  readonly labels: readonly FieldSpec[];
  readonly templateLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  readonly nameReference: readonly NameReference[];
  readonly varReference: readonly FieldSpec[];
  readonly images: readonly FieldSpec[];
  readonly replicas: readonly FieldSpec[];
}

const POD_SELECTORS = [
  "podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
  "podAffinity/requiredDuringSchedulingIgnoredDuringExecution",
  "podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
  "podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution",
].map((term) => `spec/template/spec/affinity/${term}/labelSelector/matchLabels Deployment@apps StatefulSet@apps`);

function templates(field: string): readonly string[] {
  return [
    `+metadata/${field}`,
    `+spec/template/metadata/${field} ReplicationController.v1 Deployment ReplicaSet DaemonSet`,
    `+spec/template/metadata/${field} Job@batch`,
    `+spec/jobTemplate/metadata/${field} CronJob@batch`,
    `+spec/jobTemplate/spec/template/metadata/${field} CronJob@batch`,
  ];
}

const TEMPLATE_LABELS = [
  ...templates("labels"),
  "+spec/template/metadata/labels StatefulSet@apps",
  "+spec/volumeClaimTemplates[]/metadata/labels StatefulSet@apps",
];

const COMMON_LABELS = [
  "+spec/selector Service.v1 ReplicationController.v1",
  "+spec/selector/matchLabels Deployment ReplicaSet DaemonSet StatefulSet@apps",
  ...POD_SELECTORS,
  "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels Deployment@apps StatefulSet@apps",
  "spec/selector/matchLabels Job@batch PodDisruptionBudget@policy",
  "spec/jobTemplate/spec/selector/matchLabels CronJob@batch",
  "spec/podSelector/matchLabels NetworkPolicy@networking.k8s.io",
  "spec/ingress/from/podSelector/matchLabels NetworkPolicy@networking.k8s.io",
  "spec/egress/to/podSelector/matchLabels NetworkPolicy@networking.k8s.io",
  ...TEMPLATE_LABELS,
];

/** Where a pod's spec stands, and the kinds that have it there. */
const PODS = ["spec Pod.v1", "template/spec PodTemplate", "spec/jobTemplate/spec/template/spec CronJob"];
const WORKLOADS = "spec/template/spec Deployment ReplicaSet DaemonSet StatefulSet Job";
const ALL_PODS = [
  "spec Pod",
  "spec/template/spec StatefulSet Deployment ReplicationController Job DaemonSet",
  "spec/jobTemplate/spec/template/spec CronJob",
];

function inPods(pods: readonly string[], fields: readonly string[]): readonly string[] {
  return pods.flatMap((pod) => {
    const [path = "", ...kinds] = pod.split(" ");
    return fields.map((field) => [`${path}/${field}`, ...kinds].join(" "));
  });
}

function inContainers(fields: readonly string[]): readonly string[] {
  return fields.flatMap((field) => [`containers/${field}`, `initContainers/${field}`]);
}

const NAME_REFERENCES: readonly (readonly [string, readonly string[]])[] = [
  ...["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"].map(
    (kind) => [kind, ["spec/scaleTargetRef/name HorizontalPodAutoscaler"]] as const,
  ),
  [
    "ConfigMap.v1",
    [
      ...inPods(
        [...PODS, WORKLOADS],
        [
          "volumes/configMap/name",
          "volumes/projected/sources/configMap/name",
          ...inContainers(["env/valueFrom/configMapKeyRef/name", "envFrom/configMapRef/name"]),
        ],
      ),
      "spec/configSource/configMap Node",
      "rules/resourceNames Role ClusterRole",
      "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap Ingress",
    ],
  ],
  [
    "Secret.v1",
    [
      ...inPods(
        [...PODS, WORKLOADS],
        [
          "volumes/secret/secretName",
          "volumes/projected/sources/secret/name",
          "imagePullSecrets/name",
          ...inContainers(["env/valueFrom/secretKeyRef/name", "envFrom/secretRef/name"]),
        ],
      ),
      "spec/template/spec/containers/env/valueFrom/secretKeyRef/name Service.v1@serving.knative.dev",
      // Twice, as in the tool's own table: a name that was renamed to another's old name is followed once more.
      "spec/tls/secretName Ingress Ingress",
      "metadata/annotations/ingress.kubernetes.io\\/auth-secret Ingress",
      "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret Ingress",
      "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret Ingress",
      "imagePullSecrets/name ServiceAccount",
      ...["secretName", "adminSecretName", "userSecretName", "secretRef"].map(
        (key) => `parameters/${key} StorageClass`,
      ),
      "rules/resourceNames Role ClusterRole",
      "spec/azureFile/secretName PersistentVolume",
    ],
  ],
  [
    "Service.v1",
    [
      "spec/serviceName StatefulSet@apps",
      "spec/rules/http/paths/backend/serviceName Ingress",
      "spec/backend/serviceName Ingress",
      "spec/rules/http/paths/backend/service/name Ingress",
      "spec/defaultBackend/service/name Ingress",
      "spec/service/name APIService@apiregistration.k8s.io",
      "webhooks/clientConfig/service ValidatingWebhookConfiguration@admissionregistration.k8s.io MutatingWebhookConfiguration@admissionregistration.k8s.io",
    ],
  ],
  ["Role@rbac.authorization.k8s.io", ["roleRef/name RoleBinding@rbac.authorization.k8s.io"]],
  [
    "ClusterRole@rbac.authorization.k8s.io",
    ["roleRef/name RoleBinding@rbac.authorization.k8s.io ClusterRoleBinding@rbac.authorization.k8s.io"],
  ],
  [
    "ServiceAccount.v1",
    [
      "subjects RoleBinding@rbac.authorization.k8s.io ClusterRoleBinding@rbac.authorization.k8s.io",
      ...inPods(ALL_PODS, ["serviceAccountName"]),
    ],
  ],
  ["PersistentVolumeClaim.v1", inPods(ALL_PODS, ["volumes/persistentVolumeClaim/claimName"])],
  ["PersistentVolume.v1", ["spec/volumeName PersistentVolumeClaim", "rules/resourceNames ClusterRole"]],
  [
    "StorageClass.v1@storage.k8s.io",
    [
      "spec/storageClassName PersistentVolume PersistentVolumeClaim",
      "spec/volumeClaimTemplates/spec/storageClassName StatefulSet",
    ],
  ],
  ["PriorityClass.v1@scheduling.k8s.io", inPods(ALL_PODS, ["priorityClassName"])],
  ["IngressClass.v1@networking.k8s.io/v1", ["spec/ingressClassName Ingress"]],
  [
    "ValidatingAdmissionPolicy@admissionregistration.k8s.io",
    ["spec/policyName ValidatingAdmissionPolicyBinding@admissionregistration.k8s.io"],
  ],
];

const IN_TEXTS = ["args", "command", "env/value", "volumeMounts/mountPath"];

const VAR_REFERENCES = [
  ...inPods(["spec/jobTemplate/spec/template/spec CronJob", WORKLOADS, "spec Pod"], inContainers(IN_TEXTS)),
  "spec/jobTemplate/spec/template/volumes/nfs/server CronJob",
  "spec/template/spec/volumes/nfs/server DaemonSet Deployment Job ReplicaSet",
  "spec/volumes/nfs/server Pod",
  "spec/template/metadata/annotations Deployment",
  "spec/rules/host Ingress",
  "spec/tls/hosts Ingress",
  "spec/tls/secretName Ingress",
  "spec/ports/port Service",
  "spec/ports/targetPort Service",
  "spec/volumeClaimTemplates/spec/nfs/server StatefulSet",
  "spec/nfs/server PersistentVolume",
  "metadata/labels",
  "metadata/annotations",
];

const POD_IMAGES = ["containers[]/image", "initContainers[]/image", "volumes[]/image/reference"];

/** `Kind.version@group` */
function pattern(written: string): TypePattern {
  const [, kind = "", version, group] = /^([^.@]*)(?:\.([^@]+))?(?:@(.+))?$/.exec(written) ?? [];
  return { kind, ...(version === undefined ? {} : { version }), ...(group === undefined ? {} : { group }) };
}

function specs(lines: readonly string[]): readonly FieldSpec[] {
  return lines.flatMap((line) => {
    const [written = "", ...kinds] = line.split(" ");
    const create = written.startsWith("+");
    const spec = { path: create ? written.slice(1) : written, create };
    return kinds.length === 0 ? [spec] : kinds.map((kind) => ({ ...spec, ...pattern(kind) }));
  });
}

export const FIELD_TABLES: FieldTables = {
  namespace: specs([
    "+metadata/name Namespace",
    "+spec/service/namespace APIService@apiregistration.k8s.io",
    "spec/conversion/webhook/clientConfig/service/namespace CustomResourceDefinition@apiextensions.k8s.io",
  ]),
  namePrefix: specs(["metadata/name"]),
  nameSuffix: specs(["metadata/name"]),
  commonLabels: specs(COMMON_LABELS),
  labels: [],
  templateLabels: specs(TEMPLATE_LABELS),
  commonAnnotations: specs([...templates("annotations"), "+spec/template/metadata/annotations StatefulSet"]),
  nameReference: NAME_REFERENCES.map(([target, fields]) => ({ ...pattern(target), fields: specs(fields) })),
  varReference: specs(VAR_REFERENCES),
  images: specs(["spec", "spec/template/spec"].flatMap((spec) => POD_IMAGES.map((field) => `${spec}/${field}`))),
  replicas: specs(["+spec/replicas Deployment ReplicationController ReplicaSet StatefulSet"]),
};
