/** Checks against a named standard: a benchmark of CIS, guidance of NSA's, rules of one's own organisation. */
import type { Place } from "./edit.ts";
import type { Command, Pipeline, Resource, Step, Workload } from "./facts.ts";
import { once } from "./memo.ts";

/** Commands that measure against a standard, whatever they look at. */
const COMMAND =
  /\bkube-bench\b|\bkubescape\b.*\bscan\b.*\bframework\b|\btrivy\b.*--compliance\b|\b(?:inspec|cinc-auditor)\s+exec\b|\btrestle\b|\boscap\b.*\beval\b/;
/** Checkov knows which findings were accepted once, and so tells of every new one. */
const CHECKOV = /\bcheckov\b(?=.*--framework[ =]\S*kubernetes)(?=.*--baseline)/;

export interface Benchmark {
  readonly at: Place;
  readonly tool: string;
}

/** Steps of a pipeline that measure against a standard. */
export const benchmarksIn = once((pipeline: Pipeline): readonly Benchmark[] => {
  const found = new Map<Step, Benchmark>();
  const steps = pipeline.jobs.flatMap(({ steps }) => steps).filter(({ disabled }) => !disabled);
  for (const step of steps) {
    const action = actionIn(step);
    if (action !== undefined) found.set(step, { at: step.uses.place, tool: action });
    const command = step.commands.find(measures);
    if (command !== undefined) found.set(step, { at: command.place, tool: command.words[0] ?? "" });
  }
  // What a script or a called file runs is seen as a capability.
  for (const { step, text, tool, place } of pipeline.capabilities)
    if (!found.has(step) && (COMMAND.test(text) || CHECKOV.test(text))) found.set(step, { at: place, tool });
  return [...found.values()];
});

function measures({ words }: Command): boolean {
  const text = words.join(" ");
  return /^(?:docker|podman|nerdctl|kube-bench|kubescape|trivy|inspec|cinc-auditor|trestle|oscap|checkov|kubectl)$/.test(
    words[0] ?? "",
  )
    ? COMMAND.test(text) || CHECKOV.test(text)
    : false;
}

function actionIn({ uses, inputs }: Step): string | undefined {
  const name = (uses.source ?? "").replace(/@.*$/, "").toLowerCase();
  const has = (key: string) => inputs.at(key).presence !== "absent";
  if (name === "kubescape/github-action" && has("frameworks")) return "kubescape";
  const checkov = name === "bridgecrewio/checkov-action" && has("baseline");
  return checkov && /kubernetes/.test(inputs.at("framework").source ?? "") ? "checkov" : undefined;
}

/** A job in the cluster that measures it against a standard. */
export const measuresCluster = once((workload: Workload): boolean => {
  if (workload.class !== "batch") return false;
  return workload.allContainers.some(({ image, body }) => {
    const words = ["command", "args"].flatMap((key) => body.at(key).writtenItems()).map((word) => word.source ?? "");
    const name = (image.source ?? "").replace(/[:@].*$/, "");
    return COMMAND.test([name.slice(name.lastIndexOf("/") + 1), ...words].join(" "));
  });
});

/** Says by its own kind which standard is meant. */
export function isBenchmark({ groupKind, body }: Resource): boolean {
  return groupKind !== "aquasecurity.github.io/ClusterComplianceReport" || body.at("spec").presence !== "absent";
}
