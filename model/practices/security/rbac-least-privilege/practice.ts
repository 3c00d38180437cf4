import type { Resource, World } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, type Spot, unmet } from "../../../practice.ts";
import { bindsOnlyControllers, grantsIn, isOfOperator } from "../../../rbac.ts";

const ROLES = ["rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole"] as const;

/** Roles that Kubernetes brings along and that let their holder run commands in any pod. */
const BUILT_IN = /^(?:admin|edit)$/;

export default practice({
  level: 2,
  gate: "supporting",
  share: "all",
  subject: "resource",
  kinds: [...ROLES, "rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding"],
  effort: "confirm",
  judge(resource, world) {
    if (resource.displayName.startsWith("system:")) return notApplicable("system");
    if (!/Binding$/.test(resource.kind)) return ofRole(resource);
    if (bindsOnlyControllers(resource)) return notApplicable("no-subject");
    return ofBinding(resource, world);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
    "https://kubernetes.io/docs/reference/access-authn-authz/rbac/",
  ],
  equivalents: {
    "kube-linter": ["access-to-secrets", "access-to-create-pods"],
    polaris: [
      "rolePodExecAttach",
      "clusterrolePodExecAttach",
      "rolebindingRolePodExecAttach",
      "rolebindingClusterRolePodExecAttach",
      "clusterrolebindingPodExecAttach",
    ],
    checkov: [
      "CKV2_K8S_1",
      "CKV2_K8S_2",
      "CKV2_K8S_3",
      "CKV2_K8S_4",
      "CKV2_K8S_5",
      "CKV_K8S_155",
      "CKV_K8S_156",
      "CKV_K8S_157",
      "CKV_K8S_158",
    ],
    kubescape: [
      "C-0002",
      "C-0015",
      "C-0063",
      "C-0065",
      "C-0186",
      "C-0188",
      "C-0191",
      "C-0278",
      "C-0279",
      "C-0280",
      "C-0281",
      "C-0282",
    ],
    trivy: [
      "KSV-0041",
      "KSV-0047",
      "KSV-0048",
      "KSV-0049",
      "KSV-0050",
      "KSV-0051",
      "KSV-0052",
      "KSV-0053",
      "KSV-0054",
      "KSV-0055",
      "KSV-0056",
      "KSV-0113",
      "KSV-0114",
    ],
    cis: ["5.1.2", "5.1.4", "5.1.8", "5.1.9", "5.1.10", "5.1.11", "5.1.12", "5.1.13"],
  },
};

function ofRole(role: Resource) {
  if (role.body.at("aggregationRule").presence !== "absent") return notApplicable("no-subject");
  const rules = role.body.at("rules");
  // An operator makes, watches and changes what others only use.
  if (isOfOperator(role)) return notApplicable("no-subject");
  const spots = rules
    .writtenItems()
    .flatMap((rule) => grantsIn(rule, role.kind === "ClusterRole"))
    .map(({ at, grant }): Spot => ({ place: at.place, message: `unmet.${grant}`, args: { role: role.displayName } }));
  if (spots.length > 0) return unmet(spots);
  return rules.items().length === 0 ? undefined : met(rules);
}

/** A binding hands on what its role allows. */
function ofBinding(binding: Resource, world: World) {
  const ref = binding.body.at("roleRef");
  const name = ref.at("name");
  const kind = ref.at("kind").source === "ClusterRole" ? ROLES[1] : ROLES[0];
  const wide = binding.kind === "ClusterRoleBinding";
  const args = { binding: binding.displayName, role: name.source ?? "" };
  if (kind === ROLES[1] && wide && BUILT_IN.test(name.source ?? "")) return unmet(name, "unmet.built-in", args);
  const { sure, maybe } = world.named(kind, name, kind === ROLES[1] ? "cluster" : binding.scope);
  const granted = sure
    .filter((role) => !isOfOperator(role))
    .flatMap((role) =>
      role.body
        .at("rules")
        .writtenItems()
        .flatMap((rule) => grantsIn(rule, wide)),
    );
  if (granted.some(({ grant }) => grant === "exec")) return unmet(name, "unmet.bound.exec", args);
  if (granted.length > 0) return unmet(name, "unmet.bound", args);
  if (sure.length > 0) return met(name);
  return maybe.length > 0 ? cannotTell(name) : undefined;
}
