/** Which objects of a build something is meant for. */
import { allEntries } from "../../tree/read.ts";
import { isOfType, type ObjectId, type TypePattern } from "./identity.ts";
import type { Item } from "./item.ts";
import { find, type Spot, textOf } from "./nodes.ts";
import { invalid } from "./refusal.ts";

export type Selector = (item: Item) => boolean;

const FIELDS = ["group", "version", "kind", "name", "namespace"] as const;

/** The `target` of a patch: each field is a pattern for the whole of what it is compared with. */
export function patternSelector(target: Spot): Selector {
  const [group, version, kind, name, namespace] = FIELDS.map((field) => patternOf(target.at(field)));
  const labels = labelSelector(target, "labelSelector", "labels");
  const annotations = labelSelector(target, "annotationSelector", "annotations");
  return (item) => {
    const { id, originalId } = item;
    return (
      matches(namespace, originalId.namespace, id.namespace) &&
      matches(name, originalId.name, id.name) &&
      matches(group, id.group) &&
      matches(version, id.version) &&
      matches(kind, id.kind) &&
      labels(item) &&
      annotations(item)
    );
  };
}

function matches(pattern: RegExp | undefined, ...texts: readonly string[]): boolean {
  return pattern === undefined || texts.some((text) => pattern.test(text));
}

function patternOf(spot: Spot | undefined): RegExp | undefined {
  const text = textOf(spot?.node);
  return text === "" ? undefined : wholePattern(text, spot);
}

/** A regular expression as the tool reads it. Those that could take forever are not tried. */
export function wholePattern(text: string, spot: Spot | undefined, behind = ""): RegExp {
  if (/\([^()]*[*+}][^()]*\)\s*[*+{]/.test(text) || text.length > 1_000) throw invalid(text, spot?.place);
  try {
    return new RegExp(`^(?:${text})${behind}$`, "u");
  } catch {
    try {
      // Escapes that need none are let through where Unicode is not asked for.
      return new RegExp(`^(?:${text})${behind}$`);
    } catch {
      throw invalid(text, spot?.place);
    }
  }
}

/** What a replacement names: each field as it is, or left out. */
export interface IdPattern extends TypePattern {
  readonly name: string;
  readonly namespace: string;
}

export function idPattern(spot: Spot): IdPattern {
  const [group = "", version = "", kind = "", name = "", namespace = ""] = FIELDS.map((field) =>
    textOf(spot.at(field)?.node),
  );
  return { group, version, kind, name, namespace };
}

export function isEmptyPattern(pattern: IdPattern): boolean {
  return FIELDS.every((field) => !pattern[field]);
}

/** Whether anything that the object is or was called fits. */
export function fits(item: Item, pattern: IdPattern): boolean {
  return item.ids.some(
    (id: ObjectId) =>
      (pattern.name === "" || pattern.name === id.name) &&
      (pattern.namespace === "" || pattern.namespace === id.namespace) &&
      isOfType(id, pattern),
  );
}

/** `app=web,tier in (a, b),!canary` over labels or annotations. */
export function labelSelector(target: Spot, field: string, over: "labels" | "annotations"): Selector {
  const spot = target.at(field);
  const text = textOf(spot?.node).trim();
  if (text === "") return () => true;
  const requirements = (text.match(/(?:[^,(]|\([^)]*\))+/g) ?? []).map((one) => requirement(one.trim(), spot));
  return (item) => {
    const labels = find(item.tree, "metadata", over);
    const values = new Map(
      labels?.kind === "map" ? allEntries(labels).map((entry) => [entry.key, textOf(entry.value)] as const) : [],
    );
    return requirements.every((test) => test(values));
  };
}

type Requirement = (labels: ReadonlyMap<string, string>) => boolean;

function requirement(text: string, spot: Spot | undefined): Requirement {
  const exists = /^(!?)\s*([\w./-]+)$/.exec(text);
  if (exists !== null) return (labels) => labels.has(exists[2] ?? "") === (exists[1] === "");
  const equals = /^([\w./-]+)\s*(==|=|!=|>|<)\s*([\w.-]*)$/.exec(text);
  if (equals !== null) {
    const [, key = "", operator, value = ""] = equals;
    switch (operator) {
      case "!=":
        return (labels) => labels.get(key) !== value;
      case ">":
        return (labels) => Number(labels.get(key) ?? Number.NaN) > Number(value);
      case "<":
        return (labels) => Number(labels.get(key) ?? Number.NaN) < Number(value);
      default:
        return (labels) => labels.get(key) === value;
    }
  }
  const among = /^([\w./-]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text);
  if (among === null) throw invalid(text, spot?.place);
  const [, key = "", operator, list = ""] = among;
  const values = new Set(list.split(",").map((value) => value.trim()));
  return (labels) => {
    const value = labels.get(key);
    return operator === "in" ? value !== undefined && values.has(value) : value === undefined || !values.has(value);
  };
}
