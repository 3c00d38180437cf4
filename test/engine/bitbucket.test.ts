import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { bitbucket } from "../../server/engine/dialects/bitbucket.ts";
import {
  gaps,
  order,
  pipelineIn,
  pipelinesIn,
  readsHalfTyped,
  seen,
  type Texts,
  taken,
  textAt,
  yaml,
} from "./support/pipelines.ts";

const PATH = "bitbucket-pipelines.yml";

/** A pipeline of these items. */
function items(list: string, texts: Texts = {}): Pipeline {
  return pipelineIn(bitbucket, PATH, `pipelines: {default: ${list}}`, texts);
}

/** A pipeline of one step with this script. */
function script(list: string, texts: Texts = {}): Pipeline {
  return items(`[{step: {script: ${list}}}]`, texts);
}

const WHOLE = `image: node:20
definitions:
  services: {db: {image: "postgres:16.4"}}
  steps:
    - step: &test
        name: Test
        services: [db, docker]
        script:
          - npm ci
          - npm test
pipelines:
  default:
    - step: *test
  branches:
    main:
      - step: *test
      - parallel:
          - step: {name: Lint, image: {name: "alpine/helm:3.15.0"}, script: [helm lint chart]}
          - step:
              name: Scan
              script:
                - trivy image --exit-code 1 web
                - pipe: snyk/snyk-scan:1.0.1
                  variables: {SNYK_TOKEN: $TOKEN}
                - helm template chart
      - stage:
          name: prod
          deployment: production
          trigger: manual
          steps:
            - step:
                name: Deploy
                oidc: true
                script:
                  - pipe: atlassian/aws-eks-kubectl-run:3.1.0
                    variables: {AWS_OIDC_ROLE_ARN: $ROLE, KUBECTL_COMMAND: apply}
                after-script:
                  - kubectl rollout status deploy/web
            - step: {name: Check, script: [newman run x.json]}
  tags: {'v*': [{step: {name: Test, script: [go test]}}]}
  pull-requests:
    '**':
      - parallel: {fail-fast: true, steps: [{step: *test}, {step: *test}]}
  custom:
    nightly:
      - variables: [{name: USERS}]
      - step: {script: [k6 run x.js]}
    shared: {import: 'shared:master:deploy'}
`;

describe("Bitbucket Pipelines", () => {
  it("is known by its name", () => {
    assert.equal(bitbucket.recognises(PATH, yaml("")), true);
    assert.equal(bitbucket.recognises("pipelines.yml", yaml(WHOLE)), false);
  });

  it("has a pipeline for each way to start", () => {
    const all = pipelinesIn(bitbucket, PATH, WHOLE);
    assert.deepEqual(
      all.map((it) => `${it.displayName} on ${[...it.triggers].join()}`),
      [
        "default on push",
        "branches: main on push",
        "tags: v* on tag",
        "pull-requests: ** on pull-request",
        "custom: nightly on manual",
        "custom: shared on manual",
      ],
    );
    assert.deepEqual(all.map(gaps), [[], [], [], [], [], ["remote shared:master:deploy"]]);
    assert.deepEqual(all[3] && order(all[3]), ["Test", "Test #2"]);
    assert.deepEqual(all[1]?.place.path, ["pipelines", "branches", "main"]);
    const started = pipelinesIn(
      bitbucket,
      PATH,
      "triggers: {pullrequest-created: [{condition: x, pipelines: [a]}], repository-push: [{pipelines: [a]}]}\npipelines: {custom: {a: [], b: []}}",
    );
    assert.deepEqual(
      started.map((it) => [...it.triggers].join()),
      ["pull-request,push", "manual"],
    );
  });

  it("runs steps one after another, and those in parallel beside one another", () => {
    const main = pipelinesIn(bitbucket, PATH, WHOLE)[1];
    assert.ok(main);
    assert.deepEqual(order(main), [
      "Test",
      "Lint < Test",
      "Scan < Test",
      "Deploy < Lint, Scan asked",
      "Check < Deploy asked",
    ]);
    assert.deepEqual(seen(main), [
      "test npm",
      "validate helm",
      "image-scan trivy",
      "code-scan snyk/snyk-scan",
      "validate helm",
      "deploy atlassian/aws-eks-kubectl-run",
      "oidc atlassian/aws-eks-kubectl-run",
      "wait kubectl ?",
      "e2e newman",
    ]);
    assert.deepEqual(
      main.jobs.map((it) => it.environment.source ?? ""),
      ["", "", "", "production", "production"],
    );
    assert.deepEqual(
      main.jobs.map((it) => it.image.source),
      ["node:20", "alpine/helm:3.15.0", "node:20", "node:20", "node:20"],
    );
    assert.deepEqual(taken(main), [
      "image node 20 moving",
      "image postgres 16.4 moving",
      "image alpine/helm 3.15.0 exact",
      "pipe snyk/snyk-scan 1.0.1 exact",
      "pipe atlassian/aws-eks-kubectl-run 3.1.0 exact own",
    ]);
    const [scan, deploy] = ["image-scan", "deploy"].map((name) => main.capabilities.find((it) => it.name === name));
    assert.ok(scan !== undefined && deploy !== undefined);
    assert.equal(main.precedes(scan.step, deploy.step), true);
    assert.equal(textAt(scan.place, WHOLE), "trivy image --exit-code 1 web");
    assert.equal(textAt(deploy.place, WHOLE), "atlassian/aws-eks-kubectl-run:3.1.0");
  });

  it("stops at the first command that fails, but not inside a pipe", () => {
    assert.deepEqual(seen(script("[go test, ls]")), ["test go"]);
    assert.deepEqual(seen(script("[go test | tee log]")), ["test go ?"]);
    assert.deepEqual(seen(script("[set -o pipefail, go test || true]")), ["test go ?"]);
    assert.deepEqual(seen(items("[{step: {script: [go test], on-fail: {strategy: ignore}}}]")), ["test go ?"]);
    assert.deepEqual(seen(script("\n    # - go test\n    - ls\n")), []);
  });

  it("follows what scripts call, from one line to the next", () => {
    const files = { "web/Makefile": "test:\n\tgo test\n" };
    assert.deepEqual(seen(script("[cd web, make test]", files)), ["test go"]);
    assert.deepEqual(gaps(script("[./ci/x.sh]", files)), ["missing ./ci/x.sh"]);
    assert.deepEqual(seen(script("[{pipe: 'atlassian/ssh-run:0.1.0', variables: {COMMAND: helm upgrade web .}}]")), [
      "deploy helm",
    ]);
    assert.deepEqual(
      seen(script("[{pipe: 'atlassian/kubectl-run:3.0.0', variables: {KUBECTL_COMMAND: get pods}}]")),
      [],
    );
  });

  it("is read however little of it is typed", function () {
    this.timeout(20_000);
    readsHalfTyped(bitbucket, PATH, WHOLE);
    for (const text of [
      "pipelines: []",
      "pipelines: {default: {}, branches: [], custom: {a: 1, b: [[], null, {step: []}, {parallel: {steps: 1}}, {stage: x}]}}",
      "pipelines: {default: [{step: {script: [{pipe: {}}, [], null], image: [], services: {}}}]}",
    ])
      assert.doesNotThrow(() => pipelinesIn(bitbucket, PATH, text), text);
  });
});
