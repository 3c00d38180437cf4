/** What is read off a list of outcomes. Such a list never changes, so it is read once. */
import type { Resource } from "../../model/facts.ts";
import { once } from "../../model/memo.ts";
import type { Practice } from "../../model/practice.ts";
import { type ObjectDocument, ResourceFact } from "./dialects/kubernetes.ts";
import type { Outcome } from "./outcome.ts";

/** Practices that one subject is enough for, and that these outcomes hold such a subject for. */
export const metOnce = once((outcomes: readonly Outcome[]): ReadonlySet<Practice> => {
  const good = outcomes.filter(({ state, counted }) => counted && (state === "met" || state === "waived"));
  return new Set(good.flatMap(({ practice }) => (practice.share === "any" ? [practice] : [])));
});

type ByObject = ReadonlyMap<ObjectDocument, ReadonlyMap<string, readonly Outcome[]>>;

const NONE: readonly never[] = [];

/** Outcomes that are about one object. */
export function about(outcomes: readonly Outcome[], object: Resource): readonly Outcome[] {
  if (!(object instanceof ResourceFact)) return NONE;
  return byObject(outcomes).get(object.read)?.get(object.path.join("/")) ?? NONE;
}

/** Outcomes by the object they are about: what it is read from, and its path there. */
const byObject = once((outcomes: readonly Outcome[]): ByObject => {
  const groups = new Map<ObjectDocument, Map<string, Outcome[]>>();
  for (const outcome of outcomes) {
    const fact = outcome.subject.fact;
    if (!(fact instanceof ResourceFact)) continue;
    const document = groups.get(fact.read) ?? new Map<string, Outcome[]>();
    groups.set(fact.read, document);
    const path = fact.path.join("/");
    const list = document.get(path);
    if (list === undefined) document.set(path, [outcome]);
    else list.push(outcome);
  }
  return groups;
});
