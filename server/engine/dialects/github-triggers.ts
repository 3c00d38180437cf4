import type { Field, Trigger } from "../../../model/facts.ts";

const TRIGGERS: Readonly<Record<string, Trigger>> = {
  pull_request: "pull-request",
  pull_request_target: "pull-request",
  merge_group: "pull-request",
  release: "tag",
  schedule: "schedule",
  workflow_dispatch: "manual",
  workflow_call: "call",
  workflow_run: "after-pipeline",
};

/** When a workflow runs, from its `on`. */
export function triggersOf(on: Field): ReadonlySet<Trigger> {
  const found = new Set<Trigger>();
  const events: (readonly [string | undefined, Field | undefined])[] =
    on.kind === "map"
      ? on.writtenEntries().map(([name, it]) => [name, it])
      : on.kind === "list"
        ? on.writtenItems().map((it) => [it.source, undefined])
        : [[on.source, undefined]];
  for (const [name, filter] of events) {
    if (name === undefined) continue;
    if (name !== "push") {
      found.add(Object.hasOwn(TRIGGERS, name) ? (TRIGGERS[name] ?? "other") : "other");
      continue;
    }
    const has = (key: string) => filter !== undefined && filter.at(key).presence !== "absent";
    const ignored =
      filter
        ?.at("tags-ignore")
        .writtenItems()
        .map((it) => it.source) ?? [];
    const tags = has("tags") || (has("tags-ignore") && !ignored.some((it) => it === "*" || it === "**"));
    if (tags) found.add("tag");
    // A filter for tags alone keeps branches out.
    if (!tags || has("branches") || has("branches-ignore")) found.add("push");
  }
  return found;
}
