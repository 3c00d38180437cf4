/**
 * The lexicon: which command, action, include, task or orb gives a pipeline which capability. Pure data: a new scanner
 * is one line. How a row is recognised in a command line is the engine's affair (`capabilities.ts`); what it takes to
 * fail a run is the tool's own default and stands here.
 *
 * Rows name what *does* the work. An action that only installs a tool (`sigstore/cosign-installer`, `azure/setup-helm`)
 * is no evidence; the command that follows is.
 */
import type { CapabilityName } from "./facts.ts";

/**
 * A flag of a command (`--push`), an input of an action, or, when there is no such flag or input, a variable of the
 * environment (`TRIVY_EXIT_CODE`). `|` separates names that mean the same.
 */
export interface Setting {
  readonly name: string;
  /** What its value must be. When left out: it is there, and not switched off (`--push=false`, an empty input). */
  readonly is?: RegExp;
}

interface Row {
  readonly gives: CapabilityName | readonly CapabilityName[];
  /** As people call it; the program, or the reference, when left out. */
  readonly tool?: string;
  /** All of these must hold. */
  readonly when?: readonly Setting[];
  /** None of these may hold. */
  readonly unless?: readonly Setting[];
  /** By default the tool reports and exits with 0: only with one of these can it fail the run; with `[]` it never can. */
  readonly gates?: readonly Setting[];
  /** By default the tool fails the run; with one of these it does not. */
  readonly soft?: readonly Setting[];
  /** Half of the capability: an `edit` followed by a `publish` in the same job makes it whole. */
  readonly half?: "edit" | "publish";
}

export interface CommandRow extends Row {
  /**
   * The program and its sub-commands. `|` separates alternatives, `*` at an end stands for any text, `**` for any words
   * in between. Options may stand anywhere between the words.
   */
  readonly command: string;
  /** What the arguments, joined by spaces, must look like. */
  readonly arguments?: RegExp;
  /** Counts only when its output is left to be seen: not where it is piped on, stored or substituted. */
  readonly alone?: true;
}

/**
 * What a pipeline can refer to. `action`: GitHub `owner/repository[/path]` without version, whole segments. `include`:
 * GitLab template without folder, `.latest` and `.gitlab-ci.yml`, or `components/name`. `task`: Azure task without
 * version. `orb`: CircleCI `namespace/orb/command`. `tekton`: name of a Task. `pipe`: Bitbucket pipe without version.
 * `plugin`: Buildkite plugin without version, as it is written there; image of a Drone or Woodpecker plugin without registry
 * and version.
 */
export type ReferenceKind = "action" | "include" | "task" | "orb" | "tekton" | "pipe" | "plugin";

export interface ReferenceRow extends Row {
  readonly kind: ReferenceKind;
  /** `|` separates alternatives; `*` at the end stands for any text. */
  readonly reference: string;
}

/** An action, task or orb command that runs what one of its inputs says. */
export interface RunnerRow {
  readonly kind: ReferenceKind;
  readonly reference: string;
  /** The inputs that may hold it. */
  readonly inputs: readonly string[];
  /** The input holds arguments to this program rather than a shell text. */
  readonly program?: string;
}

/** A program that runs another one, given as its arguments. */
export interface LauncherRow {
  readonly command: string;
  /** Options that take the next word with them. */
  readonly values?: string;
  /** How many words stand before the other program. */
  readonly skip?: number;
  /** Its own arguments end at one of these words. */
  readonly separator?: string;
}

/** Programs that run the program named in their arguments, which is what counts. */
export const LAUNCHERS: readonly LauncherRow[] = [
  { command: "npx|bunx|pnpx|pkgx", values: "-p|--package|-c|--call" },
  { command: "npm exec", values: "-p|--package|-w|--workspace" },
  { command: "pnpm|yarn dlx|exec", values: "-p|--package" },
  { command: "bun x" },
  { command: "uvx", values: "--from|--with|-p|--python" },
  { command: "uv run", values: "--with|-p|--python|--extra|--group|--project|--directory" },
  { command: "uv tool run", values: "--from|--with|-p|--python" },
  { command: "pipx run", values: "--spec|--python|--pip-args|--index-url" },
  { command: "poetry|pipenv|pdm|rye|hatch|pixi|conda run", values: "-n|-p|--name|--env|-e" },
  { command: "bundle exec" },
  { command: "coverage run", values: "--source|--rcfile" },
  { command: "python|python3|py", values: "-W|-X" },
  { command: "php", values: "-d" },
  { command: "go run", values: "-exec|-mod|-modfile|-tags|-ldflags" },
  { command: "go tool" },
  { command: "mise|rtx exec|x", values: "-C|--cd|-j|--jobs", separator: "--" },
  { command: "aws-vault|chamber|envchain exec", skip: 1, separator: "--" },
  { command: "asdf exec" },
  { command: "direnv exec", skip: 1 },
  { command: "op|doppler|infisical|teller|dotenvx run", values: "-p|-c|--env|--project|--config|-f", separator: "--" },
  { command: "vcluster connect", skip: 1, separator: "--" },
  { command: "nix run", values: "--inputs-from" },
  { command: "nix develop|shell", separator: "-c|--command" },
  { command: "devbox|flox run", separator: "--" },
  {
    command: "cross-env|dotenv|xvfb-run|retry|chronic|unbuffer|tini|dumb-init",
    values: "-e|-n|-s|-t|-d",
    separator: "--",
  },
  { command: "parallel", values: "-j|--jobs" },
];

/** Images whose entry point, or first argument, is this program. Matched at the end of the repository's name. */
export const IMAGES: Readonly<Record<string, string>> = {
  "aquasec/trivy": "trivy",
  "aquasecurity/trivy": "trivy",
  "anchore/grype": "grype",
  "anchore/syft": "syft",
  "bridgecrew/checkov": "checkov",
  "bridgecrewio/checkov": "checkov",
  "bitnami/kubectl": "kubectl",
  "rancher/kubectl": "kubectl",
  "alpine/kubectl": "kubectl",
  "alpine/helm": "helm",
  "dtzar/helm-kubectl": "",
  "alpine/k8s": "",
  "helmpack/chart-testing": "",
  "goreleaser/goreleaser": "goreleaser",
  "helmunittest/helm-unittest": "helm unittest",
  "yannh/kubeconform": "kubeconform",
  "garethr/kubeval": "kubeval",
  "instrumenta/kubeval": "kubeval",
  "stackrox/kube-linter": "kube-linter",
  "zegl/kube-score": "kube-score",
  "openpolicyagent/conftest": "conftest",
  "instrumenta/conftest": "conftest",
  "openpolicyagent/opa": "opa",
  "openpolicyagent/gator": "gator",
  "kubesec/kubesec": "kubesec",
  "checkmarx/kics": "kics",
  "tenable/terrascan": "terrascan",
  "accurics/terrascan": "terrascan",
  "fairwinds-ops/oss/polaris": "polaris",
  "fairwinds/polaris": "polaris",
  "fairwinds/pluto": "pluto",
  "fairwinds-ops/oss/pluto": "pluto",
  "kyverno/kyverno-cli": "kyverno",
  "kubescape/kubescape": "kubescape",
  "kubescape/kubescape-cli": "kubescape",
  "zricethezav/gitleaks": "gitleaks",
  "gitleaks/gitleaks": "gitleaks",
  "trufflesecurity/trufflehog": "trufflehog",
  "gitguardian/ggshield": "",
  "returntocorp/semgrep": "",
  "semgrep/semgrep": "",
  "google/osv-scanner": "osv-scanner",
  "goodwithtech/dockle": "dockle",
  "kaniko-project/executor": "executor",
  "moby/buildkit": "",
  "buildah/stable": "",
  "projectsigstore/cosign": "cosign",
  "sigstore/cosign/cosign": "cosign",
  "bitnami/cosign": "cosign",
  "snyk/snyk": "",
  "sonarsource/sonar-scanner-cli": "sonar-scanner",
  "cyclonedx/cdxgen": "cdxgen",
  "grafana/k6": "k6",
  "loadimpact/k6": "k6",
  "locustio/locust": "locust",
  "artilleryio/artillery": "artillery",
  "postman/newman": "newman",
  "cypress/included": "cypress run",
  "infracost/infracost": "infracost",
  "fluxcd/flux-cli": "flux",
  "argoproj/argocd": "argocd",
  "mikefarah/yq": "yq",
};
