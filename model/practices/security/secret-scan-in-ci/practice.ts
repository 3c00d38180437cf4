import type { Place } from "../../../edit.ts";
import type { Repository } from "../../../facts.ts";
import { candidateIn, given, hiddenIn, pipelinesIn } from "../../../pipelines.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

/** What a tool for hooks before a commit calls those that look for secrets. */
const HOOK = /\b(?:gitleaks|detect-secrets|trufflehog|ggshield|git-secrets|talisman)\b/;

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "apply",
  judge(repository, world) {
    if (!repository.kubernetes) return undefined;
    const places = pipelinesIn(repository, world).flatMap((pipeline) =>
      given(pipeline, "secret-scan").map((scan) => placeIn(pipeline, scan)),
    );
    if (places.length > 0) return met(places);
    const hooks = hooksIn(repository);
    if (hooks.length > 0) return met(hooks, "met.hook");
    const candidate = candidateIn(repository, world);
    if (candidate === undefined)
      return hiddenIn(repository, world).length > 0 ? undefined : unmet(repository.place, "unmet.none");
    return candidate.opaque ? cannotTell(candidate.place) : unmet(candidate.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://github.com/gitleaks/gitleaks", "https://docs.github.com/en/code-security/secret-scanning"],
  equivalents: { dsomm: ["Test for stored secrets in code"] },
};

function hooksIn(repository: Repository): readonly Place[] {
  const files = repository.find(/^(?:\.pre-commit-config\.ya?ml|lefthook\.ya?ml|\.husky\/[^/]+)$/);
  return files.filter(({ text }) => HOOK.test(text ?? "")).map(({ place }) => place);
}
