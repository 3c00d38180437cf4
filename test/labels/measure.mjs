// node test/labels/measure.mjs LABELS.tsv FOLDER [TOPIC…]: agreement of our findings with labelled resources (see measure.ts).
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { node as bundling } from "../../esbuild.mjs";
import { temporaryFolder } from "../../scripts/processes.mjs";

const outfile = join(temporaryFolder("labels"), "measure.cjs");
await build({
  ...bundling,
  entryPoints: [fileURLToPath(new URL("measure.ts", import.meta.url))],
  outfile,
  minify: false,
});
const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: "inherit" });
process.exitCode = status ?? 1;
