import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { dialectOf } from "../../server/engine/dialects/pipelines.ts";
import { woodpecker } from "../../server/engine/dialects/woodpecker.ts";
import { order, pipelineIn, pipelinesIn, readsHalfTyped, seen, taken, yaml } from "./support/pipelines.ts";

const PATH = ".woodpecker.yml";

const WHOLE = `when:
  - event: pull_request
  - event: push
    branch: main
matrix: {GO: ["1.25", "1.26.1"]}
variables: [&go "golang:\${GO}"]
steps:
  test:
    image: *go
    commands: [go test ./...]
  lint:
    image: alpine/helm:4.0.0
    entrypoint: [/bin/sh, -c, helm lint chart]
    failure: ignore
  image:
    image: docker.io/woodpeckerci/plugin-docker-buildx:6.1.0
    settings: {repo: shop/web, tags: latest}
    when: [{event: push, evaluate: "CI_COMMIT_AUTHOR != 'x'"}]
  off: {image: a, commands: [cosign sign x], when: {evaluate: "false"}}
`;

function pipeline(text: string): Pipeline {
  return pipelineIn(woodpecker, PATH, text);
}

function isBefore(whole: Pipeline, first: string, second: string): boolean {
  const [a, b] = [first, second].map((name) => whole.capabilities.find((it) => it.name === name));
  assert.ok(a !== undefined && b !== undefined);
  return whole.precedes(a.step, b.step);
}

describe("Woodpecker", () => {
  it("is known by its name or its folder", () => {
    assert.equal(dialectOf(PATH, yaml(WHOLE)), woodpecker);
    assert.equal(dialectOf(".woodpecker/test.yaml", yaml("pipeline: {a: {image: x}}")), woodpecker);
    assert.equal(woodpecker.recognises(".woodpecker/values.yaml", yaml("a: b")), false);
    assert.equal(woodpecker.recognises(".woodpecker/deep/x.yaml", yaml(WHOLE)), false);
  });

  it("reads steps, plugins and when they run", () => {
    const whole = pipeline(WHOLE);
    assert.deepEqual(seen(whole), [
      "test go",
      "validate helm ?",
      "build woodpeckerci/plugin-docker-buildx",
      "push woodpeckerci/plugin-docker-buildx",
    ]);
    assert.deepEqual([...whole.triggers], ["pull-request", "push"]);
    assert.deepEqual(taken(whole), [
      "image golang 1.25 moving",
      "image golang 1.26.1 exact",
      "image alpine/helm 4.0.0 exact",
      "image docker.io/woodpeckerci/plugin-docker-buildx 6.1.0 exact",
      "image a - none",
    ]);
    assert.equal(isBefore(whole, "test", "push"), true);
    assert.equal(
      isBefore(pipeline("steps: [{commands: [go test], depends_on: []}, {commands: [helm push x y]}]"), "test", "push"),
      false,
    );
  });

  it("takes workflows of its folder that wait for one another as one pipeline", () => {
    const files = {
      ".woodpecker/build.yml": "steps: [{name: a, image: golang:1, commands: [go test]}]",
      ".woodpecker/docs.yml": "when: {event: cron}\nsteps: [{name: a, image: x, commands: [npx cypress run]}]",
      ".woodpecker/ship.yml":
        "depends_on: [build]\nwhen: {event: push}\nsteps: [{name: a, image: y, commands: [helm upgrade a .]}]",
      ".woodpecker/tell.yml":
        "depends_on: [ship]\nruns_on: [success, failure]\nsteps: [{name: a, image: y, commands: [cosign sign x]}]",
      ".woodpecker/other/x.yml": "depends_on: [docs]\nsteps: []",
    };
    const read = (name: "build" | "docs" | "ship") =>
      pipelinesIn(woodpecker, `.woodpecker/${name}.yml`, files[`.woodpecker/${name}.yml`], files);
    const [whole] = read("build");
    assert.ok(whole !== undefined);
    assert.deepEqual(order(whole), ["build", "ship < build", "tell < ship"]);
    assert.deepEqual(seen(whole), ["test go", "deploy helm", "sign cosign"]);
    assert.equal(isBefore(whole, "test", "deploy"), true);
    assert.equal(isBefore(whole, "test", "sign"), false);
    assert.deepEqual(read("ship"), []);
    assert.deepEqual(
      read("docs").map((it) => [...it.triggers]),
      [["schedule"]],
    );
  });

  it("is read however little of it is typed", function () {
    this.timeout(20_000);
    readsHalfTyped(woodpecker, PATH, WHOLE);
    for (const text of [
      "steps: 3",
      "[]",
      "when: [[], 1]\nmatrix: [1]\nsteps: {a: {when: {event: {}}}}",
      "depends_on: [.woodpecker]",
    ])
      assert.doesNotThrow(() => pipelinesIn(woodpecker, PATH, text), text);
  });
});
