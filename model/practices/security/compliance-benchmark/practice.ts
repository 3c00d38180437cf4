import { benchmarksIn, isBenchmark, measuresCluster } from "../../../benchmarks.ts";
import { countedWorkloads, inObjects, shownBy } from "../../../evidence.ts";
import { given, hiddenAnywhere, ownPipelines } from "../../../pipelines.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(_workspace, world) {
    const pipelines = ownPipelines(world);
    const found = pipelines.flatMap(benchmarksIn);
    const [first] = found;
    if (first !== undefined)
      return met(
        found.map(({ at }) => at),
        "met",
        { tool: first.tool },
      );
    const objects = world
      .resources(["aquasecurity.github.io/ClusterComplianceReport", "compliance.openshift.io/ScanSettingBinding"])
      .filter(isBenchmark);
    const shown = shownBy(inObjects([...objects, ...world.workloads().filter(measuresCluster)]), world);
    if (shown?.state === "met") return met(shown.spots, "met.cluster");
    if (shown !== undefined) return shown;
    if (countedWorkloads(world).length === 0) return undefined;
    const [scan] = pipelines.flatMap((pipeline) => given(pipeline, "iac-scan"));
    // Without any scan there is nothing yet that a standard could be named for.
    if (scan !== undefined) return unmet(scan.place, "unmet", { tool: scan.tool });
    const hidden = hiddenAnywhere(world);
    return hidden.length > 0 ? cannotTell(hidden) : notApplicable("no-subject");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://www.cisecurity.org/benchmark/kubernetes",
    "https://kubescape.io/docs/",
    "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF",
  ],
  equivalents: { cis: ["Kubernetes benchmark"], nsa: ["Kubernetes hardening guidance"] },
};
