import assert from "node:assert/strict";
import type { Incomplete } from "../../../../server/engine/render/helm/places.ts";
import { lookup } from "../../../../server/engine/tree/read.ts";
import { named, printed, scalarAt, TestChart } from "./support.ts";

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.name" . }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      {{- with .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: app
          image: "{{ .Values.image }}:{{ .Values.tag | default .Chart.AppVersion }}"
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          args:
            - --fixed
            {{- toYaml .Values.args | nindent 12 }}
        {{- if .Values.sidecar }}
        - name: sidecar
          image: sidecar:1
        {{- end }}
`;

const HELPERS = `{{- define "shop.name" -}}{{ .Release.Name }}-shop{{- end }}
{{- define "shop.labels" -}}
app: {{ include "shop.name" . }}
{{- end }}
`;

const VALUES = `replicas: 1
image: shop
tag: ""
nodeSelector:
  disk: ssd
resources:
  limits:
    cpu: 1
    memory: 1Gi
args: [--a, --b]
sidecar: true
`;

const OUTPUT = printed([
  "templates/deployment.yaml",
  `apiVersion: apps/v1
kind: Deployment
metadata:
  name: rel-shop
  labels:
    app: rel-shop
spec:
  replicas: 3
  template:
    spec:
      nodeSelector:
        disk: ssd
      containers:
        - name: app
          image: "shop:2.0"
          resources:
            limits:
              cpu: 1
              memory: 2Gi
          args:
            - --fixed
            - --a
            - --b
        - name: sidecar
          image: sidecar:1`,
]);

const PROD = "replicas: 3\nresources:\n  limits:\n    memory: 2Gi\n";

function shop(): TestChart {
  return new TestChart({
    "values.yaml": VALUES,
    "prod.yaml": PROD,
    "templates/deployment.yaml": DEPLOYMENT,
    "templates/_helpers.tpl": HELPERS,
  });
}

const WITH_PROD = { values: ["file:///w/shop/prod.yaml"] };

describe("helm: places of what was rendered", () => {
  const chart = shop();
  const rendering = chart.render(OUTPUT, WITH_PROD);
  const [object] = rendering.objects;
  const pod = ["spec", "template", "spec"] as const;
  const app = [...pod, "containers", 0] as const;

  it("what is written in the template is there", () => {
    assert.equal(chart.written(object, "kind"), "templates/deployment.yaml:2 kind: Deployment");
    assert.equal(chart.written(object, ...app, "name"), "templates/deployment.yaml:16 - name: app");
    assert.equal(chart.decided(object, "kind"), undefined);
  });

  it("what a helper prints is at what includes it, or above", () => {
    assert.equal(
      chart.written(object, "metadata", "name"),
      'templates/deployment.yaml:4 name: {{ include "shop.name" . }}',
    );
    assert.equal(chart.written(object, "metadata", "labels", "app"), "templates/deployment.yaml:5 labels:");
  });

  it("the last file that sets a value decides it", () => {
    assert.equal(
      chart.written(object, "spec", "replicas"),
      "templates/deployment.yaml:8 replicas: {{ .Values.replicas }}",
    );
    assert.equal(chart.decided(object, "spec", "replicas"), "prod.yaml:1 replicas: 3");
  });

  it("each part of a value that is printed as a whole is decided where it is set", () => {
    assert.equal(chart.decided(object, ...app, "resources", "limits", "memory"), "prod.yaml:4 memory: 2Gi");
    assert.equal(chart.decided(object, ...app, "resources", "limits", "cpu"), "values.yaml:8 cpu: 1");
    assert.equal(
      chart.written(object, ...app, "resources", "limits", "cpu"),
      "templates/deployment.yaml:18 resources:",
    );
    assert.equal(chart.decided(object, ...pod, "nodeSelector", "disk"), "values.yaml:5 disk: ssd");
  });

  it("what is absent from such a value would be decided there as well", () => {
    assert.equal(chart.decided(object, ...app, "resources", "requests"), "prod.yaml:2 resources:");
  });

  it("where several have a say none decides, but the one that is not empty", () => {
    assert.equal(chart.decided(object, ...app, "image"), "values.yaml:2 image: shop");
    const both = shop();
    both.write("values.yaml", VALUES.replace('tag: ""', "tag: '2.0'"));
    assert.equal(both.decided(both.render(OUTPUT).objects[0], ...app, "image"), undefined);
  });

  it("items are told apart by what they say", () => {
    assert.equal(
      chart.written(object, ...pod, "containers", 1, "image"),
      "templates/deployment.yaml:25 image: sidecar:1",
    );
    const output = OUTPUT.replace(/ {8}- name: app[\s\S]*?(?= {8}- name: sidecar)/, "");
    const alone = chart.render(output).objects[0];
    assert.equal(scalarAt(alone?.tree, ...app, "name"), "sidecar");
    assert.equal(chart.written(alone, ...app, "name"), "templates/deployment.yaml:24 - name: sidecar");
  });

  it("items that a value gives are decided there, and stand at no item of the template", () => {
    assert.equal(chart.written(object, ...app, "args", 0), "templates/deployment.yaml:21 - --fixed");
    assert.equal(chart.written(object, ...app, "args", 2), "templates/deployment.yaml:20 args:");
    assert.equal(chart.decided(object, ...app, "args", 2), "values.yaml:10 args: [--a, --b]");
  });

  it("files are all that it was made from", () => {
    assert.deepEqual([...rendering.files].map((uri) => uri.slice("file:///w/shop/".length)).sort(), [
      "Chart.yaml",
      "prod.yaml",
      "templates/_helpers.tpl",
      "templates/deployment.yaml",
      "values.yaml",
    ]);
  });
});

describe("helm: loops", () => {
  const chart = new TestChart({
    "values.yaml": `workers:
  - name: mail
    size: 1
  - name: skipped
    off: true
  - name: images
    size: 5
env:
  B: two
  A: one
`,
    "templates/workers.yaml": `{{- range .Values.workers }}
{{- if not .off }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .name }}
data:
  size: {{ .size | quote }}
  {{- range $key, $value := $.Values.env }}
  {{ $key }}: {{ $value }}
  {{- end }}
{{- end }}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: fixed
data:
  mail: {{ (index .Values.workers 0).name }}
`,
  });
  const data = (name: string, rest: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  ${rest}`;
  const rendering = chart.render(
    printed(
      ["templates/workers.yaml", data("mail", 'size: "1"\n  A: one\n  B: two')],
      ["templates/workers.yaml", data("images", 'size: "5"\n  A: one\n  B: two')],
      ["templates/workers.yaml", data("fixed", "mail: mail")],
    ),
  );

  it("each object is of its own turn", () => {
    assert.equal(chart.decided(named(rendering, "mail"), "metadata", "name"), "values.yaml:2 - name: mail");
    assert.equal(chart.decided(named(rendering, "images"), "metadata", "name"), "values.yaml:6 - name: images");
    assert.equal(chart.decided(named(rendering, "images"), "data", "size"), "values.yaml:7 size: 5");
    assert.equal(
      chart.written(named(rendering, "images"), "data", "size"),
      "templates/workers.yaml:9 size: {{ .size | quote }}",
    );
  });

  it("keys of a map are in their order", () => {
    assert.equal(chart.decided(named(rendering, "mail"), "data", "B"), "values.yaml:9 B: two");
    assert.equal(
      chart.written(named(rendering, "mail"), "data", "B"),
      "templates/workers.yaml:11 {{ $key }}: {{ $value }}",
    );
  });

  it("what is beside the loop is told apart", () => {
    assert.equal(chart.written(named(rendering, "fixed"), "metadata", "name"), "templates/workers.yaml:19 name: fixed");
    assert.equal(chart.decided(named(rendering, "fixed"), "data", "mail"), "values.yaml:2 - name: mail");
  });
});

describe("helm: what decides", () => {
  const one = (values: string, line: string, rendered: string): { chart: TestChart; decided: string | undefined } => {
    const chart = new TestChart({ "values.yaml": values, "templates/x.yaml": `kind: X\nfield: ${line}\n` });
    const rendering = chart.render(printed(["templates/x.yaml", `kind: X\nfield: ${rendered}`]));
    return { chart, decided: chart.decided(rendering.objects[0], "field") };
  };
  const cases: readonly (readonly [name: string, values: string, line: string, rendered: string, decided?: string])[] =
    [
      ["a text in it", "a: 5", "{{ .Values.a }}m", "5m", "values.yaml:1 a: 5"],
      ["a default that holds", "b: 1", "{{ .Values.a | default 2 }}", "2"],
      ["a default that does not", "a: 1", "{{ .Values.a | default 2 }}", "1", "values.yaml:1 a: 1"],
      ["the second of two", "a: ''\nb: 1", "{{ coalesce .Values.a .Values.b }}", "1", "values.yaml:2 b: 1"],
      ["index", "a: {b-c: 1}", '{{ index .Values "a" "b-c" }}', "1", "values.yaml:1 a: {b-c: 1}"],
      ["a variable", "a: 1", "{{ $x := .Values.a }}{{ $x }}", "1", "values.yaml:1 a: 1"],
      ["required", "a: 1", '{{ required "a" .Values.a }}', "1", "values.yaml:1 a: 1"],
      ["a switch", "a: true", "{{ if .Values.a }}on{{ else }}off{{ end }}", "on", "values.yaml:1 a: true"],
      ["ternary", "a: true", "{{ ternary 1 2 .Values.a }}", "1", "values.yaml:1 a: true"],
      [
        "tpl",
        'a: "{{ .Release.Name }}-x"',
        "{{ tpl .Values.a . }}",
        "rel-x",
        'values.yaml:1 a: "{{ .Release.Name }}-x"',
      ],
      ["two of them", "a: 1\nb: 2", "{{ .Values.a }}-{{ .Values.b }}", "1-2"],
      ["none of them", "a: 1", "{{ .Release.Name }}", "rel"],
      ["a cluster", "a: 1", '{{ (lookup "v1" "Secret" "" "").a | default "x" }}', "x"],
      ["what is nowhere", "b: 1", "{{ .Values.a }}", "null"],
      ["with", "a: {b: 1}", "{{ with .Values.a }}{{ .b }}{{ end }}", "1", "values.yaml:1 a: {b: 1}"],
      ["a map as JSON", "a: {b: 1}", "{{ .Values.a | toJson | quote }}", `'{"b":1}'`, "values.yaml:1 a: {b: 1}"],
    ];
  for (const [name, values, line, rendered, decided] of cases)
    it(name, () => assert.equal(one(values, line, rendered).decided, decided));

  it("helpers that hand on a value are followed", () => {
    const chart = new TestChart({
      "values.yaml": "a:\n  b: 1\n",
      "templates/_h.tpl": '{{ define "x" }}\n{{- $v := .v }}\n{{ $v | toYaml }}\n{{ end }}',
      "templates/x.yaml": 'kind: X\nfield: {{ include "x" (dict "v" .Values.a) | nindent 2 }}\n',
    });
    const rendering = chart.render(printed(["templates/x.yaml", "kind: X\nfield:\n  b: 1"]));
    assert.equal(chart.decided(rendering.objects[0], "field", "b"), "values.yaml:2 b: 1");
  });

  it("what a helper writes out is decided by the values that it is given", () => {
    const chart = new TestChart({
      "values.yaml":
        "web:\n  port: 80\n  image: {name: web, tag: '1'}\n  resources:\n    limits: {cpu: 1}\nrules: [a, b]\n",
      "templates/_h.tpl": `{{ define "lib.deployment" -}}
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: main
          {{- include "lib.container" .app | nindent 10 }}
          resources:
            {{- toYaml .app.resources | nindent 12 }}
          ports:
            - containerPort: {{ .app.port }}
          args:
          {{- range .context.Values.rules }}
            - {{ . }}
          {{- end }}
{{- end }}
{{ define "lib.container" }}image: {{ .image.name }}:{{ .image.tag }}{{ end }}`,
      "templates/web.yaml": '{{- include "lib.deployment" (dict "app" .Values.web "context" $) }}\n',
    });
    const output = printed([
      "templates/web.yaml",
      `apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: main
          image: web:1
          resources:
            limits: {cpu: 1}
          ports:
            - containerPort: 80
          args:
            - a
            - b`,
    ]);
    const [object] = chart.render(output).objects;
    const container = ["spec", "template", "spec", "containers", 0] as const;
    assert.equal(chart.decided(object, ...container, "ports", 0, "containerPort"), "values.yaml:2 port: 80");
    assert.equal(chart.decided(object, ...container, "resources", "limits", "cpu"), "values.yaml:5 limits: {cpu: 1}");
    assert.equal(chart.decided(object, ...container, "args", 1), "values.yaml:6 rules: [a, b]");
    assert.equal(chart.decided(object, ...container, "image"), undefined);
    assert.equal(chart.decided(object, "kind"), undefined);
    assert.match(chart.written(object, "kind") ?? "", /^templates\/web.yaml:1 /);
  });

  it("a value without some of its keys is still that value", () => {
    const chart = new TestChart({
      "values.yaml": "context:\n  enabled: true\n  runAsUser: 1\n",
      "templates/x.yaml": 'kind: X\nfield: {{- omit .Values.context "enabled" | toYaml | nindent 2 }}\n',
    });
    const [object] = chart.render(printed(["templates/x.yaml", "kind: X\nfield:\n  runAsUser: 1"])).objects;
    assert.equal(chart.decided(object, "field", "runAsUser"), "values.yaml:3 runAsUser: 1");
    assert.equal(chart.decided(object, "field", "runAsNonRoot"), "values.yaml:1 context:");
  });

  it("a helper that includes itself comes to an end", () => {
    const chart = new TestChart({
      "values.yaml": "a: 1\n",
      "templates/_h.tpl": '{{ define "x" }}{{ include "x" . }}{{ include "x" . }}{{ .Values.a }}{{ end }}',
      "templates/x.yaml": 'kind: X\nfield: {{ include "x" . }}\n',
    });
    chart.render(printed(["templates/x.yaml", "kind: X\nfield: 1"]));
  });

  it("what an empty value leaves out would be set there, when that alone brings it in", () => {
    const chart = new TestChart({
      "values.yaml": "context: {}\npriority: ''\nprobe: {}\non: false\n",
      "templates/x.yaml": `kind: X
spec:
  a: 1
  {{- with .Values.context }}
  context:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.priority }}
  priority: {{ .Values.priority }}
  {{- end }}
  {{- if .Values.on }}
  probe: {{- toYaml .Values.probe | nindent 4 }}
  {{- end }}
  {{- with .Values.nowhere }}
  nowhere: {{ . }}
  {{- end }}
`,
    });
    const [object] = chart.render(printed(["templates/x.yaml", "kind: X\nspec:\n  a: 1"])).objects;
    const spec = object && lookup(object.tree, "spec")?.value;
    const absent = spec?.kind === "map" ? (spec as Incomplete).absent : undefined;
    assert.deepEqual(
      [...(absent ?? [])].map(([key, place]) => [key, chart.line(place), chart.line(place.decided)]),
      [
        ["context", "templates/x.yaml:6 {{- toYaml . | nindent 4 }}", "values.yaml:1 context: {}"],
        ["priority", "templates/x.yaml:9 priority: {{ .Values.priority }}", "values.yaml:2 priority: ''"],
      ],
    );
  });

  it("conditions around a whole template switch it on", () => {
    const chart = new TestChart({
      "values.yaml": "ingress:\n  enabled: true\n",
      "templates/x.yaml": "{{- if .Values.ingress.enabled }}\nkind: X\nfield: 1\n{{- end }}\n",
    });
    const [object] = chart.render(printed(["templates/x.yaml", "kind: X\nfield: 1"])).objects;
    assert.deepEqual(
      object?.decidedBy.map((place) => chart.line(place)),
      ["values.yaml:2 enabled: true"],
    );
    assert.equal(chart.decided(object, "field"), undefined);
    assert.equal(chart.decided(object, "missing"), undefined);
  });
});
