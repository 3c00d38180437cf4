/** How changes reach a part of the users, or of the environments, first. */

import type { Place } from "./edit.ts";
import type { Evidence } from "./evidence.ts";
import type { Capability, Field, Pipeline, Repository, Workload, World } from "./facts.ts";
import { software } from "./installed.ts";
import { once } from "./memo.ts";
import { deploysIn, isBefore } from "./pipelines.ts";
import { ifKnown } from "./practice.ts";
import { analysisOf } from "./releases.ts";

const PRODUCTION = /(?<!pre-|non-)\bprod(?:uction)?\b|\blive\b/i;
const BEFORE =
  /\b(?:non-?prod(?:uction)?|dev(?:elopment)?|stag(?:e|ing)|test|qa|uat|acc(?:eptance)?|pre-?prod|canary|int(?:egration)?)\b/i;

/** Where one pipeline deploys after it has deployed to another environment. */
export function environmentsIn(pipeline: Pipeline): readonly (Field | Place)[] {
  const deploys = deploysIn(pipeline);
  const later = deploys.filter((one) =>
    deploys.some(
      (other) =>
        isOther(other, one) &&
        isBefore(other, one, pipeline) &&
        // A branch for each environment is another run for each.
        pipeline.apart?.(other.step, one.step) !== true,
    ),
  );
  return [...new Map(later.map((one) => [one.step.job, declared(one) ?? one.place])).values()];
}

/** The environment that the job is declared to deploy to, where that is known. */
function declared({ step }: Capability): Field | undefined {
  const { environment } = step.job;
  return environment.presence === "absent" || environment.source?.includes("${{") === true ? undefined : environment;
}

/** Both are declared, or names tell: what is called by what comes before production, and what is called by it. */
function isOther(earlier: Capability, later: Capability): boolean {
  const [first, then] = [declared(earlier), declared(later)];
  if (first !== undefined && then !== undefined) return first.source !== then.source;
  return stageOf(earlier) === "before" && stageOf(later) === "production";
}

function stageOf(deploy: Capability): "before" | "production" | undefined {
  const text = words(`${declared(deploy)?.source ?? deploy.step.job.id} ${deploy.text}`);
  if (BEFORE.test(text)) return PRODUCTION.test(text) ? undefined : "before";
  return PRODUCTION.test(text) ? "production" : undefined;
}

function words(text: string): string {
  return text.replace(/[_/.=]/g, " ");
}

const SETTINGS = /(^|\/)(?:values[^/]*|kustomization)\.ya?ml$/;
const NOT_OURS = /(^|\/)(?:examples?|samples?|testdata|fixtures|vendor|third_party)\//i;

/** Settings of production, where some of an environment before it stand beside them. */
export const environmentFiles = once((repository: Repository): readonly Place[] => {
  const files = repository.find(SETTINGS).filter(({ path }) => !NOT_OURS.test(path));
  const production = files.filter(({ path }) => PRODUCTION.test(words(path)));
  const before = files.some(({ path }) => BEFORE.test(words(path)) && !PRODUCTION.test(words(path)));
  return before ? production.map((file) => file.place) : [];
});

/** Changes that go from one environment or group of clusters to the next. */
export function promotions(world: World): readonly Evidence[] {
  const sets = world.resources("argoproj.io/ApplicationSet").flatMap((one) => {
    const strategy = one.body.at("spec", "strategy");
    const steps = strategy.at("rollingSync", "steps");
    return strategy.at("type").source === "RollingSync" && steps.writtenItems().length > 1
      ? [{ at: steps, in: one }]
      : [];
  });
  const stages = world.resources("kargo.akuity.io/Stage").flatMap((one) =>
    one.body
      .at("spec", "requestedFreight")
      .writtenItems()
      .map((freight) => freight.at("sources", "stages"))
      .filter((list) => list.writtenItems().length > 0)
      .map((at) => ({ at, in: one })),
  );
  const flux = world.resources("kustomize.toolkit.fluxcd.io/Kustomization").flatMap((one) => {
    if (!PRODUCTION.test(one.displayName)) return [];
    const before = one.body
      .at("spec", "dependsOn")
      .writtenItems()
      .map((item) => item.at("name"))
      .filter((name) => BEFORE.test(name.source ?? "") && !PRODUCTION.test(name.source ?? ""));
    return before.map((at) => ({ at, in: one }));
  });
  const delivery = world.resources("deploy.cloud.google.com/DeliveryPipeline").flatMap((one) => {
    const targets = one.body.at("serialPipeline", "stages");
    return targets.writtenItems().length > 1 ? [{ at: targets, in: one }] : [];
  });
  return [...sets, ...stages, ...flux, ...delivery];
}

const CLIENTS =
  /^(?:LAUNCHDARKLY|LD|UNLEASH|FLAGD|FLIPT|FLAGSMITH|SPLIT_IO|CONFIGCAT|GROWTHBOOK|GO_FEATURE_FLAG|OPENFEATURE)_(?:SDK_?KEY|API_?(?:KEY|TOKEN|URL)|URL|HOST|URI|ENVIRONMENT_KEY|CLIENT_KEY|ENV)$/;

const SERVERS = software(
  /(^|\/)(?:flagd|unleash(?:-server|-edge)?|flipt|go-feature-flag(?:-relay-proxy)?|relayproxy|ld-relay|flagsmith|growthbook)$/,
);

/** Workloads that ask a server for flags. */
const asking = once((one: Workload): readonly Evidence[] => {
  const injected = one.podAnnotations.at("openfeature.dev/enabled");
  const named = one.allContainers
    .flatMap(({ body }) => body.at("env").writtenItems())
    .map((entry) => entry.at("name"))
    .filter((name) => CLIENTS.test(name.source ?? ""));
  return [...(injected.source === "true" ? [injected] : []), ...named].map((at) => ({ at, in: one }));
});

/** Feature flags: a version is out, and its features are not. */
export function flags(world: World): readonly Evidence[] {
  const objects = world.resources([
    "core.openfeature.dev/FeatureFlag",
    "core.openfeature.dev/FeatureFlagSource",
    "core.openfeature.dev/FeatureFlagConfiguration",
  ]);
  return [
    ...objects.map((one) => ({ at: one.place, in: one })),
    ...world.workloads().flatMap(asking),
    ...SERVERS.installed(world),
  ];
}

/** A share of the pods or of the requests first. */
export function shares(world: World): readonly Evidence[] {
  const rollouts = world.resources("argoproj.io/Rollout").flatMap((one) => {
    const strategy = one.body.at("spec", "strategy");
    const steps = strategy.at("canary", "steps");
    const active = strategy.at("blueGreen", "activeService");
    return [...(steps.writtenItems().length > 0 ? [steps] : []), ...(active.presence === "absent" ? [] : [active])].map(
      (at) => ({ at, in: one }),
    );
  });
  const canaries = world
    .resources("flagger.app/Canary")
    .filter((one) => analysisOf(one).presence !== "absent")
    .map((one) => ({ at: one.place, in: one }));
  const sets = world.resources("apps/StatefulSet").flatMap((one) => {
    const partition = one.body.at("spec", "updateStrategy", "rollingUpdate", "partition");
    return (ifKnown(() => partition.number()) ?? 0) > 0 ? [{ at: partition, in: one }] : [];
  });
  return [...rollouts, ...canaries, ...sets, ...weights(world)];
}

/** Requests that are split by hand, in Git. */
function weights(world: World): readonly Evidence[] {
  const split = (list: Field) =>
    list.writtenItems().filter((one) => {
      const weight = ifKnown(() => one.at("weight").number());
      return weight !== undefined && weight > 0;
    }).length > 1;
  const routes = world
    .resources(["gateway.networking.k8s.io/HTTPRoute", "gateway.networking.k8s.io/GRPCRoute"])
    .flatMap((one) =>
      one.body
        .at("spec", "rules")
        .writtenItems()
        .map((rule) => rule.at("backendRefs"))
        .filter(split)
        .map((at) => ({ at, in: one })),
    );
  const services = world.resources("networking.istio.io/VirtualService").flatMap((one) =>
    one.body
      .at("spec", "http")
      .writtenItems()
      .map((rule) => rule.at("route"))
      .filter(split)
      .map((at) => ({ at, in: one })),
  );
  const ingresses = world.resources("networking.k8s.io/Ingress").flatMap((one) => {
    const weight = one.annotations.at("nginx.ingress.kubernetes.io/canary-weight");
    return /^[1-9]/.test(weight.source ?? "") ? [{ at: weight, in: one }] : [];
  });
  return [...routes, ...services, ...ingresses];
}
