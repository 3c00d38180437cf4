import assert from "node:assert/strict";
import { branchesOf, findActions, looksTemplated } from "../../../server/engine/tree/actions.ts";

describe("looksTemplated", () => {
  it("knows the signs of a template engine", () => {
    for (const text of [
      "a: {{ .x }}",
      "{{- if x }}",
      "a: '{{x}}'",
      "{% if x %}",
      "<%= x %>",
      "name: << inputs.name >>",
    ]) {
      assert.equal(looksTemplated(text), true, text);
    }
  });

  it("is not taken in by expressions of a workflow, shell or flow collections", () => {
    const ordinary = [
      "a: ${{ secrets.X }}",
      "if: ${{ a }} && ${{ b }}",
      "run: echo ${#list[@]} <<EOF",
      "a: {b: {c: d}}",
      "x: << y",
    ];
    for (const text of ordinary) assert.equal(looksTemplated(text), false, text);
  });
});

describe("findActions", () => {
  const kinds = (text: string): string[] =>
    findActions(text).map(({ start, end, kind }) => `${kind} ${text.slice(start, end)}`);

  it("ends an action where the template engine does", () => {
    assert.deepEqual(kinds('{{ "}}" }} {{ `}}\n` }} {{- /* }} */ -}} {{ \'"\' }}'), [
      'print {{ "}}" }}',
      "print {{ `}}\n` }}",
      "silent {{- /* }} */ -}}",
      "print {{ '\"' }}",
    ]);
  });

  it("knows what prints and what does not", () => {
    assert.deepEqual(kinds('{{if x}}{{- else if y -}}{{end}}{{ $a := 1 }}{{ $a }}{{ ifx }}{{ template "t" . }}'), [
      "open {{if x}}",
      "middle {{- else if y -}}",
      "end {{end}}",
      "silent {{ $a := 1 }}",
      "print {{ $a }}",
      "print {{ ifx }}",
      'print {{ template "t" . }}',
    ]);
  });

  it("takes a definition as one action that prints nothing", () => {
    assert.deepEqual(kinds('{{ define "a" }}{{ if x }}b{{ end }}{{ end }}{{ c }}'), [
      'silent {{ define "a" }}{{ if x }}b{{ end }}{{ end }}',
      "print {{ c }}",
    ]);
  });
});

describe("branchesOf", () => {
  const branches = (text: string): string[] =>
    branchesOf(findActions(text), text.length).map(({ from, to }) => text.slice(from, to));

  it("pairs what opens with what ends", () => {
    assert.deepEqual(branches("a{{ if x }}b{{ range y }}c{{ end }}d{{ else }}e{{ end }}f"), [
      "b{{ range y }}c{{ end }}d",
      "c",
      "e",
    ]);
  });

  it("reaches to the ends of the document for what is opened or ended in another", () => {
    assert.deepEqual(branches("a{{ end }}b{{ if x }}c"), ["a", "c"]);
  });
});
