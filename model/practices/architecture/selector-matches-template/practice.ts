import type { Field, Workload } from "../../../facts.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

/** Kinds whose selector is said by people and has to fit their own template. */
const KINDS = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "CloneSet"]);

/** Those whose selector is a plain map of labels. */
const PLAIN = new Set(["DeploymentConfig", "ReplicationController"]);

export default practice({
  level: 3,
  gate: "required",
  share: "all",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    const selector = selectorOf(workload);
    if (selector === undefined || selector.presence === "absent") return undefined;
    const answer = PLAIN.has(workload.kind) ? fits(selector, workload) : world.matchesLabelSelector(selector, workload);
    if (answer === undefined) return cannotTell(selector);
    if (answer) return met(selector);
    const [missing] = missingLabels(workload, selector);
    if (missing === undefined) return unmet(selector, "unmet", { workload: workload.displayName });
    const [key, field] = missing;
    return unmet(field, "unmet.label", { workload: workload.displayName, label: `${key}: ${field.source}` });
  },
  fix(workload) {
    // The selector of what is running cannot be changed, and another value on the pods may be one that a Service asks for.
    const missing = missingLabels(workload, selectorOf(workload) ?? workload.body.at("spec", "selector"));
    if (missing.length === 0 || missing.some(([key]) => workload.podLabels.at(key).presence !== "absent"))
      return undefined;
    const edits = missing.map(
      ([key, field]) => ({ op: "set", at: workload.podLabels.at(key).place, value: field.text() ?? "" }) as const,
    );
    return { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector"],
  equivalents: {
    "kube-linter": ["mismatching-selector"],
    "kube-score": [
      "deployment-pod-selector-labels-match-template-metadata-labels",
      "statefulset-pod-selector-labels-match-template-metadata-labels",
    ],
    kubescape: ["C-0296"],
  },
};

function selectorOf(workload: Workload): Field | undefined {
  const manual = workload.kind === "Job" && workload.body.at("spec", "manualSelector").flag() === true;
  return KINDS.has(workload.kind) || PLAIN.has(workload.kind) || manual
    ? workload.body.at("spec", "selector")
    : undefined;
}

/** A plain map asks for all of its labels. */
function fits(selector: Field, workload: Workload): boolean | undefined {
  const wanted = selector.entries();
  if (wanted.length === 0) return true;
  const answers = wanted.map(([key, field]) => {
    const label = workload.podLabels.at(key);
    if (label.presence === "unknown" || field.presence !== "present") return undefined;
    return label.source === field.source;
  });
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** Labels that the selector asks for and the template does not have in that way. */
function missingLabels(workload: Workload, selector: Field): readonly (readonly [string, Field])[] {
  const wanted = (PLAIN.has(workload.kind) ? selector : selector.at("matchLabels")).writtenEntries();
  return wanted.filter(([key, field]) => {
    const label = workload.podLabels.at(key);
    return field.presence === "present" && label.presence !== "unknown" && label.source !== field.source;
  });
}
