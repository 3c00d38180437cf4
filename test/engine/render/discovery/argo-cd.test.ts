import assert from "node:assert/strict";
import { toObject } from "../../../../server/engine/render/plain-object.ts";
import type { EnvironmentSpec } from "../../../../server/engine/render/specs.ts";
import { chart, DEPLOYMENT, discovered, environments, kustomization, ROOT, type Texts } from "./support.ts";

const REPO = "https://github.com/acme/shop.git";

interface Wanted {
  readonly name?: string;
  readonly repo?: string;
  readonly path?: string;
  readonly namespace?: string;
  /** Lines below `source`. */
  readonly source?: string;
}

function application({ name = "web", repo = REPO, path = "web", namespace = "web", source = "" }: Wanted): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  source:
    repoURL: ${repo}
    path: ${path}
${source.replace(/^(?=.)/gm, "    ")}
  destination: {server: https://kubernetes.default.svc, namespace: ${namespace}}
`;
}

function applicationSet(generators: string, template: string, more = ""): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps}
spec:
${more.replace(/^(?=.)/gm, "  ")}
  generators:
${generators.replace(/^(?=.)/gm, "    ")}
  template:
${template.replace(/^(?=.)/gm, "    ")}
`;
}

const OVERLAYS: Texts = {
  "web/base/kustomization.yaml": kustomization("web.yaml"),
  "web/base/web.yaml": DEPLOYMENT,
  "web/overlays/dev/kustomization.yaml": kustomization("../../base"),
  "web/overlays/prod/kustomization.yaml": kustomization("../../base"),
};

const CHART: Texts = {
  "web/Chart.yaml": chart("web"),
  "web/values.yaml": "replicas: 1\n",
  "web/values-dev.yaml": "replicas: 1\n",
  "web/values-prod.yaml": "replicas: 3\n",
};

function delivered(texts: Texts, name = "shop"): readonly EnvironmentSpec[] {
  return discovered(texts, { name }).specs.filter(({ kind }) => kind === "argo-cd");
}

function kustomizeOf(texts: Texts): unknown {
  const [spec] = delivered(texts);
  return spec?.build.tool === "kustomize" && spec.build.overrides !== undefined
    ? JSON.parse(JSON.stringify(toObject(spec.build.overrides.tree)))
    : undefined;
}

function helmOf(texts: Texts): {
  readonly values: readonly string[];
  readonly inline: unknown;
  readonly rest: unknown;
} {
  const [spec] = delivered(texts);
  assert.ok(spec?.build.tool === "helm", "a chart is delivered");
  const { values, inline, release, namespace, parameters } = spec.build;
  return {
    values: values.map((uri) => uri.replace(`${ROOT}/`, "")),
    inline: inline === undefined ? undefined : JSON.parse(JSON.stringify(toObject(inline.tree))),
    rest: { release, namespace, parameters },
  };
}

describe("what Argo CD delivers", () => {
  it("an overlay is the environment of the Application that points at it", () =>
    assert.deepEqual(environments({ ...OVERLAYS, "argocd/web.yaml": application({ path: "web/overlays/prod" }) }), [
      "dev*: kustomize web/overlays/dev",
      "prod: argo-cd web/overlays/prod, in web",
    ]));

  it("two that deliver one folder otherwise are two environments; two that say the same are one", () => {
    const prod = (name: string, source = "") => application({ name, path: "web/base", source });
    assert.deepEqual(
      environments({
        "web/base/kustomization.yaml": kustomization("web.yaml"),
        "web/base/web.yaml": DEPLOYMENT,
        "argocd/a.yaml": prod("web-staging", "kustomize: {namePrefix: s-}"),
        "argocd/b.yaml": prod("web-prod", "kustomize: {namePrefix: p-}"),
        "argocd/c.yaml": prod("shop-prod"),
        "argocd/d.yaml": prod("shop-prod"),
      }),
      ["prod: argo-cd web/base, in web", "prod: argo-cd web/base, in web", "staging: argo-cd web/base, in web"],
    );
  });

  it("what it says for kustomize is said as a kustomization does", () =>
    assert.deepEqual(
      kustomizeOf({
        ...OVERLAYS,
        "a.yaml": application({
          path: "web/overlays/prod",
          source: `kustomize:
  namePrefix: p-
  namespace: web
  images: ["shop/web:2.0", "nginx=registry:5000/nginx@sha256:abc", "redis=valkey:8"]
  replicas: [{name: web, count: 3}]
  commonLabels: {team: web}
  labelWithoutSelector: true
  patches: [{target: {kind: Deployment}, patch: "- {op: remove, path: /spec/replicas}"}]
`,
        }),
      }),
      {
        namePrefix: "p-",
        namespace: "web",
        images: [
          { name: "shop/web", newTag: "2.0" },
          { name: "nginx", newName: "registry:5000/nginx", digest: "sha256:abc" },
          { name: "redis", newName: "valkey", newTag: "8" },
        ],
        replicas: [{ name: "web", count: 3 }],
        labels: [{ pairs: { team: "web" }, includeTemplates: false }],
        patches: [{ target: { kind: "Deployment" }, patch: "- {op: remove, path: /spec/replicas}" }],
      },
    ));

  it("and each value of it leads back to the Application", () => {
    const [spec] = delivered({
      ...OVERLAYS,
      "a.yaml": application({ path: "web/overlays/prod", source: "kustomize: {namePrefix: p-}" }),
    });
    assert.ok(spec?.build.tool === "kustomize");
    const tree = spec.build.overrides?.tree;
    assert.ok(tree?.kind === "map");
    const origin = tree.entries[0]?.value.origin;
    assert.equal(origin?.document, spec.declaredBy);
    assert.deepEqual(origin?.path, ["spec", "source", "kustomize", "namePrefix"]);
  });

  it("a chart comes with its values files, values and parameters, and not by itself as well", () => {
    const texts = {
      ...CHART,
      "argocd/web.yaml": application({
        source: `helm:
  releaseName: web-shop
  valueFiles: [values.yaml, values-prod.yaml]
  values: |
    image:
      tag: v2
  parameters: [{name: replicas, value: "5"}, {name: note, value: "1", forceString: true}]
`,
      }),
    };
    assert.deepEqual(helmOf(texts), {
      values: ["web/values-prod.yaml"],
      inline: { image: { tag: "v2" } },
      rest: {
        release: "web-shop",
        namespace: undefined,
        parameters: [
          { name: "replicas", value: "5", text: false },
          { name: "note", value: "1", text: true },
        ],
      },
    });
    assert.deepEqual(environments(texts), [
      "dev*: helm web, values web/values-dev.yaml",
      "prod: argo-cd web, values web/values-prod.yaml, replicas=5, note=1, in web",
    ]);
  });

  it("values as an object win over values as a text", () =>
    assert.deepEqual(
      helmOf({ ...CHART, "a.yaml": application({ source: "helm:\n  values: 'a: 1'\n  valuesObject: {a: 2}\n" }) })
        .inline,
      { a: 2 },
    ));

  it("values files of another source of the same repository are found", () => {
    const sources = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  sources:
    - repoURL: ${REPO}
      path: web
      helm: {valueFiles: ["$values/env/prod/web.yaml", /env/all.yaml]}
    - repoURL: ${REPO}
      ref: values
`;
    assert.deepEqual(helmOf({ ...CHART, "a.yaml": sources, "env/prod/web.yaml": null, "env/all.yaml": null }).values, [
      "env/prod/web.yaml",
      "env/all.yaml",
    ]);
    // What another repository holds is not known, and so neither is what is delivered.
    const elsewhere = sources.replace(/( {4}- repoURL: ).*\n {6}ref/, "$1https://github.com/acme/values\n      ref");
    assert.deepEqual(delivered({ ...CHART, "a.yaml": elsewhere }), []);
  });

  it("a folder of manifests is applied as it is, as far as the Application takes it", () => {
    const texts = {
      "web/web.yaml": DEPLOYMENT,
      "web/more/cart.yaml": DEPLOYMENT,
      "web/more/test.yaml": DEPLOYMENT,
      "web/README.md": "# Web\n",
    };
    assert.deepEqual(environments({ ...texts, "a.yaml": application({}) }), [
      "web: argo-cd web, files web/web.yaml, in web",
    ]);
    assert.deepEqual(
      environments({
        ...texts,
        "a.yaml": application({ name: "web-prod", source: "directory: {recurse: true, exclude: '{*test.yaml,x}'}" }),
      }),
      ["prod: argo-cd web, files web/web.yaml web/more/cart.yaml, in web"],
    );
  });

  it("a folder that holds nothing but other Applications is no environment", () =>
    assert.deepEqual(
      environments({
        ...OVERLAYS,
        "argocd/web.yaml": application({ path: "web/overlays/prod" }),
        "root.yaml": application({ name: "root", path: "argocd" }),
      }),
      ["dev*: kustomize web/overlays/dev", "prod: argo-cd web/overlays/prod, in web"],
    ));

  it("charts of a registry, plugins and what a template decides are not known here", () =>
    assert.deepEqual(
      delivered({
        ...CHART,
        "a.yaml": application({ source: "chart: web" }),
        "b.yaml": application({ source: "plugin: {name: cdk8s}" }),
        "c.yaml": application({ path: '"{{ path }}"' }),
        "d.yaml": application({ source: 'helm: {parameters: [{name: tag, value: "{{ tag }}"}]}' }),
      }),
      [],
    ));

  it("the environment is named by its values, its folder, itself, or the file it stands in", () => {
    const name = (wanted: Wanted, file = "a.yaml") =>
      delivered({ ...CHART, ...OVERLAYS, [file]: application(wanted) })[0]?.name;
    assert.equal(name({ name: "web-dev", source: "helm: {valueFiles: [values-prod.yaml]}" }), "prod");
    assert.equal(name({ path: "web/overlays/prod", name: "web-dev" }), "prod");
    assert.equal(name({ name: "web-dev" }), "dev");
    assert.equal(name({}, "clusters/staging/web.yaml"), "staging");
    assert.equal(name({ namespace: "web-qa" }), "qa");
    assert.equal(name({}), "web");
  });

  it("a path that is not there is wrong where the repository is this one for sure", () => {
    const problems = (wanted: Wanted, name = "shop") =>
      discovered({ ...OVERLAYS, "a.yaml": application(wanted) }, { name }).problems.map(({ code, place }) => [
        code,
        place.path,
      ]);
    assert.deepEqual(problems({ path: "gone" }), [["missing", ["spec", "source", "path"]]]);
    assert.deepEqual(problems({ path: "gone", source: "targetRevision: v1.2.0" }), []);
    assert.deepEqual(problems({ path: "gone" }, "checkout"), []);
  });
});

describe("which repository an Application speaks of", () => {
  const at = (repo: string, path: string, name = "shop", more: Texts = {}) =>
    delivered({ ...OVERLAYS, ...more, "a.yaml": application({ repo, path }) }, name).length;

  it("this one, by its name", () => {
    for (const repo of [REPO, "git@github.com:acme/shop.git", "ssh://git@host/acme/shop/"])
      assert.equal(at(repo, "web/base"), 1, repo);
    assert.equal(at(REPO, "web/base", "shop-main"), 1);
    assert.equal(at(REPO, "web/base", "acme+shop"), 1);
  });

  it("this one, by paths that are here", () => {
    assert.equal(at("https://github.com/acme/platform", "web/overlays/prod"), 1);
    assert.equal(at('"{{ repoURL }}"', "web/overlays/prod"), 1);
  });

  it("another, when what it says is not here or could be anywhere", () => {
    assert.equal(at("https://github.com/acme/cart", "deploy", "shop", { "deploy/x.yaml": DEPLOYMENT }), 0);
    assert.equal(at("https://github.com/acme/cart", "cart/overlays/prod"), 0);
  });

  it("a folder of the workspace that has its name", () =>
    assert.deepEqual(
      delivered(
        {
          "gitops/web.yaml": application({ path: "deploy" }),
          "shop/deploy/web.yaml": DEPLOYMENT,
        },
        "work",
      ).map(({ root }) => root),
      [`${ROOT}/shop/deploy`],
    ));
});

describe("what ApplicationSets deliver", () => {
  const template = (path: string, more = "") => `metadata: {name: 'web-{{env}}'}
spec:
  source: {repoURL: ${REPO}, path: '${path}'}
  destination: {namespace: web}
${more}`;

  it("elements of a list", () =>
    assert.deepEqual(
      environments({
        ...OVERLAYS,
        "set.yaml": applicationSet("- list: {elements: [{env: dev}, {env: prod}]}\n", template("web/overlays/{{env}}")),
      }),
      ["dev*: argo-cd web/overlays/dev, in web", "prod: argo-cd web/overlays/prod, in web"],
    ));

  it("a chart with the values of each element", () =>
    assert.deepEqual(
      environments({
        ...CHART,
        "set.yaml": applicationSet(
          "- list: {elements: [{env: dev, tag: v2}, {env: prod, tag: v1}]}\n",
          `metadata: {name: 'web-{{.env}}'}
spec:
  source:
    repoURL: ${REPO}
    path: web
    helm:
      valueFiles: ['values-{{.env}}.yaml']
      parameters: [{name: tag, value: '{{ .tag }}'}]
`,
          "goTemplate: true\n",
        ),
      }),
      [
        "dev*: argo-cd web, values web/values-dev.yaml, tag=v2",
        "prod: argo-cd web, values web/values-prod.yaml, tag=v1",
      ],
    ));

  for (const [style, path, name] of [
    ["", "{{path}}", "{{path.basename}}"],
    ["goTemplate: true\n", "{{.path.path}}", "{{ index .path.segments 1 }}"],
  ] as const)
    it(`folders, as ${path}`, () =>
      assert.deepEqual(
        environments({
          "apps/cart/kustomization.yaml": kustomization("a.yaml"),
          "apps/web/kustomization.yaml": kustomization("a.yaml"),
          "apps/web/base/kustomization.yaml": kustomization("a.yaml"),
          "apps/old/kustomization.yaml": kustomization("a.yaml"),
          "set.yaml": applicationSet(
            `- git:\n    repoURL: ${REPO}\n    directories: [{path: apps/*}, {path: apps/old, exclude: true}]\n`,
            `metadata: {name: '${name}'}\nspec: {source: {repoURL: ${REPO}, path: '${path}'}}\n`,
            style,
          ),
        }),
        ["cart: argo-cd apps/cart", "old: kustomize apps/old", "web: argo-cd apps/web", "web: kustomize apps/web/base"],
      ));

  it("files, by where they stand and what they hold", () =>
    assert.deepEqual(
      environments({
        ...OVERLAYS,
        "clusters/eu/prod/config.yaml": "kind: x\napiVersion: x\ncluster: {overlay: prod}\n",
        "set.yaml": applicationSet(
          `- git: {repoURL: ${REPO}, files: [{path: 'clusters/**/config.yaml'}]}\n`,
          template("web/overlays/{{cluster.overlay}}").replace("{{env}}", "{{path.basename}}"),
        ),
      }),
      ["dev*: kustomize web/overlays/dev", "prod: argo-cd web/overlays/prod, in web"],
    ));

  it("a matrix, of which clusters are not known", () =>
    assert.deepEqual(
      environments({
        ...OVERLAYS,
        "set.yaml": applicationSet(
          `- matrix:
    generators:
      - list: {elements: [{env: prod}]}
      - clusters: {selector: {matchLabels: {stage: '{{env}}'}}}
`,
          template("web/overlays/{{metadata.labels.stage}}"),
        ),
      }),
      ["dev*: kustomize web/overlays/dev", "prod: argo-cd web/overlays/prod, in web"],
    ));

  it("previews of changes, which do not count", () =>
    assert.deepEqual(
      environments({
        "web/kustomization.yaml": kustomization("a.yaml"),
        "set.yaml": applicationSet("- pullRequest: {github: {owner: acme, repo: shop}}\n", template("web")),
      }),
      ["preview*: argo-cd web, in web"],
    ));

  it("nothing where a parameter of the path is not known, or a patch decides", () => {
    const list = "- list: {elements: [{env: prod}]}\n";
    const sets = [
      applicationSet(list, template("web/overlays/{{zone}}")),
      applicationSet(list, template("web/overlays/{{ .env | lower }}")),
      applicationSet(list, template("web/overlays/{{env}}"), "templatePatch: |\n  spec: {}\n"),
      applicationSet("- scmProvider: {github: {organization: acme}}\n", template("web/overlays/prod")),
    ];
    for (const set of sets) assert.deepEqual(delivered({ ...OVERLAYS, "set.yaml": set }), []);
  });
});
