import assert from "node:assert/strict";
import { parseCareful } from "../../../server/engine/tree/careful.ts";
import { parseFast } from "../../../server/engine/tree/fast.ts";
import { allEntries, isOpen, lookup } from "../../../server/engine/tree/read.ts";
import { splitDocuments } from "../../../server/engine/tree/split.ts";
import { looksTemplated, parseTemplated } from "../../../server/engine/tree/template.ts";
import type { ParsedDocument, Tree } from "../../../server/engine/tree/tree.ts";
import { assertWellFormed, codes } from "./support.ts";

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join("");
}

/** What walking all of a tree comes to when aliases are followed, up to a bound that no reader of facts should meet. */
function expanded(tree: Tree | undefined): number {
  let count = 0;
  const waiting: Tree[] = tree === undefined ? [] : [tree];
  for (let next = waiting.pop(); next !== undefined && count < 1_000_000; next = waiting.pop()) {
    count++;
    if (next.kind === "list") for (const item of next.items) waiting.push(item);
    if (next.kind !== "map") continue;
    for (const entry of next.entries) waiting.push(entry.value);
    assert.ok(allEntries(next).length <= 20_000 || next.entries.length > 20_000);
    assert.equal(lookup(next, "absent"), undefined);
    isOpen(next);
  }
  return count;
}

function readBoth(text: string): ParsedDocument {
  const careful = parseCareful(text);
  const fast = parseFast(text);
  if (fast !== undefined) assert.deepEqual(fast, careful);
  assertWellFormed(careful, text, text.slice(0, 40));
  assert.ok(expanded(careful.tree) <= 250_000, "a walk over the tree stays bounded");
  return careful;
}

const LETTERS = [..."abcdefghi"];
const NINE = (letter: string): string => Array(9).fill(`*${letter}`).join(", ");

describe("limits", () => {
  it("stop an alias bomb, and keep the rest of the file", () => {
    const bomb = LETTERS.map(
      (letter, at) => `${letter}: &${letter} [${at === 0 ? "x" : NINE(LETTERS[at - 1] ?? "")}]\n`,
    );
    const parsed = readBoth(`kind: Deployment\n${bomb.join("")}after: 1\n`);
    assert.deepEqual(codes(parsed), ["alias-limit"]);
    assert.ok(parsed.tree?.kind === "map" && lookup(parsed.tree, "after") !== undefined);
  });

  it("stop a merge bomb", () => {
    const bomb = LETTERS.map((letter, at) =>
      at === 0 ? "a: &a {k: 1}\n" : `${letter}: &${letter}\n  <<: [${NINE(LETTERS[at - 1] ?? "")}]\n  k${at}: 1\n`,
    );
    assert.deepEqual(codes(readBoth(bomb.join(""))), ["merge-limit"]);
  });

  it("stop a chain of 4,000 merges", () => {
    const chain = `m0: &m0 {k: 1}\n${lines(4000, (at) => `m${at + 1}: &m${at + 1} {<<: *m${at}, k${at}: 1}`)}`;
    assert.deepEqual(codes(readBoth(chain)), ["merge-limit"]);
  });

  it("stop at 10,000 aliases, of which nothing after is known", () => {
    const parsed = readBoth(`a: &a 1\nb:\n${lines(10_050, () => "- *a")}`);
    assert.deepEqual(codes(parsed), ["alias-limit"]);
    const list = parsed.tree?.kind === "map" ? lookup(parsed.tree, "b")?.value : undefined;
    assert.ok(list?.kind === "list");
    assert.equal(list.items.filter((item) => item.kind === "scalar" && item.unknown === true).length, 50);
  });

  const nested: Record<string, string> = {
    "10,000 brackets": `a: ${"[".repeat(10_000)}${"]".repeat(10_000)}`,
    "100,000 brackets": `a: ${"[".repeat(100_000)}${"]".repeat(100_000)}`,
    "100,000 brackets that nothing closes": "[".repeat(100_000),
    "10,000 braces": "{a: ".repeat(10_000) + "}".repeat(10_000),
    "1,000 block maps": lines(1000, (at) => `${" ".repeat(at)}a:`),
    "4,000 block maps": lines(4000, (at) => `${" ".repeat(at)}a:`),
    "100,000 block lists": `${"- ".repeat(100_000)}x`,
    "5,000 explicit keys": "? ".repeat(5000),
  };
  for (const [name, text] of Object.entries(nested)) {
    it(`cut off ${name} at a depth of 200`, () => {
      const parsed = readBoth(text);
      assert.ok(codes(parsed).includes("too-deep"));
      let depth = 0;
      for (let tree = parsed.tree; tree !== undefined && tree.kind !== "scalar"; depth++) {
        tree = tree.kind === "map" ? tree.entries[0]?.value : tree.items[0];
      }
      assert.ok(depth <= 200);
    });
  }

  it("let 200 levels pass", () => {
    const parsed = readBoth(`${"[".repeat(200)}${"]".repeat(200)}`);
    assert.deepEqual(codes(parsed), []);
    assert.notEqual(parseFast(`${"[".repeat(199)}${"]".repeat(199)}`), undefined);
  });

  it("read 100,000 keys, or one key 20,000 times, in linear time", () => {
    const elapsed = (text: string): number => {
      const start = process.cpuUsage();
      parseFast(text);
      parseCareful(text);
      const used = process.cpuUsage(start);
      return used.user + used.system;
    };
    const keys = (count: number): string => lines(count, (at) => `key${at}: ${at}`);
    elapsed(keys(10_000));
    assert.ok(elapsed(keys(100_000)) < 40 * elapsed(keys(10_000)));
    assert.equal(codes(readBoth(lines(20_000, () => "key: 1"))).length, 100);
  });

  it("read a line of 5 MB and a Secret of 1 MB", () => {
    assert.deepEqual(codes(readBoth(`a: ${"x".repeat(5_000_000)}\n`)), []);
    assert.deepEqual(codes(readBoth(`data:\n  key: ${"QUJD".repeat(250_000)}\n`)), []);
  });

  it("split 10,000 documents", () => {
    assert.equal(splitDocuments(lines(10_000, (at) => `---\na: ${at}`)).length, 10_000);
  });

  const templates: Record<string, string> = {
    "actions that nothing closes": "{{ ".repeat(20_000),
    "conditions that nothing ends": `${"{{ if .x }}\n".repeat(20_000)}a: b\n`,
    "conditions on one line": `a: ${"{{ if .x }} ".repeat(20_000)}`,
    "lines that print": `a:\n${"  {{ .x }}\n".repeat(20_000)}`,
    "strings that nothing closes": 'a: {{ "'.repeat(10_000),
    "comments that nothing closes": "{{/* ".repeat(10_000),
    "definitions inside each other": '{{ define "x" }}\n'.repeat(10_000),
    "block scalars": lines(10_000, (at) => `k${at}: |\n  {{ .x }}`),
    "items in brackets": `a: [${"{{ .x }}, ".repeat(10_000)}]`,
    "keys and conditions": lines(4000, (at) => `{{ $k }}: {{ $v }}\n{{ if .x }}\nk${at}: v\n{{ end }}`),
    "anchors on one line": `a: {{ .x }}\n${"- &x ".repeat(10_000)}\n`,
  };
  for (const [name, text] of Object.entries(templates)) {
    it(`read a template of very many ${name}`, () => {
      assert.ok(looksTemplated(text));
      const parsed = parseTemplated(text);
      assertWellFormed(parsed, text, name);
      assert.ok(!codes(parsed).includes("syntax"));
    });
  }
});
