import type { Capability, Pipeline } from "../../../facts.ts";
import { candidateIn, given, gives, isOwn, ownPipelines } from "../../../pipelines.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "pipeline",
  effort: "confirm",
  judge(pipeline, world) {
    if (!isOwn(pipeline)) return undefined;
    const tests = testsIn(pipeline);
    if (tests.length > 0) return met(tests.map((one) => placeIn(pipeline, one)));
    const clusters = given(pipeline, "local-cluster");
    const [idle] = clusters;
    if (idle !== undefined) return unmet(placeIn(pipeline, idle), "unmet.idle");
    if (ownPipelines(world).some((other) => testsIn(other).length > 0)) return undefined;
    // One pipeline is told: the one in which it would be done.
    const repository = world.repositoryOf(pipeline.document);
    const candidate = repository === undefined ? undefined : candidateIn(repository, world);
    if (candidate !== pipeline || !gives(pipeline, "build", "validate", "deploy", "e2e")) return undefined;
    return pipeline.opaque ? cannotTell(pipeline.place) : unmet(pipeline.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kind.sigs.k8s.io/docs/user/quick-start/", "https://github.com/helm/chart-testing"],
};

/** Something is brought to a cluster that the job made for itself, or tested in one. */
function testsIn(pipeline: Pipeline): readonly Capability[] {
  const jobs = new Set(given(pipeline, "local-cluster").map(({ step }) => step.job));
  const inside = given(pipeline, "deploy", "e2e", "test", "validate").filter(({ step, name, text }) =>
    name === "e2e" && /\b(?:ct\s+install|chainsaw\s+test|kuttl\s+test|envtest)\b/.test(text)
      ? true
      : jobs.has(step.job) && name !== "validate",
  );
  return inside;
}
