import type { Fix, Place } from "../../../edit.ts";
import type { Field, Repository, RepositoryFile } from "../../../facts.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const DEPENDABOT = /^\.github\/dependabot\.ya?ml$/;
const RENOVATE = /^(?:\.github\/|\.gitlab\/)?renovate\.json5?$|^\.renovaterc(?:\.json5?)?$/;
/** What brings images and charts into a cluster, as the bots call it. */
const MANAGERS =
  /["'](?:kubernetes|argocd|helm-values|helmv3|helmfile|kustomize|flux|dockerfile|custom\.regex|regex)["']/;
/** What Renovate reads without being told where it is. */
const FOUND_BY_NAME =
  /(^|\/)((Dockerfile|Containerfile)[^/]*|[^/]*\.[Dd]ockerfile|values\.ya?ml|Chart\.ya?ml|kustomization\.ya?ml|helmfile\.ya?ml|gotk-components\.ya?ml)$/;
const DOCKERFILE = /(^|\/)(Dockerfile|Containerfile)[^/]*$/;

export default practice({
  level: 5,
  gate: "required",
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "no",
  judge(repository, world) {
    if (!repository.kubernetes) return undefined;
    const flux = world
      .resources("image.toolkit.fluxcd.io/ImageUpdateAutomation")
      .find((one) => world.repositoryOf(one.document)?.root === repository.root);
    if (flux !== undefined) return met(flux.place, "met.flux");
    const renovate = [
      ...repository.find(RENOVATE),
      ...repository.find(/^package\.json$/).filter((file) => /"renovate"\s*:/.test(file.text ?? "")),
    ];
    const [reading] = renovate.filter((file) => readsImages(file, repository));
    if (reading !== undefined) return met(reading.place);
    const [dependabot] = repository.find(DEPENDABOT);
    const ecosystems = updatesIn(dependabot);
    const images = ecosystems.filter((field) => /^(docker|helm|docker-compose)$/.test(field.source ?? ""));
    if (images.length > 0) return met(images);
    const [bot] = renovate;
    if (bot !== undefined) return unmet(bot.place, "unmet.renovate");
    if (dependabot !== undefined) return unmet(at(dependabot), "unmet.languages");
    return unmet(repository.place);
  },
  fix(repository) {
    const entries = entriesFor(repository);
    const [dependabot] = repository.find(DEPENDABOT);
    if (entries.length === 0 || repository.find(RENOVATE).length > 0) return undefined;
    return dependabot === undefined ? creation(repository, entries) : addition(dependabot, entries);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference",
    "https://docs.renovatebot.com/modules/manager/kubernetes/",
  ],
  equivalents: {
    scorecard: ["Dependency-Update-Tool"],
    zizmor: ["dependabot-cooldown", "dependabot-execution"],
    dsomm: ["Automated PRs for patches", "Automated merge of automated PRs"],
  },
};

function readsImages({ text }: RepositoryFile, repository: Repository): boolean {
  // A configuration whose text was not handed over is taken at its word: by default it reads everything it finds.
  if (text !== undefined && /["']?enabled["']?\s*:\s*false\s*,?\s*}\s*$/.test(text)) return false;
  const only = /["']?enabledManagers["']?\s*:\s*\[([^\]]*)\]/.exec(text ?? "")?.[1];
  if (only !== undefined) return MANAGERS.test(only);
  return (
    repository.find(FOUND_BY_NAME).length > 0 ||
    /["']?(kubernetes|argocd)["']?\s*:\s*{\s*["']?(managerFilePatterns|fileMatch)/.test(text ?? "")
  );
}

function updatesIn(dependabot: RepositoryFile | undefined): readonly Field[] {
  return (
    dependabot?.body
      .at("updates")
      .writtenItems()
      .map((update) => update.at("package-ecosystem")) ?? []
  );
}

function at(dependabot: RepositoryFile): Place {
  return dependabot.body.at("updates").place;
}

interface Entry {
  readonly ecosystem: "docker" | "helm";
  readonly directory: string;
}

/** One entry for each folder with a Dockerfile, and for each chart that depends on others. */
function entriesFor(repository: Repository): readonly Entry[] {
  const folder = ({ path }: RepositoryFile) => `/${path.slice(0, Math.max(0, path.lastIndexOf("/")))}`;
  const charts = repository
    .find(/(^|\/)Chart\.ya?ml$/)
    .filter(({ body }) => body.at("dependencies").writtenItems().length > 0);
  const all = [
    ...repository.find(DOCKERFILE).map((file): Entry => ({ ecosystem: "docker", directory: folder(file) })),
    ...charts.map((file): Entry => ({ ecosystem: "helm", directory: folder(file) })),
  ];
  return all.filter(
    (one, index) =>
      all.findIndex((other) => other.ecosystem === one.ecosystem && other.directory === one.directory) === index,
  );
}

function addition(dependabot: RepositoryFile, entries: readonly Entry[]): Fix {
  const edits = entries.map(({ ecosystem, directory }) => {
    const value = { "package-ecosystem": ecosystem, directory, schedule: { interval: "weekly" } };
    return { op: "append", at: at(dependabot), value } as const;
  });
  return { safety: "review", edits };
}

function creation(repository: Repository, entries: readonly Entry[]): Fix | undefined {
  const beside = repository.files.find((file) => !file.path.includes("/") && file.text !== undefined)?.place.document;
  const github = repository.files.some((file) => file.path.startsWith(".github/"));
  if (beside === undefined || !github) return undefined;
  const all = [...entries, { ecosystem: "github-actions", directory: "/" }];
  const lines = all.flatMap(({ ecosystem, directory }) => [
    `  - package-ecosystem: ${ecosystem}`,
    `    directory: ${directory}`,
    "    schedule:",
    "      interval: weekly",
    "    cooldown:",
    "      default-days: 7",
  ]);
  const text = ["version: 2", "updates:", ...lines, ""].join("\n");
  return { safety: "review", edits: [{ op: "create-file", beside, path: ".github/dependabot.yml", text }] };
}
