import type { Place } from "../../../edit.ts";
import { countedWorkloads } from "../../../evidence.ts";
import { environmentFiles, promotions } from "../../../exposure.ts";
import type { Repository, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const SETTINGS =
  /(?:^|\/)(?:values[-_.][\w-]+\.ya?ml|(?:environments?|envs?)\/[^/]+(?:\/[^/]+)*\.ya?ml|helmfile(?:\.d\/.+)?\.ya?ml)$/;
/** Folders that are called like an environment. */
const ENVIRONMENT = /(?:^|\/)(?:dev|develop|development|test|qa|uat|stag(?:e|ing)|pre-?prod|prod|production)(?:\/|$)/i;

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(_workspace, world) {
    const repositories = world.repositories();
    const shared = repositories.flatMap(sharedBases);
    if (shared.length > 0) return met(shared);
    const settings = repositories.flatMap(settingsIn);
    if (settings.length > 1) return met(settings);
    const files = repositories.flatMap(environmentFiles);
    if (files.length > 0) return met(files);
    const staged = promotions(world);
    if (staged.length > 0) return met(staged.map(({ at }) => at));
    const copy = copied(world);
    if (copy !== undefined) return unmet(copy.at, "unmet.copy", copy.args);
    // With one environment there is nothing to derive.
    return countedWorkloads(world).length === 0 ? undefined : notApplicable("no-subject");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/tasks/manage-kubernetes-objects/kustomization/#bases-and-overlays",
    "https://helm.sh/docs/chart_template_guide/values_files/",
  ],
  equivalents: { dsomm: ["Usage of test and production environments", "Same artifact for environments"] },
};

const NOT_OURS = /(?:^|\/)(?:examples?|samples?|testdata|fixtures|vendor|third_party)\//;

/** Kustomizations that draw on the same folder as another one. */
const sharedBases = once((repository: Repository): readonly Place[] => {
  const drawing = new Map<string, Place[]>();
  for (const { path, body, place } of repository.find(/(?:^|\/)[Kk]ustomization(?:\.ya?ml)?$/)) {
    if (NOT_OURS.test(path)) continue;
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    for (const list of ["resources", "bases"])
      for (const item of body.at(list).writtenItems()) {
        const base = joined(folder, item.source ?? "");
        if (base === undefined || /\.ya?ml$/.test(base)) continue;
        drawing.set(base, [...(drawing.get(base) ?? []), place]);
      }
  }
  return [...drawing.values()].find((places) => places.length > 1) ?? [];
});

/** A path of the repository; nothing for what lies outside or elsewhere. */
function joined(folder: string, relative: string): string | undefined {
  if (/^[a-z]+:|^git@|\?ref=|^\//.test(relative) || relative === "") return undefined;
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of relative.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

const settingsIn = once((repository: Repository): readonly Place[] =>
  repository
    .find(SETTINGS)
    .filter(({ path }) => !NOT_OURS.test(path))
    .slice(0, 20)
    .map(({ place }) => place),
);

/** The same object in two folders that are called like environments, for most of what is there. */
function copied(world: World) {
  const byName = new Map<string, { readonly folder: string; readonly at: Place }[]>();
  for (const workload of world.workloads()) {
    const { uri } = workload.place.document;
    const folder = ENVIRONMENT.exec(uri.replace(/^\w+:\/\//, ""))?.[0];
    if (folder === undefined || workload.chart !== undefined) continue;
    const key = `${workload.groupKind} ${workload.displayName}`;
    byName.set(key, [...(byName.get(key) ?? []), { folder: folder.toLowerCase(), at: workload.place }]);
  }
  const twice = [...byName].filter(([, list]) => new Set(list.map(({ folder }) => folder)).size > 1);
  const [first] = twice;
  if (first === undefined || twice.length * 2 < byName.size) return undefined;
  const [key, list] = first;
  return { at: list.map(({ at }) => at), args: { name: key.split(" ")[1] ?? "" } };
}
