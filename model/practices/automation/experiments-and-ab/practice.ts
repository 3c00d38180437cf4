import { type Evidence, inObjects, lacking, shownBy } from "../../../evidence.ts";
import type { Field, Resource, World } from "../../../facts.ts";
import { ifKnown, practice, type Sources } from "../../../practice.ts";
import { analysisOf } from "../../../releases.ts";

export default practice({
  level: 5,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "people",
  judge(workspace, world) {
    const found: Evidence[] = [
      ...inObjects(world.resources(["argoproj.io/Experiment", "iter8.tools/Experiment"])),
      ...fieldsOf(world, "argoproj.io/Rollout", (rollout) =>
        rollout.body
          .at("spec", "strategy", "canary", "steps")
          .writtenItems()
          .flatMap((step) => ["experiment", "setHeaderRoute", "setMirrorRoute"].map((key) => step.at(key))),
      ),
      ...fieldsOf(world, "flagger.app/Canary", (canary) => {
        const analysis = analysisOf(canary);
        return [
          analysis.at("match"),
          analysis.at("sessionAffinity"),
          ...(ifKnown(() => analysis.at("mirror").flag()) === true ? [analysis.at("mirror")] : []),
        ];
      }),
      ...fieldsOf(world, "networking.istio.io/VirtualService", (service) =>
        service.body
          .at("spec", "http")
          .writtenItems()
          .flatMap((rule) => [rule.at("mirror"), rule.at("mirrors"), ...headerMatches(rule)]),
      ),
      ...fieldsOf(world, "gateway.networking.k8s.io/HTTPRoute", (route) =>
        route.body
          .at("spec", "rules")
          .writtenItems()
          .flatMap((rule) => rule.at("filters").writtenItems())
          .filter((one) => one.at("type").source === "RequestMirror"),
      ),
    ];
    return shownBy(found, world) ?? lacking(workspace, world);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-rollouts.readthedocs.io/en/stable/features/experiment/",
    "https://docs.flagger.app/tutorials/istio-ab-testing",
  ],
};

function fieldsOf(
  world: World,
  kind: `${string}/${string}`,
  read: (one: Resource) => readonly Field[],
): readonly Evidence[] {
  return world.resources(kind).flatMap((one) =>
    read(one)
      .filter((at) => at.presence === "present")
      .map((at) => ({ at, in: one })),
  );
}

/** Requests with a certain header or cookie that go to a version of their own. */
function headerMatches(rule: Field): readonly Field[] {
  const subsets = rule
    .at("route")
    .writtenItems()
    .some((route) => /canary|beta|experiment|v\d/i.test(route.at("destination", "subset").source ?? ""));
  return subsets
    ? rule
        .at("match")
        .writtenItems()
        .map((match) => match.at("headers"))
    : [];
}
