import assert from "node:assert/strict";
import type { DocumentRef, Edit, Json, Key } from "../../model/edit.ts";
import { writeEdits } from "../../server/engine/changes.ts";
import type { Refusal, Written } from "../../server/engine/changes.ts";
import { splitDocuments } from "../../server/engine/tree/split.ts";

/** Edits of the documents of one file. */
type Edits = (documents: readonly DocumentRef[]) => readonly Edit[];

const URI = "file:///shop/deploy/web.yaml";

function write(text: string, edits: Edits, existing: readonly string[] = [], uri = URI): Written {
  const chunks = splitDocuments(text);
  const places = new Map<DocumentRef, { text: string; start: number; end: number }>();
  for (const { start, end } of chunks.length === 0 ? [{ start: 0, end: text.length }] : chunks) places.set({ uri }, { text, start, end });
  return writeEdits(edits([...places.keys()]), { document: (ref) => places.get(ref), exists: (it) => existing.includes(it) });
}

function applied(text: string, written: Written): string {
  assert.ok(written.ok, written.ok ? "" : `refused: ${written.why}`);
  let result = "";
  let at = 0;
  for (const { start, end, text: inserted } of written.changes) {
    assert.ok(start >= at, "the changes are disjoint and sorted");
    result += text.slice(at, start) + inserted;
    at = end;
  }
  return result + text.slice(at);
}

/**
 * A diff of whole lines, two columns right of the closing quote: what begins with `-` goes, what begins with `+` comes.
 * `⏎` says that no line break follows.
 */
function sides(diff: string): readonly [before: string, after: string] {
  const lines = diff.split("\n").slice(1);
  const margin = (lines.pop() ?? "").length + 2;
  const side = (sign: string): string =>
    lines
      .map((line) => line.slice(margin))
      .filter((line) => line === "" || line[0] === " " || line[0] === sign)
      .map((line) => `${line.slice(1)}\n`)
      .join("")
      .replace(/⏎\n/, "");
  return [side("-"), side("+")];
}

function changes(name: string, diff: string, edits: Edits): void {
  const [before, after] = sides(diff);
  it(name, () => {
    assert.equal(applied(before, write(before, edits)), after);
    const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
    assert.equal(applied(crlf(before), write(crlf(before), edits)), crlf(after), "with CRLF");
    assert.equal(applied(`\ufeff${before}`, write(`\ufeff${before}`, edits)), `\ufeff${after}`, "with a byte order mark");
    if (edits([{ uri: URI }, { uri: URI }]).every((edit) => edit.op !== "replace" && edit.op !== "remove")) {
      assert.equal(applied(after, write(after, edits)), after, "a second time");
    }
  });
}

function refuses(name: string, why: Refusal, text: string, edits: Edits): void {
  const before = text.startsWith("\n") ? sides(text)[0] : text;
  it(`${name}: ${why}`, () => assert.deepEqual(write(before, edits), { ok: false, why }));
}

const set = (path: readonly Key[], value: Json, index = 0): Edits => (all) => [{ op: "set", at: { document: all[index]!, path }, value }];
const append = (path: readonly Key[], value: Json): Edits => (all) => [{ op: "append", at: { document: all[0]!, path }, value }];
const remove = (...path: Key[]): Edits => (all) => [{ op: "remove", at: { document: all[0]!, path } }];
const replace = (path: readonly Key[], text: string, span?: readonly [number, number]): Edits => (all) => [
  { op: "replace", at: { document: all[0]!, path, ...(span === undefined ? {} : { span }) }, text },
];
const addDocument = (value: Json, comment?: string): Edits => (all) => [{ op: "add-document", behind: all[0]!, value, ...(comment === undefined ? {} : { comment }) }];
const all = (...several: Edits[]): Edits => (documents) => several.flatMap((edits) => edits(documents));

const PDB = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "web" }, spec: { minAvailable: 1 } };

describe("changes: what is written", () => {
  changes("a securityContext goes behind a container's last key, its comment included", `
     containers:
     - name: web
       image: nginx # pinned by CI
    +  securityContext:
    +    allowPrivilegeEscalation: false
    +    capabilities:
    +      drop:
    +      - ALL
       # The sidecar needs the volume.
     - name: log
       image: fluentd

     volumes: []
  `, set(["containers", 0, "securityContext"], { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } }));

  changes("a map that is there gains only what it lacks", `
     containers:
         - name: web
           resources:
               requests: # measured in May
    -              cpu: '50m'
    +              cpu: '100m'
    +              memory: 64Mi
               limits: {memory: 1Gi}
  `, set(["containers", 0, "resources"], { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "1Gi" } }));

  for (const nothing of ["", " {}", " null", " ~"]) {
    changes(`resources:${nothing} is filled`, `
       - name: web
      -  resources:${nothing}${nothing === "" ? "" : "  # to do"}
      +  resources:${nothing === "" ? "" : "  # to do"}
      +    limits:
      +      memory: 64Mi
         image: nginx
    `, set([0, "resources", "limits", "memory"], "64Mi"));
  }

  changes("a trailing comment stays with an empty key that gets a scalar", `
     spec:
    -  replicas: # at least
    +  replicas: 2 # at least
       paused: true
  `, set(["spec", "replicas"], 2));

  changes("missing parents are made, and comments indented deeper stay with what they belong to", `
     spec:
       template:
         spec:
           containers: []
           # - name: later
    +    metadata:
    +      labels:
    +        app: web
     # The end.
  `, set(["spec", "template", "metadata", "labels", "app"], "web"));

  changes("labels join their siblings, and only what would be misread is quoted", `
     metadata:
       labels:
         app: web
    +    tier: front
    +    enabled: "yes"
    +    octal: "0400"
    +    float: "1e3"
    +    nothing: "null"
    +    colon: "a: b"
    +    hash: "a #b"
    +    quote: 'say "hi": x'
    +    time: "12:30:45"
    +    empty: ""
    +    path: /tmp
    +    ref: \${{ github.ref }}
     spec: {}
  `, set(["metadata", "labels"], {
    tier: "front", enabled: "yes", octal: "0400", float: "1e3", nothing: "null", colon: "a: b", hash: "a #b",
    quote: 'say "hi": x', time: "12:30:45", empty: "", path: "/tmp", ref: "${{ github.ref }}",
  }));

  changes("a file without a line break at its end stays without one", `
     kind: Service
    -spec: {}⏎
    +spec:
    +  type: ClusterIP⏎
  `, set(["spec", "type"], "ClusterIP"));

  changes("brackets stay brackets", `
    -securityContext: { runAsNonRoot: true } # all of it
    +securityContext: { runAsNonRoot: true, capabilities: {drop: [ALL]} } # all of it
  `, set(["securityContext", "capabilities", "drop"], ["ALL"]));

  changes("JSON stays JSON", `
     {
       "kind": "Pod",
       "spec": {
    -    "containers": [{"name": "web"}]
    -  }
    +    "containers": [{"name": "web", "resources": {"limits": {"memory": "64Mi"}}}],
    +    "hostNetwork": false
    +  }
     }
  `, all(set(["spec", "containers", 0, "resources", "limits", "memory"], "64Mi"), set(["spec", "hostNetwork"], false)));

  changes("dense JSON stays dense", `
    -{"spec":{"a":1},"list":[1,2]}
    +{"spec":{"a":1,"b":["x"]},"list":[1,2,3]}
  `, all(set(["spec", "b"], ["x"]), append(["list"], 3)));

  changes("a comment in spread brackets stays on its line", `
     [
       one,
    -  two # the second
    +  two, # the second
    +  three
     ]
  `, append([], "three"));

  changes("a resource joins a kustomization in its style", `
     resources:
         - web.yaml

         # Data
         - "db.yaml"
    +    - pdb.yaml
     # End
     images: []
  `, append(["resources"], "pdb.yaml"));

  changes("an item takes the quotes of its neighbours", `
     args:
       - "--port"
       - "80"
    +  - "--tls"
  `, append(["args"], "--tls"));

  changes("items set apart by empty lines stay so", `
     steps:
       - uses: actions/checkout@v4

       - run: make
    +
    +  - name: Scan
    +    run: |
    +      trivy fs .
    +      trivy image web
     env: {}
  `, append(["steps"], { name: "Scan", run: "trivy fs .\ntrivy image web\n" }));

  changes("permissions of a workflow", `
     on: push
     jobs:
       build:
         runs-on: ubuntu-latest
    +permissions:
    +  contents: read
  `, set(["permissions"], { contents: "read" }));

  changes("a job that needs one other comes to need two", `
     jobs:
       deploy:
    -    needs: build # first
    +    needs: [build, scan] # first
  `, append(["jobs", "deploy", "needs"], "scan"));

  changes("the tag of an image, and no more", `
     spec:
    -  image: "registry:5000/web:latest" # why
    +  image: "registry:5000/web:1.2.3" # why
  `, replace(["spec", "image"], "1.2.3", [18, 24]));

  changes("one command of a script", `
     run: |
       set -e
    -  npm install
    +  npm ci
    +  npm test
       make
  `, replace(["run"], "npm ci\nnpm test", [7, 18]));

  changes("a whole line of a script goes", `
     run: |-
       set -e
    -  curl example.org | sh
       make
  `, replace(["run"], "", [7, 29]));

  changes("replacing keeps a string a string", `
    -tag: latest
    +tag: "1.20"
  `, replace(["tag"], "1.20"));

  changes("replacing keeps a number a number", `
    -replicas: 1
    +replicas: 2
  `, replace(["replicas"], "2"));

  changes("a value of another shape takes the place of what was there", `
    -permissions: write-all # for now
    +permissions: # for now
    +  contents: read
     on:
    -  push:
    -    branches: [main]
    +  - push
     jobs: {}
  `, all(set(["permissions"], { contents: "read" }), set(["on"], ["push"])));

  changes("a list that is set keeps the lines of the items that stay", `
     drop:
       - NET_RAW # spoofing
    -  - CHOWN
    +  - ALL
    +  - KILL
  `, set(["drop"], ["NET_RAW", "ALL", "KILL"]));

  changes("a removed key goes with its lines and comments, and what it leaves empty with it", `
     spec:
       replicas: 2
    -  template:
    -    spec:
    -      hostNetwork: true # why?
    -        # Nobody knows.
       # Kept.
       paused: false
  `, remove("spec", "template", "spec", "hostNetwork"));

  changes("a removed first key leaves the dash to the next one", `
    -- hostPort: 80
    -  name: web
    +- name: web
     - name: log
  `, remove(0, "hostPort"));

  changes("removing from brackets", `
    -drop: [A, B, C]
    -keep: {a: 1, b: 2}
    +drop: [A, C]
    +keep: {a: 1}
  `, all(remove("drop", 1), remove("keep", "b")));

  changes("the last key goes, and no line break comes", `
     a: 1
    -b: 2
  `, remove("b"));

  it("the last key of a file without a line break at its end", () => {
    assert.equal(applied("a: 1\nb: 2", write("a: 1\nb: 2", remove("b"))), "a: 1");
    assert.equal(applied("a: 1", write("a: 1", remove("a"))), "{}");
  });

  changes("what is not there is not taken away", `
     a: 1
  `, remove("b", "c"));

  changes("a disruption budget goes behind its workload, before the next document", `
     # Shop
     ---
     apiVersion: apps/v1
     kind: Deployment
     metadata:
       name: web

    +---
    +# Keeps one pod up.
    +apiVersion: policy/v1
    +kind: PodDisruptionBudget
    +metadata:
    +  name: web
    +spec:
    +  minAvailable: 1
    +
     ---
     kind: Service
  `, addDocument(PDB, "Keeps one pod up."));

  changes("a new document at the end of a file without a line break there", `
     # Shop
    -kind: Namespace⏎
    +kind: Namespace
    +---
    +kind: A
    +list:
    +  - b⏎
  `, addDocument({ kind: "A", list: ["b"] }));

  changes("an own key goes beside a merge key and overrides it", `
     base: &base
       image: nginx
     web:
       <<: *base
    +  image: httpd
    +  name: web
  `, all(set(["web", "image"], "httpd"), set(["web", "name"], "web")));

  changes("edits compose: new parents are shared, and each container and document gets its own", `
     spec:
       containers:
       - name: a
    +    securityContext:
    +      privileged: false
    +      runAsUser: 1000
       - name: b
    +    tty: false
    +  volumes:
    +  - name: x
    +  - name: z
     ---
     kind: B
    +spec:
    +  a: 1
  `, all(
    set(["spec", "containers", 0, "securityContext", "privileged"], false),
    set(["spec", "containers", 1, "tty"], false),
    set(["spec"], { a: 1 }, 1),
    set(["spec", "containers", 0, "securityContext", "runAsUser"], 1000),
    append(["spec", "volumes"], { name: "x" }),
    append(["spec", "volumes"], { name: "z" }),
    append(["spec", "volumes"], { name: "x" }),
  ));

  changes("a Helm template where nothing but its own text decides", `
     {{- if .Values.enabled }}
     metadata:
       labels:
         {{- include "labels" . | nindent 4 }}
     spec:
       {{- with .Values.pullSecrets }}
       imagePullSecrets:
         {{- toYaml . | nindent 8 }}
       {{- end }}
       containers:
         - name: {{ .Chart.Name }}
           image: "nginx:{{ .Values.tag }}"
           resources:
             {{- toYaml .Values.resources | nindent 12 }}
    +      tty: false
           {{- if .Values.probe }}
           livenessProbe: {}
           {{- end }}
     {{- end }}
  `, set(["spec", "containers", 0, "tty"], false));
});

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
  refuses("a map in the place of a merged one", "merge-key", `
     base: &base
       securityContext: {runAsNonRoot: true}
     web:
       <<: *base
  `, set(["web", "securityContext", "privileged"], false));
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

  refuses("a document signed by SOPS", "encrypted", "data: {a: 'ENC[x]'}\nsops: {mac: 'ENC[y]', lastmodified: x}", set(["data", "b"], "x"));
  refuses("a half-typed document", "syntax", "a: [1\nb: 2", set(["c"], 1));
  refuses("a key that is given twice", "syntax", "a: 1\na: 2", set(["a"], 3));
  refuses("a tag of the reader's own", "syntax", " a: !Ref {b: 1}", set(["a", "c"], 3));
  refuses("a folded text across its lines", "block-scalar", " a: >\n   one\n   two\n", replace(["a"], "1\n2", [2, 5]));
  refuses("text of what is no scalar", "missing", " a: {}", replace(["a"], "x"));
  refuses("a scalar in the way", "missing", " a: text", set(["a", "b"], 1));
  refuses("an item beyond the end", "missing", " a: [1]", set(["a", 3], 1));
  refuses("another document of that name", "exists", "kind: A\n---\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}", addDocument(PDB));
  it("a document that is gone: missing", () => {
    const edit: Edit = { op: "remove", at: { document: { uri: URI }, path: ["a"] } };
    assert.deepEqual(write("a: 1\n", () => [edit]), { ok: false, why: "missing" });
  });
  it("a second document in a JSON file: flow", () => {
    assert.deepEqual(write('{"a": 1}', addDocument(PDB), [], "file:///shop/a.json"), { ok: false, why: "flow" });
  });
  it("one edit that is refused takes the others with it", () => {
    assert.deepEqual(write("a: 1\nb: &x {}\nc: *x\n", all(set(["a"], 2), set(["b", "d"], 1))), { ok: false, why: "anchor" });
  });
});

describe("changes: files", () => {
  const create = (path: string, text = "x"): Edits => ([beside]) => [{ op: "create-file", beside: beside!, path, text }];
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
    outside: ["../../.git/hooks/x", "/etc/passwd", "a/../../b", "C:\\x.yaml", "c:x", "\\\\host\\share", "~/.bashrc", "..\\x"],
    name: [
      "CON", "con.yaml", "a/NUL.txt", "com1", "LPT9.yaml", "x".repeat(254), "a\nb.yaml", "a\0b", "a\u0007", "a\\b", "", "a//b", "./a", "a.", "a ",
      ".git/hooks/pre-commit", "a/.git/config", ".GIT/config", ".gitmodules", ".vscode/tasks.json", "a/.github/workflows/x.yml", ".g\u200cit/x",
      "git~1/x", "ab:c", "a?.yaml", "<script>", "\ud800",
    ],
  };
  for (const why of ["outside", "name"] as const) {
    for (const path of hostile[why]) {
      it(`${JSON.stringify(path.slice(0, 30))}: ${why}`, () => assert.deepEqual(write("a: 1\n", create(path)), { ok: false, why }));
    }
  }
});

describe("changes: text that is not YAML", () => {
  it("is replaced by offsets in the file", () => {
    const text = "FROM node:latest\nRUN make # {{ x }}\n";
    assert.equal(applied(text, write(text, replace([], "22", [10, 16]))), "FROM node:22\nRUN make # {{ x }}\n");
  });
});
