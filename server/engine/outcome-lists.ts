/** What is read off a list of outcomes. Such a list never changes, so it is read once. */
import type { DocumentRef } from "../../model/edit.ts";
import { once } from "../../model/memo.ts";
import type { Practice } from "../../model/practice.ts";
import { ResourceFact } from "./dialects/kubernetes.ts";
import type { Outcome } from "./outcomes.ts";

/** Practices that one subject is enough for, and that these outcomes hold such a subject for. */
export const metOnce = once((outcomes: readonly Outcome[]): ReadonlySet<Practice> => {
  const good = outcomes.filter(({ state, counted }) => counted && (state === "met" || state === "waived"));
  return new Set(good.flatMap(({ practice }) => (practice.share === "any" ? [practice] : [])));
});

type ByObject = ReadonlyMap<DocumentRef, ReadonlyMap<string, readonly Outcome[]>>;

/** Outcomes by the object they are about: its document, and its path there. */
export const byObject = once((outcomes: readonly Outcome[]): ByObject => {
  const groups = new Map<DocumentRef, Map<string, Outcome[]>>();
  for (const outcome of outcomes) {
    const fact = outcome.subject.fact;
    if (!(fact instanceof ResourceFact)) continue;
    const document = groups.get(fact.document) ?? new Map<string, Outcome[]>();
    groups.set(fact.document, document);
    const path = fact.place.path.join("/");
    const list = document.get(path);
    if (list === undefined) document.set(path, [outcome]);
    else list.push(outcome);
  }
  return groups;
});
