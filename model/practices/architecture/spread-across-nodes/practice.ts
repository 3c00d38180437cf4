import type { Place } from "../../../edit.ts";
import type { Field, Workload, World } from "../../../facts.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { isServerless, minimumOf } from "../../../replicas.ts";

const KEYS = ["kubernetes.io/hostname", "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];

export default practice({
  level: 4,
  gate: { group: "NODES" },
  share: "most",
  subject: "workload",
  effort: "apply",
  judge(workload, world) {
    const refused = refusedIn(workload);
    if (refused !== undefined) return unmet(refused.place, refused.message, { workload: workload.displayName });
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.class === "agent") return notApplicable("agent");
    if (isServerless(workload)) return notApplicable("serverless");
    const rules = rulesOf(workload);
    const answers = rules.map((rule) => [rule, spreads(rule, workload, world)] as const);
    const good = answers.find(([, answer]) => answer === true);
    const minimum = minimumOf(workload, world);
    if (minimum === undefined) return undefined;
    if (minimum.least < 2) return notApplicable("single-replica");
    if (good !== undefined) return met(good[0].at("topologyKey"));
    const unknown = answers.filter(([, answer]) => answer === undefined).map(([rule]) => rule);
    if (unknown.length > 0) return cannotTell(unknown);
    const written = [constraintsOf(workload), affinityOf(workload)].flatMap((list) =>
      list.presence === "unknown" ? [list] : [],
    );
    if (written.length > 0) return cannotTell(written);
    const args = { workload: workload.displayName };
    const [wrong] = rules.filter((rule) => KEYS.includes(rule.at("topologyKey").source ?? ""));
    return wrong === undefined
      ? unmet(constraintsOf(workload), "unmet", args)
      : unmet(wrong.at("labelSelector"), "unmet.selector", args);
  },
  fix(workload, world) {
    const labels = workload.body.at("spec", "selector", "matchLabels").entries();
    if (labels.length === 0 || rulesOf(workload).length > 0 || minimumOf(workload, world) === undefined)
      return undefined;
    const labelSelector = { matchLabels: Object.fromEntries(labels.map(([key, field]) => [key, field.text() ?? ""])) };
    const constraint = (topologyKey: string) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector,
    });
    return {
      safety: "safe",
      edits: [{ op: "set", at: constraintsOf(workload).place, value: KEYS.slice(0, 2).map(constraint) }],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#affinity-and-anti-affinity",
  ],
  equivalents: {
    "kube-linter": ["no-anti-affinity"],
    "kube-score": [
      "deployment-has-host-podantiaffinity",
      "statefulset-has-host-podantiaffinity",
      "pod-topology-spread-constraints",
    ],
    polaris: ["topologySpreadConstraint"],
  },
};

/** What of a constraint Kubernetes refuses, whatever it is for, or what counts no pod at all. */
function refusedIn(workload: Workload): { readonly place: Place; readonly message: string } | undefined {
  for (const constraint of constraintsOf(workload).writtenItems()) {
    for (const [name, isRight] of REQUIRED) {
      const field = constraint.at(name);
      if (field.presence === "unknown") continue;
      if (field.presence === "absent" ? name !== "minDomains" : !isRight(field.source ?? ""))
        return { place: field.place, message: `unmet.${name}` };
    }
    const selector = constraint.at("labelSelector");
    if (selector.presence === "absent" && constraint.presence === "present" && workload.class === "pod")
      return { place: selector.place, message: "unmet.selector" };
  }
  return undefined;
}

const REQUIRED: readonly (readonly [name: string, isRight: (text: string) => boolean])[] = [
  ["topologyKey", (text) => text !== ""],
  ["whenUnsatisfiable", (text) => text === "DoNotSchedule" || text === "ScheduleAnyway"],
  ["maxSkew", (text) => Number(text) >= 1],
  ["minDomains", (text) => Number(text) >= 1],
];

function constraintsOf(workload: Workload): Field {
  return workload.pod.at("topologySpreadConstraints");
}

function affinityOf(workload: Workload): Field {
  return workload.pod.at("affinity", "podAntiAffinity");
}

/** Everything that keeps pods apart: each has a topology key and a label selector. */
function rulesOf(workload: Workload): readonly Field[] {
  const apart = affinityOf(workload);
  return [
    ...constraintsOf(workload).writtenItems(),
    ...apart.at("requiredDuringSchedulingIgnoredDuringExecution").writtenItems(),
    ...apart
      .at("preferredDuringSchedulingIgnoredDuringExecution")
      .writtenItems()
      .map((item) => item.at("podAffinityTerm")),
  ];
}

/** Does the rule spread the workload's own pods; `undefined` when that cannot be known. */
function spreads(rule: Field, workload: Workload, world: World): boolean | undefined {
  const key = rule.at("topologyKey");
  if (key.presence === "unknown") return undefined;
  if (!KEYS.includes(key.source ?? "")) return false;
  if (leavesOut(rule, workload)) return false;
  return world.matchesLabelSelector(rule.at("labelSelector"), workload);
}

/** A term of affinity that looks into other namespaces only. */
function leavesOut(rule: Field, workload: Workload): boolean {
  const named = rule
    .at("namespaces")
    .writtenItems()
    .map((item) => item.source);
  return (
    named.length > 0 &&
    rule.at("namespaceSelector").presence === "absent" &&
    workload.scope.startsWith("ns:") &&
    !named.includes(workload.scope.slice(3))
  );
}
