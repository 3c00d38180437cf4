import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { argoWorkflows } from "../../server/engine/dialects/argo-workflows.ts";
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
} from "./support/pipelines.ts";

const PATH = "ci/workflow.yaml";

const SHARED = `apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: shared}
spec:
  templates:
    - name: run
      inputs:
        parameters:
          - name: command
          - {name: image, default: "golang:1.26.1"}
      container:
        image: "{{inputs.parameters.image}}"
        command: [sh, -c]
        args: ["{{inputs.parameters.command}}"]
`;

const WHOLE = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: web-}
spec:
  entrypoint: main
  onExit: tell
  arguments:
    parameters: [{name: image, value: registry.example.com/shop/web}]
  templates:
    - name: main
      steps:
        - - name: checks
            template: checks
        - - name: build
            template: build
        - - name: scan
            continueOn: {failed: true}
            template: scan
          - name: off
            when: "false"
            template: scan
        - - name: ask
            template: ask
        - - name: ship
            template: ship
    - name: checks
      dag:
        tasks:
          - name: unit
            depends: fetch && (lint.Failed || fetch.Succeeded)
            templateRef: {name: shared, template: run}
            arguments:
              parameters: [{name: command, value: make test}]
          - name: fetch
            templateRef: {name: shared, template: run}
            arguments:
              parameters: [{name: command, value: git clone x}]
          - name: each
            dependencies: [fetch]
            template: one
            arguments: {parameters: [{name: what, value: "{{item}}"}]}
            withItems: [charts/web, charts/api]
    - name: one
      inputs: {parameters: [{name: what}]}
      script:
        image: alpine/helm:3.19.0
        command: [sh]
        source: |
          helm lint {{inputs.parameters.what}} {{workflow.uid}}
          true
    - name: build
      container:
        image: gcr.io/kaniko-project/executor:v1.24.0
        args: ["--destination={{workflow.parameters.image}}:{{workflow.uid}}"]
    - name: scan
      containerSet:
        containers:
          - {name: trivy, image: "aquasec/trivy:0.69.0", command: [trivy], args: [image, --exit-code, "1", web]}
    - name: ask
      suspend: {}
    - name: ship
      resource:
        action: apply
        successCondition: status.readyReplicas > 0
        manifest: |
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: web}
    - name: tell
      container: {image: "alpine:3.22", command: [kubectl, apply, -f, report.yaml]}
`;

const FILES: Texts = { "ci/shared.yaml": SHARED, Makefile: "test:\n\tgo test ./...\n" };

function pipeline(text: string, texts: Texts = {}): Pipeline {
  return pipelineIn(argoWorkflows, PATH, text, texts);
}

describe("Argo Workflows", () => {
  it("reads lists of steps and graphs as jobs in their order", () => {
    assert.deepEqual(order(pipeline(WHOLE, FILES)), [
      "main/checks/fetch",
      "main/checks/unit < main/checks/fetch",
      "main/checks/each(0) < main/checks/fetch",
      "main/checks/each(1) < main/checks/fetch",
      "main/build < main/checks/unit, main/checks/fetch, main/checks/each(0), main/checks/each(1)",
      "main/scan < main/build soft",
      "main/off < main/build off",
      "main/ask < main/scan, main/off asked",
      "main/ship < main/ask",
      "onExit/tell soft",
    ]);
  });

  it("knows what containers, scripts and written objects do, through templates of other workflows", () => {
    const whole = pipeline(WHOLE, FILES);
    assert.deepEqual(seen(whole), [
      "test go",
      "validate helm ?",
      "validate helm ?",
      "build kaniko",
      "push kaniko",
      "image-scan trivy ?",
      "deploy argo-workflows",
      "wait argo-workflows",
      "deploy kubectl ?",
    ]);
    assert.deepEqual(gaps(whole), []);
    assert.deepEqual([...whole.triggers], ["push"]);
    assert.equal(whole.displayName, "web");
  });

  it("puts each step in its order", () => {
    const { capabilities, precedes } = pipeline(WHOLE, FILES);
    const step = (name: string) => capabilities.find((it) => it.name === name)?.step;
    const [test, build, deploy] = [step("test"), step("build"), step("deploy")];
    assert.ok(test !== undefined && build !== undefined && deploy !== undefined);
    assert.equal(precedes(test, build) && precedes(build, deploy) && precedes(test, deploy), true);
    assert.equal(precedes(deploy, test), false);
  });

  it("does not know what templates of elsewhere do", () => {
    const whole = pipeline(WHOLE, { Makefile: FILES["Makefile"] ?? "" });
    assert.deepEqual(
      gaps(whole),
      ["remote shared"].flatMap((it) => [it, it]),
    );
    assert.equal(whole.opaque, true);
  });

  it("leaves alone what builds, tests and delivers nothing, and what has no entrypoint", () => {
    const data = `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: etl-}\nspec:\n  entrypoint: load\n  templates:\n    - name: load\n      container: {image: "python:3.14.0", command: [python, load.py]}\n`;
    assert.deepEqual(pipelinesIn(argoWorkflows, PATH, data), []);
    assert.deepEqual(pipelinesIn(argoWorkflows, PATH, SHARED), []);
    const other = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec: {entrypoint: x}\n`;
    assert.deepEqual(pipelinesIn(argoWorkflows, PATH, other), []);
  });

  it("reads what is started by the clock and by events", () => {
    const spec = (indent: string) =>
      `${indent}entrypoint: ci\n${indent}templates:\n${indent}  - name: ci\n${indent}    container: {image: "node:24.1.0", command: [npm, test]}\n`;
    const timed = pipeline(
      `apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {name: nightly}\nspec:\n  schedules: ["0 3 * * *"]\n  workflowSpec:\n${spec("    ")}`,
    );
    assert.deepEqual([...timed.triggers], ["schedule"]);
    assert.deepEqual(seen(timed), ["test npm"]);
    const sensor = pipeline(
      `apiVersion: argoproj.io/v1alpha1\nkind: Sensor\nmetadata: {name: push}\nspec:\n  triggers:\n    - template:\n        name: ci\n        argoWorkflow:\n          operation: submit\n          source:\n            resource:\n              apiVersion: argoproj.io/v1alpha1\n              kind: Workflow\n              metadata: {generateName: ci-}\n              spec:\n${spec("                ")}`,
    );
    assert.deepEqual([...sensor.triggers], ["push"]);
    assert.deepEqual(seen(sensor), ["test npm"]);
  });

  it("lists images, and points at the words in the file", () => {
    const whole = pipeline(WHOLE, FILES);
    assert.deepEqual(taken(whole), [
      "image golang 1.26.1 exact",
      "image alpine/helm 3.19.0 exact",
      "image gcr.io/kaniko-project/executor v1.24.0 exact",
      "image aquasec/trivy 0.69.0 exact",
      "image alpine 3.22 moving",
    ]);
    const own = whole.capabilities.filter(({ place }) => place.document.uri.endsWith(PATH));
    assert.deepEqual(
      own.map((it) => textAt(it.place, WHOLE)),
      [
        "helm lint {{inputs.parameters.what}} {{workflow.uid}}",
        "helm lint {{inputs.parameters.what}} {{workflow.uid}}",
        "args",
        "args",
        "args",
        "action",
        "action",
        "command",
      ],
    );
  });

  it("ends where templates call themselves", () => {
    const loop = `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: loop}\nspec:\n  entrypoint: a\n  templates:\n    - name: a\n      steps:\n        - - {name: t, template: t}\n        - - {name: again, template: a}\n    - name: t\n      container: {image: "node:24.1.0", command: [npm, test]}\n    - name: b\n      dag: {tasks: [{name: x, dependencies: [y], template: b}, {name: y, dependencies: [x], template: b}]}\n`;
    assert.ok(pipeline(loop).jobs.length < 300);
  });

  it("reads whatever has been typed so far", () => {
    readsHalfTyped(argoWorkflows, PATH, WHOLE, FILES);
  });
});
