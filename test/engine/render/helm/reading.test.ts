import assert from "node:assert/strict";
import { readStatement } from "../../../../server/engine/render/helm/expression.ts";
import { readTemplate } from "../../../../server/engine/render/helm/template.ts";
import { parameterPath, Values } from "../../../../server/engine/render/helm/values.ts";
import { sourceFile } from "./support.ts";

function expression(source: string): string {
  return JSON.stringify(readStatement(source).expression)
    .replaceAll(/"kind":"(\w+)"/g, "$1")
    .replaceAll('"', "");
}

describe("helm: expressions of templates", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["{{ .Values.a }}", "{field,of:{field,of:{dot},name:Values},name:a}"],
    ["{{- $x.y -}}", "{field,of:{variable,name:x},name:y}"],
    ["{{ $.Values }}", "{field,of:{variable,name:},name:Values}"],
    ["{{ .a | quote }}", "{call,name:quote,args:[{field,of:{dot},name:a}]}"],
    ["{{ default 1 .a }}", "{call,name:default,args:[{literal,value:1,number:1},{field,of:{dot},name:a}]}"],
    [
      "{{ (dict 1 2).a }}",
      "{field,of:{call,name:dict,args:[{literal,value:1,number:1},{literal,value:2,number:2}]},name:a}",
    ],
    ['{{ "a}}b" }}', "{literal,value:a}}b}"],
    ["{{ true }}", "{literal,value:true}"],
    ["{{ . }}", "{dot}"],
    ["{{ .Files.Get `x` }}", "{call,name:,args:[{field,of:{field,of:{dot},name:Files},name:Get},{literal,value:x}]}"],
  ];
  for (const [source, wanted] of cases) it(source, () => assert.equal(expression(source), wanted));

  it("reads what frames", () => {
    assert.deepEqual(readStatement("{{- range $key, $value := .Values.env }}").variables, ["key", "value"]);
    assert.equal(readStatement("{{- else if .x -}}").word, "else if");
    assert.equal(readStatement("{{ $x = 1 }}").again, true);
    assert.equal(readStatement("{{/* a comment */}}").expression, undefined);
    assert.equal(readStatement("{{ ifoo }}").word, "");
  });

  it("never throws at what is half typed", () => {
    for (const source of [
      "{{",
      "{{ }}",
      "{{ ( }}",
      "{{ .a | }}",
      '{{ include "x',
      "{{ | }}",
      `{{ ${"(".repeat(500)} }}`,
    ])
      readStatement(source);
  });
});

describe("helm: blocks of templates", () => {
  it("nests, and closes what is left open", () => {
    const { parts } = readTemplate("a{{ if .x }}b{{ else if .y }}c{{ else }}d{{ end }}e{{ range .z }}f");
    const [, first, , second] = parts;
    assert.deepEqual(first?.kind === "block" && first.branches.map(({ word }) => word), ["if", "if", "else"]);
    assert.deepEqual(second?.kind === "block" && second.branches.map(({ word, end }) => [word, end]), [["range", 66]]);
  });

  it("keeps definitions apart", () => {
    const { parts, defines } = readTemplate('{{ define "x" }}{{ if .a }}1{{ end }}{{ end }}tail{{ end }}');
    assert.deepEqual([...defines.keys()], ["x"]);
    assert.equal(parts.length, 1);
  });

  it("takes texts of nothing but openings in time", () => {
    for (const opening of ["{{ a ", "{{/* ", "{{ ` ", '{{ " ', "{{ if "]) readTemplate(opening.repeat(20_000));
  });
});

describe("helm: values in layers", () => {
  const layer = (name: string, text: string) => {
    const document = sourceFile(`file:///w/${name}`, text).documents[0]!;
    return { place: { document, path: [] }, tree: document.tree()!, under: [] };
  };
  const chart = layer(
    "values.yaml",
    "a: {b: 1, c: 2}\nlist: [1, 2, 3]\ngone: {x: 1}\ncache: {size: 1}\nglobal: {g: 1}\n",
  );
  const prod = layer("prod.yaml", "a: {c: 3}\nlist: [4]\ngone: null\ncache: {size: 2}\n");
  const values = new Values([chart, prod], [{ path: ["p", "q"], value: true }]);
  const fileOf = (path: readonly (string | number)[]) => values.placeOf(path)?.document.uri.replace("file:///w/", "");

  it("the last that sets a value decides it", () => {
    assert.equal(fileOf(["a", "b"]), "values.yaml");
    assert.equal(fileOf(["a", "c"]), "prod.yaml");
    assert.equal(fileOf(["list", 0]), "prod.yaml");
    assert.equal(fileOf(["list", 2]), undefined);
    assert.equal(fileOf(["gone", "x"]), undefined);
    assert.equal(fileOf(["p", "q"]), undefined);
  });

  it("maps are merged, null takes away", () => {
    assert.deepEqual(JSON.parse(JSON.stringify(values.get([]))), {
      a: { b: 1, c: 3 },
      list: [4],
      cache: { size: 2 },
      global: { g: 1 },
      p: { q: true },
    });
  });

  it("a chart inside sees its own, what is said of it, and what is said to all", () => {
    const inner = values.of("cache", [layer("charts/cache/values.yaml", "size: 0\nport: 1\n")]);
    assert.equal(inner.get(["size"]), 2);
    assert.equal(inner.get(["port"]), 1);
    assert.equal(inner.get(["global", "g"]), 1);
    assert.deepEqual(inner.placeOf(["size"])?.path, ["cache", "size"]);
    assert.deepEqual(inner.placeOf(["global", "g"])?.path, ["global", "g"]);
  });

  it("names of parameters", () => {
    assert.deepEqual(parameterPath("a.b[0].c\\.d"), ["a", "b", 0, "c.d"]);
  });

  it("keys that objects have by themselves are no values", () => {
    assert.equal(values.get(["constructor"]), undefined);
    assert.equal(values.get(["a", "__proto__"]), undefined);
  });
});
