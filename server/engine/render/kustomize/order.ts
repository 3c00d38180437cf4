/** The order in which objects come out: as they came in, or the fixed one that the tool sorts by unless it is told not to. */
import { once } from "../../../../model/memo.ts";
import type { Item } from "./item.ts";
import { type Spot, textOf } from "./nodes.ts";
import { invalid } from "./refusal.ts";

const FIRST =
  "Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget".split(
    " ",
  );
const LAST = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/** The objects as `sortOptions` says. */
export function inOrder(items: readonly Item[], options: Spot | undefined): readonly Item[] {
  if (options === undefined) return sorted(items, FIRST, LAST);
  const order = textOf(options.at("order")?.node);
  const legacy = options.at("legacySortOptions");
  if (order === "fifo" && legacy === undefined) return items;
  if (order !== "legacy") throw invalid(`order: ${order}`, options.at("order")?.place ?? options.place);
  if (legacy === undefined) return sorted(items, FIRST, LAST);
  const kinds = (key: string) => (legacy.at(key)?.items() ?? []).map((spot) => textOf(spot.node));
  return sorted(items, kinds("orderFirst"), kinds("orderLast"));
}

function sorted(items: readonly Item[], first: readonly string[], last: readonly string[]): readonly Item[] {
  const ranks = new Map([
    ...first.map((kind, at) => [kind, at - first.length] as const),
    ...last.map((kind, at) => [kind, at + 1] as const),
  ]);
  const keyed = items.map((item) => ({ item, rank: ranks.get(item.type.kind) ?? 0, ...keysOf(item) }));
  keyed.sort((one, other) => {
    if (one.rank !== other.rank) return one.rank - other.rank;
    const { kind, group } = one.item.type;
    if (one.type === other.type) return compare(one.id, other.id);
    const isCore =
      kind === "Namespace" && other.item.type.kind === kind && (group === "" || other.item.type.group === "");
    return isCore ? compare(other.type, one.type) : compare(one.type, other.type);
  });
  return keyed.map(({ item }) => item);
}

/** What an object is sorted by, beside its kind. */
const keysOf = once((item: Item) => {
  const { group, version, kind } = item.type;
  const type = [group || "~G", version || "~V", kind || "~K"].join("_");
  const id = [
    `${kind || "[noKind]"}.${version || "[noVer]"}.${group || "[noGrp]"}`,
    item.namespace || "~X",
    item.name || "~N",
  ].join("|");
  return { type, id };
});

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
