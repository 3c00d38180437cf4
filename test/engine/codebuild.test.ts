import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { codebuild } from "../../server/engine/dialects/codebuild.ts";
import { dialectOf } from "../../server/engine/dialects/pipelines.ts";
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

const PATH = "buildspec.yml";

function pipeline(text: string, texts: Texts = {}): Pipeline {
  return pipelineIn(codebuild, PATH, text, texts);
}

function isBefore(whole: Pipeline, first: string, second: string): boolean {
  const [a, b] = [first, second].map((name) => whole.capabilities.find((it) => it.name === name));
  assert.ok(a !== undefined && b !== undefined);
  return whole.precedes(a.step, b.step);
}

const WHOLE = `version: 0.2
env:
  variables: {TRIVY_EXIT_CODE: "1"}
phases:
  install:
    runtime-versions: {golang: 1.26}
    commands:
      - curl -sSLo kubectl https://dl.k8s.io/kubectl
  pre_build:
    commands:
      - cd app
      - go test ./...
  build:
    commands:
      - |
        docker build -t $REPO:$TAG .
        echo built
      - trivy image $REPO:$TAG
    finally:
      - ./ci/report.sh
  post_build:
    on-failure: CONTINUE
    commands:
      - docker push $REPO:$TAG
      - kubectl apply -f k8s.yml
      # - helm test web
artifacts:
  files: [build.json]
`;

const REPORT = { "app/ci/report.sh": "cosign sign web" };

describe("CodeBuild", () => {
  it("is known by its name, or by its phases", () => {
    assert.equal(dialectOf("ci/buildspec-test.yaml", yaml(WHOLE)), codebuild);
    assert.equal(dialectOf("ci/test.yaml", yaml(WHOLE)), codebuild);
    assert.equal(codebuild.recognises(PATH, yaml("")), true);
    assert.equal(codebuild.recognises("amplify.yml", yaml("version: 1\nfrontend: {phases: {build: {}}}")), false);
    assert.equal(codebuild.recognises(PATH, yaml("apiVersion: v1\nphases: {build: {}}")), false);
  });

  it("reads its phases, which mostly wait for one another", () => {
    const whole = pipeline(WHOLE, REPORT);
    assert.deepEqual(seen(whole), [
      "test go",
      "build docker ?",
      "image-scan trivy",
      "sign cosign",
      "push docker ?",
      "deploy kubectl ?",
    ]);
    assert.deepEqual([gaps(whole), order(whole), [...whole.triggers]], [[], ["build"], ["push"]]);
    assert.equal(isBefore(whole, "test", "push"), true);
    // What only fails the build phase does not keep the next one from running.
    assert.equal(isBefore(whole, "image-scan", "push"), false);
    assert.equal(isBefore(whole, "image-scan", "sign"), false);
    const strict = (text: string) => isBefore(pipeline(text, REPORT), "image-scan", "push");
    assert.equal(strict(WHOLE.replace("  build:\n", "  build:\n    on-failure: ABORT\n")), true);
    assert.equal(
      strict(
        WHOLE.replace("      - docker push", "      - '[ $CODEBUILD_BUILD_SUCCEEDING = 1 ]'\n      - docker push"),
      ),
      true,
    );
    const scan = whole.capabilities.find((it) => it.name === "image-scan");
    assert.equal(scan && textAt(scan.place, WHOLE), "trivy image $REPO:$TAG");
  });

  it("reads the builds of a batch with the files that they run", () => {
    const text = `version: 0.2
batch:
  build-graph:
    - identifier: test
      buildspec: ci/test.yml
      env: {image: "aws/codebuild/standard:7.0", variables: {A: b}}
    - identifier: ship
      depend-on: [test]
    - {identifier: far, buildspec: "arn:aws:s3:::specs/x.yml", ignore-failure: true}
    - {identifier: gone, buildspec: ci/gone.yml, depend-on: [ship]}
phases: {build: {steps: [{name: login, uses: aws-actions/configure-aws-credentials@v4, with: {role-to-assume: x}}], commands: helm upgrade web .}}
`;
    const files = { [PATH]: text, "ci/test.yml": "version: 0.2\nphases: {build: {commands: [go test]}}" };
    const whole = pipeline(text, files);
    assert.deepEqual(order(whole), ["test", "ship < test", "far soft", "gone < ship"]);
    assert.deepEqual(seen(whole), ["test go", "deploy helm"]);
    assert.deepEqual(gaps(whole), ["remote arn:aws:s3:::specs/x.yml", "missing ci/gone.yml"]);
    assert.deepEqual(taken(whole), [
      "image aws/codebuild/standard 7.0 moving own",
      "action aws-actions/configure-aws-credentials v4 moving own",
    ]);
    assert.equal(isBefore(whole, "test", "deploy"), true);
    assert.deepEqual(pipelinesIn(codebuild, "ci/test.yml", files["ci/test.yml"], files), []);
    const matrix = pipeline("batch: {build-matrix: {dynamic: {buildspec: [ci/test.yml, ci/test.yml]}}}", files);
    assert.deepEqual(
      [order(matrix), seen(matrix)],
      [
        ["build", "build #2"],
        ["test go", "test go"],
      ],
    );
    assert.deepEqual(gaps(pipeline('batch: {build-list: [{buildspec: "version: 0.2\\nphases: {}"}]}')), [
      "computed buildspec",
    ]);
  });

  it("is read however little of it is typed", function () {
    this.timeout(20_000);
    readsHalfTyped(codebuild, PATH, WHOLE, REPORT);
    for (const text of [
      "phases: []",
      "[]",
      "phases: {build: [1], install: {commands: {a: b}, steps: [1, {uses: []}]}, post_build: {finally: 3}}",
      `batch: {build-list: [1, {identifier: [], buildspec: {}}], build-graph: {a: b}, build-matrix: 3, build-fanout: []}`,
      "batch: {build-list: [{buildspec: buildspec.yml}]}",
    ])
      assert.doesNotThrow(() => pipelinesIn(codebuild, PATH, text, { [PATH]: text }), text);
  });
});
