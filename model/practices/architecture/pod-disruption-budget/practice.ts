import type { Json } from "../../../edit.ts";
import type { Field, Resource, Workload, World } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, type Spot, unmet } from "../../../practice.ts";
import { intOrPercent } from "../../../quantities.ts";
import { isServerless, minimumOf } from "../../../replicas.ts";

export default practice({
  level: 4,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "create",
  judge(workload, world) {
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.class === "agent") return notApplicable("agent");
    if (isServerless(workload)) return notApplicable("serverless");
    if (workload.class !== "long") return undefined;
    const { sure, maybe } = budgetsOf(workload, world);
    const least = () => minimumOf(workload, world)?.least;
    // Nobody wrote a number and somebody wrote a budget: what sets the number is likely to be elsewhere.
    const open =
      sure.length > 0 &&
      workload.replicas.presence === "absent" &&
      minimumOf(workload, world)?.at.presence === "absent";
    const blocking = sure.flatMap((budget) => blockage(budget, workload, open ? () => undefined : least));
    // A budget that keeps a single pod from moving does harm; none is needed there.
    if (blocking.length > 0 && least() !== 0) return unmet(blocking);
    if (open && sure.some(({ body }) => body.at("spec", "maxUnavailable").presence === "absent"))
      return cannotTell(workload.replicas);
    if (!open && (least() ?? 0) < 2) return notApplicable("single-replica");
    const [first, second] = sure;
    if (first !== undefined && second !== undefined) {
      return unmet(second.body.at("spec", "selector"), "unmet.two", {
        workload: workload.displayName,
        one: first.displayName,
        two: second.displayName,
      });
    }
    if (first !== undefined) return met(first.place);
    return maybe.length > 0
      ? cannotTell(maybe.map((budget) => budget.place))
      : unmet(workload.place, undefined, { workload: workload.displayName });
  },
  fix(workload, world) {
    if (budgetsOf(workload, world).sure.length > 0) return undefined;
    const labels = workload.body.at("spec", "selector", "matchLabels").entries();
    const name = workload.name.text();
    if (world.resources("policy/PodDisruptionBudget", workload.scope).some((budget) => budget.displayName === name))
      return undefined;
    if (
      labels.length === 0 ||
      name === undefined ||
      workload.body.at("spec", "selector", "matchExpressions").presence !== "absent"
    )
      return undefined;
    const namespace = workload.namespace.text();
    const value: Json = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
      spec: {
        maxUnavailable: 1,
        ...(world.kubernetesMinor >= 27 ? { unhealthyPodEvictionPolicy: "AlwaysAllow" } : {}),
        selector: { matchLabels: Object.fromEntries(labels.map(([key, field]) => [key, field.text() ?? ""])) },
      },
    };
    return { safety: "review", edits: [{ op: "add-document", behind: workload.document, value }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
  ],
  equivalents: {
    "kube-score": [
      "deployment-has-poddisruptionbudget",
      "statefulset-has-poddisruptionbudget",
      "poddisruptionbudget-has-policy",
    ],
    "kube-linter": ["pdb-max-unavailable", "pdb-min-available", "pdb-unhealthy-pod-eviction-policy"],
    polaris: ["missingPodDisruptionBudget", "pdbDisruptionsIsZero", "pdbMinAvailableGreaterThanHPAMinReplicas"],
    learnk8s: ["Set Pod Disruption Budgets"],
  },
};

/** The older version's empty selector selects nothing. */
function budgetsOf(workload: Workload, world: World) {
  const selects = ({ version, body }: Resource) =>
    version !== "v1beta1" ||
    ["matchLabels", "matchExpressions"].some((key) => body.at("spec", "selector", key).presence !== "absent");
  const { sure, maybe } = world.budgetsOf(workload);
  return { sure: sure.filter(selects), maybe: maybe.filter(selects) };
}

/** What in a budget forbids to evict any pod. */
function blockage(budget: Resource, workload: Workload, least: () => number | undefined): readonly Spot[] {
  const max = budget.body.at("spec", "maxUnavailable");
  const min = budget.body.at("spec", "minAvailable");
  const args = { workload: workload.displayName, budget: budget.displayName };
  const spot = (field: Field): readonly Spot[] => [{ place: field.place, message: "unmet.blocks", args }];
  if (max.presence !== "absent") return intOrPercent(max)?.value === 0 ? spot(max) : [];
  const kept = intOrPercent(min);
  if (min.presence === "absent") return [{ place: max.place, message: "unmet.empty", args }];
  if (kept === undefined) return [];
  if (kept.percent && kept.value >= 100) return spot(min);
  if (kept.value === 0) return [];
  const pods = least();
  if (pods === undefined || pods === 0) return [];
  return (kept.percent ? Math.ceil((kept.value * pods) / 100) : kept.value) >= pods ? spot(min) : [];
}
