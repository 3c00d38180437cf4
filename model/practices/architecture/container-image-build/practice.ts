import type { GroupKind, Repository, Workload, World } from "../../../facts.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

/** Files by which a container image is built, whatever the tool. */
const RECIPES =
  /(^|\/)(Dockerfile|Containerfile)([.-][\w.-]+)?$|\.[Dd]ockerfile$|(^|\/)(\.ko\.yaml|docker-bake\.(hcl|json)|project\.toml|skaffold\.ya?ml)$/;

/** Objects that bring what is built and described elsewhere. */
const DELIVERIES: readonly GroupKind[] = [
  "helm.toolkit.fluxcd.io/HelmRelease",
  "kustomize.toolkit.fluxcd.io/Kustomization",
  "argoproj.io/Application",
  "argoproj.io/ApplicationSet",
];

export default practice({
  level: 1,
  gate: "required",
  share: "any",
  subject: "repository",
  effort: "create",
  judge(repository, world) {
    const recipes = repository
      .find(RECIPES)
      .filter(({ path, body }) => !isSkaffold(path) || body.at("build", "artifacts").writtenItems().length > 0);
    if (recipes.length > 0) return met(recipes.map((file) => file.place));
    const own = world.workloads().filter((workload) => isIn(repository, workload, world));
    const images = own
      .flatMap((workload) => workload.allContainers.map((container) => container.image))
      .filter((image) => image.presence !== "absent");
    const [first] = images;
    if (first !== undefined) return met(first);
    if (world.resources(DELIVERIES).some((object) => isIn(repository, object, world)))
      return notApplicable("no-subject");
    const [pipeline] = world.pipelines().filter((one) => isIn(repository, one, world));
    return repository.kubernetes ? unmet(pipeline?.place ?? repository.place) : undefined;
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://docs.docker.com/build/building/best-practices/", "https://docs.docker.com/build/ci/"],
  equivalents: { dsomm: ["Defined build process"] },
};

function isSkaffold(path: string): boolean {
  return /skaffold\.ya?ml$/.test(path);
}

function isIn(repository: Repository, fact: Pick<Workload, "document">, world: World): boolean {
  return world.repositoryOf(fact.document)?.root === repository.root;
}
