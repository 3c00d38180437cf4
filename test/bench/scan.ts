/** What the command line does with a folder, as a process of its own: `scan.cjs FOLDER index|judge|report`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PRACTICES } from "../../model/practices.ts";
import type { Texts } from "../../model/text/texts.ts";
import { Workspace } from "../../server/engine/workspace.ts";
import { buildReport } from "../../server/features/report.ts";
import { DEFAULT_MAX_FILE_SIZE_KB, rootAt, walk } from "../../server/host/node-files.ts";

const [folder = ".", mode = "judge", texts = ""] = process.argv.slice(2);

const workspace = new Workspace({ practices: PRACTICES, roots: [rootAt(folder)], today: "2026-01-01" });
const changes = [...walk(folder, { exclude: [], maxFileSizeKb: DEFAULT_MAX_FILE_SIZE_KB })].flatMap(
  (change) => change ?? [],
);
const snapshot = workspace.apply(changes);
let outcomes = 0;
if (mode !== "index") outcomes = snapshot.outcomes.all().length;
if (mode === "report") {
  const language = JSON.parse(readFileSync(join(texts, "texts.en.json"), "utf8")) as Texts;
  JSON.stringify(buildReport(snapshot, { texts: language, version: "0" }));
}
const { user, system } = process.cpuUsage();
process.stdout.write(
  JSON.stringify({
    cpu: (user + system) / 1_000,
    files: snapshot.files.size,
    outcomes,
    rss: process.memoryUsage.rss(),
  }),
);
