import assert from "node:assert/strict";
import { readRendered } from "../../../../server/engine/dialects/kubernetes.ts";
import { type Discovery, discover } from "../../../../server/engine/render/discovery/discover.ts";
import { buildKustomization } from "../../../../server/engine/render/kustomize/build.ts";
import { Workspace } from "../../../../server/engine/workspace.ts";
import { chart, DEPLOYMENT, environments, inputOf, kustomization, ROOT, type Texts } from "./support.ts";

const SET = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web}
spec:
  generators:
    - list: {elements: [{env: dev}, {env: prod}]}
  template:
    metadata: {name: 'web-{{env}}'}
    spec:
      source:
        repoURL: https://github.com/acme/shop
        path: charts/web
        helm:
          valueFiles: ['values-{{env}}.yaml']
          valuesObject: {name: 'web-{{env}}'}
`;

const FILES: Texts = {
  "argocd/set.yaml": SET,
  "charts/web/Chart.yaml": chart("web"),
  "charts/web/values-dev.yaml": "a: 1\n",
  "charts/web/values-prod.yaml": "a: 1\n",
  "base/kustomization.yaml": kustomization("web.yaml"),
  "base/web.yaml": DEPLOYMENT,
  "overlays/dev/kustomization.yaml": kustomization("../../base"),
  "overlays/prod/kustomization.yaml": kustomization("../../base"),
};

describe("discovery from change to change", () => {
  /** A workspace, what is found in it, and what is found after a change of one file. */
  function changed(uri: string, text: string | null): readonly [Discovery, Discovery] {
    const roots = [{ uri: ROOT, name: "shop", versionControl: "yes" as const }];
    const workspace = new Workspace({ practices: [], roots, today: "2026-06-01" });
    const { charts } = inputOf(FILES);
    const around = { charts, environment: () => undefined };
    const all = Object.entries(FILES).map(([path, content]) => ({ uri: `${ROOT}/${path}`, text: content ?? "" }));
    const first = discover({ ...around, files: workspace.apply(all).files });
    return [first, discover({ ...around, files: workspace.apply([{ uri: `${ROOT}/${uri}`, text }]).files }, first)];
  }

  it("what describes no environment changes nothing", () => {
    for (const [path, text] of [
      ["base/web.yaml", DEPLOYMENT.replace("replicas: 2", "replicas: 3")],
      ["charts/web/values-dev.yaml", "a: 2\n"],
      ["src/main.go", "package main\n"],
    ] as const) {
      const [before, after] = changed(path, text);
      assert.equal(after, before, path);
    }
  });

  it("environments that did not change are the same objects", () => {
    const [before, after] = changed("overlays/qa/kustomization.yaml", kustomization("../../base"));
    assert.notEqual(after, before);
    assert.deepEqual(
      after.specs.filter((spec) => !before.specs.includes(spec)).map(({ name }) => name),
      ["qa"],
    );
  });

  it("an overlay that goes takes its environment along", () => {
    const [before, after] = changed("overlays/prod/kustomization.yaml", null);
    assert.deepEqual(
      before.specs.filter((spec) => !after.specs.includes(spec)).map(({ root }) => root),
      [`${ROOT}/overlays/prod`],
    );
  });

  it("no two environments have one id", () => {
    const [{ specs }] = changed("x.yaml", "");
    assert.equal(new Set(specs.map(({ id }) => id)).size, specs.length);
    assert.equal(specs.length, 4);
  });
});

describe("GitOps objects that are made by others", () => {
  it("are read as they are applied, when they are handed over", () => {
    const files: Texts = {
      "argocd/base/kustomization.yaml": kustomization("app.yaml"),
      "argocd/base/app.yaml": `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec: {source: {repoURL: https://github.com/acme/shop, path: nowhere}}
`,
      "argocd/prod/kustomization.yaml": `${kustomization("../base")}patches:
  - target: {kind: Application}
    patch: "- {op: replace, path: /spec/source/path, value: web/prod}"
`,
      "web/prod/kustomization.yaml": kustomization("web.yaml"),
      "web/prod/web.yaml": DEPLOYMENT,
    };
    const input = inputOf(files);
    const { objects } = buildKustomization(`${ROOT}/argocd/prod/kustomization.yaml`, {
      documents: (uri) => input.files.get(uri)?.source?.documents,
      text: (uri) => input.files.get(uri)?.source?.text,
      exists: (uri) => input.files.has(uri),
      kustomizationIn: (uri) => [`${uri}/kustomization.yaml`].find((one) => input.files.has(one)),
    });
    const standing = { system: false, nonProduction: false, foreign: false };
    const resources = objects.flatMap((one) => readRendered(one, { standing, chart: undefined }));
    assert.deepEqual(environments(files), ["prod: kustomize argocd/prod", "prod: kustomize web/prod"]);
    assert.deepEqual(environments(files, { resources }), ["prod: argo-cd web/prod", "prod: kustomize argocd/prod"]);
  });

  it("templates of a chart say nothing before they are rendered", () =>
    assert.deepEqual(
      environments({
        "web/prod/kustomization.yaml": kustomization("a.yaml"),
        "apps/Chart.yaml": chart("apps"),
        "apps/templates/web.yaml":
          "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec: {source: {repoURL: https://github.com/acme/shop, path: web/prod}}\n",
      }),
      ["default: helm apps", "prod: kustomize web/prod"],
    ));
});
