/** Where a repository describes what is to run in a cluster. */
import type { Place } from "./edit.ts";
import type { Repository, World } from "./facts.ts";
import { isIn } from "./pipelines.ts";

/** What renders manifests: charts, kustomizations, generators. */
const PACKAGES =
  /(^|\/)((Chart|kustomization|cdk8s|helmfile)\.ya?ml|Kustomization|jsonnetfile\.json|timoni\.cue|helmfile\.d\/[^/]+\.ya?ml)$/;
const FOREIGN = /(^|\/)(?:vendor|third_party|node_modules)\//;

/** Charts, kustomizations and objects, the ones that say most first; none where nothing is described. */
export function manifestsIn(repository: Repository, world: World): readonly Place[] {
  const packages = repository.find(PACKAGES).filter(({ path }) => !FOREIGN.test(path));
  if (packages.length > 0) return packages.map((file) => file.place);
  const workloads = world.workloads().filter((one) => isIn(repository, one, world));
  if (workloads.length > 0) return workloads.map((one) => one.place);
  return world
    .resourcesOfGroup(/^/)
    .filter((one) => isIn(repository, one, world))
    .map((one) => one.place);
}
