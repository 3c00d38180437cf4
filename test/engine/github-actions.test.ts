import assert from "node:assert/strict";
import type { Pipeline, Step } from "../../model/facts.ts";
import { isGithubAction, isGithubWorkflow } from "../../server/engine/dialects/github-actions.ts";
import { seen, steps, workflow, yaml } from "./support/pipelines.ts";

function triggers(on: string): readonly string[] {
  return [...workflow(`on: ${on}\njobs: {}`).triggers];
}

function step(pipeline: Pipeline, capability: string): Step {
  const found = pipeline.capabilities.find((it) => it.name === capability);
  assert.ok(found, `${capability} is seen`);
  return found.step;
}

describe("a GitHub workflow", () => {
  it("is known by its path, or by its content anywhere else", () => {
    const body = yaml("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: []\n");
    assert.equal(isGithubWorkflow(".github/workflows/ci.yml", yaml("")), true);
    assert.equal(isGithubWorkflow("shop/.github/workflows/ci.yaml", body), true);
    assert.equal(isGithubWorkflow("docs/ci.yml", body), true);
    assert.equal(isGithubWorkflow(".github/workflows-disabled/ci.yml", body), false);
    assert.equal(isGithubWorkflow(".github/workflows/old/ci.yml", body), false);
    assert.equal(isGithubWorkflow("docker-compose.yml", yaml("services: {web: {image: web}}")), false);
    assert.equal(isGithubWorkflow(".gitlab-ci.yml", yaml("stages: [a]\na: {script: [make]}")), false);
    assert.equal(
      isGithubWorkflow(".circleci/config.yml", yaml("version: 2.1\njobs: {a: {docker: [], steps: [checkout]}}")),
      false,
    );
    assert.equal(isGithubWorkflow("ci.yml", yaml("on: push\njobs: []")), false);
  });

  it("is told from a composite action", () => {
    const composite = yaml("runs:\n  using: composite\n  steps:\n    - run: make\n      shell: bash\n");
    assert.equal(isGithubAction(".github/actions/build/action.yml", composite), true);
    assert.equal(isGithubAction("action.yaml", yaml("runs: {using: node20, main: index.js}")), false);
    assert.equal(isGithubAction("build.yml", composite), false);
  });

  it("says when it runs", () => {
    assert.deepEqual(triggers("push"), ["push"]);
    assert.deepEqual(triggers("[push, pull_request]"), ["push", "pull-request"]);
    assert.deepEqual(triggers("{push: {tags: ['v*']}}"), ["tag"]);
    assert.deepEqual(triggers("{push: {branches: [main], tags: ['v*']}}"), ["tag", "push"]);
    assert.deepEqual(triggers("{schedule: [{cron: '0 3 * * *'}], workflow_dispatch: }"), ["schedule", "manual"]);
    assert.deepEqual(triggers("{workflow_run: {workflows: [ci]}, pull_request_target: {}}"), [
      "after-pipeline",
      "pull-request",
    ]);
    assert.deepEqual(triggers("{push: {branches: ['*'], tags-ignore: ['*']}}"), ["push"]);
    assert.deepEqual(triggers("issues"), ["other"]);
    assert.equal(workflow("on: workflow_call\njobs: {}").reusable, true);
    assert.equal(workflow("on: [workflow_call, push]\njobs: {}").reusable, false);
  });

  it("is called by its name, or by its file's", () => {
    assert.equal(workflow("name: Build\non: push").displayName, "Build");
    assert.equal(workflow("on: push").displayName, "ci.yml");
  });

  it("has jobs with what they need, where they run and deploy", () => {
    const pipeline = workflow(`
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    container: golang:1.24
    continue-on-error: true
    steps: [{run: make}]
  deploy:
    needs: build
    runs-on: ubuntu-latest
    container: {image: alpine/helm}
    environment: {name: production}
    strategy: {matrix: {region: [a, b]}}
    steps: []
  report:
    needs: [build, deploy]
    environment: staging
    runs-on: ubuntu-latest
    steps: []
`);
    const [build, deploy, report] = pipeline.jobs;
    assert.deepEqual(
      pipeline.jobs.map((it) => it.id),
      ["build", "deploy", "report"],
    );
    assert.deepEqual([build?.needs, deploy?.needs, report?.needs], [[], ["build"], ["build", "deploy"]]);
    assert.deepEqual([build?.image.text(), deploy?.image.text()], ["golang:1.24", "alpine/helm"]);
    assert.deepEqual([deploy?.environment.text(), report?.environment.text()], ["production", "staging"]);
    assert.deepEqual([build?.tolerated, deploy?.tolerated], [true, false]);
    assert.deepEqual(deploy?.place.path, ["jobs", "deploy"]);
    assert.deepEqual(pipeline.place, { document: pipeline.document, path: ["jobs"], onKey: true });
  });
});

describe("capabilities of a workflow", () => {
  it("come from commands and actions, and lead to them", () => {
    const pipeline = steps(`
- uses: actions/checkout@v4
- name: Build
  uses: docker/build-push-action@v6
  with: {push: true, tags: web}
- name: Scan
  run: |
    echo scanning
    trivy image --exit-code 1 web
- run: kubectl apply -k overlays/prod
`);
    assert.deepEqual(seen(pipeline), [
      "build docker/build-push-action",
      "push docker/build-push-action",
      "image-scan trivy",
      "deploy kubectl",
    ]);
    const scan = pipeline.capabilities.find((it) => it.name === "image-scan");
    assert.deepEqual(scan?.place.path, ["jobs", "ci", "steps", 2, "run"]);
    assert.equal(scan?.text, "trivy image --exit-code 1 web");
    assert.deepEqual(pipeline.capabilities[0]?.place.path, ["jobs", "ci", "steps", 1, "uses"]);
    assert.deepEqual(
      pipeline.jobs[0]?.steps.map((it) => it.displayName),
      ["actions/checkout@v4", "Build", "Scan", "kubectl apply -k overlays/prod"],
    );
  });

  it("are none where a step or a job never runs", () => {
    for (const condition of ["false", "${{ false }}", "'false'", "false && github.ref == 'x'"]) {
      assert.deepEqual(seen(steps(`- run: go test ./...\n  if: ${condition}`)), [], condition);
    }
    const pipeline = workflow(`
on: push
jobs:
  off: {runs-on: x, if: false, steps: [{run: trivy image web}]}
  behind: {needs: off, runs-on: x, steps: [{run: go test}]}
  regardless: {needs: off, if: always(), runs-on: x, steps: [{run: helm lint}]}
`);
    assert.deepEqual(seen(pipeline), ["validate helm"]);
    assert.deepEqual(
      pipeline.jobs.map((it) => it.disabled),
      [true, true, false],
    );
  });

  it("cannot fail the run where failure is tolerated", () => {
    assert.deepEqual(seen(steps("- run: checkov -d .")), ["iac-scan checkov"]);
    assert.deepEqual(seen(steps("- run: checkov -d . || true")), ["iac-scan checkov ?"]);
    assert.deepEqual(seen(steps("- run: checkov -d .\n  continue-on-error: true")), ["iac-scan checkov ?"]);
    const job = "on: push\njobs: {a: {runs-on: x, continue-on-error: true, steps: [{run: checkov -d .}]}}";
    assert.deepEqual(seen(workflow(job)), ["iac-scan checkov ?"]);
  });

  it("depend on the shell that runs them", () => {
    assert.deepEqual(seen(steps("- run: go test ./... | tee log")), ["test go ?"]);
    assert.deepEqual(seen(steps("- run: go test ./... | tee log\n  shell: bash")), ["test go"]);
    const defaults =
      "on: push\ndefaults: {run: {shell: bash}}\njobs: {a: {runs-on: x, steps: [{run: go test | tee log}]}}";
    assert.deepEqual(seen(workflow(defaults)), ["test go"]);
    assert.deepEqual(seen(steps("- run: |\n    go test ./...\n    make\n  shell: bash {0}")), ["test go ?"]);
  });

  it("follow variables of the workflow, the job and the step", () => {
    const text = "on: push\nenv: {TRIVY_EXIT_CODE: 1}\njobs: {a: {runs-on: x, steps: [{run: trivy image web}]}}";
    assert.deepEqual(seen(workflow(text)), ["image-scan trivy"]);
    assert.deepEqual(seen(steps("- run: trivy image web\n  env: {TRIVY_EXIT_CODE: '1'}")), ["image-scan trivy"]);
  });

  it("know the job's own identity", () => {
    const login = "steps: [{uses: google-github-actions/auth@v2, with: {workload_identity_provider: p}}]";
    const job = (rights: string) => workflow(`on: push\njobs:\n  a:\n    runs-on: x\n${rights}    ${login}\n`);
    assert.deepEqual(seen(job("    permissions: {id-token: write}\n")), ["oidc google-github-actions/auth"]);
    assert.deepEqual(seen(job("    permissions: write-all\n")), ["oidc google-github-actions/auth"]);
    assert.deepEqual(seen(job("")), []);
    const top = `on: push\npermissions: {id-token: write}\njobs:\n  a:\n    runs-on: x\n    permissions: {contents: read}\n    ${login}\n`;
    assert.deepEqual(seen(workflow(top)), []);
  });

  it("come from images run as steps", () => {
    assert.deepEqual(seen(steps("- uses: docker://aquasec/trivy:0.60.0\n  with: {args: image --exit-code 1 web}")), [
      "image-scan trivy",
    ]);
    assert.deepEqual(seen(steps("- uses: docker://toolbox\n  with: {entrypoint: helm, args: lint chart}")), [
      "validate helm",
    ]);
  });

  it("come from actions that run commands", () => {
    assert.deepEqual(
      seen(steps("- uses: nick-fields/retry@v3\n  with: {command: helm upgrade web ., timeout_minutes: 5}")),
      ["deploy helm"],
    );
    assert.deepEqual(seen(steps("- uses: actions-hub/kubectl@master\n  with: {args: apply -f web.yaml}")), [
      "deploy kubectl",
    ]);
  });

  it("write for a controller when a job edits manifests and then pushes", () => {
    assert.deepEqual(seen(steps("- run: kustomize edit set image web=web:2\n- run: git push")), ["gitops-write git"]);
    assert.deepEqual(seen(steps("- run: git push\n- run: kustomize edit set image web=web:2")), []);
    assert.deepEqual(seen(steps("- run: git push")), []);
    assert.deepEqual(seen(steps("- run: yq -i .a=1 web.yaml\n- uses: peter-evans/create-pull-request@v7")), [
      "gitops-write peter-evans/create-pull-request",
    ]);
  });
});

describe("order in a workflow", () => {
  const pipeline = workflow(`
on: push
jobs:
  test: {runs-on: x, steps: [{run: go test}, {run: helm lint}]}
  build: {needs: test, runs-on: x, steps: [{run: docker build .}]}
  deploy: {needs: [build], runs-on: x, steps: [{run: kubectl apply -f x}]}
  scan: {runs-on: x, steps: [{run: trivy image web}]}
  ring: {needs: ring, runs-on: x, steps: [{run: k6 run x.js}]}
`);
  const isBefore = (earlier: string, later: string) =>
    pipeline.precedes(step(pipeline, earlier), step(pipeline, later));

  it("is that of the steps in one job", () => {
    assert.equal(isBefore("test", "validate"), true);
    assert.equal(isBefore("validate", "test"), false);
    assert.equal(isBefore("test", "test"), false);
  });

  it("is that of what jobs need, however far", () => {
    assert.equal(isBefore("test", "deploy"), true);
    assert.equal(isBefore("deploy", "test"), false);
    assert.equal(isBefore("image-scan", "deploy"), false);
    assert.equal(isBefore("load-test", "load-test"), false);
  });
});

describe("what a workflow calls in the workspace", () => {
  it("counts for the caller and keeps its place", () => {
    const called =
      "on: workflow_call\njobs:\n  unit: {runs-on: x, steps: [{run: go test}]}\n  last: {needs: unit, runs-on: x, steps: [{run: helm lint}]}\n";
    const pipeline = workflow(
      "on: push\njobs:\n  test: {uses: ./.github/workflows/test.yml}\n  deploy: {needs: test, runs-on: x, steps: [{run: helm upgrade web .}]}\n",
      { ".github/workflows/test.yml": called },
    );
    assert.deepEqual(seen(pipeline), ["test go", "validate helm", "deploy helm"]);
    assert.match(pipeline.capabilities[0]?.place.document.uri ?? "", /test\.yml$/);
    assert.equal(pipeline.opaque, false);
    assert.equal(
      workflow("on: push\njobs: {a: {uses: $/.github/workflows/test.yml}}", { ".github/workflows/test.yml": called })
        .opaque,
      false,
    );
    assert.equal(pipeline.precedes(step(pipeline, "test"), step(pipeline, "deploy")), true);
    assert.equal(pipeline.precedes(step(pipeline, "test"), step(pipeline, "validate")), true);
    assert.equal(pipeline.precedes(step(pipeline, "deploy"), step(pipeline, "test")), false);
  });

  it("is opaque when it lies elsewhere, unless it is known", () => {
    const remote = workflow("on: push\njobs: {a: {uses: other/repo/.github/workflows/build.yml@main}}");
    assert.deepEqual([remote.opaque, remote.jobs[0]?.opaque], [true, true]);
    assert.equal(workflow("on: push\njobs: {a: {uses: ./.github/workflows/gone.yml}}").opaque, true);
    const known = workflow(
      "on: push\njobs: {a: {uses: slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@v2}}",
    );
    assert.deepEqual([known.opaque, seen(known)], [false, ["provenance slsa-github-generator"]]);
    assert.equal(
      workflow("on: push\njobs: {a: {if: false, uses: other/repo/.github/workflows/x.yml@main}}").opaque,
      false,
    );
  });

  it("names each image of a matrix", () => {
    const pipeline = workflow(
      "on: push\njobs:\n  a:\n    runs-on: x\n    container: ${{ matrix.image }}\n    strategy: {matrix: {image: [golang, 'node:20'], include: [{image: 'redis:latest'}]}}\n    steps: [{run: make}]\n",
    );
    assert.deepEqual(
      pipeline.references.map(({ name, pin }) => [name, pin]),
      [
        ["golang", "none"],
        ["node", "moving"],
        ["redis", "moving"],
      ],
    );
  });

  it("may be called by the repository's own name", () => {
    const texts = {
      ".github/workflows/build.yml":
        "on: workflow_call\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n      - run: docker build .\n",
    };
    const calling = (reference: string) => workflow(`on: push\njobs:\n  build:\n    uses: ${reference}\n`, texts);
    const own = calling("acme/shop/.github/workflows/build.yml@main");
    assert.deepEqual([seen(own), own.opaque], [["build docker"], false]);
    assert.deepEqual(
      own.references.map(({ name, pin }) => [name, pin]),
      [["acme/shop/.github/workflows/build.yml", "moving"]],
    );
    const other = calling("acme/other/.github/workflows/build.yml@main");
    assert.deepEqual([seen(other), other.opaque], [[], true]);
    const action = steps("- uses: acme/shop/.github/actions/none@main");
    assert.equal(action.opaque, false);
  });

  it("may be a composite action", () => {
    const action =
      "runs:\n  using: composite\n  steps:\n    - run: trivy image --exit-code 1 web\n      shell: bash\n    - run: go test\n      if: false\n    - uses: ./.github/actions/lint\n";
    const lint = "runs: {using: composite, steps: [{run: helm lint, shell: bash}]}";
    const pipeline = steps("- uses: ./.github/actions/check", {
      ".github/actions/check/action.yml": action,
      ".github/actions/lint/action.yaml": lint,
    });
    assert.deepEqual(seen(pipeline), ["image-scan trivy", "validate helm"]);
    assert.match(pipeline.capabilities[0]?.place.document.uri ?? "", /check\/action\.yml$/);
    assert.deepEqual(
      seen(
        steps("- uses: ./.github/actions/check\n  continue-on-error: true", {
          ".github/actions/check/action.yml": lint,
        }),
      ),
      ["validate helm ?"],
    );
    assert.equal(steps("- uses: ./.github/actions/gone").opaque, true);
  });

  it("is told what its caller gives it", () => {
    const called = (push: string) =>
      workflow(`on: push\njobs: {a: {uses: ./.github/workflows/build.yml, with: {${push}}}}`, {
        ".github/workflows/build.yml":
          "on: {workflow_call: {inputs: {push: {type: boolean, default: true}, scan: {default: false}}}}\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {push: '${{ inputs.push }}'}\n      - run: trivy image web\n        if: inputs.scan\n",
      });
    assert.deepEqual(seen(called("push: false")), ["build docker/build-push-action"]);
    assert.deepEqual(seen(called("")), ["build docker/build-push-action", "push docker/build-push-action"]);
    assert.deepEqual(seen(called("push: false, scan: true")), ["build docker/build-push-action", "image-scan trivy ?"]);
    const action =
      "inputs: {code: {default: '1'}}\nruns: {using: composite, steps: [{uses: aquasecurity/trivy-action@v1, with: {exit-code: '${{ inputs.code }}'}}]}";
    assert.deepEqual(seen(steps("- uses: ./scan", { "scan/action.yml": action })), ["image-scan trivy"]);
    assert.deepEqual(seen(steps("- uses: ./scan\n  with: {code: 0}", { "scan/action.yml": action })), [
      "image-scan trivy ?",
    ]);
  });

  it("may call itself without end", () => {
    const self = "on: workflow_call\njobs: {a: {uses: ./.github/workflows/loop.yml}}";
    assert.doesNotThrow(() =>
      workflow("on: push\njobs: {a: {uses: ./.github/workflows/loop.yml}}", { ".github/workflows/loop.yml": self }),
    );
    const action = "runs: {using: composite, steps: [{uses: ./act}]}";
    assert.doesNotThrow(() => steps("- uses: ./act", { "act/action.yml": action }));
    assert.doesNotThrow(() =>
      steps("- run: make a", { Makefile: "a: b\n\tmake a\nb: a\n\t./x.sh\n", "x.sh": "make b\n./x.sh" }),
    );
  });

  it("may be a target of a Makefile", () => {
    const Makefile = [
      "KUBECTL ?= kubectl",
      "IMG := web:1",
      ".PHONY: deploy",
      "all: test",
      "deploy: image ## Deploys",
      "\t@cd config && $(KUSTOMIZE) build . | $(KUBECTL) apply -f -",
      "image:",
      "\tdocker build -t $(IMG) .",
      "test:",
      "\tgo test ./... \\",
      "\t  -race",
      "lint:",
      "\t-kube-linter lint .",
      "\t@echo trivy image $(IMG)",
      "ci: lint",
      "\t$(MAKE) test",
    ].join("\n");
    const files = { Makefile };
    assert.deepEqual(seen(steps("- run: make deploy", files)), ["build docker", "deploy kubectl"]);
    assert.deepEqual(seen(steps("- run: make", files)), ["test go"]);
    assert.deepEqual(seen(steps("- run: make ci IMG=web:2", files)), ["iac-scan kube-linter ?", "test go"]);
    assert.deepEqual(seen(steps("- run: make test || true", files)), ["test go ?"]);
    const [found] = steps("- run: make test", files).capabilities;
    assert.deepEqual([found?.text, found?.place.path], ["make test", ["jobs", "ci", "steps", 0, "run"]]);
    assert.equal(steps("- run: make gone", files).opaque, true);
    assert.equal(steps("- run: make rollout").opaque, true);
    // Of a Makefile that is not here, names that everybody means the same by are taken at their word.
    assert.deepEqual(seen(steps("- run: make lint test")), ["test make"]);
    assert.equal(steps("- run: make lint test").opaque, false);
    assert.equal(steps("- run: make test", files).opaque, false);
  });

  it("may be the configuration of GoReleaser", () => {
    const files = { ".goreleaser.yaml": "version: 2\ndockers:\n  - image_templates: ['shop/web:{{ .Tag }}']\n" };
    assert.deepEqual(seen(steps("- run: goreleaser release --clean", files)), ["build goreleaser", "push goreleaser"]);
    assert.deepEqual(seen(steps("- run: goreleaser --snapshot --skip=sign", files)), ["build goreleaser"]);
    const signed = { ".goreleaser.yaml": `${files[".goreleaser.yaml"]}docker_signs:\n  - artifacts: all\n` };
    assert.deepEqual(seen(steps("- run: goreleaser release --clean", signed)), [
      "build goreleaser",
      "push goreleaser",
      "sign goreleaser",
    ]);
    assert.deepEqual(seen(steps("- run: goreleaser release --skip=sign", signed)), [
      "build goreleaser",
      "push goreleaser",
    ]);
    assert.deepEqual(seen(steps("- run: goreleaser release --skip=docker", files)), []);
    assert.deepEqual(seen(steps("- run: goreleaser release", { ".goreleaser.yaml": "version: 2" })), []);
    const run = "- run: docker run --rm goreleaser/goreleaser:v2 release --clean";
    assert.deepEqual(seen(steps(run, files)), ["build goreleaser", "push goreleaser"]);
  });

  it("may be in another folder", () => {
    const files = { "src/web/Makefile": "test:\n\tgo test\n" };
    assert.deepEqual(seen(steps("- run: make test\n  working-directory: src/web", files)), ["test go"]);
    assert.deepEqual(seen(steps("- run: cd src/web && make test", files)), ["test go"]);
    assert.deepEqual(seen(steps("- run: make -C src/web test", files)), ["test go"]);
    assert.deepEqual(seen(steps("- run: make -C ${DIR}/web test\n  env: {DIR: src}", files)), ["test go"]);
    const defaults =
      "on: push\njobs: {a: {runs-on: x, defaults: {run: {working-directory: ./src/web}}, steps: [{run: make test}]}}";
    assert.deepEqual(seen(workflow(defaults, files)), ["test go"]);
  });

  it("may be a script of package.json", () => {
    const files = {
      "package.json": JSON.stringify({
        scripts: {
          check: "npm run lint && npm run unit",
          unit: "jest",
          lint: "eslint .",
          deploy: "kubectl apply -f x",
          predeploy: "docker build .",
        },
      }),
    };
    assert.deepEqual(seen(steps("- run: npm run check", files)), ["test jest"]);
    assert.deepEqual(seen(steps("- run: yarn deploy", files)), ["build docker", "deploy kubectl"]);
    assert.deepEqual(seen(steps("- run: npm test")), ["test npm"]);
    const placeholder = JSON.stringify({ scripts: { test: 'echo "Error: no test specified" && exit 1' } });
    assert.deepEqual(seen(steps("- run: npm test", { "package.json": placeholder })), []);
  });

  it("may be a script, a Taskfile or a justfile", () => {
    const script = "#!/usr/bin/env bash\nset -e\nhelm upgrade web .\n. lib/wait.sh\n";
    const files = { "hack/deploy.sh": script, "hack/lib/wait.sh": "kubectl rollout status deploy/web\n" };
    for (const call of [
      "./hack/deploy.sh prod",
      "bash hack/deploy.sh",
      "sh -x ./hack/deploy.sh",
      '"$GITHUB_WORKSPACE/hack/deploy.sh"',
      "sudo hack/deploy.sh",
    ]) {
      assert.deepEqual(
        seen(steps(`- run: ${call.startsWith('"') ? `'${call}'` : call}`, files)),
        ["deploy helm", "wait kubectl"],
        call,
      );
    }
    assert.equal(steps("- run: ./hack/gone.sh").opaque, true);
    assert.equal(steps("- run: |\n    curl -o tools/get.sh https://host/get.sh\n    bash tools/get.sh").opaque, false);
    const Taskfile =
      "version: '3'\ntasks:\n  ci: {deps: [lint], cmds: [{task: test}, {cmd: checkov -d ., ignore_error: true}]}\n  test: go test\n  lint: [helm lint]\n";
    assert.deepEqual(seen(steps("- run: task ci", { "Taskfile.yml": Taskfile })), [
      "validate helm",
      "test go",
      "iac-scan checkov ?",
    ]);
    const justfile = "ci: lint\n    @go test\nlint flags='':\n    helm lint {{flags}}\n\nother:\n    docker build .\n";
    assert.deepEqual(seen(steps("- run: just ci", { justfile })), ["validate helm", "test go"]);
  });
});

describe("a half-typed workflow", () => {
  it("never stops the reader", () => {
    for (const text of [
      "",
      "on:",
      "jobs: []",
      "jobs: text",
      "on: 3\njobs: {a: , b: 1, c: []}",
      "on: {push: [a]}\njobs: {a: {steps: x, needs: {}, if: {}, environment: [], container: 3}}",
      "on: [{a: b}, null]\njobs: {a: {steps: [null, 1, [], {run: [a]}, {uses: {}}, {run: , uses: }, {run: 1}]}}",
      "on: push\njobs: {a: {uses: [x]}, b: {uses: ''}, c: {needs: [null, 1, {}], uses: ./}}",
      "on: push\njobs: {__proto__: {steps: [{run: make}]}, constructor: {needs: toString}}",
      "on: push\nenv: text\ndefaults: 3\npermissions: []\njobs: {a: {runs-on: x, steps: [{run: make, with: x, env: [], shell: {}, working-directory: []}]}}",
      "on: push\njobs: {a: {steps: &s [{run: make}]}, b: {steps: *s}, c: {steps: *gone}}",
      "on: push\njobs:\n  a:\n    steps:\n      - run: |\n    - uses",
    ]) {
      assert.doesNotThrow(() => workflow(text), text);
    }
  });

  it("reads steps that come in through an anchor", () => {
    const pipeline = workflow(
      "on: push\njobs:\n  a: {runs-on: x, steps: &s [{run: go test}]}\n  b: {runs-on: x, steps: *s}\n",
    );
    assert.deepEqual(seen(pipeline), ["test go", "test go"]);
  });
});
