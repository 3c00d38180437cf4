import type { Key } from "../../../model/edit.ts";
import type {
  Outline,
  OutlineCollection,
  OutlineEntry,
  OutlineItem,
  OutlineList,
  OutlineMap,
  OutlineNode,
} from "./outline.ts";
import type { Pen } from "./pen.ts";

/** Where a value stands. */
export type Slot =
  | { readonly kind: "root"; readonly value: OutlineNode | undefined }
  | { readonly kind: "entry"; readonly parent: OutlineMap; readonly child: OutlineEntry; readonly value: OutlineNode }
  | { readonly kind: "item"; readonly parent: OutlineList; readonly child: OutlineItem; readonly value: OutlineNode };

export interface Found {
  /** From the root to the last slot of the path that exists. */
  readonly trail: readonly [...Slot[], Slot];
  readonly slot: Slot;
  /** What of the path does not exist. */
  readonly rest: readonly Key[];
}

/** Follows a path as far as it is written. `undefined` when the pen had to refuse. */
export function find(pen: Pen, path: readonly Key[]): Found | undefined {
  let slot: Slot = { kind: "root", value: pen.outline.root };
  const trail: Slot[] = [];
  for (const [index, key] of path.entries()) {
    const next = step(pen, slot, key);
    if (pen.refusal !== undefined) return undefined;
    if (next === undefined) return { trail: [...trail, slot], slot, rest: path.slice(index) };
    trail.push(slot);
    slot = next;
  }
  return { trail: [...trail, slot], slot, rest: [] };
}

function step(pen: Pen, slot: Slot, key: Key): Slot | undefined {
  const node = slot.value;
  if (node === undefined) return undefined;
  if (node.kind === "alias") {
    pen.refuse("anchor");
    return undefined;
  }
  if (node.kind === "scalar" || !pen.allowsInside(node)) return undefined;
  if (node.kind === "list") {
    const child = typeof key === "number" ? node.children[key] : undefined;
    return child === undefined ? undefined : { kind: "item", parent: node, child, value: child.value };
  }
  const child = typeof key === "string" ? entryOf(pen, slot, node, key) : undefined;
  return child === undefined ? undefined : { kind: "entry", parent: node, child, value: child.value };
}

/** The map's own entry of a key: the only one, and one that is rendered whenever the map is. */
export function entryOf(pen: Pen, slot: Slot, map: OutlineMap, key: string): OutlineEntry | undefined {
  const entries = map.children.filter((it) => it.key === key);
  const [entry] = entries;
  const { template } = pen.outline;
  // Of two in a template, one may be for another case than this.
  if (entries.length > 1) pen.refuse(template === undefined ? "syntax" : "template");
  if (entry !== undefined && template !== undefined && template.branchAt(entry.start) !== branchOf(pen.outline, slot)) {
    pen.refuse("template");
  }
  return entry;
}

/** The template branch in which all of a slot's collection is. */
export function branchOf({ template }: Outline, slot: Slot) {
  if (slot.kind !== "root") return template?.branchAt(slot.child.start);
  return slot.value === undefined ? undefined : template?.branchAround(slot.value.start, slot.value.end);
}

/** The value may be written over several lines by indentation: nothing around it has brackets. */
export function isInFlow(slot: Slot): boolean {
  return slot.kind !== "root" && slot.parent.flow;
}

export function isCollection(node: OutlineNode | undefined): node is OutlineCollection {
  return node?.kind === "map" || node?.kind === "list";
}

const MERGE_KEY = "<<";
const MAX_MERGES = 100;

/** What a map has of a key by its merge keys: the value, `"unknown"`, or nothing. */
export function mergedValue(outline: Outline, map: OutlineMap, key: string): OutlineNode | "unknown" | undefined {
  let budget = MAX_MERGES;
  const look = (node: OutlineNode | undefined): OutlineNode | "unknown" | undefined => {
    if (budget-- < 0 || node === undefined) return "unknown";
    if (node.kind === "alias") return look(outline.anchors.get(node.name));
    if (node.kind === "scalar") return "unknown";
    if (node.kind === "list") return first(node.children.map((child) => child.value));
    const own = node.children.find((child) => child.key === key);
    return own?.value ?? first(merges(node));
  };
  const first = (nodes: readonly OutlineNode[]): OutlineNode | "unknown" | undefined => {
    for (const node of nodes) {
      const found = look(node);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return first(merges(map));
}

function merges(map: OutlineMap): OutlineNode[] {
  return map.children
    .filter((child) => child.key === MERGE_KEY && child.keyStyle === "plain")
    .map((child) => child.value);
}
