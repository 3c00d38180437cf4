import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { circleci } from "../../server/engine/dialects/circleci.ts";
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

const CONFIG = ".circleci/config.yml";

function config(text: string, texts: Texts = {}): Pipeline {
  return pipelineIn(circleci, CONFIG, text, texts);
}

/** A configuration with one job of these steps. */
function job(steps: string, more = "", texts: Texts = {}): Pipeline {
  return config(
    `version: 2.1\n${more}\njobs:\n  a:\n    docker: [{image: cimg/base:2026.01}]\n    steps: ${steps}\nworkflows: {w: {jobs: [a]}}\n`,
    texts,
  );
}

const WHOLE = `version: 2.1
orbs:
  docker: circleci/docker@2.8.2
  shop/tools: acme/tools@1
  here:
    commands:
      lint:
        parameters: {chart: {type: string, default: chart}}
        steps: [{run: helm lint << parameters.chart >>}]
parameters:
  nightly: {type: boolean, default: false}
executors:
  go:
    parameters: {tag: {type: string, default: "1.26"}}
    docker: [{image: "cimg/go:<< parameters.tag >>"}, {image: "postgres:16"}]
    environment: {TRIVY_EXIT_CODE: "1"}
commands:
  scan:
    parameters:
      image: {type: string}
      after: {type: steps, default: []}
    steps:
      - run:
          name: Scan << parameters.image >>
          command: |
            echo << parameters.image >>
            trivy image << parameters.image >>
      - steps: << parameters.after >>
jobs:
  test:
    executor: {name: go, tag: "1.27"}
    parameters: {version: {type: string, default: "1"}}
    steps:
      - checkout
      - run: go test ./... | tee log
      - here/lint: {chart: web}
      - when: {condition: << pipeline.parameters.nightly >>, steps: [{run: k6 run x.js}]}
      - unless: {condition: << pipeline.parameters.nightly >>, steps: [{run: conftest test x}]}
  deploy:
    executor: go
    steps:
      - scan: {image: "web:1", after: [{run: gitleaks detect}]}
      - run: helm upgrade web .
  unused: {executor: go, steps: [{run: checkov -d .}]}
workflows:
  version: 2
  main:
    unless: << pipeline.parameters.nightly >>
    jobs:
      - test:
          matrix: {parameters: {version: ["1", "2"]}}
          filters: {tags: {only: /v.*/}}
      - docker/publish: {image: shop/web, requires: [test-1, test-2]}
      - hold: {type: approval, requires: [docker/publish]}
      - deploy: {requires: [hold], context: prod}
  nightly:
    when: << pipeline.parameters.nightly >>
    jobs: [test]
`;

describe("CircleCI", () => {
  it("is known by its folder", () => {
    const body = config(WHOLE).body;
    assert.equal(circleci.recognises(CONFIG, body), true);
    assert.equal(circleci.recognises("web/.circleci/jobs/test.yaml", body), true);
    assert.equal(circleci.recognises("circleci/config.yml", body), false);
    assert.equal(pipelinesIn(circleci, ".circleci/old.yml", WHOLE, { [CONFIG]: WHOLE }).length, 0);
  });

  it("has a pipeline for each workflow, with its jobs in order", () => {
    const [main, nightly, ...others] = pipelinesIn(circleci, CONFIG, WHOLE);
    assert.ok(main !== undefined && nightly !== undefined);
    assert.equal(others.length, 0);
    assert.deepEqual([main.displayName, nightly.displayName], ["main", "nightly"]);
    assert.deepEqual(order(main), [
      "test",
      "docker/publish < test",
      "hold < docker/publish asked",
      "deploy < hold asked",
    ]);
    assert.deepEqual(seen(main), [
      "test go",
      "validate helm",
      "iac-scan conftest",
      "build circleci/docker/publish",
      "push circleci/docker/publish",
      "image-scan trivy",
      "secret-scan gitleaks",
      "deploy helm",
    ]);
    const [test, publish] = main.jobs;
    const last = main.jobs.at(-1);
    const [first] = test?.steps ?? [];
    const [end] = last?.steps.slice(-1) ?? [];
    assert.ok(first !== undefined && end !== undefined && publish !== undefined);
    assert.equal(main.precedes(first, end), true);
    assert.equal(main.precedes(end, first), false);
    assert.deepEqual([test?.image.source, last?.image.source], ["cimg/go:1.27", "cimg/go:1.26"]);
    assert.deepEqual(gaps(main), []);
    assert.deepEqual(main.place.path, ["workflows", "main"]);
    // The job runs by a parameter that whoever starts it sets.
    assert.deepEqual(seen(nightly), ["test go", "validate helm", "load-test k6", "iac-scan conftest"]);
  });

  it("leads to the command, wherever it was called from", () => {
    const scan = config(WHOLE).capabilities.find((it) => it.name === "image-scan");
    assert.ok(scan);
    assert.equal(scan.text, "trivy image web:1");
    assert.equal(textAt(scan.place, WHOLE), "trivy image << parameters.image >>");
    assert.equal(scan.step.displayName, "Scan web:1");
    const [build] = config(WHOLE).capabilities.filter((it) => it.name === "build");
    assert.ok(build);
    assert.equal(textAt(build.place, WHOLE), "docker/publish");
  });

  it("takes images and orbs from elsewhere", () => {
    assert.deepEqual(taken(config(WHOLE)), [
      "image cimg/go 1.27 moving",
      "image postgres 16 moving",
      "orb circleci/docker 2.8.2 exact own",
      "image cimg/go 1.26 moving",
    ]);
    const volatile = job("[tools/build]", "orbs: {tools: acme/tools@volatile}");
    assert.deepEqual(taken(volatile), ["image cimg/base 2026.01 moving", "orb acme/tools volatile moving"]);
  });

  it("runs bash -eo pipefail, or a shell of one's own", () => {
    assert.deepEqual(seen(job("[{run: go test | tee log}]")), ["test go"]);
    assert.deepEqual(seen(job("[{run: {shell: /bin/bash -e, command: go test | tee log}}]")), ["test go ?"]);
    assert.deepEqual(seen(job('[{run: {shell: /bin/bash, command: "go test; ls"}}]')), ["test go ?"]);
    assert.deepEqual(seen(job("[{run: {background: true, command: go test}}]")), ["test go ?"]);
    assert.deepEqual(seen(job("[{run: {when: on_fail, command: helm upgrade web .}}]")), ["deploy helm ?"]);
  });

  it("says when a workflow runs", () => {
    const on = (workflow: string, parameters = "") =>
      [
        ...config(
          `version: 2.1\n${parameters}\njobs: {a: {docker: [], steps: [checkout]}}\nworkflows: {w: {jobs: [a], ${workflow}}}`,
        ).triggers,
      ].join();
    assert.equal(on(""), "push");
    assert.equal(on("triggers: [{schedule: {cron: '0 0 * * *'}}]"), "schedule");
    assert.equal(on("when: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}"), "schedule");
    assert.equal(on("when: {not: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}}"), "push");
    assert.equal(on("when: {and: [{equal: [main, << pipeline.git.branch >>]}, true]}"), "push");
    assert.equal(on("when: << pipeline.parameters.x >>", "parameters: {x: {type: boolean, default: false}}"), "manual");
    assert.equal(on("when: << pipeline.parameters.x >>", "parameters: {x: {type: boolean, default: true}}"), "push");
    assert.equal(
      on(
        "when: {or: [{equal: [a, << pipeline.parameters.x >>]}, false]}",
        'parameters: {x: {type: string, default: ""}}',
      ),
      "manual",
    );
    assert.equal(on("when: false"), "");
    const tags = "filters: {branches: {ignore: /.*/}, tags: {only: /v.*/}}";
    const tagged = config(
      `jobs: {a: {steps: [{run: go test}]}, b: {steps: []}}\nworkflows: {w: {jobs: [{a: {${tags}}}, {b: {filters: {branches: {ignore: /.*/}}}}]}}`,
    );
    assert.deepEqual([...tagged.triggers], ["tag"]);
    assert.deepEqual(order(tagged), ["a", "b off"]);
  });

  it("counts nothing that never runs", () => {
    assert.deepEqual(
      seen(config("jobs: {a: {steps: [{run: go test}]}}\nworkflows: {w: {when: false, jobs: [a]}}")),
      [],
    );
    assert.deepEqual(
      pipelinesIn(circleci, CONFIG, "jobs: {a: {steps: [{run: go test}]}}").map((it) => it.jobs.length),
      [],
    );
    assert.deepEqual(seen(config("version: 2\njobs: {build: {steps: [{run: go test}]}}")), ["test go"]);
    assert.deepEqual(seen(job("[{when: {condition: false, steps: [{run: go test}]}}]")), []);
    assert.deepEqual(seen(job("\n    # - run: go test\n      - run: echo go test")), []);
  });

  it("knows jobs of orbs by the lexicon, and others not at all", () => {
    const remote = (call: string) =>
      config(
        `orbs: {t: acme/tools@1.2.3, node: circleci/node@7.1.0, path-filtering: circleci/path-filtering@1.0.0}\njobs: {a: {steps: [{run: npm test}]}}\nworkflows: {w: {jobs: [a, {${call}}]}}`,
      );
    assert.deepEqual(gaps(remote("t/deploy: {requires: [a]}")), ["remote t/deploy"]);
    assert.deepEqual(seen(remote("t/deploy: {pre-steps: [{run: helm lint x}]}")), ["test npm", "validate helm"]);
    assert.deepEqual(gaps(remote("node/test: {requires: [a]}")), []);
    assert.deepEqual(gaps(remote("gone/test: {}")), ["missing gone/test"]);
    assert.deepEqual(gaps(job("[lint]")), ["missing lint"]);
    assert.deepEqual(seen(job("[{t/with-cache: {steps: [{run: go test}]}}]", "orbs: {t: acme/tools@1}")), ["test go"]);
  });

  it("goes on with a configuration of the workspace, or with one that is made", () => {
    const setup =
      "version: 2.1\nsetup: true\norbs: {path-filtering: circleci/path-filtering@1.0.0}\nworkflows: {s: {jobs: [{path-filtering/filter: {mapping: |\n      web/.* build-web true\n, config-path: .circleci/web.yml}}]}}";
    const flat = setup.replace(/mapping: \|\n.*\n, /, "");
    const web =
      "version: 2.1\nparameters: {build-web: {type: boolean, default: false}}\njobs: {a: {steps: [{run: go test}]}}\nworkflows: {w: {when: << pipeline.parameters.build-web >>, jobs: [a]}}";
    const files = { [CONFIG]: flat, ".circleci/web.yml": web };
    assert.deepEqual(gaps(config(flat, files)), []);
    const continued = pipelineIn(circleci, ".circleci/web.yml", web, files);
    assert.deepEqual([...continued.triggers], ["push"]);
    assert.deepEqual(seen(continued), ["test go"]);
    assert.deepEqual(gaps(config(flat)), ["computed setup"]);
  });

  it("follows what commands call, from the folder they run in", () => {
    const files = { "web/Makefile": "test:\n\tgo test\n", "hack/x.sh": "helm upgrade web ." };
    assert.deepEqual(seen(job("[{run: {command: make test, working_directory: web}}]", "", files)), ["test go"]);
    assert.deepEqual(seen(job("[{run: {command: make test, working_directory: ~/project/web}}]", "", files)), [
      "test go",
    ]);
    assert.deepEqual(seen(job("[{run: ./hack/x.sh}]", "", files)), ["deploy helm"]);
    assert.deepEqual(gaps(job("[{run: ./hack/y.sh}]", "", files)), ["missing ./hack/y.sh"]);
  });

  it("may call itself without end", () => {
    assert.deepEqual(seen(job("[a, b]", "commands: {a: {steps: [b]}, b: {steps: [a, {run: go test}]}}")), [
      "test go",
      "test go",
    ]);
    assert.doesNotThrow(() =>
      job("[{a: {p: << parameters.p >>}}]", "commands: {a: {parameters: {p: {}}, steps: [a]}}"),
    );
    assert.doesNotThrow(() =>
      config(
        "orbs: &o {x: *o}\nexecutors: {e: {executor: e}}\njobs: {a: {executor: e, steps: [x/x/x/y]}}\nworkflows: {w: {jobs: [{a: {requires: [a]}}]}}",
      ),
    );
  });

  it("is read however little of it is typed", function () {
    this.timeout(20_000);
    readsHalfTyped(circleci, CONFIG, WHOLE);
    for (const text of [
      "jobs: []",
      "workflows: {w: []}",
      "workflows: {w: {jobs: {a: 1}}}\njobs: {a: {steps: {run: []}}}",
      "workflows: {w: {jobs: [[a], {}, null, {a: []}]}}\njobs: {a: 3}",
    ])
      assert.doesNotThrow(() => pipelinesIn(circleci, CONFIG, text), text);
  });
});
