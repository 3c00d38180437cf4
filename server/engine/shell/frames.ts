/** What of a shell text is open while it is read: groups, and the command in progress. */
import type { Word } from "./lexer.ts";
import type { Item } from "./tolerance.ts";

/** A list of commands, and the `if`, loop, case or brackets around it. */
export interface Frame {
  readonly kind: "list" | "(" | "{" | "if" | "loop" | "case";
  readonly start: number;
  readonly items: Item[];
  /** Ranges of commands that are only asked for their success. */
  readonly conditions: (readonly [number, number])[];
  conditionFrom: number | undefined;
  bodyFrom: number;
  assigns: boolean;
  expectsPattern: boolean;
}

/** The command in progress. */
export interface Segment {
  words: Word[];
  readonly start: number;
  skip: boolean;
  inTest: boolean;
  used: boolean;
  assigned: boolean;
}

export function frameAt(kind: Frame["kind"], start: number): Frame {
  return {
    kind,
    start,
    items: [],
    conditions: [],
    conditionFrom: undefined,
    bodyFrom: start,
    assigns: false,
    expectsPattern: false,
  };
}

export function segmentAt(start: number): Segment {
  return { words: [], start, skip: false, inTest: false, used: false, assigned: false };
}
