import { met, practice, type Sources, unmet } from "../../../practice.ts";

const PLACES =
  /^(?:(?:\.github|docs)\/)?pull_request_template(?:\.\w+|\/[^/]+\.md)$|^\.gitlab\/merge_request_templates\/[^/]+\.md$|^\.azuredevops\/pull_request_template(?:\.\w+|\/.+\.md)$/i;
export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "yes",
  judge(repository) {
    if (!repository.kubernetes) return undefined;
    const files = repository.find(PLACES);
    return files.length > 0 ? met(files.map(({ place }) => place)) : unmet(repository.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests"],
  equivalents: { dsomm: ["Approval by reviewing any new version"] },
};
