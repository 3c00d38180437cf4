// Builds every bundle: `node esbuild.mjs [--production] [--tests] [--watch]`.
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, context } from "esbuild";

const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");
const root = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;

/**
 * js-yaml makes its parser state by spreading options, which leaves it a slow dictionary in the V8 of Node.js 20: the
 * same reader is five times as fast with a plain literal. Where the text is not as expected it is left as it is, and said.
 */
const fastYamlState = {
  name: "fast-yaml-state",
  setup({ onLoad }) {
    onLoad({ filter: /js-yaml[\\/]dist[\\/]js-yaml\.mjs$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text.replace(
        /const state = \{\s*\.\.\.DEFAULT_PARSER_OPTIONS,\s*\.\.\.options,(?=\s*input: )/,
        "const state = { filename: options?.filename ?? null, maxDepth: options?.maxDepth ?? DEFAULT_PARSER_OPTIONS.maxDepth,",
      );
      const warnings =
        contents === text
          ? [{ text: "js-yaml makes its state in another way now: look whether fastYamlState is still needed" }]
          : [];
      return { contents, loader: "js", warnings };
    });
  },
};

/** Validation needs no descriptions, and editors read the file itself: what is bundled goes without them. */
const schemaWithoutWords = {
  name: "schema-without-words",
  setup({ onLoad }) {
    onLoad({ filter: /kmm\.schema\.json$/ }, ({ path }) => {
      const bare = (node, named) => {
        if (Array.isArray(node)) return node.map((one) => bare(one, false));
        if (typeof node !== "object" || node === null) return node;
        const words = named ? [] : ["title", "description", "examples", "markdownDescription"];
        const entries = Object.entries(node).filter(([key]) => !words.includes(key));
        return Object.fromEntries(entries.map(([key, value]) => [key, bare(value, key === "properties")]));
      };
      return { contents: JSON.stringify(bare(JSON.parse(readFileSync(path, "utf8")), false)), loader: "json" };
    });
  },
};

/**
 * Libraries that a start does without: `yaml` reads what the fast reader refuses and what is to be edited, the validator
 * a configuration. Each is a file of its own beside the bundles, loaded when it is first used.
 */
const LATER = {
  yaml: [
    ...["Composer", "Document", "Pair", "Parser", "Scalar", "YAMLMap", "YAMLSeq"],
    ...["isAlias", "isCollection", "isMap", "isPair", "isScalar", "isSeq", "parse", "stringify"],
  ],
  "@cfworker/json-schema": ["Validator"],
};

/**
 * Parts of ours that a start does without, each a file of its own as well. They share no objects that are compared by
 * their class with the rest, so that a helper that is in both does no harm.
 */
const OWN_LATER = {
  "server/engine/dialects/pipelines.ts": { file: "pipelines.js", names: ["dialectOf", "dialectOfObjects"] },
  "server/engine/foreign-exemptions.ts": { file: "exemptions.js", names: ["foreignExemption"] },
  "server/engine/config-check.ts": { file: "config.js", names: ["checkConfig"] },
  "server/engine/changes.ts": { file: "edits.js", names: ["writeEdits"] },
  "server/engine/render/kustomize/build.ts": { file: "kustomize.js", names: ["buildKustomization"] },
  "server/engine/render/helm/said.ts": { file: "helm.js", names: ["fromHelm"] },
  "server/host/helm-charts.ts": { file: "helm-program.js", names: ["helmRenderer"] },
};

const fileOf = (library) => `${library.replace(/^.*\//, "")}.js`;

const loadedLater = {
  name: "loaded-later",
  setup({ onLoad, onResolve }) {
    const filter = new RegExp(`^(?:${Object.keys(LATER).join("|")})$`);
    onResolve({ filter }, ({ path, kind }) =>
      kind === "import-statement" ? { path, namespace: "loaded-later", sideEffects: false } : undefined,
    );
    onLoad({ filter: /./, namespace: "loaded-later" }, ({ path }) => {
      const names = LATER[path].map(
        (name) =>
          `export function ${name}(...args) { const it = load().${name}; return new.target ? new it(...args) : it(...args); }`,
      );
      return { contents: `const load = () => require("./${fileOf(path)}");\n${names.join("\n")}`, loader: "js" };
    });
    onResolve({ filter: /./, namespace: "loaded-later" }, ({ path }) => ({ path, external: true }));
  },
};

const ownLoadedLater = {
  name: "own-loaded-later",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir, kind }) => {
      const own = relative(root, join(resolveDir, path)).split(sep).join("/");
      return own in OWN_LATER && kind === "import-statement"
        ? { path: own, namespace: "own-later", sideEffects: false }
        : undefined;
    });
    onLoad({ filter: /./, namespace: "own-later" }, ({ path }) => {
      const { file, names } = OWN_LATER[path];
      const calls = names.map((name) => `export const ${name} = (...args) => load().${name}(...args);`);
      return { contents: `const load = () => require("./${file}");\n${calls.join("\n")}`, loader: "js" };
    });
    onResolve({ filter: /./, namespace: "own-later" }, ({ path }) => ({ path, external: true }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  logLevel: "warning",
  define: { KMM_VERSION: JSON.stringify(version) },
  plugins: [fastYamlState, schemaWithoutWords],
  legalComments: "none",
  // One YAML parser in every host: with `platform: node` esbuild would pick the CommonJS build instead.
  alias: { yaml: join(root, "node_modules/yaml/browser/index.js") },
};

/** How every bundle that runs in Node.js is made. */
export const node = { ...common, platform: "node", target: "node20", format: "cjs" };

const browser = { ...common, platform: "browser", target: "es2023", format: "iife" };

/** What ships, by the name of the file. */
export const bundles = {
  "extension.js": { ...node, entryPoints: ["client/extension.ts"], external: ["vscode"] },
  "server.js": {
    ...node,
    entryPoints: ["server/main.node.ts"],
    plugins: [...common.plugins, loadedLater, ownLoadedLater],
  },
  "cli.js": {
    ...node,
    entryPoints: ["server/main.cli.ts"],
    plugins: [...common.plugins, loadedLater, ownLoadedLater],
    banner: { js: "#!/usr/bin/env node" },
  },
  ...Object.fromEntries(Object.keys(LATER).map((library) => [fileOf(library), { ...node, entryPoints: [library] }])),
  ...Object.fromEntries(
    Object.entries(OWN_LATER).map(([path, { file }]) => [
      file,
      { ...node, entryPoints: [path], plugins: [...common.plugins, loadedLater] },
    ]),
  ),
  "panel.js": { ...browser, entryPoints: ["media/panel/main.ts"] },
  "panel.css": { ...common, entryPoints: ["media/panel/panel.css"] },
};

/** All texts of one language. */
export function textsOf(language) {
  const read = (name) => JSON.parse(readFileSync(join(root, "model/text", name), "utf8"));
  return {
    language,
    dimensions: read("cells.json")[language],
    practices: read(`practices.${language}.json`),
    interface: read(`interface.${language}.json`),
  };
}

/** Texts per language: only the chosen one is loaded. */
export function writeTexts(folder = join(root, "dist")) {
  mkdirSync(folder, { recursive: true });
  for (const language of ["en", "sv"])
    writeFileSync(join(folder, `texts.${language}.json`), JSON.stringify(textsOf(language)));
  copyFileSync(join(root, "model/kmm.schema.json"), join(folder, "kmm.schema.json"));
}

/** What makes pages of practices, as a module that runs here. */
export async function bundledPages() {
  const folder = mkdtempSync(join(tmpdir(), "kmm-pages-"));
  try {
    const outfile = join(folder, "pages.mjs");
    await build({
      ...common,
      sourcemap: false,
      platform: "node",
      format: "esm",
      entryPoints: ["scripts/pages.ts"],
      outfile,
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One page per practice and language, for editors that cannot ask the server: what a finding's code leads to. */
async function writePages() {
  const { pages } = await bundledPages();
  rmSync(join(root, "dist/practices"), { recursive: true, force: true });
  for (const language of ["en", "sv"]) {
    for (const [id, page] of pages(textsOf(language), root)) {
      const path = join(root, "dist/practices", language, `${id}.md`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, page);
    }
  }
}

function testFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return ["host", "vscode", "node_modules", "artifacts"].includes(entry.name) ? [] : testFiles(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

async function main() {
  const builds = Object.entries(bundles).map(([name, options]) => ({ ...options, outfile: `dist/${name}` }));

  if (process.argv.includes("--tests")) {
    builds.push({
      ...node,
      minify: false,
      sourcemap: "linked",
      entryPoints: testFiles("test"),
      outdir: "dist/test",
      outbase: "test",
      external: ["mocha", "esbuild", "playwright-core", "happy-dom"],
    });
  }

  writeTexts();
  await writePages();
  if (watch) {
    for (const one of builds) await (await context(one)).watch();
  } else {
    await Promise.all(builds.map((one) => build(one)));
    chmodSync(join(root, "dist/cli.js"), 0o755);
  }
}

/** Others may only want to know how bundles are made. */
const [, program] = process.argv;
if (program !== undefined && realpathSync(program) === realpathSync(fileURLToPath(import.meta.url))) await main();
