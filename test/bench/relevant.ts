/** Which files of a folder are YAML of ours: what the yardstick has to read. Printed as a JSON list of paths. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { isSkippedFolder, isYamlPath, looksRelevant } from "../../server/engine/layout.ts";
import { DEFAULT_MAX_FILE_SIZE_KB } from "../../server/host/node-files.ts";

const [folder = ".", list = ""] = process.argv.slice(2);

function* files(path: string): Generator<string> {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      if (!isSkippedFolder(entry.name)) yield* files(inside);
    } else if (entry.isFile()) yield inside;
  }
}

const found: string[] = [];
for (const path of files(folder)) {
  if (!isYamlPath(path)) continue;
  const text = readFileSync(path, "utf8");
  const inside = relative(folder, path).split(sep).join("/");
  if (text.length <= DEFAULT_MAX_FILE_SIZE_KB * 1024 && looksRelevant(inside, text)) found.push(path);
}
writeFileSync(list, JSON.stringify(found));
process.stdout.write(JSON.stringify({ files: found.length }));
