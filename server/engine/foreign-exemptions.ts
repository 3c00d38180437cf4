/**
 * Exemptions that are written for other tools, on the objects that they speak of: annotations of kube-linter and
 * Checkov, whose values carry a reason. Those of tools that take none (`kube-score/ignore`, Polaris) excuse nothing here.
 */
import { RULES } from "../../model/exemptions.ts";
import type { Resource, Workload } from "../../model/facts.ts";

export interface ForeignExemption {
  readonly tool: "kube-linter" | "Checkov";
  readonly reason: string;
}

/** What excuses the object, or the pods that it makes, from what the practice asks for. */
export function foreignExemption(resource: Resource, practice: string): ForeignExemption | undefined {
  const rules = RULES[practice]?.split(" ");
  if (rules === undefined) return undefined;
  const maps = "podAnnotations" in resource ? [(resource as Workload).podAnnotations] : [];
  for (const annotations of [resource.annotations, ...maps]) {
    for (const [key, value] of annotations.writtenEntries()) {
      const found = read(key, value.source ?? "");
      if (found === undefined || found.reason === "") continue;
      if (found.rule === undefined ? rules.some((rule) => !isCheckov(rule)) : rules.includes(found.rule))
        return { tool: found.tool, reason: found.reason };
    }
  }
  return undefined;
}

/** The rule that an annotation excuses from; all of its tool's where it names none. */
function read(key: string, value: string): (ForeignExemption & { readonly rule: string | undefined }) | undefined {
  const text = value.trim();
  if (key === "kube-linter.io/ignore-all") return { tool: "kube-linter", rule: undefined, reason: text };
  const check = /^ignore-check\.kube-linter\.io\/(.+)$/.exec(key)?.[1];
  if (check !== undefined) return { tool: "kube-linter", rule: check, reason: text };
  if (!/^checkov\.io\/skip\d+$/.test(key)) return undefined;
  const [, rule, reason] = /^([A-Z0-9_]+)\s*=\s*(.*)$/s.exec(text) ?? [];
  return rule === undefined ? undefined : { tool: "Checkov", rule, reason: (reason ?? "").trim() };
}

function isCheckov(rule: string): boolean {
  return rule.startsWith("CKV");
}
