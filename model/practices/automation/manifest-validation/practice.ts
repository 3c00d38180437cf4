import type { Edit, Json } from "../../../edit.ts";
import type { Repository } from "../../../facts.ts";
import { manifestsIn } from "../../../manifests.ts";
import { candidateIn, given, hiddenIn, isTriedOut, pipelinesIn } from "../../../pipelines.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

const HOOKS = /kubeconform|kubeval|helm-?lint|chart-testing|kube-linter|kustomize/;

export default practice({
  level: 3,
  gate: "required",
  share: "any",
  subject: "repository",
  effort: "apply",
  judge(repository, world) {
    if (manifestsIn(repository, world).length === 0) return undefined;
    const pipelines = pipelinesIn(repository, world);
    const seen = pipelines.flatMap((pipeline) =>
      given(pipeline, "validate").map((one) => ({ one, at: placeIn(pipeline, one) })),
    );
    const sure = seen.filter(({ one }) => one.gating);
    if (sure.length > 0)
      return met(
        sure.map(({ at }) => at),
        undefined,
        { tool: sure[0]?.one.tool ?? "" },
      );
    // A real API server is the strictest reader there is.
    const tried = pipelines.flatMap((pipeline) =>
      given(pipeline, "deploy")
        .filter((one) => one.gating && isTriedOut(one))
        .map((one) => placeIn(pipeline, one)),
    );
    if (tried.length > 0) return met(tried, "met.tried");
    const [soft] = seen;
    if (soft !== undefined) return unmet(soft.at, "unmet.soft", { tool: soft.one.tool });
    const hooks = repository.find(/^\.pre-commit-config\.ya?ml$/).filter(({ text }) => HOOKS.test(text ?? ""));
    const hidden = [...hiddenIn(repository, world), ...hooks.map((file) => file.place)];
    if (hidden.length > 0) return cannotTell(hidden);
    const candidate = candidateIn(repository, world);
    return unmet(candidate?.place ?? repository.place, candidate === undefined ? "unmet.none" : "unmet", {
      name: candidate?.displayName ?? "",
    });
  },
  fix(repository, world) {
    const candidate = candidateIn(repository, world);
    const at = candidate?.body.at("jobs", "validate");
    const run = commandFor(repository);
    const written = pipelinesIn(repository, world).some((pipeline) => given(pipeline, "validate").length > 0);
    if (candidate?.provider !== "github-actions" || at?.presence !== "absent" || run === undefined || written)
      return undefined;
    const value: Json = {
      "runs-on": "ubuntu-latest",
      steps: [{ uses: "actions/checkout@v4", with: { "persist-credentials": false } }, { run }],
    };
    const edit: Edit = { op: "set", at: at.place, value };
    return { safety: "review", edits: [edit] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://github.com/yannh/kubeconform", "https://helm.sh/docs/helm/helm_lint/"],
  equivalents: { "kube-linter": ["schema-validation"], dsomm: ["Test cluster deployment resources"] },
};

/** Charts are linted; plain objects are held against the API's schemas. What Kustomize puts together has first to be built. */
function commandFor(repository: Repository): string | undefined {
  if (repository.find(/(^|\/)kustomization\.ya?ml$/).length > 0) return undefined;
  const charts = repository
    .find(/(^|\/)Chart\.ya?ml$/)
    .map(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf("/"))) || ".");
  if (charts.length > 0) return charts.length > 5 ? undefined : `helm lint ${charts.join(" ")}`;
  const folders = repository.folders.filter((folder) => folder !== "" && !folder.startsWith("."));
  if (folders.length === 0 || folders.length > 5) return undefined;
  const paths = folders.map((folder) => `/work/${folder}`).join(" ");
  return `docker run --rm -v "$PWD:/work" ghcr.io/yannh/kubeconform:v0.7.0 -strict -ignore-missing-schemas -summary ${paths}`;
}
