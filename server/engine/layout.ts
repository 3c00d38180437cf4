/** What paths say: which files are looked at, what they are by where they stand, and which folders are charts. */
import type { Standing } from "../../model/facts.ts";

/** One folder that was opened or named on the command line. */
export interface Root {
  /** Without a slash at the end. */
  readonly uri: string;
  readonly name: string;
  readonly versionControl: "yes" | "no" | "unknown";
}

/** `text`: hand over the text; `name`: that it exists is enough; `skip`: never looked at. */
export type Interest = "text" | "name" | "skip";

const SKIPPED_FOLDERS = new Set([
  ".git",
  ".hg",
  ".jj",
  ".svn",
  "node_modules",
  ".terraform",
  ".venv",
  "__pycache__",
  ".vscode-test",
]);

/** Folders that are never entered. */
export function isSkippedFolder(name: string): boolean {
  return SKIPPED_FOLDERS.has(name);
}

const NAMED_TEXTS =
  /^([Rr][Ee][Aa][Dd][Mm][Ee](\.(md|rst|adoc|txt))?|CONTRIBUTING(\.\w+)?|CODEOWNERS|OWNERS|SECURITY\.md|Makefile|GNUmakefile|makefile|justfile|Justfile|\.justfile|Tiltfile|Jenkinsfile.*|.*\.jenkinsfile|Dockerfile.*|.*\.[Dd]ockerfile|Containerfile|package\.json|renovate\.json5?|\.renovaterc(\.json)?|devcontainer\.json|\.trivyignore|\.helmignore|\.adr-dir|[^/]*cloudbuild[^/]*\.json|\.drone\.(star|starlark|jsonnet))$/;

const SCRIPTS = /\.(sh|bash|mk|just)$/;

/** Scripts of load tests say themselves what must hold. */
const LOAD_TESTS = /(^|[/._-])(k6|load|load-?tests?|perf|performance|stress|soak)([/._-].*)?\.[cm]?[jt]s$/i;

/** What the engine wants of a file, by its path relative to the root. */
export function interestIn(path: string): Interest {
  const segments = path.split("/");
  if (segments.slice(0, -1).some(isSkippedFolder)) return "skip";
  const name = segments.at(-1) ?? "";
  if (isYamlPath(name) || NAMED_TEXTS.test(name) || SCRIPTS.test(name) || LOAD_TESTS.test(path)) return "text";
  if (/^(docs?\/.*|[^/]+)\.(md|adoc|rst)$/i.test(path)) return "text";
  return "name";
}

/** Names that a kustomization may have, in the order in which they are looked for. */
export const KUSTOMIZATION_FILES: readonly string[] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** YAML by its name. `values.yaml.gotmpl` and `_helpers.tpl` are not; a kustomization needs no ending. */
export function isYamlPath(path: string): boolean {
  return /\.ya?ml$/i.test(path) || /(^|\/)Kustomization$/.test(path);
}

/** Does the text of a YAML file hold anything of ours: an object, a pipeline, a tool's own file. A cheap look before reading. */
export function looksRelevant(path: string, text: string): boolean {
  if (isPipelinePath(path) || NAMED_YAML.test(baseName(path))) return true;
  return (
    (text.includes("apiVersion") && text.includes("kind")) ||
    /^["']?(jobs|stages|pipeline|steps|phases|groups|slos|on)["']?\s*:/m.test(text) ||
    PIPELINE_PART.test(text) ||
    INCLUDED_PART.test(text)
  );
}

/** What pipelines of all kinds include may be called anything. */
const PIPELINE_PART =
  /^[ \t-]*["']?(script|before_script|after_script|template|task|bash|pwsh|powershell|checkout|parameters)["']?\s*:/m;

/** Files that only others of the same pipeline make sense of: variables, rules, further includes. */
const INCLUDED_PART = /^["']?(include|variables|default|workflow|\.[\w-]+)["']?\s*:/m;

const NAMED_YAML =
  /^(Chart|kustomization|skaffold|catalog-info|values[^/]*|\.kmm|mkdocs|Taskfile|devspace|garden|okteto|docker-compose[^/]*|compose[^/]*|\.pre-commit-config|dependabot|renovate|alertmanager|cortex|opslevel|compass|score|copier|action|\.?goreleaser)\.ya?ml$|\.garden\.ya?ml$|^kustomization$/i;

export function isPipelinePath(path: string): boolean {
  return /(^|\/)(\.github\/workflows\/|[^/]*\.gitlab-ci|\.gitlab\/ci\/|azure-pipelines|\.azure-pipelines\/|\.circleci\/|\.tekton\/|bitbucket-pipelines|cloudbuild|buildspec|\.drone|\.woodpecker|\.buildkite\/)/i.test(
    path,
  );
}

const NON_PRODUCTION = new Set([
  "dev",
  "local",
  "sandbox",
  "preview",
  "example",
  "examples",
  "sample",
  "samples",
  "test",
  "tests",
  "fixtures",
  "testdata",
  "e2e",
  "kind",
]);

const FOREIGN_FOLDERS = new Set(["vendor", "third_party", "rendered", "node_modules"]);

const SYSTEM_NAMESPACES = new Set(["kube-system", "kube-public", "kube-node-lease"]);

export function isNonProductionName(segment: string): boolean {
  return NON_PRODUCTION.has(segment.toLowerCase());
}

/** How a file's path, or the environment it is said to belong to, makes its objects be looked at. */
export function standingOf(path: string, environment?: string): Standing {
  const folders = path.split("/").slice(0, -1);
  const name = path.slice(path.lastIndexOf("/") + 1);
  return {
    system: /(^|\/)etc\/kubernetes\/manifests\//.test(path),
    nonProduction:
      environment === undefined
        ? folders.some(isNonProductionName)
        : environment.split(/[-_.\s]/).some((word) => isNonProductionName(word) || /^dev/i.test(word)),
    foreign:
      folders.some((folder) => FOREIGN_FOLDERS.has(folder)) ||
      name === "gotk-components.yaml" ||
      /(^|\/)charts\/[^/]+\/(charts|crds)\//.test(path) ||
      /(^|\/)charts\/.+\.tgz$/.test(path),
  };
}

export function isSystemNamespace(name: string): boolean {
  return SYSTEM_NAMESPACES.has(name);
}

export function parentOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf("/"));
}

export function baseName(uri: string): string {
  return uri.slice(uri.lastIndexOf("/") + 1);
}

/** One segment of a path as VS Code writes it in a URI. */
export function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Finds the root that holds a URI: the longest one, so that nested folders win. */
export function rootOf(roots: readonly Root[], uri: string): Root | undefined {
  let best: Root | undefined;
  for (const root of roots) {
    if (uri.startsWith(`${root.uri}/`) && (best === undefined || root.uri.length > best.uri.length)) best = root;
  }
  return best;
}

/** The path below the root, decoded; the whole URI for a file outside all roots. */
export function relativePath(root: Root | undefined, uri: string): string {
  const path = root === undefined ? uri : uri.slice(root.uri.length + 1);
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The charts of a workspace: the folder of each Chart.yaml. */
export class Charts {
  readonly folders: ReadonlySet<string>;

  constructor(folders: Iterable<string>) {
    this.folders = new Set(folders);
  }

  get size(): number {
    return this.folders.size;
  }

  /** The innermost chart folder above a file, and the file's path inside it. */
  chartOf(uri: string): { readonly folder: string; readonly path: string } | undefined {
    for (let folder = parentOf(uri); folder.includes("/"); folder = parentOf(folder)) {
      if (this.folders.has(folder)) return { folder, path: uri.slice(folder.length + 1) };
    }
    return undefined;
  }

  /** The outermost chart above a chart: a vendored sub-chart is released with its parent. */
  releaseOf(folder: string): string {
    const above = this.chartOf(folder);
    return above === undefined ? folder : this.releaseOf(above.folder);
  }
}

/** Files that what a chart is rendered to may depend on, by their path in its folder. */
export function concernsChart(path: string): boolean {
  return /(^|\/)templates\/|(^|\/)(Chart\.yaml|Chart\.lock|values\.yaml)$/.test(path) && !/(^|\/)\.git\//.test(path);
}
