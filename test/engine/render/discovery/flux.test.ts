import assert from "node:assert/strict";
import { filesFor } from "../../../../server/engine/render/discovery/generated.ts";
import { buildKustomization } from "../../../../server/engine/render/kustomize/build.ts";
import { find } from "../../../../server/engine/render/kustomize/nodes.ts";
import { toObject } from "../../../../server/engine/render/plain-object.ts";
import type { EnvironmentSpec } from "../../../../server/engine/render/specs.ts";
import { chart, DEPLOYMENT, discovered, environments, inputOf, kustomization, ROOT, type Texts } from "./support.ts";

function gitRepository(url = "https://github.com/acme/shop"): string {
  return `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: ${url}}
`;
}

function flux(name: string, path: string, more = ""): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec:
  sourceRef: {kind: GitRepository, name: flux-system}
  path: ${path}
${more.replace(/^(?=.)/gm, "  ")}`;
}

function release(more: string, chartPath = "./charts/web"): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec:
  chart:
    spec:
      chart: ${chartPath}
      sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}
${more.replace(/^(?=.)/gm, "  ")}`;
}

const OVERLAYS: Texts = {
  "apps/base/kustomization.yaml": kustomization("web.yaml"),
  "apps/base/web.yaml": DEPLOYMENT,
  "apps/prod/kustomization.yaml": kustomization("../base"),
  "apps/staging/kustomization.yaml": kustomization("../base"),
  "clusters/prod/flux.yaml": gitRepository(),
};

const CHART: Texts = {
  "charts/web/Chart.yaml": chart("web"),
  "charts/web/values.yaml": "replicas: 1\n",
  "flux.yaml": gitRepository(),
};

function delivered(texts: Texts, name = "shop"): readonly EnvironmentSpec[] {
  return discovered(texts, { name }).specs.filter(({ kind }) => kind === "flux");
}

function plain(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree));
}

describe("what Flux delivers", () => {
  it("an overlay is the environment of the Kustomization that points at it", () =>
    assert.deepEqual(
      environments({ ...OVERLAYS, "clusters/prod/apps.yaml": flux("apps", "./apps/prod", "targetNamespace: web\n") }),
      ["prod: flux apps/prod, in web", "staging: kustomize apps/staging"],
    ));

  it("what clusters share is an environment of each", () =>
    assert.deepEqual(
      environments({
        "infra/kustomization.yaml": kustomization("a.yaml"),
        "clusters/prod/infra.yaml": flux("infra", "./infra"),
        "clusters/staging/infra.yaml": flux("infra", "./infra", "namePrefix: s-\n"),
        "clusters/prod/flux.yaml": gitRepository(),
      }),
      ["prod: flux infra", "staging: flux infra"],
    ));

  it("what it adds is added as a kustomization does, annotations of objects as a patch", () => {
    const [spec] = delivered({
      ...OVERLAYS,
      "clusters/prod/apps.yaml": flux(
        "apps",
        "./apps/prod",
        `targetNamespace: web
nameSuffix: -a
images: [{name: shop/web, newTag: "2"}]
patches: [{patch: "- {op: remove, path: /spec/replicas}", target: {kind: Deployment}}]
commonMetadata: {labels: {team: web}, annotations: {owner: web}}
`,
      ),
    });
    assert.ok(spec?.build.tool === "kustomize");
    assert.equal(spec.build.substitute, undefined);
    assert.deepEqual(plain(toObject(spec.build.overrides?.tree)), {
      namespace: "web",
      nameSuffix: "-a",
      images: [{ name: "shop/web", newTag: "2" }],
      labels: [{ pairs: { team: "web" }, includeTemplates: false }],
      patches: [
        { patch: "- {op: remove, path: /spec/replicas}", target: { kind: "Deployment" } },
        {
          patch: '{"apiVersion":"v1","kind":"All","metadata":{"name":"all","annotations":{"owner":"web"}}}',
          target: { kind: ".*" },
        },
      ],
    });
  });

  it("what is put in for variables comes from itself and from config maps that are here", () => {
    const substitutions = (more: string) => {
      const [spec] = delivered({
        ...OVERLAYS,
        "clusters/prod/vars.yaml":
          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: flux-system}\ndata: {zone: eu, size: '2'}\n",
        "clusters/prod/apps.yaml": flux("apps", "./apps/prod", more),
      });
      return spec?.build.tool === "kustomize" ? spec.build.substitute : undefined;
    };
    assert.deepEqual(
      substitutions("postBuild:\n  substitute: {zone: us}\n  substituteFrom: [{kind: ConfigMap, name: vars}]\n"),
      new Map([
        ["zone", "us"],
        ["size", "2"],
      ]),
    );
    // A secret that comes later may say everything otherwise.
    assert.deepEqual(
      substitutions(
        "postBuild:\n  substitute: {a: b}\n  substituteFrom: [{kind: ConfigMap, name: vars}, {kind: Secret, name: s}]\n",
      ),
      new Map([["a", "b"]]),
    );
  });

  it("a folder without a kustomization is applied as it is", () =>
    assert.deepEqual(
      environments({
        "apps/prod/web.yaml": DEPLOYMENT,
        "apps/prod/more/cart.yaml": DEPLOYMENT,
        "clusters/prod/all.yaml": `${gitRepository()}---\n${flux("apps", "./apps/prod")}`,
      }),
      ["prod: flux apps/prod, files apps/prod/web.yaml apps/prod/more/cart.yaml"],
    ));

  it("with a kustomization made for it where folders in it have one, or something is added", () => {
    const [spec] = delivered({
      "apps/prod/web.yaml": DEPLOYMENT,
      "apps/prod/db/kustomization.yaml": kustomization("db.yaml"),
      "apps/prod/db/db.yaml": DEPLOYMENT,
      "clusters/prod/all.yaml": `${gitRepository()}---\n${flux("apps", "./apps/prod")}`,
    });
    assert.deepEqual(spec?.build, {
      tool: "kustomize",
      kustomization: `${ROOT}/apps/prod/kustomization.yaml`,
      generated: ["db", "web.yaml"],
      overrides: undefined,
      substitute: undefined,
    });
  });

  it("and that is what is built", () => {
    const files: Texts = {
      "apps/web.yaml": DEPLOYMENT,
      "apps/db/kustomization.yaml": `namePrefix: db-\n${kustomization("db.yaml")}`,
      "apps/db/db.yaml": DEPLOYMENT,
      "clusters/prod/all.yaml": `${gitRepository()}---\n${flux("apps", "./apps", "targetNamespace: web\n")}`,
    };
    const [spec] = delivered(files);
    assert.ok(spec?.build.tool === "kustomize");
    const entries = inputOf(files).files;
    const { objects, problems } = buildKustomization(
      spec.build.kustomization,
      filesFor(spec.build, {
        documents: (uri) => entries.get(uri)?.source?.documents,
        text: (uri) => entries.get(uri)?.source?.text,
        exists: (uri) => entries.has(uri),
        kustomizationIn: (uri) => [`${uri}/kustomization.yaml`].find((one) => entries.has(one)),
      }),
      spec.build.overrides,
    );
    assert.deepEqual(problems, []);
    const metadata = objects.map(({ tree }) => Object.entries(plain(toObject(find(tree, "metadata"))) as object));
    assert.deepEqual(metadata.map(Object.fromEntries), [
      { name: "db-web", namespace: "web" },
      { name: "web", namespace: "web" },
    ]);
  });

  it("what lies in such a folder is no environment of its own besides", () =>
    assert.deepEqual(
      environments({
        "apps/prod/db/kustomization.yaml": kustomization("db.yaml"),
        "apps/prod/web.yaml": DEPLOYMENT,
        "clusters/prod/all.yaml": `${gitRepository()}---\n${flux("apps", "./apps/prod")}`,
      }),
      ["prod: flux apps/prod"],
    ));

  it("a folder of nothing but objects of Flux is no environment", () =>
    assert.deepEqual(
      environments({
        ...OVERLAYS,
        "clusters/prod/apps.yaml": flux("apps", "./apps/prod"),
        "clusters/prod/self.yaml": flux("flux-system", "./clusters/prod"),
      }),
      ["prod: flux apps/prod", "staging: kustomize apps/staging"],
    ));

  it("the repository may be made in the cluster: then paths that are here say that it is this one", () => {
    const { "clusters/prod/flux.yaml": _, ...without } = OVERLAYS;
    assert.equal(delivered({ ...without, "a.yaml": flux("apps", "./apps/prod") }).length, 1);
    assert.equal(delivered({ ...without, "a.yaml": flux("apps", "./other/prod") }).length, 0);
    const oci = flux("apps", "./apps/prod").replace("GitRepository", "OCIRepository");
    assert.equal(delivered({ ...without, "a.yaml": oci }).length, 1);
  });

  it("a repository of another name is another one", () =>
    assert.deepEqual(
      delivered({
        "deploy/web.yaml": DEPLOYMENT,
        "a.yaml": `${gitRepository("https://github.com/acme/web")}---\n${flux("web", "./deploy")}`,
      }),
      [],
    ));

  it("an artifact leads to the folder that it was copied from", () => {
    const generator = `apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: all, namespace: flux-system}
spec:
  sources: [{alias: repo, kind: GitRepository, name: flux-system}]
  artifacts:
    - name: apps
      copy:
        - {from: "@repo/apps/base/**", to: "@artifact/base/"}
        - {from: "@repo/apps/prod/**", to: "@artifact/live/"}
`;
    const apps = flux("apps", "./live").replace(
      "{kind: GitRepository, name: flux-system}",
      "{kind: ExternalArtifact, name: apps}",
    );
    assert.deepEqual(
      delivered({ ...OVERLAYS, "clusters/prod/a.yaml": generator, "clusters/prod/b.yaml": apps }).map(
        ({ root }) => root,
      ),
      [`${ROOT}/apps/prod`],
    );
  });

  it("a path that is not there is wrong where the repository is this one for sure", () => {
    const problems = (name: string) =>
      discovered({ ...OVERLAYS, "clusters/prod/a.yaml": flux("apps", "./apps/live") }, { name }).problems.map(
        (one) => one.code,
      );
    assert.deepEqual(problems("shop"), ["missing"]);
    assert.deepEqual(problems("checkout"), []);
  });
});

describe("what HelmReleases deliver", () => {
  it("a chart of the repository with their values", () => {
    const [spec, ...more] = discovered({
      ...CHART,
      "clusters/prod/web.yaml": release("targetNamespace: web\nvalues: {replicas: 3}\n"),
    }).specs;
    assert.deepEqual(more, []);
    assert.ok(spec?.build.tool === "helm");
    const { inline, release: name, namespace } = spec.build;
    assert.deepEqual([spec.name, spec.kind, name, namespace], ["prod", "flux", "web-web", "web"]);
    assert.deepEqual(plain(toObject(inline?.tree)), { replicas: 3 });
  });

  it("values of config maps that are here come first", () => {
    const map = `apiVersion: v1
kind: ConfigMap
metadata: {name: values, namespace: shop}
data:
  values.yaml: |
    replicas: 2
    image: {tag: v1, name: web}
  size: "7"
`;
    const [spec] = delivered({
      ...CHART,
      "map.yaml": map,
      "web.yaml": release(`valuesFrom:
  - {kind: ConfigMap, name: values}
  - {kind: ConfigMap, name: values, valuesKey: size, targetPath: disk.size}
values: {image: {tag: v2}}
`),
    });
    assert.ok(spec?.build.tool === "helm");
    assert.deepEqual(plain(toObject(spec.build.inline?.tree)), {
      replicas: 2,
      image: { tag: "v2", name: "web" },
      disk: { size: "7" },
    });
  });

  it("charts of other places, and values that only the cluster knows, are not known here", () =>
    assert.deepEqual(
      delivered({
        ...CHART,
        "a.yaml": release("", "web").replace("GitRepository", "HelmRepository"),
        "b.yaml": release("valuesFrom: [{kind: Secret, name: values}]\n"),
        "c.yaml": release("postRenderers: [{kustomize: {patches: []}}]\n"),
        "d.yaml": release("").replace("    spec:\n", "    spec:\n      valuesFiles: [env/prod.yaml]\n"),
      }),
      [],
    ));
});
