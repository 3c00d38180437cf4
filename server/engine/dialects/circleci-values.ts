/** What `<< parameters.tag >>` and the conditions of a CircleCI configuration stand for. */
import type { Field } from "../../../model/facts.ts";
import { type Expansion, expanded, fillIn } from "./expanded.ts";
import { textOf } from "./written.ts";

/** The value of `parameters.tag`, `pipeline.parameters.tag`, `pipeline.trigger_source`; nothing for one that is not known. */
export type Values = (name: string) => Field | string | undefined;

export const NAME = /^(?:parameters|pipeline|matrix)\.[\w.-]+$/;
const WHOLE = /^\s*<<\s*([\w.-]+)\s*>>\s*$/;

/** What is not known stays as it is written. */
export function expansionOf(values: Values): Expansion {
  const value = (name: string): string | undefined => {
    if (!NAME.test(name)) return undefined;
    const found = values(name);
    if (typeof found === "string") return found;
    return found?.source ?? (found?.presence === "absent" ? "" : undefined);
  };
  const markers = [{ open: "<<", close: ">>", value }];
  return {
    fill: (text) => (text.includes("<<") ? fillIn(text, markers) : undefined),
    whole: (text) => {
      const name = WHOLE.exec(text)?.[1];
      const found = name === undefined || !NAME.test(name) ? undefined : values(name);
      return typeof found === "string" || found?.presence === "absent" ? undefined : found;
    },
  };
}

/** Parameters as they are given, else by their default. What the caller gives is in the caller's own terms. */
export function parametersOf(declared: Field, given: Values, around: Values): Values {
  return (name) => {
    if (!name.startsWith("parameters.")) return around(name);
    const parameter = name.slice("parameters.".length);
    const value = given(parameter);
    if (value !== undefined) return value;
    const fallback = declared.at(parameter, "default");
    return fallback.presence === "absent" && fallback.source === undefined ? undefined : fallback;
  };
}

/** What a call gives, by the name of the parameter. */
export function givenBy(args: Field | undefined): Values {
  return (name) => {
    const value = args?.at(name);
    return value === undefined || value.presence === "absent" ? undefined : value;
  };
}

/** What a matrix gives: one value, or any of several. */
export function givenByMatrix(args: Field): Values {
  const own = givenBy(args);
  return (name) => {
    const values = args.at("matrix", "parameters", name).writtenItems();
    if (values.length === 0) return own(name);
    return values.length === 1 ? values[0] : `<< matrix.${name} >>`;
  };
}

/** Values of the whole pipeline: its parameters by their defaults, `undefined` where each run may have its own. */
export function pipelineValues(declared: Field, fixed: boolean): Values {
  const prefix = "pipeline.parameters.";
  return (name) => {
    if (!name.startsWith(prefix) || !fixed) return undefined;
    const value = declared.at(name.slice(prefix.length), "default");
    return value.presence === "absent" ? undefined : value;
  };
}

const UNKNOWN = /<<\s*(?:parameters|pipeline|matrix)\./;
const MAX_DEPTH = 20;

/** Does a condition hold; nothing where that is not known. */
export function conditionHolds(condition: Field, values: Values): boolean | undefined {
  return holds(expanded(condition, expansionOf(values)), 0);
}

/** A condition whose expressions are filled in already. */
export function holds(condition: Field, depth = 0): boolean | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (condition.kind === "map") {
    const all = condition.writtenEntries().map(([operator, it]) => operatorHolds(operator, it, depth + 1));
    return conjunction(all);
  }
  if (condition.kind === "list") return condition.writtenItems().length > 0;
  const text = condition.source?.trim();
  if (text === undefined) return condition.presence === "absent" ? false : undefined;
  if (UNKNOWN.test(text)) return undefined;
  return !/^(?:false|null|~|0|nan|)$/i.test(text);
}

function operatorHolds(operator: string, value: Field, depth: number): boolean | undefined {
  const each = () => value.writtenItems().map((it) => holds(it, depth));
  switch (operator) {
    case "and":
      return conjunction(each());
    case "or":
      return negated(conjunction(each().map(negated)));
    case "not":
      return negated(holds(value, depth));
    case "equal": {
      const texts = value.writtenItems().map((it) => it.source);
      if (texts.some((it) => it === undefined || UNKNOWN.test(it))) return undefined;
      return texts.every((it) => it === texts[0]);
    }
    case "matches": {
      const text = textOf(value.at("value"));
      return text === undefined || UNKNOWN.test(text) ? undefined : matches(textOf(value.at("pattern")), text);
    }
    default:
      return undefined;
  }
}

/** Only plain prefixes are looked at: an expression of somebody else's could take any time. */
function matches(pattern: string | undefined, text: string): boolean | undefined {
  const plain = pattern === undefined ? undefined : /^\^?([\w/-]+)\$?$/.exec(pattern)?.[1];
  return plain === undefined ? undefined : text.includes(plain);
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function conjunction(values: readonly (boolean | undefined)[]): boolean | undefined {
  if (values.includes(false)) return false;
  return values.includes(undefined) ? undefined : true;
}
