import type { ReferenceRow, RunnerRow, Setting } from "../tools.ts";
import { ACTIONS } from "./actions.ts";

const EXIT_CODE: readonly Setting[] = [{ name: "exit-code|TRIVY_EXIT_CODE", is: /^[1-9]/ }];

/** GitLab templates and components. */
const INCLUDES: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: ["build", "push"], reference: "Build|Docker|Kaniko|Cosign" },
  { gives: "sign", reference: "Cosign" },
  { gives: ["build", "push", "test", "deploy", "wait"], reference: "Auto-DevOps" },
  { gives: "deploy", reference: "Deploy" },
  {
    gives: "test",
    reference:
      "Test|Go|Maven|Gradle|Nodejs|Rust|Ruby|Python|Django|PHP|Laravel|Elixir|Scala|Dart|Flutter|Crystal|dotNET-Core",
  },
  {
    gives: "image-scan",
    reference: "Container-Scanning|Multi-Container-Scanning|components/container-scanning",
    gates: [],
  },
  // It keeps what it finds in the image as a bill of materials.
  { gives: "sbom", reference: "Container-Scanning|Multi-Container-Scanning|components/container-scanning" },
  { gives: "iac-scan", reference: "SAST-IaC", gates: [] },
  { gives: "iac-scan", reference: "SAST", when: [{ name: "SCAN_KUBERNETES_MANIFESTS", is: /^true$/i }], gates: [] },
  { gives: "secret-scan", reference: "Secret-Detection|components/secret-detection", gates: [] },
  {
    gives: "code-scan",
    reference: "SAST|Dependency-Scanning|components/sast|components/dependency-scanning",
    gates: [],
  },
  { gives: "load-test", reference: "Load-Performance-Testing", gates: [] },
];

/** Azure tasks. */
const TASKS: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: "build", reference: "Docker", when: [{ name: "command|action", is: /^build/i }] },
  { gives: "push", reference: "Docker", when: [{ name: "command|action", is: /push/i }] },
  { gives: ["build", "push"], reference: "Docker", unless: [{ name: "command|action" }] },
  { gives: "build", reference: "DockerCompose", when: [{ name: "action", is: /^(?:build|run) services/i }] },
  { gives: "push", reference: "DockerCompose", when: [{ name: "action", is: /^push services/i }] },
  { gives: "build", reference: "ContainerBuild" },
  { gives: "deploy", reference: "KubernetesManifest", unless: [{ name: "action", is: /^(?!deploy|promote)./i }] },
  { gives: "wait", reference: "KubernetesManifest", unless: [{ name: "action", is: /^(?!deploy|promote)./i }] },
  { gives: "deploy", reference: "HelmDeploy", when: [{ name: "command", is: /^(?:upgrade|install)$/i }] },
  {
    gives: "wait",
    reference: "HelmDeploy",
    when: [{ name: "command", is: /^(?:upgrade|install)$/i }],
    unless: [{ name: "waitForExecution", is: /^false$/i }],
  },
  {
    gives: "rollback",
    reference: "HelmDeploy",
    when: [
      { name: "command", is: /^(?:upgrade|install)$/i },
      { name: "arguments", is: /--(?:atomic|rollback-on-failure)\b/ },
    ],
  },
  { gives: "validate", reference: "HelmDeploy", when: [{ name: "command", is: /^lint$/i }] },
  { gives: "deploy", reference: "Kubernetes", when: [{ name: "command", is: /^apply$/i }] },
  { gives: "test", reference: "DotNetCoreCLI", when: [{ name: "command", is: /^test$/i }] },
  { gives: "test", tool: "maven", reference: "Maven", unless: [{ name: "goals" }] },
  { gives: "test", tool: "gradle", reference: "Gradle", unless: [{ name: "tasks" }] },
  { gives: "test", reference: "VSTest|PublishTestResults" },
  { gives: "code-scan", reference: "AdvancedSecurity-Codeql-Analyze|AdvancedSecurity-Dependency-Scanning", gates: [] },
  { gives: "code-scan", reference: "SonarQubeAnalyze|SonarCloudAnalyze", gates: [] },
  { gives: "code-scan", reference: "SnykSecurityScan|dependency-check-build-task" },
  { gives: "code-scan", reference: "MicrosoftSecurityDevOps", gates: [{ name: "break", is: /^true$/i }] },
  { gives: "code-scan", reference: "WhiteSource|Mend|CredScan|BinSkim" },
  { gives: "secret-scan", reference: "Gitleaks|CredScan" },
  { gives: "load-test", reference: "AzureLoadTest|k6-load-test" },
  { gives: "sbom", reference: "ManifestGeneratorTask" },
  { gives: "sign", reference: "Notation", when: [{ name: "command", is: /^sign$/i }] },
  {
    gives: "image-scan",
    reference: "trivy",
    when: [{ name: "type", is: /^image$/i }],
    soft: [{ name: "ignoreScanErrors", is: /^true$/i }],
  },
  {
    gives: "image-scan",
    reference: "trivy",
    when: [{ name: "image" }],
    unless: [{ name: "type" }],
    soft: [{ name: "exitCode", is: /^0$/ }],
  },
  {
    gives: "code-scan",
    reference: "trivy",
    when: [{ name: "type", is: /^(?:filesystem|repository)$/i }],
    soft: [{ name: "ignoreScanErrors", is: /^true$/i }],
  },
  {
    gives: "iac-scan",
    reference: "trivy",
    when: [{ name: "scanners", is: /misconfig/ }],
    soft: [{ name: "ignoreScanErrors", is: /^true$/i }],
  },
  {
    gives: ["code-scan", "iac-scan"],
    reference: "trivy",
    when: [{ name: "path" }],
    unless: [{ name: "type" }],
    soft: [{ name: "exitCode", is: /^0$/ }],
  },
  { gives: "image-scan", reference: "AquaScanner", gates: EXIT_CODE },
  {
    gives: "image-scan",
    reference: "SnykSecurityScan",
    when: [{ name: "testType", is: /container/i }],
    soft: [{ name: "failOnIssues", is: /^false$/i }],
  },
];

/** Commands of CircleCI orbs; older majors write hyphens for underscores, which makes no difference here. */
const ORBS: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: "build", reference: "circleci/docker/build|circleci/docker/publish|circleci/aws-ecr/build_image" },
  { gives: "push", reference: "circleci/docker/publish", unless: [{ name: "deploy", is: /^false$/i }] },
  {
    gives: ["build", "push"],
    reference:
      "circleci/aws-ecr/build_and_push_image|circleci/gcp-gcr/build_and_push_image|circleci/azure-acr/build_and_push_image|fairwinds/rok8s-scripts/docker_build_and_push",
  },
  { gives: ["build", "push", "deploy"], reference: "circleci/gcp-gke/publish_and_rollout_image" },
  {
    gives: "deploy",
    reference: "circleci/gcp-gke/rollout_image|circleci/azure-aks/*|circleci/aws-eks/create_or_update*",
  },
  { gives: ["e2e", "local-cluster"], reference: "fairwinds/rok8s-scripts/kubernetes_e2e_tests" },
  {
    gives: "test",
    reference:
      "circleci/node/test|circleci/python/test|circleci/go/test|circleci/maven/test|circleci/gradle/test|circleci/rust/test|circleci/ruby/rspec_test|circleci/jest/*",
  },
  { gives: "e2e", reference: "cypress-io/cypress/run" },
  { gives: "code-scan", reference: "sonarsource/sonarcloud/scan", gates: [] },
  { gives: "image-scan", reference: "twistlock/*|anchore/anchore_engine/*" },
  { gives: "load-test", reference: "k6io/test/*" },
  { gives: "oidc", reference: "circleci/aws-cli/assume_role_with_web_identity" },
  { gives: "oidc", reference: "circleci/aws-cli/setup", when: [{ name: "role_arn|role-arn" }] },
  { gives: "oidc", reference: "circleci/gcp-cli/setup", when: [{ name: "use_oidc", is: /^true$/i }] },
  { gives: "push", reference: "circleci/docker/push|circleci/aws-ecr/push_image|circleci/gcp-gcr/push_image" },
  {
    gives: "deploy",
    reference: "circleci/kubernetes/create_or_update_resource|circleci/kubernetes/update_container_image",
  },
  {
    gives: "deploy",
    reference:
      "circleci/helm/upgrade_helm_chart|circleci/helm/install_helm_chart|circleci/aws-eks/update_container_image",
  },
  {
    gives: "wait",
    reference: "circleci/helm/upgrade_helm_chart|circleci/helm/install_helm_chart",
    when: [{ name: "wait|atomic", is: /^true$/i }],
  },
  {
    gives: "rollback",
    reference: "circleci/helm/upgrade_helm_chart|circleci/helm/install_helm_chart",
    when: [{ name: "atomic", is: /^true$/i }],
  },
  {
    gives: "wait",
    reference: "circleci/kubernetes/*",
    when: [{ name: "get_rollout_status|get-rollout-status", is: /^true$/i }],
  },
  {
    gives: "image-scan",
    reference: "snyk/snyk/scan",
    when: [{ name: "docker-image-name" }],
    soft: [{ name: "fail-on-issues", is: /^false$/i }],
  },
  {
    gives: "code-scan",
    reference: "snyk/snyk/scan",
    unless: [{ name: "docker-image-name" }],
    soft: [{ name: "fail-on-issues", is: /^false$/i }],
  },
  {
    gives: "image-scan",
    reference: "cci-x/trivy/*|fifteen5/trivy-orb/*",
    gates: [{ name: "exit-code|exit_code", is: /^[1-9]/ }],
  },
  { gives: "secret-scan", reference: "upenn-libraries/gitleaks/*|gitguardian/ggshield/*" },
];

/** Tasks of the Tekton catalogue. */
const TEKTON: readonly Omit<ReferenceRow, "kind">[] = [
  {
    gives: ["build", "push"],
    reference: "buildah*|kaniko*|buildpacks*|buildkit*|buildkit-daemonless|ko|jib-maven|jib-gradle|s2i-*",
  },
  { gives: "push", reference: "skopeo-copy" },
  { gives: "deploy", reference: "helm-upgrade-from-source|helm-upgrade-from-repo|kn-apply" },
  { gives: "wait", reference: "helm-upgrade-from-source" },
  { gives: ["gitops-write", "wait"], reference: "argocd-task-sync-and-wait" },
  { gives: "image-scan", reference: "grype|roxctl-image-scan|clair*|anchore-cli" },
  { gives: "iac-scan", reference: "kube-linter|datree|kubescape|checkov*|rox-deployment-check" },
  { gives: "policy-test", reference: "conftest|helm-conftest" },
  { gives: "validate", reference: "kubeconform|kubeval|helm-lint" },
  { gives: "test", reference: "golang-test|pytest|npm-test|gradle-test|maven-test" },
  { gives: "e2e", reference: "cypress|newman|playwright" },
  { gives: "load-test", reference: "ab-load|k6" },
  { gives: "code-scan", reference: "sonarqube-scanner|snyk*|codeql*|sast-*|42crunch-*|gosec" },
  { gives: "secret-scan", reference: "gitleaks|trufflehog" },
  { gives: "sbom", reference: "syft|anchore-sbom*" },
  { gives: "sign", reference: "cosign*" },
  { gives: "gitops-write", reference: "git-update-deployment" },
];

/** Tasks of the Tekton catalogue that do none of all that, or what their inputs say. */
export const CATALOGUE_TASKS =
  "git-clone|git-cli|git-version|git-rebase|git-batch-merge|gitops-pr|github-*|gitlab-*|gitea-*|send-to-*|sendmail|" +
  "slack-*|generate-build-id|golang-build|golangci-lint|hadolint|yamllint|markdown-lint|pylint|flake8|black|eslint|" +
  "ruby-lint|shellcheck|yq|jq|curl|wget|write-file|replace-tokens|maven|gradle|npm|" +
  "kubernetes-actions|kubectl|openshift-client*|aws-cli|az|gcloud|doctl|ibmcloud|terraform-cli|trivy-scanner|kn|" +
  "kubeconfig-creator|create-github-release|upload-pypi|gcs-*|s3-*|rsync|tkn|aws-ecr-login";

/** Bitbucket pipes. */
const PIPES: readonly Omit<ReferenceRow, "kind">[] = [
  {
    gives: "deploy",
    reference:
      "atlassian/kubectl-run|atlassian/aws-eks-kubectl-run|atlassian/google-gke-kubectl-run|atlassian/azure-aks-deploy",
    unless: [
      { name: "KUBECTL_COMMAND", is: /^(?:get|describe|logs|version|config|diff|wait|delete|rollout (?:status|undo))/ },
    ],
  },
  { gives: "wait", reference: "atlassian/*", when: [{ name: "KUBECTL_COMMAND", is: /^(?:wait|rollout status)/ }] },
  { gives: "deploy", reference: "atlassian/azure-aks-helm-deploy" },
  { gives: "oidc", reference: "atlassian/*", when: [{ name: "AWS_OIDC_ROLE_ARN" }] },
  { gives: ["build", "push"], reference: "atlassian/kaniko*" },
  { gives: "push", reference: "atlassian/aws-ecr-push-image|atlassian/google-gcr-push-image" },
  { gives: "image-scan", reference: "aquasecurity/trivy-pipe", gates: [{ name: "exitCode", is: /^[1-9]/ }] },
  {
    gives: "image-scan",
    reference: "snyk/snyk-scan",
    when: [{ name: "LANGUAGE", is: /^docker$/i }],
    soft: [{ name: "DONT_BREAK_BUILD", is: /^true$/i }],
  },
  {
    gives: "code-scan",
    reference: "snyk/snyk-scan",
    unless: [{ name: "LANGUAGE", is: /^docker$/i }],
    soft: [{ name: "DONT_BREAK_BUILD", is: /^true$/i }],
  },
  { gives: "code-scan", reference: "sonarsource/*" },
  { gives: "secret-scan", reference: "atlassian/git-secrets-scan" },
];

/** Plugins of Buildkite. */
const PLUGINS: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: "build", reference: "docker-compose", when: [{ name: "build" }] },
  { gives: "push", reference: "docker-compose", when: [{ name: "push" }] },
  { gives: ["build", "push"], reference: "seek-oss/docker-ecr-publish|docker-image-push|docker-build-push" },
  { gives: "image-scan", reference: "equinixmetal-buildkite/trivy", gates: [{ name: "exit-code", is: /^[1-9]/ }] },
  { gives: "image-scan", reference: "wiz", when: [{ name: "scan-type", is: /docker/ }] },
  { gives: "iac-scan", reference: "wiz", when: [{ name: "scan-type", is: /iac/ }] },
  { gives: "sign", reference: "equinixmetal-buildkite/cosign" },
  { gives: "oidc", reference: "aws-assume-role-with-web-identity|gcp-workload-identity-federation|vault-oidc-auth" },
];

const DRY: readonly Setting[] = [{ name: "dry_run|dry-run|no_push|no-push", is: /^true$/i }];
const DOCKER_PLUGINS =
  "plugins/docker|plugins/buildx|plugins/docker-buildx|plugins/ecr|plugins/gcr|plugins/gar|plugins/acr|plugins/heroku|plugins/kaniko*|banzaicloud/drone-kaniko|thegeeklab/drone-docker*|thegeeklab/wp-docker-buildx|owncloudci/drone-docker-buildx|woodpeckerci/plugin-docker*|woodpeckerci/plugin-kaniko|woodpecker-plugins/docker*|woodpecker-plugins/kaniko";
const HELM_PLUGINS =
  "pelotech/drone-helm3|bitsbeats/drone-helm3|ipedrazas/drone-helm|127labs/drone-k8s-helm|abogatikov/drone-helm-plugin*";

/** Plugins of Drone and Woodpecker. */
const CONTAINER_PLUGINS: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: "build", reference: DOCKER_PLUGINS },
  { gives: "push", reference: DOCKER_PLUGINS, unless: DRY },
  { gives: "push", reference: "plugins/manifest|woodpeckerci/plugin-manifest*" },
  { gives: "sbom", reference: DOCKER_PLUGINS, when: [{ name: "sbom" }] },
  { gives: "provenance", reference: DOCKER_PLUGINS, when: [{ name: "provenance" }] },
  {
    gives: "deploy",
    reference: HELM_PLUGINS,
    unless: [
      { name: "mode|helm_command", is: /^(?:lint|uninstall|delete|help|test)$/i },
      { name: "dry_run|dry-run", is: /^true$/i },
    ],
  },
  { gives: "validate", reference: HELM_PLUGINS, when: [{ name: "mode|helm_command", is: /^lint$/i }] },
  { gives: "wait", reference: HELM_PLUGINS, when: [{ name: "wait|wait_for_upgrade|atomic_upgrade", is: /^true$/i }] },
  {
    gives: "deploy",
    reference:
      "honestbee/drone-kubernetes|sh4d1/drone-kubernetes|danielgormly/drone-plugin-kube|octoposprime/drone-plugin-kube|zc2638/drone-k8s-plugin|laik/drone-k8s|cantsleep/drone-kubernetes|nytimes/drone-gke|sinlead/drone-kubectl",
    unless: DRY,
  },
  { gives: "wait", reference: "nytimes/drone-gke", when: [{ name: "wait_deployments" }] },
  {
    gives: "gitops-write",
    half: "publish",
    reference:
      "appleboy/drone-git-push|plugins/git-push|woodpeckerci/plugin-git-push|thegeeklab/git-action|thegeeklab/wp-git-action",
  },
  {
    gives: "code-scan",
    reference:
      "aosapps/drone-sonar-plugin|plugins/sonarqube-scanner|woodpeckerci/plugin-trivy|woodpecker-plugins/trivy",
  },
];

/** Everything but commands. */
export const REFERENCES: readonly ReferenceRow[] = [
  ...ACTIONS.map((row): ReferenceRow => ({ ...row, kind: "action" })),
  ...INCLUDES.map((row): ReferenceRow => ({ ...row, kind: "include" })),
  ...TASKS.map((row): ReferenceRow => ({ ...row, kind: "task" })),
  ...ORBS.map((row): ReferenceRow => ({ ...row, kind: "orb" })),
  ...TEKTON.map((row): ReferenceRow => ({ ...row, kind: "tekton" })),
  ...PIPES.map((row): ReferenceRow => ({ ...row, kind: "pipe" })),
  ...PLUGINS.map((row): ReferenceRow => ({ ...row, kind: "plugin" })),
  ...CONTAINER_PLUGINS.map((row): ReferenceRow => ({ ...row, kind: "plugin" })),
];

/** What runs the commands that its inputs hold. */
export const RUNNERS: readonly RunnerRow[] = [
  { kind: "action", reference: "nick-fields/retry|nick-invision/retry|wandalen/wretry.action", inputs: ["command"] },
  { kind: "action", reference: "azure/cli|azure/powershell", inputs: ["inlineScript"] },
  {
    kind: "action",
    reference: "appleboy/ssh-action|fifsky/ssh-action|garygrossgarten/github-action-ssh",
    inputs: ["script", "command"],
  },
  { kind: "action", reference: "addnab/docker-run-action", inputs: ["run"] },
  {
    kind: "action",
    reference: "stefanprodan/kube-tools|koslib/helm-eks-action|wyrihaximus/github-action-helm3",
    inputs: ["command", "exec"],
  },
  {
    kind: "action",
    reference: "actions-hub/kubectl|steebchen/kubectl|kodermax/kubectl-aws-eks|danielr1996/kubectl-action",
    inputs: ["args"],
    program: "kubectl",
  },
  { kind: "action", reference: "ianbelcher/eks-kubectl-action", inputs: ["args"], program: "kubectl" },
  { kind: "action", reference: "helmfile/helmfile-action", inputs: ["helmfile-args"], program: "helmfile" },
  {
    kind: "action",
    reference: "karancode/kustomize-github-action",
    inputs: ["kustomize_actions"],
    program: "kustomize",
  },
  { kind: "action", reference: "goreleaser/goreleaser-action", inputs: ["args"], program: "goreleaser" },
  {
    kind: "action",
    reference: "gradle/gradle-build-action|gradle/actions/setup-gradle|eskatos/gradle-command-action",
    inputs: ["arguments"],
    program: "gradle",
  },
  { kind: "action", reference: "borales/actions-yarn", inputs: ["cmd"], program: "yarn" },
  { kind: "action", reference: "actions-rs/cargo", inputs: ["command"], program: "cargo" },
  { kind: "action", reference: "bahmutov/npm-install", inputs: ["install-command"] },
  { kind: "action", reference: "dagger/dagger-for-github", inputs: ["args"], program: "dagger" },
  { kind: "task", reference: "Bash|CmdLine|PowerShell", inputs: ["script"] },
  { kind: "task", reference: "AzureCLI|AzurePowerShell", inputs: ["inlineScript", "Inline"] },
  { kind: "task", reference: "SSH|ShellScript", inputs: ["inline", "commands"] },
  { kind: "orb", reference: "fairwinds/rok8s-scripts/kubernetes_e2e_tests", inputs: ["script"] },
  { kind: "pipe", reference: "atlassian/ssh-run|atlassian/aws-cli-run", inputs: ["COMMAND"] },
  { kind: "plugin", reference: "appleboy/drone-ssh|appleboy/woodpecker-ssh", inputs: ["script"] },
  { kind: "pipe", reference: "atlassian/azure-cli-run", inputs: ["CLI_COMMAND"] },
  { kind: "tekton", reference: "kubernetes-actions|openshift-client*", inputs: ["script", "SCRIPT"] },
  { kind: "tekton", reference: "kubernetes-actions|kubectl", inputs: ["args", "ARGS"], program: "kubectl" },
  { kind: "tekton", reference: "openshift-client*", inputs: ["ARGS"], program: "oc" },
  { kind: "tekton", reference: "git-cli", inputs: ["GIT_SCRIPT", "GIT_USER_SCRIPT"] },
  { kind: "tekton", reference: "aws-cli|az|gcloud|doctl", inputs: ["SCRIPT"] },
  { kind: "tekton", reference: "trivy-scanner", inputs: ["ARGS"], program: "trivy" },
  { kind: "tekton", reference: "terraform-cli", inputs: ["ARGS"], program: "terraform" },
  { kind: "tekton", reference: "maven", inputs: ["GOALS"], program: "mvn" },
  { kind: "tekton", reference: "gradle", inputs: ["TASKS"], program: "gradle" },
  { kind: "tekton", reference: "npm", inputs: ["ARGS"], program: "npm" },
];
