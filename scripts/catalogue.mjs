// Writes docs/practices.md, all practices with examples: `node scripts/catalogue.mjs [--check]`. Part of npm run generate.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledPages, textsOf } from "../esbuild.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const path = join(root, "docs/practices.md");
const { catalogue } = await bundledPages();
const text = catalogue(textsOf("en"), root);
if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
  if (process.argv.includes("--check")) {
    console.error('docs/practices.md is not fresh: run "npm run generate"');
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
