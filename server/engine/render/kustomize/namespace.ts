/** `namespace`: what goes into it, and who is named in it. */
import { lookup } from "../../tree/read.ts";
import type { MapTree, ScalarTree, Tree } from "../../tree/tree.ts";
import { withItems } from "../graft.ts";
import { changeField, type FieldSpec } from "./field-specs.ts";
import { isClusterScoped, nameOf } from "./identity.ts";
import type { Item } from "./item.ts";
import { find, isNull, type Spot, stringAt, textOf, withEntry } from "./nodes.ts";
import { conflicts, ItemStep, type Problems, type Step } from "./step.ts";

export interface NamespaceOptions {
  /** Only where none is given. */
  readonly unsetOnly?: boolean;
  readonly subjects?: "defaultOnly" | "allServiceAccounts" | "none";
}

const METADATA_NAMESPACE: FieldSpec = { path: "metadata/namespace", create: true };

export class NamespaceStep implements Step {
  readonly #namespace: Spot;
  readonly #each: ItemStep;

  constructor(namespace: Spot, fields: readonly FieldSpec[], options: NamespaceOptions = {}) {
    this.#namespace = namespace;
    this.#each = new ItemStep(namespace.place, (item) => moved(item, namespace, fields, options));
  }

  run(items: readonly Item[], problems: Problems): readonly Item[] {
    const result = this.#each.run(items, problems);
    for (const item of conflicts(result))
      problems.error("conflict", this.#namespace.place, { object: nameOf(item.id) });
    return result;
  }
}

function moved(item: Item, namespace: Spot, fields: readonly FieldSpec[], options: NamespaceOptions): Item {
  const { type } = item;
  const text = textOf(namespace.node);
  const set = (node: Tree | undefined): Tree => {
    if (options.unsetOnly === true && textOf(node) !== "") return node ?? stringAt(text, namespace.place);
    return isSame(node, text) ? node : valueAt(namespace, text);
  };
  let tree: MapTree = item.tree;
  if (!isClusterScoped(type)) tree = changeField(tree, type, METADATA_NAMESPACE, true, set);
  const isBinding = type.kind === "RoleBinding" || type.kind === "ClusterRoleBinding";
  if (isBinding) tree = inSubjects(tree, options.subjects ?? "defaultOnly", set);
  for (const field of fields) {
    if (field.path === "metadata/namespace" || (isBinding && field.path === "subjects/namespace")) continue;
    // Only the Namespace of Kubernetes itself is called after it.
    if (field.path === "metadata/name" && (type.group !== "" || type.version !== "v1")) continue;
    tree = changeField(tree, type, field, true, set);
  }
  const previous = item.remembering();
  return tree === item.tree ? item.withPast({ previous }) : item.with(tree, { previous });
}

function inSubjects(
  tree: MapTree,
  mode: "defaultOnly" | "allServiceAccounts" | "none",
  set: (node: Tree | undefined) => Tree,
): MapTree {
  const subjects = lookup(tree, "subjects")?.value;
  if (mode === "none" || subjects?.kind !== "list") return tree;
  const items = subjects.items.map((subject) => {
    const [key, value] = mode === "defaultOnly" ? ["name", "default"] : ["kind", "ServiceAccount"];
    if (subject.kind !== "map" || textOf(find(subject, key ?? "")) !== value) return subject;
    const before = lookup(subject, "namespace")?.value;
    return withEntry(subject, "namespace", set(before === undefined || isNull(before) ? undefined : before));
  });
  return items.every((item, at) => item === subjects.items[at])
    ? tree
    : withEntry(tree, "subjects", withItems(subjects, items));
}

function isSame(node: Tree | undefined, text: string): node is Tree {
  return node?.kind === "scalar" && node.unknown !== true && node.text === text && !isNull(node);
}

/** A text that the kustomization gives; unknown when a template decides it. */
export function valueAt(spot: Spot, text: string): ScalarTree {
  const value = stringAt(text, spot.place);
  return spot.node.kind === "scalar" && spot.node.unknown === true ? { ...value, unknown: true } : value;
}
