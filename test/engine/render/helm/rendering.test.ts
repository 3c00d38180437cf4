import assert from "node:assert/strict";
import { placeIn } from "../../../../server/engine/render/graft.ts";
import { helmProblem, missingDependencies } from "../../../../server/engine/render/helm/failure.ts";
import { looksRendered } from "../../../../server/engine/render/helm/output.ts";
import { fromHelm } from "../../../../server/engine/render/helm/said.ts";
import { inlineDocuments } from "../../../../server/engine/render/kustomize/inline.ts";
import { lookup } from "../../../../server/engine/tree/read.ts";
import type { Tree } from "../../../../server/engine/tree/tree.ts";
import { BUILD, printed, sourceFile, TestChart } from "./support.ts";

function field(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === "map" ? lookup(tree, key)?.value : undefined;
}

const TEMPLATE = "kind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\ndata:\n  a: b\n";
const RENDERED = "kind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: b";

describe("helm: objects stay the same as long as they can", () => {
  const output = printed(["templates/x.yaml", RENDERED], ["templates/y.yaml", "kind: Y\nfixed: true"]);
  const shop = () =>
    new TestChart({
      "values.yaml": "name: one\nother: 1\n",
      "templates/x.yaml": TEMPLATE,
      "templates/y.yaml": "kind: Y\nfixed: true\n",
    });

  it("the same output of the same files gives the same objects", () => {
    const chart = shop();
    const before = chart.render(output);
    assert.deepEqual(chart.render(output).objects, before.objects);
    for (const [at, object] of chart.render(output).objects.entries()) assert.equal(object, before.objects[at]);
  });

  it("objects that no value decides outlive the values", () => {
    const chart = shop();
    const before = chart.render(output);
    chart.write("values.yaml", "name: one\nother: 2\n");
    const after = chart.render(output);
    assert.equal(after.objects[1], before.objects[1]);
    assert.notEqual(after.objects[0], before.objects[0]);
    assert.equal(chart.decided(after.objects[0], "metadata", "name"), "values.yaml:1 name: one");
  });

  it("what is typed above moves places at once, before helm has said anything", () => {
    const chart = shop();
    const before = chart.render(output);
    chart.write("templates/x.yaml", `# new\n\n${TEMPLATE}`);
    const after = chart.render(output);
    assert.equal(chart.written(after.objects[0], "data", "a"), "templates/x.yaml:7 a: b");
    assert.equal(after.objects[1], before.objects[1]);
  });

  it("environments that print the same from the same values share it", () => {
    const chart = shop();
    const prod = { values: ["file:///w/shop/prod.yaml"], release: "rel" };
    chart.write("prod.yaml", "other: 3\n");
    assert.equal(chart.render(output, prod).objects[0], chart.render(output).objects[0]);
    chart.write("prod.yaml", "name: one\n");
    const other = chart.render(output, prod).objects[0];
    assert.equal(chart.decided(other, "metadata", "name"), "prod.yaml:1 name: one");
  });

  it("two documents of the same text are two objects", () => {
    const chart = new TestChart({ "templates/x.yaml": "{{ range list 1 2 }}\n---\nkind: X\n{{ end }}\n" });
    const [one, two] = chart.render(printed(["templates/x.yaml", "kind: X"], ["templates/x.yaml", "kind: X"])).objects;
    assert.notEqual(one, two);
  });

  it("half-typed templates and values are normal", () => {
    const chart = shop();
    const texts = ["templates/x.yaml", "values.yaml", "Chart.yaml"] as const;
    for (const path of texts) {
      const whole = chart.sources.get(`file:///w/shop/${path}`)?.text ?? "";
      for (let length = 0; length < whole.length; length += 3) {
        chart.write(path, whole.slice(0, length));
        for (const object of chart.render(output).objects) assert.notEqual(chart.written(object, "data", "a"), "gone");
      }
      chart.write(path, whole);
    }
    for (let length = 0; length < output.length; length += 7) chart.render(output.slice(0, length));
  });

  it("deep and endless templates come to an end", () => {
    const deep = [
      "{{ if .Values.a }}".repeat(5_000),
      `kind: X\nfield: {{ ${".a".repeat(5_000)} }}`,
      `kind: X\nfield: {{ 1 ${"| quote ".repeat(5_000)} }}`,
      `kind: X\nfield: {{ ${"(".repeat(5_000)} }}`,
    ];
    for (const text of deep)
      new TestChart({ "templates/x.yaml": `${text}\nkind: X\nfield: 1\n` }).render(
        printed(["templates/x.yaml", "kind: X\nfield: 1"]),
      );
  });
});

describe("helm: charts inside charts", () => {
  const inner = {
    "values.yaml": "size: 1\nport: 80\n",
    "templates/x.yaml": "kind: X\nsize: {{ .Values.size }}\nport: {{ .Values.port }}\n",
  };
  const below = (folder: string, name: string) => ({
    [`${folder}/Chart.yaml`]: `name: ${name}\nversion: 1.0.0\n`,
    ...Object.fromEntries(Object.entries(inner).map(([path, text]) => [`${folder}/${path}`, text])),
  });
  const rendered = (name: string) => printed([`charts/${name}/templates/x.yaml`, "kind: X\nsize: 2\nport: 80"]);

  it("are found in charts/, and take values of the chart around them", () => {
    const chart = new TestChart({ ...below("charts/cache", "cache"), "values.yaml": "cache:\n  size: 2\n" });
    const [object] = chart.render(rendered("cache")).objects;
    assert.equal(chart.written(object, "size"), "charts/cache/templates/x.yaml:2 size: {{ .Values.size }}");
    assert.equal(chart.decided(object, "size"), "values.yaml:2 size: 2");
    assert.equal(chart.decided(object, "port"), "charts/cache/values.yaml:2 port: 80");
    assert.equal(object?.vendored, false);
  });

  it("may go by another name", () => {
    const chart = new TestChart({
      ...below("charts/cache-1", "cache"),
      "Chart.yaml": "name: shop\ndependencies:\n  - {name: cache, alias: sessions, repository: 'https://x.example'}\n",
      "values.yaml": "sessions:\n  size: 2\n",
    });
    const [object] = chart.render(rendered("sessions")).objects;
    assert.equal(chart.decided(object, "size"), "values.yaml:2 size: 2");
    assert.equal(object?.vendored, true);
  });

  it("may lie elsewhere in the workspace", () => {
    const chart = new TestChart({
      ...below("../cache", "cache"),
      "Chart.yaml": "name: shop\ndependencies:\n  - {name: cache, repository: 'file://../cache'}\n",
    });
    for (const uri of [...chart.sources.keys()].filter((one) => one.includes("../"))) {
      const file = sourceFile(uri.replace("/shop/..", ""), chart.sources.get(uri)?.text ?? "");
      chart.sources.delete(uri);
      chart.sources.set(file.uri, file);
    }
    const rendering = chart.render(rendered("cache"));
    assert.equal(rendering.objects[0]?.document.uri, "file:///w/cache/templates/x.yaml");
    assert.ok(rendering.files.has("file:///w/cache/values.yaml"));
  });

  it("that are packed are shown where they are asked for", () => {
    const chart = new TestChart({ "Chart.yaml": "name: shop\ndependencies:\n  - name: a\n  - name: cache\n" });
    const [object] = chart.render(rendered("cache")).objects;
    assert.equal(chart.written(object, "size"), "Chart.yaml:4 - name: cache");
    assert.equal(object?.vendored, true);
  });

  it("may hand values to the chart around them, whose own are stronger", () => {
    const around = (values: string) =>
      new TestChart({
        "charts/prod/Chart.yaml": "name: prod\n",
        "charts/prod/values.yaml": "exports:\n  data:\n    host: prod.example.com\n",
        "Chart.yaml":
          "name: shop\ndependencies:\n  - name: prod\n    condition: prod.enabled\n    import-values: [data]\n",
        "values.yaml": values,
        "templates/x.yaml": "kind: X\nhost: {{ .Values.host }}\n",
      });
    const output = (host: string) => printed(["templates/x.yaml", `kind: X\nhost: ${host}`]);
    const chart = around("prod: {enabled: true}\n");
    const [object] = chart.render(output("prod.example.com")).objects;
    assert.equal(chart.decided(object, "host"), "charts/prod/values.yaml:3 host: prod.example.com");
    const parameters = [{ name: "prod.enabled", value: "false", text: false }];
    const off = chart.render(output("prod.example.com"), { parameters });
    assert.notEqual(chart.decided(off.objects[0], "host"), "charts/prod/values.yaml:3 host: prod.example.com");
    const own = around("host: none\nprod: {enabled: true}\n");
    assert.equal(own.decided(own.render(output("none")).objects[0], "host"), "values.yaml:1 host: none");
  });
});

describe("helm: values of GitOps objects", () => {
  const text = `kind: Application
spec:
  valuesObject:
    name: two
  values: |
    # Said of all of it.
    name: two
`;
  const file = sourceFile("file:///w/app.yaml", text);
  const document = file.documents[0]!;
  const spec = field(document.tree(), "spec");
  const shop = (tree: Tree) => {
    const chart = new TestChart({ "values.yaml": "name: one\n", "templates/x.yaml": TEMPLATE });
    chart.sources.set(file.uri, file);
    const output = printed(["templates/x.yaml", RENDERED.replace("one", "two")]);
    const rendering = chart.render(output, { inline: { document, tree } });
    assert.ok(rendering.files.has(file.uri));
    const decided = placeIn(rendering.objects[0]!.tree, rendering.objects[0]!.document, ["metadata", "name"]).decided;
    return file.text.split("\n")[file.rangeOf(decided!).start.line]?.trim();
  };

  it("are decided where they stand in the object", () => {
    assert.equal(shop(field(spec, "valuesObject")!), "name: two");
  });

  it("are decided by the text that they stand in", () => {
    const place = { document, path: ["spec", "values"] };
    const [inline] = inlineDocuments("# Said of all of it.\nname: two\n", place);
    assert.equal(shop(inline!.node), "values: |");
  });

  it("parameters are nobody's file", () => {
    const chart = new TestChart({ "values.yaml": "name: one\n", "templates/x.yaml": TEMPLATE });
    const rendering = chart.render(printed(["templates/x.yaml", RENDERED]), {
      parameters: [{ name: "name", value: "one", text: true }],
    });
    assert.equal(chart.decided(rendering.objects[0], "metadata", "name"), undefined);
  });
});

describe("helm: what stands for values that are not here", () => {
  it("is not known, however it is written", () => {
    const chart = new TestChart({ "templates/x.yaml": TEMPLATE });
    const text =
      "kind: ConfigMap\nmetadata:\n  name: shop-set-at-install\n  labels:\n    set-at-install: a\ndata:\n  a: b\n  c: c2V0LWF0LWluc3RhbGw=";
    const failure = { text: "nil", place: { source: "shop/templates/x.yaml", line: 3 } };
    const output = printed(["templates/x.yaml", text]);
    const rendering = fromHelm({ output, missing: [], lacking: failure, of: new Map() }, chart, BUILD);
    const tree = rendering.objects[0]?.tree;
    const at = (...keys: string[]) => keys.reduce<Tree | undefined>((inner, key) => field(inner, key), tree);
    const unknown = (one: Tree | undefined) => one?.kind === "scalar" && one.unknown === true;
    assert.deepEqual([at("metadata", "name"), at("data", "a"), at("data", "c")].map(unknown), [true, false, true]);
    const labels = at("metadata", "labels");
    assert.equal(labels?.kind === "map" && labels.open, true);
    assert.deepEqual([rendering.complete, rendering.failed], [false, false]);
    assert.deepEqual(
      rendering.problems.map(({ code, severity, place }) => [code, severity, chart.line(place)]),
      [["values", "note", "templates/x.yaml:3 name: {{ .Values.name }}"]],
    );
  });
});

describe("helm: refusals", () => {
  const chart = new TestChart({
    "templates/x.yaml": "---\nkind: A\n---\nkind: B\nfield: {{ .Values.a.b }}\n",
    "values.yaml": "a: [\n",
    "Chart.yaml": "name: shop\ndependencies:\n  - name: redis\n    version: 1.x\n",
  });
  const place = (source: string, line: number | undefined) => {
    const problem = helmProblem({ text: "nil pointer", place: { source, line } }, chart, BUILD);
    return chart.line(problem?.place);
  };

  it("are shown where they are", () => {
    assert.equal(place("shop/templates/x.yaml", 5), "templates/x.yaml:5 field: {{ .Values.a.b }}");
    assert.equal(place("shop/templates/x.yaml", undefined), "templates/x.yaml:2 kind: A");
    assert.equal(place("shop/templates/x.yaml", 999), "templates/x.yaml:6 ");
    assert.equal(place("values.yaml", 1), "values.yaml:1 a: [");
    assert.equal(place("shop/templates/gone.yaml", 5), "Chart.yaml:1 name: shop");
    assert.equal(chart.line(helmProblem({ text: "" }, chart, BUILD)?.place), "Chart.yaml:1 name: shop");
  });

  it("what is missing is noted at its entry", () => {
    const [note] = missingDependencies(["redis 1.x"], chart, BUILD);
    assert.equal(chart.line(note?.place), "Chart.yaml:3 - name: redis");
    assert.equal(note?.severity, "note");
  });

  it("what helm prints is told from anything else", () => {
    assert.equal(looksRendered(""), true);
    assert.equal(looksRendered("\n"), true);
    assert.equal(looksRendered(printed(["templates/x.yaml", "a: b"])), true);
    assert.equal(looksRendered("usage: something"), false);
  });
});
