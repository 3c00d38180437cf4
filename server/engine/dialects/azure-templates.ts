/** Files that a pipeline of Azure takes in: templates with their parameters, from the workspace or from elsewhere. */
import type { Field, PipelineGap, PipelineReference } from "../../../model/facts.ts";
import { join } from "../indirection.ts";
import { UNKNOWN, type Value } from "./azure-expressions.ts";
import { expansionOf, type Scope, type Variables, variablesIn } from "./azure-values.ts";
import { expanded } from "./expanded.ts";
import type { PipelineFiles } from "./pipelines.ts";
import { pinOf } from "./references.ts";
import { isAbsent, textOf } from "./written.ts";

/** What is gathered while a pipeline is read. */
export interface Reading {
  readonly files: PipelineFiles;
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
  /** The root of the pipeline, for its resources. */
  readonly root: Field;
  readonly path: string;
  readonly budget: Scope["budget"];
}

/** A file being read: where it lies, and what led to it. */
export interface Sheet {
  readonly body: Field;
  readonly path: string;
  readonly stack: readonly string[];
  readonly variables: Variables;
}

const MAX_DEPTH = 12;

/**
 * The pipeline itself. What somebody chooses when it is started by hand is not known; what has a default has it where
 * changes start the pipeline.
 */
export function rootSheet(reading: Reading, byHand: boolean): Sheet {
  const declared = declaredIn(reading.root.at("parameters"));
  const parameters = (name: string): Value | undefined => {
    const found = declared(name);
    return found === undefined || found.choices > (byHand ? 0 : 1) ? undefined : found.fallback;
  };
  return sheetOf(reading.root, reading, reading.path, parameters, () => undefined, []);
}

/** The file that `template:` names, with what it is given; nothing, and a gap, where it cannot be read. */
export function openTemplate(call: Field, from: Sheet, reading: Reading, off = false): Sheet | undefined {
  const field = call.at("template");
  const written = textOf(field);
  if (written === undefined) return undefined;
  const miss = (reason: PipelineGap["reason"]): undefined => {
    if (!off) reading.gaps.push({ place: field.place, reason, name: written });
    return undefined;
  };
  const at = written.lastIndexOf("@");
  const repository = at < 0 ? "self" : written.slice(at + 1);
  const path = at < 0 ? written : written.slice(0, at);
  if (repository !== "self") {
    reading.references.push(remoteReference(field, path, repository, reading));
    return miss("remote");
  }
  if (/\$\{|\$\(/.test(path)) return miss("computed");
  // Behind `@self` a path starts at the root, as one with a slash in front does; else beside the file that says it.
  const beside = at < 0 && !path.startsWith("/") ? folderOf(from.path) : "";
  const candidates = [join(beside, path.replace(/^\/+/, "")), join("", path.replace(/^\/+/, ""))];
  const found = candidates.find((it) => it !== undefined && reading.files.body(it) !== undefined);
  const body = found === undefined ? undefined : reading.files.body(found);
  if (found === undefined || body === undefined) return miss("missing");
  if (from.stack.length >= MAX_DEPTH || from.stack.includes(found)) return undefined;
  const declared = declaredIn(body.at("parameters"));
  const given = call.at("parameters");
  const parameters = (name: string): Value | undefined => {
    const own = given.at(name);
    return own.presence === "absent" ? declared(name)?.fallback : own;
  };
  return sheetOf(body, reading, found, parameters, from.variables, [...from.stack, found]);
}

function sheetOf(
  raw: Field,
  reading: Reading,
  path: string,
  parameters: Scope["parameters"],
  around: Variables,
  stack: readonly string[],
): Sheet {
  const { budget } = reading;
  const blind: Scope = { parameters, variables: around, loops: new Map(), budget };
  // Variables may say what others of them are, so they are read before the rest of the file.
  const first: Sheet = { body: expanded(raw, expansionOf(blind)), path, stack, variables: around };
  const variables = variablesIn(first.body.at("variables"), around, (item) => templateVariables(item, first, reading));
  return { body: expanded(raw, expansionOf({ ...blind, variables })), path, stack, variables };
}

/** The variables of a template that holds nothing else. */
export function templateVariables(item: Field, from: Sheet, reading: Reading): Variables | undefined {
  // A template of variables from elsewhere hides no work.
  if (/@(?!self$)/.test(textOf(item.at("template")) ?? "")) return undefined;
  return openTemplate(item, from, reading, true)?.variables;
}

interface Declared {
  readonly fallback: Value | undefined;
  readonly choices: number;
}

/** Parameters as a list of declarations, or as a map of defaults. */
function declaredIn(parameters: Field): (name: string) => Declared | undefined {
  if (parameters.kind !== "list")
    return (name) => {
      const own = parameters.at(name);
      return isAbsent(own) && own.source === undefined ? undefined : { fallback: own, choices: 0 };
    };
  const items = parameters.writtenItems();
  return (name) => {
    const found = items.find((it) => textOf(it.at("name")) === name);
    if (found === undefined) return undefined;
    const fallback = found.at("default");
    // A box to tick is a choice too, which changes leave as it is.
    const choices = Math.max(found.at("values").writtenItems().length, textOf(found.at("type")) === "boolean" ? 1 : 0);
    return { fallback: isAbsent(fallback) && fallback.source === undefined ? UNKNOWN : fallback, choices };
  };
}

function remoteReference(field: Field, path: string, alias: string, reading: Reading): PipelineReference {
  const repositories = reading.root.at("resources", "repositories").writtenItems();
  const found = repositories.find((it) => textOf(it.at("repository")) === alias);
  const ref = found?.at("ref");
  const version = (ref === undefined ? undefined : textOf(ref))?.replace(/^refs\/(?:heads|tags)\//, "");
  return {
    kind: "template",
    name: `${(found === undefined ? undefined : textOf(found.at("name"))) ?? alias}/${path.replace(/^\/+/, "")}`,
    version,
    pin: pinOf(version),
    own: false,
    place: ref === undefined || version === undefined ? field.place : ref.place,
  };
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}
