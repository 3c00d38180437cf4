import assert from "node:assert/strict";
import { rootField } from "../../../../server/engine/field.ts";
import { allEntries } from "../../../../server/engine/tree/read.ts";
import type { Tree } from "../../../../server/engine/tree/tree.ts";
import { kustomize, objectOf, textAt, writtenAt } from "../../../support/kustomization.ts";

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: first
          image: first:1
        - name: second
          image: second:1
          env:
            - name: A
              value: a
            - name: B
              valueFrom: {configMapKeyRef: {name: settings, key: b}}
`;

const CONTAINERS = ["spec", "template", "spec", "containers"];

describe("where a rendered value was written", () => {
  it("is its own file when nothing changes it", () => {
    const rendering = kustomize({ "kustomization.yaml": "resources: [web.yaml]\n", "web.yaml": DEPLOYMENT });
    const [web] = rendering.objects;
    assert.ok(web !== undefined);
    assert.equal(web.untouched, true);
    assert.equal(web.tree, web.document && rendering.objects[0]?.tree);
    assert.equal(writtenAt(web, ...CONTAINERS, 1, "image"), "web.yaml spec.template.spec.containers.1.image");
    assert.equal(rootField(web.document).at("kind").text(), "Deployment");
  });

  it("is the item of a list", () => {
    const list = `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: a}
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: b}
`;
    const untouched = kustomize({ "kustomization.yaml": "resources: [list.yaml]\n", "list.yaml": list });
    assert.deepEqual(objectOf(untouched, "b").path, ["items", 1]);
    const moved = kustomize({ "kustomization.yaml": "resources: [list.yaml]\nnamespace: n1\n", "list.yaml": list });
    assert.equal(writtenAt(objectOf(moved, "b"), "metadata", "name"), "list.yaml items.1.metadata.name");
    assert.equal(writtenAt(objectOf(moved, "b"), "metadata", "namespace"), "kustomization.yaml namespace");
  });

  it("is the field of the kustomization that decides it", () => {
    const rendering = kustomize({
      "kustomization.yaml": `resources: [web.yaml]
namespace: shop
namePrefix: blue-
labels:
  - pairs: {team: cart}
commonAnnotations: {note: hello}
images:
  - name: second
    newName: mirror/second
    newTag: "2"
replicas:
  - name: web
    count: 3
`,
      "web.yaml": DEPLOYMENT,
    });
    const web = objectOf(rendering, "blue-web");
    assert.equal(web.untouched, false);
    assert.equal(writtenAt(web), "web.yaml ");
    assert.equal(writtenAt(web, "metadata", "namespace"), "kustomization.yaml namespace");
    assert.equal(writtenAt(web, "metadata", "name"), "kustomization.yaml namePrefix");
    assert.equal(writtenAt(web, "metadata", "labels", "team"), "kustomization.yaml labels.0.pairs.team");
    assert.equal(writtenAt(web, "metadata", "annotations", "note"), "kustomization.yaml commonAnnotations.note");
    assert.equal(writtenAt(web, ...CONTAINERS, 1, "image"), "kustomization.yaml images.0.newTag");
    assert.equal(writtenAt(web, ...CONTAINERS, 0, "image"), "web.yaml spec.template.spec.containers.0.image");
    assert.equal(writtenAt(web, "spec", "replicas"), "kustomization.yaml replicas.0.count");
    assert.equal(writtenAt(web, "spec", "selector", "matchLabels", "app"), "web.yaml spec.selector.matchLabels.app");
  });

  it("is the patch's file for what a patch brings, and still the base's for what it leaves", () => {
    const rendering = kustomize({
      "kustomization.yaml": "resources: [web.yaml]\npatches: [{path: patch.yaml}]\n",
      "web.yaml": DEPLOYMENT,
      "patch.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true}
      containers:
        - name: added
          image: added:1
        - name: second
          env:
            - {name: B, $patch: delete}
            - {name: C, value: c}
          image: second:2
`,
    });
    const web = objectOf(rendering, "web");
    const patch = "patch.yaml spec.template.spec";
    assert.equal(textAt(web.tree, [...CONTAINERS, 0, "name"]), "added");
    assert.equal(writtenAt(web, ...CONTAINERS, 0, "image"), `${patch}.containers.0.image`);
    assert.equal(writtenAt(web, ...CONTAINERS, 0, "resources"), `${patch}.containers.0.resources`);
    assert.equal(textAt(web.tree, [...CONTAINERS, 1, "name"]), "second");
    assert.equal(writtenAt(web, ...CONTAINERS, 1, "image"), `${patch}.containers.1.image`);
    // The name only finds the item: nothing is set by it.
    assert.equal(writtenAt(web, ...CONTAINERS, 1, "name"), "web.yaml spec.template.spec.containers.1.name");
    assert.equal(writtenAt(web, ...CONTAINERS, 1, "env", 0, "value"), `${patch}.containers.1.env.1.value`);
    // What stood second stands third now, and is still found where it is written.
    const own = "web.yaml spec.template.spec.containers";
    assert.equal(writtenAt(web, ...CONTAINERS, 1, "env", 1, "value"), `${own}.1.env.0.value`);
    assert.equal(writtenAt(web, ...CONTAINERS, 1, "resources"), `${own}.1.resources`);
    assert.equal(writtenAt(web, ...CONTAINERS, 2, "image"), `${own}.0.image`);
    assert.equal(writtenAt(web, "spec", "template", "spec", "securityContext"), `${patch}.securityContext`);
    assert.equal(writtenAt(web, "spec", "replicas"), "web.yaml spec.replicas");
  });

  it("is the part of the text in which a patch is written out", () => {
    const rendering = kustomize({
      "kustomization.yaml": `resources: [web.yaml]
patches:
  - target: {kind: Deployment}
    patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: any}
      spec:
        replicas: 5
        strategy:
          type: Recreate
  - target: {kind: Deployment}
    patch: |-
      - op: add
        path: /spec/template/spec/containers/0
        value: {name: zero, image: "zero:1"}
`,
      "web.yaml": DEPLOYMENT,
    });
    const web = objectOf(rendering, "web");
    assert.equal(writtenAt(web, "spec", "replicas"), "kustomization.yaml patches.0.patch [5]");
    assert.equal(writtenAt(web, "spec", "strategy", "type"), "kustomization.yaml patches.0.patch [Recreate]");
    assert.equal(writtenAt(web, ...CONTAINERS, 0, "image"), 'kustomization.yaml patches.1.patch ["zero:1"]');
    assert.equal(writtenAt(web, ...CONTAINERS, 1, "image"), "web.yaml spec.template.spec.containers.0.image");
    assert.equal(writtenAt(web, ...CONTAINERS, 2, "image"), "web.yaml spec.template.spec.containers.1.image");
  });

  it("is the generator for what a generator makes, and the reference itself for what follows a name", () => {
    const rendering = kustomize({
      "kustomization.yaml": `resources: [web.yaml]
configMapGenerator:
  - name: settings
    literals: [b=1, 'c="two"']
    files: [app.conf]
`,
      "app.conf": "x=1\n",
      "web.yaml": DEPLOYMENT,
    });
    const map = rendering.objects.find((object) => textAt(object.tree, ["kind"]) === "ConfigMap");
    assert.ok(map !== undefined);
    assert.deepEqual(map.path, ["configMapGenerator", 0]);
    assert.equal(writtenAt(map), "kustomization.yaml configMapGenerator.0");
    assert.equal(writtenAt(map, "metadata", "name"), "kustomization.yaml configMapGenerator.0.name");
    assert.equal(writtenAt(map, "data", "b"), "kustomization.yaml configMapGenerator.0.literals.0 [1]");
    assert.equal(writtenAt(map, "data", "c"), "kustomization.yaml configMapGenerator.0.literals.1 [two]");
    assert.equal(writtenAt(map, "data", "app.conf"), "kustomization.yaml configMapGenerator.0.files.0");
    const web = objectOf(rendering, "Deployment/web");
    const reference = [...CONTAINERS, 1, "env", 1, "valueFrom", "configMapKeyRef", "name"];
    assert.match(textAt(web.tree, reference) ?? "", /^settings-[a-z0-9]{10}$/);
    assert.equal(writtenAt(web, ...reference), `web.yaml ${reference.join(".")}`);
  });

  it("is the source of a replacement", () => {
    const rendering = kustomize({
      "kustomization.yaml": `resources: [web.yaml, settings.yaml]
replacements:
  - source: {kind: ConfigMap, name: settings, fieldPath: data.image}
    targets:
      - select: {kind: Deployment}
        fieldPaths: ["spec.template.spec.containers.[name=first].image"]
`,
      "settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {image: 'x:9'}\n",
      "web.yaml": DEPLOYMENT,
    });
    const web = objectOf(rendering, "web");
    assert.equal(textAt(web.tree, [...CONTAINERS, 0, "image"]), "x:9");
    assert.equal(writtenAt(web, ...CONTAINERS, 0, "image"), "settings.yaml data.image");
  });

  it("leads through two layers to the base", () => {
    const rendering = kustomize(
      {
        "base/kustomization.yaml": "resources: [web.yaml]\nnamePrefix: base-\n",
        "base/web.yaml": DEPLOYMENT,
        "top/kustomization.yaml": "resources: [../base]\nimages: [{name: first, newTag: '7'}]\nnameSuffix: -top\n",
      },
      "top",
    );
    const web = objectOf(rendering, "base-web-top");
    assert.equal(writtenAt(web, "metadata", "name"), "top/kustomization.yaml nameSuffix");
    assert.equal(writtenAt(web, ...CONTAINERS, 0, "image"), "top/kustomization.yaml images.0.newTag");
    assert.equal(writtenAt(web, ...CONTAINERS, 1, "image"), "base/web.yaml spec.template.spec.containers.1.image");
    assert.equal(web.document.uri, "file:///w/base/web.yaml");
  });

  it("can be asked of every node there is", () => {
    const rendering = kustomize({
      "kustomization.yaml": `resources: [web.yaml]
namespace: shop
commonLabels: {a: b}
patches:
  - target: {kind: Deployment}
    patch: |-
      - {op: move, from: /spec/template/spec/containers/0, path: /spec/template/spec/containers/1}
      - {op: copy, from: /spec/template/spec/containers/0/env, path: /spec/template/spec/containers/1/env}
`,
      "web.yaml": DEPLOYMENT,
    });
    const web = objectOf(rendering, "web");
    const visit = (tree: Tree, path: readonly (string | number)[]): void => {
      const place = writtenAt(web, ...path);
      assert.match(place, /^(web|kustomization)\.yaml /);
      if (tree.kind === "list") tree.items.forEach((item, index) => void visit(item, [...path, index]));
      if (tree.kind === "map") for (const { key, value } of allEntries(tree)) visit(value, [...path, key]);
      // What is written in the object's own file says the same there.
      if (tree.kind !== "scalar" || !place.startsWith("web.yaml")) return;
      const own = place.slice("web.yaml ".length).split(".");
      let node: Tree | undefined = web.document.tree();
      for (const key of own)
        node =
          node?.kind === "list"
            ? node.items[Number(key)]
            : node?.kind === "map"
              ? allEntries(node).find((entry) => entry.key === key)?.value
              : undefined;
      assert.equal(node?.kind === "scalar" ? node.text : undefined, tree.text, place);
    };
    visit(web.tree, []);
    assert.equal(writtenAt(web, ...CONTAINERS, 1, "image"), "web.yaml spec.template.spec.containers.0.image");
    assert.equal(
      writtenAt(web, ...CONTAINERS, 1, "env", 0, "value"),
      "web.yaml spec.template.spec.containers.1.env.0.value",
    );
  });
});
