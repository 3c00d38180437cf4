import type { RepositoryFile } from "../../../facts.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

const README = /^(?:(.*)\/)?readme(?:\.(?:md|rst|adoc|txt))?$/i;
const WORDS =
  /\b(kubernetes|k8s|helm|kustomize|kubectl|argo ?cd|fluxcd|flux cd|openshift|skaffold|minikube|k3[ds])\b|\bFlux\b/i;

export default practice({
  level: 1,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "yes",
  judge(repository) {
    if (!repository.kubernetes) return undefined;
    const files = repository.find(README).filter((file) => isNear(file, repository.folders));
    const telling = files.filter((file) => WORDS.test(prose(file.text ?? "")));
    if (telling.length > 0) return met(telling.map((file) => file.place));
    const unread = files.filter((file) => file.text === undefined);
    if (unread.length > 0) return cannotTell(unread.map((file) => file.place));
    const [first] = files;
    return first === undefined ? unmet(repository.place, "unmet.none") : unmet(first.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-readmes",
  ],
  equivalents: { dsomm: ["Defined deployment process"] },
};

/** At the root, or in a folder of manifests or above one. */
function isNear(file: RepositoryFile, folders: readonly string[]): boolean {
  const folder = README.exec(file.path)?.[1];
  return folder === undefined || folders.some((one) => one === folder || one.startsWith(`${folder}/`));
}

/** Without badges and pictures, which name tools that the text says nothing of. */
function prose(text: string): string {
  return text.replace(/\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)|!\[[^\]]*\]\([^)]*\)/g, "");
}
