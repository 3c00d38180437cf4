import assert from "node:assert/strict";
import { MAX_ENVIRONMENTS } from "../../../../server/engine/render/discovery/charts.ts";
import { chart, DEPLOYMENT, discovered, environments, only, type Texts } from "./support.ts";

/** A chart in `web/` with these files besides. */
function web(more: Texts): Texts {
  return {
    "web/Chart.yaml": chart("web"),
    "web/values.yaml": "replicas: 1\nimage: {tag: v1}\n",
    "web/templates/web.yaml": DEPLOYMENT,
    ...more,
  };
}

const VALUES = "replicas: 3\n";
const DEFAULT = "default: helm web";

describe("charts as environments", () => {
  it("one with the values that it brings", () => {
    const spec = only(web({}));
    assert.equal(spec.name, "default");
    assert.deepEqual(spec.build, {
      tool: "helm",
      chart: "file:///shop/web",
      release: "web",
      namespace: undefined,
      values: [],
      inline: undefined,
      parameters: [],
    });
  });

  for (const [file, line] of [
    ["values-prod.yaml", "prod: helm web, values web/values-prod.yaml"],
    ["values.prod-eu.yaml", "prod-eu: helm web, values web/values.prod-eu.yaml"],
    ["values_dev.yml", "dev*: helm web, values web/values_dev.yml"],
    ["prod-values.yaml", "prod: helm web, values web/prod-values.yaml"],
    ["prod.yaml", "prod: helm web, values web/prod.yaml"],
    ["values/prod.yaml", "prod: helm web, values web/values/prod.yaml"],
    ["values/customer-a.yaml", "customer-a: helm web, values web/values/customer-a.yaml"],
    ["environments/staging.yaml", "staging: helm web, values web/environments/staging.yaml"],
    ["environments/prod/values.yaml", "prod: helm web, values web/environments/prod/values.yaml"],
    ["env/web-prod/values.yaml", "prod: helm web, values web/env/web-prod/values.yaml"],
    ["values-ha.yaml", "ha: helm web, values web/values-ha.yaml"],
    ["values-web-prod.yaml", "prod: helm web, values web/values-web-prod.yaml"],
    ["values-example.yaml", "example*: helm web, values web/values-example.yaml"],
    ["ci/default-values.yaml", "ci-default*: helm web, values web/ci/default-values.yaml"],
    ["ci/values.yaml", "ci*: helm web, values web/ci/values.yaml"],
    ["../values-prod.yaml", "prod: helm web, values values-prod.yaml"],
  ] as const)
    it(`and one more with ${file}`, () => {
      const path = file.startsWith("../") ? file.slice(3) : `web/${file}`;
      assert.deepEqual(environments(web({ [path]: VALUES })), [DEFAULT, line].sort());
    });

  for (const [file, text] of [
    ["values.schema.json", "{}"],
    ["values-prod.yaml.gotmpl", VALUES],
    ["values-template.yaml", VALUES],
    ["tempo-values.yaml", VALUES],
    ["tempo-values-prod.yaml", "tempo: {}\n"],
    ["values-tempo.yaml", "tempo: {}\nmemory: 1Gi\n"],
    ["helmfile.yaml", "releases: []\n"],
    ["environments/prod.yaml", DEPLOYMENT],
    ["dashboards/prod.yaml", VALUES],
  ] as const)
    it(`none with ${file}`, () => assert.deepEqual(environments(web({ [`web/${file}`]: text })), [DEFAULT]));

  it("values beside the folder are of the one chart in it, and of none where there are two", () =>
    assert.deepEqual(environments({ ...web({}), "api/Chart.yaml": chart("api"), "values-prod.yaml": VALUES }), [
      "default: helm api",
      DEFAULT,
    ]));

  it("vendored parts and libraries are released with others", () =>
    assert.deepEqual(
      environments(
        web({
          "web/charts/redis/Chart.yaml": chart("redis"),
          "common/Chart.yaml": chart("common", "type: library\n"),
          "vendor/nginx/Chart.yaml": chart("nginx"),
        }),
      ),
      [DEFAULT],
    ));

  it("parts of a chart that conditions switch on by environment are its environments", () => {
    const part = (name: string) =>
      `  - {name: web-${name}, repository: "file://envs/web-${name}", condition: envs.${name}}\n`;
    assert.deepEqual(
      environments({
        "web/Chart.yaml": chart("web", `dependencies:\n${part("dev")}${part("prod")}`),
        "web/envs/web-dev/Chart.yaml": chart("web-dev"),
        "web/envs/web-dev/values.yaml": VALUES,
        "web/envs/web-prod/Chart.yaml": chart("web-prod"),
        "web/envs/web-prod/values.yaml": VALUES,
      }),
      [DEFAULT, "dev*: helm web, envs.dev=true", "prod: helm web, envs.prod=true"],
    );
  });

  it("a chart in a folder of an environment is of that one", () =>
    assert.deepEqual(
      environments({ "clusters/prod/ingress/Chart.yaml": chart("ingress"), "examples/web/Chart.yaml": chart("web") }),
      ["default*: helm examples/web", "prod: helm clusters/prod/ingress"],
    ));

  it("`.kmm.yaml` has the first say", () =>
    assert.deepEqual(
      environments(web({ "web/values-a.yaml": VALUES }), { environments: { "web/values-a": "staging" } }),
      [DEFAULT, "staging: helm web, values web/values-a.yaml"],
    ));

  for (const [written, release] of [
    ["Web_Shop", "web-shop"],
    ["{{ cookiecutter.name }}", "web"],
    ["x".repeat(60), "x".repeat(53)],
  ] as const)
    it(`${written} is released as ${release}`, () => {
      const { build } = only({ "web/Chart.yaml": chart(JSON.stringify(written)) });
      assert.equal(build.tool === "helm" && build.release, release);
    });

  it("not more than can be looked at: environments before others, and that some are left out is said", () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`web/values-c${at}x.yaml`, VALUES]));
    const { specs, problems } = discovered(web({ ...many, "web/values-prod.yaml": VALUES }));
    assert.equal(specs.length, MAX_ENVIRONMENTS + 1);
    assert.ok(specs.some(({ name }) => name === "prod"));
    assert.deepEqual(
      problems.map(({ code, severity }) => [code, severity]),
      [["unsupported", "note"]],
    );
  });
});
