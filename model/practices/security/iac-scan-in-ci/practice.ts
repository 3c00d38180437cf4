import type { GroupKind, Pipeline, World } from "../../../facts.ts";
import { cannotTell, met, practice, unmet } from "../../../practice.ts";
import { isTrial, placeIn, scansOf } from "../../../scans.ts";

/** Objects that bring workloads which are described elsewhere. */
const DELIVERIES: readonly GroupKind[] = [
  "helm.toolkit.fluxcd.io/HelmRelease",
  "kustomize.toolkit.fluxcd.io/Kustomization",
  "argoproj.io/Application",
  "argoproj.io/ApplicationSet",
];

export default practice({
  level: 4,
  gate: "required",
  share: "any",
  subject: "pipeline",
  effort: "apply",
  judge(pipeline, world) {
    // What only others call is part of its callers.
    if (pipeline.reusable) return undefined;
    const { gating, reporting, late } = scansOf(pipeline, "iac-scan");
    const [gate] = gating;
    if (gate !== undefined) return met(gating.map((scan) => placeIn(pipeline, scan)), "met", { tool: gate.tool });
    const [report] = reporting;
    if (report !== undefined) return unmet(placeIn(pipeline, report), "unmet.report", { tool: report.tool });
    const [after] = late;
    if (after !== undefined) return unmet(placeIn(pipeline, after), "unmet.late", { tool: after.tool });
    if (world.workloads().length + world.resources(DELIVERIES).length === 0 || !isRightPlace(pipeline, world)) return undefined;
    const near = pipeline.capabilities.find((one) => HANDLING.has(one.name));
    const place = near === undefined ? pipeline.place : placeIn(pipeline, near);
    return pipeline.opaque ? cannotTell(place) : unmet(place);
  },
  references: ["https://docs.kubelinter.io/", "https://www.checkov.io/", "https://kubescape.io/docs/", "https://www.conftest.dev/"],
  equivalents: { dsomm: ["Test cluster deployment resources", "Test the definition of virtualized environments"] },
});

/** What a pipeline does with manifests. */
const HANDLING: ReadonlySet<string> = new Set(["deploy", "gitops-write", "validate"]);

/** The pipelines that handle manifests; where none does, the first that builds, tests, or else looks at changes. */
function isRightPlace(pipeline: Pipeline, world: World): boolean {
  const own = world.pipelines().filter((one) => !one.reusable && !one.nonProduction);
  const gives = (one: Pipeline, name: string) => one.capabilities.some((capability) => capability.name === name);
  const handling = own.filter((one) => !isTrial(one) && [...HANDLING].some((name) => gives(one, name)));
  if (handling.length > 0) return handling.includes(pipeline);
  const looking = own.filter((one) => one.triggers.has("pull-request") || one.triggers.has("push"));
  const best = looking.find((one) => gives(one, "build")) ?? looking.find((one) => gives(one, "test")) ?? looking[0];
  return best === pipeline;
}
