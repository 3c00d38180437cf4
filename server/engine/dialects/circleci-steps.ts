/** The steps of CircleCI's jobs and commands: local commands are read where they are called, orbs by the lexicon. */
import type { Field, PipelineGap, PipelineReference } from "../../../model/facts.ts";
import { commandsOfReference, type Environment, sightingsOfReference } from "../capabilities.ts";
import { join } from "../indirection.ts";
import { readCommands, type ShellOptions } from "../shell.ts";
import { expansionOf, givenBy, holds, NAME, parametersOf, type Values } from "./circleci-values.ts";
import { expanded, saying } from "./expanded.ts";
import type { StepParts } from "./pipeline.ts";
import type { PipelineFiles } from "./pipelines.ts";
import { versionedReference } from "./references.ts";
import { commandStep, isAbsent, isTrue, keyOf, readAround, textOf, variablesOf } from "./written.ts";

const MAX_DEPTH = 10;
const MAX_STEPS = 2_000;

/** What is gathered while a workflow is read. */
export interface Reading {
  readonly files: PipelineFiles;
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
  /** Orbs whose reference was noted. */
  readonly orbs: Set<string>;
  readonly values: Values;
}

/** What a name stands for: a definition with those beside it, or something that an orb of somebody else's holds. */
export type Definition =
  | { readonly body: Field; readonly beside: Field }
  | { readonly orb: Field; readonly name: string }
  | undefined;

/** Finds a job, command or executor by its name; `beside` holds the definitions that the name is of. */
export function definitionOf(beside: Field, kind: "jobs" | "commands" | "executors", name: string): Definition {
  const own = beside.at(kind, name);
  if (own.presence !== "absent") return { body: own, beside };
  const slash = name.indexOf("/");
  if (slash < 0) return undefined;
  const orb = beside.at("orbs", name.slice(0, slash));
  if (orb.kind === "map") return definitionOf(orb, kind, name.slice(slash + 1));
  return isAbsent(orb) ? undefined : { orb, name: name.slice(slash + 1) };
}

/** Notes that an orb is used, and gives its command or job as the lexicon writes it. */
export function orbReference(found: { readonly orb: Field; readonly name: string }, reading: Reading): string {
  const reference = versionedReference(found.orb, {
    kind: "orb",
    separator: "@",
    own: (name) => name.startsWith("circleci/"),
  });
  const name = reference?.name ?? "";
  if (reference !== undefined && !reading.orbs.has(name)) {
    reading.orbs.add(name);
    reading.references.push(reference);
  }
  return `${name}/${found.name}`;
}

/** What holds for the steps of a job or command. */
export interface Around {
  /** The definitions that names are of. */
  readonly beside: Field;
  readonly environment: Environment;
  readonly shell: Field;
  readonly directory: string;
  /** Where the code is checked out, as the configuration writes it. */
  readonly home: string;
  readonly disabled: boolean;
  /** Commands that led here. */
  readonly stack: readonly string[];
}

const OWN =
  /^(?:checkout|setup_remote_docker|save_cache|restore_cache|store_artifacts|store_test_results|persist_to_workspace|attach_workspace|add_ssh_keys)$/;

/** The steps of a list whose expressions are filled in. */
export function stepsOf(list: Field, reading: Reading, around: Around): readonly StepParts[] {
  const found: StepParts[] = [];
  for (const item of list.writtenItems()) {
    if (found.length >= MAX_STEPS) break;
    if (item.kind === "list") found.push(...stepsOf(item, reading, around));
    else if (item.kind === "map") {
      for (const [name, value] of item.writtenEntries()) found.push(...stepOf(name, item, value, reading, around));
    } else if (textOf(item) !== undefined) found.push(...stepOf(textOf(item) ?? "", item, undefined, reading, around));
  }
  return found.slice(0, MAX_STEPS);
}

function stepOf(
  name: string,
  item: Field,
  value: Field | undefined,
  reading: Reading,
  around: Around,
): readonly StepParts[] {
  if ((name === "run" || name === "deploy") && value !== undefined) return [runStep(item, value, reading, around)];
  if ((name === "when" || name === "unless") && value?.kind === "map") {
    const held = holds(value.at("condition"));
    const disabled = around.disabled || (held !== undefined && held !== (name === "when"));
    return stepsOf(value.at("steps"), reading, { ...around, disabled });
  }
  if (name === "steps" && value !== undefined) return stepsOf(value, reading, around);
  const place = value === undefined ? item.place : keyOf(value);
  const setting = { files: reading.files, gaps: reading.gaps, ...around };
  const base = { body: item, place, displayName: name, disabled: around.disabled, tolerated: false };
  if (OWN.test(name)) return [commandStep(base, [], setting)];
  if (around.stack.includes(name) || around.stack.length >= MAX_DEPTH) return [];
  const found = definitionOf(around.beside, "commands", name);
  if (found === undefined) {
    if (!around.disabled) reading.gaps.push({ place, reason: "missing", name });
    return [commandStep(base, [], setting)];
  }
  if ("body" in found) {
    const values = parametersOf(found.body.at("parameters"), givenBy(value), reading.values);
    const steps = expanded(found.body.at("steps"), expansionOf(values));
    return stepsOf(steps, reading, { ...around, beside: found.beside, stack: [...around.stack, name] });
  }
  const uses = saying(value ?? item, orbReference(found, reading), place);
  const inputs = value ?? item.at("with");
  const own = commandStep(
    { ...base, uses, kind: "orb", inputs },
    commandsOfReference("orb", uses, inputs, { pipefail: true }),
    setting,
  );
  return [own, ...givenSteps(inputs, reading, around)];
}

/** Steps that are handed to an orb's command or job for it to run. */
export function givenSteps(inputs: Field, reading: Reading, around: Around): readonly StepParts[] {
  const lists = inputs.writtenEntries().flatMap(([name, it]) => (/^(?:pre|post)-steps$/.test(name) ? [] : [it]));
  return lists
    .filter((it) => it.kind === "list" && it.writtenItems().some((one) => one.at("run").presence !== "absent"))
    .flatMap((it) => stepsOf(it, reading, around));
}

const EXPRESSION = { open: "<<", close: ">>", name: NAME };

function runStep(item: Field, value: Field, reading: Reading, around: Around): StepParts {
  const command = value.kind === "map" ? value.at("command") : value;
  const shell = isAbsent(value.at("shell")) ? around.shell : value.at("shell");
  const environment = variablesOf(value.at("environment"), around.environment);
  const directory = folderOf(textOf(value.at("working_directory")), around.home, around.directory);
  const when = textOf(value.at("when"));
  const name = textOf(value.at("name"));
  // What runs in the background, or only after a failure, holds nothing up.
  const tolerated = isTrue(value.at("background")) || when === "on_fail";
  const place = name === undefined ? keyOf(command) : value.at("name").place;
  const setting = { files: reading.files, gaps: reading.gaps, environment, directory };
  const parts = { body: item, place, disabled: around.disabled, tolerated, inputs: value.at("with") };
  const commands = readAround(command, EXPRESSION, (it) => readCommands(it, shellOptions(textOf(shell))));
  return commandStep(name === undefined ? parts : { ...parts, displayName: name }, commands, setting);
}

/** CircleCI runs `bash -eo pipefail` unless a shell of one's own says otherwise. */
function shellOptions(shell: string | undefined): ShellOptions {
  if (shell === undefined || !/(?:^|[\\/])(?:ba|z|da|a)?sh(?:\s|$)/.test(shell)) return { pipefail: true };
  return { errexit: /\s-\w*e|errexit/.test(shell), pipefail: shell.includes("pipefail") };
}

/** The folder of the repository that a working directory means; the root where it is somewhere else. */
export function folderOf(written: string | undefined, home: string, around: string): string {
  if (written === undefined) return around;
  if (home !== "" && `${written}/`.startsWith(`${home}/`)) return join("", written.slice(home.length)) ?? "";
  const below = /^(?:~|\/home\/circleci|\/root)\/(?:project|repo)(?:\/(.*))?$/.exec(written);
  if (below !== null) return join("", below[1] ?? "") ?? "";
  return /^[~/$]/.test(written) ? "" : (join(around, written) ?? "");
}

/** A job of an orb as one step: what the lexicon knows of it, and the steps that it is handed. */
export function orbJobSteps(item: Field, uses: Field, inputs: Field, reading: Reading, around: Around) {
  const commands = commandsOfReference("orb", uses, inputs, { pipefail: true });
  const setting = { files: reading.files, gaps: reading.gaps, ...around };
  const parts = { body: item, place: uses.place, displayName: uses.source ?? "", uses, inputs, kind: "orb" } as const;
  const own = commandStep({ ...parts, disabled: around.disabled, tolerated: false }, commands, setting);
  const isKnown = commands.length > 0 || sightingsOfReference("orb", uses, inputs, around.environment).length > 0;
  return { isKnown, steps: [own, ...givenSteps(inputs, reading, around)] };
}
