/** Editors that send what they should not, or too much of it, and a server that dies under them. */
import assert from "node:assert/strict";
import { CancellationTokenSource, type CodeAction, type Diagnostic, type Hover } from "vscode-languageserver-protocol";
import { deployment, namesIn, Place, pause, Tormented } from "./support.ts";

const PRIVILEGED = "security/no-privileged-containers";
const BAD = deployment("bad", "          securityContext:\n            privileged: true\n");
const FIXED = deployment("bad", "          securityContext:\n            privileged: false\n");

const isBad = (found: readonly Diagnostic[]) => found.some((one) => one.code === PRIVILEGED);

describe("an editor that sends what it should not", function () {
  this.timeout(30_000);
  let place: Place;
  let server: Tormented;
  let bad: string;

  beforeEach(async () => {
    place = new Place();
    bad = place.write("bad.yaml", BAD);
    server = await Tormented.indexed(place);
  });

  afterEach(() => server.stop());

  it("an edit that is older than the text leaves the text alone", async () => {
    const { client } = server;
    await client.open(bad, BAD);
    await client.change(bad, 7, [{ text: FIXED }]);
    await client.diagnosed(bad, (found, version) => version === 7 && !isBad(found));
    await client.change(bad, 3, [{ text: BAD }]);
    await client.change(bad, 8, [{ text: `${FIXED}# more\n` }]);
    await client.diagnosed(bad, (found, version) => version === 8 && !isBad(found));
  });

  it("edits of nowhere are taken as far as the text goes", async () => {
    const { client } = server;
    await client.open(bad, BAD);
    const ranges = [
      { start: { line: 9_999, character: 0 }, end: { line: 9_999, character: 9 } },
      { start: { line: -3, character: -1 }, end: { line: 0, character: 0 } },
      { start: { line: 5, character: 3 }, end: { line: 2, character: 1 } },
      { start: { line: 0, character: 1e12 }, end: { line: 0, character: 1e12 } },
      null,
      {},
    ];
    for (const [at, range] of ranges.entries()) await client.change(bad, at + 2, [{ range, text: "" }]);
    await client.change(bad, 20, [{ text: FIXED }]);
    await client.diagnosed(bad, (found, version) => version === 20 && !isBad(found));
    await server.hover();
  });

  it("a second opening is the text from then on, and one closing ends it", async () => {
    const { client } = server;
    await client.open(bad, FIXED);
    await client.open(bad, BAD);
    await client.diagnosed(bad, isBad);
    await server.close(bad);
    await client.diagnosed(bad, (found) => found.length === 0);
    await server.close(bad);
    await client.change(bad, 9, [{ text: BAD }]);
    await server.hover();
    await pause(300);
    assert.deepEqual(client.published.get(bad)?.diagnostics, []);
  });

  it("closing in the middle of typing leaves nothing behind", async () => {
    const { client } = server;
    for (let round = 0; round < 5; round++) {
      await client.open(bad, BAD);
      for (let key = 0; key < 8; key++) {
        const at = { line: 0, character: 10 + key };
        await client.change(bad, key + 2, [{ range: { start: at, end: at }, text: "x" }]);
      }
      await server.close(bad);
    }
    await server.hover();
    await pause(500);
    assert.deepEqual(client.published.get(bad)?.diagnostics, []);
  });

  for (const uri of [
    "untitled:Untitled-1",
    "vscode-vfs://github/owner/repository/k8s/bad.yaml",
    "file:///elsewhere/bad.yaml",
    "inmemory:/%E0%A4%A/bad.yaml",
    "::::",
  ])
    it(`"${uri}" is judged while it is open, and forgotten after`, async () => {
      const before = await server.report();
      await server.client.open(uri, BAD);
      await server.client.diagnosed(uri, isBad);
      await server.close(uri);
      await server.client.diagnosed(uri, (found) => found.length === 0);
      assert.deepEqual(await server.report(), before);
    });

  for (const uri of [
    "git:/k8s/bad.yaml?%7B%22path%22%3A%22/k8s/bad.yaml%22%2C%22ref%22%3A%22HEAD%22%7D",
    "output:extension-output",
    "vscode-notebook-cell:/somewhere/bad.yaml#x",
    "sch me:/bad",
  ])
    it(`"${uri}" changes nothing of what is said of the workspace`, async () => {
      const before = await server.report();
      await server.client.open(uri, BAD);
      const position = { textDocument: { uri }, position: { line: 1, character: 8 } };
      await server.client.request<Hover | null>("textDocument/hover", position);
      await server.changed([uri, place.write("late.yaml", deployment("late"))]);
      const after = await server.reported("what changed beside it", (one) => namesIn(one).has("late"));
      assert.equal(after.subjects.length, before.subjects.length + 1);
      await server.close(uri);
      await server.hover();
    });
});

describe("an editor that asks and does not wait", function () {
  this.timeout(30_000);

  it("is told for each of 200 that it was cancelled, or what is right", async () => {
    const place = new Place();
    const server = await Tormented.indexed(place);
    const { client } = server;
    const bad = place.uri("bad.yaml");
    await client.open(bad, BAD);
    const line = BAD.split("\n").findIndex((one) => one.includes("privileged"));
    const position = { line: 1, character: 8 };
    const range = { start: { line, character: 12 }, end: { line, character: 20 } };
    let text = 0;
    let right = 0;
    const answers = Array.from({ length: 200 }, async (_, at) => {
      const source = new CancellationTokenSource();
      const asked =
        at % 2 === 0
          ? client.connection.sendRequest<Hover>(
              "textDocument/hover",
              { textDocument: { uri: bad }, position },
              source.token,
            )
          : client.connection.sendRequest<CodeAction[]>(
              "textDocument/codeAction",
              { textDocument: { uri: bad }, range, context: { diagnostics: [] } },
              source.token,
            );
      if (at % 3 === 0) await pause(at % 20);
      if (at % 5 === 0) await client.change(bad, ++text + 1, [{ text: `${BAD}# ${"x".repeat(text)}\n` }]);
      source.cancel();
      try {
        const said = JSON.stringify(await asked);
        if (at % 2 === 0 ? said.includes("Deployment bad") : said.includes(PRIVILEGED)) right++;
      } catch (error) {
        if ((error as { code?: number }).code === -32800) right++;
      }
    });
    await server.meanwhile("200 questions", Promise.all(answers));
    console.log(`        ${right} of 200 cancelled or right`);
    assert.ok(right >= 190, `${right} of 200`);
    await client.diagnosed(bad, (found, version) => version === text + 1 && isBad(found));
    await server.stop();
  });
});

describe("a server that is killed", function () {
  this.timeout(60_000);

  it("says the same again once it is started and told what is open", async () => {
    const place = new Place();
    const path = place.write("bad.yaml", FIXED);
    const first = await Tormented.indexed(place);
    await first.client.open(path, BAD);
    const before = await first.client.diagnosed(path, isBad);
    const report = await first.report();
    const ended = new Promise((done) => first.client.process.once("exit", (_, signal) => done(signal)));
    first.client.process.kill("SIGKILL");
    assert.equal(await ended, "SIGKILL");
    const second = await Tormented.start(place);
    const indexed = second.client.indexed();
    await second.client.open(path, BAD);
    await indexed;
    assert.deepEqual(await second.client.diagnosed(path, (found) => found.length === before.length), before);
    assert.deepEqual(await second.report(), report);
    await second.stop();
  });

  it("for want of memory ends at once, and nothing on the disk keeps the next one from starting", async () => {
    const place = new Place();
    const keys = Array.from({ length: 100_000 }, (_, at) => `  key-${at}: v\n`).join("");
    place.write("huge.yaml", `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: huge\ndata:\n${keys}`);
    const poor = await Tormented.start(place, { nodeOptions: ["--max-old-space-size=16"] }).catch(() => undefined);
    if (poor !== undefined) {
      const { process } = poor.client;
      if (process.exitCode === null && process.signalCode === null)
        await new Promise((done) => process.once("exit", done));
      assert.notEqual(process.exitCode, 0);
    }
    const next = await Tormented.indexed(place);
    assert.ok(namesIn(await next.report()).has("huge"));
    await next.stop();
  });
});
