/** What people call an environment, by the folders and files that describe it. */
import { standingOf } from "../../layout.ts";

/** Words that name an environment by themselves, whatever number stands behind them. */
const ENVIRONMENTS = new Set([
  "acc",
  "acceptance",
  "alpha",
  "beta",
  "canary",
  "demo",
  "dev",
  "devel",
  "develop",
  "development",
  "dr",
  "ephemeral",
  "homelab",
  "int",
  "integration",
  "kind",
  "k3d",
  "lab",
  "live",
  "local",
  "minikube",
  "nightly",
  "nonprod",
  "playground",
  "prd",
  "preprod",
  "preproduction",
  "preview",
  "prod",
  "production",
  "qa",
  "sandbox",
  "sbx",
  "sit",
  "stage",
  "staging",
  "stg",
  "test",
  "testing",
  "training",
  "uat",
]);

/** Words that only mean an environment in the name of a values file: as folders they hold other things. */
const ENVIRONMENT_FILES = new Set(["ci", "default", "e2e", "example", "sample"]);

/** Words that belong to the one behind them: `pre-prod`, `non-production`. */
const QUALIFIERS = new Set(["pre", "non", "post"]);

/** Where an environment runs; said together with it: `prod-eu`, `eu-west-1-staging`. */
const REGIONS = new Set(
  (
    "eu us ap na sa af me uk gb de fr nl se no dk fi ie it es pl ch at in jp kr sg au nz cn hk br ca mx za apac emea " +
    "amer latam asia europe america africa australia global east west north south central northeast northwest " +
    "southeast southwest aws gcp azure gke eks aks onprem blue green primary secondary"
  ).split(" "),
);

/** Words beside an environment that say nothing of it: `dev-cluster`, `prod.values`. */
const FILLERS = new Set([
  "cluster",
  "clusters",
  "config",
  "env",
  "environment",
  "k8s",
  "kubernetes",
  "overlay",
  "values",
]);

/** Folders whose sub-folders are environments, whatever they are called. */
const CONTAINERS = new Set(["clusters", "env", "environments", "envs", "overlays", "stages"]);

/** Folders that tell nobody what they hold. */
const GENERIC = new Set([
  "app",
  "application",
  "apps",
  "argo-cd",
  "argocd",
  "base",
  "bases",
  "chart",
  "charts",
  "ci",
  "cluster",
  "clusters",
  "common",
  "config",
  "configs",
  "default",
  "deploy",
  "deployment",
  "deployments",
  "env",
  "environment",
  "environments",
  "envs",
  "flux",
  "gitops",
  "hack",
  "helm",
  "helm-chart",
  "helm-charts",
  "infra",
  "install",
  "k8s",
  "k8s-manifests",
  "kube",
  "kubernetes",
  "kubernetes-manifests",
  "kustomize",
  "manifest",
  "manifests",
  "ops",
  "overlay",
  "overlays",
  "resources",
  "shared",
  "src",
  "values",
  "yaml",
]);

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The environment that a single name speaks of: `prod-eu` in `shop-prod-eu`, `dev` in `dev-cluster`. The word for it
 * has the last say, so `test-runner` and `dev-portal` speak of none.
 */
export function environmentIn(name: string): string | undefined {
  return environmentAmong(name, ENVIRONMENTS);
}

function environmentAmong(name: string, known: ReadonlySet<string>): string | undefined {
  const words = wordsOf(name);
  for (let at = words.length - 1; at >= 0; at--) {
    const word = words[at];
    if (word === undefined) break;
    if (known.has(word.text) || known.has(word.text.replace(/\d+$/, ""))) return surroundings(name, words, at);
    if (!isRegion(word.text) && !FILLERS.has(word.text)) return undefined;
  }
  return undefined;
}

/** The word with the regions and qualifiers around it. */
function surroundings(name: string, words: readonly Word[], at: number): string {
  let first = at;
  let last = at;
  while (isRegion(words[last + 1]?.text)) last++;
  while (isRegion(words[first - 1]?.text) || QUALIFIERS.has(words[first - 1]?.text ?? "")) first--;
  return name.slice(words[first]?.start ?? 0, words[last]?.end ?? name.length);
}

function wordsOf(name: string): readonly Word[] {
  return [...name.matchAll(/[A-Za-z0-9]+/g)].map((match) => ({
    text: match[0].toLowerCase(),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

function isRegion(word: string | undefined): boolean {
  return word !== undefined && (REGIONS.has(word) || /^(\d+|[a-z]|[a-z]{2,4}\d{1,2})$/.test(word));
}

/** The environment that a path speaks of: that of its last folder which does, or which stands where environments do. */
export function environmentOf(path: string): string | undefined {
  const folders = foldersOf(path);
  for (let at = folders.length - 1; at >= 0; at--) {
    const folder = folders[at] ?? "";
    const found = environmentIn(folder);
    if (found !== undefined) return found;
    const above = folders[at - 1]?.toLowerCase();
    if (above !== undefined && CONTAINERS.has(above) && !GENERIC.has(folder.toLowerCase())) return folder;
  }
  return undefined;
}

/** The environment that a values file is for, by what its name has besides `values`. */
export function environmentOfValues(stem: string): string | undefined {
  return environmentIn(stem) ?? environmentAmong(stem, ENVIRONMENT_FILES);
}

/** The last folder of a path that tells something; nothing where none does. */
export function tellingFolder(path: string): string | undefined {
  return foldersOf(path)
    .filter((folder) => !GENERIC.has(folder.toLowerCase()))
    .at(-1);
}

function foldersOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "" && segment !== ".");
}

/** Does the name of an environment say that it is not for production. */
export function saysNonProduction(environment: string): boolean {
  return (
    standingOf("", environment).nonProduction || /^(testing|ephemeral|playground|minikube|k3d)\b/i.test(environment)
  );
}

/** Does a folder, by where it stands, hold what is not for production. */
export function standsAside(folder: string): boolean {
  return standingOf(`${folder}/x`).nonProduction;
}
