import type { Container, Workload, World } from "../../../facts.ts";
import { imageOf, isBuiltByKo, isTaggedByTool } from "../../../images.ts";
import { everyContainer, practice, type Sources, type Spot, Unresolved } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "people",
  judge(workload, world) {
    const containers = workload.allContainers.filter(({ image }) => image.presence !== "absent");
    return everyContainer(workload, containers, (container) => violation(container, workload, world));
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

function violation(container: Container, workload: Workload, world: World): Spot | undefined {
  if (isBuiltByKo(container)) return undefined;
  const image = imageOf(container);
  if (image === undefined || image.digest !== undefined) return undefined;
  // What is written here is not what runs: a tool puts its own tag or digest in.
  if (isTaggedByTool(image.name, workload, world)) throw new Unresolved(container.image.place);
  const place = image.tagAt === undefined ? container.image.place : container.image.part(...image.tagAt);
  return { place, args: { image: image.name } };
}
