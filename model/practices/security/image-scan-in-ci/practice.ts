import type { Capability, Pipeline, World } from "../../../facts.ts";
import { deploysIn, given, gives, isOwn, pushesIn } from "../../../pipelines.ts";
import { cannotTell, ifKnown, met, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn, scansOf } from "../../../scans.ts";

export default practice({
  level: 3,
  gate: "required",
  share: "any",
  subject: "pipeline",
  effort: "confirm",
  answers: "elsewhere",
  judge(pipeline, world) {
    // What only others call is part of its callers.
    if (!isOwn(pipeline)) return undefined;
    const { gating, reporting, late } = scansOf(pipeline, "image-scan");
    const scans = gating.length > 0 ? gating : reporting;
    const [scan] = scans;
    if (scan !== undefined) {
      const places = scans.map((one) => placeIn(pipeline, one));
      return met(places, gating.length > 0 ? "met" : "met.report", { tool: scan.tool });
    }
    const [after] = late;
    if (after !== undefined) return unmet(placeIn(pipeline, after), "unmet.late", { tool: after.tool });
    const build = buildIn(pipeline);
    if (build === undefined || (!publishes(pipeline) && world.pipelines().some(publishes))) return undefined;
    const registry = scanningRegistries(world);
    if (registry.length > 0) return met(registry, "met.registry");
    const place = placeIn(pipeline, build);
    return pipeline.opaque ? cannotTell(place) : unmet(place, "unmet", { tool: build.tool });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://trivy.dev/",
    "https://docs.docker.com/build/ci/",
    "https://kubernetes.io/docs/concepts/security/application-security-checklist/",
  ],
  equivalents: {
    scorecard: ["Vulnerabilities"],
    kubescape: ["C-0221", "C-0243"],
    dsomm: ["Test of virtualized environments", "Test of infrastructure components for known vulnerabilities"],
  },
};

/** The build of what is given out, where there are others beside it. */
function buildIn(pipeline: Pipeline): Capability | undefined {
  const builds = given(pipeline, "build");
  const pushes = pushesIn(pipeline);
  return (
    builds.find((one) => pushes.some((push) => push.step === one.step)) ??
    builds.find((one) => pushes.some((push) => push.step.job === one.step.job)) ??
    builds[0]
  );
}

/** What is built only to be tried out is no concern beside what is given out. */
function publishes(pipeline: Pipeline): boolean {
  return isOwn(pipeline) && gives(pipeline, "build") && pushesIn(pipeline).length + deploysIn(pipeline).length > 0;
}

/** Registries that scan each image that is pushed to them, declared as objects. */
function scanningRegistries(world: World) {
  return world
    .resources("ecr.services.k8s.aws/Repository")
    .map(({ body }) => body.at("spec", "imageScanningConfiguration", "scanOnPush"))
    .filter((flag) => ifKnown(() => flag.flag()) === true);
}
