import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { cloudBuild } from "../../server/engine/dialects/cloud-build.ts";
import { dialectOf } from "../../server/engine/dialects/pipelines.ts";
import {
  gaps,
  pipelineIn,
  pipelinesIn,
  readsHalfTyped,
  seen,
  type Texts,
  taken,
  textAt,
  yaml,
} from "./support/pipelines.ts";

const PATH = "cloudbuild.yaml";

function pipeline(text: string, texts: Texts = {}): Pipeline {
  return pipelineIn(cloudBuild, PATH, text, texts);
}

const WHOLE = `steps:
  - id: test
    name: golang:1.26.1
    entrypoint: bash
    args: ["-c", "go test ./... && echo $$HOME"]
  - id: lint
    name: 'gcr.io/$PROJECT_ID/helm'
    args: [lint, chart]
    waitFor: ['-']
    allowFailure: true
  - id: build
    name: gcr.io/cloud-builders/docker
    args: [build, -t, "eu.gcr.io/shop/web:$_TAG", .]
    waitFor: [test]
  - id: scan
    name: aquasec/trivy:0.69.0
    args: [image, --exit-code, "1", "eu.gcr.io/shop/web:\${_TAG}"]
    waitFor: [build]
  - id: ship
    name: gcr.io/cloud-builders/gke-deploy@sha256:0123456789012345678901234567890123456789012345678901234567890123
    args: [run, --filename=k8s]
    waitFor: [build]
  - name: gcr.io/google.com/cloudsdktool/cloud-sdk
    script: |
      #!/usr/bin/env bash
      kubectl rollout status deploy/web || true
      ./ci/smoke.sh
    dir: deploy
images: ["eu.gcr.io/shop/web:$_TAG"]
substitutions: {_TAG: v1.2.3}
options: {requestedVerifyOption: VERIFIED}
`;

const SMOKE = { "deploy/ci/smoke.sh": "newman run shop.json" };

/** How many pairs of steps are in order. */
function steps(pipelines: readonly Pipeline[]): number {
  return pipelines.flatMap((one) => {
    const all = one.jobs.flatMap((job) => job.steps);
    return all.flatMap((a) => all.filter((b) => one.precedes(a, b)));
  }).length;
}

describe("Cloud Build", () => {
  it("is known by its name, or by steps that are named after images", () => {
    assert.equal(dialectOf("ops/cloudbuild-release.yaml", yaml(WHOLE)), cloudBuild);
    assert.equal(dialectOf("ops/release.yaml", yaml(WHOLE)), cloudBuild);
    assert.equal(dialectOf(".github/cloudbuild/pr.yaml", yaml(WHOLE)), cloudBuild);
    assert.equal(dialectOf("cloudbuild.json", yaml('{"steps": [{"name": "gcr.io/cloud-builders/git"}]}')), cloudBuild);
    assert.equal(cloudBuild.recognises(PATH, yaml("")), true);
    assert.equal(cloudBuild.recognises(PATH, yaml("apiVersion: v1\nkind: List\nsteps: []")), false);
    assert.equal(cloudBuild.recognises("cloudbuild-trigger.yaml", yaml("filename: cloudbuild.yaml")), false);
    assert.equal(cloudBuild.recognises("ci.yaml", yaml("steps: [{name: test, image: golang}]")), false);
  });

  it("reads what the images of its steps run, and what they wait for", () => {
    const whole = pipeline(WHOLE, SMOKE);
    assert.deepEqual(seen(whole), [
      "test go",
      "validate helm ?",
      "build docker",
      "image-scan trivy",
      "deploy gke-deploy",
      "wait gke-deploy",
      "wait kubectl ?",
      "e2e newman",
      "push cloud-build",
      "provenance cloud-build",
    ]);
    assert.deepEqual(gaps(whole), []);
    assert.deepEqual([...whole.triggers], ["push"]);
    assert.deepEqual(
      whole.jobs[0]?.steps.map((it) => it.displayName),
      ["test", "lint", "build", "scan", "ship", "kubectl rollout status deploy/web", "images"],
    );
    assert.deepEqual(taken(whole).slice(0, 3), [
      "image golang 1.26.1 exact",
      "image gcr.io/$PROJECT_ID/helm - unknown",
      "image gcr.io/cloud-builders/docker - none own",
    ]);
    const isBefore = (first: string, second: string): boolean => {
      const [a, b] = [first, second].map((name) => whole.capabilities.find((it) => it.name === name));
      assert.ok(a !== undefined && b !== undefined);
      return whole.precedes(a.step, b.step);
    };
    assert.equal(isBefore("test", "deploy"), true);
    assert.equal(isBefore("validate", "test"), false);
    assert.equal(isBefore("image-scan", "deploy"), false);
    assert.equal(isBefore("image-scan", "push"), true);
    assert.equal(isBefore("push", "image-scan"), false);
    const push = whole.capabilities.find((it) => it.name === "push");
    assert.deepEqual(
      [push?.text, push && textAt(push.place, WHOLE)],
      ["push eu.gcr.io/shop/web:v1.2.3", '"eu.gcr.io/shop/web:$_TAG"'],
    );
    const test = whole.capabilities[0];
    assert.equal(test && textAt(test.place, WHOLE), "go test ./...");
  });

  it("tells what fails a step from what does not", () => {
    const of = (args: string) => seen(pipeline(`steps: [{name: ubuntu, entrypoint: sh, args: ${args}}]`));
    assert.deepEqual(of('["-c", "go test\\nls"]'), ["test go ?"]);
    assert.deepEqual(of('["-ec", "go test\\nls"]'), ["test go"]);
    assert.deepEqual(of('["-ceu", "go test\\nls"]'), ["test go"]);
    assert.deepEqual(of('["-e", "-c", "go test\\nls"]'), ["test go"]);
    assert.deepEqual(
      seen(pipeline("steps: [{name: ubuntu, args: [make, test]}]", { Makefile: "test:\n\tgo test\n" })),
      ["test go"],
    );
    assert.deepEqual(seen(pipeline('steps: [{name: python, script: "#!/usr/bin/env python\\nhelm()"}]')), []);
    assert.deepEqual(gaps(pipeline("steps: [{name: ubuntu, entrypoint: bash, args: [ci/x.sh]}]")), ["missing ci/x.sh"]);
    assert.deepEqual(seen(pipeline("steps:\n# - {name: ubuntu, args: [go, test]}\n- {name: ubuntu}")), []);
  });

  it("is read however little of it is typed", function () {
    this.timeout(20_000);
    readsHalfTyped(cloudBuild, PATH, WHOLE, SMOKE);
    for (const text of [
      "steps: {}",
      "[]",
      "steps: [[], null, 1, {}, {name: [], args: {}}, {id: a, waitFor: [a, b, {}]}, {id: a, waitFor: a}]",
      "substitutions: [1]\nimages: {a: b}\noptions: 3\nsteps: [{name: $_A, args: [$_A, [], {}], env: [=, a]}]",
    ])
      assert.doesNotThrow(() => steps(pipelinesIn(cloudBuild, PATH, text)), text);
  });
});
