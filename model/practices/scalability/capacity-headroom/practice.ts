import { type Evidence, inObjects, lacking, shownBy } from "../../../evidence.ts";
import type { Field, Workload, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { ifKnown, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 5,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(workspace, world) {
    const fillers = world
      .workloads()
      .filter(isPause)
      .map((workload) => ({ workload, low: isLow(workload, world) }));
    const found: Evidence[] = [
      ...inObjects(
        world.resources([
          "autoscaling.x-k8s.io/CapacityBuffer",
          "apps.kruise.io/ImagePullJob",
          "kubefledged.io/ImageCache",
        ]),
      ),
      ...fillers.filter(({ low }) => low !== false).map(({ workload }) => ({ at: workload.place, in: workload })),
      ...world
        .resources("karpenter.sh/NodePool")
        .flatMap((pool) => present(pool.body.at("spec", "replicas")).map((at) => ({ at, in: pool }))),
      ...world.workloads().flatMap((workload) => warm(workload).map((at) => ({ at, in: workload }))),
    ];
    const shown = shownBy(found, world);
    if (shown !== undefined) return shown;
    const [heavy] = fillers.filter(({ low }) => low === false);
    if (heavy !== undefined)
      return unmet(heavy.workload.place, "unmet.priority", { workload: heavy.workload.displayName });
    return lacking(workspace, world);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#how-can-i-configure-overprovisioning-with-cluster-autoscaler",
    "https://kubernetes.io/docs/tasks/administer-cluster/node-overprovisioning/",
  ],
};

/** Pods that do nothing but hold room. */
const isPause = once(
  (workload: Workload): boolean =>
    workload.class === "long" &&
    workload.containers.length > 0 &&
    workload.containers.every(({ image }) =>
      /(?:^|\/)(?:pause(?:-\w+)?|google_containers\/pause)(?::|@|$)/.test(image.source ?? ""),
    ),
);

/** Gives way to any other pod; `undefined` where its class is not described here. */
function isLow(workload: Workload, world: World): boolean | undefined {
  const name = workload.pod.at("priorityClassName");
  if (name.presence === "absent") return false;
  const { sure } = world.named("scheduling.k8s.io/PriorityClass", name, "cluster");
  const value = sure.map((one) => ifKnown(() => one.body.at("value").number()))[0];
  return value === undefined ? undefined : value < 0;
}

function present(field: Field): readonly Field[] {
  return field.presence === "present" ? [field] : [];
}

/** Knative keeps some pods running, or starts with some. */
function warm(workload: Workload): readonly Field[] {
  if (workload.groupKind !== "serving.knative.dev/Service") return [];
  const keys = ["min-scale", "minScale", "initial-scale", "initialScale"];
  return keys
    .map((key) => workload.podAnnotations.at(`autoscaling.knative.dev/${key}`))
    .filter((field) => Number(field.source) >= 1);
}
