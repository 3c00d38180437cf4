/** What tells one object from another: its type, its name, and the namespace that it is in effect in. */

export interface ObjectType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface ObjectId extends ObjectType {
  readonly name: string;
  /** In effect: `default` when none is named, and a name of its own for what is in none. */
  readonly namespace: string;
}

/** Which objects something is about; an empty field matches all. */
export interface TypePattern {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
}

const NO_NAMESPACE = "_non_namespaceable_";

/** The kinds that the tool knows to be in no namespace; any other is taken to be in one. */
const CLUSTER_SCOPED = new Set(
  [
    "admissionregistration.k8s.io v1,v1beta1 MutatingWebhookConfiguration,ValidatingWebhookConfiguration",
    "apiextensions.k8s.io v1,v1beta1 CustomResourceDefinition",
    "apiregistration.k8s.io v1,v1beta1 APIService",
    "certificates.k8s.io v1,v1beta1 CertificateSigningRequest",
    "flowcontrol.apiserver.k8s.io v1beta1 FlowSchema,PriorityLevelConfiguration",
    "networking.k8s.io v1,v1beta1 IngressClass",
    "node.k8s.io v1,v1beta1 RuntimeClass",
    "policy v1beta1 PodSecurityPolicy",
    "rbac.authorization.k8s.io v1,v1beta1 ClusterRole,ClusterRoleBinding",
    "scheduling.k8s.io v1,v1beta1 PriorityClass",
    "storage.k8s.io v1,v1beta1 CSIDriver,CSINode,StorageClass,VolumeAttachment",
    " v1 ComponentStatus,Namespace,Node,NodeProxyOptions,PersistentVolume",
  ].flatMap((line) => {
    const [group = "", versions = "", kinds = ""] = line.split(" ");
    return versions.split(",").flatMap((version) => kinds.split(",").map((kind) => `${group}/${version}/${kind}`));
  }),
);

export function isClusterScoped(type: ObjectType): boolean {
  return CLUSTER_SCOPED.has(`${type.group}/${type.version}/${type.kind}`);
}

export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function objectId(type: ObjectType, name: string, namespace: string): ObjectId {
  const { group, version, kind } = type;
  return { group, version, kind, name, namespace: effectiveNamespace(type, namespace) };
}

export function effectiveNamespace(type: ObjectType, namespace: string): string {
  if (isClusterScoped(type)) return NO_NAMESPACE;
  return namespace === "" ? "default" : namespace;
}

export function idKey(id: ObjectId): string {
  return `${id.group}/${id.version}/${id.kind}/${id.namespace}/${id.name}`;
}

export function isOfType(type: ObjectType, pattern: TypePattern): boolean {
  return (
    (!pattern.group || pattern.group === type.group) &&
    (!pattern.version || pattern.version === type.version) &&
    (!pattern.kind || pattern.kind === type.kind)
  );
}

/** How an object is called in a message. */
export function nameOf(id: { readonly kind: string; readonly name: string }): string {
  return `${id.kind}/${id.name}`;
}
