import type { Place } from "../../../edit.ts";
import type { GroupKind, Repository, World } from "../../../facts.ts";
import { hiddenIn, isIn, pipelinesIn } from "../../../pipelines.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

/** Policies that somebody wrote, and not only what puts them into force. */
const POLICIES: readonly GroupKind[] = [
  "kyverno.io/ClusterPolicy",
  "kyverno.io/Policy",
  "policies.kyverno.io/ValidatingPolicy",
  "policies.kyverno.io/NamespacedValidatingPolicy",
  "policies.kyverno.io/MutatingPolicy",
  "policies.kyverno.io/GeneratingPolicy",
  "policies.kyverno.io/ImageValidatingPolicy",
  "templates.gatekeeper.sh/ConstraintTemplate",
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
];
const REGO = /\.rego$/;
const REGO_TEST = /(?:_test|\.test)\.rego$|(^|\/)tests?\/[^/]*\.rego$/;
/** By the names that the tools look for, and the group that they give their own files. */
const TEST_FILE = /(^|\/)[^/]*(?:test|suite)[^/]*\.ya?ml$/i;
const TEST_GROUP = /^(?:cli\.kyverno\.io|test\.gatekeeper\.sh|chainsaw\.kyverno\.io)\//;

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "repository",
  effort: "create",
  judge(repository, world) {
    const [first] = policiesIn(repository, world);
    if (first === undefined) return repository.kubernetes ? notApplicable("no-subject") : undefined;
    const steps = pipelinesIn(repository, world).flatMap((pipeline) =>
      pipeline.capabilities.filter(({ name }) => name === "policy-test").map((one) => ({ one, pipeline })),
    );
    const [step] = steps;
    const places = steps.map(({ one, pipeline }) => placeIn(pipeline, one));
    if (steps.some(({ one }) => one.gating)) return met(places, "met.pipeline", { tool: step?.one.tool ?? "" });
    const declared = repository
      .find(TEST_FILE)
      .filter(({ body }) => TEST_GROUP.test(body.at("apiVersion").source ?? ""));
    const written = [...declared, ...repository.find(REGO_TEST)];
    if (written.length > 0) return met(written.map(({ place }) => place));
    const hidden = hiddenIn(repository, world);
    return hidden.length > 0 ? cannotTell(hidden) : unmet(first);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kyverno.io/docs/testing-policies/",
    "https://open-policy-agent.github.io/gatekeeper/website/docs/gator/",
    "https://www.openpolicyagent.org/docs/policy-testing",
  ],
};

function policiesIn(repository: Repository, world: World): readonly Place[] {
  const objects = world.resources(POLICIES).filter((one) => isIn(repository, one, world));
  const files = repository.find(REGO).filter(({ path }) => !/(^|\/)(?:vendor|third_party)\//.test(path));
  return [...objects.map(({ place }) => place), ...files.map(({ place }) => place)];
}
