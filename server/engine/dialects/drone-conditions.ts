/** When Drone and Woodpecker run something: `trigger` and `when`, in the forms of all their versions. */
import type { Field, Trigger } from "../../../model/facts.ts";
import { isWritten, oneOrMore, textOf, textsOf } from "./written.ts";

/** One way to meet a condition; what is left out does not matter. */
export interface Case {
  readonly events: ReadonlySet<string> | undefined;
  /** No event is named, only some that do not count. */
  readonly isOpen: boolean;
  readonly branches: readonly string[] | undefined;
  /** Everything else that must hold, as it is written. */
  readonly others: readonly string[];
}

export interface Condition {
  /** Any of these; with none it never holds. */
  readonly cases: readonly Case[];
  readonly success: boolean;
  readonly failure: boolean;
  /** What says by which event it starts. */
  readonly event: Field | undefined;
  /** The environment that a person chooses. */
  readonly target: Field | undefined;
}

const TRIGGERS: Readonly<Record<string, Trigger>> = {
  push: "push",
  pull_request: "pull-request",
  tag: "tag",
  cron: "schedule",
  promote: "manual",
  rollback: "manual",
  deployment: "manual",
  custom: "manual",
  manual: "manual",
  release: "other",
  pull_request_closed: "other",
  pull_request_metadata: "other",
};
const ALL = Object.keys(TRIGGERS);
/** What starts a run where nothing is said about it. */
const BY_CHANGE = ["push", "pull_request", "tag"] as const;
/** Conditions of where it runs rather than of what happened. */
const ASIDE = new Set(["repo", "instance", "platform", "event", "branch", "status", "failure"]);
const MAX_CASES = 50;
const ANY: Case = { events: undefined, isOpen: true, branches: undefined, others: [] };

/** Reads a `when` or a `trigger`: a map, several maps of which one must hold, or nothing. */
export function conditionOf(field: Field, status: Field = field.at("status")): Condition {
  const maps = oneOrMore(field).filter((it) => it.kind === "map");
  const cases = maps.slice(0, MAX_CASES).flatMap((it) => caseOf(it) ?? []);
  const statuses = maps.length > 1 ? maps.flatMap((it) => textsOf(it.at("status"))) : textsOf(status);
  const names = ["event", "target", "environment", "cron"];
  return {
    cases: maps.length === 0 ? [ANY] : cases,
    success: statuses.length === 0 || statuses.includes("success"),
    failure: statuses.includes("failure"),
    event: maps.flatMap((it) => names.filter((name) => isWritten(it, name)).map((name) => it.at(name)))[0],
    target: maps
      .flatMap((it) => [it.at("target"), it.at("environment")])
      .find((it) => textOf(it) !== undefined || it.kind === "list"),
  };
}

/** What older files say of branches for all of their steps. */
export function onBranches(field: Field): Condition {
  const { only, without } = listsOf(field);
  const others = without.length === 0 ? [] : [`branch not: ${without.join(", ")}`];
  const cases = [{ ...ANY, branches: only, others }];
  return { cases, success: true, failure: false, event: undefined, target: undefined };
}

/** Nothing where it can never hold. */
function caseOf(map: Field): Case | undefined {
  const others: string[] = [];
  for (const [key, value] of map.writtenEntries()) if (!ASIDE.has(key)) others.push(`${key}: ${shown(value)}`);
  if (/^["']?false["']?$/.test(textOf(map.at("evaluate")) ?? "")) return undefined;
  const event = listsOf(map.at("event"));
  const branch = listsOf(map.at("branch"));
  if ([...event.without, ...branch.without].some((it) => /^\*{1,2}$/.test(it))) return undefined;
  if (branch.without.length > 0) others.push(`branch not: ${branch.without.join(", ")}`);
  const events =
    event.only ??
    (event.without.length > 0 ? ALL.filter((it) => !event.without.includes(it)) : undefined) ??
    impliedBy(map);
  return {
    events: events === undefined ? undefined : new Set(events),
    isOpen: events === undefined || (event.only === undefined && event.without.length > 0),
    branches: branch.only?.some((it) => /^\*{1,2}$/.test(it)) === true ? undefined : branch.only,
    others,
  };
}

/** Events that are not named, but follow from what else must hold. */
function impliedBy(map: Field): readonly string[] | undefined {
  if (isWritten(map, "cron")) return ["cron"];
  if (isWritten(map, "target") || isWritten(map, "environment")) return ["promote", "rollback", "deployment"];
  const refs = listsOf(map.at("ref")).only;
  if (refs === undefined) return undefined;
  return refs.flatMap((ref) =>
    ref.startsWith("refs/tags/")
      ? ["tag"]
      : ref.startsWith("refs/heads/")
        ? ["push"]
        : ref.startsWith("refs/pull")
          ? ["pull_request"]
          : [...BY_CHANGE],
  );
}

/** `main`, `[main, dev]`, `{include: main, exclude: dev}`. */
function listsOf(field: Field): { readonly only: readonly string[] | undefined; readonly without: readonly string[] } {
  const only = textsOf(field.kind === "map" ? field.at("include") : field);
  const without = field.kind === "map" ? textsOf(field.at("exclude")) : [];
  return { only: only.length === 0 ? undefined : only, without };
}

function shown(field: Field): string {
  if (field.kind === "map")
    return field
      .writtenEntries()
      .map(([key, it]) => `${key} ${shown(it)}`)
      .join(", ");
  return textsOf(field).join(", ");
}

/** Both must hold. */
export function both(around: Condition, inner: Condition): Condition {
  const cases = around.cases
    .flatMap((a) =>
      inner.cases.map((b) => ({
        events: intersection(a.events, b.events),
        isOpen: a.isOpen && b.isOpen,
        branches: b.branches ?? a.branches,
        others: [...a.others, ...b.others],
      })),
    )
    .filter(({ events }) => events === undefined || events.size > 0)
    .slice(0, MAX_CASES);
  return { ...inner, cases, event: inner.event ?? around.event, target: inner.target ?? around.target };
}

function intersection(
  a: ReadonlySet<string> | undefined,
  b: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return new Set([...a].filter((it) => b.has(it)));
}

/** Whenever the later one holds, the earlier one does; what says nothing of events is looked at for a push. */
export function covers(earlier: Condition, later: Condition): boolean {
  return later.cases.every((after) =>
    earlier.cases.some((before) => {
      const events = after.events ?? ["push"];
      if (before.events !== undefined && ![...events].every((it) => before.events?.has(it) === true)) return false;
      const branches = before.branches;
      if (branches !== undefined && after.branches?.every((it) => branches.includes(it)) !== true) return false;
      return before.others.every((it) => after.others.includes(it));
    }),
  );
}

/** Only a person can make it hold. */
export function isByHand({ cases }: Condition): boolean {
  return (
    cases.length > 0 &&
    cases.every(({ events }) => events !== undefined && [...events].every((it) => TRIGGERS[it] === "manual"))
  );
}

/** No run that a change starts has both. */
export function areApart(one: Condition, other: Condition): boolean {
  const changes = (it: Condition) => {
    const events = it.cases.flatMap(({ events }) => [...(events ?? BY_CHANGE)]);
    return new Set(events.filter((event) => BY_CHANGE.some((change) => change === event)));
  };
  const seen = changes(one);
  return [...changes(other)].every((it) => !seen.has(it));
}

export function triggersOf(conditions: readonly Condition[]): ReadonlySet<Trigger> {
  const events = conditions.flatMap(({ cases }) =>
    cases.flatMap(({ events, isOpen }) =>
      isOpen ? BY_CHANGE.filter((it) => events?.has(it) !== false) : [...(events ?? BY_CHANGE)],
    ),
  );
  return new Set(events.map((it) => (Object.hasOwn(TRIGGERS, it) ? TRIGGERS[it] : undefined) ?? "other"));
}
