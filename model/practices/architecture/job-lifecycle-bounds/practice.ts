import type { Edit } from "../../../edit.ts";
import type { Field, Resource } from "../../../facts.ts";
import { ifKnown, met, notApplicable, practice, type Sources, type Spot, unmet } from "../../../practice.ts";

/** The controller looks every ten seconds: whoever may be late by less is never started. */
const SHORTEST = 10;

export default practice({
  level: 3,
  gate: "supporting",
  share: "most",
  subject: "resource",
  kinds: ["batch/CronJob", "batch/Job"],
  effort: "apply",
  judge(job) {
    // Helm and Argo CD wait for their hooks only so long, and take the last one away before the next.
    if (job.hook) return notApplicable("hook");
    const faults = job.kind === "CronJob" ? ofClock(job) : ofJob(job);
    return faults.length > 0 ? unmet(faults, undefined, { job: job.displayName }) : met(boundsOf(job));
  },
  fix(job) {
    const spec = job.body.at("spec");
    if (job.kind !== "CronJob" || restart(job).length > 0) return undefined;
    const deadline = spec.at("startingDeadlineSeconds");
    const policy = spec.at("concurrencyPolicy");
    const late = isShort(deadline) || deadline.presence === "absent";
    const together = [undefined, "Allow"].includes(policy.text());
    const ttl = ttlInside(job);
    const edits: readonly Edit[] = [
      ...(late ? [{ op: "set", at: deadline.place, value: 300 } as const] : []),
      ...(together ? [{ op: "set", at: policy.place, value: "Forbid" } as const] : []),
      ...(ttl.presence === "absent" ? [] : [{ op: "remove", at: ttl.place } as const]),
    ];
    // Runs that take longer than their interval overlap today, and somebody may have meant it.
    return { safety: together || ttl.presence !== "absent" ? "review" : "safe", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/",
    "https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup",
  ],
  equivalents: {
    "kube-score": ["cronjob-has-deadline", "cronjob-restartpolicy"],
    "kube-linter": ["job-ttl-seconds-after-finished", "restart-policy"],
  },
};

function boundsOf({ kind, body }: Resource): readonly Field[] {
  const keys = kind === "CronJob" ? ["concurrencyPolicy", "startingDeadlineSeconds"] : ["ttlSecondsAfterFinished"];
  return keys.map((key) => body.at("spec", key));
}

function ofClock(job: Resource): readonly Spot[] {
  const spec = job.body.at("spec");
  const deadline = spec.at("startingDeadlineSeconds");
  const policy = spec.at("concurrencyPolicy");
  const ttl = ttlInside(job);
  return [
    ...restart(job),
    ...(deadline.presence === "absent" ? [{ place: deadline.place, message: "unmet.deadline" }] : []),
    ...(isShort(deadline)
      ? [{ place: deadline.place, message: "unmet.deadline.short", args: { seconds: deadline.source ?? "" } }]
      : []),
    ...([undefined, "Allow"].includes(policy.text()) ? [{ place: policy.place, message: "unmet.overlap" }] : []),
    ...(ttl.presence === "absent" ? [] : [{ place: ttl.place, message: "unmet.history" }]),
  ];
}

function ofJob(job: Resource): readonly Spot[] {
  const spec = job.body.at("spec");
  const limits = [
    spec.at("activeDeadlineSeconds"),
    spec.at("podFailurePolicy"),
    spec.at("template", "spec", "activeDeadlineSeconds"),
  ];
  const ttl = spec.at("ttlSecondsAfterFinished");
  return [
    ...restart(job),
    ...(limits.every((one) => one.presence === "absent")
      ? [{ place: spec.at("activeDeadlineSeconds").place, message: "unmet.endless" }]
      : []),
    ...(ttl.presence === "absent" ? [{ place: ttl.place, message: "unmet.kept" }] : []),
  ];
}

function isShort(deadline: Field): boolean {
  const seconds = ifKnown(() => deadline.number());
  return seconds !== undefined && seconds < SHORTEST;
}

function ttlInside({ body }: Resource): Field {
  return body.at("spec", "jobTemplate", "spec", "ttlSecondsAfterFinished");
}

/** The cluster refuses a job whose pods would be started again for ever. */
function restart({ kind, body }: Resource): readonly Spot[] {
  const template = kind === "CronJob" ? body.at("spec", "jobTemplate", "spec") : body.at("spec");
  const pod = template.at("template", "spec");
  const policy = pod.at("restartPolicy");
  if (pod.presence === "absent" || ["Never", "OnFailure"].includes(policy.text() ?? "")) return [];
  // A map that a template may add to.
  pod.entries();
  return [{ place: policy.place, message: "unmet.restart" }];
}
