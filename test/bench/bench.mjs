// npm run bench [-- --only scan,server,overlays,practices]: how fast we are, as ratios to what the same machine does in the same minutes with the least that could
// be done. KMM_BENCH_FILES names a folder of real files to scan as well; KMM_BENCH_YAML_LS the program of
// yaml-language-server, to be compared with. Always ends with 0 unless it cannot measure: figures are read, not asserted.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import { build } from "esbuild";
import { node as bundling, bundles as shipped, writeTexts } from "../../esbuild.mjs";
import { endWithParent, exitOnSignals, temporaryFolder } from "../../scripts/processes.mjs";
import { keysInTemplate } from "./charts.mjs";
import { Client } from "./client.mjs";
import { generate } from "./generate.mjs";
import { keysInBase } from "./overlays.mjs";

const execute = promisify(execFile);
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const here = dirname(fileURLToPath(import.meta.url));
const MB = 1024 * 1024;
const LARGE = 10_000;
const SMALL = 1_000;

const rows = [];

/** `ours` and `yardstick` as people read them; `value` is what the target is about. */
function row(measure, { ours, yardstick = "", ratio, target, holds }) {
  rows.push([
    measure,
    ours,
    yardstick,
    ratio === undefined ? "" : `${ratio.toFixed(2)}x`,
    target ?? "",
    holds === undefined ? "" : holds ? "holds" : "FAILS",
  ]);
}

function median(numbers) {
  return quantile(numbers, 0.5);
}

function quantile(numbers, share) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const pause = (time) => new Promise((done) => setTimeout(done, time));
const say = (text) => console.error(`bench: ${text}`);

/** Everything that is measured, bundled as it ships. */
async function bundle(folder) {
  const production = { minify: true, sourcemap: false };
  for (const [name, options] of Object.entries(shipped))
    if (name.endsWith(".js")) await build({ ...options, ...production, outfile: join(folder, name) });
  const own = ["scan.ts", "parse.ts", "relevant.ts", "practices.ts", "floor.mjs"];
  await build({ ...bundling, ...production, entryPoints: own.map((name) => join(here, name)), outdir: folder });
  writeTexts(folder);
}

async function run(program, ...args) {
  const { stdout } = await execute(process.execPath, [program, ...args], { maxBuffer: 64 * MB });
  return JSON.parse(stdout);
}

/** A folder read, indexed and judged, against `yaml` parsing the files of it that are ours. */
async function coldScan(name, bundles, folder, rounds) {
  const list = join(bundles, "relevant.json");
  const { files } = await run(join(bundles, "relevant.js"), folder, list);
  const found = { parse: [], index: [], judge: [], report: [] };
  const ratios = { index: [], judge: [], report: [] };
  for (let round = 0; round < rounds; round++) {
    const cost = {};
    // The order turns round, so that a slow spell of the machine hits all of them.
    const modes = round % 2 === 0 ? ["parse", "index", "judge", "report"] : ["report", "judge", "index", "parse"];
    for (const mode of modes) {
      const measured =
        mode === "parse"
          ? await run(join(bundles, "parse.js"), list)
          : await run(join(bundles, "scan.js"), folder, mode, bundles);
      cost[mode] = measured.cpu;
      found[mode].push(measured.cpu);
    }
    for (const mode of Object.keys(ratios)) ratios[mode].push(cost[mode] / cost.parse);
  }
  for (const mode of Object.keys(ratios)) {
    const ratio = median(ratios[mode]);
    const what = { index: "read and index", judge: "and judge", report: "and write the report" }[mode];
    const target = mode === "report" ? {} : { target: "<= 0.5x yaml", holds: ratio <= 0.5 };
    row(`cold scan, ${name}: ${what}`, {
      ours: ms(median(found[mode])),
      yardstick: `${ms(median(found.parse))} (${files} parsed)`,
      ratio,
      ...target,
    });
  }
}

/** Files that somebody has open: Deployments of the workspace. */
function openFiles(folder) {
  const paths = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith("-deployment.yaml") && path.startsWith("apps"));
  return paths
    .sort()
    .slice(0, 3)
    .map((path) => {
      const text = readFileSync(join(folder, path), "utf8");
      return { uri: pathToFileURL(join(folder, path)).toString(), text };
    });
}

/** Where a text stands in a file. */
function positionOf(text, needle) {
  const before = text.slice(0, text.indexOf(needle) + needle.length).split("\n");
  return { line: before.length - 1, character: before.at(-1).length };
}

class Typist {
  #version = 1;
  #key = 0;

  constructor(client, files) {
    this.client = client;
    this.file = files[0];
    const { text } = this.file;
    // A value that only this object is judged by, a label that selectors look at, and half a key.
    this.spots = ["containerPort: 8080", "app.kubernetes.io/part-of: ", "serviceAccountName: "].map((needle) =>
      positionOf(text, needle),
    );
  }

  /** One key: something is put in, and taken away by the next. */
  async key() {
    const at = this.spots[Math.floor(this.#key / 2) % this.spots.length];
    const insert = this.#key % 2 === 0;
    this.#key++;
    const range = { start: at, end: insert ? at : { ...at, character: at.character + 1 } };
    return this.client.edit(this.file.uri, ++this.#version, [{ range, text: insert ? "1" : "" }]);
  }

  /** A word typed at the usual pace; answers how many messages with findings came. */
  async word(length, interval) {
    const start = positionOf(this.file.text, "serviceAccountName: ");
    const before = this.client.messages;
    for (let index = 0; index < length; index++) {
      const at = { ...start, character: start.character + index };
      await this.client.change(this.file.uri, ++this.#version, [{ range: { start: at, end: at }, text: "x" }]);
      await pause(interval);
    }
    await this.client.published(this.file.uri, this.#version);
    await pause(1_000);
    const range = { start, end: { ...start, character: start.character + length } };
    const messages = this.client.messages - before;
    await this.client.edit(this.file.uri, ++this.#version, [{ range, text: "" }]);
    return messages;
  }
}

async function started(name, program, folder, files, probe) {
  const client = await Client.start(program, { root: pathToFileURL(folder).toString(), probe });
  for (const { uri, text } of files) await client.open(uri, text);
  return { name, client, typist: new Typist(client, files), keys: [], hovers: [] };
}

/** A person asks again and again while the workspace is being read. */
async function hoverWhile(client, uri, position, until) {
  let over = false;
  const times = [];
  until.then(() => {
    over = true;
  });
  while (!over) {
    times.push(await client.hover(uri, position));
    await pause(5);
  }
  return times;
}

async function languageServer(bundles, folder) {
  const files = openFiles(folder);
  const kind = positionOf(files[0].text, "kind: Dep");
  const floor = await started("floor", join(bundles, "floor.js"), folder, files);
  const ours = await started(
    "ours",
    join(bundles, "server.js"),
    folder,
    files,
    pathToFileURL(join(here, "probe.mjs")).href,
  );
  const yamlLs = yamlLanguageServer();
  const peer = yamlLs === undefined ? undefined : await started("yaml-language-server", yamlLs, folder, files);
  const servers = [floor, ours, ...(peer === undefined ? [] : [peer])];

  say("the server reads the workspace");
  const during = await hoverWhile(ours.client, files[0].uri, kind, ours.client.indexed());
  const reading = await ours.client.probed();
  row("hover while the workspace is read: median, longest", {
    ours: `${ms(median(during))}, ${ms(Math.max(...during))}`,
  });
  row("slices: longest turn while the workspace is read", {
    ours: `${ms(reading.longest)} (p99 ${ms(reading.p99)})`,
    target: "< 50 ms",
    holds: reading.longest < 50,
  });
  const after = await hoverWhile(ours.client, files[0].uri, kind, ours.client.quiet());
  const rendering = await ours.client.probed();
  row("hover while its charts are rendered: median, longest", {
    ours: `${ms(median(after))}, ${ms(Math.max(...after))}`,
  });
  row("slices: longest turn while its charts are rendered", {
    ours: `${ms(rendering.longest)} (p99 ${ms(rendering.p99)})`,
    target: "< 50 ms",
    holds: rendering.longest < 50,
  });

  say("hovers");
  for (let round = 0; round < 40; round++)
    for (const server of servers) server.hovers.push(await server.client.hover(files[0].uri, kind));
  const hover = median(ours.hovers) / median(floor.hovers);
  row("hover, idle", {
    ours: ms(median(ours.hovers)),
    yardstick: ms(median(floor.hovers)),
    ratio: hover,
    target: "< 1.2x floor",
    holds: hover < 1.2,
  });

  say("keys");
  for (const server of servers) for (let round = 0; round < 6; round++) await server.typist.key();
  await pause(1_500);
  await ours.client.probed();
  for (let round = 0; round < 90; round++) {
    for (const server of servers) server.keys.push(await server.typist.key());
    await pause(60 + 37 * (round % 5));
  }
  const typing = await ours.client.probed();
  const key = median(ours.keys) / median(floor.keys);
  const slowest = quantile(ours.keys, 0.95);
  row("keystroke to findings, median", {
    ours: ms(median(ours.keys)),
    yardstick: ms(median(floor.keys)),
    ratio: key,
    target: "<= 3x floor",
    holds: key <= 3,
  });
  row("keystroke to findings, p95", {
    ours: ms(slowest),
    yardstick: ms(quantile(floor.keys, 0.95)),
    ratio: slowest / quantile(floor.keys, 0.95),
    target: "< 50 ms",
    holds: slowest < 50,
  });
  row("slices: longest turn while somebody types", {
    ours: `${ms(typing.longest)} (p99 ${ms(typing.p99)})`,
    target: "< 50 ms",
    holds: typing.longest < 50,
  });
  const before = servers.map(({ client }) => client.cpu());
  for (const server of servers) for (let round = 0; round < 30; round++) await server.typist.key();
  await pause(1_500);
  const [floorCpu, oursCpu] = servers.map(({ client }, index) => (client.cpu() - before[index]) / 30);
  row("CPU per key, with what follows from it", {
    ours: ms(oursCpu),
    yardstick: ms(floorCpu),
    ratio: oursCpu / floorCpu,
  });

  say("a word, and requests that are cancelled");
  const messages = await ours.typist.word(12, 60);
  row("messages with findings in a word of 12 keys", {
    ours: String(messages),
    yardstick: String(await floor.typist.word(12, 60)),
    target: "<= 4",
    holds: messages <= 4,
  });
  const [answered, floorAnswered] = [
    await cancelled(ours.client, files[0].uri, kind),
    await cancelled(floor.client, files[0].uri, kind),
  ];
  row("cancelled of 20 cancelled requests", {
    ours: String(answered),
    yardstick: String(floorAnswered),
    target: ">= 19",
    holds: answered >= 19,
  });

  await pause(2_000);
  const memory = ours.client.memory() / floor.client.memory();
  row(`memory with ${LARGE} files known`, {
    ours: `${Math.round(ours.client.memory())} MB`,
    yardstick: `${Math.round(floor.client.memory())} MB`,
    ratio: memory,
    target: "<= 3x floor",
    holds: memory <= 3,
  });
  if (peer !== undefined) {
    row("keystroke against yaml-language-server", {
      ours: ms(median(ours.keys)),
      yardstick: ms(median(peer.keys)),
      ratio: median(ours.keys) / median(peer.keys),
    });
    row("hover against yaml-language-server", {
      ours: ms(median(ours.hovers)),
      yardstick: ms(median(peer.hovers)),
      ratio: median(ours.hovers) / median(peer.hovers),
    });
    row("memory against yaml-language-server (3 files)", {
      ours: `${Math.round(ours.client.memory())} MB`,
      yardstick: `${Math.round(peer.client.memory())} MB`,
      ratio: ours.client.memory() / peer.client.memory(),
    });
  } else say("yaml-language-server is not installed: not compared (KMM_BENCH_YAML_LS may name its program)");
  await Promise.all(servers.map(({ client }) => client.stop()));
}

async function cancelled(client, uri, position) {
  const { CancellationTokenSource } = await import("vscode-languageserver-protocol/node");
  const answers = await Promise.allSettled(
    Array.from({ length: 20 }, () => {
      const source = new CancellationTokenSource();
      const answer = client.connection.sendRequest(
        "textDocument/hover",
        { textDocument: { uri }, position },
        source.token,
      );
      source.cancel();
      return answer;
    }),
  );
  return answers.filter((one) => one.status === "rejected" && one.reason.code === -32800).length;
}

function yamlLanguageServer() {
  const named = process.env.KMM_BENCH_YAML_LS;
  if (named) return existsSync(named) ? named : undefined;
  try {
    return join(
      dirname(createRequire(import.meta.url).resolve("yaml-language-server/package.json")),
      "bin/yaml-language-server",
    );
  } catch {
    return undefined;
  }
}

function sizes(bundles) {
  for (const [name, limit] of [
    ["server.js", 800_000],
    ["extension.js", 500_000],
    ["yaml.js"],
    ["json-schema.js"],
    ["cli.js"],
    ["panel.js"],
  ]) {
    const size = statSync(join(bundles, name)).size;
    const target = limit === undefined ? {} : { target: `< ${limit / 1_000} kB`, holds: size < limit };
    row(`bundle: ${name}, minified`, { ours: `${Math.round(size / 1_000)} kB`, ...target });
  }
}

/** The helm of the development dependency. */
async function helmProgram() {
  const outfile = join(temporary, "tools.mjs");
  await build({
    entryPoints: [join(here, "../support/tools.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "error",
  });
  const { HAS_TOOLS, helm } = await import(pathToFileURL(outfile).href);
  return HAS_TOOLS ? helm() : undefined;
}

async function dearest(bundles, folder) {
  const { all, outcomes, practices } = await run(join(bundles, "practices.js"), folder);
  const total = practices.reduce((sum, { ms: spent }) => sum + spent, 0);
  console.log(
    `\nThe ten dearest practices over ${LARGE} files (${outcomes} outcomes; judging took ${ms(all)}, practices ${ms(total)} of it):`,
  );
  print(
    practices
      .slice(0, 10)
      .map(({ id, ms: spent, calls }) => [
        id,
        ms(spent),
        `${((100 * spent) / total).toFixed(1)} %`,
        `${calls} calls`,
        `${((1_000 * spent) / Math.max(1, calls)).toFixed(0)} us each`,
      ]),
  );
}

function print(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    );
}

const { values: options } = parseArgs({
  options: { only: { type: "string", default: "scan,server,overlays,practices" } },
});
const wanted = (part) => options.only.split(",").includes(part);

exitOnSignals();
endWithParent();
process.chdir(root);
const begun = Date.now();
const temporary = temporaryFolder("bench");
const bundles = join(temporary, "bundles");
mkdirSync(bundles);
say("bundling, and making a workspace");
await bundle(bundles);
const [small, large] = [SMALL, LARGE].map((count) => {
  const folder = join(temporary, `workspace-${count}`);
  generate(folder, count);
  return folder;
});
sizes(bundles);
if (wanted("scan")) {
  say("scanning");
  await coldScan(`${SMALL} files`, bundles, small, 5);
  await coldScan(`${LARGE} files`, bundles, large, 3);
  const real = process.env.KMM_BENCH_FILES;
  if (real) await coldScan("real files", bundles, real, 3);
  else say("KMM_BENCH_FILES names no folder: only generated files are scanned");
}
if (wanted("server")) await languageServer(bundles, large);
if (wanted("overlays")) {
  say("keys in a base of 20 overlays");
  const keys = (await keysInBase(join(bundles, "server.js"), join(temporary, "overlays"), 60)).slice(10);
  row("key in a base of 20 overlays: median", { ours: ms(median(keys)) });
  const slowest = quantile(keys, 0.95);
  row("key in a base of 20 overlays: p95", { ours: ms(slowest), target: "<= 100 ms", holds: slowest <= 100 });
  const helm = await helmProgram();
  if (helm === undefined) say("there is no helm for this machine: charts are not measured");
  else {
    say("keys in a template of a chart");
    const rendered = await keysInTemplate(join(bundles, "server.js"), join(temporary, "charts"), helm, 20);
    const last = quantile(rendered, 0.95);
    row("key in a template to what it renders to: median", { ours: ms(median(rendered)) });
    row("key in a template to what it renders to: p95", { ours: ms(last), target: "<= 1000 ms", holds: last <= 1000 });
  }
}
console.log(
  `Node.js ${process.version}, ${availableParallelism()} processors. Ratios are to be read; times depend on the machine and what else it does.\n`,
);
print([["measure", "ours", "yardstick", "ratio", "target", ""], ...rows]);
if (wanted("practices")) await dearest(bundles, large);
console.log("\nThe time that `activate()` takes is printed by the tests in VS Code: npm run test:vscode.");
say(`took ${Math.round((Date.now() - begun) / 1_000)} s`);
process.exit(0);
