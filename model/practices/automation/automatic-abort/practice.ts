import type { Resource } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet, type Verdict } from "../../../practice.ts";
import { analysesOf, analysisOf, canariesOf, isRollout } from "../../../releases.ts";
import { isWorkload, LASTING_KINDS } from "../../../workloads.ts";

export default practice({
  level: 5,
  gate: "required",
  share: "half",
  subject: "resource",
  kinds: LASTING_KINDS,
  effort: "confirm",
  judge(workload, world) {
    const args = { workload: workload.displayName };
    if (isRollout(workload)) return ofRollout(workload, args);
    // Who has no release to stop is asked for one first.
    const [canary] = isWorkload(workload) ? canariesOf(workload, world).sure : [];
    return canary === undefined ? undefined : ofCanary(canary, { ...args, canary: canary.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-rollouts.readthedocs.io/en/stable/features/rollback/",
    "https://docs.flagger.app/usage/how-it-works",
  ],
};

type Args = Readonly<Record<string, string>>;

function ofRollout(rollout: Resource, args: Args): Verdict {
  const spec = rollout.body.at("spec");
  const strategy = spec.at("strategy");
  const blueGreen = strategy.at("blueGreen");
  const canary = strategy.at("canary");
  if ([strategy, blueGreen, canary].some((one) => one.presence === "unknown")) return cannotTell(strategy);
  const analyses = analysesOf(rollout);
  if (blueGreen.presence === "present") {
    const promotion = blueGreen.at("autoPromotionEnabled");
    if (promotion.flag() === false && blueGreen.at("autoPromotionSeconds").presence === "absent")
      return unmet(promotion, "unmet.promotion", args);
  } else {
    const steps = canary.at("steps").items();
    const waiting = steps
      .map((step) => step.at("pause"))
      .find((pause) => pause.presence === "present" && pause.at("duration").presence === "absent");
    if (waiting !== undefined && analyses.length === 0) return unmet(waiting, "unmet.pause", args);
  }
  if (analyses.length > 0) return met(analyses.map((one) => one.at("templateName")));
  const deadline = spec.at("progressDeadlineAbort");
  if (deadline.flag() === true) return met(deadline, "met.deadline");
  const kind = blueGreen.presence === "present" ? blueGreen : canary;
  // Without a strategy there is no release to end.
  return kind.presence === "absent" ? notApplicable("no-subject") : unmet(kind, undefined, args);
}

const GATES = /^(confirm-promotion|confirm-rollout|confirm-traffic-increase)$/;

function ofCanary(canary: Resource, args: Args): Verdict {
  const analysis = analysisOf(canary);
  const gate = analysis
    .at("webhooks")
    .items()
    .map((hook) => hook.at("type"))
    .find((type) => GATES.test(type.source ?? ""));
  if (gate !== undefined) return unmet(gate, "unmet.gate", args);
  const threshold = analysis.at("threshold");
  if ((threshold.number() ?? 1) < 1) return unmet(threshold, "unmet.threshold", args);
  if (analysis.at("metrics").items().length === 0) return unmet(analysis, "unmet.flagger", args);
  return met(threshold.presence === "absent" ? analysis.at("metrics") : threshold);
}
