import type { Edit, Place } from "../../../edit.ts";
import type { Repository } from "../../../facts.ts";
import { GITOPS_KINDS } from "../../../gitops.ts";
import { manifestsIn } from "../../../manifests.ts";
import { once } from "../../../memo.ts";
import { deploysIn, hiddenIn, isIn, ownPipelines, pushesIn } from "../../../pipelines.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const PROSE = /\.(?:md|adoc|rst|txt)$|(^|\/)readme[^/]*$/i;
const RECIPES =
  /(^|\/)([Mm]akefile|GNUmakefile|\.?[Jj]ustfile|Taskfile[^/]*\.ya?ml|package\.json|Tiltfile|Jenkinsfile[^/]*|[^/]+\.(sh|bash|mk|just))$/;
const COMMAND =
  /\b(?:kubectl|oc|k)\b[^\n|;&]*\s(?:(?:apply|create|replace)\b[^\n|;&]*\s(?:-[a-zA-Z]*[fk]\b|--filename|--kustomize)|set\s+image|rollout\s+restart)|\bhelm\s(?:[^\n|;&]*\s)?(?:upgrade|install)\s|\bhelmfile\b[^\n]*\s(?:apply|sync)\b|\b(?:skaffold\s+(?:run|deploy)|kapp\s+deploy|werf\s+converge|devspace\s+deploy|kluctl\s+deploy|timoni\s+(?:apply|bundle\s+apply)|tk\s+apply|garden\s+deploy|okteto\s+deploy|ko\s+apply|flux\s+(?:bootstrap|create|install)|argocd\s+app\s+(?:create|sync)|pulumi\s+up|terraform\s+apply|tofu\s+apply)\b/;
/** Pages whose name says that they tell how to run it; their text is not always at hand. */
const TELLING = /(deploy|install|kubern|k8s|helm|gitops|setup|set-up|getting|quick|workload|run|usage|guide)/i;

export default practice({
  level: 1,
  gate: "required",
  share: "any",
  subject: "repository",
  effort: "create",
  judge(repository, world) {
    const [first] = manifestsIn(repository, world);
    if (first === undefined) return undefined;
    const automatic = [
      ...ownPipelines(world).flatMap((pipeline) => (isIn(repository, pipeline, world) ? deploysIn(pipeline) : [])),
      ...world.resources(GITOPS_KINDS).filter((one) => isIn(repository, one, world)),
    ];
    if (automatic.length > 0)
      return met(
        automatic.map((one) => one.place),
        "met.automatic",
      );
    const found = commandsIn(repository);
    if (found.length > 0) return met(found);
    // How it gets out is written in the pipeline that publishes it.
    if (ownPipelines(world).some((one) => isIn(repository, one, world) && pushesIn(one).length > 0))
      return notApplicable("superseded");
    const hidden = hiddenIn(repository, world);
    const pages = repository.find(PROSE).filter(({ path, text }) => text === undefined && TELLING.test(path));
    if (hidden.length + pages.length > 0) return cannotTell([...hidden, ...pages.map((page) => page.place)]);
    return unmet(repository.find(/^readme[^/]*$/i)[0]?.place ?? repository.place);
  },
  fix(repository) {
    const command = commandOf(repository);
    const beside = repository.files.find(({ path, text }) => !path.includes("/") && text !== undefined)?.place.document;
    if (command === undefined || beside === undefined || repository.find(/^(GNUm|[Mm])akefile$/).length > 0)
      return undefined;
    const text = `.PHONY: deploy\ndeploy: ## Bring what is described here to the current cluster\n\t${command}\n`;
    const edit: Edit = { op: "create-file", beside, path: "Makefile", text };
    return { safety: "review", edits: [edit], args: { command } };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/"],
  equivalents: { dsomm: ["Defined deployment process"] },
};

/** Places of the commands in texts for people and in scripts. */
const commandsIn = once((repository: Repository): readonly Place[] =>
  [...repository.find(RECIPES), ...repository.find(PROSE)].flatMap((file) => {
    const match = COMMAND.exec((file.text ?? "").replace(/\\\n/g, "  "));
    return match === null ? [] : [{ ...file.place, span: [match.index, match.index + match[0].length] as const }];
  }),
);

/** What brings it all to a cluster; nothing where there is more than one way. */
function commandOf(repository: Repository): string | undefined {
  const charts = repository.find(/(^|\/)Chart\.ya?ml$/);
  const roots = repository.find(/(^|\/)kustomization\.ya?ml$/);
  const [chart] = charts;
  const [root] = roots;
  const folder = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf("/"))) || ".";
  if (charts.length === 1 && roots.length === 0 && chart !== undefined) {
    const name = chart.body.at("name").text();
    return name === undefined ? undefined : `helm upgrade --install ${name} ${folder(chart.path)}`;
  }
  return charts.length === 0 && roots.length === 1 && root !== undefined
    ? `kubectl apply -k ${folder(root.path)}`
    : undefined;
}
