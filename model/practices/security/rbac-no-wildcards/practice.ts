import type { Field } from "../../../facts.ts";
import { every, notApplicable, practice, type Sources, type Spot } from "../../../practice.ts";

/** Lists of a rule in which a `*` stands for all there is and all there will be. */
const LISTS = ["verbs", "resources", "apiGroups", "nonResourceURLs"] as const;

export default practice({
  level: 2,
  gate: "required",
  share: "all",
  subject: "resource",
  kinds: ["rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole"],
  effort: "confirm",
  judge(role) {
    // Kubernetes brings the roles called system:… along, and fills in those that gather others.
    if (role.displayName.startsWith("system:")) return notApplicable("system");
    if (role.body.at("aggregationRule").presence !== "absent") return notApplicable("no-subject");
    const rules = role.body.at("rules");
    const looks = [
      ...rules.writtenItems().flatMap((rule) => LISTS.map((list) => () => wildcard(rule, list, role.displayName))),
      () => all(rules),
    ];
    return every(looks, (look) => look(), role.place);
  },
  fix(role) {
    const wild = role.body
      .at("rules")
      .items()
      .flatMap((rule) => LISTS.filter((list) => starOf(rule.at(list)) !== undefined).map((list) => ({ rule, list })));
    // Only verbs have a short list that is right for most: to read.
    if (
      wild.length === 0 ||
      wild.some(({ rule, list }) => list !== "verbs" || rule.at("nonResourceURLs").presence !== "absent")
    )
      return undefined;
    return {
      safety: "review",
      edits: wild.map(({ rule }) => ({ op: "set", at: rule.at("verbs").place, value: ["get", "list", "watch"] })),
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/security/rbac-good-practices/"],
  equivalents: {
    "kube-linter": ["wildcard-in-rules"],
    checkov: ["CKV_K8S_49"],
    kubescape: ["C-0187"],
    trivy: ["KSV-0044", "KSV-0045", "KSV-0046", "KSV-0112"],
    cis: ["5.1.3"],
  },
};

function starOf(list: Field): Field | undefined {
  return list.writtenItems().find((item) => item.presence === "present" && item.text() === "*");
}

function wildcard(rule: Field, list: (typeof LISTS)[number], role: string): Spot | undefined {
  const star = starOf(rule.at(list));
  if (star !== undefined) return { place: star.place, message: `unmet.${list}`, args: { role } };
  for (const item of rule.at(list).items()) item.text();
  return undefined;
}

/** A template may add rules that are not written. */
function all(rules: Field): undefined {
  rules.items();
  return undefined;
}
