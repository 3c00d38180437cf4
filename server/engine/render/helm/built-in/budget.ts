/** How much one chart may take, so that none holds up the others. */
import { Unsupported } from "./unsupported.ts";

/** Steps, and values or characters that are gone through. */
const STEPS = 1_000_000;
const CHARACTERS = 50_000_000;

let steps = 0;
let characters = 0;

/** Begins another chart. */
export function beginBudget(): void {
  steps = STEPS;
  characters = CHARACTERS;
}

export function spend(count = 1): void {
  steps -= count;
  if (steps < 0) throw new Unsupported("too much to do");
}

/** A text that was made. */
export function spendText(text: string): string {
  characters -= text.length;
  if (characters < 0) throw new Unsupported("too much to write");
  return text;
}
