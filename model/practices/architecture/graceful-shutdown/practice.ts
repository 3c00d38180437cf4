import { isStore } from "../../../autoscaling.ts";
import type { Container, Field } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { isServerless } from "../../../replicas.ts";

const DEFAULT_GRACE = 30;

export default practice({
  level: 4,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "confirm",
  answers: "elsewhere",
  judge(workload, world) {
    if (workload.class === "batch" || workload.class === "agent") return notApplicable(workload.class);
    if (workload.class !== "long" || workload.hook) return undefined;
    if (isServerless(workload)) return notApplicable("serverless");
    const args = { workload: workload.displayName };
    const period = workload.pod.at("terminationGracePeriodSeconds");
    const grace = period.number() ?? DEFAULT_GRACE;
    if (grace === 0) return unmet(period, "unmet.none", args);
    const waits = workload.containers.map(hookOf).filter((hook): hook is Field => hook !== undefined);
    const long = waits.find((hook) => (secondsOf(hook) ?? 0) >= grace);
    if (long !== undefined) return unmet(long, "unmet.long", { ...args, grace });
    const serving = world.isServing(workload);
    if (serving === false) return notApplicable("worker");
    if (waits.length > 0) return met(waits);
    // They finish what they are at when they are told to stop.
    if (isStore(workload)) return notApplicable("stateful");
    const open = workload.containers
      .map((one) => one.body.at("lifecycle"))
      .find((field) => field.presence === "unknown");
    if (open !== undefined || serving === undefined) return cannotTell(open ?? workload.place);
    return unmet(workload.place, "unmet", args);
  },
  fix(workload, world) {
    const [container] = workload.containers;
    if (container === undefined || workload.containers.length > 1 || world.kubernetesMinor < 30) return undefined;
    if (
      container.body.at("lifecycle").presence !== "absent" ||
      workload.pod.at("terminationGracePeriodSeconds").presence !== "absent"
    )
      return undefined;
    return {
      safety: "review",
      edits: [{ op: "set", at: container.body.at("lifecycle").place, value: { preStop: { sleep: { seconds: 5 } } } }],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
    "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/",
  ],
  equivalents: { learnk8s: ["Graceful shutdown"] },
};

function hookOf({ body }: Container): Field | undefined {
  const hook = body.at("lifecycle", "preStop");
  return hook.presence === "present" ? hook : undefined;
}

/** How long the hook waits, where that can be read. */
function secondsOf(hook: Field): number | undefined {
  const sleep = hook.at("sleep", "seconds");
  if (sleep.presence === "present") return sleep.number();
  const words = hook
    .at("exec", "command")
    .writtenItems()
    .map(({ source }) => source ?? "")
    .join(" ");
  const seconds = /\bsleep\s+(\d+)\b/.exec(words)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
