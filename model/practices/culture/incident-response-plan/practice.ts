import { met, practice, type Sources, unmet } from "../../../practice.ts";

const NAMED =
  /^(?:(?:docs?|runbooks?|ops|operations|\.github)\/(?:[^/]+\/)*)?[^/]*(?:incident-?response|incident-?management|on-?call|escalation)[^/]*\.(?:md|adoc|rst)$/i;
const PROSE = /^(?:docs?\/.+|[^/]+)\.(?:md|adoc|rst)$/i;
const HEADING = /^#{1,4}\s+.*\b(?:incident (?:response|management|handling)|on-?call|escalation)\b/im;

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "yes",
  judge(repository) {
    if (!repository.kubernetes) return undefined;
    const files = repository.find(NAMED);
    if (files.length > 0) return met(files.map(({ place }) => place));
    const pages = repository.find(PROSE).filter(({ text }) => HEADING.test(text ?? ""));
    return pages.length > 0 ? met(pages.map(({ place }) => place)) : unmet(repository.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://sre.google/sre-book/managing-incidents/", "https://sre.google/workbook/incident-response/"],
};
