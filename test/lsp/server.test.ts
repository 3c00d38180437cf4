import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CodeAction, Diagnostic, Hover } from "vscode-languageserver-protocol";
import type { ReportResult } from "../../server/lsp/protocol.ts";
import { LspClient } from "../support/lsp-client.ts";

const ISSUE = "security/run-as-non-root";

describe("any language client", function () {
  this.timeout(30_000);
  let folder: string;
  let root: string;
  let client: LspClient;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kmm-lsp-"));
    cpSync("media/sample", folder, { recursive: true });
    root = pathToFileURL(folder).toString();
  });

  afterEach(async () => {
    await client.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(
    path: string,
    options: Partial<Parameters<typeof LspClient.start>[0]> = {},
  ): Promise<{ uri: string; text: string }> {
    client = await LspClient.start({ root, options: { settings: { show: "all" } }, ...options });
    const indexed = client.indexed();
    const uri = `${root}/${path}`;
    const text = readFileSync(join(folder, path), "utf8");
    await client.open(uri, text);
    await indexed;
    return { uri, text };
  }

  const has = (code: string) => (diagnostics: readonly Diagnostic[]) => diagnostics.some((one) => one.code === code);

  it("is told what stands before the next level, and is offered the fix", async () => {
    const { uri, text } = await opened("k8s/web.yaml");
    const diagnostics = await client.diagnosed(uri, has(ISSUE));
    const found = diagnostics.find((one) => one.code === ISSUE);
    assert.ok(found !== undefined);
    assert.equal(found.source, "kmm");
    assert.match(String(found.message), /^Security and Compliance · level 3, Security Scanning: /);
    assert.equal(
      text.split("\n")[found.range.start.line]?.slice(found.range.start.character, found.range.end.character),
      "web",
    );
    assert.match(
      found.codeDescription?.href ?? "",
      /^file:.*run-as-non-root\.md$/,
      "the explanation works without any help of the client",
    );
    const actions = await client.request<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri },
      range: found.range,
      context: { diagnostics: [found] },
    });
    const action = actions.find((one) => one.diagnostics?.[0]?.code === ISSUE);
    const edits = action?.edit?.changes?.[uri];
    assert.ok(edits !== undefined && edits.length > 0);
    assert.ok(edits.some((edit) => edit.newText.includes("runAsNonRoot: true")));
  });

  it("hovers on an object, on a finding, and nowhere else", async () => {
    const { uri, text } = await opened("k8s/web.yaml");
    const at = (needle: string) => {
      const line = text.split("\n").findIndex((one) => one.includes(needle));
      return { line, character: (text.split("\n")[line] ?? "").indexOf(needle) + needle.length - 1 };
    };
    const hover = (needle: string) =>
      client.request<Hover | null>("textDocument/hover", { textDocument: { uri }, position: at(needle) });
    assert.match(JSON.stringify((await hover("kind: Deployment"))?.contents), /Security and Compliance.*\*\*\d\*\*/);
    assert.match(JSON.stringify((await hover("- name: web"))?.contents), /· missing.*Architecture · level 2/);
    assert.equal(await hover("# The front"), null);
    assert.equal(await hover("template:"), null);
  });

  it("follows edits, and answers for the version that was sent last", async () => {
    const { uri, text } = await opened("k8s/web.yaml");
    await client.diagnosed(uri, has(ISSUE));
    const line = text.split("\n").findIndex((one) => one.includes("serviceAccountName"));
    await client.change(uri, 2, [
      {
        range: { start: { line, character: 0 }, end: { line, character: 0 } },
        text: "      securityContext:\n        runAsNonRoot: true\n",
      },
    ]);
    await client.diagnosed(uri, (diagnostics, version) => version === 2 && !has(ISSUE)(diagnostics));
    await client.change(uri, 3, [
      { range: { start: { line, character: 0 }, end: { line: line + 2, character: 0 } }, text: "" },
    ]);
    await client.diagnosed(uri, (diagnostics, version) => version === 3 && has(ISSUE)(diagnostics));
  });

  it("takes files from the disk that are not open, and sees them change", async () => {
    await opened("k8s/web.yaml");
    const before = await client.request<ReportResult>("kmm/report", {});
    assert.ok(
      before.report.findings.some(
        (one) => one.uri === "k8s/cart.yaml" && one.practice === ISSUE && one.state === "unmet",
      ),
    );
    const cart = join(folder, "k8s/cart.yaml");
    writeFileSync(
      cart,
      readFileSync(cart, "utf8").replace(
        "      containers:",
        "      securityContext:\n        runAsNonRoot: true\n      containers:",
      ),
    );
    await client.connection.sendNotification("workspace/didChangeWatchedFiles", {
      changes: [{ uri: pathToFileURL(cart).toString(), type: 2 }],
    });
    for (let tries = 0; ; tries++) {
      const after = await client.request<ReportResult>("kmm/report", {});
      if (
        after.report.findings.some(
          (one) => one.uri === "k8s/cart.yaml" && one.practice === ISSUE && one.state === "met",
        )
      )
        break;
      assert.ok(tries < 100, "the change on the disk was not seen");
      await new Promise((done) => setTimeout(done, 50));
    }
  });

  it("forgets what is left out now, and leaves alone what is open there", async () => {
    mkdirSync(join(folder, ".git"));
    const { uri, text } = await opened("k8s/web.yaml");
    await client.diagnosed(uri, has(ISSUE));
    const ignored = join(folder, ".gitignore");
    const judged = async (path: string) =>
      (await client.request<ReportResult>("kmm/report", {})).report.subjects.some((one) => one.uri === path);
    const until = async (path: string, wanted: boolean) => {
      for (let tries = 0; (await judged(path)) !== wanted; tries++) {
        assert.ok(tries < 100, `${path} is ${wanted ? "not " : ""}judged`);
        await new Promise((done) => setTimeout(done, 50));
      }
    };
    const rules = async (lines: string) => {
      writeFileSync(ignored, lines);
      await client.connection.sendNotification("workspace/didChangeWatchedFiles", {
        changes: [{ uri: pathToFileURL(ignored).toString(), type: 2 }],
      });
    };
    await rules("k8s/cart.yaml\nk8s/web.yaml\n");
    await until("k8s/cart.yaml", false);
    await client.diagnosed(uri, (diagnostics) => diagnostics.length === 0);
    await client.change(uri, 2, [{ text: `${text}# more\n` }]);
    await client.diagnosed(uri, (diagnostics, version) => version === 2 && diagnostics.length === 0);
    await rules("");
    await until("k8s/cart.yaml", true);
    await client.diagnosed(uri, has(ISSUE));
  });

  it("reads a document by its language where it has no name that says what it is", async () => {
    const { text } = await opened("k8s/web.yaml");
    const named = `${root}/manifest`;
    await client.open(named, text);
    await client.diagnosed(named, has(ISSUE));
    await client.open("untitled:Untitled-1", text, "helm");
    await client.diagnosed("untitled:Untitled-1", has(ISSUE));
    const workflow =
      "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f x\n";
    await client.open("untitled:Untitled-2", workflow, "github-actions-workflow");
    const hover = await client.request<Hover | null>("textDocument/hover", {
      textDocument: { uri: "untitled:Untitled-2" },
      position: { line: 1, character: 1 },
    });
    assert.match(JSON.stringify(hover?.contents), /Pipeline.*Automation/);
    await client.open(`${root}/notes`, text, "plaintext");
    await client.diagnosed(`${root}/notes`, (diagnostics) => diagnostics.length === 0);
  });

  it("offers the fixes of the findings that are named", async () => {
    const { uri } = await opened("k8s/web.yaml");
    const diagnostics = await client.diagnosed(uri, has(ISSUE));
    const codes = async (named: readonly Diagnostic[]) => {
      const actions = await client.request<CodeAction[]>("textDocument/codeAction", {
        textDocument: { uri },
        range: { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } },
        context: { diagnostics: named },
      });
      return new Set(actions.map((one) => one.diagnostics?.[0]?.code));
    };
    assert.ok((await codes([])).size > 1);
    assert.deepEqual(await codes(diagnostics.filter(({ code }) => code === ISSUE)), new Set([ISSUE]));
    assert.ok((await codes([{ range: diagnostics[0]?.range as never, message: "", source: "other" }])).size > 1);
  });

  it("offers pull diagnostics to who can pull, and then does not push", async () => {
    const { uri } = await opened("k8s/web.yaml", {
      capabilities: { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } },
    });
    assert.equal(client.capabilities.diagnosticProvider?.workspaceDiagnostics, true);
    const pulled = await client.request<{ kind: string; items: Diagnostic[]; resultId: string }>(
      "textDocument/diagnostic",
      {
        textDocument: { uri },
      },
    );
    assert.ok(has(ISSUE)(pulled.items));
    const again = await client.request<{ kind: string }>("textDocument/diagnostic", {
      textDocument: { uri },
      previousResultId: pulled.resultId,
    });
    assert.equal(again.kind, "unchanged");
    const all = await client.request<{ items: { uri: string; items: Diagnostic[] }[] }>("workspace/diagnostic", {
      previousResultIds: [],
    });
    assert.ok(all.items.some((one) => one.uri.endsWith("k8s/cart.yaml") && has(ISSUE)(one.items)));
    assert.equal(client.published.size, 0);
  });

  it("speaks Swedish to who speaks Swedish", async () => {
    const { uri } = await opened("k8s/web.yaml", { locale: "sv" });
    const diagnostics = await client.diagnosed(uri, has(ISSUE));
    assert.match(
      String(diagnostics.find((one) => one.code === ISSUE)?.message),
      /^Säkerhet och regelefterlevnad · nivå 3, Säkerhetsskanning: /,
    );
  });

  it("keeps several folders apart", async () => {
    const other = mkdtempSync(join(tmpdir(), "kmm-other-"));
    cpSync("media/sample", other, { recursive: true });
    const second = pathToFileURL(other).toString();
    try {
      client = await LspClient.start({
        root,
        folders: [
          { uri: root, name: "one" },
          { uri: second, name: "two" },
        ],
        capabilities: { workspace: { workspaceFolders: true } },
      });
      await client.indexed();
      const both = await client.request<ReportResult>("kmm/report", {});
      assert.ok(
        both.report.findings.some((one) => one.uri.startsWith("one/k8s/")) &&
          both.report.findings.some((one) => one.uri.startsWith("two/k8s/")),
      );
      const one = await client.request<ReportResult>("kmm/report", { folder: second });
      assert.ok(one.report.findings.every((finding) => !finding.uri.startsWith("two/")));
      assert.equal(one.uris["k8s/web.yaml"], `${second}/k8s/web.yaml`);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it("answers a cancelled request as cancelled", async () => {
    const { uri } = await opened("k8s/web.yaml");
    const { CancellationTokenSource } = await import("vscode-languageserver-protocol");
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => {
        const source = new CancellationTokenSource();
        const answer = client.connection.sendRequest(
          "textDocument/hover",
          { textDocument: { uri }, position: { line: 2, character: 8 } },
          source.token,
        );
        source.cancel();
        return answer;
      }),
    );
    const cancelled = results.filter(
      (one) => one.status === "rejected" && (one.reason as { code?: number }).code === -32800,
    );
    assert.ok(cancelled.length >= 19, `${cancelled.length} of 20`);
  });

  it("sends few findings while somebody types a word", async () => {
    const { uri } = await opened("k8s/web.yaml");
    await client.diagnosed(uri, has(ISSUE));
    const before = client.published.get(uri)?.count ?? 0;
    for (let key = 0; key < 12; key++) {
      await client.change(uri, key + 2, [
        { range: { start: { line: 0, character: 5 + key }, end: { line: 0, character: 5 + key } }, text: "x" },
      ]);
      await new Promise((done) => setTimeout(done, 60));
    }
    await client.diagnosed(uri, (_, version) => version === 13);
    assert.ok(
      (client.published.get(uri)?.count ?? 0) - before <= 4,
      `${(client.published.get(uri)?.count ?? 0) - before} messages`,
    );
  });

  it("takes back what it said when a file is closed, and ignores what is not open", async () => {
    const { uri } = await opened("k8s/web.yaml");
    await client.diagnosed(uri, has(ISSUE));
    await client.connection.sendNotification("textDocument/didClose", { textDocument: { uri } });
    await client.diagnosed(uri, (diagnostics) => diagnostics.length === 0);
    await client.change(uri, 9, [{ text: "kind: Nothing\n" }]);
    assert.equal(
      await client.request("textDocument/hover", {
        textDocument: { uri: "git:/nowhere" },
        position: { line: 0, character: 0 },
      }),
      null,
    );
  });

  it("ends when it is told to", async () => {
    await opened("k8s/web.yaml");
    const ended = new Promise((done) => client.process.once("exit", done));
    await client.request("shutdown", {});
    await client.connection.sendNotification("exit");
    assert.equal(await ended, 0);
  });
});
