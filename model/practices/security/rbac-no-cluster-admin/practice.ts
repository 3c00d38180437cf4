import type { Field, GroupKind, Resource, World } from "../../../facts.ts";
import { every, notApplicable, practice, type Sources, type Spot, Unresolved } from "../../../practice.ts";
import { allowsEverything, isDelivery } from "../../../rbac.ts";

/** Groups and users that mean everybody, or who may do everything. */
const EVERYBODY = /^system:(anonymous|unauthenticated|authenticated)$/;

export default practice({
  level: 2,
  gate: "required",
  share: "all",
  subject: "resource",
  kinds: ["rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding"],
  effort: "confirm",
  judge(binding, world) {
    if (binding.displayName.startsWith("system:") || isDelivery(binding)) return notApplicable("system");
    const subjects = binding.body.at("subjects");
    const looks = [
      () => tooMuch(binding, world),
      ...subjects.writtenItems().map((subject) => () => tooMany(subject, binding)),
      () => all(subjects),
    ];
    return every(looks, (look) => look(), binding.body.at("roleRef", "name"));
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles",
  ],
  equivalents: {
    "kube-linter": ["cluster-admin-role-binding"],
    polaris: ["clusterrolebindingClusterAdmin", "rolebindingClusterAdminClusterRole", "rolebindingClusterAdminRole"],
    kubescape: ["C-0035", "C-0185", "C-0246", "C-0262", "C-0265"],
    trivy: ["KSV-0111", "KSV-0122", "KSV-0123", "KSV-01011"],
    cis: ["5.1.1", "5.1.7"],
  },
};

/** The role allows everything, by its name or by its rules. */
function tooMuch(binding: Resource, world: World): Spot | undefined {
  const role = binding.body.at("roleRef", "name");
  const args = { binding: binding.displayName, role: role.source ?? "" };
  const message = binding.kind === "RoleBinding" ? "unmet.namespace" : "unmet";
  if (role.text() === "cluster-admin") return { place: role.place, message, args };
  const kind: GroupKind = `rbac.authorization.k8s.io/${binding.body.at("roleRef", "kind").text() ?? ""}`;
  const { sure } = world.named(kind, role, binding.scope);
  // Of several of that name, the one beside the binding is meant.
  const beside = sure.filter((one) => one.document.uri === binding.document.uri);
  const meant = beside.length > 0 ? beside : sure;
  const open = meant.length > 0 && meant.every(({ body }) => body.at("rules").writtenItems().some(allowsEverything));
  return open ? { place: role.place, message: `${message}.wild`, args } : undefined;
}

function tooMany(subject: Field, binding: Resource): Spot | undefined {
  const name = subject.at("name");
  const text = name.text() ?? "";
  if (text !== "system:masters" && !EVERYBODY.test(text)) return undefined;
  return {
    place: name.place,
    message: text === "system:masters" ? "unmet.masters" : "unmet.everybody",
    args: { binding: binding.displayName, subject: text },
  };
}

/** A template may add subjects that are not written. */
function all(subjects: Field): undefined {
  if (subjects.presence === "unknown") throw new Unresolved(subjects.place);
  subjects.items();
  return undefined;
}
