import { besides, missedBeside } from "../../../claims.ts";
import type { Json, Place } from "../../../edit.ts";
import type { Resource, Workload, World } from "../../../facts.ts";
import {
  cannotTell,
  ifKnown,
  met,
  notApplicable,
  practice,
  type Sources,
  type Spot,
  unmet,
} from "../../../practice.ts";
import { intOrPercent } from "../../../quantities.ts";
import { isServerless, minimumOf } from "../../../replicas.ts";

export default practice({
  level: 4,
  gate: { group: "NODES" },
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
    // What is wrong with a budget whatever it protects is told there.
    if (sure.some((budget) => paperBudget(budget) !== undefined)) return notApplicable("superseded");
    const blocking = sure.flatMap((budget) => blockage(budget, workload, open ? () => undefined : least));
    // A budget that keeps a single pod from moving does harm; none is needed there.
    if (blocking.length > 0 && least() !== 0) return unmet(blocking);
    if (open && sure.some(({ body }) => body.at("spec", "maxUnavailable").presence === "absent"))
      return cannotTell(workload.replicas);
    if (!open && (least() ?? 0) < 2) {
      const lost = workload.replicas.presence === "absent" ? lostBudget(workload, world) : undefined;
      if (lost === undefined || least() !== 1) return notApplicable("single-replica");
      return unmet(workload.place, "unmet.missed", { workload: workload.displayName, budget: lost.displayName });
    }
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
  claims: {
    kinds: ["policy/PodDisruptionBudget"],
    judge(budget, world) {
      const args = { budget: budget.displayName };
      const paper = paperBudget(budget);
      if (paper !== undefined) return unmet(paper.place, paper.message, args);
      const selector = budget.body.at("spec", "selector");
      return missedBeside(budget, selector, world).length > 0 ? unmet(selector, "unmet.lost", args) : undefined;
    },
  },
  fix(workload, world) {
    if (lostBudget(workload, world) !== undefined) return undefined;
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

/** A budget beside the workload that selects nothing: it was meant for what stands there. */
function lostBudget(workload: Workload, world: World): Resource | undefined {
  return besides(workload, world.resources("policy/PodDisruptionBudget", workload.scope)).find(
    (budget) => missedBeside(budget, budget.body.at("spec", "selector"), world).length > 0,
  );
}

/** What is wrong with a budget whatever it selects: it lets no pod go, or says nothing. */
function paperBudget({ body }: Resource): { readonly place: Place; readonly message: string } | undefined {
  const max = body.at("spec", "maxUnavailable");
  const min = body.at("spec", "minAvailable");
  const kept = ifKnown(() => intOrPercent(min));
  if (max.presence === "absent" && min.presence === "absent") return { place: max.place, message: "unmet.empty" };
  if (ifKnown(() => intOrPercent(max))?.value === 0) return { place: max.place, message: "unmet.never" };
  return kept?.percent === true && kept.value >= 100 ? { place: min.place, message: "unmet.never" } : undefined;
}

/** The budget keeps as many pods as there are at the least. */
function blockage(budget: Resource, workload: Workload, least: () => number | undefined): readonly Spot[] {
  const min = budget.body.at("spec", "minAvailable");
  const kept = intOrPercent(min);
  if (kept === undefined || kept.value === 0) return [];
  const pods = least();
  if (pods === undefined || pods === 0) return [];
  if ((kept.percent ? Math.ceil((kept.value * pods) / 100) : kept.value) < pods) return [];
  const args = { workload: workload.displayName, budget: budget.displayName };
  return [{ place: min.place, message: "unmet.blocks", args }];
}
