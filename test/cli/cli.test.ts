import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIMENSIONS } from "../../model/kmm.ts";
import { main } from "../../server/cli/main.ts";
import type { Report } from "../../server/features/report-contract.ts";

const DIST = join(process.cwd(), "dist");
const SAMPLE = join(process.cwd(), "media/sample");

async function call(args: readonly string[], host: { locale?: string; columns?: number } = {}) {
  let out = "";
  let err = "";
  const code = await main(args, {
    version: "1.2.3",
    folder: DIST,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    locale: host.locale,
    columns: host.columns ?? 120,
    colour: false,
    serve: async () => {},
  });
  return { code, out, err };
}

describe("the command line", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kmm-cli-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("says nothing of a folder that holds nothing", async () => {
    const { code, out, err } = await call(["check", folder, "--format", "json"]);
    const report = JSON.parse(out) as Report;
    assert.equal(code, 0);
    assert.equal(err, "");
    assert.deepEqual(
      report.dimensions.map(({ level }) => level),
      DIMENSIONS.map(() => null),
    );
    assert.deepEqual(report.findings, []);
  });

  it("keeps data and messages apart, and gates with 1", async () => {
    const { code, out, err } = await call(["check", SAMPLE, "--fail-below", "security=2"]);
    assert.equal(code, 1);
    assert.match(out, /Security and Compliance/);
    assert.equal(err, "Security and Compliance: level 1 is below 2.\n");
  });

  it("fails a gate for want of evidence only where the gate names the dimension", async () => {
    assert.equal((await call(["check", folder, "--fail-below", "2"])).code, 0);
    const named = await call(["check", folder, "--fail-below", "culture=2"]);
    assert.equal(named.code, 1);
    assert.match(named.err, /no evidence/);
  });

  for (const levels of ["6", "", "security", "security=", "security=2=3", "secrity=2", "2,,3", "0x3"])
    it(`does not take ${JSON.stringify(levels)} for levels`, async () => {
      const { code, out, err } = await call(["check", SAMPLE, "--fail-below", levels]);
      assert.deepEqual({ code, out }, { code: 2, out: "" });
      assert.match(err, /--fail-below/);
    });

  for (const [args, en, sv] of [
    [["check", "/no/such"], "there is no such file", "filen eller mappen finns inte"],
    [["chek"], "Did you mean check?", "Menade du check?"],
    [["check", "--fail-belo", "3"], "Did you mean --fail-below?", "Menade du --fail-below?"],
    [["check", "--format", "jsn"], "it is one of grid, json", "bara något av grid, json"],
    [["check", "--target"], "lacks its value", "saknar sitt värde"],
    [["explain"], "The argument practice is missing", "Argumentet practice saknas"],
    [["explain", "run-as-nonroot"], "Did you mean security/run-as-non-root?", "Menade du security/run-as-non-root?"],
    [["lsp", "more"], "too many arguments", "för många argument"],
  ] as const)
    it(`explains in both languages what is wrong with ${args.join(" ")}`, async () => {
      const english = await call(args, { locale: "C.UTF-8" });
      const swedish = await call(args, { locale: "sv_SE.UTF-8" });
      for (const { code, out } of [english, swedish]) assert.deepEqual({ code, out }, { code: 2, out: "" });
      assert.ok(english.err.includes(en), english.err);
      assert.ok(swedish.err.includes(sv), swedish.err);
    });

  it("helps in the language that is asked for", async () => {
    const { code, out } = await call(["check", "--help", "--lang", "sv"]);
    assert.equal(code, 0);
    assert.match(out, /^Användning: kmm check \[flaggor\]/);
    assert.doesNotMatch(out, /Options|Arguments|Usage|default|choices|display/);
  });

  for (const lang of ["en", "sv"])
    it(`fits into narrow terminals and cuts no name (${lang})`, async () => {
      for (const columns of [60, 80, 100, 115, 140]) {
        const { out } = await call(["check", SAMPLE, "--lang", lang], { columns });
        const grid = out.slice(0, out.search(/^(Overall|Samlat):/m));
        for (const line of grid.split("\n")) assert.ok(line.length <= columns, `${columns}: ${line}`);
        assert.doesNotMatch(grid, /\p{L}…/u);
      }
    });

  it("says what is wrong with a configuration, and goes on where that is a warning", async () => {
    const config = join(folder, ".kmm.yaml");
    writeFileSync(config, "target: 3\nwaivers:\n  - practice: security/no-such\n    reason: none\n");
    const warned = await call(["check", folder]);
    assert.equal(warned.code, 0);
    assert.match(warned.err, /^\.kmm\.yaml:3:\d+: There is no practice/);
    writeFileSync(config, "taget: 3\n");
    const refused = await call(["check", folder]);
    assert.deepEqual({ code: refused.code, out: refused.out }, { code: 2, out: "" });
    assert.match(refused.err, /^\.kmm\.yaml:1:1: .*Did you mean target\?/);
  });

  it("counts a file once that two paths lead to", async () => {
    mkdirSync(join(folder, "k8s"));
    writeFileSync(join(folder, "k8s/service.yaml"), "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n");
    const paths = [folder, join(folder, "k8s"), join(folder, "k8s/service.yaml")];
    const report = JSON.parse((await call(["check", ...paths, "--format", "json"])).out) as Report;
    assert.equal(report.scanned.kubernetes, 1);
    assert.deepEqual(
      report.subjects.map(({ uri }) => uri),
      ["k8s/service.yaml"],
    );
  });

  it("takes a variable that is set to nothing for one that is not set", () => {
    const env = { ...process.env, LC_ALL: "", LC_MESSAGES: "", LANG: "sv_SE.UTF-8" };
    const { stderr } = spawnSync(process.execPath, [join(DIST, "cli.js"), "check", "/no/such"], {
      env,
      encoding: "utf8",
    });
    assert.match(stderr, /finns inte/);
  });

  it("ends without a word, and with its own status, when its reader has seen enough", async () => {
    for (const [gate, status] of [["1", 0] as const, ["5", 1] as const]) {
      const args = [join(DIST, "cli.js"), "check", SAMPLE, "--format", "json", "--fail-below", gate];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
      child.stdout.destroy();
      let err = "";
      child.stderr.on("data", (data) => {
        err += String(data);
      });
      const [code] = await once(child, "close");
      assert.equal(code, status);
      assert.doesNotMatch(err, /EPIPE|at /);
    }
  });
});
