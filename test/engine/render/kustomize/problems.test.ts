import assert from "node:assert/strict";
import { kustomize, objectOf, shown, TextFiles, textAt } from "../../../support/kustomization.ts";

const MAP = (name: string, more = "") => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`;

function told(texts: Readonly<Record<string, string>>, folder = ""): readonly string[] {
  return kustomize(texts, folder).problems.map(
    ({ code, severity, place }) => `${severity} ${code} ${shown({ document: place.document, path: place.path })}`,
  );
}

describe("what is wrong with a kustomization", () => {
  it("is told where a file or folder is named that is not there", () => {
    assert.deepEqual(told({ "kustomization.yaml": "resources:\n  - a.yaml\n  - base\ncomponents: [c]\n" }), [
      "error missing kustomization.yaml resources.0",
      "error missing kustomization.yaml resources.1",
      "error missing kustomization.yaml components.0",
    ]);
    assert.deepEqual(
      told({
        "kustomization.yaml":
          "resources: [a.yaml]\npatches: [{path: p.yaml}]\nconfigMapGenerator: [{name: g, files: [f]}]\n",
        "a.yaml": MAP("a"),
      }),
      [
        "error missing kustomization.yaml configMapGenerator.0.files.0",
        "error missing kustomization.yaml patches.0.path",
      ],
    );
  });

  it("is told in the base that has it", () => {
    const texts = {
      "base/kustomization.yaml": "resources: [a.yaml]\n",
      "top/kustomization.yaml": "resources: [../base]\n",
    };
    assert.deepEqual(told(texts, "top"), ["error missing base/kustomization.yaml resources.0"]);
  });

  it("is told in the patch that finds nothing", () => {
    assert.deepEqual(
      told({
        "kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n",
        "a.yaml": MAP("a"),
        "p.yaml": MAP("b"),
      }),
      ["error target p.yaml metadata.name"],
    );
  });

  it("is not a patch that finds nothing while not all objects are known", () => {
    const rendering = kustomize({
      "kustomization.yaml": "resources: [a.yaml, 'https://example.invalid/b.yaml']\npatches: [{path: p.yaml}]\n",
      "a.yaml": MAP("a"),
      "p.yaml": MAP("b"),
    });
    assert.deepEqual(
      rendering.problems.map(({ code, severity }) => [code, severity]),
      [["remote", "note"]],
    );
    assert.equal(rendering.failed, false);
    assert.equal(rendering.complete, false);
    assert.equal(rendering.objects.length, 1);
  });

  it("knows what lies elsewhere", () => {
    const remote = [
      "github.com/a/b",
      "git::https://x.y/z",
      "git@x.y:a/b.git",
      "ssh://git@x/y",
      "oci://x/y",
      "x.y/a?ref=1",
    ];
    for (const path of remote)
      assert.deepEqual(
        told({ "kustomization.yaml": `resources: ['${path}']\n` }),
        ["note remote kustomization.yaml resources.0"],
        path,
      );
    for (const path of ["../x", "./github.com/a/b", "a/b.yaml"])
      assert.deepEqual(
        told({ "kustomization.yaml": `resources: ['${path}']\n` }),
        ["error missing kustomization.yaml resources.0"],
        path,
      );
  });

  it("is told of values that are not what a field takes", () => {
    assert.deepEqual(
      told({
        "kustomization.yaml": "resources: [a.yaml]\nimages: [{name: a, newTag: 1.0}]\nnope: 1\n",
        "a.yaml": MAP("a"),
      }),
      ["error invalid kustomization.yaml images.0.newTag", "error invalid kustomization.yaml nope"],
    );
  });

  it("is told of two objects that are the same", () => {
    assert.deepEqual(
      told({ "kustomization.yaml": "resources: [a.yaml, b.yaml]\n", "a.yaml": MAP("a"), "b.yaml": MAP("a") }),
      ["error conflict kustomization.yaml resources.1"],
    );
  });

  it("is told of broken YAML, and the rest is still looked at", () => {
    assert.deepEqual(
      told({ "kustomization.yaml": "resources: [a.yaml, b.yaml, c.yaml]\n", "a.yaml": "a: [\n", "b.yaml": MAP("b") }),
      ["error invalid a.yaml ", "error missing kustomization.yaml resources.2"],
    );
  });

  it("names the files that it looked at or for, and those that it should be given", () => {
    const files = new TextFiles({
      "kustomization.yaml":
        "resources: [base]\nconfigMapGenerator: [{name: g, files: [f.txt], envs: [e.env]}, {name: h, files: [gone]}]\n",
      "base/kustomization.yaml": "resources: [a.yaml]\n",
      "base/a.yaml": MAP("a"),
    });
    files.nameOnly("f.txt");
    files.nameOnly("e.env");
    const rendering = files.build();
    for (const path of ["kustomization.yaml", "base/kustomization.yaml", "base/a.yaml", "f.txt", "gone"])
      assert.ok(rendering.files.has(`file:///w/${path}`), path);
    assert.deepEqual([...rendering.texts].sort(), ["file:///w/e.env", "file:///w/f.txt"]);
  });

  it("is nothing when the text of a file is not held: what it holds is unknown", () => {
    const files = new TextFiles({
      "kustomization.yaml": "resources: [pod.yaml]\nconfigMapGenerator: [{name: g, files: [f.txt]}]\n",
      "pod.yaml":
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, envFrom: [{configMapRef: {name: g}}]}]}\n",
      "f.txt": "x",
    });
    files.nameOnly("f.txt");
    const rendering = files.build();
    assert.equal(rendering.failed, false);
    const map = objectOf(rendering, "ConfigMap/g");
    const unknown = (tree: unknown) =>
      JSON.stringify(tree, (key, value) => (key === "document" ? undefined : value)).includes('"unknown":true');
    assert.ok(unknown(map.tree));
    assert.ok(unknown(objectOf(rendering, "p").tree));
    files.write("f.txt", "now it is");
    assert.match(textAt(files.build().objects[0]?.tree, ["metadata", "name"]) ?? "", /^g-[a-z0-9]{10}$/);
  });

  it("leaves what a template decides unknown", () => {
    const rendering = kustomize({
      "kustomization.yaml": `resources: [a.yaml]
namespace: n1
patches:
  - patch: |-
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: a}
      data: {x: y}
`,
      "a.yaml":
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {v: {{ .v }}}\ndata: {{ toYaml .x }}\n",
    });
    assert.equal(rendering.failed, false);
    assert.equal(rendering.objects.length, 1);
  });
});

describe("hostile kustomizations", () => {
  it("that include themselves come to an end", () => {
    for (const path of [".", "../a", "./", "b"]) {
      const texts = {
        "a/kustomization.yaml": `resources: ['${path}']\n`,
        "a/b/kustomization.yaml": "resources: [../../a]\n",
      };
      const rendering = kustomize(texts, "a");
      assert.equal(rendering.failed, true, path);
      assert.deepEqual(new Set(rendering.problems.map(({ code }) => code)), new Set(["cycle"]), path);
    }
  });

  it("say the same of a cycle wherever one begins to look", () => {
    const texts = { "a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n" };
    const files = new TextFiles(texts);
    const problem = (folder: string) => files.build(folder).problems.map(({ place }) => shown(place));
    const first = [problem("a"), problem("b")];
    assert.deepEqual([problem("a"), problem("b")], first);
    const other = new TextFiles(texts);
    assert.deepEqual(
      [...["b", "a"].map((folder) => other.build(folder).problems.map(({ place }) => shown(place)))].reverse(),
      first,
    );
  });

  it("of a thousand folders are not followed forever", () => {
    const texts: Record<string, string> = {
      "d1000/kustomization.yaml": "resources: [a.yaml]\n",
      "d1000/a.yaml": MAP("a"),
    };
    for (let at = 0; at < 1000; at++) texts[`d${at}/kustomization.yaml`] = `resources: [../d${at + 1}]\n`;
    const rendering = kustomize(texts, "d0");
    assert.equal(rendering.complete, false);
    assert.equal(rendering.problems[0]?.code, "unsupported");
    assert.equal(kustomize(texts, "d900").objects.length, 1);
  });

  it("with a patch of a megabyte take their time, and no more", () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `  key-${at}: ${"x".repeat(40)}`).join("\n");
    const rendering = kustomize({
      "kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n",
      "a.yaml": MAP("a"),
      "p.yaml": MAP("a", `data:\n${lines}\n`),
    });
    assert.equal(rendering.failed, false);
    assert.equal(textAt(rendering.objects[0]?.tree, ["data", "key-19999"]), "x".repeat(40));
  }).timeout(20_000);

  it("with a bomb of aliases stay small", () => {
    let bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (let at = 1; at < 12; at++)
      bomb += `a${at}: &a${at} [${Array(10)
        .fill(`*a${at - 1}`)
        .join(", ")}]\n`;
    const started = Date.now();
    kustomize({
      "kustomization.yaml": "resources: [a.yaml]\nnamespace: n1\ncommonLabels: {a: b}\npatches: [{path: p.yaml}]\n",
      "a.yaml": `${MAP("a")}${bomb}`,
      "p.yaml": `${MAP("a")}${bomb}`,
    });
    assert.ok(Date.now() - started < 10_000);
  }).timeout(20_000);

  it("with patterns that could take forever are refused", () => {
    const { problems } = kustomize({
      "kustomization.yaml": `resources: [a.yaml]\npatches:\n  - target: {name: "(a+)+$"}\n    patch: '[{"op": "remove", "path": "/data"}]'\n`,
      "a.yaml": MAP("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-b"),
    });
    assert.equal(problems[0]?.code, "invalid");
  });

  it("of any shape at all throw nothing", () => {
    const shapes = ["1", "[]", "{}", "a", "null", "[[]]", "{a: {b: [1]}}", '"', "- x: 1"];
    for (const field of [
      "resources",
      "patches",
      "images",
      "labels",
      "namespace",
      "replacements",
      "vars",
      "configMapGenerator",
      "components",
      "replicas",
      "generators",
      "transformers",
      "configurations",
      "sortOptions",
      "patchesStrategicMerge",
      "generatorOptions",
      "commonLabels",
    ])
      for (const shape of shapes) {
        const rendering = kustomize({
          "kustomization.yaml": `resources: [a.yaml]\n${field}: ${shape}\n`,
          "a.yaml": MAP("a"),
        });
        assert.ok(Array.isArray(rendering.problems));
      }
    for (const shape of shapes) kustomize({ "kustomization.yaml": shape });
    for (const shape of shapes)
      kustomize({
        "kustomization.yaml":
          "resources: [a.yaml]\nnamespace: n1\nnamePrefix: p-\ncommonLabels: {a: b}\nimages: [{name: x, newTag: y}]\n",
        "a.yaml": `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: ${shape === '"' ? "x" : shape}}\nspec: ${shape === '"' ? "x" : shape}\n`,
      });
  });
});
