import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parseCareful } from "../../../server/engine/tree/careful.ts";
import { splitDocuments } from "../../../server/engine/tree/split.ts";
import { looksTemplated, parseTemplated } from "../../../server/engine/tree/template.ts";
import type { Tree } from "../../../server/engine/tree/tree.ts";
import { assertWellFormed, codes } from "./support.ts";
import "../../support/random.ts";

const CORPUS = process.env["KMM_CORPUS"];

/** The keys and kinds of a tree; what is unknown may be anything. */
function shape(tree: Tree | undefined): unknown {
  if (tree === undefined || tree.kind === "scalar") return tree?.unknown ? "?" : (tree?.text ?? "");
  if (tree.kind === "list") return tree.items.map(shape);
  return tree.entries.map((entry) => [entry.key, shape(entry.value)]);
}

type Value = string | Value[] | [string, Value][];

describe("templates at large", () => {
  const scalar = fc.constantFrom("web", '"q: x"', "1", "|\n  text\n    more\n  end", "''");
  const { node } = fc.letrec<{ node: { lines: string[]; block: boolean } }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      scalar.map((text) => ({ lines: text.split("\n"), block: false })),
      fc.array(tie("node"), { minLength: 1, maxLength: 3 }).map((items) => ({
        lines: items.flatMap((item) => item.lines.map((line, at) => (at === 0 ? `- ${line}` : `  ${line}`))),
        block: true,
      })),
      fc.array(tie("node"), { minLength: 1, maxLength: 3 }).map((values) => ({
        lines: values.flatMap((value, at) =>
          value.block
            ? [`k${at}:`, ...value.lines.map((line) => `  ${line}`)]
            : value.lines.map((line, row) => (row === 0 ? `k${at}: ${line}` : `  ${line}`)),
        ),
        block: true,
      })),
    ),
  }));

  it("have the shape that the text has without the lines of control", () => {
    const inserted = fc.array(
      fc.record({
        at: fc.nat(),
        indent: fc.nat(8),
        line: fc.constantFrom("{{- if .x }}", "{{ end }}", "{{- else }}", "{{/* c */}}", "{{- $a := 1 }}"),
      }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    const property = fc.property(node, inserted, ({ lines }, additions) => {
      const plain = lines.join("\n");
      const expected = shape(parseCareful(`${plain}\n`).tree);
      const all = [...lines];
      for (const { at, indent, line } of additions) all.splice(at % (all.length + 1), 0, " ".repeat(indent) + line);
      const text = `${all.join("\n")}\n`;
      const parsed = parseTemplated(text);
      assertWellFormed(parsed, text, text);
      assert.deepEqual(codes(parsed), []);
      assert.ok(
        fits(shape(parsed.tree) as Value, expected as Value),
        `${text}\n${JSON.stringify(shape(parsed.tree))}\n${JSON.stringify(expected)}`,
      );
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it("never throw, and never complain about syntax, whatever is cut out or put in", () => {
    const folder = join(process.cwd(), "test/engine/tree/fixtures");
    const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    const pieces = [
      "{{",
      "}}",
      "{{ .x }}",
      "{{- if .x }}\n",
      "{{ end }}",
      "\n{{ .y | nindent 4 }}\n",
      '"',
      "'",
      "|",
      "{%",
      "%}",
      ":",
      "\n",
      "{{/*",
      "*/}}",
      "`",
      "<%= x %>",
    ];
    const change = fc.record({ at: fc.nat(), drop: fc.nat(6), add: fc.constantFrom(...pieces) });
    const property = fc.property(
      fc.constantFrom(...sources),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      (source, changes) => {
        let text = source;
        for (const { at, drop, add } of changes) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + add + text.slice(place + drop);
        }
        for (const { start, end } of splitDocuments(text)) {
          const part = text.slice(start, end);
          const parsed = parseTemplated(part);
          assert.ok(!codes(parsed).includes("syntax"));
          assertWellFormed(parsed, part, part);
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  if (CORPUS !== undefined) {
    it("are all read in a corpus", function () {
      this.timeout(300_000);
      let documents = 0;
      for (const name of readdirSync(CORPUS, { recursive: true, encoding: "utf8" })) {
        if (!/\.(?:ya?ml|tpl)$/.test(name)) continue;
        const text = readFileSync(join(CORPUS, name), "utf8");
        for (const { start, end } of splitDocuments(text)) {
          const part = text.slice(start, end);
          if (!looksTemplated(part)) continue;
          documents++;
          const parsed = parseTemplated(part);
          assertWellFormed(parsed, part, name);
          assert.deepEqual(codes(parsed), [], name);
        }
      }
      console.log(`      ${documents} documents with templates`);
    });
  }
});

function fits(found: Value, expected: Value): boolean {
  if (found === "?" || typeof found === "string") return found === "?" || found === expected;
  if (typeof expected === "string" || found.length !== expected.length) return false;
  return found.every((item, at) => fits(item as Value, expected[at] as Value));
}
