import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import {
  findHelm,
  HELM_LIMITS,
  type HelmLimits,
  type HelmRequest,
  type HelmResult,
  HelmRunner,
} from "../../server/host/helm.ts";
import { HAS_TOOLS, helm } from "../support/tools.ts";

const FIXTURES = join(process.cwd(), "test/fixtures/helm");
const CAN_FAKE = process.platform !== "win32";

let folder = "";
const temporary = process.env["TMPDIR"];

before(() => {
  folder = mkdtempSync(join(tmpdir(), "kmm-test-helm-"));
  // Others may run helm at the same time.
  process.env["TMPDIR"] = join(folder, "tmp");
  mkdirSync(join(folder, "tmp"));
});

after(() => {
  if (temporary === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = temporary;
  rmSync(folder, { recursive: true, force: true });
});

/** A program that says that it is helm, and then does something else. */
function fake(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\nif [ "$1" = version ]; then printf v4.0.0; exit 0; fi\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

function request(chart: string, more: Partial<HelmRequest> = {}): HelmRequest {
  return { chart, release: "rel", namespace: "ns", values: [], parameters: [], overlay: new Map(), ...more };
}

function chartOf(name: string, files: Readonly<Record<string, string>>): string {
  const chart = join(folder, name);
  for (const [path, text] of Object.entries({ "Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n", ...files })) {
    mkdirSync(join(chart, path, ".."), { recursive: true });
    writeFileSync(join(chart, path), text);
  }
  return chart;
}

async function runner(path: string, limits: Partial<HelmLimits> = {}): Promise<HelmRunner> {
  const program = await findHelm(path);
  assert.ok("version" in program);
  return new HelmRunner(program, { ...HELM_LIMITS, ...limits });
}

function never(): AbortSignal {
  return new AbortController().signal;
}

function outputOf(result: HelmResult): string {
  assert.ok("output" in result, JSON.stringify(result));
  return result.output;
}

function failureOf(result: HelmResult) {
  assert.ok("failure" in result, JSON.stringify(result));
  return result.failure;
}

function leftovers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("kmm-helm-"));
}

async function until(check: () => boolean): Promise<void> {
  for (let count = 0; count < 200 && !check(); count++) await new Promise((done) => setTimeout(done, 20));
  assert.ok(check());
}

/** One that nobody asked about its end is still listed. */
function isAlive(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
    return !existsSync("/proc/self/stat") || !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

describe("helm: which program", () => {
  before(function () {
    if (!CAN_FAKE) this.skip();
  });

  const problem = async (setting: string) => {
    const found = await findHelm(setting);
    return "problem" in found ? found.problem : found.version;
  };

  it("is said when there is none", async () => {
    assert.equal(await problem(join(folder, "nowhere")), "not-found");
    assert.equal(await problem(folder), "not-found");
    assert.equal(await problem("surely-no-such-program"), "not-found");
  });

  it("a path inside the workspace is not taken", async () => {
    assert.equal(await problem("./helm"), "not-found");
    assert.equal(await problem("bin/helm"), "not-found");
  });

  it("has to be helm, and no old one", async () => {
    const say = (name: string, text: string) => {
      const path = fake(name, "");
      writeFileSync(path, `#!/bin/sh\n${text}\n`);
      return path;
    };
    assert.equal(await problem(say("other", "echo hello")), "not-helm");
    assert.equal(await problem(say("failing", "printf v3.1.1; exit 1")), "not-helm");
    assert.equal(await problem(say("old", "printf v2.17.0")), "old-version");
    assert.equal(await problem(say("new", "printf v3.19.0+g1")), "v3.19.0+g1");
    const text = join(folder, "text");
    writeFileSync(text, "no program");
    assert.equal(await problem(text), "not-found");
    chmodSync(text, 0o755);
    assert.match(await problem(text), /not-/);
  });

  it("is found on the PATH, and never in a folder that is relative", async () => {
    const path = process.env["PATH"];
    const bin = join(folder, "bin");
    mkdirSync(bin);
    cpSync(fake("helm-on-path", ""), join(bin, "helm"));
    try {
      process.env["PATH"] = `.:bin:${bin}:${path}`;
      assert.deepEqual(await findHelm(), { path: join(bin, "helm"), version: "v4.0.0" });
    } finally {
      process.env["PATH"] = path;
    }
  });
});

describe("helm: a program that misbehaves", () => {
  before(function () {
    if (!CAN_FAKE) this.skip();
  });

  const chart = () => chartOf("some", { "templates/x.yaml": "kind: X\n" });
  const failure = async (path: string, limits: Partial<HelmLimits> = {}) =>
    failureOf(await (await runner(path, limits)).render(request(chart()), never()));

  it("is ended when it hangs, with all that it started", async () => {
    const pids = join(folder, "pids");
    const path = fake("hangs", `sleep 1000 & echo $! > ${pids}\necho $$ >> ${pids}\nwait`);
    assert.match((await failure(path, { timeoutMs: 500 })).text, /longer than 0\.5 s/);
    await until(() => !readFileSync(pids, "utf8").trim().split("\n").some(isAlive));
  });

  it("what it leaves running does not hold us up", async () => {
    const path = fake("leaves", "sleep 1000 &\nprintf -- '---\\n# Source: c/templates/x.yaml\\nkind: X\\n'");
    assert.match(outputOf(await (await runner(path)).render(request(chart()), never())), /kind: X/);
  });

  it("prints too much", async () => {
    const path = fake("prints", "head -c 100000000 /dev/zero");
    assert.match((await failure(path, { maxBytes: 1_000_000 })).text, /more than 1 MB/);
  });

  it("prints garbage", async () => {
    assert.match((await failure(fake("garbage", "head -c 1000 /dev/urandom"))).text, /no manifest/);
    assert.match((await failure(fake("prose", "echo hello"))).text, /no manifest/);
  });

  it("fails without a word", async () => {
    assert.deepEqual(await failure(fake("silent", "exit 1")), { text: "" });
    assert.deepEqual(await failure(fake("killed", "kill -9 $$")), { text: "" });
  });

  it("goes while it is needed", async () => {
    const path = fake("goes", "");
    const one = await runner(path);
    rmSync(path);
    assert.match(failureOf(await one.render(request(chart()), never())).text, /cannot be started \(ENOENT\)/);
  });

  it("learns nothing of its user", async () => {
    const path = fake("tells", "printf -- '---\\n# Source: c/templates/x.yaml\\n'; env");
    process.env["AWS_SECRET_ACCESS_KEY"] = "very-secret";
    process.env["HELM_NAMESPACE"] = "elsewhere";
    const output = outputOf(await (await runner(path)).render(request(chart()), never()));
    delete process.env["AWS_SECRET_ACCESS_KEY"];
    delete process.env["HELM_NAMESPACE"];
    assert.doesNotMatch(output, /very-secret|elsewhere/);
    assert.match(output, /HTTPS_PROXY=http:\/\/127\.0\.0\.1:9/);
    assert.doesNotMatch(output, new RegExp(`=${process.env["HOME"]}$`, "m"));
  });

  it("names from files are names, and nothing else", async () => {
    const path = fake("args", "printf -- '---\\n# Source: c/templates/x.yaml\\n'; printf '%s\\n' \"$@\"");
    const output = outputOf(
      await (await runner(path)).render(
        request(chart(), {
          release: "--post-renderer=evil",
          namespace: "--kubeconfig=x",
          values: [join(folder, 'a,"b.yaml')],
          parameters: [
            { name: "a", value: "1,b=2", text: false },
            { name: "c", value: "{1,2}", text: true },
          ],
        }),
        never(),
      ),
    );
    assert.deepEqual(output.split("\n").slice(2, -1), [
      "template",
      "--namespace=--kubeconfig=x",
      `--values="${join(folder, 'a,""b.yaml')}"`,
      "--set=a=1\\,b=2",
      "--set-string=c={1,2}",
      "--",
      "--post-renderer=evil",
      chart(),
    ]);
  });
});

describe("helm: the end of our own process", () => {
  before(function () {
    if (!CAN_FAKE) this.skip();
  });

  it("ends what runs, and leaves nothing behind", async () => {
    const pids = join(folder, "exit-pids");
    const path = fake("runs-on", `echo $$ > ${pids}\nsleep 1000`);
    const bundle = join(folder, "exit.cjs");
    buildSync({
      stdin: {
        contents: `import { HelmRunner } from "./server/host/helm.ts"; import { existsSync } from "node:fs";
          const [path, chart, pids] = ${JSON.stringify([path, chartOf("exit-chart", {}), pids])};
          const request = { chart, release: "rel", values: [], parameters: [], overlay: new Map() };
          void new HelmRunner({ path, version: "v4.0.0" }).render(request, new AbortController().signal);
          setInterval(() => existsSync(pids) && process.exit(0), 20);`,
        resolveDir: process.cwd(),
      },
      bundle: true,
      platform: "node",
      outfile: bundle,
      logLevel: "silent",
    });
    execFileSync(process.execPath, [bundle], { timeout: 20_000 });
    assert.deepEqual(leftovers(), []);
    await until(() => !isAlive(readFileSync(pids, "utf8").trim()));
  });
});

describe("helm: many questions", () => {
  before(function () {
    if (!CAN_FAKE) this.skip();
  });

  const counting = (name: string, wait = 0.2) => {
    const log = join(folder, `${name}.log`);
    writeFileSync(log, "");
    const said = "printf -- '---\\n# Source: c/templates/x.yaml\\nkind: X\\n'";
    return { path: fake(name, `echo start >> ${log}\nsleep ${wait}\necho end >> ${log}\n${said}`), log };
  };
  const lines = (log: string) => readFileSync(log, "utf8").trim().split("\n").filter(Boolean);

  it("few at a time", async () => {
    const { path, log } = counting("counts");
    const one = await runner(path);
    const chart = chartOf("many", { "templates/x.yaml": "kind: X\n" });
    await Promise.all([..."abcdef"].map((release) => one.render(request(chart, { release }), never())));
    let running = 0;
    for (const line of lines(log)) {
      running += line === "start" ? 1 : -1;
      assert.ok(running <= 2);
    }
    assert.equal(lines(log).length, 12);
  });

  it("the same one once, and again only when something changed", async () => {
    const { path, log } = counting("same");
    const one = await runner(path);
    const chart = chartOf("same-chart", { "templates/x.yaml": "kind: X\n" });
    const [first, second] = await Promise.all([
      one.render(request(chart), never()),
      one.render(request(chart), never()),
    ]);
    assert.equal(first, second);
    assert.equal(await one.render(request(chart), never()), first);
    assert.equal(lines(log).length, 2);
    writeFileSync(join(chart, "templates/x.yaml"), "kind: Y\n");
    await one.render(request(chart), never());
    assert.equal(lines(log).length, 4);
    const overlay = new Map([[join(chart, "templates/x.yaml"), "kind: X\n"]]);
    await one.render(request(chart, { overlay }), never());
    await one.render(request(chart, { overlay: new Map([[join(folder, "elsewhere"), "x"]]) }), never());
    // What is typed is what was there before, and then what is there now.
    assert.equal(lines(log).length, 4);
    await one.render(request(chart, { overlay: new Map([[join(chart, "templates/z.yaml"), "kind: Z\n"]]) }), never());
    assert.equal(lines(log).length, 6);
  });

  it("nobody is ended while another one waits for the same", async () => {
    const { path, log } = counting("shared", 0.5);
    const one = await runner(path);
    const chart = chartOf("shared-chart", {});
    const stop = new AbortController();
    const first = one.render(request(chart), stop.signal);
    const second = one.render(request(chart), never());
    await until(() => lines(log).length === 1);
    stop.abort();
    assert.deepEqual(await first, { aborted: true });
    assert.match(outputOf(await second), /kind: X/);
  });

  it("what nobody wants any more is ended, or not begun", async () => {
    const { path, log } = counting("aborted", 5);
    const one = await runner(path, { atOnce: 1 });
    const chart = chartOf("aborted-chart", {});
    const stops = [new AbortController(), new AbortController()];
    const results = stops.map((stop, at) => one.render(request(chart, { release: `r${at}` }), stop.signal));
    await until(() => lines(log).length === 1);
    for (const stop of stops.toReversed()) stop.abort();
    assert.deepEqual(await Promise.all(results), [{ aborted: true }, { aborted: true }]);
    await until(() => leftovers().length === 0);
    assert.deepEqual(lines(log), ["start"]);
    const third = one.render(request(chart, { release: "r3" }), never());
    await until(() => lines(log).length === 2);
    one.dispose();
    assert.deepEqual(await third, { aborted: true });
  });

  it("what is kept has bounds", async () => {
    const { path, log } = counting("bounded", 0);
    const one = await runner(path, { keptResults: 2 });
    const chart = chartOf("bounded-chart", {});
    for (const release of ["a", "b", "c", "a"]) await one.render(request(chart, { release }), never());
    assert.equal(lines(log).length, 8);
    await one.render(request(chart, { release: "c" }), never());
    assert.equal(lines(log).length, 8);
  });
});

describe("helm: the program itself", () => {
  before(function () {
    if (!HAS_TOOLS) this.skip();
  });

  const render = async (wanted: HelmRequest) => (await runner(helm())).render(wanted, never());

  it("renders what is on the disk", async () => {
    const output = outputOf(
      await render(request(join(FIXTURES, "plain"), { values: [join(FIXTURES, "plain/values-prod.yaml")] })),
    );
    const own = execFileSync(helm(), [
      "template",
      "rel",
      join(FIXTURES, "plain"),
      "--namespace=ns",
      `--values=${join(FIXTURES, "plain/values-prod.yaml")}`,
    ]);
    assert.equal(output, own.toString());
    assert.deepEqual(leftovers(), []);
  });

  it("renders what is typed: templates, values, new files and files of charts inside", async () => {
    const umbrella = join(FIXTURES, "umbrella");
    const overlay = new Map([
      [
        join(umbrella, "values.yaml"),
        "global: {registry: typed.example.com}\nsessions: {enabled: false}\nweb: {port: 1}\n",
      ],
      [join(umbrella, "templates/new/added.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: added}\n"],
      [join(umbrella, "charts/cache/values.yaml"), "replicas: 7\nmemory: 1Mi\nimage: cache:9\n"],
    ]);
    const output = outputOf(await render(request(umbrella, { overlay })));
    assert.match(output, /image: typed\.example\.com\/cache:9/);
    assert.match(output, /replicas: 7/);
    assert.match(output, /# Source: umbrella\/templates\/new\/added\.yaml/);
    assert.doesNotMatch(output, /charts\/sessions/);
    assert.match(readFileSync(join(umbrella, "values.yaml"), "utf8"), /registry\.example\.com/);
    assert.deepEqual(leftovers(), []);
  });

  it("renders typed values files, inline values and parameters, the strongest last", async () => {
    const prod = join(FIXTURES, "plain/values-prod.yaml");
    const output = outputOf(
      await render(
        request(join(FIXTURES, "plain"), {
          values: [prod],
          overlay: new Map([[prod, "replicas: 11\nname: typed\ncpu: 1\n"]]),
          inline: "name: inline\ncpu: 2\n",
          parameters: [{ name: "cpu", value: "3", text: false }],
        }),
      ),
    );
    assert.match(output, /replicas: 11/);
    assert.match(output, /name: inline\n/);
    assert.match(output, /cpu: 3m/);
  });

  it("values of several megabytes", async () => {
    const chart = chartOf("large", { "templates/x.yaml": "kind: X\ncount: {{ len .Values.list }}\n" });
    const list = Array.from({ length: 60_000 }, (_, at) => `  - an item of some length that is number ${at}`).join(
      "\n",
    );
    assert.ok(list.length > 2_000_000);
    const values = join(folder, "large.yaml");
    writeFileSync(values, `list:\n${list}\n`);
    assert.match(outputOf(await render(request(chart, { values: [values] }))), /count: 60000/);
    assert.match(outputOf(await render(request(chart, { inline: `list:\n${list}\n  - one more\n` }))), /count: 60001/);
  });

  it("takes charts of the workspace for what they are asked for, and leaves out what lies elsewhere", async () => {
    chartOf("side", {
      "Chart.yaml": "apiVersion: v2\nname: side\nversion: 1.0.0\n",
      "templates/y.yaml": "kind: Side\na: {{ .Values.a }}\n",
      "values.yaml": "a: 1\n",
    });
    const chart = chartOf("deps", {
      "Chart.yaml":
        "apiVersion: v2\nname: deps\nversion: 1.0.0\ndependencies:\n- {name: side, version: 1.0.0, repository: 'file://../side'}\n- {name: redis, version: 9.x, repository: 'https://charts.example.com'}\n",
      "templates/x.yaml": "kind: X\n",
    });
    const result = await render(
      request(chart, { overlay: new Map([[join(folder, "side/values.yaml"), "a: typed\n"]]) }),
    );
    assert.match(outputOf(result), /# Source: deps\/charts\/side\/templates\/y\.yaml\nkind: Side\na: typed/);
    assert.deepEqual("missing" in result && result.missing, ["redis 9.x"]);
    assert.equal(existsSync(join(chart, "charts")), false);
  });

  it("takes packed charts as helm does", async () => {
    const side = chartOf("packed", {
      "Chart.yaml": "apiVersion: v2\nname: packed\nversion: 1.0.0\n",
      "templates/y.yaml": "kind: Packed\n",
    });
    const chart = chartOf("holder", {
      "Chart.yaml":
        "apiVersion: v2\nname: holder\nversion: 1.0.0\ndependencies:\n- {name: packed, version: 1.0.0, repository: 'https://charts.example.com'}\n",
      "charts/.keep": "",
    });
    execFileSync(helm(), ["package", side, "--destination", join(chart, "charts")], {
      env: { PATH: "", HOME: folder },
    });
    const result = await render(request(chart, { overlay: new Map([[join(chart, "templates/x.yaml"), "kind: X\n"]]) }));
    assert.match(outputOf(result), /# Source: holder\/charts\/packed\/templates\/y\.yaml/);
    assert.match(outputOf(result), /kind: X/);
  });

  it("what it refuses has a place, and nobody's secrets", async () => {
    const refused = async (files: Readonly<Record<string, string>>, more: Partial<HelmRequest> = {}) => {
      const chart = chartOf("refused", files);
      const failure = failureOf(await render(request(chart, more)));
      rmSync(chart, { recursive: true });
      return failure;
    };
    const values = { "values.yaml": "password: hunter2\nother: fine\n" };
    assert.deepEqual(await refused({ "templates/x.yaml": "a: b\nc: {{ index .Values.x 1 }}\n" }), {
      text: "<index .Values.x 1>: error calling index: index of untyped nil",
      place: { source: "c/templates/x.yaml", line: 2 },
    });
    assert.deepEqual(await refused({ ...values, "templates/x.yaml": '{{ fail (print "bad " .Values.password) }}' }), {
      text: "bad ***",
      place: { source: "c/templates/x.yaml", line: 1 },
    });
    assert.deepEqual(await refused({ "templates/x.yaml": "a: {{ if }\n" }), {
      text: 'unexpected "}" in if',
      place: { source: "c/templates/x.yaml", line: 1 },
    });
    assert.deepEqual((await refused({ "templates/x.yaml": "a: b\n c: d\n" })).place, {
      source: "c/templates/x.yaml",
      line: undefined,
    });
    assert.deepEqual((await refused({ "values.yaml": "a: [\n" })).place, { source: "values.yaml", line: 1 });
    assert.deepEqual((await refused({ "Chart.yaml": "name: c\n" })).place, { source: "Chart.yaml", line: undefined });
    const typed = join(folder, "typed.yaml");
    const overlay = new Map([[typed, "a: b: c\n"]]);
    assert.equal((await refused({}, { values: [typed], overlay })).place?.source, typed);
    const schema = JSON.stringify({ properties: { other: { type: "integer" } } });
    assert.match((await refused({ ...values, "values.schema.json": schema })).text, /other/);
  });

  describe("values that are given when it is installed", () => {
    const rendered = async (files: Readonly<Record<string, string>>, more: Partial<HelmRequest> = {}) => {
      const chart = chartOf("lacking", files);
      const result = await render(request(chart, more));
      rmSync(chart, { recursive: true });
      assert.ok("output" in result, JSON.stringify(result));
      return { text: result.output.replace(/^---\n# Source: .*\n/gm, "").trim(), lacking: result.lacking };
    };

    it("are stood in for where they are printed, and left out where they decide", async () => {
      const { text, lacking } = await rendered({
        "templates/x.yaml": [
          "kind: ConfigMap",
          "a: {{ .Values.queue.name.full | quote }}",
          'b: {{ required "No id" .Values.db.id }}',
          'c: {{ .Values.db.key | required "No key" }}',
          "{{- if .Values.ingress.tls.on }}",
          "d: on",
          "{{- end }}",
          'e: {{ include "name" . }}',
          "",
        ].join("\n"),
        "templates/_h.tpl": '{{ define "name" }}x-{{ $.Values.naming.prefix }}{{ end }}',
      });
      assert.equal(
        text,
        'kind: ConfigMap\na: "set-at-install"\nb: set-at-install\nc: set-at-install\ne: x-set-at-install',
      );
      assert.deepEqual(lacking, {
        text: "<.Values.queue.name.full>: nil pointer evaluating interface {}.name",
        place: { source: "c/templates/x.yaml", line: 2 },
      });
    });

    it("are those that have no value, where what comes out is no YAML", async () => {
      const { text } = await rendered({
        "values.yaml": "registry:\nimage: {name: web, tag: }\n",
        "templates/x.yaml": "image: {{ .Values.registry }}{{ .Values.image.name }}:{{ .Values.image.tag }}\n",
      });
      assert.equal(text, "image: set-at-installweb:set-at-install");
    });

    it("are left alone where the files have them", async () => {
      const typed = join(folder, "typed.yaml");
      const overlay = new Map([[typed, "db: {id: seven}\n"]]);
      const template = 'a: {{ required "No id" .Values.db.id }}\nb: {{ .Values.other.x }}\n';
      const { text } = await rendered({ "templates/x.yaml": template }, { values: [typed], overlay });
      assert.equal(text, "a: seven\nb: set-at-install");
    });
  });

  it("a chart that is not there", async () => {
    assert.match(failureOf(await render(request(join(folder, "nowhere")))).text, /not found/);
  });
});
