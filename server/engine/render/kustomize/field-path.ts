/** Paths such as `spec.containers.[name=web].image`: what they lead to, and what is put there. */

import { lookup } from "../../tree/read.ts";
import type { ListTree, Tree } from "../../tree/tree.ts";
import { withItems } from "../graft.ts";
import { splitEscaped } from "./field-specs.ts";
import { find, isNull, listOf, mapOf, type Spot, scalarAt, withEntry } from "./nodes.ts";
import { invalid } from "./refusal.ts";

/** Splits at dots, those inside of brackets left alone. */
export function splitFieldPath(path: string): readonly string[] {
  const result: string[] = [];
  const parts = splitEscaped(path, ".");
  for (let at = 0; at < parts.length; at++) {
    let part = parts[at] ?? "";
    if (part.startsWith("[") && !part.endsWith("]")) {
      while (at + 1 < parts.length && !part.endsWith("]")) part += `.${parts[++at]}`;
      if (!part.includes("=")) part = part.replace(/^[[\]]+|[[\]]+$/g, "");
    }
    result.push(part);
  }
  return result;
}

/** The one node that a source's path leads to. */
export function lookUp(spot: Spot, path: readonly string[]): Spot | undefined {
  let here: Spot | undefined = spot;
  for (const part of path.map((one) => one.trim()).filter((one) => one !== "")) {
    if (here === undefined || isNull(here.node)) return undefined;
    if (/^\d+$/.test(part)) here = here.at(Number(part));
    else if (part === "-") here = here.items().at(-1);
    else if (isMatcher(part)) {
      const [key, value] = matcher(part);
      here = here.items().find(({ node }) => {
        const field: Tree | undefined = key === "" ? node : find(node, key);
        return field?.kind === "scalar" && field.text === value;
      });
    } else here = here.at(part);
  }
  return here;
}

/** How what is missing on the way is made: with which node in the end, and where it is told to be from. */
export interface Making {
  readonly kind: Tree["kind"];
  readonly spot: Spot;
}

/** What is to become of the node that a path leads to. */
export type Visit = (node: Tree) => Tree;

interface Walk {
  readonly visit: Visit;
  readonly making: Making | undefined;
  found: number;
}

/** The tree with a visit paid to all nodes that a target's path leads to, and how many there were. */
export function visitPath(
  tree: Tree,
  path: readonly string[],
  making: Making | undefined,
  visit: Visit,
): { readonly tree: Tree; readonly found: number } {
  const walk: Walk = { visit, making, found: 0 };
  return { tree: step(tree, path, walk), found: walk.found };
}

function step(node: Tree, path: readonly string[], walk: Walk): Tree {
  const [part, ...rest] = path;
  if (part === undefined) {
    walk.found++;
    return walk.visit(node);
  }
  if (/^\d+$/.test(part)) return atIndex(node, Number(part), rest, walk);
  if (isMatcher(part)) return atMatches(node, part, rest, walk);
  if (part === "*") return isNull(node) ? node : mapItems(asList(node), (item) => step(item, rest, walk));
  if (isNull(node)) return node;
  if (node.kind !== "map") throw invalid(`${part}: not a map`);
  const child = lookup(node, part)?.value;
  if (child !== undefined) return withEntry(node, part, step(child, rest, walk));
  return walk.making === undefined ? node : withEntry(node, part, step(made(rest, walk.making), rest, walk));
}

function atIndex(node: Tree, index: number, rest: readonly string[], walk: Walk): Tree {
  const list = asList(node);
  const item = list.items[index];
  if (item !== undefined) return withItems(list, list.items.with(index, step(item, rest, walk)));
  if (index !== list.items.length || walk.making === undefined)
    throw invalid(`${index}: there are ${list.items.length} items`);
  return withItems(list, [...list.items, step(made(rest, walk.making), rest, walk)]);
}

function atMatches(node: Tree, part: string, rest: readonly string[], walk: Walk): Tree {
  const [key, value] = matcher(part);
  const list = asList(node);
  let pattern: RegExp;
  try {
    pattern = new RegExp(value);
  } catch {
    throw invalid(part);
  }
  const matches = (item: Tree): boolean => {
    const field = key === "" ? item : find(item, key);
    return field?.kind === "scalar" && pattern.test(field.text);
  };
  const before = walk.found;
  const result = mapItems(list, (item) => {
    if (!matches(item)) return item;
    // An item that is a plain value is itself what was looked for.
    return step(item, key === "" ? [] : rest, walk);
  });
  if (walk.found > before || walk.making === undefined || list.items.some(matches)) return result;
  const { place } = walk.making.spot;
  const field = scalarAt(value, "plain", place);
  const item = key === "" ? field : mapOf([[key, field]], place);
  return withItems(list, [...list.items, step(item, key === "" ? [] : rest, walk)]);
}

function mapItems(list: ListTree, change: (item: Tree) => Tree): ListTree {
  const items = list.items.map(change);
  return items.every((item, at) => item === list.items[at]) ? list : withItems(list, items);
}

function asList(node: Tree): ListTree {
  if (node.kind === "list") return node;
  if (isNull(node)) return listOf([]);
  throw invalid("not a list");
}

function made(rest: readonly string[], { kind, spot }: Making): Tree {
  const [next] = rest;
  if (next === undefined)
    return kind === "scalar" ? scalarAt("", "plain", spot.place) : kind === "list" ? listOf([]) : mapOf([]);
  return isMatcher(next) || /^\d+$/.test(next) ? listOf([]) : mapOf([]);
}

function isMatcher(part: string): boolean {
  return part.startsWith("[") && part.endsWith("]");
}

function matcher(part: string): readonly [string, string] {
  const inner = part.slice(1, -1);
  const at = inner.indexOf("=");
  if (at < 0) throw invalid(part);
  return [inner.slice(0, at), inner.slice(at + 1)];
}
