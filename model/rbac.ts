/** What roles allow, and who is bound to them. */
import type { Field, Resource } from "./facts.ts";

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
