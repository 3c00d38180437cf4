import type { Edit } from "../../../edit.ts";
import type { Pipeline, Repository } from "../../../facts.ts";
import { GITOPS_KINDS } from "../../../gitops.ts";
import {
  hiddenIn,
  holdsCode,
  imageSources,
  looksAtCode,
  pipelinesIn,
  runsOnChange,
  startedByChange,
} from "../../../pipelines.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 2,
  gate: "required",
  share: "any",
  subject: "repository",
  effort: "create",
  judge(repository, world) {
    const pipelines = pipelinesIn(repository, world);
    const working = pipelines.filter(looksAtCode);
    const able = working.filter((one) => runsOnChange(one) && one.jobs.some((job) => !job.disabled));
    const good = able.filter(isInPlace);
    if (good.length > 0) return met(good.map((one) => one.place));
    if (!repository.kubernetes) return undefined;
    const started = startedByChange(repository, world);
    if (started.length > 0) return met(started);
    const hidden = hiddenIn(repository, world);
    if (hidden.length > 0) return cannotTell(hidden);
    // A controller watches the manifests, and there is nothing else to build.
    if (!holdsCode(repository) && world.resources(GITOPS_KINDS).length > 0) return notApplicable("no-subject");
    const [away] = able;
    if (away !== undefined) return unmet(away.place, "unmet.place", { name: away.displayName });
    const [late] = working;
    if (late === undefined) return unmet(pipelines[0]?.place ?? repository.place);
    const off = late.jobs.length > 0 && late.jobs.every((job) => job.disabled);
    return off
      ? unmet(late.place, "unmet.off", { name: late.displayName })
      : unmet(late.provider === "github-actions" ? late.body.at("on") : late.place, "unmet.trigger", {
          name: late.displayName,
        });
  },
  fix(repository) {
    const edit = repository.find(/^\.github\/workflows\//).length > 0 ? undefined : skeleton(repository);
    return edit === undefined ? undefined : { safety: "review", edits: [edit] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://docs.github.com/en/actions", "https://docs.gitlab.com/ci/yaml/"],
  equivalents: { scorecard: ["CI-Tests"] },
};

/** GitHub and its likes only run what lies in one folder. */
function isInPlace({ provider, document }: Pipeline): boolean {
  return provider !== "github-actions" || /\/\.(?:github|gitea|forgejo)\/workflows\/[^/]+$/.test(document.uri);
}

/** A workflow that builds the image, where the host is known and there is one image to build. */
function skeleton(repository: Repository): Edit | undefined {
  const [source, more] = imageSources(repository);
  const beside = repository.files.find(({ path, text }) => !path.includes("/") && text !== undefined)?.place.document;
  if (source === undefined || more !== undefined || beside === undefined || repository.find(/^\.github\//).length === 0)
    return undefined;
  const folder = source.path.slice(0, Math.max(0, source.path.lastIndexOf("/"))) || ".";
  return {
    op: "create-file",
    beside,
    path: ".github/workflows/ci.yaml",
    text: WORKFLOW.replace("FILE", source.path).replace("FOLDER", folder),
  };
}

const WORKFLOW = `name: ci
on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - run: docker build --file FILE FOLDER
`;
