import assert from "node:assert/strict";
import { chart, DEPLOYMENT, discovered, environments, kustomization, ROOT } from "./support.ts";

const OVERLAYS = {
  "base/kustomization.yaml": kustomization("web.yaml"),
  "base/web.yaml": DEPLOYMENT,
  "overlays/dev/kustomization.yaml": kustomization("../../base"),
  "overlays/prod-eu/kustomization.yaml": kustomization("../../base"),
};

describe("kustomizations as environments", () => {
  it("overlays are; the base that they share is not", () =>
    assert.deepEqual(environments(OVERLAYS), ["dev*: kustomize overlays/dev", "prod-eu: kustomize overlays/prod-eu"]));

  it("what is included through others is no root either, whichever list names it", () =>
    assert.deepEqual(
      environments({
        "db/kustomization.yml": kustomization("db.yaml"),
        "cart/kustomization.yaml": "bases: [../db]\n",
        "mesh/kustomization.yaml":
          "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [../istio]\n",
        "istio/kustomization.yaml": kustomization("x.yaml"),
        "live/kustomization.yaml": "resources: [../cart/]\ncomponents: [../mesh]\n",
      }),
      ["live: kustomize live"],
    ));

  it("a component that nobody uses is nothing that could be applied", () =>
    assert.deepEqual(
      environments({ "mesh/kustomization.yaml": "kind: Component\nresources: [a.yaml]\n", "mesh/a.yaml": DEPLOYMENT }),
      [],
    ));

  it("of those that include each other, one is built, and one that includes itself too", () =>
    assert.deepEqual(
      environments({
        "a/kustomization.yaml": kustomization("../b"),
        "b/kustomization.yaml": kustomization("../a"),
        "c/kustomization.yaml": kustomization("."),
      }),
      ["a: kustomize a", "c: kustomize c"],
    ));

  it("a file of an empty list, or of Flux, is none", () =>
    assert.deepEqual(
      environments({
        "a/kustomization.yaml": "kind: Kustomization\nnamespace: shop\n",
        "b/kustomization.yaml":
          "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: b}\nspec: {path: ./nowhere}\n",
      }),
      [],
    ));

  it("`.kmm.yaml` has the first say in what it is called, and whether it counts", () =>
    assert.deepEqual(
      environments(OVERLAYS, { environments: { "overlays/dev": "customers", "overlays/prod": "sandbox" } }),
      ["customers: kustomize overlays/dev", "sandbox*: kustomize overlays/prod-eu"],
    ));

  it("a root without any name is called after its folder, the opened folder after itself", () =>
    assert.deepEqual(
      environments({
        "kustomization.yaml": kustomization("web.yaml"),
        "web.yaml": DEPLOYMENT,
        "deploy/cart/kustomization.yaml": kustomization("cart.yaml"),
        "config/default/kustomization.yaml": kustomization("manager.yaml"),
      }),
      ["cart: kustomize deploy/cart", "default: kustomize config/default", "shop: kustomize ."],
    ));

  it("tests and examples are environments that do not count", () =>
    assert.deepEqual(environments({ "tests/all-components/kustomization.yaml": kustomization("a.yaml") }), [
      "all-components*: kustomize tests/all-components",
    ]));

  it("vendored ones are nobody's here", () =>
    assert.deepEqual(environments({ "vendor/istio/kustomization.yaml": kustomization("a.yaml") }), []));

  it("every file that it is made from is a member, bases and patches too", () => {
    const { members } = discovered({
      ...OVERLAYS,
      "overlays/dev/kustomization.yaml": `${kustomization("../../base")}patches:\n  - path: replicas.yaml\n`,
      "overlays/dev/replicas.yaml": DEPLOYMENT,
    });
    const dev = `kustomize:${ROOT}/overlays/dev`;
    assert.deepEqual(members.get(`${ROOT}/overlays/dev/replicas.yaml`), [dev]);
    assert.deepEqual(members.get(`${ROOT}/base/web.yaml`), [dev, `kustomize:${ROOT}/overlays/prod-eu`]);
  });

  it("a chart beside them is an environment of its own", () =>
    assert.deepEqual(environments({ ...OVERLAYS, "charts/web/Chart.yaml": chart("web") }), [
      "default: helm charts/web",
      "dev*: kustomize overlays/dev",
      "prod-eu: kustomize overlays/prod-eu",
    ]));
});
