import assert from "node:assert/strict";
import {
  environmentIn,
  environmentOf,
  environmentOfValues,
  saysNonProduction,
  tellingFolder,
} from "../../../../server/engine/render/discovery/names.ts";

describe("names of environments", () => {
  for (const [written, name] of [
    ["prod", "prod"],
    ["Production", "Production"],
    ["prod-eu", "prod-eu"],
    ["staging_us", "staging_us"],
    ["eu-west-1-prod", "eu-west-1-prod"],
    ["shop-prod-eu", "prod-eu"],
    ["delivery-dev", "dev"],
    ["dev2", "dev2"],
    ["qa01", "qa01"],
    ["pre-prod", "pre-prod"],
    ["pre-production", "pre-production"],
    ["nonprod", "nonprod"],
    ["dev-cluster", "dev"],
    ["prod.values", "prod"],
    ["kind", "kind"],
  ] as const)
    it(`${written} is the environment ${name}`, () => assert.equal(environmentIn(written), name));

  for (const written of [
    "test-runner",
    "dev-portal",
    "live-chat",
    "base",
    "web",
    "production-ready-api",
    "kindly",
    "eu",
  ])
    it(`${written} is no environment`, () => assert.equal(environmentIn(written), undefined));

  it("the last folder of a path that names one says it", () => {
    assert.equal(environmentOf("clusters/prod/apps/staging"), "staging");
    assert.equal(environmentOf("envs/prod/shop"), "prod");
    assert.equal(environmentOf("apps/shop"), undefined);
  });

  it("folders below those for environments are environments, whatever they are called", () => {
    assert.equal(environmentOf("overlays/customer-a"), "customer-a");
    assert.equal(environmentOf("clusters/alpaca/flux-system"), "alpaca");
    assert.equal(environmentOf("overlays/base"), undefined);
    assert.equal(environmentOf("overlays/shop-prod"), "prod");
  });

  it("values files may be examples and the like", () => {
    assert.equal(environmentOfValues("example"), "example");
    assert.equal(environmentIn("example"), undefined);
  });

  it("without one, the last folder that tells something is what it is called", () => {
    assert.equal(tellingFolder("deploy/kubernetes/cart/base"), "cart");
    assert.equal(tellingFolder("config/default"), undefined);
  });

  it("dev, test and the like are not for production; staging is as good as", () => {
    assert.deepEqual(
      ["dev", "dev-eu", "testing", "preview", "local", "sandbox"].filter((one) => !saysNonProduction(one)),
      [],
    );
    assert.deepEqual(["staging", "prod", "qa", "canary", "uat"].filter(saysNonProduction), []);
  });
});
