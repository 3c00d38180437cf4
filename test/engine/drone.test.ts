import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { drone } from "../../server/engine/dialects/drone.ts";
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

const PATH = ".drone.yml";

function pipeline(text: string, texts: Texts = {}): Pipeline {
  return pipelineIn(drone, PATH, text, texts);
}

function isBefore(whole: Pipeline, first: string, second: string): boolean {
  const [a, b] = [first, second].map((name) => whole.capabilities.find((it) => it.name === name));
  assert.ok(a !== undefined && b !== undefined);
  return whole.precedes(a.step, b.step);
}

const WHOLE = `kind: pipeline
type: docker
name: build
trigger: {event: [push, pull_request]}
environment: {TRIVY_EXIT_CODE: "1"}
services: [{name: db, image: "postgres:18.1"}]
steps:
  - name: test
    image: golang:1.26.1
    commands: [go test ./..., make lint]
  - name: image
    image: plugins/docker:20.18.8
    settings: {repo: shop/web, tags: [latest, "\${DRONE_COMMIT_SHA}"]}
    when: {event: push, branch: main}
  - name: scan
    image: aquasec/trivy:0.69.0
    commands: [trivy image shop/web]
    failure: ignore
---
kind: pipeline
name: ship
depends_on: [build]
trigger: {event: promote, target: production}
steps:
  - name: deploy
    image: quay.io/pelotech/drone-helm3
    settings: {mode: upgrade, chart: ./chart, wait_for_upgrade: true}
---
kind: pipeline
type: exec
name: nightly
trigger: {event: cron}
steps: [{name: e2e, commands: [newman run shop.json]}]
---
kind: secret
name: token
`;

const MAKE = { Makefile: "lint:\n\thelm lint chart\n" };

describe("Drone", () => {
  it("is known by its name, or by its kind", () => {
    assert.equal(dialectOf(PATH, yaml(WHOLE)), drone);
    assert.equal(dialectOf("ci/drone.yaml", yaml("kind: pipeline\ntype: docker\nsteps: []")), drone);
    assert.equal(dialectOf(PATH, yaml("pipeline: {test: {image: golang, commands: [go test]}}")), drone);
    assert.equal(drone.recognises(PATH, yaml("")), true);
    assert.equal(drone.recognises("x.yml", yaml("apiVersion: v1\nkind: pipeline\nsteps: []")), false);
  });

  it("reads the documents of a file, those that wait for one another as one pipeline", () => {
    const [whole, nightly, ...more] = pipelinesIn(drone, PATH, WHOLE, MAKE);
    assert.ok(whole !== undefined && nightly !== undefined && more.length === 0);
    assert.deepEqual(order(whole), ["build", "ship < build asked"]);
    assert.deepEqual(seen(whole), [
      "test go",
      "validate helm",
      "build plugins/docker",
      "push plugins/docker",
      "image-scan trivy ?",
      "deploy pelotech/drone-helm3",
      "wait pelotech/drone-helm3",
    ]);
    assert.deepEqual([...whole.triggers], ["push", "pull-request", "manual"]);
    assert.deepEqual(
      [[...nightly.triggers], seen(nightly), nightly.displayName],
      [["schedule"], ["e2e newman"], "nightly"],
    );
    assert.deepEqual(taken(whole), [
      "image postgres 18.1 moving",
      "image golang 1.26.1 exact",
      "image plugins/docker 20.18.8 exact",
      "image aquasec/trivy 0.69.0 exact",
      "image quay.io/pelotech/drone-helm3 - none",
    ]);
    assert.equal(isBefore(whole, "test", "push"), true);
    // A promotion builds nothing by itself: what only a push starts has not passed there.
    assert.equal(isBefore(whole, "test", "deploy"), false);
    assert.equal(whole.jobs[1]?.environment.source, "production");
    const deploy = whole.capabilities.find((it) => it.name === "deploy");
    assert.deepEqual(deploy?.place.path, ["steps", 0, "image"]);
    assert.notEqual(deploy?.place.document, whole.document);
    const test = whole.capabilities[0];
    assert.equal(test && textAt(test.place, WHOLE), "go test ./...");
  });

  it("follows the order and the conditions of steps", () => {
    const of = (test: string, ship: string) =>
      isBefore(
        pipeline(
          `kind: pipeline\nsteps:\n- {name: test, image: a, commands: [go test]${test}}\n- {name: ship, image: b, commands: [kubectl apply -f x]${ship}}`,
        ),
        "test",
        "deploy",
      );
    assert.equal(of("", ""), true);
    assert.equal(of("", ", depends_on: [test]"), true);
    assert.equal(of("", ", depends_on: [clone]"), false);
    assert.equal(of(", when: {event: [push, pull_request]}", ", when: {branch: main}"), true);
    assert.equal(of(", when: {event: [push, pull_request]}", ", when: {event: tag}"), false);
    assert.equal(of(", when: {event: {exclude: [cron]}}", ", when: {ref: refs/tags/*}"), true);
    assert.equal(of(", when: {branch: dev}", ", when: {branch: [main, dev]}"), false);
    assert.equal(of(", when: {branch: [main, dev]}", ", when: {branch: [main]}"), true);
    assert.equal(of("", ", when: {status: [success, failure]}"), false);
    const split = pipeline(
      "kind: pipeline\nname: all\nsteps:\n- {name: test, image: a, commands: [go test]}\n- {name: ship, image: b, commands: [kubectl apply -f x], when: {event: promote, target: [live]}}",
    );
    assert.deepEqual(order(split), ["all", "all: promote < all asked"]);
    assert.equal(isBefore(split, "test", "deploy"), true);
    assert.deepEqual([...split.triggers], ["push", "pull-request", "tag", "manual"]);
    const apart = pipeline(
      "kind: pipeline\nsteps:\n- {name: test, commands: [go test], when: {event: push}}\n- {name: ship, commands: [kubectl apply -f x], when: {event: tag}}",
    );
    const [test, ship] = apart.jobs[0]?.steps ?? [];
    assert.ok(test !== undefined && ship !== undefined);
    assert.equal(apart.apart?.(test, ship), true);
  });

  it("reads what was written before there were documents", () => {
    const whole = pipeline(`branches: main
pipeline:
  a: {image: golang, group: one, commands: [go test]}
  b: {image: golang, group: one, commands: [helm lint x]}
  publish: {image: plugins/docker, repo: shop/web, dry_run: true}
  ship: {image: appleboy/drone-ssh, script: [kubectl apply -f x], when: {event: deployment, environment: live}}
`);
    assert.deepEqual(seen(whole), ["test go", "validate helm", "build plugins/docker", "deploy kubectl"]);
    assert.deepEqual(order(whole), ["default", "default: deployment < default asked"]);
    assert.equal(isBefore(whole, "test", "validate"), false);
    assert.equal(isBefore(whole, "validate", "build"), true);
  });

  it("looks at what its services do, for which no step waits", () => {
    const whole = pipeline(`kind: pipeline
services: [{name: k3d, image: k3d, commands: [k3d cluster create]}, {name: db, image: postgres}]
steps: [{name: a, image: alpine/helm, commands: [helm install web .]}]
trigger: {event: {exclude: [pull_request]}}`);
    assert.deepEqual(seen(whole), ["deploy helm", "local-cluster k3d ?"]);
    assert.equal(isBefore(whole, "local-cluster", "deploy"), false);
    assert.deepEqual([...whole.triggers], ["push", "tag"]);
  });

  it("says what it cannot read, and counts nothing that never runs", () => {
    const program = pipelineIn(drone, ".drone.star", "def main(ctx):\n  return {}");
    assert.deepEqual([gaps(program), program.opaque], [["computed .drone.star"], true]);
    assert.deepEqual(gaps(pipeline("kind: template\nload: go.yaml\ndata: {a: b}")), ["remote go.yaml"]);
    assert.deepEqual(gaps(pipeline("kind: pipeline\nsteps: [{name: a, image: plugins/downstream, settings: {}}]")), [
      "remote plugins/downstream",
    ]);
    const off = "kind: pipeline\nsteps: [{name: a, commands: [go test], when: {event: {exclude: ['*']}}}]";
    assert.deepEqual(seen(pipeline(off)), []);
    assert.deepEqual(seen(pipeline("kind: pipeline\nsteps:\n# - {name: a, commands: [go test]}\n- {name: b}")), []);
    const none = "kind: pipeline\ntrigger: {event: tag}\nsteps: [{name: a, commands: [go test], when: {event: push}}]";
    assert.deepEqual(seen(pipeline(none)), []);
    assert.deepEqual(pipelinesIn(drone, PATH, "kind: secret\nname: a"), []);
  });

  it("is read however little of it is typed", function () {
    this.timeout(20_000);
    readsHalfTyped(drone, PATH, WHOLE, MAKE);
    for (const text of [
      "kind: pipeline\nsteps: {a: [], b: null}\ndepends_on: {a: b}\ntrigger: [1, []]",
      "kind: pipeline\nname: a\ndepends_on: [a]\n---\nkind: pipeline\nname: a\ndepends_on: [b]\n---\nkind: pipeline\nname: b\ndepends_on: [a]",
      "kind: pipeline\nsteps: [[], null, 1, {name: [], image: {}, settings: 3, depends_on: {}, when: [1], entrypoint: [[]]}]",
      "pipeline: []",
      "[]",
    ])
      assert.doesNotThrow(() => pipelinesIn(drone, PATH, text).flatMap(pairs), text);
  });
});

/** All pairs of steps that are in order. */
function pairs(one: Pipeline): readonly unknown[] {
  const all = one.jobs.flatMap((job) => job.steps);
  return all.flatMap((a) => all.filter((b) => one.precedes(a, b)));
}
