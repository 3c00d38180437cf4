import type { Edit, Place } from "../../../edit.ts";
import type { Repository, World } from "../../../facts.ts";
import { deploysIn, pipelinesIn } from "../../../pipelines.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

interface Deploy {
  readonly text: string;
  readonly place: Place;
}

export default practice({
  level: 1,
  gate: "supporting",
  share: "most",
  subject: "repository",
  effort: "apply",
  judge(repository, world) {
    const deploys = commandsIn(repository, world);
    if (deploys.length === 0) return repository.kubernetes ? notApplicable("no-subject") : undefined;
    const once = deploys.filter(({ text }) => lackOf(text) !== undefined);
    const [first] = once;
    if (first === undefined) return met(deploys.map(({ place }) => place));
    return unmet(once.map(({ place, text }) => ({ place, message: `unmet.${lackOf(text)}` })));
  },
  fix(repository, world) {
    const edits = commandsIn(repository, world).flatMap(({ text, place }): readonly Edit[] => {
      if (lackOf(text) !== "install" || !/^helm install /.test(text)) return [];
      return [{ op: "replace", at: place, text: text.replace(/^helm install /, "helm upgrade --install ") }];
    });
    return edits.length === 0 ? undefined : { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/"],
};

function commandsIn(repository: Repository, world: World): readonly Deploy[] {
  return pipelinesIn(repository, world)
    .flatMap(deploysIn)
    .filter(({ name }) => name === "deploy")
    .map(({ text, place }) => ({ text: text.trim(), place }));
}

/** Why a command fails, or does something else, the second time. */
function lackOf(text: string): "create" | "replace" | "install" | undefined {
  if (
    /^(?:kubectl|oc)\b.*\s(?:create\s+-[fk]|create\s+--filename|run\s|expose\s)/.test(text) &&
    !/--dry-run/.test(text)
  )
    return "create";
  if (/^(?:kubectl|oc)\b.*\sreplace\b.*\s--force\b/.test(text)) return "replace";
  return /^helm3?\s(?:[^|;&]*\s)?install\s/.test(text) && !/\supgrade\s/.test(text) ? "install" : undefined;
}
