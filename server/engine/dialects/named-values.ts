/** Values under names that expressions of a pipeline ask for: parameters of Tekton and Argo Workflows, and what is made of them. */
import type { Field } from "../../../model/facts.ts";
import type { Environment } from "../capabilities.ts";
import { type Expansion, expanded } from "./expanded.ts";
import { textOf } from "./written.ts";

export type NamedValues = ReadonlyMap<string, Field>;

export const NO_VALUES: NamedValues = new Map();

/** Items such as `{name: tag, value: v1}` by their name; what has no value is left out. */
export function namedValues(list: Field, value = "value"): NamedValues {
  const found = new Map<string, Field>();
  for (const item of list.writtenItems()) {
    const name = textOf(item.at("name"));
    const field = item.at(value);
    if (name !== undefined && field.presence !== "absent") found.set(name, field);
  }
  return found;
}

/** The list of such items, as the map that it stands for. */
export function asMap(list: Field, values: NamedValues): Field {
  const none: Expansion = { fill: () => undefined, whole: () => undefined };
  const entries = [...values].map(([name, field]) => [name, field, none] as const);
  return expanded(list, { ...none, entries: () => entries });
}

/** Variables of a container's `env` over those around it; what a Secret or the like holds is not known. */
export function envOf(list: Field, around: Environment): Environment {
  const own = namedValues(list);
  return (name) => {
    const field = own.get(name);
    return field === undefined ? around(name) : textOf(field);
  };
}
