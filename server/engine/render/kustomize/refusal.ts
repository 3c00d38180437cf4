/** What makes a step of a build impossible. It is caught where the step is taken, and told at its place. */
import type { MessageArgs, Place } from "../../../../model/edit.ts";
import type { RenderProblemCode } from "../rendered.ts";

export class Refusal extends Error {
  readonly code: RenderProblemCode;
  readonly args: MessageArgs;
  /** More exact than that of the step. */
  readonly place: Place | undefined;

  constructor(code: RenderProblemCode, args: MessageArgs, place?: Place) {
    super(code);
    this.code = code;
    this.args = args;
    this.place = place;
  }
}

/** Not what the field takes. */
export function invalid(reason: string, place?: Place): Refusal {
  return new Refusal("invalid", { reason }, place);
}
