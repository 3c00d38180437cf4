import { branchesOf, findActions } from "../tree/actions.ts";
import type { Action, Branch } from "../tree/actions.ts";
import { mask } from "../tree/mask.ts";
import type { Masked, Standing } from "../tree/mask.ts";
import type { OutlineNode } from "./outline.ts";

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
    const standing = this.standing.some((it) => start <= it.action.start && it.action.start < end && it.indent <= column);
    return standing || this.actions.some((it) => start <= it.start && it.start < end && this.#breaksTo(it) <= column);
  }

  /** The column to which an action breaks the line, whatever stands before it. */
  #breaksTo(action: Action): number {
    if (action.kind !== "print") return Number.POSITIVE_INFINITY;
    const written = /\bnindent\s+\(?(\d+)/.exec(this.#source.slice(action.start, action.end))?.[1];
    return written === undefined ? Number.POSITIVE_INFINITY : Number(written);
  }

  /** The actions of one line; `prints` has the columns of those that print there. */
  onLine(start: number, end: number): { readonly any: boolean; readonly prints: readonly number[] } {
    const prints = this.standing.filter((it) => start <= it.action.start && it.action.start <= end);
    return { any: this.touches(start, end), prints: prints.map((it) => it.indent) };
  }

  /** No action is structure to the YAML reader: each is a part of one scalar's text. */
  isInScalars(root: OutlineNode | undefined): boolean {
    const scalars: OutlineNode[] = [];
    collectScalars(root, scalars);
    return this.actions.every(({ start, end }) => scalars.some((it) => it.start <= start && end <= it.end));
  }
}

/** What to try in turn: the second makes text only of what prints. */
export function maskedTexts(source: string, template: Template): Masked[] {
  return [mask(source, template.actions, false), mask(source, template.actions, true)];
}

function collectScalars(node: OutlineNode | undefined, into: OutlineNode[]): void {
  if (node === undefined || node.kind === "alias") return;
  if (node.kind === "scalar") into.push(node);
  else for (const child of node.children) collectScalars(child.value, into);
}
