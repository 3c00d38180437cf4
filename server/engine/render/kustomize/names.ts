/** `namePrefix` and `nameSuffix`. What refers to a name by it follows at the end of the build. */
import type { Tree } from "../../tree/tree.ts";
import { changeField, type FieldSpec } from "./field-specs.ts";
import { isOfType, type TypePattern } from "./identity.ts";
import type { Item } from "./item.ts";
import { valueAt } from "./namespace.ts";
import { type Spot, textOf } from "./nodes.ts";
import { ItemStep, type Step } from "./step.ts";

/** Their names mean something to the cluster. */
const KEPT: readonly TypePattern[] = [
  { kind: "CustomResourceDefinition" },
  { group: "apiregistration.k8s.io", kind: "APIService" },
  { kind: "Namespace" },
];

export function affixStep(end: "prefix" | "suffix", affix: Spot, fields: readonly FieldSpec[]): Step {
  const text = textOf(affix.node);
  return new ItemStep(affix.place, (item) => {
    const original = item.originalId;
    if (KEPT.some((pattern) => isOfType(original, pattern))) return item;
    const set = (node: Tree | undefined): Tree => {
      const name = textOf(node);
      return valueAt(affix, end === "prefix" ? text + name : name + text);
    };
    let changed: Item = item;
    for (const field of fields) {
      if (!isOfType(original, field)) continue;
      const renamed = field.path === "metadata/name" ? remembered(changed, end, text) : {};
      const tree = changeField(changed.tree, changed.type, field, false, set);
      changed = tree === changed.tree ? changed.withPast(renamed) : changed.with(tree, renamed);
    }
    return changed;
  });
}

function remembered(item: Item, end: "prefix" | "suffix", text: string) {
  const previous = item.remembering();
  return end === "prefix"
    ? { previous, prefixes: [...item.past.prefixes, text] }
    : { previous, suffixes: [...item.past.suffixes, text] };
}
