import type { RepositoryFile } from "../../../facts.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const FOLDER =
  /^(?:docs?\/(?:[^/]+\/)*)?(?:post-?mortems?|incidents?|incident-reports?|retrospectives?)\/.+\.(?:md|adoc|rst|txt)$/i;
const FILE = /^(?:docs?\/(?:[^/]+\/)*)?[^/]*(?:post-?mortem|incident-report)[^/]*\.(?:md|adoc|rst|txt)$/i;
const DATE = /20\d\d[-_.]?(?:0[1-9]|1[0-2])/;

export default practice({
  level: 4,
  gate: "required",
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "yes",
  judge(repository) {
    if (!repository.kubernetes) return undefined;
    const files = [...repository.find(FOLDER), ...repository.find(FILE)];
    const records = files.filter((file) => !isTemplate(file) && isDated(file));
    if (records.length > 0) return met(records.map((file) => file.place));
    const [first] = files;
    return first === undefined ? unmet(repository.place) : unmet(first.place, "unmet.template");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://sre.google/sre-book/postmortem-culture/"],
};

function isTemplate({ path }: RepositoryFile): boolean {
  return /template|example|skeleton|(^|\/)(readme|index)\.\w+$/i.test(path) && !DATE.test(path);
}

/** By its name, or by what it says of itself. */
function isDated({ path, text }: RepositoryFile): boolean {
  return DATE.test(path) || /\b20\d\d-(?:0[1-9]|1[0-2])-\d\d\b/.test(text ?? "");
}
