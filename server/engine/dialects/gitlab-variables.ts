/** Variables of a GitLab job, as far as the files say what they hold. */
import type { Field } from "../../../model/facts.ts";
import type { Environment } from "../capabilities.ts";
import type { Value } from "./gitlab-conditions.ts";
import { flattened } from "./gitlab-field.ts";
import { withVariables } from "./gitlab-script.ts";

const MAX_RULES = 300;
const MAX_HOPS = 5;

export interface JobVariables {
  /** What a variable holds in the shell of the job. */
  readonly environment: Environment;
  /** Where it is set, for one that is set to a text. */
  readonly fieldOf: (name: string) => Field | undefined;
  /** What a variable holds when rules are looked at; `undefined` where a person or a rule may set it. */
  readonly inRules: (name: string) => Value;
}

/** `outer`: what a pipeline that calls this one hands down. */
export function variablesOf(job: Field | undefined, root: Field, outer: JobVariables | undefined): JobVariables {
  const own = job?.at("variables");
  const inherited = job?.at("inherit", "variables");
  const varying = new Set([...ruled(root.at("workflow")), ...(job === undefined ? [] : ruled(job))]);
  const matrix = job?.at("parallel", "matrix");

  const fieldOf = (name: string): Field | undefined => {
    const global = isInherited(inherited, name) ? root.at("variables", name) : undefined;
    const found = [own?.at(name), global].find((it) => it !== undefined && it.presence !== "absent");
    return found === undefined ? outer?.fieldOf(name) : found.kind === "map" ? found.at("value") : found;
  };
  const written = (name: string): string | undefined => {
    const several = matrix === undefined ? [] : inMatrix(matrix, name);
    if (several.length > 0) return new Set(several).size === 1 ? several[0] : undefined;
    return varying.has(name) ? undefined : fieldOf(name)?.source;
  };
  const environment: Environment = (name) => {
    let value = written(name);
    for (let hops = 0; hops < MAX_HOPS && value?.includes("$") === true; hops += 1) {
      const next = withVariables(value, (it) => (it === name ? undefined : written(it)));
      if (next === value || next.length > 10_000) break;
      value = next;
    }
    return value;
  };
  const inRules = (name: string): Value => {
    const set = [own?.at(name), root.at("variables", name)].find((it) => it !== undefined && it.presence !== "absent");
    // One with a description is there to be set by whoever starts the pipeline.
    if (set?.kind === "map" && set.at("description").presence !== "absent") return undefined;
    const value = environment(name);
    return value?.includes("$") === true ? undefined : value;
  };
  return { environment, fieldOf, inRules };
}

function ruled(body: Field): readonly string[] {
  return flattened(body.at("rules"), MAX_RULES).flatMap((rule) =>
    rule
      .at("variables")
      .writtenEntries()
      .map(([name]) => name),
  );
}

function isInherited(inherited: Field | undefined, name: string): boolean {
  if (inherited === undefined || inherited.presence === "absent") return true;
  if (inherited.kind === "list") return inherited.writtenItems().some((it) => it.source === name);
  return inherited.source !== "false";
}

function inMatrix(matrix: Field, name: string): readonly string[] {
  return matrix
    .writtenItems()
    .map((it) => it.at(name))
    .flatMap((it) => flattened(it, MAX_RULES).map(({ source }) => source ?? ""));
}
