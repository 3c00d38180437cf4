/** Label sets and selectors with three answers: matches, does not, cannot be known. */
import type { Field } from "../../model/facts.ts";
import { ifKnown } from "../../model/practice.ts";
import { templateText } from "./template-text.ts";

/** Labels as far as they are written; `open` when there may be others. */
export interface LabelSet {
  readonly pairs: ReadonlyMap<string, string>;
  /** Keys that are there with a value that is not known, and the expression for it where that can be compared. */
  readonly unknown: ReadonlyMap<string, string | undefined>;
  readonly open: boolean;
  /** All of it comes out of this one expression. */
  readonly whole: string | undefined;
}

const NOTHING_UNKNOWN: ReadonlyMap<string, string | undefined> = new Map();

export function labelSetOf(labels: Field): LabelSet {
  const pairs = new Map<string, string>();
  let unknown = NOTHING_UNKNOWN;
  for (const [key, value] of labels.writtenEntries()) {
    const text = value.presence === "present" ? value.text() : undefined;
    if (value.presence === "unknown") unknown = new Map([...unknown, [key, templateText(value)]]);
    else if (text !== undefined) pairs.set(key, text);
  }
  const open = labels.presence === "unknown" || ifKnown(() => labels.entries()) === undefined;
  return { pairs, unknown, open, whole: templateText(labels) };
}

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** A selector as data. `open` when a template may add to it. */
export interface Selector {
  readonly pairs: ReadonlyMap<string, string>;
  readonly unknown: ReadonlyMap<string, string | undefined>;
  readonly expressions: readonly Expression[];
  readonly open: boolean;
  /** All of it, expressions apart, comes out of this one template expression. */
  readonly whole?: string | undefined;
}

export const EVERYTHING: Selector = { pairs: new Map(), unknown: new Map(), expressions: [], open: false };
export const UNKNOWN_SELECTOR: Selector = { ...EVERYTHING, open: true };

/** A plain map of labels, as a Service has. `undefined` when it selects nothing: absent or empty. */
export function plainSelector(labels: Field): Selector | undefined {
  if (labels.presence === "absent") return undefined;
  const set = labelSetOf(labels);
  if (set.pairs.size === 0 && set.unknown.size === 0 && !set.open) return undefined;
  return { ...set, expressions: [] };
}

/** A LabelSelector. `undefined` when absent; an empty one selects everything. */
export function labelSelector(selector: Field): Selector | undefined {
  if (selector.presence === "absent") return undefined;
  if (selector.presence === "unknown") return UNKNOWN_SELECTOR;
  const set = labelSetOf(selector.at("matchLabels"));
  const items = selector.at("matchExpressions");
  const expressions: Expression[] = [];
  let elsewhere = ifKnown(() => selector.entries()) === undefined || ifKnown(() => items.items()) === undefined;
  for (const item of items.writtenItems()) {
    const read = ifKnown(() => ({
      key: item.at("key").text() ?? "",
      operator: item.at("operator").text() ?? "",
      values: item
        .at("values")
        .items()
        .map((value) => value.text() ?? ""),
    }));
    if (read === undefined) elsewhere = true;
    else expressions.push(read);
  }
  return {
    pairs: set.pairs,
    unknown: set.unknown,
    expressions,
    open: set.open || elsewhere,
    whole: elsewhere ? undefined : set.whole,
  };
}

/** Does the selector match: `undefined` when a value that is not known decides. */
export function matches(selector: Selector, labels: LabelSet): boolean | undefined {
  let sure = !selector.open || (selector.whole !== undefined && selector.whole === labels.whole);
  for (const [key, value] of selector.pairs) {
    const has = labels.pairs.get(key);
    if (has === value) continue;
    if (has !== undefined) return false;
    if (!labels.unknown.has(key) && !labels.open) return false;
    sure = false;
  }
  for (const [key, expression] of selector.unknown) {
    if (expression !== undefined && expression === labels.unknown.get(key)) continue;
    if (!labels.pairs.has(key) && !labels.unknown.has(key) && !labels.open) return false;
    sure = false;
  }
  for (const expression of selector.expressions) {
    const answer = matchesExpression(expression, labels);
    if (answer === false) return false;
    if (answer === undefined) sure = false;
  }
  return sure ? true : undefined;
}

function matchesExpression(expression: Expression, labels: LabelSet): boolean | undefined {
  const has = labels.pairs.get(expression.key);
  const unknown = has === undefined && (labels.unknown.has(expression.key) || labels.open);
  switch (expression.operator) {
    case "In":
      return has !== undefined ? expression.values.includes(has) : unknown ? undefined : false;
    case "NotIn":
      return has !== undefined ? !expression.values.includes(has) : unknown ? undefined : true;
    case "Exists":
      return has !== undefined || labels.unknown.has(expression.key) ? true : unknown ? undefined : false;
    case "DoesNotExist":
      return has !== undefined || labels.unknown.has(expression.key) ? false : unknown ? undefined : true;
    default:
      return undefined;
  }
}

/**
 * Calico's selector language as far as it is commonly used: `all()`, `has(a)`, `!has(a)`, `a == "b"`, `a != "b"`,
 * `a in {"b"}`, joined by `&&`. Anything else is unknown.
 */
export function calicoSelector(selector: Field): Selector {
  const text =
    selector.presence === "present"
      ? (selector.text() ?? "").trim()
      : selector.presence === "absent"
        ? "all()"
        : undefined;
  if (text === undefined) return UNKNOWN_SELECTOR;
  if (text === "" || text === "all()") return EVERYTHING;
  const pairs = new Map<string, string>();
  const expressions: Expression[] = [];
  for (const part of text.split("&&").map((one) => one.trim())) {
    const compare = /^([\w./-]+)\s*(==|!=)\s*["']([^"']*)["']$/.exec(part);
    const has = /^(!?)\s*has\(\s*([\w./-]+)\s*\)$/.exec(part);
    const within = /^([\w./-]+)\s+(in|not in)\s+\{([^}]*)\}$/.exec(part);
    if (compare !== null && compare[2] === "==") pairs.set(compare[1] ?? "", compare[3] ?? "");
    else if (compare !== null)
      expressions.push({ key: compare[1] ?? "", operator: "NotIn", values: [compare[3] ?? ""] });
    else if (has !== null)
      expressions.push({ key: has[2] ?? "", operator: has[1] === "!" ? "DoesNotExist" : "Exists", values: [] });
    else if (within !== null) {
      const values = (within[3] ?? "").split(",").map((value) => value.trim().replace(/^["']|["']$/g, ""));
      expressions.push({ key: within[1] ?? "", operator: within[2] === "in" ? "In" : "NotIn", values });
    } else if (part !== "all()") return UNKNOWN_SELECTOR;
  }
  return { pairs, unknown: new Map(), expressions, open: false };
}
