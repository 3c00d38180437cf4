import { watchesCluster } from "../../../accounts.ts";
import { isSingleton, isStore } from "../../../autoscaling.ts";
import type { Workload, World } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { isServerless, minimumOf } from "../../../replicas.ts";
import { claimsOf } from "../../../volumes.ts";

const SCALES = ["autoscaling.knative.dev/min-scale", "autoscaling.knative.dev/minScale"];

export default practice({
  level: 4,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.class === "agent") return notApplicable("agent");
    if (isServerless(workload)) return judgeServerless(workload);
    const minimum = minimumOf(workload, world);
    if (minimum === undefined) return undefined;
    if (minimum.least >= 2) return met(minimum.at);
    const scaled = world.scalersOf(workload).sure.length > 0;
    if (minimum.least === 0 && !scaled) return notApplicable("parked");
    if (minimum.least === 0 && world.isServing(workload) !== true)
      return world.isServing(workload) === false ? notApplicable("worker") : cannotTell(minimum.at);
    if (isSingleWriter(workload) || isStore(workload)) return notApplicable("stateful");
    if (isSingleton(workload) || isController(workload, world)) return notApplicable("single-replica");
    return unmet(minimum.at, scaled ? "unmet.scaler" : "unmet", {
      workload: workload.displayName,
      least: minimum.least,
    });
  },
  fix(workload, world) {
    const minimum = minimumOf(workload, world);
    if (minimum === undefined) return undefined;
    return { safety: "review", edits: [{ op: "set", at: minimum.at.place, value: 2 }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas"],
  equivalents: {
    "kube-linter": ["minimum-three-replicas", "hpa-minimum-three-replicas"],
    "kube-score": ["deployment-replicas", "horizontalpodautoscaler-replicas"],
    polaris: ["deploymentMissingReplicas", "hpaMinAvailability"],
    learnk8s: ["Run more than one replica for your Deployment"],
  },
};

function judgeServerless(workload: Workload) {
  const scale = SCALES.map((key) => workload.podAnnotations.at(key)).find((field) => field.presence !== "absent");
  return Number(scale?.text()) >= 2 ? met(scale ?? workload.place) : notApplicable("serverless");
}

/** Only one at a time may write: its volume or its strategy says so. */
function isSingleWriter(workload: Workload): boolean {
  return (
    workload.body.at("spec", "strategy", "type").text() === "Recreate" ||
    claimsOf(workload).some((claim) => claim.writable)
  );
}

/** Watches the cluster and answers nobody but those who measure it: how often it is there does not matter to users. */
function isController(workload: Workload, world: World): boolean {
  if (!watchesCluster(workload, world)) return false;
  const { sure, maybe } = world.servicesOf(workload);
  const ports = [...sure, ...maybe].flatMap((service) => service.body.at("spec", "ports").writtenItems());
  return ports.every((port) => /metrics/.test(port.at("name").source ?? ""));
}
