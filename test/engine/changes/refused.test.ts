import assert from "node:assert/strict";
import type { Edit } from "../../../model/edit.ts";
import type { Edits } from "./support.ts";
import { addDocument, all, append, applied, PDB, refuses, remove, replace, set, URI, write } from "./support.ts";

describe("changes: what is refused", () => {
  const anchored = `
     base: &base {image: nginx}
     web: *base
     merged:
       <<: *base
       resources: &res
         limits: {}
  `;
  refuses("inside an anchored map", "anchor", anchored, set(["base", "tty"], true));
  refuses("through an alias", "anchor", anchored, set(["web", "tty"], true));
  refuses("taking away what aliases need", "anchor", anchored, remove("base"));
  refuses("taking away what is merged in", "merge-key", anchored, remove("merged", "image"));
  refuses(
    "a map in the place of a merged one",
    "merge-key",
    `
     base: &base
       securityContext: {runAsNonRoot: true}
     web:
       <<: *base
  `,
    set(["web", "securityContext", "privileged"], false),
  );
  const merged = "a: &a\n  l: [x]\nb:\n  <<: *a\n";
  refuses("an item for a list that is merged in", "merge-key", merged, append(["b", "l"], "y"));
  refuses("an unused anchor with a used one in it", "anchor", "a: &a\n  b: &b {}\nc: *b\n", remove("a"));
  it("an anchor that nothing refers to does no harm", () => {
    assert.equal(applied("a: &x\n  b: 1\n", write("a: &x\n  b: 1\n", set(["a", "c"], 2))), "a: &x\n  b: 1\n  c: 2\n");
  });

  const helm = `
     spec:
       replicas: {{ .Values.replicas }}
       {{- if .Values.x }}
       paused: true
       {{- end }}
       template:
         {{- include "pod" . | nindent 4 }}
       strategy:
         {{- toYaml .Values.strategy | nindent 4 }}
         type: Recreate
  `;
  refuses("a templated value", "template", helm, set(["spec", "replicas"], 2));
  refuses("a key that is there on a condition", "template", helm, set(["spec", "paused"], false));
  refuses("an empty key that a template fills", "template", helm, set(["spec", "template", "spec"], { a: 1 }));
  refuses("a map that a template adds to", "template", helm, set(["spec", "strategy", "rollingUpdate"], {}));
  refuses("a Jinja template", "template", "{% if x %}\na: 1\n{% endif %}", set(["b"], 1));

  refuses(
    "a document signed by SOPS",
    "encrypted",
    "data: {a: 'ENC[x]'}\nsops: {mac: 'ENC[y]', lastmodified: x}",
    set(["data", "b"], "x"),
  );
  refuses("a half-typed document", "syntax", "a: [1\nb: 2", set(["c"], 1));
  refuses("a key that is given twice", "syntax", "a: 1\na: 2", set(["a"], 3));
  refuses("a tag of the reader's own", "syntax", " a: !Ref {b: 1}", set(["a", "c"], 3));
  refuses("a folded text across its lines", "block-scalar", " a: >\n   one\n   two\n", replace(["a"], "1\n2", [2, 5]));
  refuses("text of what is no scalar", "missing", " a: {}", replace(["a"], "x"));
  refuses("a scalar in the way", "missing", " a: text", set(["a", "b"], 1));
  refuses("an item beyond the end", "missing", " a: [1]", set(["a", 3], 1));
  refuses(
    "another document of that name",
    "exists",
    "kind: A\n---\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}",
    addDocument(PDB),
  );
  it("a document that is gone: missing", () => {
    const edit: Edit = { op: "remove", at: { document: { uri: URI }, path: ["a"] } };
    assert.deepEqual(
      write("a: 1\n", () => [edit]),
      { ok: false, why: "missing" },
    );
  });
  it("a second document in a JSON file: flow", () => {
    assert.deepEqual(write('{"a": 1}', addDocument(PDB), [], "file:///shop/a.json"), { ok: false, why: "flow" });
  });
  it("one edit that is refused takes the others with it", () => {
    assert.deepEqual(write("a: 1\nb: &x {}\nc: *x\n", all(set(["a"], 2), set(["b", "d"], 1))), {
      ok: false,
      why: "anchor",
    });
  });
});

describe("changes: files", () => {
  const create =
    (path: string, text = "x"): Edits =>
    ([beside]) => [{ op: "create-file", beside: beside!, path, text }];
  it("go below the folder of the document's file", () => {
    for (const [path, uri] of [
      ["pdb.yaml", "file:///shop/deploy/pdb.yaml"],
      ["base/net policy#1.yaml", "file:///shop/deploy/base/net%20policy%231.yaml"],
      [".github/workflows/scan.yml", "file:///shop/deploy/.github/workflows/scan.yml"],
    ] as const) {
      assert.deepEqual(write("a: 1\n", create(path)), { ok: true, changes: [], creations: [{ uri, text: "x" }] });
    }
  });
  it("never take the place of another", () => {
    assert.deepEqual(write("a: 1\n", create("b.yaml"), ["file:///shop/deploy/b.yaml"]), { ok: false, why: "exists" });
    assert.deepEqual(write("a: 1\n", all(create("b.yaml"), create("b.yaml", "y"))), { ok: false, why: "exists" });
    assert.equal(write("a: 1\n", all(create("b.yaml"), create("b.yaml"))).ok, true);
  });
  const hostile: Readonly<Record<"outside" | "name", readonly string[]>> = {
    outside: [
      "../../.git/hooks/x",
      "/etc/passwd",
      "a/../../b",
      "C:\\x.yaml",
      "c:x",
      "\\\\host\\share",
      "~/.bashrc",
      "..\\x",
    ],
    name: [
      "CON",
      "con.yaml",
      "a/NUL.txt",
      "com1",
      "LPT9.yaml",
      "x".repeat(254),
      "a\nb.yaml",
      "a\0b",
      "a\u0007",
      "a\\b",
      "",
      "a//b",
      "./a",
      "a.",
      "a ",
      ".git/hooks/pre-commit",
      "a/.git/config",
      ".GIT/config",
      ".gitmodules",
      ".vscode/tasks.json",
      "a/.github/workflows/x.yml",
      ".g\u200cit/x",
      "git~1/x",
      "ab:c",
      "a?.yaml",
      "<script>",
      "\ud800",
    ],
  };
  for (const why of ["outside", "name"] as const) {
    for (const path of hostile[why]) {
      it(`${JSON.stringify(path.slice(0, 30))}: ${why}`, () =>
        assert.deepEqual(write("a: 1\n", create(path)), { ok: false, why }));
    }
  }
});

describe("changes: text that is not YAML", () => {
  it("is replaced by offsets in the file", () => {
    const text = "FROM node:latest\nRUN make # {{ x }}\n";
    const edits = replace([], "22\nUSER 1000", [10, 16]);
    const after = "FROM node:22\nUSER 1000\nRUN make # {{ x }}\n";
    assert.equal(applied(text, write(text, edits)), after);
    const windows = text.replaceAll("\n", "\r\n");
    assert.equal(applied(windows, write(windows, edits)), after.replaceAll("\n", "\r\n"));
    const marked = `\ufeff${text}`;
    assert.equal(applied(marked, write(marked, replace([], "22", [11, 17]))), `\ufeff${text.replace("latest", "22")}`);
  });
});
