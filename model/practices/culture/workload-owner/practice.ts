import type { Field, Repository, Workload, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

const KEY = /(?:^|[/.])(?:owner|owned-by|team|squad|maintainers?|contact)$/i;
const EMPTY = /^\s*(?:|todo|tbd|fixme|none|unknown|change-?me|xxx|<.*>)\s*$/i;
const KUBERNETES_ID = "backstage.io/kubernetes-id";

export default practice({
  level: 3,
  gate: { group: "OWNERS" },
  share: "most",
  subject: "workload",
  effort: "confirm",
  answers: "yes",
  judge(workload, world) {
    const maps = mapsOf(workload, world);
    const said = maps.flatMap((map) => map.writtenEntries().flatMap(([key, field]) => (KEY.test(key) ? [field] : [])));
    const good = said.find((field) => !EMPTY.test(field.source ?? ""));
    if (good !== undefined) return met(good);
    const elsewhere = inChart(workload, world) ?? inCatalogue(workload, world);
    if (elsewhere !== undefined) return met(elsewhere);
    // A template may add a label: asking for all of them ends the judgement then.
    for (const map of maps) map.entries();
    const [empty] = said;
    const args = { workload: workload.displayName };
    return empty === undefined ? unmet(workload.place, undefined, args) : unmet(empty, "unmet.empty", args);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
    "https://backstage.io/docs/features/kubernetes/configuration/",
  ],
  equivalents: { "kube-linter": ["required-label-owner", "required-annotation-email"] },
};

/** Labels and annotations of the workload, its pods and its namespace. */
function mapsOf(workload: Workload, world: World): readonly Field[] {
  const name = workload.scope.startsWith("ns:") ? workload.scope.slice(3) : undefined;
  const namespace = world.resources("/Namespace").find((one) => name === one.displayName);
  const around = namespace === undefined ? [] : [namespace.labels, namespace.annotations];
  return [workload.labels, workload.annotations, workload.podLabels, workload.podAnnotations, ...around];
}

interface Known {
  readonly charts: ReadonlyMap<string, Field>;
  readonly entities: readonly Field[];
}

const knownIn = once((repository: Repository): Known => {
  const charts = repository.find(/(^|\/)Chart\.ya?ml$/).map(({ place, body }) => {
    const { uri } = place.document;
    return [uri.slice(0, uri.lastIndexOf("/")), body.at("maintainers")] as const;
  });
  const entities = repository.find(/(^|\/)catalog-info\.ya?ml$/).map((file) => file.body);
  return {
    charts: new Map(charts),
    entities: entities.filter((body) => body.at("spec", "owner").source !== undefined),
  };
});

function inChart(workload: Workload, world: World): Field | undefined {
  const repository = workload.chart === undefined ? undefined : world.repositoryOf(workload.document);
  const maintainers = repository === undefined ? undefined : knownIn(repository).charts.get(workload.chart ?? "");
  return maintainers !== undefined && maintainers.writtenItems().length > 0 ? maintainers : undefined;
}

/** An entry of a service catalogue that says which pods are its own, and whose it is. */
function inCatalogue(workload: Workload, world: World): Field | undefined {
  const has = (key: string, value: string | undefined) =>
    value !== undefined && [workload.podLabels, workload.labels].some((labels) => labels.at(key).source === value);
  const entities = world.repositories().flatMap((repository) => knownIn(repository).entities);
  const entity = entities.find((body) => {
    const annotations = body.at("metadata", "annotations");
    const pairs = annotations.at("backstage.io/kubernetes-label-selector").source?.split(",") ?? [];
    if (has(KUBERNETES_ID, annotations.at(KUBERNETES_ID).source)) return true;
    return pairs.length > 0 && pairs.every((pair) => has(...pairOf(pair)));
  });
  return entity?.at("spec", "owner");
}

function pairOf(text: string): [string, string | undefined] {
  const [key, value] = text.split("=");
  return [key?.trim() ?? "", value?.trim()];
}
