/** `configurations` and `crds`: fields that a workspace adds to the tool's own tables. */

import type { FieldSpec } from "./field-specs.ts";
import { FIELD_TABLES, type FieldTables, type NameReference } from "./field-tables.ts";
import { isOfType, type TypePattern } from "./identity.ts";
import { fieldSpecOf, merged } from "./labels.ts";
import { type Spot, textOf } from "./nodes.ts";

const LISTS = [
  "namespace",
  "namePrefix",
  "nameSuffix",
  "commonLabels",
  "labels",
  "templateLabels",
  "commonAnnotations",
  "varReference",
  "images",
  "replicas",
] as const;

/** The tables with what a configuration file adds. */
export function configured(tables: FieldTables, file: Spot): FieldTables {
  const list = (name: string): readonly FieldSpec[] => (file.at(name)?.items() ?? []).map(fieldSpecOf);
  const references = (file.at("nameReference")?.items() ?? []).map((spot): NameReference => {
    const { path: _, create: __, ...type } = fieldSpecOf(spot);
    return { ...type, fields: (spot.at("fieldSpecs")?.items() ?? []).map(fieldSpecOf) };
  });
  const added: Partial<Record<(typeof LISTS)[number], readonly FieldSpec[]>> = {};
  for (const name of LISTS) added[name] = merged(tables[name], list(name));
  return { ...tables, ...added, nameReference: mergedReferences(tables.nameReference, references) };
}

const merges = new WeakMap<FieldTables, WeakMap<FieldTables, FieldTables>>();

/** What two parts of a build add, together; the same tables give the same tables. */
export function bothTables(one: FieldTables, other: FieldTables): FieldTables {
  if (one === other || other === FIELD_TABLES) return one;
  if (one === FIELD_TABLES) return other;
  let known = merges.get(one);
  if (known === undefined) {
    known = new WeakMap();
    merges.set(one, known);
  }
  let result = known.get(other);
  if (result === undefined) {
    const lists: Partial<Record<(typeof LISTS)[number], readonly FieldSpec[]>> = {};
    for (const name of LISTS) lists[name] = merged(one[name], other[name]);
    result = { ...one, ...lists, nameReference: mergedReferences(one.nameReference, other.nameReference) };
    known.set(other, result);
  }
  return result;
}

function mergedReferences(one: readonly NameReference[], other: readonly NameReference[]): readonly NameReference[] {
  const result = [...one];
  for (const reference of other) {
    const at = result.findIndex((before) => isSameType(before, reference));
    const before = result[at];
    if (before === undefined) result.push(reference);
    else result[at] = { ...before, fields: merged(before.fields, reference.fields) };
  }
  return result;
}

function isSameType(one: TypePattern, other: TypePattern): boolean {
  const whole = ({ group = "", version = "", kind = "" }: TypePattern) => ({ group, version, kind });
  return isOfType(whole(one), other) && isOfType(whole(other), one);
}

/** The tables with the fields that definitions of types in a file of `crds` mark as names, labels and the like. */
export function withDefinitions(tables: FieldTables, file: Spot): FieldTables {
  const definitions = new Map(file.entries());
  const labels: FieldSpec[] = [];
  const annotations: FieldSpec[] = [];
  const prefixes: FieldSpec[] = [];
  const references: NameReference[] = [];
  const visit = (kind: string, name: string, path: readonly string[], seen: readonly string[]): void => {
    const properties = definitions.get(name)?.at("Schema")?.at("properties");
    if (properties === undefined || seen.includes(name)) return;
    for (const [key, property] of properties.entries()) {
      const here = [...path, key];
      const spec = { kind, path: here.join("/"), create: false };
      const mark = (suffix: string) => property.at(`x-kubernetes-${suffix}`);
      if (mark("annotation") !== undefined) annotations.push(spec);
      if (mark("label-selector") !== undefined) labels.push(spec);
      if (mark("identity") !== undefined) prefixes.push(spec);
      const [version, target] = [mark("object-ref-api-version"), mark("object-ref-kind")];
      if (version !== undefined && target !== undefined) {
        const nameKey = textOf(mark("object-ref-name-key")?.node) || "name";
        const field = { kind, path: [...here, nameKey].join("/"), create: false };
        references.push({ kind: textOf(target.node), version: textOf(version.node), fields: [field] });
      }
      const ref = textOf(property.at("$ref")?.node);
      if (ref !== "") visit(kind, ref, here, [...seen, name]);
    }
  };
  for (const [name, definition] of definitions) {
    const properties = definition.at("Schema")?.at("properties");
    if (properties === undefined || ["kind", "apiVersion", "metadata"].some((key) => properties.at(key) === undefined))
      continue;
    visit(name.slice(name.lastIndexOf(".") + 1), name, [], []);
  }
  return {
    ...tables,
    commonLabels: merged(tables.commonLabels, labels),
    commonAnnotations: merged(tables.commonAnnotations, annotations),
    namePrefix: merged(tables.namePrefix, prefixes),
    nameReference: mergedReferences(tables.nameReference, references),
  };
}
