import type { GroupKind, Resource, World } from "../../../facts.ts";
import { deliveriesOf, GITOPS_KINDS, isStopped, switchOf } from "../../../gitops.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";
import { LASTING_KINDS } from "../../../workloads.ts";

const WORKLOADS: readonly GroupKind[] = [...LASTING_KINDS, "batch/CronJob"];

export default practice({
  level: 4,
  gate: "required",
  share: "half",
  subject: "resource",
  kinds: [...WORKLOADS, ...GITOPS_KINDS],
  effort: "confirm",
  answers: "elsewhere",
  judge(resource, world) {
    if (WORKLOADS.includes(resource.groupKind)) return delivered(resource, world);
    const { body, kind } = resource;
    const off = switchOf(resource);
    if (off?.flag() === true) return unmet(off, "unmet.stopped", { name: resource.displayName });
    // Without a source it describes no delivery.
    const spec = kind === "ApplicationSet" ? body.at("spec", "template", "spec") : body.at("spec");
    if (resource.group === "argoproj.io") {
      const sources = ["source", "sources", "sourceHydrator"].map((key) => spec.at(key));
      if (sources.every((one) => one.presence === "absent"))
        return unmet(spec, "unmet.source", { name: resource.displayName });
    }
    return met(resource.place, "met.object");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/",
    "https://fluxcd.io/flux/components/",
    "https://opengitops.dev/",
  ],
};

function delivered(resource: Resource, world: World) {
  const { sure, maybe } = deliveriesOf(resource.document, world);
  const going = sure.filter((one) => !isStopped(one));
  const certain = going.filter((one) => !one.conditional);
  const args = { name: resource.displayName, kind: resource.kind };
  if (certain.length > 0)
    return met(
      certain.map((one) => one.place),
      "met",
      { ...args, controller: certain[0]?.displayName ?? "" },
    );
  if (going.length + maybe.length > 0 || mayBeInstalled(resource, world)) return cannotTell(resource.place);
  const [stopped] = sure;
  if (stopped !== undefined)
    return unmet([resource.place, switchOf(stopped) ?? stopped.place], "unmet.paused", {
      ...args,
      controller: stopped.displayName,
    });
  return unmet(resource.place, "unmet", args);
}

/** Its chart may be published, and installed from where it was published to. */
function mayBeInstalled({ chart }: Resource, world: World): boolean {
  const name = chart?.slice(chart.lastIndexOf("/") + 1);
  if (name === undefined) return false;
  const charts = world
    .resources(["helm.toolkit.fluxcd.io/HelmRelease", "argoproj.io/Application"])
    .flatMap(({ body }) => {
      const spec = body.at("spec");
      return [
        spec.at("chart", "spec", "chart"),
        spec.at("source", "chart"),
        ...spec
          .at("sources")
          .writtenItems()
          .map((one) => one.at("chart")),
      ];
    });
  return charts.some((field) => field.source?.split("/").at(-1) === name);
}
