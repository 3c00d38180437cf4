/** What roles allow, and who is bound to them. */
import type { Field, Resource } from "./facts.ts";
import { once } from "./memo.ts";

/** Namespaces of controllers that install whatever a repository holds. */
const DELIVERY =
  /^(flux-system|argo-?cd|openshift-gitops|(cattle-)?fleet-system|config-management-system|kapp-controller)$/;
const ALL_VERBS = ["get", "list", "watch", "create", "update", "patch", "delete"];

/** A rule that allows everything to everything, whether by wildcards or by every verb's name. */
export function allowsEverything(rule: Field): boolean {
  const has = (list: string, word: string) =>
    rule
      .at(list)
      .writtenItems()
      .some((item) => item.source === word);
  return (
    has("apiGroups", "*") &&
    has("resources", "*") &&
    (has("verbs", "*") || ALL_VERBS.every((verb) => has("verbs", verb)))
  );
}

/** Binds nobody but a controller that installs whatever its repository holds. */
export function isDelivery(binding: Resource): boolean {
  const subjects = binding.body.at("subjects").writtenItems();
  return (
    subjects.length > 0 &&
    subjects.every(
      (subject) =>
        subject.at("kind").source === "ServiceAccount" && DELIVERY.test(subject.at("namespace").source ?? ""),
    )
  );
}

/** What a rule grants beyond what it seems to. */
export type Grant = "escalate" | "secrets" | "exec" | "pods" | "node" | "token" | "webhook" | "certificate";

const READ = ["get", "list", "watch"];
const WRITE = ["create", "update", "patch", "delete", "deletecollection"];

interface Danger {
  readonly grant: Grant;
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Only where it holds in the whole cluster. */
  readonly wide?: true;
}

/** Rights that lead to others (Kubernetes' own page on good practices of RBAC). */
const DANGERS: readonly Danger[] = [
  { grant: "exec", group: "", resources: ["pods/exec", "pods/attach"], verbs: ["create", "get"] },
  { grant: "secrets", group: "", resources: ["secrets"], verbs: READ, wide: true },
  { grant: "pods", group: "", resources: ["pods"], verbs: ["create"] },
  { grant: "node", group: "", resources: ["nodes/proxy"], verbs: [...READ, ...WRITE] },
  { grant: "token", group: "", resources: ["serviceaccounts/token"], verbs: ["create"] },
  {
    grant: "webhook",
    group: "admissionregistration.k8s.io",
    resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
    verbs: WRITE,
  },
  {
    grant: "certificate",
    group: "certificates.k8s.io",
    resources: ["certificatesigningrequests/approval"],
    verbs: ["update", "patch"],
  },
];

/** What a rule grants, each at the word that does. `wide`: it holds in the whole cluster. */
export function grantsIn(rule: Field, wide: boolean): readonly { readonly grant: Grant; readonly at: Field }[] {
  const list = (name: string) => rule.at(name).writtenItems();
  const verbs = list("verbs");
  const allows = (wanted: readonly string[]) =>
    verbs.some(({ source }) => source === "*" || wanted.includes(source ?? ""));
  const groups = list("apiGroups").map(({ source }) => source ?? "");
  const escalating = verbs.find(({ source }) => /^(?:escalate|bind|impersonate)$/.test(source ?? ""));
  const found: { grant: Grant; at: Field }[] = escalating === undefined ? [] : [{ grant: "escalate", at: escalating }];
  // Who names the objects means just those.
  if (rule.at("resourceNames").presence !== "absent") return found;
  for (const danger of DANGERS) {
    if (danger.wide === true && !wide) continue;
    if (!groups.includes(danger.group) && !groups.includes("*")) continue;
    const at = list("resources").find(({ source }) => isAmong(source ?? "", danger.resources));
    // Under a wildcard one of them says enough.
    const said = found.some((one) => one.at === at || one.at.source?.includes("*") === true);
    if (at !== undefined && !said && allows(danger.verbs)) found.push({ grant: danger.grant, at });
  }
  return found;
}

/** `*` stands for all of them, `pods/*` for what belongs to a pod. */
function isAmong(name: string, resources: readonly string[]): boolean {
  if (name === "*") return true;
  return name.endsWith("/*") ? resources.some((one) => one.startsWith(name.slice(0, -1))) : resources.includes(name);
}

/** Groups of Kubernetes itself, and of what clusters bring along. */
const COMMON_GROUP = /^$|^\*$|^[a-z]+$|(?:^|\.)k8s\.io$/;

/** A role that also covers custom resources to be changed: that of an operator, which makes things for others. */
export const isOfOperator = once((role: Resource): boolean =>
  role.body
    .at("rules")
    .writtenItems()
    .some(
      (rule) =>
        rule
          .at("apiGroups")
          .writtenItems()
          .some(({ source }) => !COMMON_GROUP.test(source ?? "")) &&
        rule
          .at("verbs")
          .writtenItems()
          .some(({ source }) => source === "*" || WRITE.includes(source ?? "")),
    ),
);

/** Binds nobody but accounts of parts of the cluster itself, or a controller that installs what its repository holds. */
export function bindsOnlyControllers(binding: Resource): boolean {
  const subjects = binding.body.at("subjects").writtenItems();
  return (
    isDelivery(binding) ||
    (subjects.length > 0 && subjects.every((subject) => subject.at("namespace").source === "kube-system"))
  );
}
