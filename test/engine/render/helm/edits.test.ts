import assert from "node:assert/strict";
import type { Json, Key, Place } from "../../../../model/edit.ts";
import { writeEdits } from "../../../../server/engine/changes.ts";
import { placeIn } from "../../../../server/engine/render/graft.ts";
import { printed, TestChart } from "./support.ts";

const chart = new TestChart({
  "values.yaml": "cpu: 100\ntag:\nextra:\n  - name: b\nresources:\n  limits:\n    memory: 1Gi\n",
  "templates/x.yaml": `kind: X
cpu: {{ .Values.cpu }}m
tag: v{{ .Values.tag }}
{{- if .Values.big }}
size: 5
{{- else }}
size: 1
{{- end }}
resources: {{- toYaml .Values.resources | nindent 2 }}
items:
  - name: a
  {{- toYaml .Values.extra | nindent 2 }}
  {{- include "more" . | nindent 2 }}
`,
});
const [object] = chart.render(
  printed([
    "templates/x.yaml",
    "kind: X\ncpu: 100m\ntag: v\nsize: 5\nresources:\n  limits:\n    memory: 1Gi\nitems:\n  - name: a\n  - name: b\n  - name: c",
  ]),
).objects;

function written(at: Place, value: Json = "new"): string {
  const result = writeEdits([{ op: "set", at, value }], {
    document: (ref) => {
      const source = chart.source(ref.uri);
      const index = source?.indexOf(ref) ?? -1;
      const start = source?.starts[index]?.offset;
      const document = source?.documents[index];
      if (source === undefined || start === undefined || document === undefined) return undefined;
      return { text: source.text, start, end: start + document.text.length };
    },
    exists: () => true,
  });
  if (!result.ok || result.changes.length === 0) return "refused";
  return result.changes.map((change) => `${change.uri.replace(/^.*\//, "")}: ${change.text.trim()}`).join("; ");
}

function placeOf(...path: readonly Key[]): Place {
  assert.ok(object);
  const place = placeIn(object.tree, object.document, path);
  return place.decided ?? place;
}

describe("helm: edits of what was rendered", () => {
  it("are made where a value is decided as a whole", () => {
    assert.equal(written(placeOf("resources", "limits", "memory")), "values.yaml: new");
    assert.match(written(placeOf("resources", "requests"), { cpu: 1 }), /^values.yaml: requests:/);
    assert.equal(written(placeOf("items", 1, "name")), "values.yaml: new");
  });

  it("are refused where a value is only a part of it", () => {
    assert.equal(written(placeOf("cpu")), "refused");
    assert.equal(written(placeOf("tag")), "refused");
  });

  it("are refused in what the template does not write out", () => {
    assert.equal(written(placeOf("items", 2, "name")), "refused");
    assert.equal(written(placeOf("items", 2)), "refused");
    assert.equal(written(placeOf("items", 2, "image")), "refused");
    assert.equal(written(placeOf("size")), "refused");
  });
});
