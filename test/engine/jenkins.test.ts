import assert from "node:assert/strict";
import type { Pipeline } from "../../model/facts.ts";
import { parseGroovy } from "../../server/engine/dialects/groovy.ts";
import { jenkins } from "../../server/engine/dialects/jenkins.ts";
import { gaps, order, pipelineIn, readsHalfTyped, type Texts, taken } from "./support/pipelines.ts";

const read = (text: string, files: Texts = {}) => pipelineIn(jenkins, "Jenkinsfile", text, files);

/** Capabilities as `deploy kubectl`, with a mark for what cannot fail the run. */
function seen({ capabilities }: Pipeline): readonly string[] {
  return capabilities.map(({ name, tool, gating }) => `${name} ${tool}${gating ? "" : " ?"}`);
}

/** What stands at the places of capabilities. */
function at(text: string, pipeline: Pipeline): readonly string[] {
  return pipeline.capabilities.map(({ place }) => text.slice(...(place.span ?? [0, 0])));
}

const stages = (text: string, files: Texts = {}) =>
  read(`pipeline {\n  agent any\n  stages {\n${text}\n  }\n}\n`, files);
const one = (steps: string, files: Texts = {}) => stages(`stage('a') { steps { ${steps} } }`, files);

const SHOP = `// Not kubectl apply
@Library('delivery@v2.1.0') _
pipeline {
  agent { docker { image 'golang:1.24.1' } }
  environment {
    REPOSITORY = 'registry.example/shop'
    IMAGE = "\${REPOSITORY}/web:\${env.GIT_COMMIT}"
  }
  triggers { cron('H 3 * * *') }
  stages {
    stage('Test') {
      parallel {
        stage('Unit') { steps { sh 'go test ./...' } }
        stage('Lint') { steps { sh(script: 'kube-linter lint k8s', returnStatus: true) } }
      }
    }
    stage('Image') {
      steps {
        sh """
          docker build -t \${IMAGE} .
          docker push \${IMAGE}
        """
      }
    }
    stage('Production') {
      when { branch 'main' }
      input { message 'Go?' }
      steps { sh 'kubectl apply -k k8s/production && kubectl rollout status deployment/web' }
      post {
        always { junit 'out/*.xml' }
        failure { sh 'kubectl rollout undo deployment/web' }
      }
    }
    stage('Preview') {
      when { anyOf { branch 'next'; branch 'preview' } }
      steps { sh 'kubectl apply -k k8s/preview' }
    }
    stage('Never') {
      when { expression { return false } }
      steps { sh 'helm upgrade web .' }
    }
  }
}
`;

describe("a Jenkinsfile", () => {
  it("is known by its name", () => {
    const none = read("").body;
    const known = ["Jenkinsfile", "ci/Jenkinsfile.release", "shop.jenkinsfile", "src/Main.groovy", "Jenkins.md"];
    assert.deepEqual(
      known.map((path) => jenkins.recognises(path, none)),
      [true, true, true, false, false],
    );
  });

  it("has stages that wait for one another, and says which commands they run", () => {
    const pipeline = read(SHOP);
    assert.deepEqual(order(pipeline), [
      "Unit",
      "Lint",
      "Image < Unit, Lint",
      "Production < Image asked",
      "Preview < Production asked",
      "Never < Preview off asked",
    ]);
    assert.deepEqual(seen(pipeline), [
      "test go",
      "iac-scan kube-linter ?",
      "build docker",
      "push docker",
      "deploy kubectl",
      "wait kubectl",
      "deploy kubectl",
    ]);
    assert.deepEqual(at(SHOP, pipeline).slice(0, 4), [
      "go test ./...",
      "kube-linter lint k8s",
      "docker build -t ${IMAGE} .",
      "docker push ${IMAGE}",
    ]);
    assert.match(pipeline.capabilities[3]?.text ?? "", /registry\.example\/shop\/web:\$\{env\.GIT_COMMIT\}/);
    assert.deepEqual([...pipeline.triggers], ["push", "schedule"]);
    assert.deepEqual(taken(pipeline), ["library delivery v2.1.0 exact", "image golang 1.24.1 exact"]);
    assert.deepEqual(gaps(pipeline), []);
    const [test, , , push, deploy, , preview] = pipeline.capabilities.map(({ step }) => step);
    assert.ok(test && push && deploy && preview);
    assert.deepEqual([pipeline.precedes(test, deploy), pipeline.precedes(deploy, push)], [true, false]);
    assert.deepEqual([pipeline.apart?.(deploy, preview), pipeline.apart?.(push, preview)], [true, false]);
  });

  it("may be scripted", () => {
    const pipeline = read(`
      def image
      def tag = "3.\${env.BUILD_NUMBER}"
      podTemplate(label: 'shop', containers: [containerTemplate(name: 'helm', image: 'alpine/helm:3.20.0', command: 'cat')]) {
        node('shop') {
          try {
            stage('Test') { checkout scm; sh 'npm ci'; sh 'npm test' }
            stage('Image') {
              image = docker.build("shop/web:\${tag}", "-f web/Dockerfile .")
              docker.withRegistry('https://registry.example', 'key') { image.push() ; image.push('latest') }
            }
            stage('Checks') {
              parallel(trivy: { sh 'trivy image --exit-code 1 shop/web' }, lint: { sh 'kube-linter lint k8s' }, failFast: true)
            }
            if (env.BRANCH_NAME == 'main') {
              stage('Deploy') { input 'Go?'; dir('charts') { sh "helm upgrade --install --wait web ./web --set tag=\${tag}" } }
            }
          } catch (e) {
            currentBuild.result = 'FAILURE'
            throw e
          } finally { cleanWs() }
        }
      }`);
    assert.deepEqual(order(pipeline), [
      "Test",
      "Image < Test",
      "trivy < Image",
      "lint < Image",
      "Deploy < trivy, lint",
      "steps < Deploy asked",
    ]);
    assert.deepEqual(seen(pipeline), [
      "test npm",
      "build docker",
      "push docker",
      "push docker",
      "image-scan trivy",
      "iac-scan kube-linter",
      "deploy helm",
      "wait helm",
    ]);
    assert.deepEqual(
      pipeline.capabilities.filter(({ name }) => name === "push").map(({ text }) => text),
      ['docker push "shop/web:3.${env.BUILD_NUMBER}"', 'docker push "shop/web:latest"'],
    );
    assert.deepEqual(taken(pipeline), ["image alpine/helm 3.20.0 exact"]);
    assert.deepEqual(gaps(pipeline), []);
  });

  describe("has steps", () => {
    it("whose failure passes", () => {
      assert.deepEqual(seen(one("catchError(buildResult: 'SUCCESS') { sh 'go test' }")), ["test go ?"]);
      assert.deepEqual(seen(one("script { try { sh 'go test' } catch (e) { echo 'well' } }")), ["test go ?"]);
      assert.deepEqual(seen(one("script { try { sh 'go test' } catch (e) { throw e } }")), ["test go"]);
      assert.deepEqual(seen(one("script { try { sh 'go test' } catch (e) { unstable 'tests' } }")), ["test go ?"]);
      assert.deepEqual(seen(one("script { try { sh 'go test' } catch (e) { currentBuild.result = 'UNSTABLE' } }")), [
        "test go ?",
      ]);
      assert.deepEqual(seen(one("script { try { sh 'go test' } catch (e) { throw new Exception('tests', e) } }")), [
        "test go",
      ]);
      assert.deepEqual(seen(one("sh 'go test || true'")), ["test go ?"]);
      assert.deepEqual(seen(one("sh script: 'go test', returnStatus: true")), ["test go ?"]);
      const asked = "def rc = sh(script: 'go test', returnStatus: true); junit 'report.xml'";
      assert.deepEqual(seen(one(`script { ${asked}; if (rc != 0) { error 'tests' } }`)), ["test go"]);
      assert.deepEqual(seen(one(`script { ${asked}\n if (rc != 0)\n error 'tests' }`)), ["test go"]);
      assert.deepEqual(seen(one(`script { ${asked}; if (rc != 0) { echo 'tests' } }`)), ["test go ?"]);
      assert.deepEqual(seen(one("script { if (sh(script: 'go test', returnStatus: true) != 0) { error 'tests' } }")), [
        "test go",
      ]);
      assert.deepEqual(seen(one("bat 'go test'")), ["test go"]);
    });

    it("of plugins", () => {
      assert.deepEqual(seen(one("kubernetesDeploy(configs: 'k8s/*.yaml', kubeconfigId: 'x')")), ["deploy kubectl"]);
      assert.deepEqual(
        seen(one("step([$class: 'KubernetesEngineBuilder', manifestPattern: 'k8s', verifyDeployments: true])")),
        ["deploy kubectl", "wait kubectl"],
      );
      assert.deepEqual(seen(one("script { docker.build('shop/web').push(env.TAG) }")), ["build docker", "push docker"]);
      assert.deepEqual(seen(one("script { docker.image('golang').inside { sh 'go test' } }")), ["test go"]);
    });

    it("that are commented out, or text", () => {
      assert.deepEqual(seen(one("// sh 'go test'\n/* sh 'kubectl apply -f x' */ echo 'sh \"helm upgrade\"'")), []);
      assert.deepEqual(seen(one("echo \"${sh(returnStdout: true, script: 'date')}\"")), []);
    });

    it("that call files of the workspace, and methods of their own", () => {
      const files = {
        Makefile: "ship:\n\tkubectl apply -f k8s\n",
        "ci/deploy.groovy": "def ship() { sh 'helm upgrade web .' }\nreturn this\n",
      };
      assert.deepEqual(seen(one("sh 'make ship'", files)), ["deploy kubectl"]);
      assert.deepEqual(seen(one("script { def it = load 'ci/deploy.groovy'; it.ship() }", files)), ["deploy helm"]);
      const own = "def ship(String to) { sh \"kubectl apply -k k8s/${to}\" }\nnode { stage('x') { ship('a') } }";
      assert.deepEqual(seen(read(own)), ["deploy kubectl"]);
      assert.deepEqual(seen(read("def ship = { sh 'kubectl apply -f x' }\nnode { ship() }")), ["deploy kubectl"]);
    });

    it("that do what nobody can see here", () => {
      assert.deepEqual(gaps(one("deployToProduction env: 'eu'")), ["remote deployToProduction"]);
      assert.deepEqual(gaps(one("build job: 'shop/deploy', wait: true")), ["remote shop/deploy"]);
      assert.deepEqual(gaps(one("sh 'make ship'")), ["missing Makefile#ship"]);
      assert.deepEqual(gaps(one("script { def it = load 'gone.groovy'; it.ship() }")), [
        "missing gone.groovy",
        "missing it.ship",
      ]);
      assert.deepEqual(gaps(one("sh command")), ["computed command"]);
      assert.deepEqual(gaps(one("script { parallel(branches) }")), ["computed parallel"]);
      assert.deepEqual(gaps(one("slackSend channel: 'x'; junit 'a'; cleanWs(); withFoo { echo 'x' }")), []);
    });
  });

  it("is read whatever has been typed so far", () => {
    readsHalfTyped(jenkins, "Jenkinsfile", SHOP);
    for (const text of [
      "{".repeat(5_000),
      "a(".repeat(5_000),
      "[".repeat(5_000),
      "'".repeat(999),
      '"${'.repeat(2_000),
      "a b ".repeat(9_000),
    ])
      assert.doesNotThrow(() => read(text));
    const many = `node {\n${"  stage('x') { sh 'go test' }\n".repeat(3_000)}}`;
    const started = performance.now();
    read(many);
    assert.ok(performance.now() - started < 5_000);
  });
});

describe("Groovy", () => {
  const names = (text: string): readonly string[] =>
    parseGroovy(text).map((it) =>
      it.kind === "assignment" ? `${it.name} =` : it.kind === "method" ? `def ${it.name}` : it.name,
    );

  it("is calls, assignments and methods", () => {
    assert.deepEqual(
      names("import a.b\ndef x = 1 + 2\nString y = foo()\ndef z() { a() }\nb 'x', y: 1,\n  z: 2\nc { d() }"),
      ["x =", "y =", "foo", "def z", "b", "c"],
    );
    assert.deepEqual(names("a.b.c(1).d { }\n.e()"), ["a.b.c", ".d", ".e"]);
    assert.deepEqual(names("if (a == '}') { b() } else { c() }"), ["if", "else"]);
  });

  it("has texts of five kinds", () => {
    const [call] = parseGroovy(`x 'a\\'b', "c\${d}", '''e\nf''', """g "h" i""", $/j/$`);
    assert.ok(call?.kind === "call");
    assert.deepEqual(
      call.args.map(({ value }) => (value.kind === "text" ? value.text : value.kind)),
      ["a'b", "c${d}", "e\nf", 'g "h" i', "j"],
    );
  });
});
