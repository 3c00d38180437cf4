import type { ReferenceRow, Setting } from "../tools.ts";

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
export const ACTIONS: readonly Omit<ReferenceRow, "kind">[] = [
  { gives: "build", reference: "docker/build-push-action|depot/build-push-action|useblacksmith/build-push-action" },
  {
    gives: "build",
    reference:
      "docker/bake-action|depot/bake-action|redhat-actions/buildah-build|mr-smithers-excellent/docker-build-push",
  },
  {
    gives: ["build", "push"],
    reference:
      "docker/github-builder|docker/github-builder-experimental|elgohr/publish-docker-github-action|whoan/docker-build-with-cache-action|aevea/action-kaniko",
  },
  { gives: ["build", "push"], reference: "azure/acr-build|google-github-actions/cloud-build" },
  {
    gives: "push",
    reference:
      "docker/build-push-action|depot/build-push-action|useblacksmith/build-push-action|docker/bake-action|depot/bake-action",
    when: [{ name: "push" }],
  },
  {
    gives: "push",
    reference: "docker/build-push-action|depot/build-push-action",
    when: [{ name: "outputs", is: /type=registry|push=true/ }],
  },
  {
    gives: "push",
    reference: "redhat-actions/push-to-registry|mr-smithers-excellent/docker-build-push|akhilerm/tag-push-action",
  },
  {
    gives: "push",
    tool: "helm",
    reference: "helm/chart-releaser-action|stefanprodan/helm-gh-pages|appany/helm-oci-chart-releaser",
  },
  {
    gives: "sbom",
    reference: "docker/build-push-action|depot/build-push-action|docker/bake-action",
    when: [{ name: "sbom" }],
  },
  { gives: "sbom", reference: "docker/build-push-action", when: [{ name: "attests", is: /type=sbom/ }] },
  {
    gives: "provenance",
    reference: "docker/build-push-action|depot/build-push-action|docker/bake-action",
    when: [{ name: "provenance" }],
  },
  { gives: "provenance", reference: "docker/build-push-action", when: [{ name: "attests", is: /type=provenance/ }] },

  { gives: ["deploy", "wait"], reference: "azure/k8s-deploy" },
  {
    gives: "deploy",
    reference:
      "deliverybot/helm|bitovi/github-actions-deploy-eks*|bsord/helm-upgrade|vimeda/helm|j12934/helm-gke-action",
  },
  // It runs Skaffold, which waits unless it is told otherwise.
  { gives: ["deploy", "wait"], reference: "google-github-actions/create-cloud-deploy-release" },
  { gives: "gitops-write", reference: "fjogeleit/yaml-update-action|omegion/argocd-actions" },
  { gives: "gitops-write", half: "edit", reference: "mikefarah/yq", when: [{ name: "cmd", is: /-i\b/ }] },
  {
    gives: "gitops-write",
    half: "publish",
    reference:
      "peter-evans/create-pull-request|stefanzweifel/git-auto-commit-action|endbug/add-and-commit|ad-m/github-push-action",
  },

  {
    gives: "validate",
    reference:
      "azure/k8s-lint|instrumenta/kubeval-action|makocchi-git/actions-k8s-manifests-validate-kubeval|nlamirault/helm-kubeconform-action",
  },
  { gives: ["validate", "iac-scan"], reference: "datreeio/action-datree|kubevious/cli" },
  { gives: "validate", reference: "fluxcd/flux-schema/actions/validate" },
  { gives: "test", tool: "helm-unittest", reference: "d3adb5/helm-unittest-action" },
  { gives: "e2e", reference: "cypress-io/github-action|matt-ball/newman-action" },
  {
    gives: "local-cluster",
    reference:
      "helm/kind-action|engineerd/setup-kind|container-tools/kind-action|medyagh/setup-minikube|manusa/actions-setup-minikube|absaoss/k3d-action|nolar/setup-k3d-k3s|debianmaster/actions-k3s|balchua/microk8s-actions|replicatedhq/replicated-actions/create-cluster",
  },

  {
    gives: "image-scan",
    tool: "trivy",
    reference: TRIVY,
    unless: [{ name: SCAN_TYPE, is: /^(?!image)./ }, SBOM_FORMAT],
    gates: EXIT_CODE,
  },
  {
    gives: "image-scan",
    tool: "grype",
    reference: "anchore/scan-action",
    unless: [{ name: "path" }],
    soft: [{ name: "fail-build", is: /^false$/i }],
  },
  {
    gives: "code-scan",
    tool: "grype",
    reference: "anchore/scan-action",
    when: [{ name: "path" }],
    soft: [{ name: "fail-build", is: /^false$/i }],
  },
  { gives: "image-scan", tool: "snyk", reference: "snyk/actions/docker", soft: MONITOR },
  {
    gives: "image-scan",
    tool: "docker scout",
    reference: "docker/scout-action",
    when: [{ name: "command", is: /cves|quickview|compare/ }],
    gates: [{ name: "exit-code|exit-on" }],
  },
  { gives: "image-scan", reference: "azure/container-scan" },
  {
    gives: "image-scan",
    tool: "trivy",
    reference: "crazy-max/ghaction-container-scan",
    gates: [{ name: "severity_threshold" }],
  },
  {
    gives: "image-scan",
    tool: "sysdig",
    reference: "sysdiglabs/scan-action",
    gates: [{ name: "stop-on-failed-policy-eval" }],
  },
  {
    gives: "image-scan",
    tool: "dockle",
    reference: "erzz/dockle-action|goodwithtech/dockle-action",
    gates: [{ name: "exit-code", is: /^[1-9]/ }],
  },
  { gives: "image-scan", tool: "twistcli", reference: "paloaltonetworks/prisma-cloud-scan" },
  {
    gives: "image-scan",
    tool: "kubescape",
    reference: "kubescape/github-action",
    when: [{ name: "image" }],
    gates: [{ name: "severityThreshold" }],
  },
  {
    gives: "image-scan",
    tool: "Amazon Inspector",
    reference: "aws-actions/vulnerability-scan-github-action-for-amazon-inspector",
    gates: [{ name: "critical_threshold|high_threshold" }],
  },

  {
    gives: "iac-scan",
    tool: "trivy",
    reference: TRIVY,
    when: [{ name: SCAN_TYPE, is: /^(?:config|k8s)/ }],
    gates: EXIT_CODE,
  },
  {
    gives: "iac-scan",
    tool: "trivy",
    reference: TRIVY,
    when: [{ name: SCAN_TYPE, is: /^(?:fs|filesystem|repo|rootfs)/ }, CONFIG_SCANNERS],
    gates: EXIT_CODE,
  },
  { gives: "iac-scan", tool: "checkov", reference: "bridgecrewio/checkov-action", soft: [{ name: "soft_fail" }] },
  {
    gives: "iac-scan",
    tool: "kubescape",
    reference: "kubescape/github-action",
    unless: [{ name: "image" }],
    gates: [{ name: "severityThreshold|failedThreshold|complianceThreshold" }],
  },
  { gives: "iac-scan", tool: "kube-linter", reference: "stackrox/kube-linter-action" },
  {
    gives: "iac-scan",
    tool: "kics",
    reference: "checkmarx/kics-github-action",
    soft: [{ name: "ignore_on_exit", is: /all|results/ }],
  },
  { gives: "iac-scan", tool: "kubesec", reference: "controlplaneio/kubesec-action" },
  { gives: "iac-scan", tool: "kube-score", reference: "piraces/kube-score-ga|zegl/kube-score-action" },
  { gives: "iac-scan", tool: "snyk", reference: "snyk/actions/iac", soft: MONITOR },
  { gives: "iac-scan", tool: "terrascan", reference: "tenable/terrascan-action", soft: [{ name: "only_warn" }] },
  { gives: "iac-scan", tool: "conftest", reference: "instrumenta/conftest-action|yubiuser/conftest-action" },

  {
    gives: "secret-scan",
    tool: "gitleaks",
    reference: "gitleaks/gitleaks-action|zricethezav/gitleaks-action|gacts/gitleaks",
  },
  { gives: "secret-scan", tool: "trufflehog", reference: "trufflesecurity/trufflehog" },
  { gives: "secret-scan", tool: "ggshield", reference: "gitguardian/ggshield-action|gitguardian/ggshield" },
  {
    gives: "secret-scan",
    tool: "trivy",
    reference: TRIVY,
    when: [{ name: SCAN_TYPE, is: /^(?:fs|filesystem|repo)/ }, SECRET_SCANNERS],
    gates: EXIT_CODE,
  },

  { gives: "code-scan", tool: "codeql", reference: "github/codeql-action/analyze", gates: [] },
  {
    gives: "code-scan",
    tool: "dependency-review",
    reference: "actions/dependency-review-action",
    soft: [{ name: "warn-only" }],
  },
  {
    gives: "code-scan",
    tool: "osv-scanner",
    reference: "google/osv-scanner-action|google/osv-scanner-action/osv-scanner-action",
    soft: [{ name: "fail-on-vuln", is: /^false$/i }],
  },
  { gives: "code-scan", tool: "semgrep", reference: "returntocorp/semgrep-action|semgrep/semgrep-action" },
  {
    gives: "code-scan",
    tool: "sonar",
    reference: "sonarsource/sonarqube-scan-action|sonarsource/sonarcloud-github-action",
    gates: [{ name: "args", is: /qualitygate\.wait=true/ }],
  },
  { gives: "code-scan", tool: "sonar", reference: "sonarsource/sonarqube-quality-gate-action" },
  {
    gives: "code-scan",
    tool: "trivy",
    reference: TRIVY,
    when: [{ name: SCAN_TYPE, is: /^(?:fs|filesystem|repo|rootfs)/ }],
    unless: [SCANNERS_WITHOUT_VULNERABILITIES, SBOM_FORMAT],
    gates: EXIT_CODE,
  },
  {
    gives: "code-scan",
    tool: "snyk",
    reference:
      "snyk/actions/node|snyk/actions/golang|snyk/actions/python*|snyk/actions/maven*|snyk/actions/gradle*|snyk/actions/dotnet|snyk/actions/php|snyk/actions/ruby|snyk/actions/scala",
    soft: MONITOR,
  },
  {
    gives: "code-scan",
    reference:
      "golang/govulncheck-action|securego/gosec|pypa/gh-action-pip-audit|rustsec/audit-check|actions-rs/audit-check|dependency-check/dependency-check_action",
  },
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
  {
    gives: "chaos",
    reference: "mayadata-io/github-chaos-actions|litmuschaos/github-chaos-actions|chaos-mesh/chaos-mesh-action",
  },
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
