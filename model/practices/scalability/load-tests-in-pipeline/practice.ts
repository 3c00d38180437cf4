import { countedWorkloads, type Evidence, inObjects, shownBy } from "../../../evidence.ts";
import type { Capability, Resource, World } from "../../../facts.ts";
import { hiddenAnywhere } from "../../../pipelines.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 5,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(workspace, world) {
    const steps = world
      .pipelines()
      .flatMap((pipeline) => pipeline.capabilities.filter((capability) => capability.name === "load-test"));
    const judged = steps.map((step) => ({ step, decides: decides(step, world) }));
    const sure = judged.filter((one) => one.decides === true);
    if (sure.length > 0)
      return met(
        sure.map(({ step }) => step.place),
        undefined,
        { tool: sure[0]?.step.tool ?? "" },
      );
    const shown = shownBy([...inObjects(world.resources(["k6.io/TestRun", "k6.io/K6"])), ...releases(world)], world);
    if (shown?.state === "met") return met(shown.spots, "met.object");
    if (shown !== undefined) return shown;
    const open = judged.filter((one) => one.decides === undefined);
    if (open.length > 0) return cannotTell(open.map(({ step }) => step.place));
    const [soft] = steps;
    if (soft !== undefined) return unmet(soft.place, "unmet.soft", { tool: soft.tool });
    if (countedWorkloads(world).length === 0) return undefined;
    const hidden = hiddenAnywhere(world);
    if (hidden.length > 0) return cannotTell(hidden);
    const [pipeline] = world
      .pipelines()
      .filter((one) => one.capabilities.some(({ name }) => name === "deploy" || name === "e2e"));
    return unmet(pipeline?.place ?? workspace.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://grafana.com/docs/k6/latest/using-k6/thresholds/", "https://docs.flagger.app/usage/webhooks"],
  equivalents: { dsomm: ["Load tests"] },
};

/** Can it fail the run: k6 does so by the thresholds in its script alone. `undefined` when the script cannot be read. */
function decides(step: Capability, world: World): boolean | undefined {
  if (!step.gating) return false;
  const script = /(?:^|\s)((?:[\w.-]+\/)*[\w.-]+\.(?:[cm]?js|ts))\b/.exec(step.text)?.[1];
  if (step.tool !== "k6" || script === undefined) return true;
  const name = script.slice(script.lastIndexOf("/") + 1);
  const texts = world
    .repositories()
    .flatMap((repository) =>
      repository.files.filter((file) => file.path === name || file.path.endsWith(`/${name}`)).map((file) => file.text),
    );
  if (texts.some((text) => text !== undefined && /\bthresholds\b/.test(text))) return true;
  return texts.length === 0 || texts.includes(undefined) ? undefined : false;
}

/** Flagger loads each release while it compares its metrics. */
function releases(world: World): readonly Evidence[] {
  return world.resources("flagger.app/Canary").flatMap((canary: Resource) => {
    const analysis = canary.body.at("spec", "analysis");
    if (analysis.at("metrics").writtenItems().length === 0) return [];
    const hooks = analysis
      .at("webhooks")
      .writtenItems()
      .map((hook) => hook.at("url"));
    return hooks.filter((url) => /load-?tester/.test(url.source ?? "")).map((at) => ({ at, in: canary }));
  });
}
