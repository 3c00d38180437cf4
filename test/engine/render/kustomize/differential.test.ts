import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Json } from "../../../../model/edit.ts";
import { buildKustomization } from "../../../../server/engine/render/kustomize/build.ts";
import { toObject } from "../../../../server/engine/render/plain-object.ts";
import { SourceFile } from "../../../../server/engine/source.ts";
import { diskFiles } from "../../../support/kustomization.ts";
import { HAS_TOOLS, kubectl } from "../../../support/tools.ts";

const FIXTURES = join(process.cwd(), "test/fixtures/kustomize");

/** Every kustomization among the fixtures, bases and components as well. */
const FOLDERS = [
  ...new Set(
    readdirSync(FIXTURES, { recursive: true, encoding: "utf8" })
      .filter((path) => /(^|[\\/])(kustomization\.ya?ml|Kustomization)$/.test(path))
      .map((path) => dirname(join(FIXTURES, path))),
  ),
].sort();

/** What the real tool cannot be asked for here: what lies elsewhere, and charts. */
const NOT_KNOWN = new Set(["remote", "helm"]);

/** The real tool's answer as data; undefined when it refuses. */
function real(folder: string): readonly Json[] | undefined {
  const { status, stdout } = spawnSync(kubectl(), ["kustomize", folder], {
    encoding: "utf8",
    env: { PATH: "/nowhere", HOME: "/nowhere" },
  });
  if (status !== 0) return undefined;
  const reading = { yaml: true, yaml11: true, templated: "never" } as const;
  const { documents } = new SourceFile("file:///out.yaml", undefined, stdout, reading);
  return documents.map((document) => toObject(document.tree())).filter((object) => object !== null);
}

function ours(folder: string) {
  const files = diskFiles();
  const uri = files.kustomizationIn(pathToFileURL(folder).href);
  assert.ok(uri !== undefined);
  return buildKustomization(uri, files);
}

/** Objects without a prototype, and with one, are the same data. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("kustomizations, as the real kustomize builds them", () => {
  before(function () {
    if (!HAS_TOOLS) this.skip();
  });

  for (const folder of FOLDERS) {
    const name = relative(FIXTURES, folder).replaceAll("\\", "/");
    it(name, () => {
      const expected = real(folder);
      const rendering = ours(folder);
      if (NOT_KNOWN.has(name)) {
        assert.equal(expected, undefined);
        assert.equal(rendering.failed, false);
        assert.equal(rendering.complete, false);
        assert.ok(rendering.objects.length > 0);
      } else if (expected === undefined) {
        assert.equal(rendering.failed, true, "the real kustomize refuses this");
        assert.ok(rendering.problems.some(({ severity }) => severity === "error"));
        assert.deepEqual(rendering.objects, []);
      } else {
        assert.deepEqual(rendering.problems, []);
        assert.equal(rendering.complete, true);
        assert.deepEqual(plain(rendering.objects.map(({ tree }) => toObject(tree))), plain(expected));
      }
    });
  }
});
