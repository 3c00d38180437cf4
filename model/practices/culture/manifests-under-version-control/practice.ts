import { met, practice, type Sources, unmet } from "../../../practice.ts";

/** Files that only a repository has a use for. */
const TRACES =
  /^(?:\.git(?:ignore|attributes|modules)|\.github\/.+|\.gitlab-ci\.yml|\.gitlab\/.+|\.circleci\/.+|azure-pipelines[^/]*\.ya?ml|(?:docs\/)?CODEOWNERS|CONTRIBUTING(?:\.\w+)?|\.hgignore)$|(?:^|\/)Jenkinsfile$/;

export default practice({
  level: 1,
  gate: "required",
  share: "all",
  subject: "repository",
  effort: "people",
  answers: "no",
  judge(repository) {
    if (!repository.kubernetes) return undefined;
    if (repository.versionControl === "yes") return met(repository.place);
    // A copy that was handed over lacks the history, and still shows that there is one.
    const [trace] = repository.find(TRACES);
    if (trace !== undefined) return met(trace.place);
    return repository.versionControl === "no" ? unmet(repository.place) : undefined;
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/configuration/overview/"],
  equivalents: { dsomm: ["Version control"] },
};
