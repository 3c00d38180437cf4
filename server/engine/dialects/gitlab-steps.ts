/** What a GitLab job does: the lines of its scripts, its images, and what it is by default. */
import type { Field, Job, PipelineGap } from "../../../model/facts.ts";
import type { Environment, Sighting } from "../capabilities.ts";
import { follow } from "../indirection.ts";
import { flattened, retold } from "./gitlab-field.ts";
import type { Assembly, Template } from "./gitlab-includes.ts";
import { isPreparation, type Line, readLines, withVariables } from "./gitlab-script.ts";
import type { JobVariables } from "./gitlab-variables.ts";
import type { StepParts } from "./pipeline.ts";
import type { PipelineFiles } from "./pipelines.ts";

const MAX_ITEMS = 500;

interface Surroundings {
  readonly assembly: Assembly;
}

interface Parts {
  readonly body: Field;
  readonly variables: JobVariables;
}

/** Where gaps are noted, and files looked up. */
interface Sink {
  readonly files: PipelineFiles;
  readonly folder: string;
  readonly gaps: PipelineGap[];
}

/** A keyword of the job itself, or what is usual for all jobs. */
export function usual(key: string, body: Field, { assembly }: Surroundings): Field {
  const own = body.at(key);
  const inherited = body.at("inherit", "default");
  const isOff =
    inherited.kind === "list"
      ? !inherited.writtenItems().some((it) => it.source === key)
      : inherited.source === "false";
  if (own.presence !== "absent" || isOff) return own;
  const { root } = assembly.config;
  const all = root.at("default", key);
  if (all.presence !== "absent") return all;
  return root.at(key).presence === "absent" ? own : root.at(key);
}

export function imageOf(image: Field): Field {
  return image.kind === "map" ? image.at("name") : image;
}

export function imagesOf(job: Job, body: Field, around: Surroundings, variables: JobVariables): readonly Field[] {
  const services = flattened(usual("services", body, around), MAX_ITEMS).map(imageOf);
  return [job.image, ...services.map((it) => filledIn(it, variables))];
}

/** A value with its variables replaced; one that is a variable and no more is that variable's own. */
export function filledIn(field: Field, { environment, fieldOf }: JobVariables): Field {
  const text = field.presence === "absent" ? undefined : field.source;
  if (text?.includes("$") !== true) return field;
  const alone = /^\s*\$(?:(\w+)|\{(\w+)\})\s*$/.exec(text);
  const name = alone?.[1] ?? alone?.[2];
  const set = name === undefined ? undefined : fieldOf(name);
  if (set?.source !== undefined && name !== undefined && environment(name) === set.source) return set;
  return retold(field, withVariables(text, environment));
}

export function templateStep(template: Template, body: Field, environment: Environment): StepParts {
  const { field, inputs } = template;
  const base = { body, place: field.place, displayName: field.source ?? "", commands: [], uses: field } as const;
  return { ...base, kind: "include", inputs, environment, disabled: false, tolerated: false };
}

export function stepsOf(draft: Parts, job: Job, around: Surroundings, reading: Sink): readonly StepParts[] {
  const { body, variables } = draft;
  if (body.at("trigger").presence !== "absent") return [];
  const { environment } = variables;
  const hooks = usual("hooks", body, around).at("pre_get_sources_script");
  const main = [usual("before_script", body, around), body.at("script")].flatMap((it) => flattened(it));
  const first = readLines(flattened(hooks), environment);
  const then = readLines(main, environment);
  const last = readLines(flattened(usual("after_script", body, around)), environment);
  const called = identityOf(body, around, environment);
  const make = (lines: readonly Line[], tolerated: boolean) => linesOf(lines, tolerated, draft, job, reading);
  const runs = flattened(body.at("run"), MAX_ITEMS).map((it) => runStep(it, environment, job, reading));
  const steps = [...make(first, false), ...make(then, false), ...runs, ...make(last, true)];
  const [head, ...others] = steps;
  return head === undefined || called.length === 0 ? steps : [{ ...head, called }, ...others];
}

function linesOf(
  lines: readonly Line[],
  tolerated: boolean,
  { body, variables }: Parts,
  job: Job,
  reading: Sink,
): readonly StepParts[] {
  const { environment } = variables;
  const before: Line["commands"][number][] = [];
  return lines.map(({ field, commands }) => {
    const followed = follow([...before, ...commands], reading.folder, reading.files, environment);
    before.push(...commands.filter(isPreparation));
    if (!job.disabled) {
      reading.gaps.push(...followed.missing.map((it) => ({ ...it, reason: "missing" as const })));
      for (const { words, place } of commands)
        if (/^\$(?:\w+|\{\w+\})$/.test(words[0] ?? ""))
          reading.gaps.push({ place, reason: "computed", name: words[0] ?? "" });
    }
    return {
      body: field,
      place: field.place,
      displayName: field.source?.trim().split("\n", 1)[0] ?? "",
      commands,
      followed,
      uses: body.at("nothing"),
      kind: "include",
      inputs: body.at("nothing"),
      environment,
      disabled: false,
      tolerated,
    };
  });
}

/** An entry of `run`: a script, or a step that is kept elsewhere. */
function runStep(step: Field, environment: Environment, job: Job, reading: Sink): StepParts {
  const uses = [step.at("step"), step.at("func")].find((it) => it.presence !== "absent");
  const [line] = readLines([step.at("script")], environment);
  const commands = line?.commands ?? [];
  if (uses !== undefined && !job.disabled)
    reading.gaps.push({ place: uses.place, reason: "remote", name: uses.source ?? step.at("name").source ?? "" });
  const followed = follow(commands, reading.folder, reading.files, environment);
  if (!job.disabled) reading.gaps.push(...followed.missing.map((it) => ({ ...it, reason: "missing" as const })));
  return {
    body: step,
    place: step.at("name").presence === "absent" ? step.place : step.at("name").place,
    displayName: step.at("name").source ?? "",
    commands,
    followed,
    uses: uses ?? step.at("nothing"),
    kind: "include",
    inputs: step.at("inputs"),
    environment,
    disabled: false,
    tolerated: false,
  };
}

/** What the job's own identity, and the runner's own papers on what it made, give. */
function identityOf(body: Field, around: Surroundings, environment: Environment): readonly Sighting[] {
  const tokens = usual("id_tokens", body, around);
  const found: Sighting[] = [];
  const base = { gating: true, half: undefined } as const;
  const audiences = tokens.writtenEntries().flatMap(([, it]) => flattened(it.at("aud"), MAX_ITEMS));
  // A token for signing alone opens nothing.
  if (audiences.some((it) => it.source !== "sigstore"))
    found.push({
      ...base,
      name: "oidc",
      tool: "id_tokens",
      place: { ...tokens.place, onKey: true },
      text: "id_tokens",
    });
  const papers = "RUNNER_GENERATE_ARTIFACTS_METADATA";
  const artifacts = usual("artifacts", body, around);
  if (environment(papers)?.toLowerCase() === "true" && artifacts.presence !== "absent")
    found.push({
      ...base,
      name: "provenance",
      tool: "gitlab-runner",
      place: { ...artifacts.place, onKey: true },
      text: papers,
    });
  return found;
}
