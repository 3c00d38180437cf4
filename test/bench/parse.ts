/** What the scan is compared with: reads the same files of interest and parses them with `yaml`, nothing more. */
import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";

const [list = ""] = process.argv.slice(2);

let documents = 0;
for (const path of JSON.parse(readFileSync(list, "utf8")) as string[]) {
  const parsed = parseAllDocuments(readFileSync(path, "utf8"), { logLevel: "silent", uniqueKeys: false });
  documents += Array.isArray(parsed) ? parsed.length : 0;
}
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ cpu: (user + system) / 1_000, documents, rss: process.memoryUsage.rss() }));
