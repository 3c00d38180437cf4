import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CodeAction, Diagnostic, Hover } from "vscode-languageserver-protocol";
import type { ReportResult } from "../../server/lsp/protocol.ts";
import { LspClient } from "../support/lsp-client.ts";
import { HAS_TOOLS, helm } from "../support/tools.ts";

const FILES = {
  "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\ndescription: The shop's front.\n",
  "chart/values.yaml": `image:
  repository: shop/web
  tag: latest
resources: {}
password: hunter2-secret
`,
  "chart/values-prod.yaml": `image:
  tag: 1.2.0
resources:
  requests:
    cpu: 100m
    memory: 64Mi
`,
  "chart/templates/web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          securityContext:
            privileged: false
`,
};

const TEMPLATE = "chart/templates/web.yaml";
const LIMITS = "scalability/memory-limits";

describe("charts in an editor", function () {
  this.timeout(60_000);
  let folder: string;
  let root: string;
  let client: LspClient;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kmm-charts-"));
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    root = pathToFileURL(folder).toString();
  });

  afterEach(async () => {
    await client.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(path: string, program: string, trusted = true): Promise<string> {
    client = await LspClient.start({
      root,
      options: { trusted, settings: { show: "all", helm: { path: program } } },
    });
    const indexed = client.indexed();
    const uri = `${root}/${path}`;
    await client.open(uri, readFileSync(join(folder, path), "utf8"));
    await indexed;
    return uri;
  }

  /** A program in place of helm. */
  function program(script: string): string {
    const path = join(folder, "helm.sh");
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  const report = () => client.request<ReportResult>("kmm/report", {});

  async function rendered(): Promise<ReportResult["report"]> {
    for (;;) {
      const { report: now } = await report();
      if (now.environments.length === 2) return now;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  const has = (code: string) => (diagnostics: readonly Diagnostic[]) => diagnostics.some((one) => one.code === code);

  it("are judged as each environment applies them, and shown where the value is decided", async function () {
    if (!HAS_TOOLS) this.skip();
    const uri = await opened("chart/values-prod.yaml", helm());
    const found = await client.diagnosed(uri, has(LIMITS));
    const one = found.find(({ code }) => code === LIMITS);
    // `resources` is what lacks the limit: it stands here, and not in the template.
    assert.equal(one?.range.start.line, 2);
    const { environments, findings } = await rendered();
    assert.deepEqual(
      environments.map(({ name, kind, root: path, nonProduction }) => [name, kind, path, nonProduction]),
      [
        ["default", "helm", "chart", true],
        ["prod", "helm", "chart", false],
      ],
    );
    const told = JSON.stringify(findings);
    assert.doesNotMatch(told, /hunter2/);
    const actions = await client.request<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri },
      range: one?.range,
      context: { diagnostics: [one] },
    });
    const text = JSON.stringify(actions[0]?.edit ?? {});
    assert.match(text, /values-prod\.yaml/, "the fix is written where the value is decided");
    assert.match(text, /limits/);
  });

  it("tell both levels where the pointer rests on the template", async function () {
    if (!HAS_TOOLS) this.skip();
    const limits = "  limits:\n    memory: 64Mi\n";
    writeFileSync(join(folder, "chart/values-prod.yaml"), FILES["chart/values-prod.yaml"] + limits);
    const uri = await opened(TEMPLATE, helm());
    await rendered();
    const hover = await client.request<Hover>("textDocument/hover", {
      textDocument: { uri },
      position: { line: 1, character: 8 },
    });
    assert.match(
      JSON.stringify(hover.contents),
      /prod \*\*\d\*\* · default \*\*\d\*\*|default \*\*\d\*\* · prod \*\*\d\*\*/,
    );
  });

  it("say what is typed at once, and what it renders to within a moment", async function () {
    if (!HAS_TOOLS) this.skip();
    const uri = await opened(TEMPLATE, helm());
    await rendered();
    await client.diagnosed(uri, (diagnostics) => !has("security/no-privileged-containers")(diagnostics));
    const lines = FILES[TEMPLATE].split("\n");
    const line = lines.findIndex((one) => one.includes("privileged: false"));
    const start = { line, character: (lines[line] ?? "").indexOf("false") };
    const range = { start, end: { line, character: (lines[line] ?? "").length } };
    await client.change(uri, 2, [{ range, text: "true" }]);
    const at = performance.now();
    await client.diagnosed(uri, has("security/no-privileged-containers"));
    assert.ok(performance.now() - at < 1_000, "the template itself says so");
    // What is rendered from the unsaved text says the same: it does not go away.
    await new Promise((done) => setTimeout(done, 2_000));
    assert.ok(has("security/no-privileged-containers")(client.published.get(uri)?.diagnostics ?? []));
  });

  it("are rendered without a program where nobody trusts the folder", async () => {
    const trace = join(folder, "ran");
    const uri = await opened("chart/values-prod.yaml", program(`touch ${trace}`), false);
    await client.diagnosed(uri, has(LIMITS));
    assert.equal(existsSync(trace), false);
    assert.deepEqual(
      (await report()).report.environments.map(({ name }) => name),
      ["default", "prod"],
    );
  });

  it("are rendered without a program where the one that is named is something else", async () => {
    const uri = await opened("chart/values-prod.yaml", program("echo hello"));
    await client.diagnosed(uri, has(LIMITS));
  });

  for (const [what, script] of [
    ["hangs", 'case "$1" in version) echo v3.18.0;; *) sleep 600;; esac'],
    ["prints garbage", 'case "$1" in version) echo v3.18.0;; *) head -c 100000 /dev/urandom;; esac'],
    ["fails", 'case "$1" in version) echo v3.18.0;; *) echo "Error: no luck" >&2; exit 1;; esac'],
  ] as const)
    it(`are judged by their templates when the program ${what}`, async () => {
      const uri = await opened(TEMPLATE, program(script));
      // Nothing of this is templated, so that it is told whatever helm makes of the rest.
      await client.diagnosed(uri, has("security/run-as-non-root"));
      const { report: told } = await report();
      assert.deepEqual(told.environments, []);
      assert.ok(told.findings.some((one) => one.uri === TEMPLATE));
    });
});
