import { met, practice, type Sources, unmet } from "../../../practice.ts";

const PLACES = /^(?:(?:\.github|docs)\/)?(?:SECURITY(?:\.\w+)?|security\.txt|\.well-known\/security\.txt)$/i;
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
  references: [
    "https://docs.github.com/en/code-security/how-tos/report-and-fix-vulnerabilities/configure-vulnerability-reporting",
    "https://securitytxt.org/",
  ],
  equivalents: { scorecard: ["Security-Policy"] },
};
