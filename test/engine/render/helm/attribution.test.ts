/** How much of what helm prints is led back to its line: every chart of the fixtures, rendered by helm itself. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Key } from "../../../../model/edit.ts";
import { placeIn } from "../../../../server/engine/render/graft.ts";
import type { HelmObject } from "../../../../server/engine/render/helm/rendering.ts";
import { allEntries } from "../../../../server/engine/tree/read.ts";
import type { Tree } from "../../../../server/engine/tree/tree.ts";
import { HAS_TOOLS, helm } from "../../../support/tools.ts";
import { CHART, TestChart } from "./support.ts";

const FOLDER = join(process.cwd(), "test/fixtures/helm");

interface Leaf {
  readonly path: readonly Key[];
  readonly text: string;
}

function* leavesOf(tree: Tree, path: readonly Key[] = []): Generator<Leaf> {
  if (tree.kind === "map") for (const { key, value } of allEntries(tree)) yield* leavesOf(value, [...path, key]);
  else if (tree.kind === "list") for (const [at, item] of tree.items.entries()) yield* leavesOf(item, [...path, at]);
  else yield { path, text: tree.text };
}

/** The line holds the field's key, the key above it, or the item's own text; or the nearest key that the template has. */
function isRight(chart: TestChart, object: HelmObject, { path, text }: Leaf): boolean {
  const place = placeIn(object.tree, object.document, path);
  const line = chart.line(place) ?? "";
  const keys = path.filter((key): key is string => typeof key === "string");
  const [key, parent] = keys.toReversed();
  // What the whole document is stands in the branches of a condition.
  if (path.length === 1 && line.includes("kind:")) return true;
  if ([key, parent].some((one) => one !== undefined && line.includes(one))) return true;
  if (typeof path.at(-1) === "number" && (line.includes(text.split("\n")[0] ?? "") || line.endsWith("|"))) return true;
  // Below what an action prints, it is the key that the action is the value of; an action may be the key itself.
  return (
    line.includes("{{") || keys.slice(0, -2).some((one) => line.endsWith(`${one}:`) || line.includes(`${one}: {{`))
  );
}

describe("helm: attribution", () => {
  before(function () {
    if (!HAS_TOOLS) this.skip();
  });

  for (const name of readdirSync(FOLDER))
    for (const values of ["", "values-prod.yaml"]) {
      const folder = join(FOLDER, name);
      if (values !== "" && !existsSync(join(folder, values))) continue;
      it(`${name} ${values}`, () => {
        const given = values === "" ? [] : [`--values=${join(folder, values)}`];
        const output = execFileSync(helm(), ["template", "--namespace=ns", ...given, "--", "rel", folder], {
          encoding: "utf8",
          env: { PATH: "", HOME: "/nowhere" },
        });
        const chart = TestChart.at(folder);
        const rendering = chart.render(output, { values: values === "" ? [] : [`${CHART}/${values}`] });
        assert.ok(rendering.objects.length > 0);
        let count = 0;
        const wrong: string[] = [];
        for (const object of rendering.objects) {
          const alias = object.source.replace("/charts/sessions/", "/charts/cache/");
          assert.equal(object.document.uri, `${CHART}${alias.slice(alias.indexOf("/"))}`);
          for (const leaf of leavesOf(object.tree)) {
            count++;
            if (!isRight(chart, object, leaf))
              wrong.push(`${leaf.path.join(".")}: ${chart.written(object, ...leaf.path)}`);
          }
        }
        assert.ok(wrong.length / count <= 0.02, wrong.join("\n"));
      });
    }
});
