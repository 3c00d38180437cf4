import type { Capability, Job, Pipeline } from "../../../facts.ts";
import { deploysIn, isOwn, isStartedElsewhere } from "../../../pipelines.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

/** Where a slip of the hand costs nothing. */
const BEFORE = /\b(?:dev(?:elopment)?|test|preview|review|sandbox|pr|qa|e2e|int(?:egration)?)\b/i;

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "pipeline",
  effort: "apply",
  judge(pipeline) {
    if (!isOwn(pipeline)) return undefined;
    const deploys = deploysIn(pipeline).filter(({ name }) => name === "deploy");
    if (deploys.length === 0) return undefined;
    const gated = deploys.filter(({ step }) => isGated(step.job, pipeline));
    if (gated.length > 0) return met(gated.map(({ step }) => gateOf(step.job) ?? step.job.place));
    const open = deploys.filter((one) => !isBefore(one));
    const [first] = open;
    if (first === undefined) return undefined;
    const { environment } = first.step.job;
    if (environment.presence === "unknown") return cannotTell(environment);
    if (isStartedElsewhere(pipeline)) return cannotTell(placeIn(pipeline, first));
    return unmet(placeIn(pipeline, first), "unmet", { tool: first.tool });
  },
  fix(pipeline) {
    const [deploy] = deploysIn(pipeline).filter((one) => one.name === "deploy" && !isBefore(one));
    if (
      pipeline.provider !== "github-actions" ||
      deploy === undefined ||
      deploy.step.job.place.document !== pipeline.document
    )
      return undefined;
    const { body } = deploy.step.job;
    if (body.at("concurrency").presence !== "absent") return undefined;
    return {
      safety: "review",
      edits: [
        { op: "set", at: body.at("environment").place, value: "production" },
        {
          op: "set",
          at: body.at("concurrency").place,
          value: { group: "deploy-production", "cancel-in-progress": false },
        },
      ],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments",
    "https://docs.gitlab.com/ci/environments/protected_environments/",
  ],
  equivalents: { zizmor: ["secrets-outside-env", "concurrency-limits"] },
};

function gateOf({ approval, environment }: Job) {
  return approval ?? (environment.presence === "present" ? environment.place : undefined);
}

/** It names an environment that can be protected, or a person lets it go on, it or a job that it waits for. */
function isGated(job: Job, pipeline: Pipeline): boolean {
  if (gateOf(job) !== undefined) return true;
  return pipeline.jobs.some((other) => other.approval !== undefined && waitsFor(job, other, pipeline, new Set()));
}

function waitsFor(job: Job, other: Job, pipeline: Pipeline, seen: Set<Job>): boolean {
  if (seen.has(job)) return false;
  seen.add(job);
  return job.needs.some((id) => {
    const needed = pipeline.jobs.find((one) => one.id === id);
    return needed !== undefined && (needed === other || waitsFor(needed, other, pipeline, seen));
  });
}

function isBefore({ step, text }: Capability): boolean {
  const words = [step.job.id, step.displayName, text].join(" ").replace(/[_/]/g, " ");
  return BEFORE.test(words) && !/\bprod/i.test(words);
}
