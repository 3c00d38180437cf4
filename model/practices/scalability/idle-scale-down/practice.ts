import { triggersOf } from "../../../autoscaling.ts";
import type { Place } from "../../../edit.ts";
import { type Evidence, inObjects, representative, shownBy } from "../../../evidence.ts";
import type { Field, Resource, Scaler, Workload } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { cannotTell, ifKnown, met, practice, type Sources, unmet } from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";

export default practice({
  level: 4,
  gate: { group: "COSTWL" },
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(_workspace, world) {
    // What sleeps at night is most often what is no production: here it counts.
    const asleep = [
      ...world.resources("kube-green.com/SleepInfo").map((one) => one.place),
      ...[...world.workloads(), ...world.resources("/Namespace")].flatMap(hoursOf),
    ];
    if (asleep.length > 0) return met(asleep);
    const found: Evidence[] = [
      ...inObjects(world.resources("keda.sh/ScaledJob")),
      ...inObjects(world.workloads().filter(sleeps)),
    ];
    const unknown: Place[] = [];
    const useless: Scaler[] = [];
    for (const { scaler, target } of world.scalers()) {
      const zero = zeroOf(scaler);
      if (zero === undefined || scaler.resource.system) continue;
      if (scaler.by === "keda" && triggersOf(scaler).every((one) => /^(cpu|memory)$/.test(one.at("type").source ?? "")))
        useless.push(scaler);
      else if (target.sure.length > 0)
        found.push({ at: zero.source === undefined ? scaler.place : zero, in: scaler.resource });
      else if (target.maybe.length > 0) unknown.push(scaler.target.name.place);
    }
    const shown = shownBy(found, world);
    if (shown !== undefined) return shown;
    if (unknown.length > 0) return cannotTell(unknown);
    const [idle] = useless;
    if (idle !== undefined) return unmet(idle.place, "unmet.cpu", { scaler: idle.resource.displayName });
    const first = representative(world);
    return first === undefined ? undefined : unmet(first.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://keda.sh/docs/latest/concepts/scaling-deployments/", "https://kube-green.dev/"],
};

/** The field by which the scaler may go down to no pods; the absent one where that is the default. */
function zeroOf(scaler: Scaler): Field | undefined {
  const zero = (field: Field) => field.source === "0";
  if (scaler.by === "hpa") return zero(scaler.min) ? scaler.min : undefined;
  if (scaler.by !== "keda") return undefined;
  const idle = scaler.resource.body.at("spec", "idleReplicaCount");
  if (zero(idle)) return idle;
  return zero(scaler.min) || scaler.min.presence === "absent" ? scaler.min : undefined;
}

/** Knative goes down to nothing unless it is told not to. */
const sleeps = once((workload: Workload): boolean => {
  if (!isServerless(workload)) return false;
  const least = ["min-scale", "minScale"].map((key) => workload.podAnnotations.at(`autoscaling.knative.dev/${key}`));
  return ifKnown(() => least.every((field) => (field.text() ?? "0") === "0")) === true;
});

/** Hours of work, said in annotations that a controller reads. */
const hoursOf = once((resource: Resource): readonly Place[] => {
  const fields = ["uptime", "downtime"].map((key) => resource.annotations.at(`downscaler/${key}`));
  return fields.filter((field) => field.source !== undefined).map((field) => field.place);
});
