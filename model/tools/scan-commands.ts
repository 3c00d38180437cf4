/** Commands that look for faults: in images, in manifests, in code and what it depends on, and secrets. */
import type { CommandRow, Setting } from "../tools.ts";

const EXIT_CODE: readonly Setting[] = [{ name: "--exit-code|TRIVY_EXIT_CODE", is: /^[1-9]/ }];
export const SBOM_FORMAT: Setting = { name: "--format|-f", is: /cyclonedx|spdx/ };
const SCANNERS = "--scanners|--security-checks";
const CONFIG_SCANNERS: Setting = { name: SCANNERS, is: /config/ };
const SECRET_SCANNERS: Setting = { name: SCANNERS, is: /secret/ };
const SCANNERS_WITHOUT_VULNERABILITIES: Setting = { name: SCANNERS, is: /^(?!.*vuln)./ };

export const SCAN_COMMANDS: readonly CommandRow[] = [
  // Scanning images. Trivy, Grype, Scout and Dockle report and exit with 0 unless told otherwise.
  { gives: "image-scan", command: "trivy image|i", unless: [SBOM_FORMAT], gates: EXIT_CODE },
  {
    gives: "image-scan",
    command: "grype",
    arguments: /^(?!.*\bdir:)./,
    gates: [{ name: "--fail-on|-f|GRYPE_FAIL_ON_SEVERITY" }],
  },
  { gives: "image-scan", tool: "container-scanning", command: "gtcs scan", gates: [] },
  { gives: "image-scan", command: "snyk container test" },
  { gives: "image-scan", command: "snyk container monitor", gates: [] },
  { gives: "image-scan", command: "snyk test", when: [{ name: "--docker" }] },
  {
    gives: "image-scan",
    tool: "docker scout",
    command: "docker scout cves",
    gates: [{ name: "--exit-code|-e|--exit-on" }],
  },
  {
    gives: "image-scan",
    tool: "docker scout",
    command: "docker-scout cves",
    gates: [{ name: "--exit-code|-e|--exit-on" }],
  },
  {
    gives: "image-scan",
    tool: "docker scout",
    command: "docker scout quickview|qv|compare",
    gates: [{ name: "--exit-code|--exit-on" }],
  },
  { gives: "image-scan", tool: "docker scan", command: "docker scan" },
  { gives: "image-scan", tool: "clair", command: "clair*" },
  { gives: "image-scan", command: "anchorectl image add|check", gates: [{ name: "--fail-based-on-results|-f" }] },
  { gives: "image-scan", command: "twistcli images scan" },
  { gives: "image-scan", command: "wizcli|wiz-cli docker|scan scan|container-image" },
  { gives: "image-scan", command: "sysdig-cli-scanner|sysdig-cli-scanner*" },
  { gives: "image-scan", tool: "xray", command: "jf|jfrog docker scan" },
  { gives: "image-scan", command: "dockle", gates: [{ name: "--exit-code", is: /^[1-9]/ }] },
  { gives: "image-scan", tool: "gcloud", command: "gcloud artifacts docker images scan", gates: [] },
  {
    gives: "image-scan",
    tool: "kubescape",
    command: "kubescape scan image",
    gates: [{ name: "--severity-threshold|-s" }],
  },

  // Judging manifests by policy.
  { gives: "iac-scan", command: "checkov", soft: [{ name: "--soft-fail|-s" }] },
  {
    gives: "iac-scan",
    command: "kubescape scan",
    arguments: /^(?!scan image)/,
    gates: [{ name: "--compliance-threshold|--fail-threshold|-t|--severity-threshold|-s" }],
  },
  { gives: "iac-scan", command: "trivy config|conf|k8s|kubernetes", gates: EXIT_CODE },
  {
    gives: "iac-scan",
    command: "trivy fs|filesystem|repo|repository|rootfs",
    when: [CONFIG_SCANNERS],
    gates: EXIT_CODE,
  },
  { gives: "iac-scan", command: "kube-linter lint" },
  { gives: "iac-scan", command: "kube-score score" },
  {
    gives: "iac-scan",
    command: "polaris audit",
    gates: [{ name: "--set-exit-code-on-danger|--set-exit-code-below-score" }],
  },
  { gives: "iac-scan", command: "kubesec scan" },
  { gives: "iac-scan", command: "kubeaudit all|autofix", gates: [] },
  { gives: "iac-scan", command: "kics scan", soft: [{ name: "--ignore-on-exit", is: /all|results/ }] },
  { gives: "iac-scan", command: "terrascan|regula|kube-bench|kubeclarity scan|run" },
  { gives: "iac-scan", command: "snyk iac test" },
  { gives: "iac-scan", command: "conftest test", soft: [{ name: "--no-fail" }] },
  { gives: "policy-test", command: "conftest verify" },
  { gives: ["policy-test", "iac-scan"], command: "kyverno apply", soft: [{ name: "--audit-warn" }] },
  { gives: "policy-test", command: "kyverno test" },
  { gives: ["policy-test", "iac-scan"], command: "gator test" },
  { gives: "policy-test", command: "gator verify" },
  { gives: "policy-test", command: "opa test" },
  { gives: "policy-test", command: "opa eval", gates: [{ name: "--fail|--fail-defined" }] },
  { gives: "policy-test", command: "kwctl run|bench" },
  { gives: "policy-test", command: "regal|rego-test lint|test" },

  // Secrets.
  {
    gives: "secret-scan",
    command: "gitleaks detect|protect|git|dir|directory|file",
    soft: [{ name: "--exit-code", is: /^0$/ }],
  },
  { gives: "secret-scan", command: "trufflehog", gates: [{ name: "--fail" }] },
  { gives: "secret-scan", tool: "detect-secrets", command: "detect-secrets-hook" },
  { gives: "secret-scan", command: "detect-secrets scan", gates: [] },
  { gives: "secret-scan", command: "ggshield secret|scan|iac", soft: [{ name: "--exit-zero" }] },
  { gives: "secret-scan", command: "trivy fs|filesystem|repo|repository", when: [SECRET_SCANNERS], gates: EXIT_CODE },
  { gives: "secret-scan", tool: "git-secrets", command: "git secrets", when: [{ name: "--scan|--scan-history" }] },
  { gives: "secret-scan", command: "git-secrets", when: [{ name: "--scan|--scan-history" }] },
  { gives: "secret-scan", command: "talisman|kingfisher|noseyparker scan" },

  // Code and its dependencies.
  { gives: "code-scan", command: "semgrep|opengrep ci" },
  { gives: "code-scan", command: "semgrep|opengrep", arguments: /^(?!ci\b)/, gates: [{ name: "--error" }] },
  { gives: "code-scan", command: "osv-scanner|osv-scanner.exe" },
  { gives: "code-scan", command: "npm|pnpm|yarn|bun audit" },
  { gives: "code-scan", command: "yarn npm audit" },
  { gives: "code-scan", command: "pip-audit|govulncheck|gosec|bandit|brakeman|bundler-audit|nancy" },
  { gives: "code-scan", command: "bundle audit" },
  { gives: "code-scan", command: "safety check|scan" },
  { gives: "code-scan", command: "cargo audit|deny" },
  {
    gives: "code-scan",
    command: "trivy fs|filesystem|repo|repository|rootfs",
    unless: [SCANNERS_WITHOUT_VULNERABILITIES, SBOM_FORMAT],
    gates: EXIT_CODE,
  },
  { gives: "code-scan", command: "grype", arguments: /\bdir:/, gates: [{ name: "--fail-on|-f" }] },
  { gives: "code-scan", command: "snyk test|code", arguments: /^(?!.*--docker)/ },
  { gives: "code-scan", command: "snyk monitor", gates: [] },
  {
    gives: "code-scan",
    tool: "sonar",
    command: "sonar-scanner",
    gates: [{ name: "-Dsonar.qualitygate.wait", is: /true/ }],
  },
  {
    gives: "code-scan",
    tool: "sonar",
    command: "mvn|mvnw ** sonar:sonar|org.sonarsource*",
    gates: [{ name: "-Dsonar.qualitygate.wait", is: /true/ }],
  },
  {
    gives: "code-scan",
    tool: "sonar",
    command: "gradle|gradlew ** sonar|sonarqube",
    gates: [{ name: "-Dsonar.qualitygate.wait", is: /true/ }],
  },
  {
    gives: "code-scan",
    tool: "dependency-check",
    command: "mvn|mvnw ** dependency-check:*|org.owasp:dependency-check*",
  },
  { gives: "code-scan", command: "dependency-check|dependency-check.sh", gates: [{ name: "--failOnCVSS" }] },
  { gives: "code-scan", command: "codeql database analyze", gates: [] },
];
