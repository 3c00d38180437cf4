/** Which ServiceAccount pods run as. */
import type { Field, GroupKind, Resource, Workload, World } from "./facts.ts";
import { once } from "./memo.ts";
import type { Spot } from "./practice.ts";

const BINDINGS: readonly GroupKind[] = [
  "rbac.authorization.k8s.io/RoleBinding",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
];

/** The field that names it, and its old name that is still read. */
export function accountOf(workload: Workload): { readonly named: Field; readonly old: Field } {
  return { named: workload.pod.at("serviceAccountName"), old: workload.pod.at("serviceAccount") };
}

/** Names nothing, or `default`. */
export function isDefaultAccount(account: Field): boolean {
  return account.presence !== "unknown" && ["", "default"].includes(account.text() ?? "");
}

/** Who gives rights to the default account of the namespace, and so to every pod that names none. */
export function bindingOfDefault(workload: Workload, world: World): Spot | undefined {
  const isOurs = (subject: Field, binding: Resource) => {
    const namespace = subject.at("namespace").source;
    const here = namespace === undefined ? binding.scope === workload.scope : workload.scope === `ns:${namespace}`;
    return here && subject.at("kind").source === "ServiceAccount" && subject.at("name").source === "default";
  };
  for (const binding of world.resources(BINDINGS)) {
    const subject = binding.body
      .at("subjects")
      .writtenItems()
      .find((one) => isOurs(one, binding));
    if (subject !== undefined) return { place: subject.at("name").place, args: { binding: binding.displayName } };
  }
  return undefined;
}

/** A controller: it acts on what it watches in the whole cluster, and a second one does the same work again. */
export function watchesCluster(workload: Workload, world: World): boolean {
  const { named, old } = accountOf(workload);
  const account = named.source ?? old.source;
  if (account === undefined) return false;
  return world.resources("rbac.authorization.k8s.io/ClusterRoleBinding").some((binding) => {
    if (!boundBy(binding).has(account)) return false;
    const roles = world.named("rbac.authorization.k8s.io/ClusterRole", binding.body.at("roleRef", "name"), "cluster");
    return [...roles.sure, ...roles.maybe].some(watches);
  });
}

const boundBy = once((binding: Resource): ReadonlySet<string> => {
  const accounts = binding.body
    .at("subjects")
    .writtenItems()
    .filter((one) => one.at("kind").source === "ServiceAccount");
  return new Set(accounts.flatMap((one) => one.at("name").source ?? []));
});

const watches = once((role: Resource): boolean =>
  role.body
    .at("rules")
    .writtenItems()
    .some((rule) =>
      rule
        .at("verbs")
        .writtenItems()
        .some((verb) => verb.source === "watch" || verb.source === "*"),
    ),
);
