import assert from "node:assert/strict";
import { objectOf, TextFiles, textAt } from "../../../support/kustomization.ts";

const OBJECT = (kind: string, name: string, more = "") =>
  `apiVersion: ${kind === "Deployment" ? "apps/v1" : "v1"}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`;

function workspace(overlays = 1): TextFiles {
  const texts: Record<string, string> = {
    "base/kustomization.yaml": "resources: [all.yaml]\nnamePrefix: b-\ncommonLabels: {app: shop}\n",
    "base/all.yaml": [
      OBJECT("Deployment", "web", "spec: {template: {spec: {containers: [{name: a, image: 'a:1'}]}}}\n"),
      OBJECT("Service", "web"),
      OBJECT("ConfigMap", "settings", "data: {a: b}\n"),
    ].join("---\n"),
  };
  for (let at = 0; at < overlays; at++) {
    texts[`o${at}/kustomization.yaml`] =
      `resources: [../base]\nnamespace: ns${at}\nimages: [{name: a, newTag: '${at}'}]\npatches: [{path: patch.yaml}]\n`;
    texts[`o${at}/patch.yaml`] = OBJECT("Deployment", "web", `spec: {replicas: ${at}}\n`);
  }
  return new TextFiles(texts);
}

describe("what did not change between two builds", () => {
  it("is the same object when nothing changed at all", () => {
    const files = workspace();
    const before = files.build("o0").objects;
    assert.equal(before.length, 3);
    files.build("base");
    const after = files.build("o0").objects;
    before.forEach((object, at) => void assert.equal(after[at], object));
  });

  it("is the same object when its file was read again", () => {
    const files = workspace();
    const before = files.build("o0").objects;
    files.write("base/all.yaml", files.text("file:///w/base/all.yaml") ?? "");
    files.build("o0").objects.forEach((object, at) => void assert.equal(object, before[at]));
  });

  it("is the same object when another document of its file was edited", () => {
    const files = workspace();
    const before = files.build("o0");
    files.write("base/all.yaml", (files.text("file:///w/base/all.yaml") ?? "").replace("a: b", "a: c"));
    const after = files.build("o0");
    assert.equal(objectOf(after, "Deployment/b-web"), objectOf(before, "Deployment/b-web"));
    assert.equal(objectOf(after, "Service/b-web"), objectOf(before, "Service/b-web"));
    assert.notEqual(objectOf(after, "b-settings"), objectOf(before, "b-settings"));
    assert.equal(textAt(objectOf(after, "b-settings").tree, ["data", "a"]), "c");
  });

  it("is the same object when a patch for another was edited", () => {
    const files = workspace();
    const before = files.build("o0");
    files.write("o0/patch.yaml", OBJECT("Deployment", "web", "spec: {replicas: 9}\n"));
    const after = files.build("o0");
    assert.equal(objectOf(after, "Service/b-web"), objectOf(before, "Service/b-web"));
    assert.equal(textAt(objectOf(after, "Deployment/b-web").tree, ["spec", "replicas"]), "9");
  });

  it("is the same object when something was added beside it", () => {
    const files = workspace();
    const before = files.build("o0");
    files.write("base/more.yaml", OBJECT("ConfigMap", "more"));
    files.write("base/all.yaml", `${files.text("file:///w/base/all.yaml")}---\n${OBJECT("Secret", "more")}`);
    const after = files.build("o0");
    assert.equal(after.objects.length, 4);
    for (const object of before.objects) assert.ok(after.objects.includes(object));
  });

  it("is its document's own in a kustomization that only gathers", () => {
    const files = new TextFiles({
      "kustomization.yaml": "resources: [a.yaml, b.yaml]\npatches: [{path: p.yaml}]\n",
      "a.yaml": OBJECT("ConfigMap", "a"),
      "b.yaml": OBJECT("ConfigMap", "b"),
      "p.yaml": OBJECT("ConfigMap", "b", "data: {x: y}\n"),
    });
    const { objects } = files.build();
    assert.deepEqual(
      objects.map(({ untouched }) => untouched),
      [true, false],
    );
    assert.equal(objects[0]?.tree, objects[0]?.document.tree());
  });

  it("gives what a fresh build gives after any edits", () => {
    const files = workspace(3);
    const edits: readonly (readonly [string, (text: string) => string])[] = [
      ["base/all.yaml", (text) => text.replace("a:1", "a:2")],
      ["base/kustomization.yaml", (text) => text.replace("b-", "c-")],
      ["o1/patch.yaml", (text) => text.replace("replicas: 1", "replicas: 5")],
      ["o1/kustomization.yaml", (text) => `${text}configMapGenerator: [{name: g, literals: [x=y]}]\n`],
      ["base/all.yaml", (text) => text.replace("name: settings", "name: other")],
      ["o2/kustomization.yaml", (text) => text.replace("../base", "../o1")],
    ];
    /** What is built in every folder, without the documents that places are in. */
    const shape = (from: TextFiles) =>
      ["base", "o0", "o1", "o2"].map((folder) => {
        const { objects, problems, failed } = from.build(folder);
        const trees = objects.map(({ tree }) => tree);
        const told = problems.map(({ code, args }) => [code, args]);
        return JSON.stringify([trees, told, failed], (key, value) => (key === "document" ? undefined : value));
      });
    for (const [path, change] of edits) {
      files.write(path, change(files.text(`file:///w/${path}`) ?? ""));
      const fresh = new TextFiles(
        Object.fromEntries(
          ["base/all.yaml", "base/kustomization.yaml"]
            .concat([0, 1, 2].flatMap((at) => [`o${at}/kustomization.yaml`, `o${at}/patch.yaml`]))
            .map((one) => [one, files.text(`file:///w/${one}`) ?? ""]),
        ),
      );
      assert.deepEqual(shape(files), shape(fresh), path);
    }
  });
});
