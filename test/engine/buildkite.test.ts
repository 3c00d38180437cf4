import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { buildkite } from "../../server/engine/dialects/buildkite.ts";
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

const PATH = ".buildkite/pipeline.yml";

function pipeline(text: string, texts: Texts = {}): Pipeline {
  return pipelineIn(buildkite, PATH, text, texts);
}

const WHOLE = `env: {TRIVY_EXIT_CODE: 1}
steps:
  - label: ":go: test"
    key: test
    command:
      - go test ./...
      - helm lint chart
    plugins:
      - docker#v5.12.0: {image: "golang:1.26.1"}
      - ./local#v1: {x: y}
      - acme/cache#v1
  - label: scan
    command: trivy image $$IMAGE
    soft_fail: true
  - wait
  - label: build
    key: build
    plugins:
      docker-compose#v5.5.0: {build: app, push: app}
  - block: "Deploy?"
    key: hold
  - group: deploy
    key: rollout
    steps:
      - command: kubectl apply -f {{matrix}}
        matrix: [a.yaml, b.yaml]
      - command: helm test web
        depends_on: test
  - wait: ~
    continue_on_failure: true
  - trigger: other
    label: go on
  - label: last
    depends_on: [{step: rollout}, scan]
    command: newman run x.json
  - command: conftest test x
    skip: not now
  - input: version
    key: version
`;

describe("Buildkite", () => {
  it("is known by its folder and its steps", () => {
    assert.equal(buildkite.recognises(PATH, yaml("")), true);
    assert.equal(buildkite.recognises(".buildkite/release.yml", yaml("steps: [wait]")), true);
    assert.equal(buildkite.recognises(".buildkite/release.yml", yaml("- command: make")), true);
    assert.equal(buildkite.recognises(".buildkite/docker-compose.yml", yaml("services: {}")), false);
    assert.equal(buildkite.recognises("ci/pipeline.yml", yaml(WHOLE)), false);
  });

  it("makes a job of each step, which waits as it is told", () => {
    const whole = pipeline(WHOLE);
    assert.deepEqual(order(whole), [
      "test",
      "step 2 soft",
      "build < test, step 2",
      "hold < test, step 2, build asked",
      "step 5 < test, step 2, build, hold asked",
      "step 6 < test",
      "step 7 < test, step 2, build, hold, step 5, step 6 asked",
      "step 8 < step 5, step 6, step 2 asked",
      "step 9 < test, step 2, build, hold, step 5, step 6 off asked",
      "version < test, step 2, build, hold, step 5, step 6 asked",
    ]);
    assert.deepEqual(seen(whole), [
      "test go",
      "validate helm",
      "image-scan trivy ?",
      "build docker-compose",
      "push docker-compose",
      "deploy kubectl",
      "e2e helm",
      "e2e newman",
    ]);
    assert.deepEqual(gaps(whole), ["remote other"]);
    assert.deepEqual([...whole.triggers], ["push"]);
    assert.equal(whole.jobs[0]?.image.source, "golang:1.26.1");
    assert.deepEqual(taken(whole), [
      "image golang 1.26.1 exact",
      "plugin docker v5.12.0 exact own",
      "plugin acme/cache v1 moving",
      "plugin docker-compose v5.5.0 exact own",
    ]);
    const [test, deploy] = ["test", "deploy"].map((name) => whole.capabilities.find((it) => it.name === name));
    assert.ok(test !== undefined && deploy !== undefined);
    assert.equal(whole.precedes(test.step, deploy.step), true);
    assert.equal(textAt(test.place, WHOLE), "go test ./...");
    assert.deepEqual(whole.capabilities[3]?.place.path, ["steps", 3, "plugins", "docker-compose#v5.5.0"]);
  });

  it("takes in steps that are uploaded from the workspace", () => {
    const files = { ".buildkite/more.yml": "steps: [{command: go test}, wait, {command: cosign sign web}]" };
    const text =
      "steps: [{command: buildkite-agent pipeline upload .buildkite/more.yml}, wait, {command: helm upgrade web .}]";
    const whole = pipeline(text, files);
    assert.deepEqual(order(whole), [
      "step 1",
      "step 2 < step 1",
      "step 3 < step 1, step 2",
      "step 4 < step 1, step 2, step 3",
    ]);
    assert.deepEqual([seen(whole), gaps(whole)], [["test go", "sign cosign", "deploy helm"], []]);
    assert.deepEqual(
      pipelinesIn(buildkite, ".buildkite/more.yml", files[".buildkite/more.yml"], { ...files, [PATH]: text }),
      [],
    );
    const add = (command: string) => gaps(pipeline(`steps: [{command: "${command}"}]`));
    assert.deepEqual(add("./gen.py | buildkite-agent pipeline upload"), ["computed buildkite-agent pipeline upload"]);
    assert.deepEqual(add("buildkite-agent pipeline upload x.yml"), ["missing buildkite-agent pipeline upload x.yml"]);
    assert.deepEqual(add("buildkite-agent pipeline upload $FILE"), ["computed buildkite-agent pipeline upload $FILE"]);
    const script = (text: string) =>
      pipeline("steps: [{command: .buildkite/up.sh}]", { ...files, ".buildkite/up.sh": text });
    assert.deepEqual(seen(script("buildkite-agent pipeline upload .buildkite/more.yml")), ["test go", "sign cosign"]);
    assert.deepEqual(gaps(script("cat <<EOF | buildkite-agent pipeline upload\nsteps: []\nEOF")), [
      "computed .buildkite/up.sh",
    ]);
    const self = "steps: [{command: buildkite-agent pipeline upload}]";
    assert.deepEqual(gaps(pipeline(self, { [PATH]: self })), []);
  });

  it("counts nothing that never runs", () => {
    assert.deepEqual(seen(pipeline("steps: [{command: go test, skip: true}]")), []);
    assert.deepEqual(seen(pipeline("steps: [{command: go test, if: 'false'}]")), []);
    assert.deepEqual(seen(pipeline("steps: [{group: a, skip: true, steps: [{command: go test}]}]")), []);
    assert.deepEqual(seen(pipeline("steps:\n# - command: go test\n- command: ls")), []);
    assert.deepEqual(seen(pipeline("steps: [{command: go test, skip: false, soft_fail: [{exit_status: 1}]}]")), [
      "test go ?",
    ]);
  });

  it("is read however little of it is typed", function () {
    this.timeout(20_000);
    readsHalfTyped(buildkite, PATH, WHOLE);
    for (const text of [
      "steps: {}",
      "[]",
      "steps: [[], null, 1, {}, {group: a}, {plugins: 3}, {plugins: [[], {a: }]}, {wait: {}, block: []}]",
      "steps: [{key: a, depends_on: [a, [], {}, null], command: [[], {}]}]",
    ])
      assert.doesNotThrow(() => pipelinesIn(buildkite, PATH, text), text);
  });
});
