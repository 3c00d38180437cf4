/** CPU of each practice over a folder, dearest first. What several of them share is paid by the one that asks first. */
import type { Practice } from "../../model/practice.ts";
import { PRACTICES } from "../../model/practices.ts";
import { Workspace } from "../../server/engine/workspace.ts";
import { DEFAULT_MAX_FILE_SIZE_KB, rootAt, walk } from "../../server/host/node-files.ts";

const [folder = "."] = process.argv.slice(2);

const spent = new Map<string, { ms: number; calls: number }>();

function timed(practice: Practice): Practice {
  const { judge } = practice;
  if (judge === undefined) return practice;
  const cost = { ms: 0, calls: 0 };
  spent.set(practice.id, cost);
  return {
    ...practice,
    judge: (fact, world) => {
      const started = performance.now();
      try {
        return judge(fact, world);
      } finally {
        cost.ms += performance.now() - started;
        cost.calls++;
      }
    },
  };
}

const workspace = new Workspace({ practices: PRACTICES.map(timed), roots: [rootAt(folder)], today: "2026-01-01" });
const changes = [...walk(folder, { exclude: [], maxFileSizeKb: DEFAULT_MAX_FILE_SIZE_KB })].flatMap(
  (change) => change ?? [],
);
const snapshot = workspace.apply(changes);
const started = performance.now();
const outcomes = snapshot.outcomes.all().length;
const all = performance.now() - started;
const practices = [...spent].map(([id, cost]) => ({ id, ...cost })).sort((one, other) => other.ms - one.ms);
process.stdout.write(JSON.stringify({ all, outcomes, practices }));
