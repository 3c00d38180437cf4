import type { Container, Workload, World } from "../../../facts.ts";
import { imageOf, isBuiltByKo, isTaggedByTool } from "../../../images.ts";
import { everyContainer, ifKnown, met, practice, type Sources, type Spot, Unresolved } from "../../../practice.ts";

/** Tags that are moved by habit: worth a word, not a finding. */
const MOVING = /^(?:main|master|trunk|dev|develop|edge|stable|nightly|canary|next|current|release|lts|testing)$/;

export default practice({
  level: 1,
  gate: "required",
  share: "all",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    const containers = workload.allContainers.filter(({ image }) => image.presence !== "absent");
    const verdict = everyContainer(workload, containers, (container) => violation(container, workload, world));
    if (verdict?.state !== "met") return verdict;
    const moving = containers.flatMap(movingTag);
    return moving.length > 0 ? met(moving) : verdict;
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/containers/images/"],
  equivalents: {
    "kube-linter": ["latest-tag"],
    "kube-score": ["container-image-tag"],
    polaris: ["tagNotSpecified"],
    checkov: ["CKV_K8S_14"],
    kubescape: ["C-0075"],
    trivy: ["KSV-0013"],
    learnk8s: ["container images"],
  },
};

function isPinned(tag: string | undefined): boolean {
  return tag !== undefined && tag !== "latest";
}

function violation(container: Container, workload: Workload, world: World): Spot | undefined {
  if (isBuiltByKo(container)) return undefined;
  const image = imageOf(container);
  if (image === undefined || image.digest !== undefined || isPinned(image.tag)) return undefined;
  if (isTaggedByTool(image.name, workload, world)) throw new Unresolved(container.image.place);
  const args = { image: image.name };
  if (image.tagAt === undefined) return { place: container.image.place, args };
  return { place: container.image.part(...image.tagAt), message: "unmet.latest", args };
}

function movingTag(container: Container): readonly Spot[] {
  const image = ifKnown(() => imageOf(container));
  if (image?.tagAt === undefined || image.digest !== undefined || !MOVING.test(image.tag ?? "")) return [];
  const args = { image: image.name, tag: image.tag ?? "" };
  return [
    { place: container.image.part(...image.tagAt), message: "met.moving", container: container.displayName, args },
  ];
}
