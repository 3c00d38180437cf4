/** Objects by which only images and sources with a good signature come to the cluster. */
import { type AdmissionRule, admissionRules } from "./admission.ts";
import type { Field, GroupKind, Resource, World } from "./facts.ts";
import { software } from "./installed.ts";
import { once } from "./memo.ts";
import { ifKnown } from "./practice.ts";

/** One of them; `unused` is that of the rule where another engine's rules are looked through. */
export type Verification = Pick<AdmissionRule, "at" | "in" | "enforces">;

/** An admission controller that does nothing else. */
const VERIFIERS = software(/(^|\/)connaisseur$/);
/** Constraints and modules of general engines, by what they are called. */
const BY_NAME = /ratif|verify-?image|image-?signature|notation|cosign/i;

const KINDS: readonly GroupKind[] = [
  "policy.sigstore.dev/ClusterImagePolicy",
  "kyverno.io/ClusterPolicy",
  "kyverno.io/Policy",
  "policies.kyverno.io/ImageValidatingPolicy",
  "policies.kyverno.io/NamespacedImageValidatingPolicy",
  "config.openshift.io/ClusterImagePolicy",
  "config.openshift.io/ImagePolicy",
  "binaryauthorization.cnrm.cloud.google.com/BinaryAuthorizationPolicy",
  "source.toolkit.fluxcd.io/GitRepository",
  "source.toolkit.fluxcd.io/OCIRepository",
  "source.toolkit.fluxcd.io/HelmChart",
  "helm.toolkit.fluxcd.io/HelmRelease",
  "argoproj.io/AppProject",
];

export function verifications(world: World): readonly Verification[] {
  const general = admissionRules(world).filter(
    ({ in: policy, unused }) =>
      !unused && BY_NAME.test(`${policy.kind} ${policy.body.at("spec", "module").source ?? ""}`),
  );
  const objects = world.resources(KINDS).flatMap((one) => ofObject(one));
  const installed = VERIFIERS.installed(world).map((one) => ({ ...one, enforces: true }));
  return [...objects.map((one) => openNamespaces(one, world)), ...general, ...installed];
}

const ofObject = once((resource: Resource): readonly Verification[] => {
  const spec = resource.body.at("spec");
  const found = (at: Field, enforces: boolean | undefined): readonly Verification[] => [
    { at: at.presence === "absent" ? resource.place : at, in: resource, enforces },
  ];
  const ifThere = (at: Field) =>
    at.presence === "absent" ? [] : found(at, at.presence === "unknown" ? undefined : true);
  switch (resource.group) {
    case "policy.sigstore.dev":
      return found(spec.at("mode"), says(spec.at("mode"), /^(?:enforce)?$/));
    case "kyverno.io":
      return ofKyverno(resource);
    case "policies.kyverno.io": {
      const actions = spec.at("validationActions");
      const denies = ifKnown(() => actions.items().some((action) => action.text() === "Deny"));
      return found(actions, actions.presence === "absent" ? true : denies);
    }
    case "config.openshift.io":
      return found(spec.at("policy"), true);
    case "binaryauthorization.cnrm.cloud.google.com": {
      const rule = spec.at("defaultAdmissionRule");
      if (rule.at("evaluationMode").source !== "REQUIRE_ATTESTATION") return [];
      return found(rule.at("enforcementMode"), says(rule.at("enforcementMode"), /^ENFORCED/));
    }
    case "argoproj.io":
      return ["sourceIntegrity", "signatureKeys"].flatMap((key) => ifThere(spec.at(key)));
    case "helm.toolkit.fluxcd.io":
      return ifThere(spec.at("chart", "spec", "verify"));
    default:
      return ifThere(spec.at("verify"));
  }
});

function says(field: Field, words: RegExp): boolean | undefined {
  return ifKnown(() => words.test(field.text() ?? ""));
}

/** Each image of a rule says it for itself, or the policy for all of them; unless one does, nothing is refused. */
function ofKyverno(policy: Resource): readonly Verification[] {
  const all = policy.body.at("spec", "validationFailureAction");
  const rules = policy.body.at("spec", "rules").writtenItems();
  return rules
    .flatMap((rule) => rule.at("verifyImages").writtenItems())
    .map((image) => {
      const own = image.at("failureAction");
      const action = own.presence === "absent" ? all : own;
      return { at: action.presence === "absent" ? image : action, in: policy, enforces: says(action, /^enforce$/i) };
    });
}

/** Sigstore's controller looks at namespaces that ask for it; where those here do not, its chart may say otherwise. */
function openNamespaces(one: Verification, world: World): Verification {
  if (one.in.group !== "policy.sigstore.dev" || one.enforces !== true) return one;
  const namespaces = world.resources("/Namespace");
  const asks = namespaces.some((namespace) => namespace.labels.at("policy.sigstore.dev/include").source === "true");
  return namespaces.length === 0 || asks ? one : { ...one, enforces: undefined };
}
