/** Outcomes in the words people read: message, subject, place. Shared by every feature that shows them. */
import type { Place } from "../../model/edit.ts";
import type { Folder, Namespace, Pipeline, Resource } from "../../model/facts.ts";
import type { Practice, Spot } from "../../model/practice.ts";
import { cellTitle, fill, say, type Texts } from "../../model/text/texts.ts";
import type { Config } from "../engine/config.ts";
import type { Subject } from "../engine/judge.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { Snapshot } from "../engine/workspace.ts";
import type { ReportSubject } from "./report-contract.ts";

/** What a practice says of one spot, without the cell in front. */
export function messageOf(texts: Texts, outcome: Outcome, spot: Spot | undefined): string {
  const text = texts.practices[outcome.practice.id];
  if (text === undefined) return outcome.practice.id;
  switch (outcome.state) {
    case "unknown":
      return say(texts, "finding.unknown", { practice: text.title });
    case "waived":
      return say(texts, "finding.waived", { practice: text.title, reason: outcome.reason ?? "" });
    case "not-applicable":
      return say(texts, "finding.notApplicable", { practice: text.title });
    case "met":
    case "unmet": {
      const template = text.messages[spot?.message ?? outcome.state] ?? text.messages[outcome.state] ?? text.title;
      return fill(template, { ...spot?.args });
    }
    default:
      return outcome.state satisfies never;
  }
}

/** "Security and Compliance · level 3, Security Scanning: …" */
export function fullMessage(texts: Texts, outcome: Outcome, spot: Spot | undefined, config: Config): string {
  const { practice } = outcome;
  return `${cellTitle(texts, practice.dimension, levelOf(practice, config))}: ${messageOf(texts, outcome, spot)}`;
}

/** The level a practice stands at, where the configuration may have moved it. */
export function levelOf(practice: Practice, config: Config): Practice["level"] {
  const set = config.practices.get(practice.id);
  return (set === "off" ? undefined : set?.level) ?? practice.level;
}

export function spotsOf(outcome: Outcome): readonly Spot[] {
  return "spots" in outcome.verdict ? outcome.verdict.spots : [];
}

/** What was judged, for a report. */
export function subjectOf(subject: Subject, spot?: Spot): ReportSubject {
  const container = spot?.container === undefined ? {} : { container: spot.container };
  switch (subject.kind) {
    case "workload":
    case "resource": {
      const resource = subject.fact as Resource;
      const namespace = resource.scope.startsWith("ns:") ? { namespace: resource.scope.slice(3) } : {};
      return { kind: resource.kind, name: resource.displayName, ...namespace, ...container };
    }
    case "pipeline":
      return { kind: "Pipeline", name: (subject.fact as Pipeline).displayName };
    case "namespace":
      return { kind: "Namespace", name: (subject.fact as Namespace).displayName };
    case "folder":
      return { kind: "Folder", name: (subject.fact as Folder).path || "." };
    case "repository":
      return { kind: "Repository", name: "" };
    case "workspace":
      return { kind: "Workspace", name: "" };
    default:
      return subject.kind satisfies never;
  }
}

/** The place that stands for the subject when a verdict names none. */
export function placeOf(subject: Subject): Place {
  return subject.fact.place;
}

/** The URI as reports have it: relative to the root, with the root's name in front where there are several. */
export function relativeUri(snapshot: Snapshot, uri: string, root?: string): string {
  const entry = snapshot.files.get(uri);
  if (entry === undefined) return "";
  if (entry.root === undefined) return besides(snapshot.roots[0]?.uri, uri) ?? entry.path;
  return root !== undefined || snapshot.roots.length === 1 ? entry.path : `${entry.root.name}/${entry.path}`;
}

/** What lies beside the checked folder, as the base of an overlay may, by the way from there. */
function besides(root: string | undefined, uri: string): string | undefined {
  if (root === undefined || !root.startsWith("file:") || !uri.startsWith("file:")) return undefined;
  const [from, to] = [root.split("/"), uri.split("/")];
  const common = from.findIndex((segment, at) => segment !== to[at]);
  const same = common < 0 ? from.length : common;
  return decodeURIComponent([...from.slice(same).map(() => ".."), ...to.slice(same)].join("/"));
}
