/** What dialects ask of fields again and again, and the steps that run a shell text. */
import type { Place } from "../../../model/edit.ts";
import type { Field, PipelineGap } from "../../../model/facts.ts";
import type { Environment } from "../capabilities.ts";
import { type CallableFiles, follow } from "../indirection.ts";
import type { PlacedCommand } from "../shell.ts";
import { expanded, fillIn } from "./expanded.ts";
import type { StepParts } from "./pipeline.ts";

/** A scalar's text; nothing for what is empty or no scalar. */
export function textOf(field: Field): string | undefined {
  if (field.presence === "absent") return undefined;
  const text = field.source?.trim();
  return text === "" ? undefined : text;
}

export function isTrue(field: Field): boolean {
  return textOf(field)?.toLowerCase() === "true";
}

export function isAbsent(field: Field): boolean {
  return field.presence === "absent";
}

/** The key is there, with or without a value. */
export function isWritten(map: Field, key: string): boolean {
  return map.writtenEntries().some(([name]) => name === key);
}

/** The items of a list, or the one value that stands for a list of one. */
export function oneOrMore(field: Field): readonly Field[] {
  return field.kind === "list" ? field.writtenItems() : isAbsent(field) ? [] : [field];
}

export function textsOf(field: Field): readonly string[] {
  return oneOrMore(field)
    .map(textOf)
    .filter((it) => it !== undefined);
}

/** The key under which a value stands, where it stands under one. */
export function keyOf(field: Field): Place {
  return { ...field.place, onKey: true };
}

/** Variables of a map over those around it. */
export function variablesOf(variables: Field, around: Environment): Environment {
  return (name) => textOf(variables.at(name)) ?? around(name);
}

/** What a shell would take for something of its own, such as `$(Build.BuildId)` or `<< pipeline.number >>`. */
export interface Foreign {
  readonly open: string;
  readonly close: string;
  readonly name: RegExp;
}

/** Reads commands where expressions of the provider are left, because what they stand for is not known. */
export function readAround(
  field: Field,
  { open, close, name }: Foreign,
  read: (hidden: Field) => readonly PlacedCommand[],
): readonly PlacedCommand[] {
  const value = (it: string): string | undefined => (name.test(it) ? `\${:${it}}` : undefined);
  const fill = (text: string) => (text.includes(open) ? fillIn(text, [{ open, close, value }]) : undefined);
  // No shell has variables of such names, so they can be told from its own.
  const shown = (text: string) => text.replace(/\$\{:([\w.-]+)\}/g, (_, it: string) => `${open}${it}${close}`);
  return read(expanded(field, { fill, whole: () => undefined })).map((it) =>
    it.text.includes("${:") ? { ...it, text: shown(it.text), words: it.words.map(shown) } : it,
  );
}

/** Where a step runs. */
export interface Setting {
  readonly files: CallableFiles;
  readonly environment: Environment;
  /** From the repository's root. */
  readonly directory: string;
  readonly gaps: PipelineGap[];
}

/** A step that runs commands, and follows what they call. */
export function commandStep(
  parts: Pick<StepParts, "body" | "place" | "disabled" | "tolerated"> & Partial<StepParts>,
  commands: readonly PlacedCommand[],
  setting: Setting,
): StepParts {
  const followed = follow(commands, setting.directory, setting.files, setting.environment);
  if (!parts.disabled) setting.gaps.push(...followed.missing.map((it) => ({ ...it, reason: "missing" as const })));
  const none = parts.body.at("uses");
  return {
    displayName: commands[0]?.text.split("\n", 1)[0] ?? "",
    uses: none,
    kind: "action",
    inputs: none,
    environment: setting.environment,
    ...parts,
    commands,
    followed,
  };
}
