/** Objects of policy engines, and what they do at admission with a request that breaks them. */
import type { Evidence } from "./evidence.ts";
import type { Field, GroupKind, Resource, World } from "./facts.ts";
import { ifKnown } from "./practice.ts";

export interface AdmissionRule extends Evidence {
  /** Refuses what breaks it; `undefined` where a template decides. */
  readonly enforces: boolean | undefined;
  /** Nothing puts it into force. */
  readonly unused: boolean;
}

/** All rules of the workspace that could refuse something. */
export function admissionRules(world: World): readonly AdmissionRule[] {
  return [...kyverno(world), ...kyvernoCel(world), ...gatekeeper(world), ...builtIn(world), ...kubewarden(world)];
}

function found(at: Field, resource: Resource, enforces: boolean | undefined): AdmissionRule {
  return { at: at.presence === "absent" ? resource.place : at, in: resource, enforces, unused: false };
}

/** Does a text that a template may write say one of these words. */
function says(field: Field, words: RegExp): boolean | undefined {
  return ifKnown(() => words.test(field.text() ?? ""));
}

function kyvernoRules(world: World): readonly { readonly rule: Field; readonly policy: Resource }[] {
  return world.resources(["kyverno.io/ClusterPolicy", "kyverno.io/Policy"]).flatMap((policy) =>
    policy.body
      .at("spec", "rules")
      .writtenItems()
      .filter((rule) => rule.at("validate").presence !== "absent")
      .map((rule) => ({ rule, policy })),
  );
}

/** Each rule says it itself, or the policy for all of them. */
function actionOf(rule: Field, policy: Resource): Field {
  const own = rule.at("validate", "failureAction");
  return own.presence === "absent" ? policy.body.at("spec", "validationFailureAction") : own;
}

/** Levels of the Pod Security Standards that a rule of Kyverno's enforces. */
export function enforcedStandards(world: World): readonly Evidence[] {
  return kyvernoRules(world).flatMap(({ rule, policy }) => {
    const action = actionOf(rule, policy);
    const level = rule.at("validate", "podSecurity", "level");
    return /^enforce$/i.test(action.source ?? "") && /^(baseline|restricted)$/.test(level.source ?? "")
      ? [{ at: level, in: policy }]
      : [];
  });
}

/** Only rules that validate can refuse anything. */
function kyverno(world: World): readonly AdmissionRule[] {
  return kyvernoRules(world).map(({ rule, policy }) => {
    const action = actionOf(rule, policy);
    return found(action, policy, says(action, /^enforce$/i));
  });
}

function kyvernoCel(world: World): readonly AdmissionRule[] {
  return world
    .resources(["policies.kyverno.io/ValidatingPolicy", "policies.kyverno.io/NamespacedValidatingPolicy"])
    .map((policy) => {
      const actions = policy.body.at("spec", "validationActions");
      return found(actions, policy, actions.presence === "absent" ? true : includesDeny(actions));
    });
}

function includesDeny(actions: Field): boolean | undefined {
  return ifKnown(() => actions.items().some((action) => action.text() === "Deny"));
}

/** A constraint denies unless it says otherwise; a template without one asks nothing of anybody. */
function gatekeeper(world: World): readonly AdmissionRule[] {
  const constraints = world.resourcesOfGroup(/^constraints\.gatekeeper\.sh$/);
  const used = new Set(constraints.map(({ kind }) => kind));
  const templates = world.resources("templates.gatekeeper.sh/ConstraintTemplate").flatMap((template) => {
    const kind = template.body.at("spec", "crd", "spec", "names", "kind");
    return used.has(kind.source ?? "") ? [] : [{ ...found(kind, template, false), unused: true }];
  });
  const judged = constraints.map((constraint) => {
    const action = constraint.body.at("spec", "enforcementAction");
    const scoped = constraint.body
      .at("spec", "scopedEnforcementActions")
      .writtenItems()
      .some((one) => one.at("action").source === "deny");
    return found(action, constraint, action.source === "scoped" ? scoped : says(action, /^(deny)?$/));
  });
  return [...judged, ...templates];
}

/** A policy of Kubernetes itself does nothing before a binding says what to do with what breaks it. */
function builtIn(world: World): readonly AdmissionRule[] {
  const kind: GroupKind = "admissionregistration.k8s.io/ValidatingAdmissionPolicy";
  const bindings = world.resources("admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding").map((binding) => {
    const spec = binding.body.at("spec");
    const known = world.named(kind, spec.at("policyName"), binding.scope).sure.length > 0;
    const denies = includesDeny(spec.at("validationActions"));
    return found(spec.at("validationActions"), binding, denies === true && !known ? undefined : denies);
  });
  const bound = new Set(bindings.map((one) => one.in.body.at("spec", "policyName").source));
  const loose = world.resources(kind).filter((policy) => !bound.has(policy.displayName));
  return [...bindings, ...loose.map((policy) => ({ ...found(policy.name, policy, false), unused: true }))];
}

function kubewarden(world: World): readonly AdmissionRule[] {
  return world
    .resourcesOfGroup(/^policies\.kubewarden\.io$/)
    .filter(({ kind }) => /AdmissionPolicy/.test(kind))
    .map((policy) => {
      const mode = policy.body.at("spec", "mode");
      return found(mode, policy, says(mode, /^(protect)?$/));
    });
}
