import assert from "node:assert/strict";
import { looksTemplated, parseTemplated } from "../../../server/engine/tree/template.ts";
import type { ParsedDocument } from "../../../server/engine/tree/tree.ts";
import { assertWellFormed, codes, dedent, outline } from "./support.ts";

function read(source: string): ParsedDocument {
  const text = dedent(source);
  assert.ok(looksTemplated(text), text);
  const parsed = parseTemplated(text);
  assert.equal(parsed.templated, true);
  assert.ok(!codes(parsed).includes("syntax"));
  assertWellFormed(parsed, text, text);
  return parsed;
}

function same(source: string, expected: string): void {
  assert.equal(outline(read(source).tree), dedent(expected).trimEnd());
}

describe("a template's values", () => {
  it("are unknown, with the text that is written", () => {
    same(
      `
        image: "{{ .Values.image }}:1.2"
        plain: {{ .Values.n }}
        part: web-{{ .x }}-{{ .y | quote }}
        single: '{{ printf "%s: {{" .x }}'
        raw: {{ \`{{ not: ours }}\` }}
        known: web
        if: {{ if .x }}a{{ else }}b{{ end }}
        list: [{{ .a }}, b]
        map: {a: {{ .b }}}
        many: {{ toYaml .Values.many | nindent 2 }}
        colon: {{ include "a: b" . }} # comment
      `,
      `
        {}
        image: ?"{{ .Values.image }}:1.2"
        plain: ?"{{ .Values.n }}"
        part: ?"web-{{ .x }}-{{ .y | quote }}"
        single: ?"{{ printf \\"%s: {{\\" .x }}"
        raw: ?"{{ \`{{ not: ours }}\` }}"
        known: "web"
        if: ?"{{ if .x }}a{{ else }}b{{ end }}"
        list: []…
        - ?"{{ .a }}"
        - "b"
        map: {}
          a: ?"{{ .b }}"
        many: ?"{{ toYaml .Values.many | nindent 2 }}"
        colon: ?"{{ include \\"a: b\\" . }}"
      `.replace(/^( +)- /gm, "$1  - "),
    );
  });

  it("are unknown when the action takes several lines", () => {
    const { tree } = read(`
      a: {{ include "x" (dict
        "b" 1
        "c" 2) }}
      d: 1
    `);
    assert.equal(outline(tree), '{}\na: ?"{{ include \\"x\\" (dict\\n  \\"b\\" 1\\n  \\"c\\" 2) }}"\nd: "1"');
  });

  it("have the range that is written", () => {
    const text = 'image: "{{ .a }}:1"\nx:\n  {{- toYaml .b | nindent 2 }}\n';
    const { tree } = parseTemplated(text);
    assert.ok(tree?.kind === "map");
    const sources = tree.entries.map(({ value }) => text.slice(value.start, value.end));
    assert.deepEqual(sources, ['"{{ .a }}:1"', "{{- toYaml .b | nindent 2 }}"]);
  });

  it("are known beside an action in a comment or at the end of a line", () => {
    same(
      `
        {{ if .x }}
        a: 1 # {{ .x }}
        b: 2 {{/* a remark */}}
        c: 3 {{- end }}
      `,
      `
        {}
        a: "1"
        b: "2"
        c: "3"
      `,
    );
  });

  it("keep a workflow's expressions as ordinary text", () => {
    same('a: ${{ x }}\nb: "{{ y }}"\n', '{}\na: "${{ x }}"\nb: ?"{{ y }}"');
    same("a: ${{ .Values.price }}\nb: {{ y }}\n", '{}\na: ?"${{ .Values.price }}"\nb: ?"{{ y }}"');
  });
});

describe("a template's keys", () => {
  it("are unknown, and so is which others there are", () => {
    same("labels:\n  a: b\n  {{ .key }}: c\n", '{}\nlabels: {}…\n  a: "b"\n  ?{{ .key }}: "c"');
    same('labels:\n  "{{ .key }}": c\n', '{}\nlabels: {}…\n  ?{{ .key }}: "c"');
  });

  it("are known behind a condition on the same line", () => {
    same('spec:\n  {{ if .x }}zone: "{{ .x }}"{{- end }}\n  a: 1\n', '{}\nspec: {}\n  ~zone: ?"{{ .x }}"\n  a: "1"');
  });
});

describe("a line that prints", () => {
  it("is the value of a key that has no other", () => {
    same(
      `
        metadata:
          labels:
            {{- include "x" . | nindent 4 }}
          annotations:
        {{ toYaml .Values.annotations | indent 4 }}
          name: web
        resources: # none
          {{- with .Values.resources }}
          {{- toYaml . | nindent 2 }}
          {{- end }}
      `,
      `
        {}
        metadata: {}
          labels: ?"{{- include \\"x\\" . | nindent 4 }}"
          annotations: ?"{{ toYaml .Values.annotations | indent 4 }}"
          name: "web"
        resources: ?"{{- toYaml . | nindent 2 }}"
      `,
    );
  });

  it("opens the map whose column it prints at", () => {
    same(
      `
        metadata:
          labels:
            {{- include "x" . | nindent 4 }}
            app: web
          name: web
        spec:
          a:
            b: 1
          {{- toYaml .Values.more | nindent 2 }}
      `,
      `
        {}
        metadata: {}
          labels: {}…
            app: "web"
          name: "web"
        spec: {}…
          a: {}
            b: "1"
      `,
    );
  });

  it("opens the list whose column it prints at", () => {
    same(
      `
        args:
          - a
          {{- range .Values.args }}
          - {{ . }}
          {{- end }}
          {{- toYaml .Values.more | nindent 2 }}
        volumes:
          - name: x
            emptyDir: {}
        {{ toYaml .Values.volumes | indent 2 }}
      `,
      `
        {}
        args: []…
          - "a"
          - ?"{{ . }}"
        volumes: []…
          - {}
            name: "x"
            emptyDir: {}
      `,
    );
  });

  it("opens both the list at the column of its key and the map of that key", () => {
    same("env:\n- name: a\n{{ toYaml .Values.env }}\n", '{}…\nenv: []…\n  - {}\n    name: "a"');
  });

  it("opens the map when the value before it is already printed", () => {
    same(
      "c:\n  resources:\n    {{- toYaml .a | nindent 4 }}\n  {{- toYaml .b | nindent 2 }}\n",
      '{}\nc: {}…\n  resources: ?"{{- toYaml .a | nindent 4 }}"',
    );
  });

  it("opens what is in brackets around it", () => {
    same("a: [\n  {{ .x }}\n]\nb: 1\n", '{}\na: []…\nb: "1"');
  });
});

describe("a condition", () => {
  it("makes the entries in it conditional, but not what is inside those", () => {
    same(
      `
        spec:
          a: 1
          {{- if .x }}
          replicas: 2
          security:
            user: 1
          {{- else if .y }}
          replicas: 3
          {{- else }}
          replicas: 4
          {{- end }}
          b: 2
          {{- with .z }}
          c: {{ . }}
          {{- end }}
      `,
      `
        {}
        spec: {}
          a: "1"
          ~replicas: "2"
          ~security: {}
            user: "1"
          ~replicas: "3"
          ~replicas: "4"
          b: "2"
          ~c: ?"{{ . }}"
      `,
    );
  });

  it("leaves a list open and its items as they are", () => {
    same(
      "args:\n- a\n{{- if .x }}\n- b\n{{- end }}\nother:\n- c\n",
      '{}\nargs: []…\n  - "a"\n  - "b"\nother: []\n  - "c"',
    );
  });

  it("around the whole document makes that conditional, and none of its entries", () => {
    const whole = read("{{- if .Values.enabled }}\n# c\nkind: Service\nspec:\n  a: 1\n{{- end }}\n");
    assert.equal(whole.conditional, true);
    assert.equal(outline(whole.tree), '{}\nkind: "Service"\nspec: {}\n  a: "1"');
    assert.equal(read("kind: Service\n{{ end }}\n").conditional, true);
    assert.equal(read("{{ range .x }}\nkind: Service\n").conditional, true);
    assert.equal(read("kind: Service\n{{ if .x }}\na: 1\n{{ end }}\n").conditional, undefined);
  });

  it("does not excuse a key that is given twice without one", () => {
    assert.deepEqual(codes(read("a: 1\nb: {{ .x }}\na: 2\n")), ["duplicate-key"]);
    assert.deepEqual(codes(read("a: 1\n{{ if .x }}\na: 2\n{{ end }}\n")), []);
    assert.deepEqual(codes(read("{{ .k }}: 1\n{{ .k }}: 2\n")), []);
  });

  it("may be in comments", () => {
    same("# {{ if .x }}\na: 1\n# {{ end }}\nb: 2\n", '{}\n~a: "1"\nb: "2"');
  });
});

describe("block scalars of a template", () => {
  it("are unknown and hold together, whatever the indentation of the actions in them", () => {
    same(
      `
        data:
          a.conf: |
            {{- if .x }}
            one
            {{- end }}
        {{- if .y }}
            two {
              {{ .z }}
            }
        {{- end }}
          b: |-
        {{ .Files.Get "b" | indent 4 }}
          c: |
            {{- .Values.c | nindent 4 }}
          d: >
            {{ .x }} text
          e: |
            known
          {{- if .f }}
          f: 1
          {{- end }}
        list:
          - |
            {{ .x }}
          - y
      `,
      `
        {}
        data: {}
          a.conf: ?"{{- if .x }}\\none\\n{{- end }}\\n{{- if .y }}\\ntwo {\\n  {{ .z }}\\n}\\n"
          b: ?"{{ .Files.Get \\"b\\" | indent 4 }}"
          c: ?"{{- .Values.c | nindent 4 }}\\n"
          d: ?"{{ .x }} text\\n"
          e: "known\\n"
          ~f: "1"
        list: []
          - ?"{{ .x }}\\n"
          - "y"
      `,
    );
  });
});

describe("what renders nothing", () => {
  it("leaves no trace", () => {
    same(
      `
        {{- /* a
          remark: with "}}" in it */ -}}
        {{- $name := include "x" . -}}
        {{ $_ := set . "a" 1 }}
        {{- $name = "b" }}
        a: 1
        {{/* b: 2 */}}
        c: 3
      `,
      `
        {}
        a: "1"
        c: "3"
      `,
    );
  });

  it("has no tree, as a file of definitions", () => {
    const helpers =
      '{{/* Names. */}}\n{{- define "x.name" -}}\n{{- if .a }}a: {{ .b }}{{ end }}\nlabels:\n  x: y\n{{- end -}}\n';
    assert.equal(read(helpers).tree, undefined);
    assert.equal(outline(read(`${helpers}a: 1\n`).tree), '{}\na: "1"');
  });
});

describe("other template engines", () => {
  it("are read in the same way", () => {
    same(
      "{% if x %}\na: {{ b }}\n{% else %}\na: c\n{% endif %}\n{# d #}\ne: 1\n",
      '{}\n~a: ?"{{ b }}"\n~a: "c"\ne: "1"',
    );
    same("<% if x %>\na: <%= b %>\n<% end %>\nc: 1\n", '{}\n~a: ?"<%= b %>"\nc: "1"');
    same(
      "name: << inputs.name >>\nimage: x:<< inputs.tag >>\na: 1\n",
      '{}\nname: ?"<< inputs.name >>"\nimage: ?"x:<< inputs.tag >>"\na: "1"',
    );
  });

  it("may be inside the strings of ordinary YAML", () => {
    same(
      'expr: "{{ $labels.pod }} is down"\ntext: |\n  {{ range .Alerts }}\n  x: {{ . }}\n  {{ end }}\nother: {a: 1}\n',
      '{}\nexpr: ?"{{ $labels.pod }} is down"\ntext: ?"{{ range .Alerts }}\\nx: {{ . }}\\n{{ end }}\\n"\nother: {}\n  a: "1"',
    );
  });
});

describe("text that is no YAML even so", () => {
  it("is known up to where it stops making sense", () => {
    same(
      'kind: Deployment\nspec:\n  a: {b: 1}\n  c: "{{ .x }}" "{{ .y }}"\n  d: 1\n',
      '{}…\nkind: "Deployment"\nspec: {}…\n  a: {}\n    b: "1"',
    );
  });

  it("may have actions that nothing closes", () => {
    same("a: 1\nb: {{ .x\nc: 2\n", '{}\na: "1"\nb: ?"{{ .x"\nc: "2"');
    same("a: 1\nb: {{\n", '{}\na: "1"\nb: ?"{{"');
    same("a: {{ \"x }}\nb: {{ don't }}\nc: 2\n", '{}\na: ?"{{ \\"x }}"\nb: ?"{{ don\'t }}"\nc: "2"');
  });
});
