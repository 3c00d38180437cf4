import type { Container } from "../../../facts.ts";
import { imageOf, isBuiltByKo } from "../../../images.ts";
import { everyContainer, practice, type Sources, type Spot } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "people",
  judge(workload) {
    const containers = workload.allContainers.filter(({ image }) => image.presence !== "absent");
    return everyContainer(workload, containers, violation);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/containers/images/#image-names",
    "https://slsa.dev/spec/latest/verifying-artifacts",
  ],
  equivalents: {
    checkov: ["CKV_K8S_43"],
    kubescape: ["C-0306"],
    zizmor: ["unpinned-images"],
    scorecard: ["Pinned-Dependencies"],
  },
};

function violation(container: Container): Spot | undefined {
  if (isBuiltByKo(container)) return undefined;
  const image = imageOf(container);
  if (image === undefined || image.digest !== undefined) return undefined;
  const place = image.tagAt === undefined ? container.image.place : container.image.part(...image.tagAt);
  return { place, args: { image: image.name } };
}
