import type { Refusal } from "../changes.ts";
import type { Splice } from "./draft.ts";
import type { Hand } from "./hand.ts";
import type { Outline, OutlineNode } from "./outline.ts";
import { lineBreakAt, lineEnd, lineStart } from "./text.ts";

const CORE_TAG = /^(?:tag:yaml\.org,2002:|!!)/;

/** Collects what one edit writes into one document, or the reason why it may not. */
export class Pen {
  readonly outline: Outline;
  /** The author's way of writing in this document. */
  readonly hand: Hand;
  readonly #fileBreak: string;
  #splices: Splice[] = [];
  #refusal: Refusal | undefined;

  constructor(outline: Outline, hand: Hand, fileBreak: string) {
    this.outline = outline;
    this.hand = hand;
    this.#fileBreak = fileBreak;
  }

  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** In the order of the text; what goes to the same place stays in the order of writing. */
  get splices(): readonly Splice[] {
    return this.#splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  }

  write(start: number, end: number, text: string): undefined {
    this.#splices.push({ start, end, text });
  }

  /** Adds whole lines behind the line that ends at `end`. */
  addLines(end: number, lines: readonly string[]): undefined {
    if (lines.length > 0) this.write(end, end, this.lines(end, lines));
  }

  /** Lines, each led by the line break that is used at a place. */
  lines(at: number, lines: readonly string[]): string {
    const lineBreak = this.lineBreak(at);
    return lines.map((line) => lineBreak + line).join("");
  }

  lineBreak(at: number): string {
    const { text } = this.outline;
    return text.includes("\n") ? lineBreakAt(text, at) : this.#fileBreak;
  }

  /** The first reason counts. */
  refuse(why: Refusal): undefined {
    this.#refusal ??= why;
  }

  /** A change inside the node shows nowhere else, and the node is what it looks like. */
  allowsInside(node: OutlineNode): boolean {
    if (this.#isShared(node)) this.refuse("anchor");
    else if (node.tag !== undefined && !CORE_TAG.test(node.tag)) this.refuse("syntax");
    else return true;
    return false;
  }

  /** The node may be taken away. */
  allowsLosing(node: OutlineNode): boolean {
    const isShared = this.#holdsShared(node);
    if (isShared) this.refuse("anchor");
    return !isShared;
  }

  /** The node may be replaced by another. */
  allowsReplacing(node: OutlineNode): boolean {
    if (!this.allowsLosing(node)) return false;
    if (node.anchor !== undefined) this.refuse("anchor");
    else if (node.tag !== undefined) this.refuse("syntax");
    else if (this.outline.template?.touches(node.start, node.end) === true) this.refuse("template");
    else return true;
    return false;
  }

  #isShared(node: OutlineNode): boolean {
    return node.anchor !== undefined && this.outline.aliased.has(node.anchor);
  }

  #holdsShared(node: OutlineNode): boolean {
    if (this.#isShared(node)) return true;
    if (node.kind !== "map" && node.kind !== "list") return false;
    return node.children.some((child) => this.#holdsShared(child.value));
  }

  /** The whole line from its start up to an offset. */
  lineBefore(offset: number): string {
    return this.outline.text.slice(lineStart(this.outline.text, offset), offset);
  }

  lineAfter(offset: number): string {
    return this.outline.text.slice(offset, lineEnd(this.outline.text, offset));
  }
}
