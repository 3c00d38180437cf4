import assert from "node:assert/strict";
import type { Job, Pipeline, Step } from "../../model/facts.ts";
import { gitlabCi, isGitlabFile } from "../../server/engine/dialects/gitlab-ci.ts";
import { filesOf, pipelineIn, seen, type Texts, yaml } from "./support/pipelines.ts";

function gitlab(text: string, texts: Texts = {}): Pipeline {
  return pipelineIn(gitlabCi, ".gitlab-ci.yml", text, texts);
}

function job(pipeline: Pipeline, id: string): Job {
  const found = pipeline.jobs.find((it) => it.id === id);
  assert.ok(found, `${id} is a job`);
  return found;
}

function step(pipeline: Pipeline, capability: string): Step {
  const found = pipeline.capabilities.find((it) => it.name === capability);
  assert.ok(found, `${capability} is seen`);
  return found.step;
}

function isBefore(pipeline: Pipeline, earlier: string, later: string): boolean {
  return pipeline.precedes(step(pipeline, earlier), step(pipeline, later));
}

function triggers(text: string): readonly string[] {
  return [...gitlab(text).triggers];
}

function gaps(pipeline: Pipeline): readonly string[] {
  return pipeline.gaps.map((it) => `${it.reason} ${it.name}`);
}

function pinned(pipeline: Pipeline): readonly string[] {
  return pipeline.references.map((it) => `${it.kind} ${it.name} ${it.version ?? "-"} ${it.pin}${it.own ? " own" : ""}`);
}

describe("a GitLab file", () => {
  it("is known by its name, its folder or what it says", () => {
    const jobs = yaml("stages: [a]\nb: {stage: a, script: [make]}");
    assert.equal(isGitlabFile(".gitlab-ci.yml", yaml("")), true);
    assert.equal(isGitlabFile("ci/Build.gitlab-ci.yml", yaml("")), true);
    assert.equal(isGitlabFile(".gitlab/ci/rules.yml", yaml("")), true);
    assert.equal(isGitlabFile("ci/build.yml", jobs), true);
    assert.equal(isGitlabFile("ci/build.yml", yaml(".a: {script: make, needs: []}")), true);
    assert.equal(isGitlabFile("ci/build.yml", yaml("jobs: {a: {script: [make], stage: b}}")), false);
    assert.equal(isGitlabFile("azure.yml", yaml("stages: [{stage: a, jobs: []}]")), false);
    assert.equal(isGitlabFile(".travis.yml", yaml("language: go\nscript: [go test]\nbefore_script: [make]")), false);
    assert.equal(isGitlabFile("docker-compose.yml", yaml("services: {web: {image: web}}")), false);
  });

  it("is a pipeline only where GitLab starts with it", () => {
    const body = yaml("a: {script: [go test]}", "x");
    const document = { body, document: body.place.document, text: "" };
    const read = (path: string, texts: Texts) =>
      gitlabCi.read(
        { documents: [document], path, system: false, nonProduction: false, foreign: false },
        filesOf(texts),
      ).length;
    assert.equal(read(".gitlab-ci.yml", {}), 1);
    assert.equal(read("shop/.gitlab-ci.yml", {}), 1);
    assert.equal(read("shop/.gitlab-ci.yml", { ".gitlab-ci.yml": "a: {script: x}" }), 0);
    assert.equal(read("ci/build.yml", {}), 0);
    assert.equal(read(".gitlab-ci.yaml", {}), 1);
    assert.equal(read(".gitlab-ci.yaml", { ".gitlab-ci.yml": "a: {script: x}" }), 0);
  });
});

describe("jobs of a GitLab pipeline", () => {
  const pipeline = gitlab(`
default:
  image: golang:1.24.1
  before_script: [go version]
variables: {REGION: eu, GO: "1.23"}
stages: [check, ship]
.base: &base
  tags: [docker]
  variables: {TIER: test}
unit:
  <<: *base
  stage: check
  script:
    - go test ./...
  after_script: [trivy image web]
lint:
  stage: check
  image: {name: "golang:\${GO}-alpine", entrypoint: [""]}
  services: [postgres:16, {name: "docker:27.3.1-dind", alias: docker}]
  inherit: {default: [image]}
  script: golangci-lint run
ship:
  stage: ship
  environment: {name: "$REGION/production", url: "https://x"}
  script:
    - docker build -t web .
    - docker push web
  when: manual
stop:
  stage: ship
  environment: {name: review/x, action: stop}
  script: [helm uninstall x]
`);

  it("have steps that lead to their lines", () => {
    const unit = job(pipeline, "unit");
    assert.deepEqual(
      unit.steps.map((it) => [it.displayName, it.place.path, it.tolerated]),
      [
        ["go version", ["default", "before_script", 0], false],
        ["go test ./...", ["unit", "script", 0], false],
        ["trivy image web", ["unit", "after_script", 0], true],
      ],
    );
    assert.deepEqual(unit.place.path, ["unit"]);
    assert.deepEqual(seen(pipeline), ["test go", "image-scan trivy ?", "build docker ?", "push docker ?"]);
    assert.deepEqual(pipeline.capabilities[0]?.place, {
      document: pipeline.document,
      path: ["unit", "script", 0],
      span: [0, 13],
    });
    assert.deepEqual(
      job(pipeline, "lint").steps.map((it) => it.displayName),
      ["golangci-lint run"],
    );
    assert.deepEqual(pipeline.place.path, ["stages"]);
    assert.equal(
      pipeline.jobs.some((it) => it.id === ".base"),
      false,
    );
  });

  it("have images, environments and people who let them go on", () => {
    assert.equal(job(pipeline, "unit").image.text(), "golang:1.24.1");
    assert.equal(job(pipeline, "lint").image.source, "golang:1.23-alpine");
    assert.equal(job(pipeline, "ship").environment.source, "eu/production");
    assert.equal(job(pipeline, "stop").environment.presence, "absent");
    assert.deepEqual(job(pipeline, "ship").approval?.path, ["ship", "when"]);
    assert.deepEqual(pinned(pipeline), [
      "image golang 1.24.1 exact",
      "image golang 1.23-alpine moving",
      "image postgres 16 moving",
      "image docker 27.3.1-dind exact",
    ]);
    const alone = gitlab(
      "variables: {IMAGE: 'alpine:3.20.1'}\na: {image: $IMAGE, script: x}\nb: {image: $GONE, script: x}",
    );
    assert.deepEqual(alone.references[0]?.place.path, ["variables", "IMAGE"]);
    assert.deepEqual(pinned(alone), ["image alpine 3.20.1 exact", "image $GONE - unknown"]);
  });

  it("tolerate failures where they say so, and where nobody has to start them", () => {
    const scan = (more: string) => seen(gitlab(`a: {script: checkov -d ., ${more}}`));
    assert.deepEqual(scan("allow_failure: true"), ["iac-scan checkov ?"]);
    assert.deepEqual(scan("allow_failure: {exit_codes: 3}"), ["iac-scan checkov"]);
    assert.deepEqual(scan("when: manual"), ["iac-scan checkov ?"]);
    assert.deepEqual(scan("when: manual, allow_failure: false"), ["iac-scan checkov"]);
    assert.deepEqual(scan("rules: [{when: manual}]"), ["iac-scan checkov"]);
    assert.deepEqual(scan("rules: [{when: manual, allow_failure: true}]"), ["iac-scan checkov ?"]);
    assert.deepEqual(scan("rules: [{if: $CI_COMMIT_TAG, allow_failure: true}, {when: on_success}]"), [
      "iac-scan checkov",
    ]);
  });

  it("run all lines in one shell that stops at the first failure", () => {
    assert.deepEqual(seen(gitlab("a: {script: [set +e, go test ./..., make]}")), ["test go ?"]);
    assert.deepEqual(seen(gitlab("a: {script: [go test ./... | tee log]}")), ["test go"]);
    assert.deepEqual(
      seen(gitlab("a: {before_script: [cd web], script: [make test]}", { "web/Makefile": "test:\n\tgo test\n" })),
      ["test go"],
    );
    assert.deepEqual(
      seen(gitlab("a:\n  script:\n    - make test\n    - docker push web", { Makefile: "test:\n\tgo test\n" })),
      ["test go", "push docker"],
    );
    assert.deepEqual(gaps(gitlab("before_script: [. x/y.sh]\na: {script: x}\nb: {script: x}")), ["missing x/y.sh"]);
    assert.deepEqual(gaps(gitlab("a: {script: [make rollout, $RUN, ./ci/x.sh]}")), [
      "missing Makefile#rollout",
      "computed $RUN",
      "missing ./ci/x.sh",
    ]);
  });

  it("do what a function holds where they call it", () => {
    const text = `
.functions: &functions |
  function deploy() {
    helm upgrade web . || exit 1
    wait_for web
  }
  wait_for() {
    kubectl rollout status deploy/$1
  }
test:
  before_script: [*functions]
  script: [go test, echo deploy]
ship:
  stage: deploy
  before_script: [*functions]
  script: [deploy]
`;
    assert.deepEqual(seen(gitlab(text)), ["test go", "deploy helm", "wait kubectl"]);
  });

  it("know the variables that files set", () => {
    assert.deepEqual(seen(gitlab("variables: {TRIVY_EXIT_CODE: 1}\na: {script: trivy image web}")), [
      "image-scan trivy",
    ]);
    assert.deepEqual(seen(gitlab("variables: {CODE: {value: '1'}}\na: {script: trivy image --exit-code $CODE web}")), [
      "image-scan trivy",
    ]);
    assert.deepEqual(
      seen(gitlab("variables: {X: '1'}\na: {variables: {X: '0'}, script: trivy image --exit-code $X web}")),
      ["image-scan trivy ?"],
    );
    assert.deepEqual(
      seen(gitlab("variables: {X: '1'}\na: {inherit: {variables: false}, script: trivy image --exit-code $X web}")),
      ["image-scan trivy ?"],
    );
    assert.deepEqual(seen(gitlab("variables: {TOOL: helm upgrade}\na: {script: $TOOL web .}")), ["deploy helm"]);
    assert.equal(
      job(gitlab("a: {parallel: {matrix: [{ENV: [staging]}]}, environment: $ENV, script: x}"), "a").environment.source,
      "staging",
    );
    assert.equal(
      job(gitlab("a: {parallel: {matrix: [{ENV: [dev, prod]}]}, environment: $ENV, script: x}"), "a").environment
        .source,
      "$ENV",
    );
  });

  it("show who they are", () => {
    assert.deepEqual(seen(gitlab("a: {id_tokens: {AWS: {aud: https://sts}}, script: aws s3 ls}")), ["oidc id_tokens"]);
    assert.deepEqual(seen(gitlab("default: {id_tokens: {T: {aud: [https://x]}}}\na: {script: vault read x}")), [
      "oidc id_tokens",
    ]);
    assert.deepEqual(seen(gitlab("a: {id_tokens: {SIGSTORE_ID_TOKEN: {aud: sigstore}}, script: cosign sign x}")), [
      "sign cosign",
    ]);
    assert.deepEqual(
      seen(
        gitlab(
          "variables: {RUNNER_GENERATE_ARTIFACTS_METADATA: 'true'}\na: {artifacts: {paths: [x]}, script: make x}",
          { Makefile: "x:\n\ttrue" },
        ),
      ),
      ["provenance gitlab-runner"],
    );
  });

  it("may be made of steps", () => {
    const pipeline = gitlab(
      "a: {run: [{name: test, script: go test}, {name: echo, step: gitlab.com/components/echo@v1}]}",
    );
    assert.deepEqual(seen(pipeline), ["test go"]);
    assert.deepEqual(gaps(pipeline), ["remote gitlab.com/components/echo@v1"]);
  });
});

describe("what a GitLab job is put together from", () => {
  it("may be other jobs, one above the other", () => {
    const pipeline = gitlab(`
.base: {stage: check, image: "alpine:3.20", variables: {A: "1", B: "1"}}
.scan:
  extends: .base
  variables: {B: "2"}
  script: [trivy image --exit-code $B web]
.soft: {allow_failure: true, image: "debian:12"}
scan: {extends: [.scan, .soft], variables: {C: "3"}}
none: {extends: .scan, script: null, run: [{name: x, script: go test}]}
stages: [check]
`);
    const scan = job(pipeline, "scan");
    assert.equal(scan.image.text(), "debian:12");
    assert.deepEqual(
      scan.body
        .at("variables")
        .entries()
        .map(([name, it]) => `${name}=${it.text()}`),
      ["A=1", "B=2", "C=3"],
    );
    assert.deepEqual(seen(pipeline), ["image-scan trivy ?", "test go"]);
    assert.deepEqual(scan.steps[0]?.place.path, [".scan", "script", 0]);
  });

  it("may be parts of others by reference", () => {
    const pipeline = gitlab(`
.setup:
  script: [docker login, &x docker build .]
  rules: [{if: $CI_COMMIT_TAG}]
.all: {script: [!reference [.setup, script]]}
build:
  script:
    - !reference [.setup, script]
    - !reference [.all, script]
    - docker push web
  rules: [!reference [.setup, rules]]
whole: {script: !reference [.all, script], variables: !reference [.gone, variables]}
`);
    assert.deepEqual(
      job(pipeline, "build").steps.map((it) => it.displayName),
      ["docker login", "docker build .", "docker login", "docker build .", "docker push web"],
    );
    assert.deepEqual([...pipeline.triggers], ["push", "tag"]);
    assert.equal(job(pipeline, "whole").steps.length, 2);
    assert.deepEqual(gaps(pipeline), ["missing .gone variables"]);
    assert.deepEqual(pipeline.capabilities[0]?.place.path, [".setup", "script", 1]);
  });

  it("may be merged from several anchors", () => {
    const pipeline = gitlab(`
.a: &a {script: [go test], image: "golang:1.24"}
.b: &b {image: "alpine:3.20", allow_failure: true}
one: *a
two:
  <<: *a
  <<: *b
  before_script: [x]
  before_script: [helm lint]
`);
    assert.deepEqual(seen(pipeline), ["test go", "validate helm ?", "test go ?"]);
    assert.deepEqual(
      pipeline.jobs.map((it) => it.steps.map(({ displayName }) => displayName)),
      [["go test"], ["helm lint", "go test"]],
    );
  });

  it("may go round in circles", () => {
    for (const text of [
      "a: {extends: b, script: x}\nb: {extends: a, script: y}",
      "a: {extends: a, script: x}",
      ".a: {script: !reference [.b, script]}\n.b: {script: !reference [.a, script]}\nc: {script: !reference [.a, script]}",
      ".a: {script: [!reference [.a, script], !reference [.a, script], !reference [.a, script]]}\nc: {script: !reference [.a, script]}",
      "include: .gitlab-ci.yml\na: {script: x}",
      "include: a.yml\na: {script: x}",
      "a: {trigger: {include: .gitlab-ci.yml}}",
      "a: {trigger: {include: a.yml}}",
      "variables: {A: $B, B: $A$A}\na: {script: $A $B}",
    ]) {
      const texts = { ".gitlab-ci.yml": text, "a.yml": "include: a.yml\nb: {trigger: {include: a.yml}}" };
      assert.doesNotThrow(() => gitlab(text, texts), text);
    }
  });
});

describe("what a GitLab pipeline includes", () => {
  it("is read where it lies in the workspace, and keeps its place", () => {
    const texts = {
      "ci/build.yml": ".b: {script: [docker build .]}\nbuild: {extends: .b}\nvariables: {X: '1'}",
      "ci/jobs/test.yml": "test: {script: [go test], allow_failure: true}",
      "ci/jobs/deep/lint.yml": "include: ci/last.yml\nlint: {script: [helm lint]}",
      "ci/last.yml": "last: {stage: deploy, script: [kubectl apply -f x]}",
    };
    const pipeline = gitlab(
      "include:\n  - /ci/build.yml\n  - local: ci/jobs/**.yml\n  - local: ci/jobs/**/*.yml\ntest: {allow_failure: false}",
      texts,
    );
    assert.deepEqual(pipeline.jobs.map((it) => it.id).toSorted(), ["build", "last", "lint", "test"]);
    assert.deepEqual(seen(pipeline).toSorted(), ["build docker", "deploy kubectl", "test go", "validate helm"]);
    assert.match(step(pipeline, "build").place.document.uri, /ci\/build\.yml$/);
    assert.equal(pipeline.opaque, false);
    assert.equal(isBefore(pipeline, "test", "deploy"), true);
  });

  it("counts its paths from the folder of the pipeline", () => {
    const texts = { "shop/ci/a.yml": "a: {script: [./run.sh]}", "shop/run.sh": "go test" };
    const pipeline = pipelineIn(gitlabCi, "shop/.gitlab-ci.yml", "include: /ci/a.yml", texts);
    assert.deepEqual([...seen(pipeline), ...gaps(pipeline)], ["test go"]);
  });

  it("is told of in the file that includes it", () => {
    const texts = { "stages.yml": "stages: [a]\nx: {stage: a, script: [make]}" };
    const place = (text: string) => gitlab(text, texts).place;
    const [alone, beside] = [place("include: stages.yml"), place("include: stages.yml\ny: {stage: a, script: [x]}")];
    assert.deepEqual([alone.path, beside.path], [["include"], ["y"]]);
    assert.match(alone.document.uri, /\/\.gitlab-ci\.yml$/);
  });

  it("has its last word in the file that includes", () => {
    const texts = { "a.yml": "t: {script: [go test], image: a}", "b.yml": "t: {script: [pytest]}" };
    assert.deepEqual(seen(gitlab("include: [a.yml, b.yml]", texts)), ["test pytest"]);
    assert.deepEqual(seen(gitlab("include: [a.yml]\nt: {script: [npm test]}", texts)), ["test npm"]);
    assert.equal(job(gitlab("include: [a.yml, b.yml]", texts), "t").image.text(), "a");
  });

  it("leaves a gap where it lies elsewhere", () => {
    const pipeline = gitlab(`
include:
  - project: group/ci
    ref: v1.2.3
    file: [/a.yml, /b.yml]
  - project: group/ci
    file: /c.yml
  - remote: https://host/x.yml
  - https://host/y.yml
  - local: gone.yml
  - local: ci/$NAME.yml
  - component: $CI_SERVER_FQDN/group/build/image@1.0.0
  - component: gitlab.com/components/sast/sast@~latest
  - template: Jobs/SAST.gitlab-ci.yml
  - template: Terraform/Base.gitlab-ci.yml
  - template: Workflows/Branch-Pipelines.gitlab-ci.yml
build: {extends: .from-elsewhere}
`);
    assert.deepEqual(gaps(pipeline), [
      "remote group/ci /a.yml",
      "remote group/ci /b.yml",
      "remote group/ci /c.yml",
      "remote https://host/x.yml",
      "remote https://host/y.yml",
      "missing gone.yml",
      "computed ci/$NAME.yml",
      "remote $CI_SERVER_FQDN/group/build/image@1.0.0",
      "remote Terraform/Base.gitlab-ci.yml",
      "remote .from-elsewhere",
    ]);
    assert.deepEqual(pinned(pipeline), [
      "include group/ci v1.2.3 exact",
      "include group/ci - none",
      "include https://host/x.yml - none",
      "include https://host/y.yml - none",
      "component $CI_SERVER_FQDN/group/build/image 1.0.0 exact",
      "component gitlab.com/components/sast/sast ~latest moving own",
      "template Jobs/SAST.gitlab-ci.yml - none own",
      "template Terraform/Base.gitlab-ci.yml - none own",
      "template Workflows/Branch-Pipelines.gitlab-ci.yml - none own",
    ]);
    assert.deepEqual(pipeline.gaps[0]?.place.path, ["include", 0, "file", 0]);
    assert.equal(gitlab("include: [{project: g/x, file: a, rules: [{when: never}]}]\na: {script: x}").opaque, false);
  });

  it("gives what is known of GitLab's own templates", () => {
    assert.deepEqual(seen(gitlab("include: [{template: Auto-DevOps.gitlab-ci.yml}]")), [
      "build auto-devops",
      "push auto-devops",
      "test auto-devops",
      "deploy auto-devops",
      "wait auto-devops",
    ]);
    const pipeline = gitlab(`
stages: [build, test, scan, deploy]
include:
  - template: Jobs/Container-Scanning.gitlab-ci.yml
  - template: Security/Secret-Detection.gitlab-ci.yml
container_scanning: {stage: scan, variables: {CS_IMAGE: web}}
ship: {stage: deploy, script: [helm upgrade web .]}
`);
    assert.deepEqual(seen(pipeline), [
      "image-scan container-scanning ?",
      "sbom container-scanning",
      "deploy helm",
      "secret-scan secret-detection ?",
    ]);
    assert.equal(isBefore(pipeline, "secret-scan", "deploy"), false, "tags are deployed, and not scanned");
    const main = gitlab(
      "include: {template: Jobs/SAST.gitlab-ci.yml}\nship: {stage: deploy, only: [main], script: [helm upgrade web .]}",
    );
    assert.equal(isBefore(main, "code-scan", "deploy"), true);
    const off = "variables: {SAST_DISABLED: 'true'}\ninclude: {template: Jobs/SAST.gitlab-ci.yml}";
    assert.deepEqual(seen(gitlab(off)), []);
    assert.deepEqual(
      seen(gitlab("include: [{template: Jobs/SAST.gitlab-ci.yml}]\nvariables: {SCAN_KUBERNETES_MANIFESTS: 'true'}")),
      ["iac-scan sast ?", "code-scan sast ?"],
    );
  });

  it("is told inputs", () => {
    const texts = {
      "deploy.yml": `spec:
  inputs:
    job: {default: deploy}
    command: {}
    lines: {type: array, default: [helm lint]}
    stage: {default: deploy}
---
"$[[ inputs.job ]]-web":
  stage: $[[ inputs.stage ]]
  script: $[[ inputs.lines ]]
".x": {script: no}
"$[[ inputs.job ]]-run":
  script:
    - $[[ inputs.command ]] web .
`,
    };
    const pipeline = gitlab(
      "include: [{local: deploy.yml, inputs: {command: helm upgrade, job: go}}]\nstages: [test, deploy]",
      texts,
    );
    assert.deepEqual(
      pipeline.jobs.map((it) => it.id),
      ["go-web", "go-run"],
    );
    assert.deepEqual(seen(pipeline), ["validate helm", "deploy helm"]);
    assert.equal(isBefore(pipeline, "deploy", "validate"), true);
    const own =
      "spec: {inputs: {image: {default: 'alpine:3.20.1'}}}\n---\na: {image: '$[[ inputs.image ]]', script: go test}\n";
    assert.deepEqual([...seen(gitlab(own)), ...pinned(gitlab(own))], ["test go", "image alpine 3.20.1 exact"]);
  });
});

describe("when a GitLab pipeline runs", () => {
  it("is said by its jobs", () => {
    assert.deepEqual(triggers("a: {script: x}"), ["push", "tag"]);
    assert.deepEqual(triggers("a: {script: x, only: [merge_requests]}"), ["pull-request"]);
    assert.deepEqual(triggers("a: {script: x, only: [tags, schedules]}"), ["tag", "schedule"]);
    assert.deepEqual(triggers("a: {script: x, only: {refs: [main, web]}}"), ["push", "manual"]);
    assert.deepEqual(triggers("a: {script: x, except: [branches]}"), ["tag"]);
    assert.deepEqual(triggers("a: {script: x, rules: [{if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"'}]}"), [
      "pull-request",
    ]);
    assert.deepEqual(
      triggers("a: {script: x, rules: [{if: $CI_MERGE_REQUEST_IID}, {if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'}]}"),
      ["push", "pull-request"],
    );
    assert.deepEqual(
      triggers("a: {script: x, rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}, {if: $CI_COMMIT_TAG =~ /^v/}]}"),
      ["tag", "schedule"],
    );
    assert.deepEqual(triggers("a: {script: x, rules: [{if: '$CI_PIPELINE_SOURCE == \"trigger\"'}]}"), ["other"]);
    assert.deepEqual(triggers("a: {script: x, only: [pipelines]}"), ["call"]);
    assert.equal(gitlab("a: {script: x, only: [pipelines]}").reusable, true);
  });

  it("is said by its workflow", () => {
    const workflow = (rules: string) =>
      triggers(`workflow: {rules: [${rules}]}\na: {script: x, rules: [{when: always}]}`);
    assert.deepEqual(workflow("{if: $CI_COMMIT_TAG, when: never}, {if: $CI_COMMIT_BRANCH}"), ["push"]);
    assert.deepEqual(workflow("{when: never}"), []);
    assert.deepEqual(workflow("{if: $CI_MERGE_REQUEST_ID}, {when: never}"), ["pull-request"]);
    const template =
      "include: {template: Workflows/MergeRequest-Pipelines.gitlab-ci.yml}\na: {script: x, rules: [{when: always}]}";
    assert.deepEqual(triggers(template), ["push", "tag", "pull-request"]);
  });

  it("leaves out jobs whose conditions never hold", () => {
    const off = (more: string) => job(gitlab(`variables: {ON: "false"}\na: {script: go test, ${more}}`), "a").disabled;
    assert.equal(off("rules: [{when: never}]"), true);
    assert.equal(off("rules: [{if: '$ON == \"true\"'}]"), true);
    assert.equal(off("rules: [{if: '$ON == \"false\"', when: never}, {when: always}]"), true);
    assert.equal(off("rules: [{if: $UNKNOWN}]"), false);
    assert.equal(off("rules: [{if: '$ON == \"true\"'}, {if: $CI_COMMIT_TAG}]"), false);
    assert.equal(off("rules: [{exists: [Dockerfile]}]"), false);
    assert.equal(off("only: {variables: ['$ON == \"true\"']}"), true);
    assert.equal(off("except: [branches, tags, merge_requests]"), true);
    assert.equal(off("only: [/^release-.*$/]"), false);
    assert.equal(off("rules: [{if: 'not a condition'}]"), false);
    assert.deepEqual(seen(gitlab("a: {script: go test, rules: [{when: never}]}")), []);
    const asked =
      "variables: {ON: {value: 'false', description: Run it?}}\na: {script: go test, rules: [{if: $ON == 'true'}]}";
    assert.equal(job(gitlab(asked), "a").disabled, false);
    const varied =
      "variables: {ON: 'false'}\nworkflow: {rules: [{if: $CI_COMMIT_TAG, variables: {ON: 'true'}}]}\na: {script: go test, rules: [{if: $ON == 'true'}]}";
    assert.equal(job(gitlab(varied), "a").disabled, false);
  });
});

describe("order in a GitLab pipeline", () => {
  it("is that of its stages", () => {
    const pipeline = gitlab(`
deploy: {stage: deploy, script: [helm upgrade web .]}
test: {script: [go test]}
build: {stage: build, script: [docker build .]}
first: {stage: .pre, script: [helm lint]}
last: {stage: .post, script: [k6 run x.js]}
`);
    for (const [earlier, later] of [
      ["validate", "build"],
      ["build", "test"],
      ["test", "deploy"],
      ["deploy", "load-test"],
    ] as const) {
      assert.equal(isBefore(pipeline, earlier, later), true, `${earlier} ${later}`);
      assert.equal(isBefore(pipeline, later, earlier), false, `${later} ${earlier}`);
    }
  });

  it("is that of what jobs need, where they say so", () => {
    const text = (needs: string) =>
      `stages: [a, b, c]\ntest: {stage: a, script: [go test]}\nscan: {stage: b, script: [checkov -d .]}\ndeploy: {stage: c, needs: ${needs}, script: [helm upgrade web .]}`;
    assert.equal(isBefore(gitlab(text("[]")), "test", "deploy"), false);
    assert.equal(isBefore(gitlab(text("[scan]")), "test", "deploy"), true);
    assert.equal(isBefore(gitlab(text("[{job: test, artifacts: false}]")), "iac-scan", "deploy"), false);
    assert.equal(isBefore(gitlab(text("[{job: test, optional: true}]")), "test", "deploy"), true);
    assert.equal(isBefore(gitlab(text("[{project: g/x, job: test, ref: main}]")), "test", "deploy"), false);
  });

  it("holds only between jobs of one run that wait for each other", () => {
    const text = (test: string, deploy: string) =>
      gitlab(`test: {script: [go test], ${test}}\ndeploy: {stage: deploy, script: [helm upgrade web .], ${deploy}}`);
    const holds = (test: string, deploy: string) => isBefore(text(test, deploy), "test", "deploy");
    assert.equal(holds("only: [merge_requests]", "only: [main]"), false);
    assert.equal(holds("only: [develop]", "only: [main]"), false);
    assert.equal(holds("only: [branches]", "only: [main]"), true);
    assert.equal(holds("tags: [x]", "only: [main]"), true);
    assert.equal(
      holds("rules: [{if: $CI_COMMIT_BRANCH}]", "rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]"),
      true,
    );
    assert.equal(holds("rules: [{if: $CI_COMMIT_BRANCH}]", "rules: [{if: $CI_COMMIT_TAG}]"), false);
    assert.equal(holds("rules: [{changes: [src/**]}]", "only: [main]"), true);
    assert.equal(holds("when: manual", "only: [main]"), false);
    assert.equal(holds("when: manual, allow_failure: false", "only: [main]"), true);
    assert.equal(holds("tags: [x]", "when: always"), false);
    const apart = (test: string, deploy: string) => {
      const pipeline = text(test, deploy);
      return pipeline.apart?.(step(pipeline, "test"), step(pipeline, "deploy"));
    };
    assert.equal(apart("only: [merge_requests]", "only: [main]"), true);
    assert.equal(apart("rules: [{if: $CI_COMMIT_BRANCH}]", "rules: [{if: $CI_COMMIT_TAG}]"), true);
    assert.equal(apart("tags: [x]", "only: [main]"), false);
    assert.equal(holds("when: on_failure", "only: [main]"), false);
  });

  it("reaches into child pipelines that are waited for", () => {
    const texts = { "child.yml": "unit: {script: [go test]}\nlate: {stage: deploy, script: [helm lint]}" };
    const text = (strategy: string) =>
      gitlab(
        `test: {trigger: {include: child.yml${strategy}}}\ndeploy: {stage: deploy, script: [helm upgrade web .]}`,
        texts,
      );
    const waiting = text(", strategy: depend");
    assert.deepEqual(seen(waiting), ["test go", "validate helm", "deploy helm"]);
    assert.equal(isBefore(waiting, "test", "deploy"), true);
    assert.equal(isBefore(waiting, "test", "validate"), true);
    assert.equal(isBefore(text(""), "test", "deploy"), false);
    assert.equal(isBefore(text(""), "test", "validate"), true);
    assert.match(waiting.capabilities[0]?.place.document.uri ?? "", /child\.yml$/);
    assert.equal(waiting.opaque, false);
  });

  it("reaches into children of children", () => {
    const texts = {
      "child.yml": "c: {trigger: {include: [{local: grandchild.yml}], strategy: depend}}",
      "grandchild.yml": "unit: {script: [go test], rules: [{if: '$CI_PIPELINE_SOURCE == \"parent_pipeline\"'}]}",
    };
    const pipeline = gitlab("a: {trigger: {include: [{local: child.yml}]}}", texts);
    assert.deepEqual(seen(pipeline), ["test go"]);
    assert.deepEqual([pipeline.opaque, step(pipeline, "test").job.disabled], [false, false]);
  });

  it("stops where another project takes over", () => {
    assert.deepEqual(gaps(gitlab("a: {trigger: group/deploy}")), ["remote group/deploy"]);
    assert.deepEqual(gaps(gitlab("a: {trigger: {project: group/deploy, branch: main}}")), ["remote group/deploy"]);
    const made = "gen: {script: ./gen.py > x.yml}\na: {trigger: {include: [{artifact: x.yml, job: gen}]}}";
    assert.deepEqual(gaps(gitlab(made)), ["computed x.yml"]);
    const child = gitlab("a: {when: manual, trigger: {include: {local: c.yml}}}", {
      "c.yml": "d: {script: [helm upgrade web .]}",
    });
    assert.deepEqual(step(child, "deploy").job.approval?.path, ["a", "when"]);
  });
});

describe("a half-typed GitLab pipeline", () => {
  const whole = `
include: [{local: a.yml, inputs: {x: [y]}, rules: [{if: $A == "b" && ($C =~ /d/ || $E)}]}, {template: Jobs/SAST.gitlab-ci.yml}]
workflow: {rules: [{if: $CI_COMMIT_TAG, variables: {A: b}}]}
variables: &v {A: $B, B: {value: "1"}}
.x: &x
  script:
    - !reference [.y, script]
    - |
      function f() {
        go test
      }
    - f
job:
  <<: *x
  extends: [.x, .z]
  variables: *v
  needs: [{job: other, optional: true}]
  rules: [{if: $A, changes: [x], when: manual, allow_failure: true}]
  parallel: {matrix: [{P: [a, b]}]}
  environment: {name: review/$A, on_stop: stop}
child: {trigger: {include: [{local: a.yml}, {artifact: x, job: job}], strategy: depend}, only: {refs: [/^x/i, tags]}}
`;

  it("never stops the reader, wherever it breaks off", function () {
    this.timeout(20_000);
    for (let length = 0; length <= whole.length; length += 1) {
      const text = whole.slice(0, length);
      if (text.trim() === "") continue;
      assert.doesNotThrow(() => {
        const pipeline = gitlab(text, { "a.yml": text });
        for (const it of pipeline.jobs) it.body.writtenEntries();
      }, text);
    }
  });

  it("never stops the reader, whatever is written", () => {
    for (const text of [
      "",
      "- a",
      "text",
      "include:",
      "include: [null, 1, [], {}, [[x]], {local: {}}, {template: [a]}, {component: 1}, {project: {}}]",
      "stages: x\na: {script: {}, stage: []}",
      "a: {script: [null, 1, [], {}, [[x]]], needs: {}, rules: x, only: 3, except: {refs: {}}, environment: []}",
      "a: {script: x, extends: {}, variables: [], image: [], services: {}, parallel: x, trigger: []}",
      "a: {trigger: {}}\nb: {trigger: {include: [null, 1, {}]}}\nc: {run: {}}\nd: {run: [null, 1]}",
      "a: {script: !reference x}\nb: {script: !reference []}\nc: {script: !reference [a, script, 0, 1]}\n",
      "__proto__: {script: make}\nconstructor: {script: make, needs: [toString]}",
      "spec: {inputs: x}\n---\na: {script: '$[[ inputs.x ]]'}",
      "spec:\n  inputs: {x: }\n---\n",
      "workflow: []\ndefault: x\nvariables: y\na: {script: x, inherit: [], id_tokens: x, hooks: []}",
      "a: {script: x, rules: [{if: '((((' }, {if: '$A == '}, {if: '$A =~ /[/'}, {if: \"$A =~ /(a+)+$/\"}]}",
      "a: &a {script: *a}",
    ]) {
      assert.doesNotThrow(() => gitlab(text, { "a.yml": text }), text);
    }
  });
});
