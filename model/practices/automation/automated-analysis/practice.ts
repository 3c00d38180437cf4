import type { Field, Resource, World } from "../../../facts.ts";
import {
  cannotTell,
  met,
  notApplicable,
  practice,
  type Sources,
  type Spot,
  Unresolved,
  unmet,
  type Verdict,
} from "../../../practice.ts";
import { analysesOf, analysisOf, canariesOf, isRollout, judgementBy } from "../../../releases.ts";
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
    if (isRollout(workload)) return ofRollout(workload, world, args);
    // Who has no release to judge is asked for one first.
    const [canary] = isWorkload(workload) ? canariesOf(workload, world).sure : [];
    return canary === undefined ? undefined : ofCanary(canary, world, args);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-rollouts.readthedocs.io/en/stable/features/analysis/",
    "https://docs.flagger.app/usage/metrics",
  ],
};

type Args = Readonly<Record<string, string>>;

function ofRollout(rollout: Resource, world: World, args: Args): Verdict {
  const strategy = rollout.body.at("spec", "strategy");
  const references = analysesOf(rollout);
  if (references.length === 0) {
    strategy.at("canary", "steps").items();
    const kind = strategy.at("blueGreen").presence === "absent" ? strategy.at("canary") : strategy.at("blueGreen");
    return [strategy, kind].some((one) => one.presence === "unknown")
      ? cannotTell(strategy)
      : // Without a strategy there is no release to judge.
        kind.presence === "absent"
        ? notApplicable("no-subject")
        : unmet(kind, undefined, args);
  }
  return bestOf(references, (reference) => judgementBy(reference, rollout, world), args);
}

/** One analysis that can fail is enough; else what cannot be seen, else what is wrong with the first. */
function bestOf(
  references: readonly Field[],
  judge: (reference: Field) => ReturnType<typeof judgementBy>,
  args: Args,
): Verdict {
  const unknown: Field[] = [];
  const faults: Spot[] = [];
  for (const reference of references) {
    try {
      const { at, fault } = judge(reference);
      if (fault === undefined) return met(at);
      faults.push({
        place: at.place,
        message: `unmet.${fault}`,
        args: { ...args, template: reference.at("templateName").source ?? "" },
      });
    } catch (error) {
      if (!(error instanceof Unresolved)) throw error;
      unknown.push(reference);
    }
  }
  return unknown.length > 0 ? cannotTell(unknown) : unmet(faults);
}

const BUILT_IN = /^request-(success-rate|duration)$/;

function ofCanary(canary: Resource, world: World, args: Args): Verdict {
  const analysis = analysisOf(canary);
  const metrics = analysis.at("metrics").items();
  if (metrics.length === 0) return unmet(analysis, "unmet.flagger", { ...args, canary: canary.displayName });
  const bounded = metrics.filter((metric) =>
    ["threshold", "thresholdRange"].some((key) => metric.at(key).presence !== "absent"),
  );
  if (bounded.length === 0)
    return unmet(analysis.at("metrics"), "unmet.threshold", { ...args, canary: canary.displayName });
  const known = bounded.filter(
    (metric) => BUILT_IN.test(metric.at("name").source ?? "") || metric.at("query").presence !== "absent",
  );
  if (known.length > 0) return met(known.map((metric) => metric.at("name")));
  const found = bounded.filter((metric) => {
    const reference = metric.at("templateRef");
    const namespace = reference.at("namespace").source;
    const { sure } = world.named(
      "flagger.app/MetricTemplate",
      reference.at("name"),
      namespace === undefined ? canary.scope : `ns:${namespace}`,
    );
    return sure.length > 0;
  });
  return found.length > 0 ? met(found.map((metric) => metric.at("name"))) : cannotTell(analysis.at("metrics"));
}
