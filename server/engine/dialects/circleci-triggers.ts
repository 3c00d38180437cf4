/** When a workflow of CircleCI runs: its schedules and conditions, and the filters of its jobs. */
import type { Field, Trigger } from "../../../model/facts.ts";
import { conditionHolds, type Values } from "./circleci-values.ts";
import { isAbsent, textOf, textsOf } from "./written.ts";

const SCHEDULES = /trigger_source|schedule\.name/;

/** A run that something starts: what is known of it beside the parameters. */
function startedBy(source: string, values: Values): Values {
  return (name) => {
    if (name === "pipeline.trigger_source") return source;
    if (name === "pipeline.schedule.name" && source !== "scheduled_pipeline") return "";
    return values(name);
  };
}

/** `undefined` for a workflow that never runs. */
export function triggersOf(
  workflow: Field,
  filters: readonly Field[],
  values: Values,
): ReadonlySet<Trigger> | undefined {
  const found = new Set<Trigger>();
  const schedules = workflow.at("triggers").writtenItems();
  if (schedules.length > 0) {
    found.add("schedule");
    return found;
  }
  const conditions = [
    ...(isAbsent(workflow.at("when")) ? [] : [{ field: workflow.at("when"), wanted: true }]),
    ...(isAbsent(workflow.at("unless")) ? [] : [{ field: workflow.at("unless"), wanted: false }]),
  ];
  const runs = (known: Values): boolean | undefined => {
    const all = conditions.map(({ field, wanted }) => {
      const holds = conditionHolds(field, known);
      return holds === undefined ? undefined : holds === wanted;
    });
    return all.includes(false) ? false : all.includes(undefined) ? undefined : true;
  };
  if (runs(startedBy("webhook", values)) !== false) {
    const branches = filters.filter(onBranches).length > 0;
    if (branches) found.add("push");
    if (filters.some(onTags)) found.add("tag");
    return found.size === 0 ? undefined : found;
  }
  // Whoever starts a run otherwise may set the parameters.
  const mentions = conditions.some(({ field }) => says(field, SCHEDULES));
  const free: Values = () => undefined;
  if (mentions && runs(startedBy("scheduled_pipeline", free)) !== false) found.add("schedule");
  else if (runs(startedBy("api", free)) !== false) found.add("manual");
  return found.size === 0 ? undefined : found;
}

function says(field: Field, pattern: RegExp): boolean {
  if (field.source !== undefined) return pattern.test(field.source);
  const inner = [...field.writtenItems(), ...field.writtenEntries().map(([, it]) => it)];
  return inner.some((it) => says(it, pattern));
}

/** Branches are let through unless the filter keeps all of them out. */
export function onBranches(filters: Field): boolean {
  const branches = filters.at("branches");
  return !textsOf(branches.at("ignore")).some((it) => /^\/\^?\.\*\$?\/$/.test(it));
}

/** Tags are kept out unless a filter speaks of them. */
export function onTags(filters: Field): boolean {
  const tags = filters.at("tags");
  if (isAbsent(tags)) return /pipeline\.git\.tag/.test(textOf(filters) ?? "");
  return !textsOf(tags.at("ignore")).some((it) => /^\/\^?\.\*\$?\/$/.test(it));
}
