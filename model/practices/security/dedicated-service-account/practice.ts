import { accountOf, bindingOfDefault, isDefaultAccount } from "../../../accounts.ts";
import type { Edit } from "../../../edit.ts";
import type { GroupKind } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const ACCOUNT: GroupKind = "/ServiceAccount";

export default practice({
  level: 2,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "apply",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    const { named, old } = accountOf(workload);
    const args = { workload: workload.displayName, account: named.source ?? old.source ?? "" };
    if (isDefaultAccount(named)) {
      if (!isDefaultAccount(old)) return unmet(old, "unmet.deprecated", args);
      const bound = bindingOfDefault(workload, world);
      const at = named.presence === "absent" ? old : named;
      return bound === undefined
        ? unmet(at, "unmet", args)
        : unmet([at, bound], "unmet.bound", { ...args, ...bound.args });
    }
    const { sure, maybe } = world.named(ACCOUNT, named, workload.scope);
    if (sure.some((account) => !account.conditional)) return met(named);
    if (named.presence === "unknown") return cannotTell(named);
    // Where nobody keeps accounts beside the workloads, they are made elsewhere.
    const missing = sure.length + maybe.length === 0 && world.resources(ACCOUNT, workload.scope).length > 0;
    return missing && !world.isExternal("ServiceAccount", named, workload.scope)
      ? unmet(named, "unmet.missing", args)
      : met(named);
  },
  fix(workload, world) {
    const { named, old } = accountOf(workload);
    if (isDefaultAccount(named) && !isDefaultAccount(old)) {
      const edit: Edit = { op: "set", at: named.place, value: old.text() ?? "" };
      return { safety: "safe", title: "fix.deprecated", args: { account: old.text() ?? "" }, edits: [edit] };
    }
    const name = isDefaultAccount(named) ? workload.name.text() : named.text();
    const namespace = workload.namespace.text();
    if (name === undefined || name === "default") return undefined;
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
    const exists = world.resources(ACCOUNT, workload.scope).some((account) => account.displayName === name);
    const edits: Edit[] = isDefaultAccount(named) ? [{ op: "set", at: named.place, value: name }] : [];
    if (!exists)
      edits.push({
        op: "add-document",
        behind: workload.document,
        value: { apiVersion: "v1", kind: "ServiceAccount", metadata },
      });
    // The default account may carry credentials for images, or rights, that nobody wrote down.
    return { safety: "review", args: { account: name }, edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/security/service-accounts/"],
  equivalents: {
    "kube-linter": ["default-service-account", "non-existent-service-account", "deprecated-service-account-field"],
    checkov: ["CKV_K8S_41", "CKV_K8S_42"],
    kubescape: ["C-0189", "C-0225", "C-0294", "C-0307"],
    cis: ["5.1.5"],
  },
};
