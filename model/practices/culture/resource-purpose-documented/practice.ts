import type { Field, Repository } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

/** What `helm create` writes. */
const DEFAULT = /^A Helm chart for Kubernetes$/i;

export default practice({
  level: 1,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "apply",
  answers: "yes",
  judge(repository, world) {
    if (!repository.kubernetes) return undefined;
    const said = descriptionsIn(repository);
    const good = said.filter(({ source }) => (source ?? "").trim() !== "" && !DEFAULT.test((source ?? "").trim()));
    if (good.length > 0) return met(good);
    const noted = world
      .workloads()
      .filter((one) => world.repositoryOf(one.document)?.root === repository.root)
      .map((one) => one.annotations.at("kubernetes.io/description"))
      .filter(({ presence }) => presence !== "absent");
    if (noted.length > 0) return met(noted);
    const [empty] = said;
    if (empty !== undefined) return unmet(empty, "unmet");
    // Plain manifests say in the README what they are for.
    return notApplicable("no-subject");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/reference/labels-annotations-taints/#description",
    "https://helm.sh/docs/topics/charts/#the-chartyaml-file",
  ],
};

const descriptionsIn = once((repository: Repository): readonly Field[] =>
  repository
    .find(/(?:^|\/)Chart\.ya?ml$/)
    .filter(({ path }) => !/(?:^|\/)(?:charts\/[^/]+\/charts|vendor|third_party)\//.test(path))
    .map(({ body }) => body.at("description")),
);
