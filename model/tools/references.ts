import type { ReferenceRow, RunnerRow, Setting } from "../tools.ts";

const EXIT_CODE: readonly Setting[] = [{ name: "exit-code|TRIVY_EXIT_CODE", is: /^[1-9]/ }];
const SBOM_FORMAT: Setting = { name: "format", is: /cyclonedx|spdx|github/ };
const SCAN_TYPE = "scan-type";
const TRIVY = "aquasecurity/trivy-action";
const CONFIG_SCANNERS: Setting = { name: "scanners|security-checks", is: /config/ };
const SECRET_SCANNERS: Setting = { name: "scanners|security-checks", is: /secret/ };
const SCANNERS_WITHOUT_VULNERABILITIES: Setting = { name: "scanners|security-checks", is: /^(?!.*vuln)./ };
const MONITOR: readonly Setting[] = [{ name: "command", is: /monitor/ }];
/** Keyless login needs a token of the pipeline's own identity. */
const ID_TOKEN: Setting = { name: "permissions.id-token", is: /^write$/ };

/** GitHub actions and reusable workflows. */
const ACTIONS: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: "build", reference: "docker/build-push-action|depot/build-push-action|useblacksmith/build-push-action" },
  { gives: "build", reference: "docker/bake-action|depot/bake-action|redhat-actions/buildah-build|mr-smithers-excellent/docker-build-push" },
  { gives: ["build", "push"], reference: "docker/github-builder|docker/github-builder-experimental|elgohr/publish-docker-github-action|whoan/docker-build-with-cache-action|aevea/action-kaniko" },
  { gives: ["build", "push"], reference: "azure/acr-build|google-github-actions/cloud-build" },
  {
    gives: "push",
    reference: "docker/build-push-action|depot/build-push-action|useblacksmith/build-push-action|docker/bake-action|depot/bake-action",
    when: [{ name: "push" }],
  },
  { gives: "push", reference: "docker/build-push-action|depot/build-push-action", when: [{ name: "outputs", is: /type=registry|push=true/ }] },
  { gives: "push", reference: "redhat-actions/push-to-registry|mr-smithers-excellent/docker-build-push|akhilerm/tag-push-action" },
  { gives: "push", tool: "helm", reference: "helm/chart-releaser-action|stefanprodan/helm-gh-pages|appany/helm-oci-chart-releaser" },
  { gives: "sbom", reference: "docker/build-push-action|depot/build-push-action|docker/bake-action", when: [{ name: "sbom" }] },
  { gives: "sbom", reference: "docker/build-push-action", when: [{ name: "attests", is: /type=sbom/ }] },
  { gives: "provenance", reference: "docker/build-push-action|depot/build-push-action|docker/bake-action", when: [{ name: "provenance" }] },
  { gives: "provenance", reference: "docker/build-push-action", when: [{ name: "attests", is: /type=provenance/ }] },

  { gives: ["deploy", "wait"], reference: "azure/k8s-deploy" },
  { gives: "deploy", reference: "deliverybot/helm|bitovi/github-actions-deploy-eks*|bsord/helm-upgrade|vimeda/helm|j12934/helm-gke-action" },
  { gives: "deploy", reference: "google-github-actions/create-cloud-deploy-release" },
  { gives: "gitops-write", reference: "fjogeleit/yaml-update-action|omegion/argocd-actions" },
  { gives: "gitops-write", half: "edit", reference: "mikefarah/yq", when: [{ name: "cmd", is: /-i\b/ }] },
  {
    gives: "gitops-write",
    half: "publish",
    reference: "peter-evans/create-pull-request|stefanzweifel/git-auto-commit-action|endbug/add-and-commit|ad-m/github-push-action",
  },

  { gives: "validate", reference: "azure/k8s-lint|instrumenta/kubeval-action|makocchi-git/actions-k8s-manifests-validate-kubeval|nlamirault/helm-kubeconform-action" },
  { gives: ["validate", "iac-scan"], reference: "datreeio/action-datree" },
  { gives: "test", tool: "helm-unittest", reference: "d3adb5/helm-unittest-action" },
  { gives: "e2e", reference: "cypress-io/github-action|matt-ball/newman-action" },
  {
    gives: "local-cluster",
    reference:
      "helm/kind-action|engineerd/setup-kind|container-tools/kind-action|medyagh/setup-minikube|manusa/actions-setup-minikube|absaoss/k3d-action|nolar/setup-k3d-k3s|debianmaster/actions-k3s|balchua/microk8s-actions|replicatedhq/replicated-actions/create-cluster",
  },

  { gives: "image-scan", tool: "trivy", reference: TRIVY, unless: [{ name: SCAN_TYPE, is: /^(?!image)./ }, SBOM_FORMAT], gates: EXIT_CODE },
  { gives: "image-scan", tool: "grype", reference: "anchore/scan-action", unless: [{ name: "path" }], soft: [{ name: "fail-build", is: /^false$/i }] },
  { gives: "code-scan", tool: "grype", reference: "anchore/scan-action", when: [{ name: "path" }], soft: [{ name: "fail-build", is: /^false$/i }] },
  { gives: "image-scan", tool: "snyk", reference: "snyk/actions/docker", soft: MONITOR },
  {
    gives: "image-scan",
    tool: "docker scout",
    reference: "docker/scout-action",
    when: [{ name: "command", is: /cves|quickview|compare/ }],
    gates: [{ name: "exit-code|exit-on" }],
  },
  { gives: "image-scan", reference: "azure/container-scan" },
  { gives: "image-scan", tool: "trivy", reference: "crazy-max/ghaction-container-scan", gates: [{ name: "severity_threshold" }] },
  { gives: "image-scan", tool: "sysdig", reference: "sysdiglabs/scan-action", gates: [{ name: "stop-on-failed-policy-eval" }] },
  { gives: "image-scan", tool: "dockle", reference: "erzz/dockle-action|goodwithtech/dockle-action", gates: [{ name: "exit-code", is: /^[1-9]/ }] },
  { gives: "image-scan", tool: "twistcli", reference: "paloaltonetworks/prisma-cloud-scan" },
  { gives: "image-scan", tool: "kubescape", reference: "kubescape/github-action", when: [{ name: "image" }], gates: [{ name: "severityThreshold" }] },
  { gives: "image-scan", tool: "Amazon Inspector", reference: "aws-actions/vulnerability-scan-github-action-for-amazon-inspector", gates: [{ name: "critical_threshold|high_threshold" }] },

  { gives: "iac-scan", tool: "trivy", reference: TRIVY, when: [{ name: SCAN_TYPE, is: /^(?:config|k8s)/ }], gates: EXIT_CODE },
  { gives: "iac-scan", tool: "trivy", reference: TRIVY, when: [{ name: SCAN_TYPE, is: /^(?:fs|filesystem|repo|rootfs)/ }, CONFIG_SCANNERS], gates: EXIT_CODE },
  { gives: "iac-scan", tool: "checkov", reference: "bridgecrewio/checkov-action", soft: [{ name: "soft_fail" }] },
  { gives: "iac-scan", tool: "kubescape", reference: "kubescape/github-action", unless: [{ name: "image" }], gates: [{ name: "severityThreshold|failedThreshold|complianceThreshold" }] },
  { gives: "iac-scan", tool: "kube-linter", reference: "stackrox/kube-linter-action" },
  { gives: "iac-scan", tool: "kics", reference: "checkmarx/kics-github-action", soft: [{ name: "ignore_on_exit", is: /all|results/ }] },
  { gives: "iac-scan", tool: "kubesec", reference: "controlplaneio/kubesec-action" },
  { gives: "iac-scan", tool: "kube-score", reference: "piraces/kube-score-ga|zegl/kube-score-action" },
  { gives: "iac-scan", tool: "snyk", reference: "snyk/actions/iac", soft: MONITOR },
  { gives: "iac-scan", tool: "terrascan", reference: "tenable/terrascan-action", soft: [{ name: "only_warn" }] },
  { gives: "iac-scan", tool: "conftest", reference: "instrumenta/conftest-action|yubiuser/conftest-action" },

  { gives: "secret-scan", tool: "gitleaks", reference: "gitleaks/gitleaks-action|zricethezav/gitleaks-action|gacts/gitleaks" },
  { gives: "secret-scan", tool: "trufflehog", reference: "trufflesecurity/trufflehog" },
  { gives: "secret-scan", tool: "ggshield", reference: "gitguardian/ggshield-action|gitguardian/ggshield" },
  { gives: "secret-scan", tool: "trivy", reference: TRIVY, when: [{ name: SCAN_TYPE, is: /^(?:fs|filesystem|repo)/ }, SECRET_SCANNERS], gates: EXIT_CODE },

  { gives: "code-scan", tool: "codeql", reference: "github/codeql-action/analyze", gates: [] },
  { gives: "code-scan", tool: "dependency-review", reference: "actions/dependency-review-action", soft: [{ name: "warn-only" }] },
  { gives: "code-scan", tool: "osv-scanner", reference: "google/osv-scanner-action|google/osv-scanner-action/osv-scanner-action", soft: [{ name: "fail-on-vuln", is: /^false$/i }] },
  { gives: "code-scan", tool: "semgrep", reference: "returntocorp/semgrep-action|semgrep/semgrep-action" },
  { gives: "code-scan", tool: "sonar", reference: "sonarsource/sonarqube-scan-action|sonarsource/sonarcloud-github-action", gates: [{ name: "args", is: /qualitygate\.wait=true/ }] },
  { gives: "code-scan", tool: "sonar", reference: "sonarsource/sonarqube-quality-gate-action" },
  { gives: "code-scan", tool: "trivy", reference: TRIVY, when: [{ name: SCAN_TYPE, is: /^(?:fs|filesystem|repo|rootfs)/ }], unless: [SCANNERS_WITHOUT_VULNERABILITIES, SBOM_FORMAT], gates: EXIT_CODE },
  {
    gives: "code-scan",
    tool: "snyk",
    reference:
      "snyk/actions/node|snyk/actions/golang|snyk/actions/python*|snyk/actions/maven*|snyk/actions/gradle*|snyk/actions/dotnet|snyk/actions/php|snyk/actions/ruby|snyk/actions/scala",
    soft: MONITOR,
  },
  { gives: "code-scan", reference: "golang/govulncheck-action|securego/gosec|pypa/gh-action-pip-audit|rustsec/audit-check|actions-rs/audit-check|dependency-check/dependency-check_action" },
  { gives: "code-scan", tool: "codacy", reference: "codacy/codacy-analysis-cli-action" },

  { gives: "sbom", reference: "anchore/sbom-action|actions/attest-sbom|cyclonedx/gh-*" },
  { gives: "sbom", tool: "actions/attest", reference: "actions/attest", when: [{ name: "sbom-path" }] },
  { gives: "sbom", tool: "trivy", reference: TRIVY, when: [SBOM_FORMAT] },
  { gives: "sbom", tool: "docker scout", reference: "docker/scout-action", when: [{ name: "command", is: /sbom/ }] },
  { gives: "sign", tool: "notation", reference: "notaryproject/notation-action/sign" },
  { gives: "provenance", reference: "actions/attest-build-provenance|actions/attest" },
  { gives: "provenance", tool: "slsa-github-generator", reference: "slsa-framework/slsa-github-generator" },

  { gives: "load-test", tool: "k6", reference: "grafana/run-k6-action|grafana/k6-action|k6io/action" },
  { gives: "load-test", tool: "artillery", reference: "artilleryio/action-cli" },
  { gives: "chaos", reference: "mayadata-io/github-chaos-actions|litmuschaos/github-chaos-actions|chaos-mesh/chaos-mesh-action" },
  { gives: "cost", tool: "infracost", reference: "infracost/actions/diff|infracost/actions/comment" },
  { gives: "cost", reference: "kubecost/cost-prediction-action" },

  {
    gives: "oidc",
    reference: "aws-actions/configure-aws-credentials",
    when: [{ name: "role-to-assume" }, ID_TOKEN],
    unless: [{ name: "aws-access-key-id" }],
  },
  { gives: "oidc", reference: "google-github-actions/auth", when: [{ name: "workload_identity_provider" }, ID_TOKEN] },
  { gives: "oidc", reference: "azure/login", when: [{ name: "client-id" }, ID_TOKEN], unless: [{ name: "creds" }] },
  { gives: "oidc", reference: "hashicorp/vault-action", when: [{ name: "method", is: /^jwt$/ }, ID_TOKEN] },
];

/** GitLab templates and components. */
const INCLUDES: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: "build", reference: "Build|Docker" },
  { gives: ["build", "push", "test", "deploy", "wait"], reference: "Auto-DevOps" },
  { gives: "deploy", reference: "Deploy" },
  { gives: "test", reference: "Test" },
  { gives: "image-scan", reference: "Container-Scanning|components/container-scanning", gates: [] },
  { gives: "iac-scan", reference: "SAST-IaC", gates: [] },
  { gives: "iac-scan", reference: "SAST", when: [{ name: "SCAN_KUBERNETES_MANIFESTS", is: /^true$/i }], gates: [] },
  { gives: "secret-scan", reference: "Secret-Detection|components/secret-detection", gates: [] },
  { gives: "code-scan", reference: "SAST|Dependency-Scanning|components/sast|components/dependency-scanning", gates: [] },
  { gives: "load-test", reference: "Load-Performance-Testing", gates: [] },
];

/** Azure tasks. */
const TASKS: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: "build", reference: "Docker", when: [{ name: "command", is: /^build/i }] },
  { gives: "push", reference: "Docker", when: [{ name: "command", is: /push/i }] },
  { gives: ["build", "push"], reference: "Docker", unless: [{ name: "command" }] },
  { gives: "build", reference: "ContainerBuild" },
  { gives: "deploy", reference: "KubernetesManifest", unless: [{ name: "action", is: /^(?!deploy|promote)./i }] },
  { gives: "wait", reference: "KubernetesManifest", unless: [{ name: "action", is: /^(?!deploy|promote)./i }] },
  { gives: "deploy", reference: "HelmDeploy", when: [{ name: "command", is: /^(?:upgrade|install)$/i }] },
  { gives: "wait", reference: "HelmDeploy", when: [{ name: "command", is: /^(?:upgrade|install)$/i }], unless: [{ name: "waitForExecution", is: /^false$/i }] },
  { gives: "validate", reference: "HelmDeploy", when: [{ name: "command", is: /^lint$/i }] },
  { gives: "deploy", reference: "Kubernetes", when: [{ name: "command", is: /^apply$/i }] },
  { gives: "test", reference: "DotNetCoreCLI", when: [{ name: "command", is: /^test$/i }] },
  { gives: "test", reference: "Maven|Gradle", unless: [{ name: "publishJUnitResults", is: /^false$/i }] },
  { gives: "test", reference: "VSTest|PublishTestResults" },
  { gives: "code-scan", reference: "AdvancedSecurity-Codeql-Analyze|AdvancedSecurity-Dependency-Scanning", gates: [] },
  { gives: "code-scan", reference: "SonarQubeAnalyze|SonarCloudAnalyze", gates: [] },
  { gives: "code-scan", reference: "SnykSecurityScan|dependency-check-build-task" },
  { gives: "image-scan", reference: "trivy|AquaScanner", gates: EXIT_CODE },
  { gives: "image-scan", reference: "SnykSecurityScan", when: [{ name: "testType", is: /container/i }], soft: [{ name: "failOnIssues", is: /^false$/i }] },
];

/** Commands of CircleCI orbs; older majors write hyphens for underscores, which makes no difference here. */
const ORBS: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: "build", reference: "circleci/docker/build|circleci/aws-ecr/build_image" },
  { gives: ["build", "push"], reference: "circleci/docker/publish|circleci/aws-ecr/build_and_push_image|circleci/gcp-gcr/build_and_push_image" },
  { gives: "push", reference: "circleci/docker/push|circleci/aws-ecr/push_image|circleci/gcp-gcr/push_image" },
  { gives: "deploy", reference: "circleci/kubernetes/create_or_update_resource|circleci/kubernetes/update_container_image" },
  { gives: "deploy", reference: "circleci/helm/upgrade_helm_chart|circleci/helm/install_helm_chart|circleci/aws-eks/update_container_image" },
  { gives: "wait", reference: "circleci/kubernetes/*", when: [{ name: "get_rollout_status|get-rollout-status", is: /^true$/i }] },
  { gives: "image-scan", reference: "snyk/snyk/scan", when: [{ name: "docker-image-name" }], soft: [{ name: "fail-on-issues", is: /^false$/i }] },
  { gives: "code-scan", reference: "snyk/snyk/scan", unless: [{ name: "docker-image-name" }], soft: [{ name: "fail-on-issues", is: /^false$/i }] },
  { gives: "image-scan", reference: "cci-x/trivy/*|fifteen5/trivy-orb/*", gates: [{ name: "exit-code|exit_code", is: /^[1-9]/ }] },
  { gives: "secret-scan", reference: "upenn-libraries/gitleaks/*|gitguardian/ggshield/*" },
];

/** Tasks of the Tekton catalogue. */
const TEKTON: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: ["build", "push"], reference: "buildah*|kaniko*|buildpacks*|ko|jib-maven|jib-gradle|s2i-*" },
  { gives: "deploy", reference: "kubernetes-actions|helm-upgrade-from-source|helm-upgrade-from-repo|openshift-client*" },
  { gives: "image-scan", reference: "trivy-scanner|grype|roxctl-image-scan|clair*" },
  { gives: "iac-scan", reference: "kube-linter|conftest|datree|kubescape|checkov*" },
  { gives: "validate", reference: "kubeconform|kubeval|helm-lint" },
  { gives: "test", reference: "golang-test|maven|gradle|pytest|npm-test" },
  { gives: "code-scan", reference: "sonarqube-scanner|snyk*|codeql*" },
  { gives: "sbom", reference: "syft|anchore-sbom*" },
  { gives: "sign", reference: "cosign*" },
  { gives: "gitops-write", reference: "argocd-task-sync-and-wait|git-update-deployment" },
];

/** Bitbucket pipes. */
const PIPES: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: "deploy", reference: "atlassian/kubectl-run|atlassian/aws-eks-kubectl-run|atlassian/google-gke-kubectl-run|atlassian/azure-aks-deploy|atlassian/azure-aks-helm-deploy" },
  { gives: ["build", "push"], reference: "atlassian/kaniko*" },
  { gives: "push", reference: "atlassian/aws-ecr-push-image|atlassian/google-gcr-push-image" },
  { gives: "image-scan", reference: "aquasecurity/trivy-pipe", gates: [{ name: "exitCode", is: /^[1-9]/ }] },
  { gives: "code-scan", reference: "snyk/snyk-scan|sonarsource/*" },
  { gives: "secret-scan", reference: "atlassian/git-secrets-scan" },
];

/** Everything but commands. */
export const REFERENCES: readonly ReferenceRow[] = [
  ...ACTIONS.map((row): ReferenceRow => ({ ...row, kind: "action" })),
  ...INCLUDES.map((row): ReferenceRow => ({ ...row, kind: "include" })),
  ...TASKS.map((row): ReferenceRow => ({ ...row, kind: "task" })),
  ...ORBS.map((row): ReferenceRow => ({ ...row, kind: "orb" })),
  ...TEKTON.map((row): ReferenceRow => ({ ...row, kind: "tekton" })),
  ...PIPES.map((row): ReferenceRow => ({ ...row, kind: "pipe" })),
];

/** What runs the commands that its inputs hold. */
export const RUNNERS: readonly RunnerRow[] = [
  { kind: "action", reference: "nick-fields/retry|nick-invision/retry|wandalen/wretry.action", inputs: ["command"] },
  { kind: "action", reference: "azure/cli|azure/powershell", inputs: ["inlineScript"] },
  { kind: "action", reference: "appleboy/ssh-action|fifsky/ssh-action|garygrossgarten/github-action-ssh", inputs: ["script", "command"] },
  { kind: "action", reference: "addnab/docker-run-action", inputs: ["run"] },
  { kind: "action", reference: "stefanprodan/kube-tools|koslib/helm-eks-action|wyrihaximus/github-action-helm3", inputs: ["command", "exec"] },
  { kind: "action", reference: "actions-hub/kubectl|steebchen/kubectl|kodermax/kubectl-aws-eks|danielr1996/kubectl-action", inputs: ["args"], program: "kubectl" },
  { kind: "action", reference: "ianbelcher/eks-kubectl-action", inputs: ["args"], program: "kubectl" },
  { kind: "action", reference: "helmfile/helmfile-action", inputs: ["helmfile-args"], program: "helmfile" },
  { kind: "action", reference: "karancode/kustomize-github-action", inputs: ["kustomize_actions"], program: "kustomize" },
  { kind: "action", reference: "goreleaser/goreleaser-action", inputs: ["args"], program: "goreleaser" },
  { kind: "action", reference: "gradle/gradle-build-action|gradle/actions/setup-gradle|eskatos/gradle-command-action", inputs: ["arguments"], program: "gradle" },
  { kind: "action", reference: "borales/actions-yarn", inputs: ["cmd"], program: "yarn" },
  { kind: "action", reference: "actions-rs/cargo", inputs: ["command"], program: "cargo" },
  { kind: "action", reference: "bahmutov/npm-install", inputs: ["install-command"] },
  { kind: "action", reference: "dagger/dagger-for-github", inputs: ["args"], program: "dagger" },
  { kind: "task", reference: "Bash|CmdLine|PowerShell", inputs: ["script"] },
  { kind: "task", reference: "AzureCLI|AzurePowerShell", inputs: ["inlineScript", "Inline"] },
];
