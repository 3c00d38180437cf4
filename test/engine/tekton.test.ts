import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { tekton } from "../../server/engine/dialects/tekton.ts";
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

const PATH = "ci/pipeline.yaml";

const TASKS = `apiVersion: tekton.dev/v1
kind: Task
metadata: {name: deliver}
spec:
  params:
    - name: folder
      default: k8s
    - {name: flags, type: array, default: []}
  stepTemplate:
    workingDir: $(workspaces.source.path)
    env: [{name: CHART, value: charts/web}]
  steps:
    - name: ship
      image: registry.k8s.io/kubectl:v1.34.1
      command: [kubectl]
      args: [apply, -f, $(params.folder), "$(params.flags[*])"]
    - name: smoke
      image: alpine:3.22
      workingDir: $(workspaces.source.path)/ops
      onError: continue
      script: |
        ./smoke.sh
---
apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: {name: scan}
spec:
  params: [{name: image}]
  image: aquasec/trivy:0.69.0
  command: [trivy]
  args: [image, --exit-code, "1", $(params.image)]
`;

const FILES: Texts = { "ci/tasks.yaml": TASKS, "ops/smoke.sh": "newman run shop.json" };

const WHOLE = `apiVersion: tekton.dev/v1
kind: Pipeline
metadata:
  name: web
spec:
  params:
    - {name: image, default: registry.example.com/shop/web}
    - name: tag
  tasks:
    - name: fetch
      taskRef: {name: git-clone}
    - name: test
      runAfter: [fetch]
      taskSpec:
        steps:
          - image: golang:1.26.1
            script: |
              #!/usr/bin/env bash
              set -e
              go test ./...
              echo $(params.image) > $(results.name.path)
    - name: build
      runAfter: [test]
      taskRef:
        resolver: hub
        params:
          - {name: name, value: buildah}
          - {name: version, value: "0.9"}
      params: [{name: IMAGE, value: $(params.image):$(params.tag)}]
    - name: scan
      taskSpec:
        params: [{name: image}]
        steps:
          - name: trivy
            ref: {name: scan}
            params: [{name: image, value: $(params.image)}]
      params: [{name: image, value: "$(params.image)@$(tasks.build.results.IMAGE_DIGEST)"}]
    - name: ship
      runAfter: [scan]
      taskRef: {name: deliver}
      params:
        - {name: folder, value: deploy/prod}
        - {name: flags, value: [--server-side]}
    - name: never
      when: [{input: web, operator: in, values: [api]}]
      taskRef: {name: cosign}
  finally:
    - name: tell
      taskRef: {name: send-to-channel-slack}
    - name: promote
      when: [{input: $(tasks.status), operator: in, values: [Succeeded]}]
      taskSpec:
        steps: [{image: alpine/helm:3.19.0, args: [upgrade, --install, web, chart]}]
`;

function pipeline(text: string, texts: Texts = {}): Pipeline {
  return pipelineIn(tekton, PATH, text, texts);
}

/** A Pipeline of one task with these steps. */
function stepsOf(steps: string, texts: Texts = {}): Pipeline {
  const indented = steps
    .trim()
    .split("\n")
    .map((it) => `          ${it}`)
    .join("\n");
  return pipeline(
    `apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: ci}\nspec:\n  tasks:\n    - name: ci\n      taskSpec:\n        steps:\n${indented}\n`,
    texts,
  );
}

function run(annotations: string): Pipeline {
  return pipelineIn(
    tekton,
    ".tekton/push.yaml",
    `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  generateName: web-
  annotations:
${annotations}
spec:
  params: [{name: revision, value: "{{ revision }}"}, {name: goal, value: test}]
  pipelineSpec:
    params: [{name: goal, default: verify}]
    tasks:
      - name: fetch
        taskRef: {name: house-clone}
      - name: make
        taskSpec:
          steps:
            - {image: golang:1.26.1, script: "make $(params.goal)"}
`,
    { Makefile: "test:\n\tgo test ./...\nverify:\n\ttrue\n" },
  );
}

describe("Tekton", () => {
  it("reads tasks with what each needs, and what comes last whatever happened", () => {
    assert.deepEqual(order(pipeline(WHOLE, FILES)), [
      "fetch",
      "test < fetch",
      "build < test",
      "scan < build",
      "ship < scan",
      "never off",
      "finally/tell",
      "finally/promote < fetch, test, build, scan, ship, never",
    ]);
  });

  it("knows what steps do, those of Tasks and StepActions of the workspace and of the catalogue among them", () => {
    const whole = pipeline(WHOLE, FILES);
    assert.deepEqual(seen(whole), [
      "test go",
      "build buildah",
      "push buildah",
      "image-scan trivy",
      "deploy kubectl",
      "e2e newman ?",
      "deploy helm",
    ]);
    assert.deepEqual(gaps(whole), []);
    assert.deepEqual([...whole.triggers], ["push"]);
    assert.equal(whole.displayName, "web");
  });

  it("puts in what parameters hand over", () => {
    const ship = pipeline(WHOLE, FILES).jobs.find((job) => job.id === "ship");
    assert.deepEqual(ship?.steps[0]?.commands[0]?.words, ["kubectl", "apply", "-f", "deploy/prod", "--server-side"]);
  });

  it("says where a step stands, and takes only its own expressions for something else than the shell's", () => {
    const found = stepsOf("- image: golang:1.26.1\n  script: |\n    go test $(go list ./...) > $(results.out.path)\n");
    const text = "go test $(go list ./...)";
    const [test] = found.capabilities;
    assert.ok(test !== undefined);
    assert.match(test.text, /^go test/);
    assert.equal(test.text.includes(text), true);
  });

  it("lists images and Tasks from elsewhere", () => {
    assert.deepEqual(taken(pipeline(WHOLE, FILES)), [
      "image golang 1.26.1 exact",
      "image registry.k8s.io/kubectl v1.34.1 exact",
      "image alpine 3.22 moving",
      "image alpine/helm 3.19.0 exact",
    ]);
    const bundle = pipeline(`apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: ci}
spec:
  tasks:
    - name: build
      taskRef:
        resolver: bundles
        params: [{name: bundle, value: "quay.io/house/tasks:latest"}, {name: name, value: buildah}, {name: kind, value: task}]
    - name: lint
      taskRef:
        resolver: git
        params: [{name: url, value: "https://example.com/tasks.git"}, {name: revision, value: main}, {name: pathInRepo, value: tasks/house-lint.yaml}]
`);
    assert.deepEqual(taken(bundle), ["task quay.io/house/tasks latest moving", "task house-lint main moving"]);
    assert.deepEqual(seen(bundle), ["build buildah", "push buildah"]);
    assert.deepEqual(gaps(bundle), ["remote house-lint"]);
  });

  it("is started as Pipelines as Code is told, and takes its Tasks from there", () => {
    const both = run(
      '    pipelinesascode.tekton.dev/on-event: "[push, pull_request]"\n    pipelinesascode.tekton.dev/task: "[house-clone:0.2]"',
    );
    assert.deepEqual([...both.triggers].sort(), ["pull-request", "push"]);
    assert.deepEqual(seen(both), ["test go"]);
    assert.deepEqual(gaps(both), []);
    const tags = run(
      '    pipelinesascode.tekton.dev/on-event: "[push]"\n    pipelinesascode.tekton.dev/on-target-branch: "[refs/tags/*]"',
    );
    assert.deepEqual([...tags.triggers], ["tag"]);
    assert.deepEqual(gaps(tags), ["remote house-clone"]);
    const cel = run(
      '    pipelinesascode.tekton.dev/on-cel-expression: event == "pull_request" && target_branch == "main"',
    );
    assert.deepEqual([...cel.triggers], ["pull-request"]);
  });

  it("reads a Pipeline where it stands and not again where it is run", () => {
    const started = `apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {generateName: web-}\nspec:\n  pipelineRef: {name: web}\n`;
    assert.deepEqual(pipelinesIn(tekton, "run.yaml", started, { [PATH]: WHOLE }), []);
    const [lost] = pipelinesIn(tekton, "run.yaml", started);
    assert.ok(lost?.opaque);
    assert.deepEqual(gaps(lost), ["remote web"]);
    const template = `apiVersion: triggers.tekton.dev/v1beta1\nkind: TriggerTemplate\nmetadata: {name: web}\nspec:\n  resourcetemplates:\n    - apiVersion: tekton.dev/v1\n      kind: PipelineRun\n      metadata: {generateName: web-}\n      spec:\n        pipelineSpec:\n          tasks:\n            - name: ci\n              taskSpec: {steps: [{image: node:24.1.0, script: npm audit}]}\n`;
    assert.equal(pipelinesIn(tekton, "template.yaml", template).length, 1);
    assert.deepEqual(pipelinesIn(tekton, "tasks.yaml", TASKS), []);
  });

  it("does what the arguments of a Task of the catalogue say", () => {
    const catalogue = pipeline(`apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: ci}
spec:
  tasks:
    - name: verify
      taskRef: {name: maven}
      params: [{name: GOALS, value: [-B, verify]}]
    - name: scan
      taskRef: {name: trivy-scanner}
      params: [{name: ARGS, value: [image, --exit-code, "1"]}, {name: IMAGE_PATH, value: web}]
    - name: config
      taskRef: {name: trivy-scanner}
      params: [{name: ARGS, value: [config]}]
    - name: ship
      taskRef: {name: kubernetes-actions}
      params:
        - name: script
          value: |
            kubectl apply -f k8s
            kubectl rollout status deployment/web
    - name: look
      taskRef: {name: kubernetes-actions}
      params: [{name: args, value: [get, pods]}]
`);
    assert.deepEqual(seen(catalogue), [
      "test maven",
      "image-scan trivy",
      "iac-scan trivy ?",
      "deploy kubectl",
      "wait kubectl",
    ]);
    assert.deepEqual(gaps(catalogue), []);
  });

  it("waits for a person where a task does", () => {
    const asked = pipeline(`apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: ci}
spec:
  tasks:
    - name: wait
      taskRef: {apiVersion: openshift-pipelines.org/v1alpha1, kind: ApprovalTask}
    - name: other
      taskRef: {apiVersion: example.com/v1, kind: Thing, name: what}
    - name: nested
      pipelineRef: {name: sub}
`);
    assert.deepEqual(order(asked), ["wait asked", "other", "nested"]);
    assert.deepEqual(gaps(asked), ["remote what", "remote sub"]);
  });

  it("tolerates failures that the step or its shell does", () => {
    assert.deepEqual(
      seen(
        stepsOf(
          "- image: a:1\n  script: |\n    #!/bin/bash\n    go test ./...\n    echo done\n- image: b:1\n  onError: continue\n  script: go test ./...\n- image: c:1\n  script: |\n    #!/usr/bin/env python3\n    go test\n",
        ),
      ),
      ["test go ?", "test go ?"],
    );
  });

  it("points at the words in the file", () => {
    const found = pipeline(WHOLE, FILES);
    assert.deepEqual(
      found.capabilities.filter(({ place }) => place.document.uri.endsWith(PATH)).map((it) => textAt(it.place, WHOLE)),
      ["go test ./...", "buildah", "buildah", "scan", "args"],
    );
  });

  it("reads whatever has been typed so far", () => {
    readsHalfTyped(tekton, PATH, WHOLE, FILES);
    readsHalfTyped(tekton, "ci/tasks.yaml", TASKS);
  });
});
