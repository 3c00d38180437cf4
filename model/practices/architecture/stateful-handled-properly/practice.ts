import type { Container, Field, Workload, World } from "../../../facts.ts";
import {
  cannotTell,
  met,
  notApplicable,
  practice,
  type Sources,
  Unresolved,
  unmet,
  type Verdict,
} from "../../../practice.ts";
import { minimumOf } from "../../../replicas.ts";
import { type Claim, claimsOf } from "../../../volumes.ts";

/** Images of programs that are nothing without their data. */
const DATABASES =
  /(^|\/)(postgres(ql)?|postgis|timescaledb|mysql|mysql-server|mariadb|percona(-server)?|mongo(db)?|cassandra|scylla|couchdb|couchbase|neo4j|influxdb|elasticsearch|opensearch|cockroach|clickhouse(-server)?|etcd|rethinkdb|arangodb|mssql\/server)(:[^/]*)?(@.*)?$/;

export default practice({
  level: 4,
  gate: "required",
  share: "all",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.class === "agent") return notApplicable("agent");
    if (workload.class !== "long") return undefined;
    if (workload.kind === "StatefulSet") return judgeSet(workload, world);
    const claims = claimsOf(workload).filter((claim) => claim.writable && !claim.template);
    if (claims.length > 0) return judgeClaims(claims, workload, world);
    const database = workload.containers.find((container) => isDatabase(container));
    if (database === undefined || keepsElsewhere(workload)) return notApplicable("no-subject");
    return unmet(database.image, "unmet.database", { container: database.displayName, workload: workload.displayName });
  },
  fix(workload, world) {
    const spec = workload.body.at("spec");
    const alone = minimumOf(workload, world)?.least === 1 && world.scalersOf(workload).sure.length === 0;
    if (workload.groupKind !== "apps/Deployment" || !alone || claimsOf(workload).every((claim) => !claim.writable))
      return undefined;
    const rolling = spec.at("strategy", "rollingUpdate");
    const removal = rolling.presence === "absent" ? [] : [{ op: "remove", at: rolling.place } as const];
    return {
      safety: "review",
      edits: [...removal, { op: "set", at: spec.at("strategy", "type").place, value: "Recreate" }],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/",
    "https://kubernetes.io/docs/concepts/storage/persistent-volumes/",
  ],
  equivalents: { "kube-score": ["statefulset-has-servicename"] },
};

/** A StatefulSet gives each pod a name and a disk of its own; the name needs a headless Service. */
function judgeSet(workload: Workload, world: World): Verdict {
  const service = workload.body.at("spec", "serviceName");
  const args = { workload: workload.displayName, service: service.source ?? "" };
  if (service.presence === "absent" || service.source === "") return unmet(service, "unmet.unnamed", args);
  const { sure, maybe } = world.named("/Service", service, workload.scope);
  if (sure.length + maybe.length === 0)
    return world.isExternal("Service", service, workload.scope)
      ? cannotTell(service)
      : unmet(service, "unmet.missing", args);
  const headless = sure.filter((one) => one.body.at("spec", "clusterIP").text() === "None");
  if (headless.length === 0) return sure.length === 0 ? cannotTell(service) : unmet(service, "unmet.headless", args);
  const own = world.servicesOf(workload);
  if (headless.some((one) => own.sure.includes(one))) return met(service);
  return headless.some((one) => own.maybe.includes(one)) ? cannotTell(service) : unmet(service, "unmet.others", args);
}

/** A disk that only one node can hold at a time, and pods that come before the old ones have gone. */
function judgeClaims(claims: readonly Claim[], workload: Workload, world: World): Verdict {
  const single = claims.filter((claim) => !isShared(claim.name, workload, world));
  const [first] = single;
  if (first === undefined) return met(claims.map((claim) => claim.at));
  const args = { workload: workload.displayName, claim: first.name.source ?? "" };
  const scaled = world.scalersOf(workload).sure.length > 0;
  if (scaled || (minimumOf(workload, world)?.least ?? 1) > 1) return unmet(first.at, "unmet.replicas", args);
  const strategy = workload.body.at("spec", "strategy");
  return strategy.at("type").text() === "Recreate" ? met(strategy.at("type")) : unmet(first.at, "unmet.rolling", args);
}

/** May pods on several nodes use the claim. Throws `Unresolved` when it is not in the workspace. */
function isShared(name: Field, workload: Workload, world: World): boolean {
  const [claim] = world.named("/PersistentVolumeClaim", name, workload.scope).sure;
  if (claim === undefined) throw new Unresolved(name.place);
  const modes = claim.body.at("spec", "accessModes").items();
  return modes.some((mode) => /^(ReadWriteMany|ReadOnlyMany)$/.test(mode.text() ?? ""));
}

/** A command of one's own may make anything else of the image. */
function isDatabase(container: Container): boolean {
  return (
    container.role === "main" &&
    container.body.at("command").presence === "absent" &&
    DATABASES.test(container.image.text() ?? "")
  );
}

/** Mounts a volume that outlives the pod. */
function keepsElsewhere(workload: Workload): boolean {
  const passing = ["emptyDir", "configMap", "secret", "projected", "downwardAPI"];
  return workload.pod
    .at("volumes")
    .items()
    .some(
      (volume) => passing.every((kind) => volume.at(kind).presence === "absent") && volume.writtenEntries().length > 1,
    );
}
