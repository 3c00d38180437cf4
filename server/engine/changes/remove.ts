import type { Key } from "../../../model/edit.ts";
import type { Slot } from "./find.ts";
import { find } from "./find.ts";
import { territoryEnd } from "./insert.ts";
import type { OutlineCollection, OutlineEntry, OutlineItem } from "./outline.ts";
import type { Pen } from "./pen.ts";
import { isBlankOrComment, lineEnd, lineStart, nextContent, nextLine } from "./text.ts";

type Child = OutlineEntry | OutlineItem;

/** Takes an entry or item away, with every map and list that has nothing else in it, except the document itself. */
export function removePlace(pen: Pen, path: readonly Key[]): undefined {
  const found = find(pen, path);
  if (found === undefined) return;
  // What comes in by a merge key cannot be taken away here.
  if (found.rest.length > 0) {
    const node = found.slot.value;
    const isMerged = node?.kind === "map" && node.children.some((child) => child.key === "<<");
    return isMerged ? pen.refuse("merge-key") : undefined;
  }
  let slot: Slot = found.slot;
  for (const outer of found.trail.slice(0, -1).reverse()) {
    if (slot.kind === "root" || slot.parent.children.length > 1 || outer.kind === "root") break;
    slot = outer;
  }
  if (slot.kind === "root") return pen.refuse("missing");
  const { parent, child } = slot;
  if (!allowsRemoving(pen, parent, child)) return;
  const { template } = pen.outline;
  if (parent.children.length === 1 && template === undefined) {
    return pen.write(parent.start, parent.end, parent.kind === "map" ? "{}" : "[]");
  }
  const isFellow = (it: Child): boolean =>
    it !== child && template?.branchAt(it.start) === template?.branchAt(child.start);
  // What is there only on a condition may leave the map or list empty.
  if (!parent.children.some(isFellow)) return pen.refuse("template");
  removeChildren(pen, parent, [child]);
}

/** Neighbours among the children, never all of them; in brackets only one. */
export function removeChildren(pen: Pen, parent: OutlineCollection, children: readonly Child[]): undefined {
  const [first] = children;
  const last = children.at(-1);
  if (first === undefined || last === undefined || !children.every((child) => allowsRemoving(pen, parent, child)))
    return;
  if (parent.flow) removeFromFlow(pen, parent, first);
  else removeLines(pen, parent, first, last);
}

function allowsRemoving(pen: Pen, { column }: OutlineCollection, { start, end, value }: Child): boolean {
  const { template, text } = pen.outline;
  const below = template?.printsBehind(end, nextContent(text, end), column) === true;
  if (below || template?.touches(start, lineEnd(text, end)) === true) pen.refuse("template");
  return pen.refusal === undefined && pen.allowsLosing(value);
}

function removeLines(pen: Pen, { column, children }: OutlineCollection, first: Child, last: Child): undefined {
  const { text } = pen.outline;
  const before = pen.lineBefore(first.start);
  const end = territoryEnd(pen, column, last.end);
  if (!isBlankOrComment(text.slice(last.end, lineEnd(text, last.end)))) return pen.refuse("syntax");
  if (before.trim() === "") {
    const start = lineStart(text, first.start);
    if (end < text.length || start === 0) return pen.write(start, nextLine(text, end), "");
    return pen.write(start - (text[start - 2] === "\r" ? 2 : 1), end, "");
  }
  // The first key or item stands behind a dash, and the next one has to take its place there.
  const next = children[children.indexOf(last as never) + 1];
  if (!/^[\s-]*$/.test(before) || next === undefined) return pen.refuse("syntax");
  if (text.slice(end, next.start).trim() === "") return pen.write(first.start, next.start, "");
  pen.write(first.start - (/\s*$/.exec(before)?.[0].length ?? 0), end, "");
}

function removeFromFlow(pen: Pen, parent: OutlineCollection, child: Child): undefined {
  const { text } = pen.outline;
  if (parent.kind === "map" && parent.odd) return pen.refuse("flow");
  const index = parent.children.indexOf(child as never);
  const previous = parent.children[index - 1];
  const next = parent.children[index + 1];
  if (next !== undefined) {
    if (text.slice(child.end, next.start).includes("#")) return pen.refuse("flow");
    return pen.write(child.start, next.start, "");
  }
  if (previous === undefined || text.slice(previous.end, child.start).includes("#")) return pen.refuse("flow");
  pen.write(previous.end, child.end, "");
}
