import type { Field, Pipeline } from "../../../facts.ts";
import { given, isOwn, pushesIn } from "../../../pipelines.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "pipeline",
  effort: "confirm",
  judge(pipeline, world) {
    if (!isOwn(pipeline)) return undefined;
    const bills = given(pipeline, "sbom");
    const origins = given(pipeline, "provenance");
    const places = [...bills, ...origins].map((one) => placeIn(pipeline, one));
    if (bills.length > 0 && origins.length > 0) return met(places);
    if (bills.length > 0) return met(places, "met.sbom");
    if (origins.length > 0) return met(places, "met.provenance");
    const [push] = pushesIn(pipeline);
    if (push === undefined) return undefined;
    const off = switchedOff(pipeline);
    if (off !== undefined) return unmet(off, "unmet.off");
    if (
      world
        .pipelines()
        .some((other) => other !== pipeline && isOwn(other) && given(other, "sbom", "provenance").length > 0)
    )
      return undefined;
    const place = placeIn(pipeline, push);
    return pipeline.opaque ? cannotTell(place) : unmet(place);
  },
  fix(pipeline) {
    if (pipeline.provider !== "github-actions") return undefined;
    const [push] = pushesIn(pipeline);
    if (push === undefined || !/^docker\/build-push-action@/.test(push.step.uses.source ?? "")) return undefined;
    const { inputs } = push.step;
    return {
      safety: "review",
      edits: [
        { op: "set", at: inputs.at("sbom").place, value: true },
        { op: "set", at: inputs.at("provenance").place, value: "mode=max" },
      ],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://slsa.dev/spec/latest/",
    "https://docs.docker.com/build/ci/github-actions/attestations/",
    "https://github.com/anchore/sbom-action",
  ],
  equivalents: { scorecard: ["SBOM", "Signed-Releases"], checkov: ["CKV_GHA_6"], dsomm: ["SBOM of components"] },
};

/** The build makes a statement of origin by itself, and is told not to. */
function switchedOff(pipeline: Pipeline): Field | undefined {
  const inputs = pipeline.jobs.flatMap((job) => job.steps).map((step) => step.inputs.at("provenance"));
  return inputs.find(({ source }) => source === "false");
}
