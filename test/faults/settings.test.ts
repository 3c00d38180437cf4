/** Settings of the wrong kind, or meant to hurt: what is wrong is the default, what is too much is left, nobody waits. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { deployment, GOOD, namesIn, Place, Tormented } from "./support.ts";

const BOMBS = [
  "(a+)+$",
  "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
  "**/**/**/**/**/**/**/**/**/**/x",
  "{a,b}".repeat(60),
  "{".repeat(400),
  "[".repeat(400),
  "{a,{b,{c,{d,{e,{f,{g".repeat(20),
  `${"**/*a".repeat(80)}b`,
  "x".repeat(100_000),
  "/etc/passwd",
  "/",
  "../../..",
  "C:\\Windows",
  "file:///etc/passwd",
  "https://example.com/model.yaml",
  "\0",
  "",
];

const MANY = Array.from({ length: 10_000 }, (_, at) => `**/{a,b,c}*${at}*/{d,e,f}/**/*.{x,y,z}`);

/** Settings under what is wrong with them. */
const SETTINGS: Readonly<Record<string, unknown>> = {
  "of wrong types": {
    target: "3",
    show: 7,
    language: ["sv"],
    exclude: "**",
    filesExclude: { a: true },
    maxFileSizeKb: "1",
    hover: "no",
  },
  "out of bounds": { target: 1e9, show: "none", maxFileSizeKb: -1, exclude: [1, null, {}, ["**"]], hover: null },
  "not a number": { target: Number.NaN, maxFileSizeKb: Number.POSITIVE_INFINITY },
  "a list": [1, 2, 3],
  "a text": "kmm",
  "of no known name": {
    __proto__: { hover: false },
    constructor: "x",
    model: "https://example.com/model.yaml",
    path: "/bin/sh",
  },
  bombs: { exclude: BOMBS.slice(0, -1), filesExclude: BOMBS.slice(0, -1) },
  "10,000 patterns": { exclude: MANY },
};

function fill(place: Place): void {
  place.write("a.yaml", deployment("a"));
  for (let at = 0; at < 200; at++)
    place.write(`${"a".repeat(120)}/${"a".repeat(120)}${at}.yaml`, at === 0 ? deployment("deep") : "a: b\n");
}

describe("hostile settings", function () {
  this.timeout(60_000);

  for (const [what, settings] of Object.entries(SETTINGS))
    it(`${what} leave everything readable, told or asked for`, async () => {
      const place = new Place();
      fill(place);
      const server = await Tormented.indexed(place, {
        configuration: settings,
        capabilities: { workspace: { configuration: true } },
        options: { settings },
      });
      const names = namesIn(await server.report());
      assert.ok(names.has("a") && names.has("deep") && names.has("good"), [...names].join());
      for (const one of [settings, null, { kmm: settings }])
        await server.client.connection.sendNotification("workspace/didChangeConfiguration", { settings: one });
      await server.meanwhile("more of them", server.client.request("kmm/report", {}));
      await server.stop();
    });

  it("that exclude everything leave nothing to say, in the editor and in the folder's own file", async () => {
    for (const settings of [{ exclude: ["**"] }, {}]) {
      const place = new Place();
      fill(place);
      if (settings.exclude === undefined) place.write(".kmm.yaml", 'exclude: ["**"]\n');
      const server = await Tormented.start(place, { options: { settings } });
      await server.client.indexed();
      assert.deepEqual((await server.report()).findings, []);
      server.alive();
      await server.stop();
    }
  });
});

const yaml = (value: unknown) => JSON.stringify(value);

/** `.kmm.yaml` under what is wrong with it; `error`: it is refused as a whole. */
const CONFIGURATIONS: Readonly<Record<string, { readonly text: string; readonly error: boolean }>> = {
  "of wrong types": {
    text: "target: high\nladder: []\nexclude: 3\npractices: [x]\nwaivers: {}\nanswers: x\n",
    error: true,
  },
  "of no known keys": {
    text: "model: https://example.com/model.yaml\nrun: rm -rf /\n__proto__: { target: 1 }\n",
    error: true,
  },
  "a list": { text: "- a\n- b\n", error: true },
  bombs: { text: `exclude: ${yaml(BOMBS.filter((one) => one.length < 500))}\n`, error: true },
  "paths outside": { text: `exclude: ${yaml(["/etc/passwd", "../../..", "file:///etc"])}\n`, error: false },
  "10,000 patterns": { text: `exclude: ${yaml(MANY)}\n`, error: true },
  "1,000 patterns of many alternatives": { text: `exclude: ${yaml(MANY.slice(0, 1_000))}\n`, error: true },
  "1,000 patterns": {
    text: `exclude: ${yaml(MANY.slice(0, 1_000).map((one) => one.replaceAll(/{.,.,.}/g, "x")))}\n`,
    error: false,
  },
  "an alias bomb": { text: `a: &a [x, x, x]\nb: &b [*a, *a, *a]\nexclude: &c [*b, *b, *c]\n`, error: true },
  "waivers of everything": {
    text: `waivers: ${yaml(Array.from({ length: 2_000 }, (_, at) => ({ practice: "security/run-as-non-root", path: `**/*a*a*a*${at}`, name: "*a*a*a*a*b", reason: "x" })))}\n`,
    error: false,
  },
  "half typed": { text: "exclude:\n  - [a\ntarget: {", error: true },
};

describe("a hostile .kmm.yaml", function () {
  this.timeout(60_000);

  for (const [what, { text, error }] of Object.entries(CONFIGURATIONS))
    it(`${what}: ${error ? "refused" : "taken"} by the editor and the command line alike, and nobody waits`, async () => {
      const place = new Place();
      fill(place);
      const uri = place.write(".kmm.yaml", text);
      const server = await Tormented.start(place);
      await server.client.open(uri, text);
      await server.meanwhile(`${what}, reading everything`, server.client.indexed());
      const found = await server.client.diagnosed(uri, () => true);
      assert.ok(found.length <= 200);
      assert.equal(
        found.some((one) => one.severity === 2),
        error,
        JSON.stringify(found.slice(0, 3)),
      );
      await server.meanwhile(what, server.report());
      await server.client.change(uri, 2, [{ text: "target: 2\n" }]);
      await server.client.diagnosed(uri, (now, version) => version === 2 && now.length === 0);
      const run = spawnSync(process.execPath, ["dist/cli.js", "check", place.folder, "--format", "json"], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
        timeout: 20_000,
      });
      assert.equal(run.status, error ? 2 : 0, run.stderr.slice(0, 500));
      await server.stop();
    });
});

describe("a hostile .gitignore", function () {
  this.timeout(60_000);

  it("holds nobody up", async () => {
    const place = new Place();
    fill(place);
    place.write(`${"a/".repeat(200)}deep.yaml`, deployment("below"));
    const bombs = [...BOMBS, `${"**/a/".repeat(50)}b`, `${"*[ab]?".repeat(50)}c`, ...MANY];
    place.write(".gitignore", bombs.filter((one) => one !== "/").join("\n"));
    const server = await Tormented.indexed(place);
    const names = namesIn(await server.report());
    assert.ok(names.has("a") && names.has("below"));
    await server.stop();
  });
});

/** Every way out of the process, replaced by one that says that it was taken. */
const WATCH = `
const told = (what) => () => { require("node:fs").writeSync(2, "WAY OUT: " + what + "\\n"); throw new Error(what); };
for (const [name, calls] of Object.entries({
  net: ["connect", "createConnection", "createServer"], tls: ["connect"], dgram: ["createSocket"],
  http: ["request", "get", "createServer"], https: ["request", "get"], http2: ["connect"],
  dns: ["lookup", "resolve"], child_process: ["spawn", "exec", "execFile", "fork", "spawnSync", "execSync", "execFileSync"],
})) for (const call of calls) require(name)[call] = told(name + "." + call);
globalThis.fetch = told("fetch");
globalThis.WebSocket = told("WebSocket");
globalThis.eval = told("eval");
`;

describe("the network", () => {
  it("is asked for nothing, whatever the files name", async () => {
    const place = new Place();
    const outside = new Place();
    outside.write("watch.cjs", WATCH);
    place.write(
      "remote.yaml",
      `# yaml-language-server: $schema=https://example.com/schema.json\n${GOOD.replace("shop/good:1.0.0", "http://example.com/image:1")}`,
    );
    place.write(
      "kustomization.yaml",
      "resources:\n  - https://example.com/base?ref=v1\n  - github.com/example/repository\n",
    );
    place.write(
      "Chart.yaml",
      "apiVersion: v2\nname: x\nversion: 1.0.0\ndependencies:\n  - { name: y, version: 1.0.0, repository: https://example.com }\n",
    );
    place.write(".gitlab-ci.yml", "include:\n  - remote: https://example.com/ci.yml\n");
    const nodeOptions = ["--require", outside.path("watch.cjs")];
    const server = await Tormented.start(place, { nodeOptions });
    let log = "";
    server.client.process.stderr?.on("data", (data) => {
      log += String(data);
    });
    await server.client.indexed();
    await server.report();
    await server.hover();
    assert.equal(log, "");
    // Where Helm is installed, the command line asks it to render; it is not what is tried here.
    const run = spawnSync(process.execPath, [...nodeOptions, "dist/cli.js", "check", place.folder], {
      encoding: "utf8",
      env: { ...process.env, PATH: "" },
    });
    assert.equal(run.status, 0, run.stderr);
    assert.equal(run.stderr, "");
    await server.stop();
    outside.remove();
  });

  it("is not even at hand: of Node's modules the command line loads the file system alone", () => {
    const loaded = [...readFileSync("dist/cli.js", "utf8").matchAll(/require\("([^"]+)"\)/g)]
      .map((match) => (match[1] ?? "").replace(/^node:/, ""))
      .filter(isBuiltin);
    const harmless = ["fs", "path", "os", "url", "util", "events", "buffer", "module", "process", "child_process"];
    assert.deepEqual(
      loaded.filter((one) => !harmless.includes(one)),
      [],
    );
  });
});
