import assert from "node:assert/strict";
import { parseCareful } from "../../../server/engine/tree/careful.ts";
import { parseFast } from "../../../server/engine/tree/fast.ts";
import { parseDocumentText } from "../../../server/engine/tree/parse.ts";
import type { ParsedDocument } from "../../../server/engine/tree/tree.ts";
import { assertWellFormed, codes, dedent, outline } from "./support.ts";

function read(text: string): ParsedDocument {
  const parsed = parseCareful(text);
  assertWellFormed(parsed, text, JSON.stringify(text));
  return parsed;
}

/** Each node's source text, in the order of the outline. */
function sources(text: string): string[] {
  const found: string[] = [];
  const visit = (tree: ParsedDocument["tree"]): void => {
    if (tree === undefined) return;
    found.push(text.slice(tree.start, tree.end));
    if (tree.kind === "map") for (const entry of tree.entries) visit(entry.value);
    if (tree.kind === "list") tree.items.forEach(visit);
  };
  visit(read(text).tree);
  return found;
}

describe("parseCareful", () => {
  it("keeps what stands before and after a half-typed key", () => {
    const parsed = read("apiVersion: v1\nki\nmetadata:\n  name: web\n");
    assert.equal(outline(parsed.tree), '{}\napiVersion: "v1"\nki: ""\nmetadata: {}\n  name: "web"');
    assert.deepEqual(codes(parsed), ["syntax"]);
  });

  it("makes what it can of text that is cut off", () => {
    assert.equal(outline(read("a: 1\nb: [x, {y").tree), '{}\na: "1"\nb: []\n  - "x"\n  - {}\n    y: ""');
    assert.equal(outline(read('a: 1\nb: "text').tree), '{}\na: "1"\nb: "text"');
    assert.equal(outline(read("a: 1\nb:\n  - ").tree), '{}\na: "1"\nb: []\n  - ""');
  });

  it("keeps every node in its place, whatever the parser makes of the text", () => {
    read('a: {`: {b: 1}\nc:\n  d:\n    e:\n      - f: g\n     |x: "y"\n        h: |\n          i\n');
  });

  it("complains about tabs, conflict marks and NUL, and goes on", () => {
    assert.deepEqual(codes(read("a:\n\tb: c\nd: e\n")), ["syntax"]);
    assert.ok(codes(read("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> x\nc: 4\n")).includes("syntax"));
    const nul = read("a: b\0c\nd: e\n");
    assert.deepEqual(codes(nul), ["not-text"]);
    assert.equal(outline(nul.tree), '{}\na: "b\\u0000c"\nd: "e"');
  });

  it("takes a lone surrogate, a BOM and carriage returns as they are", () => {
    assert.deepEqual(read("a: \ud800\nb: x\udc00\n").problems, []);
    assert.deepEqual(sources("\uFEFFa: b\r\nc:\r\n- d\r\n"), ["a: b\r\nc:\r\n- d", "b", "- d", "d"]);
  });

  it("has the ranges that an edit needs", () => {
    const text = dedent(`
      a: "q"   # comment
      b:
        - x: 1

        - 'y'
      c: {k: [1, 2], l: }
      d: |-  # comment
        text
          more

      e: >
      f: !!str   plain  # comment
      g:
      h:
        i: &x
          j: 1
    `);
    assert.deepEqual(sources(text).slice(1), [
      '"q"',
      "- x: 1\n\n  - 'y'",
      "x: 1",
      "1",
      "'y'",
      "{k: [1, 2], l: }",
      "[1, 2]",
      "1",
      "2",
      "",
      "|-  # comment\n  text\n    more",
      ">",
      "plain",
      "",
      "i: &x\n    j: 1",
      "j: 1",
      "1",
    ]);
    const empty = read("a:   # c\n  \nb: 1\n").tree;
    assert.ok(empty?.kind === "map");
    assert.equal(empty.entries[0]?.value.start, 2);
  });

  it("keeps tags as they are written and evaluates none of them", () => {
    const parsed = read("a: !Sub ${X}\nb: !reference [x, y]\nc: !!set {p}\nd: !!binary '!'\ne: !a!b c\n");
    assert.equal(
      outline(parsed.tree),
      '{}\na: "${X}" !Sub\nb: [] !reference\n  - "x"\n  - "y"\nc: {} !!set\n  p: ""\nd: "!" !!binary\ne: "c"',
    );
    assert.deepEqual(parsed.problems, []);
  });

  it("reports a key that is given twice at the later one", () => {
    const text = "a: 1\nb: 2\na: 3\n<<: {}\n<<: {}\nc: {x: 1, x: 2}\n";
    const parsed = read(text);
    assert.deepEqual(codes(parsed), ["duplicate-key", "duplicate-key"]);
    assert.deepEqual(
      parsed.problems.map((problem) => problem.start),
      [text.indexOf("a: 3"), text.indexOf("x: 2")],
    );
  });

  it("takes names of object members as the ordinary keys that they are", () => {
    const text = "__proto__: 1\nconstructor: {toString: x}\nhasOwnProperty:\n- __proto__\n";
    const parsed = read(text);
    assert.equal(
      outline(parsed.tree),
      '{}\n__proto__: "1"\nconstructor: {}\n  toString: "x"\nhasOwnProperty: []\n  - "__proto__"',
    );
    assert.deepEqual(parseFast(text), parsed);
  });
});

describe("anchors and aliases", () => {
  it("share one subtree, with the range of each alias its own", () => {
    const text = "a: &x {k: v}\nb: *x\n";
    const { tree } = read(text);
    assert.ok(tree?.kind === "map");
    const [anchored, alias] = tree.entries.map((entry) => entry.value);
    assert.ok(anchored?.kind === "map" && alias?.kind === "map");
    assert.equal(alias.entries, anchored.entries);
    assert.equal(text.slice(alias.start, alias.end), "*x");
    assert.equal(outline(tree), '{}\na: {}^\n  k: "v"^\nb: {}^\n  k: "v"^');
  });

  it("cannot follow an alias to what is later, missing or around it", () => {
    const parsed = read("a: *b\nb: &b 1\nc: *none\nd: &d [*d]\n");
    assert.equal(outline(parsed.tree), '{}\na: ?"*b"\nb: "1"^\nc: ?"*none"\nd: []^\n  - ?"*d"^');
    assert.deepEqual(codes(parsed), ["alias-unresolved", "alias-unresolved", "alias-unresolved"]);
  });

  it("take the latest node of a name, and none inside the node that takes the name", () => {
    assert.equal(
      outline(read("- &a 1\n- &a 2\n- *a\n- &a [*a]\n").tree),
      '[]\n- "1"^\n- "2"^\n- "2"^\n- []^\n  - ?"*a"^',
    );
  });

  it("serve as keys", () => {
    assert.equal(
      outline(read("&a k: 1\n? *a : 2\n*a : 3\n").tree),
      '{}\nk: "1"\n{k: 2}: ""\nk: "3"'.replace("{k: 2}", "*a : 2"),
    );
  });
});

describe("parseDocumentText", () => {
  it("reads the same by either tier", () => {
    const text = "a: [1, {b: c}]\n";
    assert.deepEqual(
      parseDocumentText(text, { tier: "fast", templated: "never" }),
      parseDocumentText(text, { tier: "careful", templated: "never" }),
    );
  });

  it("looks for templates only when told to", () => {
    const text = "replicas: {{ .Values.replicas }}\n";
    assert.equal(
      outline(parseDocumentText(text, { tier: "fast", templated: "auto" }).tree),
      '{}\nreplicas: ?"{{ .Values.replicas }}"',
    );
    assert.equal(parseDocumentText(text, { tier: "fast", templated: "never" }).templated, false);
  });

  it("has no tree for a document of comments", () => {
    assert.equal(parseDocumentText("---\n# nothing\n", { tier: "fast", templated: "auto" }).tree, undefined);
  });
});
