import { type OwnerRule, readCodeowners, ruleFor } from "../../../codeowners.ts";
import type { Folder, Repository, RepositoryFile } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

/** The first that is there counts. */
const PLACES = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", ".bitbucket/CODEOWNERS"];

export default practice({
  level: 3,
  gate: { group: "OWNERS" },
  share: "most",
  subject: "folder",
  effort: "confirm",
  answers: "yes",
  judge(folder) {
    const { owners, files } = readingOf(folder.repository);
    const prow = approvers(folder, owners);
    if (prow !== undefined) return met(prow.place, "met.approvers");
    const file = PLACES.flatMap((path) => owners.get(path) ?? [])[0];
    const args = { folder: folder.path === "" ? "/" : folder.path };
    if (file === undefined) return unmet(folder.place, "unmet.none", args);
    if (file.text === undefined) return cannotTell(file.place);
    const rules = rulesOf(file);
    const decided = (files.get(folder.path) ?? [folder.path]).map((path) => ({ path, rule: ruleFor(path, rules) }));
    const [owned, ownerless] = [decided.filter(isOwned), decided.filter((one) => !isOwned(one))];
    const [wrong] = ownerless;
    const line = (rule: OwnerRule | undefined) =>
      rule === undefined ? file.place : { ...file.place, span: rule.span };
    // A folder has an owner where single files of it are left to everybody.
    if (wrong === undefined || owned.length > ownerless.length) return met(line(owned[0]?.rule));
    const message = wrong.rule === undefined ? "unmet" : wrong.rule.owners.length === 0 ? "unmet.nobody" : "unmet.bot";
    return unmet(line(wrong.rule), message, { ...args, path: wrong.path });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners",
    "https://docs.gitlab.com/user/project/codeowners/",
  ],
  equivalents: { scorecard: ["Code-Review", "Branch-Protection"] },
};

const rulesOf = once((file: RepositoryFile) => readCodeowners(file.text ?? ""));

function isOwned({ rule }: { readonly rule: OwnerRule | undefined }): boolean {
  return rule !== undefined && rule.owners.length > 0 && !isBotAlone(rule);
}

/** A line for everything that names machines only says nothing of people. */
function isBotAlone(rule: OwnerRule): boolean {
  return /^\/?\*\*?$/.test(rule.pattern) && rule.owners.every((owner) => /bot\b|renovate|dependabot/i.test(owner));
}

interface Reading {
  readonly owners: ReadonlyMap<string, RepositoryFile>;
  /** Manifests and pipelines by folder. */
  readonly files: ReadonlyMap<string, readonly string[]>;
}

const readingOf = once((repository: Repository): Reading => {
  const named = repository.find(/(^|\/)(CODEOWNERS|OWNERS)$/);
  const files = new Map<string, string[]>();
  for (const { path } of repository.find(/\.ya?ml$|(^|\/)Jenkinsfile/)) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    const list = files.get(folder);
    if (list === undefined) files.set(folder, [path]);
    else list.push(path);
  }
  return { owners: new Map(named.map((file) => [file.path, file])), files };
});

/** Prow's own files: the nearest one upwards that names approvers. */
function approvers({ path }: Folder, owners: ReadonlyMap<string, RepositoryFile>): RepositoryFile | undefined {
  const parts = path === "" ? [] : path.split("/");
  for (let depth = parts.length; depth >= 0; depth--) {
    const file = owners.get([...parts.slice(0, depth), "OWNERS"].join("/"));
    if (file?.text !== undefined && /^\s*approvers:\s*(\[\s*\S|\n\s*-)/m.test(file.text)) return file;
  }
  return undefined;
}
