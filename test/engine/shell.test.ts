import assert from "node:assert/strict";
import { parseShell, readCommands, type ShellOptions } from "../../server/engine/shell.ts";
import { yaml } from "./support/pipelines.ts";

/** The commands of a text, words joined; `?` marks one whose failure passes unnoticed. */
function commands(text: string, options?: ShellOptions): readonly string[] {
  return parseShell(text, options).map((it) => `${it.words.join(" ")}${it.tolerated ? " ?" : ""}`);
}

describe("commands of a shell text", () => {
  it("are separated by operators and line breaks", () => {
    assert.deepEqual(commands("make a && make b; make c\nmake d"), ["make a", "make b", "make c", "make d"]);
    assert.deepEqual(commands("(make a; make b)\n{ make c; }"), ["make a", "make b", "make c"]);
    assert.deepEqual(commands("helm upgrade web || helm install web"), ["helm upgrade web", "helm install web"]);
  });

  it("go on behind a backslash at the line's end", () => {
    assert.deepEqual(commands("trivy image \\\n  --exit-code 1 \\\n  web"), ["trivy image --exit-code 1 web"]);
    assert.deepEqual(commands("trivy image `\r\n  --exit-code 1 `\r\n  web"), ["trivy image --exit-code 1 web"]);
    assert.deepEqual(commands("trivy image \\\r\n  web\r\nmake"), ["trivy image web", "make"]);
  });

  it("are not what a comment says", () => {
    assert.deepEqual(commands("# trivy image web\nmake # kubectl apply\n   # helm\n"), ["make"]);
    assert.deepEqual(commands("curl https://host/#part ${#name}"), ["curl https://host/#part ${#name}"]);
  });

  it("lose their quotes and keep their spaces", () => {
    const [found] = parseShell(`kubectl annotate pod "a b" 'c "d"' e\\ f "g \\"h\\""`);
    assert.deepEqual(found?.words, ["kubectl", "annotate", "pod", "a b", 'c "d"', "e f", 'g "h"']);
  });

  it("are not what is written, printed or searched for", () => {
    assert.deepEqual(commands('echo "trivy image web"; grep "kubectl apply" x'), [
      "echo trivy image web",
      "grep kubectl apply x",
    ]);
    assert.deepEqual(commands("command -v helm; which trivy"), ["command -v helm", "which trivy"]);
  });

  it("are not in a heredoc", () => {
    assert.deepEqual(commands("cat <<EOF > x\nkubectl apply\nEOF\nmake"), ["cat", "make"]);
    assert.deepEqual(commands("cat <<-'END' | tee x\n\thelm upgrade\n\tEND\nmake"), ["cat ?", "tee x", "make"]);
    assert.deepEqual(commands("cat <<< text\nmake"), ["cat", "make"]);
    assert.deepEqual(commands("cat <<EOF\nhelm upgrade"), ["cat"]);
  });

  it("are in a heredoc that a shell reads", () => {
    assert.deepEqual(commands("ssh host <<EOF\nkubectl apply -f web.yaml\nEOF\nmake"), [
      "ssh host",
      "kubectl apply -f web.yaml",
      "make",
    ]);
  });

  it("stand behind what only says how to run them", () => {
    for (const front of [
      "sudo -E",
      "sudo -u ci",
      "time",
      "exec",
      "nohup",
      "env A=b",
      "A=b C='d e'",
      "timeout 5m",
      "timeout -k 9 1h",
    ]) {
      assert.deepEqual(commands(`${front} kubectl apply -f x`), ["kubectl apply -f x"], front);
    }
    assert.deepEqual(commands("ls | xargs -n 1 -I {} kubeconform {}", { pipefail: true }), ["ls", "kubeconform {}"]);
    assert.deepEqual(commands("A=b"), []);
  });

  it("are in substitutions and in the text of another shell", () => {
    assert.deepEqual(commands("TAG=$(git describe) make"), ["git describe ?", "make"]);
    assert.deepEqual(commands('helm upgrade web --set tag="$(git describe --tags)"'), [
      "git describe --tags ?",
      "helm upgrade web --set tag=$(git describe --tags)",
    ]);
    assert.deepEqual(commands("diff <(helm template .) old.yaml"), ["helm template . ?", "diff old.yaml"]);
    assert.deepEqual(commands("echo `helm version`"), ["helm version ?", "echo `helm version`"]);
    assert.deepEqual(commands("bash -ec 'make a && make b'"), ["bash -ec make a && make b", "make a", "make b"]);
    assert.deepEqual(commands("ssh -i key me@host 'kubectl apply -f x'"), [
      "ssh -i key me@host kubectl apply -f x",
      "kubectl apply -f x",
    ]);
    assert.deepEqual(commands('eval "kubectl apply -f x"').slice(1), ["kubectl apply -f x"]);
  });

  it("fail unnoticed where the author says so", () => {
    for (const text of [
      "scan || true",
      "scan || :",
      "scan || exit 0",
      "scan || echo bad",
      "scan ; true",
      "scan & ",
      "set +e\nscan\nmake",
    ]) {
      assert.equal(commands(text).includes("scan ?"), true, text);
    }
    assert.deepEqual(commands("{ scan; make; } || true").slice(0, 2), ["scan ?", "make ?"]);
    assert.deepEqual(commands("scan && make || true").slice(0, 2), ["scan ?", "make ?"]);
    assert.deepEqual(commands("if scan; then\n echo good\nfi"), ["scan ?", "echo good"]);
  });

  it("do not fail unnoticed where somebody looks", () => {
    for (const text of [
      "scan || exit 1",
      "scan || { echo bad; exit 1; }",
      "scan || (echo bad && exit 1)",
      "scan || echo bad && exit 1",
      "scan || other",
      "if ! scan; then\n echo bad\n exit 1\nfi",
      "if ! scan; then failed=1; fi\nexit $failed",
      "set +e\nscan\nstatus=$?\nmake\nexit $status",
      "set +e\nmake\nset -e\nscan\nmake",
      "make || true\nscan",
    ]) {
      assert.equal(commands(text).includes("scan"), true, text);
    }
  });

  it("fail unnoticed at the front of a pipe, unless the shell fails pipes", () => {
    assert.deepEqual(commands("scan | tee log"), ["scan ?", "tee log"]);
    assert.deepEqual(commands("scan | tee log", { pipefail: true }), ["scan", "tee log"]);
    assert.deepEqual(commands("set -o pipefail\nscan | tee log"), ["set -o pipefail", "scan", "tee log"]);
  });

  it("fail unnoticed before the last one where the shell goes on", () => {
    assert.deepEqual(commands("scan\nmake", { errexit: false }), ["scan ?", "make"]);
    assert.deepEqual(commands("set -euo pipefail\nscan\nmake", { errexit: false }), [
      "set -euo pipefail",
      "scan",
      "make",
    ]);
  });

  it("are read inside loops, cases and functions", () => {
    assert.deepEqual(commands("for f in a b; do\n  kubeconform $f\ndone"), ["kubeconform $f"]);
    assert.deepEqual(commands("while read f; do kubeval $f; done < list"), ["read f ?", "kubeval $f"]);
    assert.deepEqual(commands('case "$1" in\n  trivy|grype) make a ;;\n  *) make b ;;\nesac\nmake c'), [
      "make a",
      "make b",
      "make c",
    ]);
    assert.deepEqual(commands("deploy() {\n  helm upgrade web .\n}\ndeploy"), ["helm upgrade web .", "deploy"]);
    assert.deepEqual(commands("if [[ $a == b && -n $c ]]; then make; fi").at(-1), "make");
    assert.deepEqual(commands("for ((i=0; i<3; i++)); do make $i; done"), ["make $i"]);
    assert.deepEqual(commands("args=(trivy image\n  web) # helm\nmake"), ["make"]);
  });

  it("keep expressions of the pipeline in one word", () => {
    const [found] = parseShell("helm upgrade ${{ inputs.name || 'my app' }} --set a=${{ github.sha }} .");
    assert.deepEqual(found?.words, [
      "helm",
      "upgrade",
      "${{ inputs.name || 'my app' }}",
      "--set",
      "a=${{ github.sha }}",
      ".",
    ]);
  });

  it("are read in PowerShell and cmd too", () => {
    assert.deepEqual(
      commands("$tag = git describe\nif ($env:CI) { trivy image web }").filter((it) => /^(git|trivy)/.test(it)),
      ["git describe", "trivy image web"],
    );
    assert.deepEqual(commands("call mvn.cmd test"), ["mvn.cmd test"]);
  });

  it("know whether their output goes somewhere else", () => {
    const used = (text: string) => parseShell(text)[0]?.used;
    assert.equal(used("kustomize build . | kubectl apply -f -"), true);
    assert.equal(used("kustomize build . > all.yaml"), true);
    assert.equal(used("X=$(kustomize build .)"), true);
    assert.equal(used("kustomize build ."), false);
    assert.equal(used("kustomize build . > /dev/null 2>&1"), false);
  });

  it("lead to where they stand", () => {
    const field = yaml("run: |\n  set -e\n  sudo trivy image \\\n    web # scan\n").at("run");
    const found = readCommands(field).find((it) => it.words[0] === "trivy");
    assert.equal(field.source?.slice(...(found?.place.span ?? [0, 0])), "trivy image \\\n  web");
    assert.equal(found?.text, "trivy image \\\n  web");
  });

  it("are read however odd the text", () => {
    for (const part of [
      "$(",
      "`",
      "((",
      "{ ",
      "if ",
      "<<E\n",
      '"',
      "'",
      "${{",
      "${",
      "a||",
      "a|",
      ")",
      "<(",
      "case x in (",
      "x=(",
      "\\",
      "}",
      "fi ",
    ]) {
      assert.doesNotThrow(() => parseShell(part.repeat(3000)), part);
    }
    assert.deepEqual(parseShell(`make\n${"#".repeat(70_000)}`), []);
    assert.deepEqual(parseShell(""), []);
  });

  it("are read in time that grows with the text", () => {
    const started = performance.now();
    for (const part of [
      "$(",
      "`a",
      "{ ",
      "if a; then ",
      "a||:||",
      '"$(',
      "${{ ",
      "${a",
      "( ",
      "a='",
      "<<E\na\n",
      "x=(a ",
      "a | ",
    ]) {
      parseShell(part.repeat(Math.floor(65_000 / part.length)));
    }
    const elapsed = performance.now() - started;
    assert.ok(elapsed < 10_000, `${elapsed} ms`);
  });
});
