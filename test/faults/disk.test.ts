/** What can lie on a disk besides files, how much of it, and what can happen to it while it is read. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { LspClient } from "../support/lsp-client.ts";
import { deployment, namesIn, Place, pause, Tormented } from "./support.ts";

describe("what is no file", function () {
  this.timeout(60_000);
  let outside: Place;
  let place: Place;
  let socket: Server;
  let server: Tormented;

  before(async () => {
    outside = new Place();
    outside.write("secret/secret.yaml", deployment("secret"));
    place = new Place();
    place.write("inside/inside.yaml", deployment("inside"));
    for (const [name, target] of [
      ["loop", place.folder],
      ["loop.yaml", place.folder],
      ["root", "/"],
      ["root.yaml", "/"],
      ["outside", outside.path("secret")],
      ["outside.yaml", outside.path("secret/secret.yaml")],
      ["again.yaml", place.path("inside/inside.yaml")],
      ["dangling.yaml", place.path("nowhere.yaml")],
      ["zero.yaml", "/dev/zero"],
      [".kmm.yaml", "/dev/zero"],
    ] as const)
      symlinkSync(target, place.path(name));
    mkdirSync(place.path("folder.yaml"));
    execFileSync("mkfifo", [place.path("pipe.yaml"), place.path("Makefile")]);
    for (const folder of ["one", "two"]) place.write(`${folder}/${folder}.yaml`, deployment(folder));
    execFileSync("mkfifo", [place.path("one/.gitignore")]);
    symlinkSync("/dev/zero", place.path("two/.gitignore"));
    socket = createServer().listen(place.path("socket.yaml"));
    server = await Tormented.indexed(place);
  });

  after(async () => {
    socket.close();
    await server.stop();
    outside.remove();
  });

  const notRead = [
    ["root.yaml", /out of the folder/],
    ["loop.yaml", /out of the folder/],
    ["outside.yaml", /out of the folder/],
    ["zero.yaml", /out of the folder/],
    [".kmm.yaml", /out of the folder/],
    ["dangling.yaml", /opened/],
    ["pipe.yaml", /file/],
    ["socket.yaml", /file/],
    ["Makefile", /file/],
  ] as const;

  for (const [name, why] of notRead)
    it(`${name} is listed as not read, with the reason`, async () => {
      const { scanned } = await server.report();
      const reasons = scanned.notRead.filter((one) => one.uri === name).map((one) => one.reason);
      assert.equal(reasons.length, 1);
      assert.match(reasons.join(), why);
    });

  it("leads nowhere else, and what lies around it is read once", async () => {
    const subjects = (await server.report()).subjects.map((one) => one.uri).sort();
    assert.deepEqual(subjects, ["good/good.yaml", "inside/inside.yaml", "one/one.yaml", "two/two.yaml"]);
  });

  it("is the same when the editor tells of it, opens it and closes it", async () => {
    const before = await server.report();
    const uris = [...notRead.map(([name]) => name), "again.yaml", "outside/secret.yaml", "loop/good/good.yaml"].map(
      (name) => place.uri(name),
    );
    await server.meanwhile("told of each", server.changed(uris));
    await pause(300);
    for (const uri of uris) {
      await server.client.open(uri, "a: b\n");
      await server.close(uri);
    }
    await server.hover();
    assert.deepEqual(await server.report(), before);
  });

  it("is the same to the command line, whether below the folder or named itself", async () => {
    assert.deepEqual(place.check(), await server.report());
    for (const name of ["pipe.yaml", "socket.yaml", "zero.yaml"]) {
      const { status, stdout } = spawnSync(
        process.execPath,
        ["dist/cli.js", "check", place.path(name), "--format", "json"],
        { encoding: "utf8", timeout: 10_000 },
      );
      assert.equal(status, 0, name);
      assert.equal(JSON.parse(stdout).scanned.notRead.length, 1, name);
    }
  });
});

const COUNT = 3_000;

/** So many manifests in folders of 50. */
function many(place: Place): readonly string[] {
  return Array.from({ length: COUNT }, (_, at) => {
    const path = `many/${Math.floor(at / 50)}/${at}.yaml`;
    place.write(path, `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c${at}\n  namespace: shop\n`);
    return path;
  });
}

describe("very many files, and deep ones", function () {
  this.timeout(60_000);
  let place: Place;
  let server: Tormented;
  const progress: { token: unknown; kind: string; percentage?: number; message?: string; cancellable?: boolean }[] = [];

  before(async () => {
    place = new Place();
    many(place);
    const deep = "d/".repeat(200);
    place.write(`${deep}deep.yaml`, deployment("deep"));
    place.write(`${"e/".repeat(300)}too-deep.yaml`, deployment("too-deep"));
    for (const folder of ["node_modules/x", ".git/hooks", "a/node_modules/y"])
      place.write(`${folder}/pod.yaml`, deployment("skipped"));
    server = await Tormented.start(place, { capabilities: { window: { workDoneProgress: true } } });
    server.client.connection.onNotification(
      "$/progress",
      ({ token, value }: { token: unknown; value: { kind: string } }) => void progress.push({ token, ...value }),
    );
    await server.meanwhile("reading them", server.client.indexed());
  });

  after(() => server.stop());

  it("are read down to a bound, and what others keep for themselves is not", async () => {
    const names = namesIn(await server.report());
    assert.ok(names.has("deep") && names.has(`c${COUNT - 1}`));
    assert.ok(!names.has("too-deep") && !names.has("skipped"));
  });

  it("show how far the reading is, and let it be stopped", async () => {
    assert.ok(progress.some((one) => one.kind === "report" && /\d/.test(one.message ?? "")));
    assert.equal(progress.filter((one) => one.kind === "end").length, 1);
    assert.equal(progress.find((one) => one.kind === "begin")?.cancellable, true);
    const begun = new Promise<unknown>((done) => {
      const registration = server.client.connection.onNotification("$/progress", ({ token, value }) => {
        if (value.kind !== "report") return;
        registration.dispose();
        done(token);
      });
    });
    const again = server.client.indexed();
    await server.client.request("kmm/refresh", {});
    await server.client.connection.sendNotification("window/workDoneProgress/cancel", { token: await begun });
    await server.meanwhile("the rest of it", again);
    assert.ok((await server.report()).scanned.files < COUNT);
    const complete = server.client.indexed();
    await server.client.request("kmm/refresh", {});
    await complete;
    assert.ok((await server.report()).scanned.files > COUNT);
  });

  it("are read without progress where the editor refuses to show it", async () => {
    const other = await LspClient.start({ root: place.root, capabilities: { window: { workDoneProgress: true } } });
    other.connection.onRequest("window/workDoneProgress/create", () => {
      throw new Error("not now");
    });
    await other.indexed();
    await other.stop();
  });
});

describe("files that change while they are read", function () {
  this.timeout(60_000);
  let place: Place;
  let server: Tormented;
  let paths: readonly string[];

  beforeEach(() => {
    place = new Place();
    paths = many(place);
  });

  afterEach(() => server.stop());

  it("are not missed when they are gone before they are reached", async () => {
    server = await Tormented.start(place);
    const indexed = server.client.indexed();
    rmSync(place.path("many"), { recursive: true });
    await server.meanwhile("reading what is left", indexed);
    // What was read before it went is told by the editor.
    await server.changed(paths.map((path) => place.uri(path)));
    const report = await server.reported("nothing but the good file", ({ scanned }) => scanned.files === 1);
    assert.deepEqual(report.scanned.notRead, []);
  });

  it("are what they are now: gone, of another name, a folder, or not to be read", async () => {
    server = await Tormented.indexed(place);
    const [gone = "", renamed = "", folder = "", closed = ""] = paths;
    rmSync(place.path(gone));
    renameSync(place.path(renamed), place.path("renamed.yaml"));
    rmSync(place.path(folder));
    place.write(`${folder}/below.yaml`, deployment("below"));
    chmodSync(place.path(closed), 0o000);
    await server.changed([gone, renamed, "renamed.yaml", folder, closed].map((path) => place.uri(path)));
    const report = await server.reported(
      "what is there now",
      (one) => namesIn(one).has("below") && !namesIn(one).has("c2"),
    );
    const at = (name: string) => report.subjects.filter((one) => one.name === name).map((one) => one.uri);
    assert.deepEqual([at("c0"), at("c1"), at("c2")], [[], ["renamed.yaml"], []]);
    // Whoever runs as root may read everything.
    const isRoot = process.getuid?.() === 0;
    assert.deepEqual(
      report.scanned.notRead.map((one) => one.uri),
      isRoot ? [] : [closed],
    );
  });

  it("may be 5,000 at once: seen in one go, told in few messages, and nobody waits", async () => {
    server = await Tormented.indexed(place);
    for (const [at, path] of paths.entries())
      if (at % 2 === 0) rmSync(place.path(path));
      else place.write(path, deployment(`new${at}`));
    for (let at = 0; at < 2_000; at++) place.write(`more/${at}.yaml`, "a: b\n");
    const told: boolean[] = [];
    server.client.connection.onNotification("kmm/reportChanged", ({ scanning }) => void told.push(scanning));
    const more = Array.from({ length: 2_000 }, (_, at) => `more/${at}.yaml`);
    const uris = [...paths, ...more].map((path) => place.uri(path));
    const storm = async () => {
      for (let from = 0; from < uris.length; from += 100) {
        await server.changed(uris.slice(from, from + 100));
        await pause(2);
      }
      // Once the last is told, and nothing is read any more.
      for (let since = 0; since < 1_000; since += 50) {
        await pause(50);
        if (told.at(-1) !== false) since = 0;
      }
    };
    await server.meanwhile("5,000 changes", storm());
    console.log(`        5,000 changes: ${told.length} times told that the report changed`);
    assert.ok(told.length <= 10, `told ${told.length} times`);
    const names = namesIn(await server.report());
    assert.ok(![...names].some((name) => name.startsWith("c")), "what is gone is forgotten");
    assert.equal(names.size, 1 + COUNT / 2);
  });
});
