/** Texts that are broken, hostile or huge: read as far as they can be, said once, and nobody has to wait for them. */
import assert from "node:assert/strict";
import type { Report } from "../../server/features/report-contract.ts";
import { deployment, Place, Tormented } from "./support.ts";
import { TEXTS } from "./texts.ts";

describe("broken, hostile and huge texts", function () {
  this.timeout(60_000);
  let place: Place;
  let server: Tormented;
  let report: Report;

  before(async () => {
    place = new Place();
    for (const { path, text } of TEXTS) place.write(path, text);
    // What a small machine gives: nothing of this may need more.
    server = await Tormented.indexed(place, { nodeOptions: ["--max-old-space-size=256"] });
    report = await server.report();
  });

  after(() => server.stop());

  for (const { path, notRead, notice, objects } of TEXTS) {
    it(`${path}: what there is to say is said once`, () => {
      const why = report.scanned.notRead.filter((one) => one.uri === path).map((one) => one.reason);
      const said = report.notices.filter((one) => one.uri === path).map((one) => one.message);
      if (notRead === undefined) assert.deepEqual(why, []);
      else assert.match(why.join(), notRead);
      if (notice === undefined) assert.deepEqual(said, []);
      else assert.match(said.join(), notice);
      assert.ok(why.length <= 1 && said.length <= 1, [...why, ...said].join("\n"));
      const names = report.subjects.filter((one) => one.uri === path).map((one) => one.name);
      for (const name of objects ?? [])
        assert.ok(names.includes(name), `${name} among ${names.slice(0, 5).join(", ")}`);
    });
  }

  it("break no practice", () => {
    assert.deepEqual(
      report.notices.filter((one) => one.uri === ""),
      [],
    );
  });

  it("are the same to the command line", () => {
    assert.deepEqual(place.check(), report);
  });

  it("leave the level of the good file, and every prototype, as they were", () => {
    const alone = new Place();
    alone.write("good/good.yaml", deployment("good"));
    const expected = alone.check().subjects.find((one) => one.name === "good")?.levels;
    alone.remove();
    assert.deepEqual(report.subjects.find((one) => one.uri === "good/good.yaml")?.levels, expected);
  });

  it("keep positions right behind a byte order mark, with Windows line ends", () => {
    const range = report.subjects.find((one) => one.uri === "10-bytes/bom-crlf.yaml")?.range;
    assert.deepEqual(range, { start: { line: 1, character: 6 }, end: { line: 1, character: 16 } });
  });

  it("keep positions right behind characters that take two places", async () => {
    const text = deployment(
      "astral",
      '          env: [{ name: "😀e\u0301", value: x }] # 😀\n          securityContext: { note: "😀😀", privileged: true }\n',
    );
    const uri = place.uri("11-astral/astral.yaml");
    const practice = "security/no-privileged-containers";
    await server.client.open(uri, text);
    const found = await server.client.diagnosed(uri, (all) => all.some((one) => one.code === practice));
    const range = found.find((one) => one.code === practice)?.range;
    assert.ok(range !== undefined);
    const line = text.split("\n")[range.start.line] ?? "";
    assert.match(line.slice(range.start.character, range.end.character), /^(true|privileged)$/);
  });

  for (const { path, text, closed } of TEXTS) {
    if (typeof text !== "string" || closed === true) continue;
    it(`${path}: can be opened, typed in and closed`, async () => {
      const { client } = server;
      const uri = place.uri(path);
      const start = { line: 0, character: 0 };
      const end = { line: text.split("\n").length, character: 0 };
      const types = async (version: number, at: object, what: string) => {
        await client.change(uri, version, [{ range: { start: at, end: at }, text: what }]);
        await client.diagnosed(uri, (_, said) => said === version);
      };
      const all = async () => {
        await client.open(uri, text);
        const found = await client.diagnosed(uri, () => true);
        assert.ok(found.length <= 200, `${found.length} findings`);
        await types(2, start, "# typed\n");
        await types(3, end, "\n# at the end");
        await server.close(uri);
        await client.diagnosed(uri, (diagnostics) => diagnostics.length === 0);
      };
      await server.meanwhile(path, all());
    });
  }
});
