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
    const signs = given(pipeline, "sign");
    const byTag = signs.filter(({ tool, text }) => tool === "cosign" && isOfTag(text));
    const places = signs.map((one) => placeIn(pipeline, one));
    if (signs.length > 0) return met(places, byTag.length === signs.length ? "met.tag" : "met");
    const [push] = pushesIn(pipeline);
    if (push === undefined) return undefined;
    if (world.pipelines().some((other) => other !== pipeline && isOwn(other) && given(other, "sign").length > 0))
      return undefined;
    const place = placeIn(pipeline, push);
    return pipeline.opaque ? cannotTell(place) : unmet(place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.sigstore.dev/cosign/signing/signing_with_containers/",
    "https://notaryproject.dev/docs/quickstart-guides/quickstart-sign-image-artifact/",
  ],
  equivalents: {
    checkov: ["CKV_GHA_5"],
    kubescape: ["C-0236", "C-0237"],
    scorecard: ["Signed-Releases"],
    dsomm: ["Signing of artifacts"],
  },
};

/** Names an image by its tag, which may have moved by the time it is signed. Variables may hold a digest. */
function isOfTag(text: string): boolean {
  return !/@|[$`]/.test(text) && /\s[\w.-]+(?:\/[\w.-]+)+:[\w.-]+\s*$/.test(text);
}
