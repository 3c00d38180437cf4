/** What excuses an unmet verdict: an annotation, a comment, a waiver. */
import type { Namespace } from "../../model/facts.ts";
import type { Verdict } from "../../model/practice.ts";
import { type Config, waiverFor } from "./config.ts";
import { ResourceFact } from "./dialects/kubernetes.ts";
import type { Unit } from "./environments.ts";
import { foreignExemption } from "./foreign-exemptions.ts";
import type { Judged } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import type { WorldSnapshot } from "./snapshot.ts";
import { annotationSuppression, readSuppressions } from "./suppressions.ts";

/** An unmet verdict, or what excuses it: an annotation, a comment, a waiver. */
export function excuse(
  snapshot: WorldSnapshot,
  judged: Judged,
  verdict: Verdict & { state: "unmet" },
  entry: Unit | undefined,
  config: Config,
): Pick<Outcome, "state" | "reason" | "waiver" | "suppression" | "annotated"> {
  const { kind, fact } = judged.subject;
  const id = judged.practice.id;
  const object = kind === "namespace" ? (fact as Namespace).resource : fact;
  if (object instanceof ResourceFact && object.hasIgnores) {
    const annotation = annotationSuppression(object, id);
    if (annotation !== undefined) return { state: "waived", reason: annotation.reason, annotated: true };
    const foreign = foreignExemption(object, id);
    if (foreign !== undefined) return { state: "waived", reason: `${foreign.reason} (${foreign.tool})` };
  }
  for (const { place } of verdict.spots) {
    const file = snapshot.fileOf(place.document);
    // What a file declares is kept for as long as the file is, whatever is written in others.
    const own = file === entry || entry?.environment !== undefined;
    if (judged.subject.document !== undefined && kind !== "namespace" && !own) continue;
    if (file?.source?.text.includes("kmm-ignore") !== true) continue;
    const { line } = snapshot.rangeOf(place).start;
    const suppression = readSuppressions(file.source).find(id, line);
    if (suppression !== undefined) return { state: "waived", reason: suppression.reason, suppression };
  }
  if (config.waivers.length > 0) {
    const named =
      fact instanceof ResourceFact
        ? {
            kind: fact.kind,
            name: fact.displayName,
            namespace: fact.scope.startsWith("ns:") ? fact.scope.slice(3) : undefined,
          }
        : {};
    const declared = fact instanceof ResourceFact ? snapshot.fileOf(fact.document) : undefined;
    const path = declared?.path ?? entry?.path ?? "";
    const waiver = waiverFor(config, { practice: id, path, ...named });
    if (waiver !== undefined) return { state: "waived", reason: waiver.reason, waiver };
  }
  return { state: "unmet" };
}
