// npm run check: regenerates, type-checks, lints, tests, and ends with a clean tree.
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const STEPS = [
  ["generate", "node", ["scripts/generate.mjs"]],
  ["catalogue", "node", ["scripts/catalogue.mjs"]],
  ["types", "npx", ["--no-install", "tsc", "-b"]],
  ["lint and format", "npx", ["--no-install", "biome", "ci", "."]],
  ["tests", "node", ["scripts/test.mjs"]],
  ["clean tree", "git", ["diff", "--exit-code", "--stat"]],
];

for (const [name, command, args] of STEPS) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) {
    console.error(`kmm: ${name} failed`);
    process.exit(status ?? 1);
  }
}
