import { met, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 5,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "no",
  judge(repository) {
    if (!repository.kubernetes) return undefined;
    const [file] = repository.find(/^\.kmm\.ya?ml$/);
    if (file === undefined) return unmet(repository.place, "unmet.none");
    const { body } = file;
    const reviewed = body.at("reviewedAt");
    const people = body.at("reviewers");
    if (reviewed.source === undefined) return unmet(file.place, "unmet.never");
    if (people.writtenItems().length < 2) return unmet(people.presence === "absent" ? reviewed : people, "unmet.alone");
    return met(reviewed);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://dsomm.owasp.org/"],
};
