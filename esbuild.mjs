// Builds every bundle: `node esbuild.mjs [--production] [--tests] [--watch]`.
import { readdirSync, readFileSync, writeFileSync, mkdirSync, copyFileSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { build, context } from "esbuild";

const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");
const root = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  logLevel: "warning",
  define: { KMM_VERSION: JSON.stringify(version) },
  // One YAML parser in every host: with `platform: node` esbuild would pick the CommonJS build instead.
  alias: { yaml: join(root, "node_modules/yaml/browser/index.js") },
};

const node = { ...common, platform: "node", target: "node20", format: "cjs" };

/** Texts per language: only the chosen one is loaded. */
function writeTexts() {
  mkdirSync(join(root, "dist"), { recursive: true });
  const read = (name) => JSON.parse(readFileSync(join(root, "model/text", name), "utf8"));
  for (const language of ["en", "sv"]) {
    const texts = {
      language,
      dimensions: read("cells.json")[language],
      practices: read(`practices.${language}.json`),
      interface: read(`interface.${language}.json`),
    };
    writeFileSync(join(root, `dist/texts.${language}.json`), JSON.stringify(texts));
  }
  copyFileSync(join(root, "model/kmm.schema.json"), join(root, "dist/kmm.schema.json"));
}

function testFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ["host", "vscode", "node_modules", "artifacts"].includes(entry.name) ? [] : testFiles(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

const bundles = [
  { ...node, entryPoints: ["client/extension.ts"], outfile: "dist/extension.js", external: ["vscode"] },
  { ...node, entryPoints: ["server/main.node.ts"], outfile: "dist/server.js" },
  { ...node, entryPoints: ["server/main.cli.ts"], outfile: "dist/cli.js", banner: { js: "#!/usr/bin/env node" } },
  { ...common, platform: "browser", target: "es2023", format: "iife", entryPoints: ["media/panel/main.ts"], outfile: "dist/panel.js" },
  { ...common, entryPoints: ["media/panel/panel.css"], outfile: "dist/panel.css" },
];

if (process.argv.includes("--tests")) {
  bundles.push({
    ...node,
    minify: false,
    sourcemap: "linked",
    entryPoints: testFiles("test"),
    outdir: "dist/test",
    outbase: "test",
    external: ["mocha", "esbuild", "playwright-core"],
  });
}

writeTexts();
if (watch) {
  for (const bundle of bundles) await (await context(bundle)).watch();
} else {
  await Promise.all(bundles.map((bundle) => build(bundle)));
  chmodSync(join(root, "dist/cli.js"), 0o755);
}
