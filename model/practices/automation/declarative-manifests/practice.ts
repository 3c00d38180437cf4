import { manifestsIn } from "../../../manifests.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const TEXTS =
  /(^|\/)(readme(\.\w+)?|[Mm]akefile|GNUmakefile|\.?[Jj]ustfile|Taskfile[^/]*\.ya?ml|[^/]+\.(sh|bash|mk|md|adoc|rst))$/i;
/** Commands that say how to get there, and leave nothing behind that says what is wanted. */
const IMPERATIVE =
  /\b(?:kubectl|oc)\s+(?:run|expose|create\s+(?:deployment|deploy|service|svc|cronjob|job)|set\s+(?:image|env|resources)|scale|autoscale)\b[^\n]*/;

export default practice({
  level: 1,
  gate: "required",
  share: "any",
  subject: "repository",
  effort: "people",
  judge(repository, world) {
    const manifests = manifestsIn(repository, world);
    if (manifests.length > 0) return met(manifests.slice(0, 20));
    for (const file of repository.find(TEXTS)) {
      const found = IMPERATIVE.exec(file.text ?? "");
      if (found === null || /--dry-run/.test(found[0])) continue;
      const command = found[0].split(/\s+/).slice(0, found[0].includes("create") || found[0].includes(" set ") ? 3 : 2);
      const text = command.join(" ");
      return unmet({ ...file.place, span: [found.index, found.index + text.length] }, undefined, { command: text });
    }
    return undefined;
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/object-management/",
    "https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/",
  ],
};
