import { candidateIn, given, hiddenIn, holdsCode, pipelinesIn } from "../../../pipelines.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "confirm",
  judge(repository, world) {
    if (!repository.kubernetes) return undefined;
    const places = pipelinesIn(repository, world).flatMap((pipeline) =>
      given(pipeline, "code-scan").map((scan) => placeIn(pipeline, scan)),
    );
    if (places.length > 0) return met(places);
    if (!holdsCode(repository)) return notApplicable("no-subject");
    const candidate = candidateIn(repository, world);
    if (candidate === undefined)
      return hiddenIn(repository, world).length > 0 ? undefined : unmet(repository.place, "unmet.none");
    return candidate.opaque ? cannotTell(candidate.place) : unmet(candidate.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.github.com/en/code-security/code-scanning/introduction-to-code-scanning/about-code-scanning-with-codeql",
    "https://google.github.io/osv-scanner/",
  ],
  equivalents: {
    scorecard: ["SAST", "Vulnerabilities"],
    dsomm: ["Software Composition Analysis", "Static analysis for important server side components"],
  },
};
