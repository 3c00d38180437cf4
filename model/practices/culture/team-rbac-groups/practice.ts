import type { Field } from "../../../facts.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const PROJECT = "argoproj.io/AppProject";

export default practice({
  level: 3,
  gate: { group: "OWNERS" },
  share: "most",
  subject: "resource",
  kinds: ["rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding", PROJECT],
  effort: "confirm",
  answers: "yes",
  judge(resource) {
    if (resource.groupKind === PROJECT) {
      const groups = resource.body
        .at("spec", "roles")
        .writtenItems()
        .map((role) => role.at("groups"));
      const named = groups.filter((list) => list.writtenItems().length > 0);
      return named.length === 0 ? undefined : met(named);
    }
    const subjects = resource.body.at("subjects").items();
    const people = subjects.filter((one) => one.at("kind").text() === "User" && isPerson(one.at("name")));
    const [person] = people;
    if (person !== undefined)
      return unmet(
        people.map((one) => one.at("name")),
        "unmet",
        { person: person.at("name").source ?? "", binding: resource.displayName },
      );
    const teams = subjects.filter(
      (one) => one.at("kind").text() === "Group" && !/^system:/.test(one.at("name").text() ?? ""),
    );
    if (teams.length > 0) return met(teams.map((one) => one.at("name")));
    return notApplicable("no-subject");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects",
  ],
  equivalents: { dsomm: ["Role based authentication and authorization"] },
};

/** Parts of the cluster and machines of clouds authenticate as users too. */
function isPerson(name: Field): boolean {
  return !/^system:|serviceaccount|\bbot\b|-sa@|\.iam\.gserviceaccount\.com$/i.test(name.text() ?? "");
}
