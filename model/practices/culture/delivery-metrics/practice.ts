import { inObjects, shownBy } from "../../../evidence.ts";
import { software } from "../../../installed.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const collectors = software(
  /(^|\/)(devlake|four-?keys|sleuth|keptn|lifecycle-operator|pelorus(-operator)?|apache-devlake)$/,
);
const ACTION =
  /^(?:sleuth-io\/|linear-b\/|linearb\/|deepsourcelabs\/|apache\/incubator-devlake|DeveloperMetrics\/|swarmia\/|faros-ai\/)/i;
const COMMAND =
  /\b(?:sleuth|dora|four-?keys|devlake|datadog-ci\s+(?:deployment|dora)|newrelic\s+entity\s+deployment|faros)\b/i;

export default practice({
  level: 5,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "people",
  answers: "yes",
  judge(repository, world) {
    if (!repository.kubernetes) return undefined;
    const objects = inObjects(world.resources(["metrics.keptn.sh/KeptnMetric", "lifecycle.keptn.sh/KeptnApp"]));
    const shown = shownBy([...objects, ...collectors.installed(world)], world);
    if (shown?.state === "met") return shown;
    const steps = world.pipelines().flatMap((pipeline) => pipeline.jobs.flatMap((job) => job.steps));
    const sent = steps.filter(
      (step) =>
        ACTION.test(step.uses.source ?? "") ||
        step.commands.some(({ text }) => COMMAND.test(text) && !/^(?:echo|#)/.test(text)),
    );
    if (sent.length > 0) return met(sent.map(({ place }) => place));
    const tiers = world
      .pipelines()
      .flatMap((pipeline) => pipeline.jobs)
      .map((job) => job.body.at("environment", "deployment_tier"));
    const tier = tiers.find(({ presence }) => presence === "present");
    if (tier !== undefined) return met(tier);
    return shown ?? unmet(repository.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = { references: ["https://dora.dev/guides/dora-metrics-four-keys/"] };
