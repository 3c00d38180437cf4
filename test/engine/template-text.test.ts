import assert from "node:assert/strict";
import { rootField } from "../../server/engine/field.ts";
import { SourceDocument } from "../../server/engine/source.ts";
import { templateText } from "../../server/engine/template-text.ts";

function textOf(value: string, { uri = "file:///web/templates/web.yaml", before = "" } = {}): string | undefined {
  const document = new SourceDocument(uri, `${before}app: ${value}\n`, { yaml: true, yaml11: true, templated: "auto" });
  return templateText(rootField(document).at("app"));
}

describe("template expressions as text", () => {
  it("are the same however they are spaced, quoted and indented", () => {
    const plain = textOf('{{ include "web.name" . }}');
    assert.notEqual(plain, undefined);
    assert.equal(textOf('{{-  include "web.name" .  | quote -}}'), plain);
    assert.equal(textOf('{{ include "web.name" . }}', { uri: "file:///web/templates/more/other.yaml" }), plain);
  });

  it("differ between charts, and mean nothing outside of them", () => {
    assert.notEqual(
      textOf("{{ .Release.Name }}"),
      textOf("{{ .Release.Name }}", { uri: "file:///other/templates/web.yaml" }),
    );
    assert.equal(textOf("{{ .Release.Name }}", { uri: "file:///web/web.yaml" }), undefined);
    assert.equal(textOf("web"), undefined);
  });

  it("take variables for what they are set to", () => {
    assert.equal(
      textOf("{{ $name }}", { before: '{{- $name := include "web.name" . -}}\n' }),
      textOf('{{ include "web.name" . }}'),
    );
    assert.equal(textOf("{{ $name }}"), undefined);
    assert.equal(textOf("{{ $name }}", { before: '{{ $name := "a" }}\n{{ $name = "b" }}\n' }), undefined);
  });

  it("cannot be compared where they speak of what a loop is at", () => {
    assert.equal(textOf("{{ .name }}"), undefined);
    assert.equal(textOf("{{ $.Values.name }}")?.endsWith("{{$.Values.name}}"), true);
  });
});
