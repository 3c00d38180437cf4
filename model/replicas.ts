/** How many pods of a workload there are at least, whoever decides it. */
import type { Field, Workload, World } from "./facts.ts";
import { Unresolved } from "./practice.ts";

/** The least number of pods, and what says so. */
export interface Minimum {
  readonly least: number;
  readonly at: Field;
}

/**
 * The least number of pods that run: an autoscaler's minimum, else `replicas`, which is 1 where nobody says anything.
 * `undefined` for what has no number of its own: tasks, agents, bare pods, serverless. Throws `Unresolved`.
 */
export function minimumOf(workload: Workload, world: World): Minimum | undefined {
  if (workload.class !== "long" || isServerless(workload)) return undefined;
  const { sure, maybe } = world.scalersOf(workload);
  const [scaler] = sure;
  if (scaler !== undefined) return { least: numberOf(scaler.min) ?? (scaler.by === "keda" ? 0 : 1), at: scaler.min };
  const written = { least: numberOf(workload.replicas) ?? 1, at: workload.replicas };
  // An autoscaler that may be its own can only be trusted not to exist where the file alone says enough.
  if (maybe.length > 0 && written.least < 2) throw new Unresolved(written.at.place);
  return written;
}

function numberOf(field: Field): number | undefined {
  const text = field.text();
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Unresolved(field.place);
  return Number(text);
}

/** The platform starts and stops its pods as requests come. */
export function isServerless(workload: Workload): boolean {
  return workload.groupKind === "serving.knative.dev/Service";
}
