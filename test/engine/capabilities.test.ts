import assert from "node:assert/strict";
import type { ReferenceKind } from "../../model/tools.ts";
import {
  type Environment,
  type Sighting,
  sightingsOfCommand,
  sightingsOfReference,
} from "../../server/engine/capabilities.ts";
import { readCommands } from "../../server/engine/shell.ts";
import { yaml } from "./support/pipelines.ts";

const nothing: Environment = () => undefined;

function shown(sightings: readonly Sighting[]): string {
  return sightings
    .map((it) => `${it.name}${it.half === undefined ? "" : ` (${it.half})`}${it.gating ? "" : " ?"}`)
    .join(", ");
}

function ofCommand(text: string, environment = nothing): string {
  const run = yaml(`run: ${JSON.stringify(text)}`).at("run");
  return shown(readCommands(run, { pipefail: true }).flatMap((it) => sightingsOfCommand(it, environment)));
}

function ofReference(kind: ReferenceKind, reference: string, inputs = "{}", environment = nothing): string {
  const step = yaml(`uses: ${JSON.stringify(reference)}\nwith: ${inputs}`);
  return shown(sightingsOfReference(kind, step.at("uses"), step.at("with"), environment));
}

describe("what a command gives", () => {
  const table: Readonly<Record<string, string>> = {
    // Building and publishing.
    "docker build -t web .": "build",
    "docker --context remote build -t web .": "build",
    "docker buildx build --push -t web .": "build, push",
    "docker buildx build --push=false .": "build",
    "docker buildx build --push --sbom=true --provenance=mode=max .": "build, push, sbom, provenance",
    "docker compose -f compose.ci.yml build": "build",
    "docker push web:1": "push",
    "podman image push web:1": "push",
    "/kaniko/executor --context . --destination host/web:1": "build, push",
    "ko build ./cmd/web": "build, push, sbom",
    "mvn -B compile jib:build": "build, push",
    "bazel run //web:push": "build, push",
    "mvn -B spring-boot:build-image": "build",
    "mvn -B spring-boot:build-image -Dspring-boot.build-image.publish=true": "build, push",
    "./gradlew bootBuildImage --publishImage": "build, push",
    "buildctl-daemonless.sh build --output type=image,name=host/web,push=true --opt attest:sbom=": "build, push, sbom",
    "helm push web-1.tgz oci://host/charts": "push",
    "docker login host": "",
    "docker build --help": "",

    // Deploying.
    "kubectl apply -f web.yaml": "deploy",
    "kubectl -n shop apply -f web.yaml": "deploy",
    "kubectl --context=prod --namespace shop apply -k overlays/prod": "deploy",
    "kubectl apply -Rf manifests": "deploy",
    "./bin/kubectl apply -f web.yaml": "deploy",
    "${KUBECTL} apply -f web.yaml": "deploy",
    "helm $HELM_ARGS upgrade web .": "deploy",
    "docker run $RUN_ARGS $IMAGE helm lint": "validate",
    "curl -sfL https://get.k3s.io | sh -": "local-cluster",
    "kubectl create namespace shop": "",
    "kubectl get deployments -o yaml": "",
    "kubectl delete -f web.yaml": "",
    "kubectl set image deployment/web web=host/web:1": "deploy",
    "kubectl rollout status deployment/web": "wait",
    "kubectl wait --for=condition=Ready pod/web": "wait",
    "helm upgrade --install web ./chart": "deploy",
    "helm --kube-context prod upgrade web ./chart --wait": "deploy, wait",
    "helm upgrade web ./chart --atomic=false": "deploy",
    "helm upgrade web ./chart --atomic": "deploy, wait, rollback",
    "gcloud deploy releases create r1 --delivery-pipeline=web": "deploy, wait",
    "curl -fsS --retry 5 https://shop.example.com/healthz": "smoke-test",
    'curl --fail --silent --output /dev/null "$URL/healthz"': "smoke-test",
    "curl -fsSL https://host/tool -o tool": "",
    "wget -qO- http://shop.example.com/healthz": "smoke-test",
    "wget https://host/tool.tgz": "",
    "helm plugin install https://host/plugin": "",
    "helm repo add web https://host": "",
    "helm install web ./chart --dry-run": "validate",
    "helmfile -e prod apply": "deploy",
    "skaffold run": "build, deploy, wait",
    "argocd app sync web": "gitops-write",
    "flux reconcile kustomization apps --with-source": "gitops-write, wait",

    // Validating.
    "kubectl apply --dry-run=server -f web.yaml": "validate",
    "kubectl create ns shop --dry-run=client -o yaml | kubectl apply -f -": "deploy",
    "kubeconform -strict -summary manifests": "validate",
    "kubeconform -v": "",
    "kubeval --version": "",
    "helm lint charts/*": "validate",
    "helm template web ./chart": "validate",
    "helm template web ./chart | kubeconform -": "validate",
    "kustomize build overlays/prod": "validate",
    "kustomize build overlays/prod | kubectl apply -f -": "deploy",
    "kustomize build overlays/prod > all.yaml": "",
    "ct lint --all": "validate",
    "ct install": "validate, e2e",

    // Tests.
    "go test ./...": "test",
    "go build ./...": "",
    "npm test": "test",
    "npm run test:unit": "test",
    "npm run build": "",
    "yarn workspace web test": "test",
    "python -m pytest tests": "test",
    "python manage.py test": "test",
    "npx jest --ci": "test",
    "uv run pytest": "test",
    "poetry run pytest -x": "test",
    "mvn -B -f pom.xml clean verify": "test",
    "mvn package -DskipTests": "",
    "./gradlew :web:test": "test",
    "./gradlew build -x test": "",
    "dotnet test --no-build": "test",
    "docker run --rm -v $PWD:/src -w /src golang:1.24 go test ./...": "test",
    "docker compose run --rm web npm test": "test",
    "kind create cluster --name ci": "local-cluster",
    "helm test web": "e2e",

    // Scanning. A tool that reports and exits with 0 cannot fail the run.
    "trivy image web:1": "image-scan ?",
    "trivy --quiet image web:1": "image-scan ?",
    "trivy image --exit-code 1 web:1": "image-scan",
    "trivy image --exit-code=0 web:1": "image-scan ?",
    "trivy image --exit-code 1 web:1 || true": "image-scan ?",
    "/usr/local/bin/trivy i --exit-code 1 web:1": "image-scan",
    "trivy image --format cyclonedx -o sbom.json web:1": "sbom",
    "trivy config --exit-code 1 .": "iac-scan",
    "trivy fs --scanners misconfig .": "iac-scan ?",
    "trivy fs .": "code-scan ?",
    "docker run --rm -v /var/run/docker.sock:/var/run/docker.sock aquasec/trivy:0.60.0 image --exit-code 1 web:1":
      "image-scan",
    "docker run ghcr.io/aquasecurity/trivy image web:1": "image-scan ?",
    "docker run --entrypoint trivy toolbox image web:1": "image-scan ?",
    "docker run toolbox sh -c 'trivy image --exit-code 1 web:1'": "image-scan",
    "grype web:1": "image-scan ?",
    "grype web:1 --fail-on high": "image-scan",
    "grype db update": "",
    "snyk container test web:1": "image-scan",
    "snyk container monitor web:1": "image-scan ?",
    "docker scout cves --exit-code web:1": "image-scan",
    "docker scout cves web:1": "image-scan ?",
    "checkov -d .": "iac-scan",
    "checkov -d . --soft-fail": "iac-scan ?",
    "kubescape scan framework nsa": "iac-scan ?",
    "kubescape scan --compliance-threshold 80 .": "iac-scan",
    "kube-linter lint charts": "iac-scan",
    "go run golang.stackrox.io/kube-linter/cmd/kube-linter@v0.7 lint .": "iac-scan",
    "kube-score score web.yaml": "iac-scan",
    "polaris audit --audit-path .": "iac-scan ?",
    "polaris audit --set-exit-code-on-danger": "iac-scan",
    "conftest test web.yaml": "iac-scan",
    "find . -name '*.yaml' -exec kubesec scan {} \\;": "iac-scan",
    "git ls-files '*.yaml' | xargs -n1 kubeval": "validate",
    "mise exec -- kube-linter lint .": "iac-scan",
    "mise exec kube-linter@0.7 -- kube-linter lint .": "iac-scan",
    "nix run nixpkgs#trivy -- image web:1": "image-scan ?",
    "kyverno test .": "policy-test",
    "gitleaks detect": "secret-scan",
    "gitleaks version": "",
    "trufflehog git file://.": "secret-scan ?",
    "trufflehog git file://. --fail": "secret-scan",
    "npm audit --audit-level=high": "code-scan",
    "semgrep scan --config auto": "code-scan ?",
    "go run golang.org/x/vuln/cmd/govulncheck@latest ./...": "code-scan",

    // Supply chain, load, cost.
    "cosign sign --yes host/web@sha256:0": "sign",
    "cosign attest --type slsaprovenance host/web": "sign, provenance",
    "cosign version": "",
    "syft host/web -o spdx-json": "sbom",
    "syft --version": "",
    "k6 run load.js": "load-test",
    "docker run -i grafana/k6 run - <load.js": "load-test",
    "hey -n 100 http://web": "load-test ?",
    "infracost breakdown --path .": "cost",

    // Names are no evidence.
    "echo 'trivy image web'": "",
    "grep trivy Makefile": "",
    "which kubeconform": "",
    "cat trivy image": "",
    "pip install checkov": "",
    "apt-get install -y trivy": "",
    "brew install helm kustomize": "",
  };
  for (const [command, expected] of Object.entries(table)) {
    it(`${command} -> ${expected || "nothing"}`, () => assert.equal(ofCommand(command), expected));
  }

  it("takes variables of the environment for flags", () => {
    const environment: Environment = (name) => (name === "TRIVY_EXIT_CODE" ? "1" : undefined);
    assert.equal(ofCommand("trivy image web:1", environment), "image-scan");
  });

  it("reads nothing into a value that is not known", () => {
    assert.equal(ofCommand("trivy image --exit-code ${{ inputs.code }} web:1"), "image-scan ?");
    assert.equal(ofCommand("trivy image --exit-code $CODE web:1"), "image-scan ?");
  });

  it("needs both halves to write for a controller", () => {
    assert.equal(
      ofCommand("kustomize edit set image web=host/web:2\ngit push"),
      "gitops-write (edit), gitops-write (publish)",
    );
    assert.equal(ofCommand("yq -i '.image.tag = \"2\"' charts/web/values.yaml"), "gitops-write (edit)");
    assert.equal(ofCommand("sed -i s/1/2/ deploy/web.yaml"), "gitops-write (edit)");
    assert.equal(ofCommand("sed -i s/1/2/ README.md"), "");
    assert.equal(ofCommand("sed s/1/2/ deploy/web.yaml"), "");
  });
});

describe("what a reference gives", () => {
  const sha = "0123456789012345678901234567890123456789";

  it("is told by an action and its inputs", () => {
    assert.equal(ofReference("action", "docker/build-push-action@v6"), "build");
    assert.equal(ofReference("action", `Docker/Build-Push-Action@${sha}`, "{push: true}"), "build, push");
    assert.equal(ofReference("action", "docker/build-push-action@v6", "{push: false}"), "build");
    assert.equal(
      ofReference("action", "docker/build-push-action@v6", `{push: "\${{ github.ref != 'x' }}"}`),
      "build, push",
    );
    assert.equal(
      ofReference("action", "docker/build-push-action@v6", "{sbom: true, provenance: mode=max}"),
      "build, sbom, provenance",
    );
    assert.equal(ofReference("action", "docker/build-push-action@v6", "{provenance: false}"), "build");
  });

  it("fails the run as the action does by default", () => {
    assert.equal(ofReference("action", "aquasecurity/trivy-action@0.30.0", "{image-ref: web}"), "image-scan ?");
    assert.equal(
      ofReference("action", "aquasecurity/trivy-action@0.30.0", "{image-ref: web, exit-code: '1'}"),
      "image-scan",
    );
    assert.equal(
      ofReference("action", "aquasecurity/trivy-action@0.30.0", "{scan-type: config, exit-code: 1}"),
      "iac-scan",
    );
    assert.equal(ofReference("action", "aquasecurity/trivy-action@0.30.0", "{scan-type: fs}"), "code-scan ?");
    assert.equal(ofReference("action", "anchore/scan-action@v6", "{image: web}"), "image-scan");
    assert.equal(ofReference("action", "anchore/scan-action@v6", "{image: web, fail-build: false}"), "image-scan ?");
    assert.equal(ofReference("action", "bridgecrewio/checkov-action@v12"), "iac-scan");
    assert.equal(ofReference("action", "bridgecrewio/checkov-action@v12", "{soft_fail: true}"), "iac-scan ?");
    assert.equal(ofReference("action", "snyk/actions/docker@master", "{image: web}"), "image-scan");
    assert.equal(ofReference("action", "docker/scout-action@v1", "{command: cves, exit-code: true}"), "image-scan");
    assert.equal(ofReference("action", "github/codeql-action/analyze@v3"), "code-scan ?");
  });

  it("is nothing for what only installs, prepares or uploads", () => {
    for (const name of [
      "sigstore/cosign-installer",
      "github/codeql-action/upload-sarif",
      "azure/setup-helm",
      "fluxcd/flux2/action",
      "actions/checkout",
    ]) {
      assert.equal(ofReference("action", `${name}@v1`), "", name);
    }
  });

  it("knows a login by the pipeline's own identity", () => {
    const granted: Environment = (name) => (name === "permissions.id-token" ? "write" : undefined);
    const aws = "aws-actions/configure-aws-credentials@v4";
    assert.equal(ofReference("action", aws, "{role-to-assume: role}", granted), "oidc");
    assert.equal(ofReference("action", aws, "{role-to-assume: role}"), "");
    assert.equal(ofReference("action", aws, "{role-to-assume: role, aws-access-key-id: key}", granted), "");
    assert.equal(ofReference("action", "azure/login@v2", "{creds: json, client-id: id}", granted), "");
  });

  it("is told by a reusable workflow of a known generator", () => {
    const path = "slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@v2.1.0";
    assert.equal(ofReference("action", path), "provenance");
  });

  it("is told by includes, tasks, orbs and Tekton tasks", () => {
    assert.equal(ofReference("include", "Jobs/Container-Scanning.gitlab-ci.yml"), "image-scan ?, sbom");
    assert.equal(ofReference("include", "Security/Container-Scanning.latest.gitlab-ci.yml"), "image-scan ?, sbom");
    assert.equal(
      ofReference("include", "gitlab.com/components/container-scanning/container-scanning@1"),
      "image-scan ?, sbom",
    );
    assert.equal(ofReference("task", "Docker@2", "{command: buildAndPush}"), "build, push");
    assert.equal(ofReference("task", "KubernetesManifest@1", "{action: deploy}"), "deploy, wait");
    assert.equal(ofReference("task", "KubernetesManifest@1", "{action: createSecret}"), "");
    assert.equal(ofReference("orb", "circleci/kubernetes@1.3/create-or-update-resource"), "deploy");
    assert.equal(ofReference("tekton", "kaniko"), "build, push");
  });
});
