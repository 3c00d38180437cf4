import { countedWorkloads, type Evidence, shownBy } from "../../../evidence.ts";
import type { GroupKind, Resource, Workload, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { cannotTell, ifKnown, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { claimsOf } from "../../../volumes.ts";

const SCHEDULES: readonly GroupKind[] = [
  "velero.io/Schedule",
  "postgresql.cnpg.io/ScheduledBackup",
  "k8up.io/Schedule",
  "backup.appuio.ch/Schedule",
  "config.kio.kasten.io/Policy",
  "longhorn.io/RecurringJob",
  "volsync.backube/ReplicationSource",
  "stash.appscode.com/BackupConfiguration",
  "core.kubestash.com/BackupConfiguration",
  "gkebackup.cnrm.cloud.google.com/GKEBackupBackupPlan",
];

/** Commands that write a backup, in a job that runs by the clock. */
const COMMANDS =
  /\b(pg_dump(all)?|pg_basebackup|mysqldump|mariadb-dump|mongodump|xtrabackup|mariabackup|restic\s+backup|kopia\s+snapshot|borg\s+create|velero\s+backup|redis-cli\b.*--rdb|VolumeSnapshot)\b/;

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  answers: "elsewhere",
  judge(_, world) {
    const states = countedWorkloads(world).map((workload) => [workload, keepsState(workload)] as const);
    const stateful = states.filter(([, keeps]) => keeps === true).map(([workload]) => workload);
    const maybe = states.filter(([, keeps]) => keeps === undefined).map(([workload]) => workload);
    if (stateful.length + maybe.length === 0) return notApplicable("no-subject");
    const running = world.resources(SCHEDULES).filter((schedule) => !isPaused(schedule));
    const missing = running.find((schedule) => !covers(schedule, stateful));
    const found: Evidence[] = running
      .filter((schedule) => covers(schedule, stateful))
      .map((schedule) => ({ at: schedule.place, in: schedule }));
    const shown = shownBy([...found, ...jobs(world)], world);
    if (shown !== undefined) return shown;
    const [first] = stateful;
    if (first === undefined) return cannotTell(maybe.map((workload) => workload.place));
    const named = clockJobs(world).find((job) => /backup|snapshot/i.test(job.displayName));
    if (named !== undefined) return cannotTell(named.place);
    const args = { workload: first.displayName, count: stateful.length };
    return missing === undefined
      ? unmet(first.place, "unmet", args)
      : unmet(namespacesOf(missing), "unmet.elsewhere", args);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://velero.io/docs/", "https://kubernetes.io/docs/concepts/storage/volume-snapshots/"],
  equivalents: { dsomm: ["Backup"] },
};

/** Writes to a volume that outlives its pods; `undefined` when that cannot be known. */
const keepsState = once((workload: Workload): boolean | undefined => {
  if (workload.class !== "long") return false;
  return ifKnown(() => claimsOf(workload).some((claim) => claim.writable));
});

function isPaused({ body }: Resource): boolean {
  return ["paused", "suspend"].some((key) => ifKnown(() => body.at("spec", key).flag()) === true);
}

function namespacesOf(schedule: Resource) {
  return schedule.body.at("spec", "template", "includedNamespaces");
}

/** A schedule that names its namespaces must name one of those that hold state. */
function covers(schedule: Resource, stateful: readonly Workload[]): boolean {
  const named = namespacesOf(schedule)
    .writtenItems()
    .map((item) => item.source ?? "");
  if (named.length === 0 || named.some((name) => name.includes("*"))) return true;
  return (
    stateful.length === 0 || stateful.some(({ scope }) => !scope.startsWith("ns:") || named.includes(scope.slice(3)))
  );
}

function jobs(world: World): readonly Evidence[] {
  return clockJobs(world).flatMap((job) => {
    const text = job.allContainers.map(({ body }) =>
      ["command", "args"]
        .flatMap((key) => body.at(key).writtenItems())
        .map((word) => word.source ?? "")
        .join(" "),
    );
    return COMMANDS.test(text.join("\n")) ? [{ at: job.place, in: job }] : [];
  });
}

function clockJobs(world: World): readonly Workload[] {
  return world.workloads().filter(({ kind }) => kind === "CronJob" || kind === "CronWorkflow");
}
