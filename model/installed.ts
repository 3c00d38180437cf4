/** Software that the workspace brings to its clusters: charts and images by name. */
import type { Evidence } from "./evidence.ts";
import type { Field, GroupKind, Repository, Resource, Workload, World } from "./facts.ts";
import { once } from "./memo.ts";

const RELEASES: readonly GroupKind[] = [
  "helm.toolkit.fluxcd.io/HelmRelease",
  "argoproj.io/Application",
  "argoproj.io/ApplicationSet",
  "helm.cattle.io/HelmChart",
  "source.toolkit.fluxcd.io/OCIRepository",
];

export interface Software {
  /** Objects that install a chart of that name, and containers that run an image of that name. */
  installed(world: World): readonly Evidence[];
  /** Charts of that name that charts and kustomizations of the repositories draw in. */
  drawnIn(world: World): readonly Field[];
}

/** Finds software by its name; what each object and repository brings is read once. */
export function software(name: RegExp): Software {
  const released = once((resource: Resource): readonly Evidence[] =>
    chartsOf(resource).flatMap((chart) => {
      // Where a template decides the chart, the name that people gave the release stands for it.
      const at = chart.presence === "unknown" && chart.source === undefined ? resource.name : chart;
      return name.test(at.source ?? "") ? [{ at, in: resource }] : [];
    }),
  );
  const run = once((workload: Workload): readonly Evidence[] =>
    workload.allContainers.flatMap(({ image }) => (name.test(imageName(image)) ? [{ at: image, in: workload }] : [])),
  );
  const drawn = once((repository: Repository): readonly Field[] =>
    repository
      .find(/(^|\/)(Chart\.ya?ml|requirements\.ya?ml|kustomization\.ya?ml)$/)
      .flatMap(({ body }) => ["dependencies", "helmCharts"].flatMap((list) => body.at(list).writtenItems()))
      .map((item) => item.at("name"))
      .filter((field) => name.test(field.source ?? "")),
  );
  return {
    installed: (world) => [...world.resources(RELEASES).flatMap(released), ...world.workloads().flatMap(run)],
    drawnIn: (world) => world.repositories().flatMap(drawn),
  };
}

function chartsOf({ groupKind, body }: Resource): readonly Field[] {
  const spec = body.at("spec");
  const sources = (one: Field) =>
    [one.at("source"), ...one.at("sources").writtenItems()].map((source) => source.at("chart"));
  switch (groupKind) {
    case "helm.toolkit.fluxcd.io/HelmRelease":
      return [spec.at("chart", "spec", "chart")];
    case "argoproj.io/Application":
      return sources(spec);
    case "argoproj.io/ApplicationSet":
      return sources(spec.at("template", "spec"));
    case "helm.cattle.io/HelmChart":
      return [spec.at("chart")];
    default:
      return [spec.at("url")];
  }
}

/** Without the tag and the digest. */
function imageName(image: Field): string {
  return (image.source ?? "").replace(/@.*$/, "").replace(/:[^/]*$/, "");
}
