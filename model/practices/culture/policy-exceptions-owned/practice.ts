import type { Place } from "../../../edit.ts";
import type { Field, Repository, Resource, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { met, practice, type Sources, type Spot, unmet } from "../../../practice.ts";

/** Annotations that switch off a rule of some tool. What stands in them, or behind the rule's name, is the reason. */
const EXCEPTION =
  /^(?:ignore-check\.kube-linter\.io\/.+|checkov\.io\/skip\d*|kube-score\/ignore|polaris\.fairwinds\.com\/(?:.+-)?exempt|kmm\/ignore\..+)$/;
const POLICY = ["kyverno.io/PolicyException", "policies.kyverno.io/PolicyException"] as const;

export default practice({
  level: 5,
  gate: "supporting",
  share: "all",
  subject: "repository",
  effort: "apply",
  answers: "yes",
  judge(repository, world) {
    const exceptions = [...inObjects(repository, world), ...inIgnoreFiles(repository)];
    if (exceptions.length === 0) return undefined;
    const bare = exceptions.filter(({ reason }) => !reason);
    if (bare.length === 0) return met(exceptions.map(({ at }) => at));
    return unmet(bare.map(({ at, name }): Spot => ({ place: "document" in at ? at : at.place, args: { name } })));
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kyverno.io/docs/guides/exceptions/", "https://docs.kubelinter.io/#/configuring-kubelinter"],
  equivalents: { dsomm: ["Global false positive treatment"] },
};

interface Exception {
  readonly name: string;
  readonly at: Place | Field;
  readonly reason: boolean;
}

function inObjects(repository: Repository, world: World): readonly Exception[] {
  // Few of thousands are one: what is quickly told comes first.
  return world
    .resourcesOfGroup(/^/)
    .filter((one) => annotated(one).length > 0 || isPolicy(one))
    .filter((one) => world.repositoryOf(one.document)?.root === repository.root)
    .flatMap((one) => [...annotated(one), ...policies(one)]);
}

function isPolicy({ groupKind }: Resource): boolean {
  return POLICY.some((kind) => kind === groupKind);
}

const annotated = once((resource: Resource): readonly Exception[] =>
  resource.annotations
    .writtenEntries()
    .filter(([key]) => EXCEPTION.test(key))
    .map(([key, at]) => ({ name: key, at, reason: hasReason(key, at.source ?? "") })),
);

function hasReason(key: string, text: string): boolean {
  if (key.startsWith("checkov.io/")) return /^[\w-]+\s*[=:]\s*\S{3,}/.test(text);
  // These two only name rules, or say yes.
  if (key.startsWith("kube-score/") || key.startsWith("polaris.")) return false;
  return text.trim().length > 2 && !/^(?:true|yes|todo|tbd|ignore)$/i.test(text.trim());
}

function policies(resource: Resource): readonly Exception[] {
  if (!isPolicy(resource)) return [];
  const texts = resource.annotations
    .writtenEntries()
    .filter(([key]) => /description|reason|justification|owner/i.test(key));
  return [
    {
      name: resource.displayName,
      at: resource.place,
      reason: texts.some(([, value]) => (value.source ?? "").trim().length > 2),
    },
  ];
}

/** `.trivyignore` lists ids, and says why in a comment above or behind. */
const inIgnoreFiles = once((repository: Repository): readonly Exception[] =>
  repository.find(/(?:^|\/)\.trivyignore$/).flatMap(({ text, place }) => {
    const lines = (text ?? "").split("\n");
    return lines.flatMap((line, index): readonly Exception[] => {
      const id = /^\s*([A-Z][\w-]+)/.exec(line)?.[1];
      if (id === undefined) return [];
      const reason = /#\s*\S{3,}|\s#/.test(line) || /^\s*#\s*\S{3,}/.test(lines[index - 1] ?? "");
      const from = lines.slice(0, index).join("\n").length + (index > 0 ? 1 : 0);
      return [{ name: id, at: { document: place.document, path: [], span: [from, from + line.length] }, reason }];
    });
  }),
);
