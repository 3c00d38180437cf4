import { type Evidence, inObjects, shownBy } from "../../../evidence.ts";
import type { Field, Repository, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const FILES = /(?:^|\/)(?:copier\.ya?ml|cookiecutter\.json)$/;

export default practice({
  level: 5,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "yes",
  judge(repository, world) {
    if (!repository.kubernetes) return undefined;
    const found = inObjects(
      world.resources([
        "scaffolder.backstage.io/Template",
        "platform.kratix.io/Promise",
        "kro.run/ResourceGraphDefinition",
      ]),
    );
    const shown = shownBy([...found, ...crossplane(world)], world);
    if (shown?.state === "met") return shown;
    const places = pathsIn(repository);
    if (places.length > 0) return met(places);
    return shown ?? unmet(repository.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://backstage.io/docs/features/software-templates/",
    "https://tag-app-delivery.cncf.io/whitepapers/platform-eng-maturity-model/",
  ],
};

/** Templates for new services, charts that others build on, and parts that overlays share. */
const pathsIn = once(
  (
    repository: Repository,
  ): readonly (Field | { readonly document: { readonly uri: string }; readonly path: readonly never[] })[] => {
    const libraries = repository
      .find(/(?:^|\/)Chart\.ya?ml$/)
      .map(({ body }) => body.at("type"))
      .filter(({ source }) => source === "library");
    const components = repository
      .find(/(?:^|\/)kustomization\.ya?ml$/)
      .map(({ body }) => body.at("kind"))
      .filter(({ source }) => source === "Component");
    const templates = repository.find(FILES).map(({ place }) => ({ document: place.document, path: [] as const }));
    const scaffolds = repository
      .find(/\.ya?ml$/)
      .map(({ body, text }) =>
        text?.includes("scaffolder.backstage.io/") === true ? body.at("apiVersion") : undefined,
      )
      .filter((one): one is Field => /^scaffolder\.backstage\.io\//.test(one?.source ?? ""));
    return [...libraries, ...components, ...templates, ...scaffolds];
  },
);

/** A resource of one's own, with what it is made of. */
function crossplane(world: World): readonly Evidence[] {
  const definitions = world.resources("apiextensions.crossplane.io/CompositeResourceDefinition");
  return world.resources("apiextensions.crossplane.io/Composition").length > 0 ? inObjects(definitions) : [];
}
