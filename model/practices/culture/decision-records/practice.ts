import { met, practice, type Sources, unmet } from "../../../practice.ts";

const PLACES =
  /^(?:docs?\/)?(?:adrs?|decisions|architecture\/(?:decisions|adr)|architecture-decisions|decision-records)\/[^/]+\.(?:md|adoc|rst)$/i;
const NUMBERED = /(?:^|\/)(?:adr[-_]?)?\d{2,4}[-_.][^/]+$/i;

function isTemplate(path: string): boolean {
  return /template|(?:^|\/)(?:readme|index)\.\w+$/i.test(path);
}

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "yes",
  judge(repository) {
    if (!repository.kubernetes) return undefined;
    const files = repository.find(PLACES).filter(({ path }) => !isTemplate(path));
    const records = files.filter(
      ({ path, text }) => text === undefined || NUMBERED.test(path) || /\bstatus\b/i.test(text),
    );
    const [first] = files;
    if (records.length > 0) return met(records.map(({ place }) => place));
    return first === undefined ? unmet(repository.place) : unmet(first.place, "unmet.status");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://adr.github.io/"],
};
