import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { azurePipelines } from "../../server/engine/dialects/azure-pipelines.ts";
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

const PATH = "azure-pipelines.yml";

function azure(text: string, texts: Texts = {}): Pipeline {
  return pipelineIn(azurePipelines, PATH, text, texts);
}

const WHOLE = `trigger:
  branches: {include: [main]}
pr: none
resources:
  repositories:
    - repository: shared
      type: git
      name: platform/templates
      ref: refs/tags/v2.1.0
  containers:
    - container: tools
      image: acme/tools:1.2.3
variables:
  - group: secrets
  - name: imageName
    value: shop/web
  - name: tag
    value: $(Build.BuildId)
  - template: ci/variables.yml
parameters:
  - name: scan
    type: boolean
    default: true
  - name: envs
    type: object
    default: [dev, prod]
stages:
  - stage: Build
    jobs:
      - job: test
        container: node:20
        services: {db: tools}
        steps:
          - checkout: self
          - script: npm test
            displayName: Unit tests
          - \${{ if parameters.scan }}:
            - bash: trivy image --exit-code 1 $(imageName):$(tag)
              displayName: Scan \${{ variables.imageName }}
          - \${{ else }}:
            - bash: gitleaks detect
      - job: image
        dependsOn: test
        steps:
          - template: ci/build.yml
            parameters:
              image: $(imageName)
              push: true
              after:
                - script: cosign sign $(imageName)
  - \${{ each env in parameters.envs }}:
    - stage: deploy_\${{ env }}
      \${{ if eq(env, 'prod') }}:
        condition: and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'))
      jobs:
        - deployment: web
          environment: \${{ env }}
          strategy:
            canary:
              increments: [10]
              preDeploy: {steps: [{script: helm lint chart}]}
              deploy:
                steps:
                  - task: HelmDeploy@0
                    inputs: {command: upgrade, chartPath: chart}
              on:
                failure: {steps: [{script: helm upgrade web old}]}
  - template: jobs.yml@shared
    parameters: {a: b}
`;

const FILES: Texts = {
  "ci/variables.yml": "variables: {region: west}\n",
  "ci/build.yml": `parameters:
  - name: image
  - {name: push, type: boolean, default: false}
  - {name: after, type: stepList, default: []}
steps:
  - task: Docker@2
    inputs:
      \${{ if parameters.push }}:
        command: buildAndPush
      \${{ else }}:
        command: build
      repository: \${{ parameters.image }}
  - \${{ parameters.after }}
  - template: scan/more.yml
`,
  "ci/scan/more.yml": "steps: [{script: checkov -d .}]\n",
};

describe("Azure Pipelines", () => {
  it("is known by its name, or by its content anywhere else", () => {
    const is = (path: string, text: string) => azurePipelines.recognises(path, yaml(text));
    assert.equal(is(PATH, ""), true);
    assert.equal(is("ci/azure-pipelines-release.yaml", "x: 1"), true);
    assert.equal(is("pipelines/ci.yml", "trigger: [main]\nsteps: [{script: make}]"), true);
    assert.equal(is("ci/jobs.yml", "jobs: [{job: a, steps: []}]"), true);
    assert.equal(is("ci/steps.yml", 'steps: [{"${{ if parameters.x }}": [{bash: make}]}]'), true);
    assert.equal(is("ci/all.yml", "extends: {template: base.yml@shared}"), true);
    assert.equal(is(".drone.yml", "kind: pipeline\nsteps: [{name: a, image: x, commands: [make]}]"), false);
    assert.equal(is("build.yaml", "steps: [{name: gcr.io/x/y, script: make}]"), false);
    assert.equal(is("promtail.yml", "stages: [{template: {source: a}}]"), false);
    assert.equal(is(".gitlab-ci.yml", "stages: [a]\nx: {script: [make]}"), false);
    assert.equal(is(".github/workflows/a.yml", "jobs: {a: {steps: [{run: make}]}}"), false);
    assert.equal(is("task.yaml", "apiVersion: tekton.dev/v1\nkind: Task\nspec: {steps: [{script: make}]}"), false);
    assert.equal(is(".buildkite/pipeline.yml", "steps: [{command: make}, wait]"), false);
    assert.deepEqual(pipelinesIn(azurePipelines, "ci/build.yml", FILES["ci/build.yml"] ?? ""), []);
    assert.deepEqual(pipelinesIn(azurePipelines, "templates/azure-pipelines-x.yml", "steps: []"), []);
    assert.equal(pipelinesIn(azurePipelines, "ci/release.yml", "trigger: none\nsteps: []").length, 1);
  });

  it("has the jobs of its stages, those of loops and templates among them, in order", () => {
    const pipeline = azure(WHOLE, FILES);
    assert.deepEqual(order(pipeline), [
      "Build.test",
      "Build.image < Build.test",
      "deploy_dev.web < Build.test, Build.image",
      "deploy_prod.web < deploy_dev.web",
      "stage4.template < deploy_prod.web",
    ]);
    assert.deepEqual(seen(pipeline), [
      "test npm",
      "image-scan trivy",
      "build Docker",
      "push Docker",
      "sign cosign",
      "iac-scan checkov",
      "validate helm",
      "deploy HelmDeploy",
      "wait HelmDeploy",
      "deploy helm ?",
      "validate helm",
      "deploy HelmDeploy",
      "wait HelmDeploy",
      "deploy helm ?",
    ]);
    assert.deepEqual(
      pipeline.jobs.map((it) => it.environment.source ?? ""),
      ["", "", "dev", "prod", ""],
    );
    assert.deepEqual(gaps(pipeline), ["remote jobs.yml@shared"]);
    assert.deepEqual(taken(pipeline), [
      "template platform/templates/jobs.yml v2.1.0 exact",
      "image node 20 moving",
      "image acme/tools 1.2.3 exact",
      "task Docker 2 moving own",
      "task HelmDeploy 0 moving own",
    ]);
    const [scan, deploy] = ["image-scan", "deploy"].map((name) => pipeline.capabilities.find((it) => it.name === name));
    assert.ok(scan !== undefined && deploy !== undefined);
    assert.equal(pipeline.precedes(scan.step, deploy.step), true);
    assert.equal(pipeline.precedes(deploy.step, scan.step), false);
    assert.equal(scan.step.displayName, "Scan shop/web");
    assert.equal(scan.text, "trivy image --exit-code 1 shop/web:$(Build.BuildId)");
    assert.equal(textAt(scan.place, WHOLE), "trivy image --exit-code 1 $(imageName):$(tag)");
    assert.equal(textAt(pipeline.place, WHOLE), "stages");
  });

  it("leads into the file where a step is written", () => {
    const pipeline = azure(WHOLE, FILES);
    const places = ["sign", "iac-scan"].map((name) => pipeline.capabilities.find((it) => it.name === name)?.place);
    assert.deepEqual(
      places.map((it) => it?.document.uri),
      ["file:///repo/azure-pipelines.yml", "file:///repo/ci/scan/more.yml"],
    );
  });

  it("waits for stages and jobs as they say", () => {
    const text = (second: string, third = "") =>
      azure(
        `stages:\n- {stage: a, jobs: [{job: x, steps: []}]}\n- {stage: b, ${second} jobs: [{job: x, steps: []}]}\n- {stage: c, ${third} jobs: [{job: x, steps: []}, {job: y, dependsOn: x, steps: []}]}\n`,
      );
    assert.deepEqual(order(text("")), ["a.x", "b.x < a.x", "c.x < b.x", "c.y < c.x, b.x"]);
    assert.deepEqual(order(text("dependsOn: [],", "dependsOn: [a, b],")), [
      "a.x",
      "b.x",
      "c.x < b.x, a.x",
      "c.y < c.x, b.x, a.x",
    ]);
    assert.deepEqual(order(text("condition: false,")), ["a.x", "b.x < a.x off", "c.x < b.x off", "c.y < c.x, b.x off"]);
    assert.deepEqual(order(text("condition: false,", "condition: always(),")), [
      "a.x",
      "b.x < a.x off",
      "c.x < b.x",
      "c.y < c.x, b.x",
    ]);
    assert.deepEqual(order(azure("jobs: [{job: a}, {job: b, dependsOn: [a]}]")), ["a", "b < a"]);
    assert.deepEqual(
      order(azure("stages: [{stage: a, dependsOn: c}, {stage: b}, {stage: c, dependsOn: a, jobs: [{job: x}]}]")),
      ["c.x < c.x"],
    );
  });

  it("waits for people", () => {
    const pipeline = azure(
      "jobs:\n- {job: ask, pool: server, steps: [{task: ManualValidation@1}]}\n- {job: deploy, dependsOn: ask, steps: [{script: helm upgrade web .}]}\n- {job: other}\n",
    );
    assert.deepEqual(order(pipeline), ["ask asked", "deploy < ask asked", "other"]);
    assert.deepEqual(order(azure("stages: [{stage: a, trigger: manual, jobs: [{job: x}]}]")), ["a.x asked"]);
  });

  it("says when it runs", () => {
    const on = (text: string) => [...azure(`${text}\nsteps: []`).triggers].join();
    assert.equal(on(""), "push,pull-request");
    assert.equal(on("trigger: none"), "manual");
    assert.equal(on("trigger: none\npr: [main]"), "pull-request");
    assert.equal(on("trigger: [main]\npr: none"), "push");
    assert.equal(on("trigger: {tags: {include: [v*]}}\npr: none"), "tag");
    assert.equal(on("trigger: {branches: {include: [main]}, tags: {include: [v*]}}\npr: none"), "tag,push");
    assert.equal(on("trigger: none\nschedules: [{cron: '0 0 * * *'}]"), "schedule");
    assert.equal(
      on("trigger: none\nresources: {pipelines: [{pipeline: a, source: b, trigger: true}]}"),
      "after-pipeline",
    );
  });

  it("goes on behind a command that fails, as its shells do", () => {
    const step = (text: string) => seen(azure(`steps: [${text}]`));
    assert.deepEqual(step("{bash: go test}"), ["test go"]);
    assert.deepEqual(step('{script: "go test\\nls"}'), ["test go ?"]);
    assert.deepEqual(step('{bash: "set -e\\ngo test\\nls"}'), ["test go"]);
    assert.deepEqual(step("{script: go test, continueOnError: true}"), ["test go ?"]);
    assert.deepEqual(step("{script: go test, enabled: false}"), []);
    assert.deepEqual(step("{script: go test, condition: false}"), []);
    assert.deepEqual(step("{script: go test, condition: \"and(succeeded(), eq('a', 'b'))\"}"), []);
    assert.deepEqual(step("{script: go test, condition: \"eq(variables['a'], 'b')\"}"), ["test go"]);
    assert.deepEqual(seen(azure("jobs: [{job: a, continueOnError: true, steps: [{script: go test}]}]")), ["test go ?"]);
    assert.deepEqual(step("\n# {script: go test}\n"), []);
  });

  it("knows what tasks run", () => {
    const files = { "hack/test.sh": "go test\n", Makefile: "test:\n\tgo test\n" };
    const task = (name: string, inputs: string) => seen(azure(`steps: [{task: ${name}, inputs: {${inputs}}}]`, files));
    assert.deepEqual(task("Bash@3", "targetType: inline, script: go test"), ["test go"]);
    assert.deepEqual(task("Bash@3", "filePath: hack/test.sh"), ["test go"]);
    assert.deepEqual(task("Bash@3", "filePath: $(System.DefaultWorkingDirectory)/hack/test.sh"), ["test go"]);
    assert.deepEqual(task("CmdLine@2", "script: make test"), ["test go"]);
    assert.deepEqual(
      task("AzureCLI@2", "scriptType: bash, scriptLocation: inlineScript, inlineScript: az acr build ."),
      ["build az", "push az"],
    );
    assert.deepEqual(task("AzureCLI@2", "scriptLocation: scriptPath, scriptPath: hack/test.sh"), ["test go"]);
    assert.deepEqual(task("Kubernetes@1", "command: apply, arguments: -f web.yaml"), ["deploy Kubernetes"]);
    assert.deepEqual(task("Kubernetes@1", "command: rollout, arguments: status deploy/web"), ["wait kubectl"]);
    assert.deepEqual(task("KubernetesManifest@1", "action: deploy"), [
      "deploy KubernetesManifest",
      "wait KubernetesManifest",
    ]);
    assert.deepEqual(task("HelmDeploy@1", "command: package, chartPath: x"), []);
    assert.deepEqual(task("Maven@4", "goals: package, options: -DskipTests"), []);
    assert.deepEqual(task("Maven@4", ""), ["test maven"]);
    assert.deepEqual(task("Npm@1", "command: custom, customCommand: run test"), ["test npm"]);
    assert.deepEqual(task("DotNetCoreCLI@2", "command: test"), ["test DotNetCoreCLI"]);
    assert.deepEqual(task("Docker@1", "command: Push an image"), ["push Docker"]);
    assert.deepEqual(task("trivy@2", "type: image, target: web"), ["image-scan trivy"]);
    assert.deepEqual(task("trivy@1", "image: web, exitCode: 0"), ["image-scan trivy ?"]);
    assert.deepEqual(gaps(azure("steps: [{task: Bash@3, inputs: {filePath: hack/gone.sh}}]")), [
      "missing hack/gone.sh",
    ]);
  });

  it("fills in variables and parameters as far as the file says them", () => {
    const files = { "web/Makefile": "test:\n\tgo test\n" };
    const text = (variables: string, step: string) => seen(azure(`variables: ${variables}\nsteps: [${step}]`, files));
    assert.deepEqual(text("{dir: web}", "{script: make test, workingDirectory: $(dir)}"), ["test go"]);
    assert.deepEqual(text("[{name: dir, value: web}]", "{script: make -C $(dir) test}"), ["test go"]);
    assert.deepEqual(text("{TRIVY_EXIT_CODE: 1}", "{script: trivy image web}"), ["image-scan trivy"]);
    assert.deepEqual(text("{a: $(b), b: $(a)}", "{script: go test $(a)}"), ["test go"]);
    assert.deepEqual(text("{on: false}", '{"${{ if eq(variables.on, true) }}": [{script: go test}]}'), []);
    // What a variable group holds is not known, so both ways are open.
    assert.deepEqual(
      text(
        "[{group: x}]",
        '{"${{ if eq(variables.on, true) }}": [{script: go test}]}, {"${{ else }}": [{script: helm lint x}]}',
      ),
      ["test go", "validate helm"],
    );
    const job =
      "variables: {code: 0}\njobs: [{job: a, variables: {code: 1}, steps: [{script: trivy image --exit-code $(code) web}]}]";
    assert.deepEqual(seen(azure(job)), ["image-scan trivy"]);
    const choice = (parameter: string) =>
      seen(
        azure(
          `parameters: [{name: p, ${parameter}}]\nsteps: [{"\${{ if eq(parameters.p, 'yes') }}": [{script: go test}]}]`,
        ),
      );
    assert.deepEqual(choice("default: 'no'"), []);
    assert.deepEqual(choice("default: 'no', values: ['no', 'yes']"), ["test go"]);
    assert.deepEqual(choice("type: string"), ["test go"]);
    const ticked = (start: string) =>
      seen(
        azure(
          `${start}\nparameters: [{name: p, type: boolean, default: false}]\nsteps: [{"\${{ if parameters.p }}": [{script: go test}]}]`,
        ),
      );
    assert.deepEqual([ticked("trigger: [main]"), ticked("trigger: none")], [[], ["test go"]]);
  });

  it("opens templates of stages, jobs, steps and whole pipelines", () => {
    const files: Texts = {
      "t/base.yml":
        'parameters: [{name: jobs, type: jobList, default: []}, {name: names, type: object, default: {a: x}}]\nstages:\n- stage: all\n  jobs:\n  - ${{ parameters.jobs }}\n  - ${{ each it in parameters.names }}:\n    - template: job.yml\n      parameters: {name: "${{ it.key }}", value: "${{ it.value }}"}\n',
      "t/job.yml":
        "parameters: {name: '', value: ''}\njobs:\n- job: ${{ parameters.name }}\n  steps:\n  - script: helm lint ${{ parameters.value }}\n",
    };
    const pipeline = azure(
      "trigger: [main]\nextends:\n  template: t/base.yml\n  parameters:\n    names: {one: chart, two: other}\n    jobs:\n    - job: first\n      steps: [{script: go test}]\n",
      files,
    );
    assert.deepEqual(order(pipeline), ["all.first", "all.one", "all.two"]);
    assert.deepEqual(
      pipeline.capabilities.map((it) => it.text),
      ["go test", "helm lint chart", "helm lint other"],
    );
    assert.deepEqual(gaps(azure("steps: [{template: /t/gone.yml}]")), ["missing /t/gone.yml"]);
    assert.deepEqual(gaps(azure('steps: [{template: "${{ variables.x }}.yml"}]')), ["computed ${{ variables.x }}.yml"]);
    assert.deepEqual(gaps(azure("extends: {template: a.yml@b}")), ["remote a.yml@b"]);
    assert.equal(azure("extends: {template: a.yml@b}").jobs[0]?.opaque, true);
    assert.deepEqual(gaps(azure("jobs: [{job: a, condition: false, steps: [{template: a.yml@b}]}]")), []);
    assert.deepEqual(seen(azure("steps: [{template: s.yml@self}]", { "s.yml": "steps: [{script: go test}]" })), [
      "test go",
    ]);
  });

  it("ends where templates include themselves", () => {
    const files = { "a.yml": "steps: [{template: b.yml}, {script: go test}]", "b.yml": "steps: [{template: a.yml}]" };
    assert.deepEqual(seen(azure("steps: [{template: a.yml}]", files)), ["test go"]);
    const wide = `parameters: [{name: l, type: object, default: [${Array.from({ length: 90 }, (_, at) => at).join()}]}]\nsteps: [{"\${{ each a in parameters.l }}": [{"\${{ each b in parameters.l }}": [{"\${{ each c in parameters.l }}": [{script: "echo \${{ c }}"}]}]}]}]`;
    assert.doesNotThrow(() => azure(wide));
    assert.doesNotThrow(() =>
      azure(
        `variables: {a: "$(b)$(b)", b: "$(c)$(c)", c: "${"$(d)".repeat(500)}", d: ${"x".repeat(900)}}\nsteps: [{script: "$(a)"}]`,
      ),
    );
  });

  it("is read however little of it is typed", function () {
    this.timeout(30_000);
    readsHalfTyped(azurePipelines, PATH, WHOLE, FILES);
    for (const text of [
      "stages: {a: 1}",
      "jobs: [[], null, 1, {job: {}}, {deployment: a, strategy: [x]}, {template: }]",
      "steps: [{script: [a]}, {task: {}}, {task: 'x', inputs: []}, {template: {}}, {env: 1, bash: ls}]",
      "parameters: [1, {name: }]\nvariables: [1, {template: }]\nsteps: ['${{ parameters.x }}', {'${{ each }}': []}, {'${{ if ( }}': [{bash: a}]}]",
      "extends: {template: azure-pipelines.yml}",
      "trigger: {tags: }\npr: {}\nschedules: x\nresources: [a]\nstages: [{stage: a, dependsOn: a, jobs: [{job: b, dependsOn: b}]}]",
    ])
      assert.doesNotThrow(() => pipelinesIn(azurePipelines, PATH, text, { [PATH]: text }), text);
  });
});
