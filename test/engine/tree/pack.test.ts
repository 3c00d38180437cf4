import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { pack, unpack } from "../../../server/engine/tree/pack.ts";
import { parseDocumentText } from "../../../server/engine/tree/parse.ts";
import { splitDocuments } from "../../../server/engine/tree/split.ts";
import type { Tree } from "../../../server/engine/tree/tree.ts";
import "../../support/random.ts";

/** A tree as plain data: those that were packed are made part by part when they are looked at. */
function plain(tree: Tree): unknown {
  const { kind, start, end, tag, shared } = tree;
  const head = { kind, start, end, tag, shared };
  switch (tree.kind) {
    case "scalar":
      return { ...head, text: tree.text, style: tree.style, unknown: tree.unknown };
    case "map":
      return {
        ...head,
        flow: tree.flow,
        open: tree.open,
        entries: tree.entries.map((entry) => ({ ...entry, value: plain(entry.value) })),
      };
    case "list":
      return {
        ...head,
        flow: tree.flow,
        open: tree.open,
        conditional: tree.conditional === undefined ? undefined : [...tree.conditional],
        items: tree.items.map(plain),
      };
  }
}

/** Whether the text has a tree that can be packed; it is the same afterwards. */
function survives(text: string): boolean {
  const { tree } = parseDocumentText(text, { tier: "fast", templated: "auto" });
  const packed = tree === undefined ? undefined : pack(tree, text);
  if (tree === undefined || packed === undefined) return false;
  assert.deepEqual(plain(unpack(packed, text)), plain(tree), text);
  return true;
}

describe("a tree in numbers", () => {
  const folder = join(process.cwd(), "test/engine/tree/fixtures");
  const texts = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name))
    .flatMap((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      return splitDocuments(text).map(({ start, end }) => text.slice(start, end));
    });

  it("is the same tree again, for each of the fixtures", () => {
    assert.ok(texts.filter(survives).length > texts.length / 2);
  });

  it("keeps which items a template decides", () => {
    assert.ok(survives("list:\n  - a: 1\n{{- if .x }}\n  - b: {{ .y }}\n{{- end }}\n  - c: 3\n"));
    assert.ok(survives('{{- if .x }}\na: "é\\n"\n{{ .key }}: |\n  x\n{{- end }}\nflow: [1, {b: 2}]\n'));
  });

  it("refuses what stands in several places", () => {
    assert.ok(!survives("a: &x {b: 1}\nc: *x\n"));
    assert.ok(!survives("a: !tag b\n"));
  });

  it("is the same again for fixtures with lines of templates in them", () => {
    const lines = fc.constantFrom(
      "{{- if .x }}",
      "{{ end }}",
      "{{- range .l }}",
      "  {{ include . }}",
      "- {{ .v }}",
      "a: {{ .v }}",
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), lines), { maxLength: 4 }),
        (text, additions) => {
          const all = text.split("\n");
          for (const [at, line] of additions) all.splice(at % (all.length + 1), 0, line);
          survives(all.join("\n"));
        },
      ),
    );
  });
});
