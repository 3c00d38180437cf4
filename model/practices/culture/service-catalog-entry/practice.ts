import type { Field, RepositoryFile } from "../../../facts.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const BACKSTAGE = /(?:^|\/)catalog-info\.ya?ml$/;
/** Files of other catalogues, which name an owner in their own way. */
const OTHERS =
  /(?:^|\/)(?:cortex\.ya?ml|opslevel\.ya?ml|port\.ya?ml|compass\.ya?ml|entity\.datadog\.ya?ml|service\.datadog\.ya?ml|score\.ya?ml)$|^\.port\/.+\.ya?ml$/;

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "yes",
  judge(repository) {
    if (!repository.kubernetes) return undefined;
    const entries = repository.find(BACKSTAGE);
    const owned = entries.map(ownerIn).filter((owner): owner is Field => owner !== undefined);
    if (owned.length > 0) return met(owned);
    const others = repository.find(OTHERS);
    if (others.length > 0) return met(others.map(({ place }) => place));
    const [first] = entries;
    return first === undefined ? unmet(repository.place) : unmet(first.place, "unmet.owner");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://backstage.io/docs/features/software-catalog/descriptor-format", "https://score.dev/"],
};

function ownerIn({ body }: RepositoryFile): Field | undefined {
  const owner = body.at("spec", "owner");
  return owner.presence === "present" && !/^(?:todo|tbd|unknown|)$/i.test(owner.source ?? "") ? owner : undefined;
}
