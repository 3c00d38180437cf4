import { countedWorkloads } from "../../../evidence.ts";
import type { Field, GroupKind, Repository, RepositoryFile, Resource, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

const LITMUS: readonly GroupKind[] = ["litmuschaos.io/ChaosEngine", "litmuschaos.io/ChaosSchedule"];
const RECORD =
  /^(?:docs?\/(?:[^/]+\/)*)?(?:game-?days?|chaos)\/[^/]*20\d\d[-_.]?(?:0[1-9]|1[0-2])[^/]*\.(?:md|adoc|rst|txt)$/i;

export default practice({
  level: 5,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  answers: "yes",
  judge(workspace, world) {
    const inPipelines = world
      .pipelines()
      .flatMap((pipeline) => pipeline.capabilities.filter((one) => one.name === "chaos"));
    const written = world.repositories().flatMap(writtenIn);
    const places = [...inPipelines.map((one) => one.place), ...written.map((file) => file.place)];
    if (places.length > 0) return met(places);
    // Experiments belong where nobody is harmed, so those outside production count as well.
    const seen = experiments(world).map((one) => ({ one, hits: hits(one, world) }));
    const sure = seen.filter(({ one, hits }) => hits === true && !one.conditional);
    if (sure.length > 0) return met(sure.map(({ one }) => one.place));
    const open = seen.filter(({ hits }) => hits !== false);
    if (open.length > 0) return cannotTell(open.map(({ one }) => one.place));
    const [missed] = seen;
    if (missed !== undefined)
      return unmet(aimOf(missed.one)?.place ?? missed.one.place, "unmet.nothing", {
        experiment: missed.one.displayName,
      });
    return countedWorkloads(world).length === 0 ? undefined : unmet(workspace.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://principlesofchaos.org/", "https://chaos-mesh.org/docs/", "https://docs.litmuschaos.io/"],
  equivalents: { dsomm: ["Usage of a chaos technology"] },
};

/** Experiments of the Chaos Toolkit, and records of game days. */
const writtenIn = once((repository: Repository): readonly RepositoryFile[] => [
  ...repository
    .find(/\.(ya?ml|json)$/)
    .filter(({ text }) => text !== undefined && /^\s*["']?steady-state-hypothesis["']?\s*:/m.test(text)),
  ...repository.find(RECORD),
]);

function experiments(world: World): readonly Resource[] {
  const mesh = world
    .resourcesOfGroup(/^chaos-mesh\.org$/)
    .filter(({ kind }) => kind === "Schedule" || kind === "Workflow" || kind.endsWith("Chaos"));
  return [...world.resources(LITMUS), ...mesh].filter((one) => !one.system);
}

/** What an experiment is aimed at, where that is said by labels. */
function aimOf({ body, group, kind }: Resource): Field | undefined {
  const spec = body.at("spec");
  if (group === "litmuschaos.io") {
    const info = [spec.at("appinfo", "applabel"), spec.at("engineTemplateSpec", "appinfo", "applabel")];
    return info.find((field) => field.presence !== "absent");
  }
  const inner = kind === "Schedule" ? spec.writtenEntries().find(([key]) => /Chaos$/.test(key))?.[1] : spec;
  const labels = inner?.at("selector", "labelSelectors");
  return labels?.presence === "absent" ? undefined : labels;
}

/** Does it find anything to try: `undefined` where that cannot be seen. */
function hits(experiment: Resource, world: World): boolean | undefined {
  const aim = aimOf(experiment);
  if (aim === undefined) return true;
  if (aim.presence === "unknown") return undefined;
  const pairs =
    aim.kind === "scalar"
      ? pairsOf(aim)
      : aim.writtenEntries().map(([key, value]) => [key, value.source ?? ""] as const);
  // Experiments name their namespaces in many ways: anywhere in the workspace will do.
  const fitting = world
    .workloads()
    .filter((workload) =>
      pairs.every(([key, value]) => [value, undefined].includes(workload.podLabels.at(key).source)),
    );
  if (fitting.some((workload) => pairs.every(([key, value]) => workload.podLabels.at(key).source === value)))
    return true;
  return fitting.some((workload) => pairs.some(([key]) => workload.podLabels.at(key).presence === "unknown"))
    ? undefined
    : false;
}

function pairsOf(aim: Field): readonly (readonly [string, string])[] {
  const pairs = (aim.source ?? "").split(",").map((pair) => pair.split("="));
  return pairs.map(([key, value]) => [(key ?? "").trim(), (value ?? "").trim()]);
}
