import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

const GUIDE = /^(?:docs\/|doc\/|\.github\/|\.gitlab\/)?(?:contributing|development|developing|hacking)(?:\.\w+)?$/i;
const README = /^readme(?:\.(?:md|rst|adoc|txt))?$/i;
const HEADING =
  /^(?:#+\s*|=+\s+)?\W{0,4}(?:how to |local |quick )?(?:contribut(?:e|ing)|develop(?:ment|ing)?|getting started|quick-?start|prerequisites|bootstrap\w*|set-?up|install(?:ation|ing)?|build(?:ing)?|run(?:ning)?)\b[^\n]*$/i;

export default practice({
  level: 2,
  gate: { group: "LEARN" },
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "yes",
  judge(repository) {
    if (!repository.kubernetes) return undefined;
    const guides = repository.find(GUIDE);
    if (guides.length > 0) return met(guides.map((file) => file.place));
    const readmes = repository.find(README);
    const telling = readmes.filter((file) => file.text !== undefined && explains(file.text));
    if (telling.length > 0)
      return met(
        telling.map((file) => file.place),
        "met.readme",
      );
    const unread = readmes.filter((file) => file.text === undefined);
    if (unread.length > 0) return cannotTell(unread.map((file) => file.place));
    return unmet(readmes[0]?.place ?? repository.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.github.com/en/communities/setting-up-your-project-for-healthy-contributions/setting-guidelines-for-repository-contributors",
  ],
};

/** A section on how to work here, with at least one command to copy, up to the next title of the first rank. */
function explains(text: string): boolean {
  const lines = text.split(/\r?\n/);
  return lines.some((line, index) => {
    const titled = /^(?:#+|=+)\s/.test(line) || /^[-=~^]{3,}\s*$/.test(lines[index + 1] ?? "");
    return titled && HEADING.test(line) && hasCommand(lines.slice(index + 1));
  });
}

function hasCommand(lines: readonly string[]): boolean {
  const end = lines.findIndex((line) => /^(?:#|=)\s/.test(line));
  const section = end < 0 ? lines : lines.slice(0, end);
  return section.some((line) => /^\s*(?:```|~~~|----|\.\. code)|^(?: {4}|\t)\S/.test(line));
}
