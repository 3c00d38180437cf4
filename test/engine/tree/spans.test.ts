import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCareful } from "../../../server/engine/tree/careful.ts";
import { lineStarts, positionAt } from "../../../server/engine/tree/lines.ts";
import { lookup } from "../../../server/engine/tree/read.ts";
import { spanOf } from "../../../server/engine/tree/spans.ts";
import type { ScalarTree } from "../../../server/engine/tree/tree.ts";
import "../../support/random.ts";

function scalarOf(text: string): ScalarTree {
  const { tree } = parseCareful(text);
  const value = tree?.kind === "map" ? lookup(tree, "a")?.value : tree;
  assert.ok(value?.kind === "scalar");
  return value;
}

/** The source of a part of the decoded text. */
function sourceOf(text: string, part: string): string {
  const scalar = scalarOf(text);
  const from = scalar.text.indexOf(part);
  assert.ok(from >= 0, `${JSON.stringify(part)} is in ${JSON.stringify(scalar.text)}`);
  const [start, end] = spanOf(text, scalar, from, from + part.length);
  return text.slice(start, end);
}

describe("spanOf", () => {
  it("finds a part of a scalar on one line", () => {
    assert.equal(sourceOf("a: registry.example/web:1.2 # c\n", "1.2"), "1.2");
    assert.equal(sourceOf("a: 'registry.example/web:1.2'\n", "1.2"), "1.2");
    assert.equal(sourceOf('a: "registry.example/web:1.2"\n', "1.2"), "1.2");
  });

  it("finds a part behind escapes", () => {
    assert.equal(sourceOf("a: 'it''s here'\n", "here"), "here");
    assert.equal(sourceOf("a: 'it''s here'\n", "t's"), "t''s");
    assert.equal(sourceOf('a: "\\u00e9\\U0001F600\\tx y"\n', "x y"), "x y");
    assert.equal(sourceOf('a: "\\u00e9\\U0001F600\\tx y"\n', "😀"), "\\U0001F600");
    assert.equal(sourceOf('a: "one \\\n   two"\n', "two"), "two");
  });

  it("finds a part of what is folded", () => {
    assert.equal(sourceOf("a: one\n  two\n\n  three\n", "three"), "three");
    assert.equal(sourceOf('a: "one\n  two\n\n\n  three"\n', "three"), "three");
    assert.equal(sourceOf("a: one\n  two\n", "one two"), "one\n  two");
    assert.equal(sourceOf("a: one\r\n  two\r\n", "two"), "two");
  });

  it("finds a line of a block scalar", () => {
    const script = "a: |\n  set -e\n\n    indented\n  make deploy # now\n";
    assert.equal(sourceOf(script, "make deploy"), "make deploy");
    assert.equal(sourceOf(script, "  indented"), "  indented");
    assert.equal(sourceOf(script.replaceAll("\n", "\r\n"), "make deploy"), "make deploy");
    assert.equal(sourceOf("a: |2-  # c\n    two\n  none\n", "none"), "none");
    assert.equal(sourceOf("a: |+\n  x\n\n\n", "x\n\n"), "x\n\n");
    assert.equal(sourceOf(script, "set -e\n\n  indented"), "set -e\n\n    indented");
  });

  it("finds a word of a folded block scalar", () => {
    const text = "a: >-\n\n  one two\n  three\n\n  four\n    more  indented\n\n  five\n";
    for (const word of ["one", "three", "four", "  more  indented", "five"]) assert.equal(sourceOf(text, word), word);
    assert.equal(sourceOf(text.replaceAll("\n", "\r\n"), "five"), "five");
  });

  it("falls back on the whole scalar", () => {
    const text = "a: one\n";
    const scalar = { ...scalarOf(text), text: "something else" };
    assert.deepEqual(spanOf(text, scalar, 2, 5), [scalar.start, scalar.end]);
    const empty = scalarOf("a: ''\n");
    assert.deepEqual(spanOf("a: ''\n", empty, 0, 0), [empty.start, empty.end]);
  });

  it("finds every word of whatever is written in any style", () => {
    const word = fc.constantFrom("one", "b:c", "é", "😀", "it's", "x", "#y");
    const separator = fc.constantFrom(" ", "\n  ", "\n\n  ", "\n    ", "  ");
    const body = fc.array(fc.tuple(word, separator), { minLength: 1, maxLength: 8 });
    const style = fc.constantFrom<[string, string]>(["", ""], ["'", "'"], ['"', '"'], ["|\n  ", ""], [">-\n  ", ""]);
    const property = fc.property(body, style, fc.boolean(), (parts, [open, close], windows) => {
      const written = parts.map(([text, space]) => text + space).join("");
      const inner = open === "'" ? written.replaceAll("'", "''") : written;
      const source = `a: ${open}x ${inner.trimEnd()}${close}\n`;
      const text = windows ? source.replaceAll("\n", "\r\n") : source;
      const parsed = parseCareful(text);
      if (parsed.problems.length > 0) return;
      const scalar = scalarOf(text);
      for (const match of scalar.text.matchAll(/\S+/g)) {
        const [start, end] = spanOf(text, scalar, match.index, match.index + match[0].length);
        const found = text.slice(start, end);
        assert.equal(scalar.style === "single" ? found.replaceAll("''", "'") : found, match[0]);
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });
});

describe("positionAt", () => {
  it("counts lines as editors do and characters in UTF-16", () => {
    const text = "a\nb\r\nc\rd😀e";
    const starts = lineStarts(text);
    assert.deepEqual(starts, [0, 2, 5, 7]);
    assert.deepEqual(positionAt(starts, 0), { line: 0, character: 0 });
    assert.deepEqual(positionAt(starts, 3), { line: 1, character: 1 });
    assert.deepEqual(positionAt(starts, 5), { line: 2, character: 0 });
    assert.deepEqual(positionAt(starts, text.indexOf("e")), { line: 3, character: 3 });
    assert.deepEqual(lineStarts(""), [0]);
    assert.deepEqual(lineStarts("a\nb\n"), [0, 2, 4]);
  });
});
