/** What came of one judgement, with all that excuses it applied. */
import type { Practice, Verdict } from "../../model/practice.ts";
import type { Waiver } from "./config.ts";
import type { Subject } from "./judge.ts";
import type { Suppression } from "./suppressions.ts";

export type OutcomeState = "met" | "unmet" | "unknown" | "waived" | "not-applicable";

export interface Outcome {
  readonly practice: Practice;
  readonly subject: Subject;
  readonly verdict: Verdict;
  readonly state: OutcomeState;
  /** Why it was waived. */
  readonly reason?: string;
  readonly waiver?: Waiver;
  readonly suppression?: Suppression;
  /** An annotation on the object excused it. */
  readonly annotated?: true;
  /** Part of the levels; what is not production is shown only. */
  readonly counted: boolean;
  /** Other files were asked: not sure before all of them are known. */
  readonly across: boolean;
}
