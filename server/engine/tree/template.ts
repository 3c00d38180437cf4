import type { Action } from "./actions.ts";
import { branchesOf, findActions, looksTemplated } from "./actions.ts";
import { parseCareful } from "./careful.ts";
import { cutAfter } from "./cut.ts";
import { parseFast } from "./fast.ts";
import { markTree } from "./mark.ts";
import type { Masked } from "./mask.ts";
import { mask } from "./mask.ts";
import type { MapTree, ParsedDocument, Problem, Tree } from "./tree.ts";

export { looksTemplated };

/**
 * Reads a document that a template engine has still to go over. What the template leaves open is unknown in the tree,
 * and text that is no YAML before rendering is not a problem. Never throws.
 */
export function parseTemplated(text: string): ParsedDocument {
  const actions = findActions(text);
  const { parsed, masked } = read(text, actions);
  const problems = parsed.problems.filter((problem) => problem.code !== "syntax" && !touches(actions, problem));
  if (parsed.tree === undefined) return { tree: undefined, problems, templated: true };
  const tree = markTree(parsed.tree, { text, actions, standing: masked.standing, blocks: masked.blocks });
  const surely = problems.some(isDuplicate) ? problems.filter((it) => !isDuplicate(it) || isSure(tree, it)) : problems;
  const document = { tree, problems: surely, templated: true };
  const whole = branchesOf(actions, text.length).some((it) => it.from <= tree.start && tree.end <= it.to);
  return whole ? { ...document, conditional: true } : document;
}

interface Reading {
  readonly parsed: ParsedDocument;
  readonly masked: Masked;
}

function read(text: string, actions: readonly Action[]): Reading {
  // Much of it, such as a rule file with templates in its strings, is good YAML as it stands.
  const plain = parseFast(text);
  if (plain?.tree !== undefined && isInScalars(plain.tree, actions)) {
    return { parsed: plain, masked: { text, standing: [], blocks: [] } };
  }
  const first = mask(text, actions, false);
  const parsed = parseFast(first.text) ?? parseCareful(first.text);
  const wrong = parsed.problems.find(isSyntax);
  if (wrong === undefined) return { parsed, masked: first };
  const second = mask(text, actions, true);
  const again = parseFast(second.text) ?? parseCareful(second.text);
  if (!again.problems.some(isSyntax)) return { parsed: again, masked: second };
  // From the line on that makes no sense, nothing is known.
  const from = Math.min(...parsed.problems.filter(isSyntax).map((problem) => problem.start));
  const line = first.text.lastIndexOf("\n", from - 1) + 1;
  const tree = parsed.tree === undefined ? undefined : cutAfter(parsed.tree, line);
  const standing = first.standing.filter((it) => it.action.start < line);
  return { parsed: { ...parsed, tree }, masked: { ...first, standing } };
}

/** No action is structure to the YAML reader, as `{{ .Values.ports }}` is as a value: there it reads two maps. */
function isInScalars(root: Tree, actions: readonly Action[]): boolean {
  const waiting: Tree[] = [root];
  const seen = new Set<object>();
  const cuts = (start: number, end: number): boolean => {
    const action = actionAt(actions, start, end);
    return action !== undefined && (action.start < start || action.end > end);
  };
  for (let tree = waiting.pop(); tree !== undefined; tree = waiting.pop()) {
    if (tree.kind === "scalar") {
      if (cuts(tree.start, tree.end)) return false;
      // Behind a plain value, an action that prints nothing is no part of it.
      const silent = tree.style === "plain" ? actionAt(actions, tree.start, tree.end) : undefined;
      if (silent !== undefined && silent.kind !== "print") return false;
    } else {
      const children = tree.kind === "map" ? tree.entries : tree.items;
      if (seen.has(children)) continue;
      seen.add(children);
      if (tree.flow && actionAt(actions, tree.start, tree.start + 1) !== undefined) return false;
      if (tree.kind === "list") {
        for (const item of tree.items) waiting.push(item);
        continue;
      }
      for (const { keyStart, keyEnd, value } of tree.entries) {
        if (cuts(keyStart, keyEnd)) return false;
        waiting.push(value);
      }
    }
  }
  return true;
}

/** An action that reaches into a range. */
function actionAt(actions: readonly Action[], start: number, end: number): Action | undefined {
  let low = 0;
  let high = actions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((actions[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const action = actions[low];
  return action !== undefined && action.start < end ? action : undefined;
}

function touches(actions: readonly Action[], problem: Problem): boolean {
  return actionAt(actions, problem.start, problem.end) !== undefined;
}

function isSyntax(problem: Problem): boolean {
  return problem.code === "syntax";
}

function isDuplicate(problem: Problem): boolean {
  return problem.code === "duplicate-key";
}

/** Both entries of the same key are rendered, whatever the template decides. */
function isSure(root: Tree, problem: Problem): boolean {
  const map = mapWithKeyAt(root, problem.start);
  const later = map?.entries.find((entry) => entry.keyStart === problem.start);
  if (map === undefined || later === undefined) return false;
  const certain = map.entries.filter((entry) => entry.key === later.key && entry.conditional !== true);
  return certain.length > 1 && certain.includes(later);
}

function mapWithKeyAt(root: Tree, place: number): MapTree | undefined {
  let tree: Tree | undefined = root;
  while (tree !== undefined && tree.kind !== "scalar") {
    if (tree.kind === "map" && tree.entries.some((entry) => entry.keyStart === place)) return tree;
    const children: readonly Tree[] = tree.kind === "map" ? tree.entries.map((entry) => entry.value) : tree.items;
    tree = children.find((child) => child.start <= place && place < child.end);
  }
  return undefined;
}
