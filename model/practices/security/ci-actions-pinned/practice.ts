import type { Pipeline, PipelineReference } from "../../../facts.ts";
import { cannotTell, met, practice, type Sources, type Spot, unmet } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "supporting",
  share: "most",
  subject: "pipeline",
  effort: "people",
  judge(pipeline) {
    if (pipeline.foreign) return undefined;
    const references = ownReferences(pipeline);
    const spots = references.flatMap((one): readonly Spot[] => {
      const message = lackOf(one);
      return message === undefined
        ? []
        : [{ place: one.place, message, args: { name: one.name, version: one.version ?? "" } }];
    });
    if (spots.length > 0) return unmet(spots);
    const unknown = references.filter(({ pin }) => pin === "unknown");
    if (unknown.length > 0) return cannotTell(unknown.map(({ place }) => place));
    return references.length === 0 ? undefined : met(references.map(({ place }) => place));
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions",
    "https://docs.zizmor.sh/audits/#unpinned-uses",
    "https://docs.gitlab.com/ci/components/#use-a-component",
  ],
  equivalents: {
    zizmor: ["unpinned-uses", "unpinned-images", "ref-version-mismatch", "known-vulnerable-actions"],
    checkov: [
      "CKV_CIRCLECIPIPELINES_1",
      "CKV_CIRCLECIPIPELINES_2",
      "CKV_CIRCLECIPIPELINES_3",
      "CKV_CIRCLECIPIPELINES_4",
      "CKV_AZUREPIPELINES_1",
      "CKV_AZUREPIPELINES_2",
    ],
    scorecard: ["Pinned-Dependencies"],
  },
};

/** Those of its own file, and of the composite actions that it uses; what another pipeline's file names is told there. */
function ownReferences(pipeline: Pipeline): readonly PipelineReference[] {
  return pipeline.references.filter(({ place }) => {
    const { uri } = place.document;
    return uri === pipeline.document.uri || /\/action\.ya?ml$/.test(uri);
  });
}

/** What a reference lacks; nothing where it means one thing for good. */
function lackOf({ kind, pin, own, version }: PipelineReference): string | undefined {
  if (pin === "digest" || pin === "unknown") return undefined;
  // GitLab's templates come with the server, and have no versions.
  if (kind === "template" && own) return undefined;
  switch (kind) {
    case "image":
      // People update images by their tags; `latest` or none at all is whatever there is that day.
      return pin === "none" || version === "latest" ? "unmet.image" : undefined;
    case "action":
    case "workflow":
      // What the host itself publishes is as safe as the host; without any version it does not even start.
      if (own) return pin === "none" ? "unmet" : undefined;
      return "unmet";
    case "task":
      return undefined;
    case "orb":
    case "plugin":
    case "pipe":
      return pin === "exact" ? undefined : "unmet.version";
    default:
      return pin === "none" ||
        (pin === "moving" && /^(?:main|master|head|~?latest|volatile|develop)$/i.test(version ?? ""))
        ? "unmet.version"
        : undefined;
  }
}
