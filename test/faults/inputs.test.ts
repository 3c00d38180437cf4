import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Hover } from "vscode-languageserver-protocol";
import type { ReportResult } from "../../server/lsp/protocol.ts";
import { LspClient } from "../support/lsp-client.ts";

const GOOD = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: web
          image: shop/web:1.0.0
`;

const HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: odd\ndata:\n";

function bomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 9; level++)
    lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(8)}*a${level - 1}]`);
  return `${HEAD}  ${lines.join("\n  ")}\n`;
}

function mergeBomb(): string {
  const lines = ["m0: &m0 {k0: v}"];
  for (let level = 1; level < 10; level++)
    lines.push(`m${level}: &m${level} {<<: [${`*m${level - 1}, `.repeat(8)}*m${level - 1}], k${level}: v}`);
  return `${HEAD}  ${lines.join("\n  ")}\n`;
}

function mergeChain(): string {
  const lines = ["c0: &c0 {k0: v}"];
  for (let link = 1; link < 4_000; link++) lines.push(`c${link}: &c${link} {<<: *c${link - 1}, k${link}: v}`);
  return `${HEAD}  ${lines.join("\n  ")}\n`;
}

const keys = (count: number) => HEAD + Array.from({ length: count }, (_, index) => `  key${index}: value\n`).join("");

/** Each fault under the name of its file. Those that promise it are listed as not read, or in a notice. */
const FAULTS: Readonly<Record<string, string | Buffer>> = {
  "alias-bomb.yaml": bomb(),
  "merge-bomb.yaml": mergeBomb(),
  "merge-chain.yaml": mergeChain(),
  "cycle.yaml": `${HEAD}  self: &m\n    again: *m\n  missing: *nowhere\n`,
  "keys-20k.yaml": keys(20_000),
  "keys-100k.yaml": keys(100_000),
  "flow-10k.yaml": `${HEAD}  deep: ${"[".repeat(10_000)}\n`,
  "flow-100k.yaml": `${HEAD}  deep: ${"[".repeat(100_000)}${"]".repeat(100_000)}\n`,
  "block-1k.yaml": HEAD + Array.from({ length: 1_000 }, (_, depth) => `${" ".repeat(depth + 2)}k:\n`).join(""),
  "block-4k.yaml": HEAD + Array.from({ length: 4_000 }, (_, depth) => `${" ".repeat(depth + 2)}k:\n`).join(""),
  "documents-10k.yaml": Array.from(
    { length: 10_000 },
    (_, index) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c${index}\n`,
  ).join("---\n"),
  "line-5mb.yaml": `${HEAD}  long: ${"x".repeat(3_900_000)}\n`,
  "secret-1mb.yaml": `apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  blob: ${"QUJD".repeat(262_144)}\n`,
  "manifest-20mb.yaml": `${GOOD}---\n`.repeat(120_000),
  "proto.yaml":
    "apiVersion: v1\nkind: __proto__\nmetadata:\n  name: constructor\n  labels:\n    __proto__: toString\n    constructor: x\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: __proto__\nspec:\n  template:\n    metadata: {labels: {constructor: a}}\n    spec: {containers: [{name: toString, image: __proto__}]}\n",
  "nul.yaml": `${HEAD}  a: "x\0y"\n`,
  "utf16.yaml": Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(GOOD, "utf16le")]),
  "invalid-utf8.yaml": Buffer.concat([
    Buffer.from(HEAD),
    Buffer.from([0x20, 0x20, 0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a]),
  ]),
  "bom-crlf.yaml": `\uFEFF${GOOD.replaceAll("\n", "\r\n")}`,
  "astral.yaml": GOOD.replace("  name: web\n  namespace", '  annotations: {note: "😀é́"}\n  name: web\n  namespace'),
  "tabs.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\nspec:\n\tcontainers: []\n",
  "unclosed.yaml": `${GOOD}          command: ["sh, -c\n`,
  "half-typed.yaml": `${GOOD}---\napiVersion: v1\nkind: Service\nmeta`,
  "conflict.yaml": GOOD.replace("          image", "<<<<<<< HEAD\n          image").concat(
    "=======\n          image: shop/web:2.0.0\n>>>>>>> other\n",
  ),
  "helm.yaml": GOOD.replace(
    "  name: web\n  namespace",
    "{{- if .Values.x }}\n  name: {{ .Release.Name }}\n{{- end }}\n  namespace",
  ),
  "jinja.yaml": "{% if x %}\napiVersion: v1\nkind: Pod\nmetadata: {name: {{ name }}}\n{% endif %}\n",
  "tags.yaml":
    'apiVersion: v1\nkind: ConfigMap\nmetadata: !reference [a, b]\ndata: !include ../../etc/passwd\nother: !Sub "${x}"\n',
  "wrong-types.yaml":
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: 5\nspec: null\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: [a], labels: x}\nspec: {containers: "x", volumes: 3, securityContext: [1]}\n---\napiVersion: v1\nkind: [Deployment]\n---\napiVersion: 1\nkind: 2\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {podSelector: x, ingress: 7, policyTypes: {}}\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: {scaleTargetRef: [], minReplicas: x}\n',
  ".github/workflows/wrong.yaml":
    "on: true\njobs:\n  a: 5\n  b: {steps: x, needs: {}}\n  c: []\n  d: {runs-on: x, steps: [1, null, {uses: 3}, {run: {}}]}\n",
  ".github/workflows/bomb.yaml": `on: push\njobs:\n  a: {runs-on: x, steps: []}\nx:\n  ${bomb().slice(HEAD.length).trim()}\n`,
  "values.yaml": bomb().slice(HEAD.length),
  "sops.yaml":
    'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: "ENC[AES256_GCM,data:x]"}\nsops: {mac: "ENC[x]"}\n',
  "empty.yaml": "",
  "comments.yaml": "# nothing\n",
};

describe("faults in files", function () {
  this.timeout(120_000);
  let folder: string;
  let client: LspClient;
  let report: ReportResult["report"];
  let slowest = 0;

  const hover = async (): Promise<Hover | null> => {
    const started = performance.now();
    const answer = await client.request<Hover | null>("textDocument/hover", {
      textDocument: { uri: `${root()}/good.yaml` },
      position: { line: 1, character: 8 },
    });
    slowest = Math.max(slowest, performance.now() - started);
    return answer;
  };
  const root = () => pathToFileURL(folder).toString();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kmm-faults-"));
    writeFileSync(join(folder, "good.yaml"), GOOD);
    for (const [name, content] of Object.entries(FAULTS)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    symlinkSync(folder, join(folder, "loop"));
    symlinkSync("/", join(folder, "outside.yaml"));
    symlinkSync(join(folder, "nowhere"), join(folder, "dangling.yaml"));
    symlinkSync("/dev/zero", join(folder, "zero.yaml"));
    execFileSync("mkfifo", [join(folder, "pipe.yaml")]);
    writeFileSync(join(folder, "secret.yaml"), GOOD);
    chmodSync(join(folder, "secret.yaml"), 0o000);
    let deep = folder;
    for (let depth = 0; depth < 200; depth++) deep = join(deep, "d");
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, "deep.yaml"), GOOD);
    mkdirSync(join(folder, "node_modules/x"), { recursive: true });
    writeFileSync(join(folder, "node_modules/x/pod.yaml"), GOOD);
    client = await LspClient.start({ root: root() });
    const indexed = client.indexed();
    await client.open(`${root()}/good.yaml`, GOOD);
    const waiting = setInterval(() => void hover(), 100);
    await indexed;
    clearInterval(waiting);
    report = (await client.request<ReportResult>("kmm/report", {})).report;
  });

  after(async () => {
    await client.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const told = (name: string) =>
    [...report.scanned.notRead.map((one) => ({ uri: one.uri, message: one.reason })), ...report.notices].filter(
      (one) => one.uri === name,
    );

  it("leave the server alive, and a good file answered meanwhile", async () => {
    assert.ok(JSON.stringify(await hover()).includes("Deployment web"));
    console.log(`      slowest hover while reading: ${Math.round(slowest)} ms`);
    assert.ok(slowest < 4_000);
  });

  it("break no practice", () => {
    assert.deepEqual(
      report.notices.filter((one) => one.uri === ""),
      [],
    );
  });

  for (const name of [
    "manifest-20mb.yaml",
    "nul.yaml",
    "utf16.yaml",
    "invalid-utf8.yaml",
    "documents-10k.yaml",
    "outside.yaml",
    "dangling.yaml",
    "zero.yaml",
    "pipe.yaml",
  ]) {
    it(`list ${name} as not read, with a reason`, () => {
      const reasons = report.scanned.notRead.filter((one) => one.uri === name);
      assert.equal(reasons.length, 1, JSON.stringify(report.scanned.notRead));
      assert.ok((reasons[0]?.reason.length ?? 0) > 5);
    });
  }

  for (const name of [
    "alias-bomb.yaml",
    "merge-bomb.yaml",
    "merge-chain.yaml",
    "cycle.yaml",
    "flow-100k.yaml",
    "block-1k.yaml",
    "tabs.yaml",
    "unclosed.yaml",
    "conflict.yaml",
  ]) {
    it(`say of ${name} once that not all of it was read`, () => {
      assert.equal(told(name).length, 1, JSON.stringify(told(name)));
    });
  }

  for (const name of [
    "helm.yaml",
    "jinja.yaml",
    "tags.yaml",
    "sops.yaml",
    "empty.yaml",
    "comments.yaml",
    "bom-crlf.yaml",
    "astral.yaml",
    "keys-20k.yaml",
    "keys-100k.yaml",
    "secret-1mb.yaml",
    "line-5mb.yaml",
    "proto.yaml",
  ]) {
    it(`complain of nothing in ${name}`, () => assert.deepEqual(told(name), []));
  }

  it("keep positions right behind astral characters, combining marks, a byte order mark and Windows line ends", () => {
    for (const [name, line] of [
      ["astral.yaml", 1],
      ["bom-crlf.yaml", 1],
    ] as const) {
      const subject = report.subjects.find((one) => one.uri === name);
      assert.deepEqual(subject?.range, { start: { line, character: 6 }, end: { line, character: 16 } }, name);
      assert.equal(subject?.name, "web");
    }
  });

  it("keep what stands before the half-typed end", () => {
    assert.ok(report.subjects.some((one) => one.uri === "half-typed.yaml" && one.kind === "Deployment"));
  });

  it("never lead out of the folder, into node_modules, or round in circles", () => {
    assert.ok(
      !report.subjects.some(
        (one) => one.uri.startsWith("loop/") || one.uri.startsWith("node_modules/") || one.uri.startsWith(".."),
      ),
    );
    assert.ok(
      report.subjects.some((one) => one.uri.endsWith("d/deep.yaml")),
      "a folder 200 deep is read",
    );
  });

  it("are judged by the command line as well", () => {
    const printed = execFileSync(process.execPath, ["dist/cli.js", "check", folder, "--format", "json"], {
      maxBuffer: 1 << 28,
      encoding: "utf8",
    });
    assert.equal(JSON.parse(printed).schema, "kmm-report/1");
  });
});
