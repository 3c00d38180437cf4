import type { Action, Branch } from "../tree/actions.ts";
import { branchesOf, findActions } from "../tree/actions.ts";
import type { Masked, Standing } from "../tree/mask.ts";
import { mask } from "../tree/mask.ts";
import type { OutlineNode, OutlineScalar } from "./outline.ts";
import { columnOf, leadingSpaces } from "./text.ts";

/** What a template engine will make of a document's text, as far as an edit must know. */
export class Template {
  readonly actions: readonly Action[];
  /** Actions of a line of their own that print content of a known indentation. */
  readonly standing: readonly Standing[];
  readonly #source: string;
  readonly #branches: readonly Branch[];

  private constructor(source: string, actions: readonly Action[], standing: readonly Standing[]) {
    this.#source = source;
    this.actions = actions;
    this.standing = standing;
    this.#branches = branchesOf(actions, source.length);
  }

  static of(source: string): Template | undefined {
    const actions = findActions(source);
    return actions.length === 0 ? undefined : new Template(source, actions, []);
  }

  withStanding(standing: readonly Standing[]): Template {
    return new Template(this.#source, this.actions, standing);
  }

  /** Engines other than that of Helm have white space rules of their own. */
  get foreign(): boolean {
    return this.actions.some(({ start }) => !this.#source.startsWith("{{", start));
  }

  /** The innermost condition or loop around an offset. */
  branchAt(offset: number): Branch | undefined {
    return this.#branches.findLast((branch) => branch.from <= offset && offset < branch.to);
  }

  /** The innermost condition or loop around all of a range. */
  branchAround(start: number, end: number): Branch | undefined {
    return this.#branches.findLast((branch) => branch.from <= start && end <= branch.to);
  }

  touches(start: number, end: number): boolean {
    return this.actions.some((action) => action.start < end && start < action.end);
  }

  /** Content may come to stand at this column or left of it, by an action inside the range. */
  printsUpTo(column: number, start: number, end: number): boolean {
    return (
      this.#printsBetween(start, end).some((indent) => indent <= column) ||
      this.actions.some((it) => start <= it.start && it.start < end && this.#breaksTo(it) <= column)
    );
  }

  /** The column to which an action breaks the line, whatever stands before it. */
  #breaksTo(action: Action): number {
    if (action.kind !== "print") return Number.POSITIVE_INFINITY;
    const written = /\bnindent\s+\(?(\d+)/.exec(this.#source.slice(action.start, action.end))?.[1];
    return written === undefined ? Number.POSITIVE_INFINITY : Number(written);
  }

  /** Content is printed behind what ends at `end`, up to `next`, and comes to stand at this column or right of it. */
  printsBehind(end: number, next: number, column: number): boolean {
    return this.#printsBetween(end, next).some((indent) => indent >= column);
  }

  /** The actions of one line; `prints` has the columns of those that print there. */
  onLine(start: number, end: number): { readonly any: boolean; readonly prints: readonly number[] } {
    return { any: this.touches(start, end), prints: this.#printsBetween(start, end + 1) };
  }

  /** `-}}` at the end of a line swallows its line break, so that what follows comes to stand elsewhere than it seems. */
  joinsLines(text: string): boolean {
    return this.actions.some(({ start, end }) => {
      if (this.#source[end - 3] !== "-" || !/^[ \t]*\r?\n/.test(this.#source.slice(end, end + 80))) return false;
      if (text.slice(0, start).trim() === "" || text.slice(end).trim() === "") return false;
      const next = end + leadingSpaces(this.#source.slice(end));
      return this.#source[start + 2] === "-" || columnOf(this.#source, start) !== columnOf(this.#source, next);
    });
  }

  /**
   * What is what depends on values: a condition or loop ends within an entry or item that it does not hold as a whole,
   * or content is printed between a key and its value, and not beside that value.
   */
  isTorn(node: OutlineNode | undefined, limit = this.#source.length): boolean {
    if ((node?.kind !== "map" && node?.kind !== "list") || node.flow) return false;
    return node.children.some((child, index) => {
      const { value } = child;
      const next = node.children[index + 1]?.start ?? limit;
      const branchEnd = this.branchAt(child.start)?.to ?? next;
      if (child.end > branchEnd || this.printsBehind(Math.max(branchEnd, child.end), next, node.column + 1))
        return true;
      const column = value.kind === "map" || value.kind === "list" ? value.column : -1;
      if (this.#printsBetween(child.mark, value.start).some((indent) => indent !== column)) return true;
      return this.isTorn(value, next);
    });
  }

  #printsBetween(start: number, end: number): number[] {
    return this.standing.filter((it) => start <= it.action.start && it.action.start < end).map((it) => it.indent);
  }

  /** No action is structure to the YAML reader: each is a part of one scalar's text. */
  isInScalars(root: OutlineNode | undefined): boolean {
    const scalars: OutlineScalar[] = [];
    collectScalars(root, scalars);
    // Plain text goes on over lines that are indented deeper: there an action may stand by accident.
    const sound = scalars.filter(
      ({ style, start, end }) =>
        style === "literal" || style === "folded" || !this.#source.slice(start, end).includes("\n"),
    );
    return this.actions.every(({ start, end }) => sound.some((it) => it.start <= start && end <= it.end));
  }
}

/** What to try in turn: the second makes text only of what prints. */
export function maskedTexts(source: string, template: Template): Masked[] {
  return [mask(source, template.actions, false), mask(source, template.actions, true)];
}

function collectScalars(node: OutlineNode | undefined, into: OutlineScalar[]): void {
  if (node === undefined || node.kind === "alias") return;
  if (node.kind === "scalar") into.push(node);
  else for (const child of node.children) collectScalars(child.value, into);
}
