/** How changes reach a part of the users, or of the environments, first. */

import type { Place } from "./edit.ts";
import type { Evidence } from "./evidence.ts";
import type { Field, Job, Pipeline, Repository, Workload, World } from "./facts.ts";
import { software } from "./installed.ts";
import { once } from "./memo.ts";
import { deploysIn } from "./pipelines.ts";
import { ifKnown } from "./practice.ts";
import { analysisOf } from "./releases.ts";

const PRODUCTION = /\bprod(?:uction)?\b|\blive\b/i;
const BEFORE = /\b(?:dev(?:elopment)?|stag(?:e|ing)|test|qa|uat|acc(?:eptance)?|pre-?prod|canary|int(?:egration)?)\b/i;

/** Environments of one pipeline that deploy one after the other. */
export function environmentsIn(pipeline: Pipeline): readonly Field[] {
  const jobs = new Map<Job, Field>();
  for (const { step } of deploysIn(pipeline))
    if (step.job.environment.presence !== "absent") jobs.set(step.job, step.job.environment);
  const all = [...jobs];
  const later = all.filter(([job, environment]) =>
    all.some(([other, earlier]) => {
      const [first] = other.steps;
      const [then] = job.steps;
      return (
        other !== job &&
        earlier.source !== environment.source &&
        first !== undefined &&
        then !== undefined &&
        pipeline.precedes(first, then)
      );
    }),
  );
  return later.map(([, environment]) => environment);
}

const SETTINGS = /(^|\/)(?:values[^/]*|kustomization)\.ya?ml$/;
const NOT_OURS = /(^|\/)(?:examples?|samples?|testdata|fixtures|vendor|third_party)\//i;

/** Settings of production, where some of an environment before it stand beside them. */
export const environmentFiles = once((repository: Repository): readonly Place[] => {
  const files = repository.find(SETTINGS).filter(({ path }) => !NOT_OURS.test(path));
  const words = (path: string) => path.replace(/[_/.]/g, " ");
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
  return [...sets, ...stages, ...flux];
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
