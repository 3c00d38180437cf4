import { readFileSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { PRACTICES } from "../../model/practices.ts";
import { Workspace } from "../../server/engine/workspace.ts";
import { diagnosticsOf } from "../../server/features/diagnostics.ts";
import { rootAt, walk } from "../../server/host/node-files.ts";

const folder = process.argv[2] ?? ".";
const texts = JSON.parse(readFileSync("/tmp/kb/texts.en.json", "utf8"));
const ws = new Workspace({ practices: PRACTICES, roots: [rootAt(folder)], today: "2026-01-01" });
ws.apply([...walk(folder, { exclude: [], maxFileSizeKb: 4096 })].flatMap((c) => c ?? []));
ws.snapshot.outcomes.workspace();
const uri = [...ws.snapshot.files.keys()]
  .filter((u) => u.endsWith("-deployment.yaml") && u.includes("/apps/"))
  .sort()[0]!;
const text = ws.snapshot.files.get(uri)!.source!.text;
const needles = ["containerPort: 8080", "app.kubernetes.io/part-of: ", "serviceAccountName: "];
const s = new Session();
s.connect();
const times: Record<string, number[]> = { apply: [], diag: [], status: [] };
const t = (n: string, f: () => unknown) => {
  const a = performance.now();
  f();
  times[n]!.push(performance.now() - a);
};
let v = 1;
const key = () => {
  const needle = needles[Math.floor(v / 2) % 3]!;
  const changed = v % 2 === 0 ? text : text.replace(needle, `${needle}1`);
  v++;
  t("apply", () => ws.apply([{ uri, text: changed, version: v, open: true }]));
  t("diag", () => diagnosticsOf(ws.snapshot, ws.snapshot.entry(uri)!, texts, "next", true));
  if (process.argv[3] !== "nostatus") t("status", () => ws.snapshot.outcomes.workspace());
};
for (let i = 0; i < 12; i++) key();
for (const k of Object.keys(times)) times[k] = [];
s.post("Profiler.enable");
s.post("Profiler.start");
for (let i = 0; i < 48; i++) key();
s.post("Profiler.stop", (_e: unknown, r: { profile: unknown }) =>
  writeFileSync("/tmp/drv/typing.cpuprofile", JSON.stringify(r.profile)),
);
for (const [n, l] of Object.entries(times)) {
  const o = [...l].sort((a, b) => a - b);
  console.log(n, "median", o[o.length >> 1]?.toFixed(2), "max", o.at(-1)?.toFixed(1));
}
console.log("rss", Math.round(process.memoryUsage.rss() / 1e6));
