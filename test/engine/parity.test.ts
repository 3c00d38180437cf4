import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { cellOf, DIMENSIONS, isDimension, LEVELS } from "../../model/kmm.ts";
import { DEFINING } from "../../model/ladder.ts";
import { PRACTICES } from "../../model/practices.ts";
import { textsOf } from "../support/disk.ts";

const ROOT = process.cwd();

function holes(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ""))].sort();
}

describe("texts", () => {
  const en = textsOf("en");
  const sv = textsOf("sv");

  it("have the same interface keys and holes in both languages", () => {
    assert.deepEqual(Object.keys(sv.interface).sort(), Object.keys(en.interface).sort());
    for (const [key, text] of Object.entries(en.interface))
      assert.deepEqual(holes(sv.interface[key] ?? ""), holes(text), key);
  });

  it("have the same practices, messages and holes in both languages", () => {
    assert.deepEqual(Object.keys(sv.practices).sort(), PRACTICES.map((practice) => practice.id).sort());
    for (const practice of PRACTICES) {
      const one = en.practices[practice.id];
      const other = sv.practices[practice.id];
      assert.ok(one !== undefined && other !== undefined);
      assert.deepEqual(Object.keys(other.messages), Object.keys(one.messages), practice.id);
      for (const [key, text] of Object.entries(one.messages))
        assert.deepEqual(holes(other.messages[key] ?? ""), holes(text), `${practice.id} ${key}`);
      assert.notEqual(other.title, one.title, `${practice.id} is not translated`);
      for (const section of ["why", "what", "whenNot"] as const) {
        assert.ok(one[section].length > 20, `${practice.id} ${section}`);
        assert.ok(other[section].length > 20, `${practice.id} ${section} sv`);
        assert.notEqual(other[section], one[section], `${practice.id} ${section} is not translated`);
      }
      if (practice.judge !== undefined)
        for (const key of ["met", "unmet"])
          assert.ok(
            Object.keys(one.messages).some((name) => name === key || name.startsWith(`${key}.`)),
            `${practice.id} has no message ${key}`,
          );
      if (practice.fix !== undefined) assert.ok("fix" in one.messages, `${practice.id} has no title for its fix`);
    }
  });

  it("name all 25 cells in both languages", () => {
    for (const texts of [en, sv]) {
      for (const dimension of DIMENSIONS) {
        for (const level of LEVELS) {
          const cell = texts.dimensions[dimension].levels[`${level}`];
          assert.ok(cell.name.length > 3 && cell.text.length > 10, `${texts.language} ${cellOf(dimension, level)}`);
        }
      }
    }
  });
});

describe("the catalogue", () => {
  it("is fresh", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/generate.mjs", "--check"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  });

  it("has each practice in a folder of four files", () => {
    for (const practice of PRACTICES) {
      assert.ok(isDimension(practice.dimension));
      assert.deepEqual(
        readdirSync(join(ROOT, "model/practices", practice.id)).sort(),
        ["cases.yaml", "en.md", "practice.ts", "sv.md"],
        practice.id,
      );
    }
  });

  it("has a practice, or an asked one, in each of the 25 cells", () => {
    for (const dimension of DIMENSIONS) {
      for (const level of LEVELS)
        assert.ok(
          PRACTICES.some((one) => one.dimension === dimension && one.level === level),
          cellOf(dimension, level),
        );
    }
  });

  it("defines cells by practices of that cell", () => {
    for (const [cell, names] of Object.entries(DEFINING)) {
      for (const name of names) {
        const practice = PRACTICES.find((one) => one.id === name);
        if (practice !== undefined) assert.equal(cellOf(practice.dimension, practice.level), cell, name);
      }
    }
  });

  it("asks for an answer only where one counts", () => {
    for (const practice of PRACTICES) {
      const counts = practice.asked === true || practice.answers === "yes" || practice.answers === "elsewhere";
      const asks = [
        /answer (for )?the practice/i.test(textsOf("en").practices[practice.id]?.whenNot ?? ""),
        /svara (för )?praktiken/i.test(textsOf("sv").practices[practice.id]?.whenNot ?? ""),
      ];
      assert.equal(asks[0], asks[1], `${practice.id}: both languages`);
      assert.ok(counts || !asks[0], practice.id);
    }
  });

  it("has cases that are met, unmet, and templated or not known", () => {
    for (const practice of PRACTICES) {
      if (practice.judge === undefined) continue;
      const cases = readFileSync(join(ROOT, "model/practices", practice.id, "cases.yaml"), "utf8");
      assert.match(cases, /(\^ met|#! .*\bmet\b)/, `${practice.id}: met`);
      assert.match(cases, /(\^ unmet|#! .*unmet)/, `${practice.id}: unmet`);
      assert.match(cases, /\{\{|unknown/, `${practice.id}: templated, or not known`);
    }
  });
});

describe("boundaries", () => {
  const options = { bundle: true, write: false, metafile: true, absWorkingDir: ROOT, logLevel: "silent" } as const;

  it("the engine needs no host", async () => {
    const result = await build({
      ...options,
      entryPoints: ["server/engine/workspace.ts"],
      platform: "neutral",
      mainFields: ["module", "main"],
      alias: { yaml: join(ROOT, "node_modules/yaml/browser/index.js") },
      format: "esm",
      outdir: "out",
    });
    const inputs = Object.keys(result.metafile.inputs);
    for (const input of inputs) assert.doesNotMatch(input, /node:|vscode|server\/(features|lsp|cli|host)/, input);
  });

  it("each thing is done in one place", () => {
    const doers: readonly (readonly [what: string, sign: RegExp, where: RegExp])[] = [
      ["judging", /\.judge\??\.?\(subject/, /^engine\/judge\.ts$/],
      ["asking for a fix", /\.fix\??\.?\(subject/, /^engine\/fixes\.ts$/],
      ["reading and writing YAML", /from "(js-)?yaml"/, /^engine\/(tree|changes)\//],
      ["speaking the protocol", /from "vscode-(languageserver|jsonrpc)/, /^(lsp\/|main\.node\.ts$)/],
      ["touching the disk", /from "node:fs/, /^(host|cli)\/|^main\./],
    ];
    const server = join(ROOT, "server");
    const files = readdirSync(server, { recursive: true })
      .map((name) => String(name).replaceAll("\\", "/"))
      .filter((name) => name.endsWith(".ts"));
    for (const [what, sign, where] of doers) {
      const here = files.filter((name) => sign.test(readFileSync(join(server, name), "utf8")));
      assert.notDeepEqual(here, [], what);
      assert.deepEqual(
        here.filter((name) => !where.test(name)),
        [],
        what,
      );
    }
  });

  it("every file that a page for contributors names is there", () => {
    for (const page of ["README.md", "server/README.md", "model/README.md"]) {
      const text = readFileSync(join(ROOT, page), "utf8");
      const named = [...text.matchAll(/`([\w./-]+(?:\.(?:ts|json|mjs)|\/))`/g)].map(([, name = ""]) => name);
      const folders = ["", dirname(page), "server/engine", "server/engine/tree", "node_modules/.cache"];
      for (const name of named.filter((one) => !one.startsWith("dist/")))
        assert.ok(
          folders.some((folder) => existsSync(join(ROOT, folder, name))),
          `${page}: ${name}`,
        );
    }
  });

  it("bundles stay small", () => {
    const limits: Readonly<Record<string, number>> = {
      "server.js": 800_000,
      "extension.js": 500_000,
      "panel.js": 100_000,
    };
    // In a process of its own: how bundles are made is for Node.js to import, and this file is a bundle itself.
    const script = `
      import { build } from "esbuild";
      import { bundles } from ${JSON.stringify(pathToFileURL(join(ROOT, "esbuild.mjs")).href)};
      const sizes = {};
      for (const name of ${JSON.stringify(Object.keys(limits))}) {
        const made = await build({ ...bundles[name], minify: true, sourcemap: false, write: false, outfile: name });
        sizes[name] = made.outputFiles[0].contents.length;
      }
      console.log(JSON.stringify(sizes));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: ROOT,
      encoding: "utf8",
    });
    assert.notEqual(stdout, "", stderr);
    const sizes = JSON.parse(stdout) as Record<string, number>;
    for (const [name, limit] of Object.entries(limits)) {
      const size = sizes[name] ?? 0;
      assert.ok(size > 0 && size < limit, `${name} has ${size} bytes, more than ${limit}`);
    }
  });
});
