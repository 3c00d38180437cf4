import assert from "node:assert/strict";
import { type BuiltInOutput, renderBuiltIn } from "../../server/engine/render/helm/built-in/chart.ts";
import { Unsupported } from "../../server/engine/render/helm/built-in/unsupported.ts";
import { chunksOf } from "../../server/engine/render/helm/output.ts";

type Texts = Readonly<Record<string, string>>;

interface Given {
  readonly values?: string;
  readonly parameters?: readonly (readonly [string, string])[];
}

function render(texts: Texts, { values, parameters = [] }: Given = {}): BuiltInOutput {
  return renderBuiltIn({
    texts: new Map(Object.entries({ "Chart.yaml": "name: shop\nversion: 1.2.3\nappVersion: '4.5'\n", ...texts })),
    release: "test",
    namespace: undefined,
    values: values === undefined ? [] : [values],
    parameters: parameters.map(([name, value]) => ({ name, value, text: false })),
  });
}

/** What one template prints, as one document. */
function printed(template: string, values = "", more: Texts = {}): string {
  const { output } = render({ "values.yaml": values, "templates/a.yaml": `a: |\n${template}`, ...more });
  return [...chunksOf(output)].map(({ text }) => text.replace(/^a: \|\n/, "").trimEnd()).join("===\n");
}

/** An action's text, whatever it says, on one line. */
function said(action: string, values = ""): string {
  return printed(`  ${action}`, values).slice(2);
}

/** Templates and what helm 4.1 prints for them. */
const SAYS: readonly (readonly [string, string])[] = [
  ["{{ .Values.one }} {{ typeOf .Values.one }} {{ kindOf .Values.one }}", "1 float64 float64"],
  [
    "{{ .Values.big }} {{ .Values.huge }} {{ int .Values.big }} {{ .Values.half }}",
    "1e+06 1.2345678901e+10 1000000 1.5",
  ],
  ["{{ eq .Values.one 1.0 }} {{ gt .Values.one 0.0 }}", "true true"],
  ['{{ .Values.missing }}|{{ quote .Values.missing }}|{{ .Values.missing | default "d" }}|', "||d|"],
  [
    '{{ toString .Values.missing }}|{{ printf "%v" .Values.missing }}|{{ printf "%d" (int .Values.one) }}',
    "<nil>|<nil>|1",
  ],
  ["{{ add 1 .Values.one }} {{ mul 2 3 }} {{ div 7 2 }} {{ 1000000 }} {{ 1.50 }}", "2 6 3 1000000 1.5"],
  ["{{ .Values.map.list }} {{ .Values.map }}", "[1 x true] map[e: list:[1 x true] on:true]"],
  ["{{ .Values.map | toJson }}", '{"e":"","list":[1,"x",true],"on":true}'],
  [
    '{{ eq .Values.missing "x" }} {{ eq "a" "a" "b" }} {{ not .Values.missing }} {{ empty .Values.one }}',
    "false true true false",
  ],
  ['{{ quote 1 "a\\"b" }} {{ squote "x" }} {{ "abc" | trunc 2 }} {{ "abc" | trunc -2 }}', '"1" "a\\"b" \'x\' ab bc'],
  ['{{ dict | toYaml }} {{ list | toYaml }} {{ "" | toYaml }} {{ .Values.missing | toYaml }}', '{} [] "" null'],
  [
    '{{ printf "%s-%s" "a" "b" | trimSuffix "b" }} {{ list "a" "b" | join "," }} {{ (split "." "a.b")._0 }}',
    "a- a,b a",
  ],
  ['{{ ternary "a" "b" true }} {{ coalesce "" nil "c" }} {{ "a" | repeat 3 }} {{ cat "a" 1 "b" }}', "a c aaa a 1 b"],
  [
    "{{ until 3 }} {{ first (list 1 2) }} {{ has 1 (list 1 2) }} {{ has .Values.one (list 1) }}",
    "[0 1 2] 1 true false",
  ],
  ['{{ printf "%s" nil }} {{ printf "%s-%d" 3.5 4.0 }}', "%!s(<nil>) %!s(float64=3.5)-%!d(float64=4)"],
  ['{{ "fooBar" | kebabcase }} {{ "foo-bar" | camelcase }} {{ "a b-c" | title }}', "foo-bar FooBar A B-C"],
  [
    "{{ range $i, $e := .Values.map.list }}{{ $i }}={{ $e }};{{ end }}{{ range 3 }}{{ . }}{{ end }}",
    "0=1;1=x;2=true;012",
  ],
  [
    "{{ range $k, $v := .Values.map }}{{ $k }} {{ end }}{{ range .Values.missing }}x{{ else }}none{{ end }}",
    "e list on none",
  ],
  ["{{ with .Values.half }}{{ . }}{{ end }}{{ with .Values.missing }}x{{ else with 3 }}{{ . }}{{ end }}", "1.53"],
  ["{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ end }}{{ $x }}", "2"],
  ["{{ and .Values.missing .Values.missing.deeper }}{{ or 0 .Values.one }}", "1"],
  [
    '{{ .Release.Name }} {{ .Release.Service }} {{ .Chart.Name }} {{ .Chart.Version | replace "." "_" }} {{ .Chart.AppVersion }}',
    "test Helm shop 1_2_3 4.5",
  ],
  [
    '{{ .Capabilities.APIVersions.Has "apps/v1" }} {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}',
    "true false",
  ],
  [
    '{{ semverCompare ">=1.19-0" .Capabilities.KubeVersion.Version }} {{ semverCompare "^1.2.0 || ~2.3" "2.3.9" }}',
    "true true",
  ],
  [
    '{{ semverCompare "<1.20" "1.19.4" }} {{ semverCompare "1.x" "2.0.0" }} {{ semverCompare ">=1.2, <1.3" "1.2.5" }}',
    "true false true",
  ],
  [
    '{{ merge (dict "a" 1) (dict "a" 2 "b" 3) | toJson }} {{ omit (dict "a" 1 "b" 2) "a" | toJson }}',
    '{"a":1,"b":3} {"b":2}',
  ],
  ['{{ dig "map" "e" "d" .Values }}{{ dig "map" "no" "d" .Values }} {{ hasKey .Values "one" }}', "d true"],
  ['{{ regexReplaceAll "-(.)" "a-b" "${1}" }} {{ regexMatch "^[a-z]+$" "abc" }}', "ab true"],
  [
    '{{ "x" | b64enc }} {{ "eA==" | b64dec }} {{ lower "AB" }}{{ trimAll "-" "-a-" }} {{ tpl "{{ .Values.one }}" . }}',
    "eA== x aba 1",
  ],
];

const VALUES = "one: 1\nbig: 1000000\nhuge: 12345678901\nhalf: 1.5\nmap: {list: [1, x, true], e: '', 'on': yes}\n";

describe("charts without helm", () => {
  for (const [template, expected] of SAYS)
    it(`prints ${template}`, () => {
      assert.equal(said(template, VALUES), expected);
    });

  it("takes white space away where an action says so, and nowhere else", () => {
    assert.equal(printed("  {{- if true }}\n  x\n  {{- end }}\n  y {{/* no */}} z\n"), "  x\n  y  z");
    assert.equal(printed("  {{ if true -}}\n  x\n  {{- end -}}\n  y"), "  xy");
  });

  it("writes YAML that reads as what it was made of", () => {
    const values =
      'v: {a: "012", b: "yes", c: "a: b", d: "x\\ny", e: [1, {f: null}], g: {}, h: "-5m", i: "1e3", j: "#"}\n';
    assert.equal(
      printed("  {{- .Values.v | toYaml | nindent 2 }}\n", values),
      '  a: "012"\n  b: "yes"\n  c: "a: b"\n  d: "x\\ny"\n  e:\n  - 1\n  - f: null\n  g: {}\n  h: -5m\n  i: "1e3"\n  j: "#"',
    );
  });

  it("gives values of files and parameters before defaults, and takes those away that are null", () => {
    const texts = { "values.yaml": "a: {x: 1, y: 2}\nb: 1\n", "templates/a.yaml": "v: {{ .Values | toJson }}\n" };
    const { output } = render(texts, {
      values: "a: {y: 3, z: 4}\nb: null\n",
      parameters: [
        ["a.x", "7"],
        ["c", "{p,q}"],
      ],
    });
    assert.match(output, /v: \{"a":\{"x":7,"y":3,"z":4\},"c":\["p","q"\]\}/);
  });

  it("includes helpers, those of charts inside of it among them, and hands down what is global", () => {
    const { output } = render({
      "Chart.yaml":
        "name: shop\nversion: 1.0.0\ndependencies:\n  - {name: db, version: 1.x, condition: db.enabled, alias: store}\n  - {name: spare, version: 1.x, tags: [extra]}\n",
      "values.yaml": "global: {team: a}\nstore: {size: 2}\ntags: {extra: false}\n",
      "templates/_helpers.tpl": '{{ define "name" }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}',
      "templates/a.yaml": 'kind: A\nname: {{ include "name" . }}\nhelp: {{ template "help" . }}\n',
      "templates/NOTES.txt": "{{ fail `never` }}",
      "charts/db/Chart.yaml": "name: db\nversion: 1.0.0\n",
      "charts/db/values.yaml": "size: 1\nkeep: true\n",
      "charts/db/templates/_h.tpl": '{{ define "help" }}yes{{ end }}',
      "charts/db/templates/b.yaml":
        'kind: B\nname: {{ include "name" . }}\nv: {{ .Values.size }} {{ .Values.keep }} {{ .Values.global.team }}\n',
      "charts/spare/Chart.yaml": "name: spare\nversion: 1.0.0\n",
      "charts/spare/templates/c.yaml": "kind: C\n",
    });
    assert.deepEqual(
      [...chunksOf(output)].map(({ source, text }) => `${source}: ${text.trim()}`),
      [
        "shop/charts/store/templates/b.yaml: kind: B\nname: test-store\nv: 2 true a",
        "shop/templates/a.yaml: kind: A\nname: test-shop\nhelp: yes",
      ],
    );
  });

  it("takes over values that a chart inside of it exports", () => {
    const { output } = render({
      "Chart.yaml": "name: shop\nversion: 1.0.0\ndependencies:\n  - {name: db, version: 1.x, import-values: [data]}\n",
      "values.yaml": "port: 1\n",
      "templates/a.yaml": "v: {{ .Values.port }} {{ .Values.host }}\n",
      "charts/db/Chart.yaml": "name: db\nversion: 1.0.0\n",
      "charts/db/values.yaml": "exports: {data: {port: 2, host: h}}\n",
    });
    assert.match(output, /v: 1 h/);
  });

  it("reads the other files of the chart", () => {
    const texts = { "conf/a.txt": "x\ny", "conf/b.txt": "z" };
    assert.equal(printed('  {{- .Files.Get "conf/a.txt" | nindent 2 }}\n', "", texts), "  x\n  y");
    const { output } = render({
      ...texts,
      "templates/a.yaml": 'data:\n{{ (.Files.Glob "conf/*.txt").AsConfig | indent 2 }}\n',
    });
    assert.match(output, /data:\n {2}a.txt: "x\\ny"\n {2}b.txt: z/);
  });

  it("has something stand for values that the chart cannot do without, and says so", () => {
    const { output, lacking } = render({
      "templates/a.yaml":
        'kind: A\nhost: {{ .Values.db.host }}\nuser: {{ required "a user" .Values.user }}\n{{ if .Values.tls.on }}tls: 1{{ end }}\n',
    });
    assert.match(output, /host: set-at-install\nuser: set-at-install\n\s*$/);
    assert.equal(lacking?.text, "nil pointer evaluating interface {}.host");
    assert.deepEqual(lacking?.place, { source: "shop/templates/a.yaml", line: 2 });
    const broken = render({ "templates/a.yaml": "kind: A\nport: {{ .Values.port }}- x\n" });
    assert.equal(broken.lacking?.text, "YAML parse error");
  });

  it("prints no value that would be another one the next time", () => {
    assert.equal(said("{{ randAlphaNum 5 | b64enc }} {{ sha256sum `x` }}"), "set-at-install set-at-install");
  });

  const REFUSED: readonly string[] = [
    "{{ .Values.a.b }}",
    "{{ eq .Values.one 1 }}",
    "{{ unknownFunction 1 }}",
    "{{ if true }}",
    "{{ end }}",
    "{{ range .Values.list }}{{ break }}{{ end }}",
    "{{ fail `no` }}",
    "{{ .Chart.Nothing }}",
    "{{ $undeclared }}",
    "{{ include `nothing` . }}",
    "{{ regexMatch `(a+)+$` `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!` }}",
    "{{ index (list 1) 4 }}",
    "{{ nindent 2 }}",
    "{{ getHostByName `example.com` }}",
    "{{ `x` | repeat 99999999 }}",
    "{{ .Values.one | kindOf",
  ];
  for (const template of REFUSED)
    it(`refuses ${template.slice(0, 60)}`, () => {
      const texts = {
        "values.yaml": "one: 1\na: null\nlist: [1]\n",
        "templates/a.yaml": `{{ $d := dict }}v: ${template}\n`,
      };
      assert.throws(() => render(texts, { parameters: [["a", "x"]] }), Unsupported);
    });

  it("ends, whatever a chart asks for", () => {
    const twice = "{{ $a = list $a $a }}".repeat(40);
    const loop = "{{ range until 9999 }}{{ range until 9999 }}x{{ end }}{{ end }}";
    for (const text of [
      `{{ $a := list 1 }}${twice}{{ $a }}`,
      loop,
      '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}',
    ])
      assert.throws(() => render({ "templates/a.yaml": text }), Unsupported);
  });
});
