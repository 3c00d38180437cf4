/** Service level objectives as code, whatever the format. */
import { representative, shownBy } from "./evidence.ts";
import type { Field, GroupKind, Repository, RepositoryFile, Resource, World } from "./facts.ts";
import { once } from "./memo.ts";
import { met, notApplicable, unmet, type Verdict } from "./practice.ts";

export interface Objective {
  /** What stands for it. */
  readonly at: Field;
  /** The share that is aimed at, in percent or as a fraction of one; absent where the format has it elsewhere. */
  readonly target: Field;
  /** `target` is a fraction of one. */
  readonly fraction: boolean;
  /** It is about how long answers take. */
  readonly latency: boolean;
  /** The object it stands in; `undefined` for a tool's own file. */
  readonly in: Resource | undefined;
}

const KINDS: readonly GroupKind[] = [
  "sloth.slok.dev/PrometheusServiceLevel",
  "pyrra.dev/ServiceLevelObjective",
  "datadoghq.com/DatadogSLO",
  "monitoring.googleapis.com/ServiceLevelObjective",
];

const SLOW = /_bucket\b|\ble\s*=|latency|duration/i;

export function objectivesOf(world: World): readonly Objective[] {
  return [...world.resources(KINDS).flatMap(ofResource), ...world.repositories().flatMap(inFiles)];
}

/** Met by those in tools' own files, else by what objects show; nothing where there is none. */
export function shownAs(objectives: readonly Objective[], world: World): Verdict | undefined {
  const inTools = objectives.filter((objective) => objective.in === undefined);
  if (inTools.length > 0) return met(inTools.map((objective) => objective.at));
  return shownBy(
    objectives.flatMap((objective) => (objective.in === undefined ? [] : [{ at: objective.at, in: objective.in }])),
    world,
  );
}

/** What is said where no objective is found: only what stays up promises anything. */
export function promisedNowhere(world: World): Verdict | undefined {
  const first = representative(world);
  if (first === undefined) return undefined;
  return first.class === "long"
    ? unmet(first.place, undefined, { workload: first.displayName })
    : notApplicable("no-subject");
}

function ofResource(resource: Resource): readonly Objective[] {
  const spec = resource.body.at("spec");
  switch (resource.groupKind) {
    case "sloth.slok.dev/PrometheusServiceLevel":
      return spec
        .at("slos")
        .writtenItems()
        .map((slo) => ofSloth(slo, resource));
    case "pyrra.dev/ServiceLevelObjective": {
      const indicator = spec.at("indicator");
      const latency = ["latency", "latencyNative"].some((key) => indicator.at(key).presence !== "absent");
      return [{ at: spec.at("target"), target: spec.at("target"), fraction: false, latency, in: resource }];
    }
    case "datadoghq.com/DatadogSLO": {
      const query = [spec.at("query", "numerator"), spec.at("timeSlice", "query"), spec.at("name")];
      const latency = query.some((one) => SLOW.test(one.source ?? ""));
      return [
        { at: spec.at("targetThreshold"), target: spec.at("targetThreshold"), fraction: false, latency, in: resource },
      ];
    }
    default: {
      const latency = spec.at("serviceLevelIndicator", "basicSli", "latency").presence !== "absent";
      return [{ at: spec.at("goal"), target: spec.at("goal"), fraction: true, latency, in: resource }];
    }
  }
}

function ofSloth(slo: Field, resource: Resource | undefined): Objective {
  const sli = slo.at("sli");
  const queries = [
    ...["errorQuery", "totalQuery"].map((key) => sli.at("events", key)),
    ...["error_query", "total_query"].map((key) => sli.at("events", key)),
    sli.at("raw", "errorRatioQuery"),
    sli.at("raw", "error_ratio_query"),
  ];
  const latency = queries.some((query) => /_bucket\b/.test(query.source ?? ""));
  return { at: slo.at("name"), target: slo.at("objective"), fraction: false, latency, in: resource };
}

const inFiles = once((repository: Repository): readonly Objective[] => {
  const files = repository.find(/\.ya?ml$/);
  return files
    .filter(({ text }) => text !== undefined && /^(apiVersion: *["']?(openslo|n9)\/|slos:)/m.test(text))
    .flatMap(ofFile);
});

function ofFile({ body }: RepositoryFile): readonly Objective[] {
  const version = body.at("apiVersion").source ?? "";
  if (/^(openslo|n9)\//.test(version)) {
    if (body.at("kind").source !== "SLO") return [];
    const spec = body.at("spec");
    const items = spec.at("objectives").writtenItems();
    const latency = [spec.at("indicator"), spec.at("indicatorRef"), ...items].some(isSlow);
    return items.map((item) => {
      const percent = item.at("targetPercent");
      const target = percent.presence === "absent" ? item.at("target") : percent;
      return { at: target, target, fraction: percent.presence === "absent", latency, in: undefined };
    });
  }
  const raw = body.at("version").source === "prometheus/v1" && body.at("kind").presence === "absent";
  return raw
    ? body
        .at("slos")
        .writtenItems()
        .map((slo) => ofSloth(slo, undefined))
    : [];
}

/** A threshold to compare with, or anything below that speaks of time. */
function isSlow(field: Field): boolean {
  if (field.at("spec", "thresholdMetric").presence !== "absent" || field.at("rawMetric").presence !== "absent")
    return true;
  return SLOW.test(sources(field, 8).join("\n"));
}

function sources(field: Field, depth: number): readonly string[] {
  if (field.source !== undefined) return [field.source];
  if (depth === 0) return [];
  const below = [...field.writtenItems(), ...field.writtenEntries().map(([, value]) => value)];
  return below.flatMap((one) => sources(one, depth - 1));
}
