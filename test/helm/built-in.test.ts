/** What is rendered without helm against what helm itself renders. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { chunksOf } from "../../server/engine/render/helm/output.ts";
import { renderWithoutHelm } from "../../server/host/built-in-helm.ts";
import { findHelm, type HelmRequest, HelmRunner } from "../../server/host/helm.ts";
import { HAS_TOOLS, helm } from "../support/tools.ts";

const CHARTS = ["fleet", "plain", "shop", "switches", "umbrella"];

/** The data of each document by its template, in no order. Checksums are not worked out. */
function documents(output: string): readonly string[] {
  return [...chunksOf(output)]
    .map(
      ({ source, text }) => `${source} ${JSON.stringify(parse(text, { version: "1.1", logLevel: "silent" }), sorted)}`,
    )
    .map((text) => text.replace(/"[0-9a-f]{64}"/g, '"set-at-install"'))
    .sort();
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

describe("charts rendered without helm", function () {
  this.timeout(60_000);

  for (const name of CHARTS)
    it(`are what helm makes of the chart ${name}`, async function () {
      if (!HAS_TOOLS) this.skip();
      const program = await findHelm(helm());
      assert.ok("version" in program);
      const chart = join(process.cwd(), "test/fixtures/helm", name);
      const values = readdirSync(chart).filter((name) => /^values-.+\.ya?ml$/.test(name));
      for (const files of [[], ...values.map((name) => [join(chart, name)])]) {
        const request: HelmRequest = {
          chart,
          release: "rel",
          namespace: "ns",
          values: files,
          parameters: [{ name: "extra.deep", value: "1", text: false }],
          overlay: new Map(),
        };
        const theirs = await new HelmRunner(program).render(request, new AbortController().signal);
        const ours = await renderWithoutHelm(request);
        assert.ok("output" in theirs, JSON.stringify(theirs));
        assert.ok("output" in ours, JSON.stringify(ours));
        assert.deepEqual(documents(ours.output), documents(theirs.output));
        assert.equal(ours.lacking === undefined, theirs.lacking === undefined);
        assert.deepEqual(ours.missing, theirs.missing);
      }
    });
});
