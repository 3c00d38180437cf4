import { accountOf, isDefaultAccount } from "../../../accounts.ts";
import type { Field, GroupKind, Resource, Workload, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const BINDINGS: readonly GroupKind[] = [
  "rbac.authorization.k8s.io/RoleBinding",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
];

const ARGO_WORKFLOWS = /^argoproj\.io\/(?:Cron)?Workflow$|^argoproj\.io\/(?:Cluster)?WorkflowTemplate$/;

export default practice({
  level: 2,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    const own = workload.pod.at("automountServiceAccountToken");
    const said = own.flag();
    if (said === false) return met(own);
    // The executor in each of their pods tells the controller what came of it.
    if (ARGO_WORKFLOWS.test(workload.groupKind)) return notApplicable("no-subject");
    const account = nameOf(workload);
    // Who is given rights is meant to use them.
    if (isBound(account.source ?? "default", workload, world)) return notApplicable("no-subject");
    if (said === true) return unmet(own, "unmet.on", { workload: workload.displayName });
    const { sure, maybe } = world.named("/ServiceAccount", account, workload.scope);
    const off = [...sure, ...maybe].map((one) => one.body.at("automountServiceAccountToken"));
    const closed = off.find((field) => field.flag() === false);
    if (closed !== undefined && sure.length > 0) return met(closed);
    if (closed !== undefined || (isElsewhere(account) && sure.length + maybe.length === 0)) return cannotTell(own);
    return unmet(own, "unmet", { workload: workload.displayName });
  },
  fix(workload) {
    const own = workload.pod.at("automountServiceAccountToken");
    return { safety: "review", edits: [{ op: "set", at: own.place, value: false }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
    "https://kubernetes.io/docs/concepts/security/service-accounts/",
  ],
  equivalents: {
    polaris: ["automountServiceAccountToken"],
    checkov: ["CKV_K8S_38"],
    kubescape: ["C-0034", "C-0190", "C-0261"],
    trivy: ["KSV-0036"],
    cis: ["5.1.6"],
    nsa: ["service account tokens"],
  },
};

function nameOf(workload: Workload): Field {
  const { named, old } = accountOf(workload);
  return named.presence === "absent" ? old : named;
}

/** An account that is named and not described here may say for itself that no token is mounted. */
function isElsewhere(account: Field): boolean {
  return !isDefaultAccount(account);
}

/** Accounts that a binding gives rights to, as `namespace/name`; the namespace is empty where the subject names none. */
const subjectsOf = once((binding: Resource): ReadonlySet<string> => {
  const subjects = binding.body.at("subjects").writtenItems();
  const accounts = subjects.filter((one) => one.at("kind").source === "ServiceAccount");
  return new Set(accounts.map((one) => one.at("name").source ?? ""));
});

function isBound(account: string, workload: Workload, world: World): boolean {
  return world.resources(BINDINGS).some((binding) => {
    if (!subjectsOf(binding).has(account)) return false;
    const namespaces = binding.body
      .at("subjects")
      .writtenItems()
      .filter((one) => one.at("name").source === account)
      .map((one) => one.at("namespace"));
    return namespaces.some((one) => {
      if (one.presence === "absent") return binding.scope === workload.scope || !workload.scope.startsWith("ns:");
      return one.presence === "unknown" || !workload.scope.startsWith("ns:") || workload.scope === `ns:${one.source}`;
    });
  });
}
