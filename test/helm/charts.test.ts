import assert from "node:assert/strict";
import { PRACTICES } from "../../model/practices.ts";
import { type Change, Workspace } from "../../server/engine/workspace.ts";
import { type ChartRenderer, Charts } from "../../server/host/charts.ts";

const FILES = {
  "app/Chart.yaml": `apiVersion: v2
name: app
version: 1.0.0
dependencies:
  - name: common
    version: 1.0.0
    repository: file://../common
`,
  "app/values.yaml": "{}\n",
  "app/README.md": "# App\n",
  "app/templates/web.yaml": '{{- include "common.map" . }}\n',
  "common/Chart.yaml": "apiVersion: v2\nname: common\nversion: 1.0.0\ntype: library\n",
  "common/templates/_map.tpl": '{{- define "common.map" }}kind: ConfigMap{{ end }}\n',
  "other.yaml": "kind: ConfigMap\n",
};

const ROOT = "file:///w";

/** A workspace with these files, and a renderer in place of helm that counts what it was asked. */
function host(files: Readonly<Record<string, string>>) {
  const workspace = new Workspace({
    practices: PRACTICES,
    roots: [{ uri: ROOT, name: "w", versionControl: "unknown" }],
    today: "2026-11-23",
  });
  workspace.apply(Object.entries(files).map(([path, text]) => ({ uri: `${ROOT}/${path}`, text })));
  let asked = 0;
  const handed: (readonly Change[])[] = [];
  const renderer: ChartRenderer = {
    async render({ build }) {
      asked++;
      await new Promise((done) => setTimeout(done, 5));
      const name = build.chart.slice(build.chart.lastIndexOf("/") + 1);
      const output = `---\n# Source: ${name}/templates/web.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n`;
      return { output, missing: [] };
    },
  };
  const charts = new Charts(renderer, {
    get snapshot() {
      return workspace.snapshot;
    },
    apply: (changes) => {
      handed.push(changes);
      return workspace.apply(changes);
    },
  });
  return {
    handed,
    /** How often the renderer was asked after this file changed to this text. */
    async edit(path?: string, text?: string): Promise<number> {
      if (path !== undefined && text !== undefined) workspace.apply([{ uri: `${ROOT}/${path}`, text }]);
      asked = 0;
      charts.update(new Map());
      await charts.finished();
      return asked;
    },
  };
}

describe("charts kept rendered", () => {
  it("are rendered again when something changes that they are made from, and only then", async () => {
    const { edit } = host(FILES);
    assert.equal(await edit(), 1);
    assert.equal(await edit(), 0);
    assert.equal(await edit("other.yaml", "kind: Secret\n"), 0);
    assert.equal(await edit("app/values.yaml", "replicas: 2\n"), 1);
    assert.equal(await edit(), 0);
  });

  it("are rendered again when a chart beside them changes that they depend on", async () => {
    const { edit } = host(FILES);
    await edit();
    assert.equal(await edit("common/templates/_map.tpl", '{{- define "common.map" }}kind: Secret{{ end }}\n'), 1);
    assert.equal(await edit(), 0);
  });

  it("are handed over together", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [
        [`c${at}/Chart.yaml`, `apiVersion: v2\nname: c${at}\nversion: 1.0.0\n`],
        [`c${at}/templates/web.yaml`, "kind: ConfigMap\n"],
      ]).flat(),
    );
    const { edit, handed } = host(many);
    assert.equal(await edit(), 20);
    assert.deepEqual(
      handed.map((changes) => changes.length),
      [20],
    );
  });
});
