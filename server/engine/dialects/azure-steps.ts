/** The steps of Azure Pipelines, those of templates among them. */
import type { Field } from "../../../model/facts.ts";
import type { Environment } from "../capabilities.ts";
import { join } from "../indirection.ts";
import { readCommands } from "../shell.ts";
import { evaluate, truthOf, UNKNOWN } from "./azure-expressions.ts";
import { commandsOfTask, input, isOwnTask } from "./azure-tasks.ts";
import { openTemplate, type Reading, type Sheet } from "./azure-templates.ts";
import { MACROS, type Variables, withVariables } from "./azure-values.ts";
import type { StepParts } from "./pipeline.ts";
import { versionedReference } from "./references.ts";
import { commandStep, isAbsent, isTrue, keyOf, readAround, textOf, variablesOf } from "./written.ts";

export interface StepSetting {
  readonly variables: Variables;
  readonly disabled: boolean;
  /** Runs only when something failed, and so holds nothing up. */
  readonly afterFailure: boolean;
}

const SCRIPTS = ["script", "bash", "pwsh", "powershell"] as const;
const FOLDERS = ["workingDirectory", "cwd", "workDir"] as const;
const MAX_STEPS = 2_000;

/** Steps that are written in the file, or stand in templates that it names. */
export function stepsOf(list: Field, sheet: Sheet, reading: Reading, setting: StepSetting): readonly StepParts[] {
  const found: StepParts[] = [];
  for (const item of list.writtenItems()) {
    if (found.length >= MAX_STEPS) break;
    if (item.at("template").presence !== "absent") found.push(...templateSteps(item, sheet, reading, setting));
    else if (item.kind === "map") found.push(stepOf(item, reading, setting));
    else if (item.kind === "scalar" && !setting.disabled)
      reading.gaps.push({ place: item.place, reason: "computed", name: item.source ?? "" });
  }
  return found.slice(0, MAX_STEPS);
}

function templateSteps(item: Field, sheet: Sheet, reading: Reading, setting: StepSetting): readonly StepParts[] {
  const opened = openTemplate(item, sheet, reading, setting.disabled);
  if (opened !== undefined) return stepsOf(opened.body.at("steps"), opened, reading, setting);
  const template = item.at("template");
  const { disabled } = setting;
  const parts = { body: item, place: template.place, displayName: template.source ?? "", uses: template, disabled };
  return [commandStep({ ...parts, tolerated: false }, [], settingOf(item, reading, setting))];
}

function stepOf(written: Field, reading: Reading, around: StepSetting): StepParts {
  const body = withVariables(written, around.variables);
  const script = SCRIPTS.map((it) => body.at(it)).find((it) => it.presence !== "absent");
  const task = body.at("task");
  const inputs = body.at("inputs");
  const name = body.at("displayName");
  const point = script ?? (isAbsent(task) ? undefined : task);
  const reference = versionedReference(task, { kind: "task", separator: "@", own: isOwnTask });
  if (reference !== undefined) reading.references.push(reference);
  const commands =
    script === undefined
      ? commandsOfTask(task, inputs)
      : readAround(script, MACROS, (it) => readCommands(it, { errexit: false }));
  const first = body.writtenEntries()[0];
  const place =
    textOf(name) !== undefined ? name.place : point === task ? task.place : keyOf(point ?? first?.[1] ?? body);
  const disabled = around.disabled || textOf(body.at("enabled"))?.toLowerCase() === "false" || isNever(written);
  const parts = {
    body,
    place,
    uses: task,
    kind: "task",
    inputs,
    disabled,
    tolerated:
      around.afterFailure ||
      /^failed\(\)$/i.test(textOf(written.at("condition")) ?? "") ||
      isTrue(body.at("continueOnError")),
  } as const;
  const shown = textOf(name) ?? textOf(point ?? body) ?? first?.[0] ?? "";
  const displayName = shown.split("\n", 1)[0] ?? "";
  return commandStep({ ...parts, displayName }, commands, settingOf(body, reading, around));
}

function settingOf(body: Field, reading: Reading, { variables }: StepSetting) {
  const inputs = body.at("inputs");
  const folders = [...FOLDERS.map((it) => body.at(it)), ...FOLDERS.map((it) => input(inputs, it))];
  const folder = folders.map(textOf).find((it) => it !== undefined);
  const outer: Environment = (name) => {
    const value = variables(name.toLowerCase())?.source;
    return value?.startsWith("$") === true ? undefined : value;
  };
  const environment = variablesOf(body.at("env"), outer);
  return { files: reading.files, gaps: reading.gaps, environment, directory: join("", folder ?? "") ?? "" };
}

/** A condition that no run can meet. */
export function isNever(body: Field): boolean {
  const condition = textOf(body.at("condition"));
  if (condition === undefined) return false;
  if (/^(?:false|never\(\))$/i.test(condition)) return true;
  return truthOf(evaluate(condition, { root: () => UNKNOWN, below: () => UNKNOWN })) === false;
}

/** A condition of one's own takes the place of `succeeded()`. */
export function goesOnRegardless(body: Field): boolean {
  const condition = textOf(body.at("condition"));
  return condition !== undefined && !/succeeded\s*\(/i.test(condition);
}
