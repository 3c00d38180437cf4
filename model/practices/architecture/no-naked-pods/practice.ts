import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "required",
  share: "all",
  subject: "resource",
  kinds: [
    "/Pod",
    "/ReplicationController",
    "apps/ReplicaSet",
    "extensions/ReplicaSet",
    "apps/Deployment",
    "apps/StatefulSet",
    "apps/DaemonSet",
    "extensions/Deployment",
    "extensions/DaemonSet",
    "batch/Job",
    "batch/CronJob",
    "argoproj.io/Rollout",
    "serving.knative.dev/Service",
    "keda.sh/ScaledJob",
    "apps.openshift.io/DeploymentConfig",
    "apps.kruise.io/CloneSet",
    "apps.kruise.io/StatefulSet",
    "apps.kruise.io/DaemonSet",
    "leaderworkerset.x-k8s.io/LeaderWorkerSet",
    "jobset.x-k8s.io/JobSet",
  ],
  effort: "confirm",
  judge(resource) {
    if (resource.kind !== "Pod" && resource.kind !== "ReplicationController" && resource.kind !== "ReplicaSet")
      return met(resource.place);
    if (resource.hook) return notApplicable("hook");
    const metadata = resource.body.at("metadata");
    if (metadata.at("ownerReferences").presence !== "absent") return notApplicable("superseded");
    // A pod without any name is a template that is handed to a tool, which makes the pods.
    if (["name", "generateName"].every((key) => metadata.at(key).presence === "absent"))
      return notApplicable("no-subject");
    const args = { name: resource.displayName };
    if (resource.kind === "ReplicaSet") return unmet(resource.place, "unmet.set", args);
    return unmet(resource.place, resource.kind === "Pod" ? "unmet" : "unmet.controller", args);
  },
  fix(resource) {
    // A Deployment has all fields that a ReplicaSet has; of the others more than the kind would have to change.
    if (resource.groupKind !== "apps/ReplicaSet" || resource.version !== "v1") return undefined;
    return { safety: "review", edits: [{ op: "set", at: resource.place, value: "Deployment" }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/",
    "https://kubernetes.io/docs/concepts/workloads/pods/",
  ],
  equivalents: { kubescape: ["C-0073"] },
};
