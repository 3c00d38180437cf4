/** The functions of templates: those of Go, of Sprig and of helm. What is not among them is refused. */
import { COLLECTIONS } from "./functions-collections.ts";
import { ENCODINGS } from "./functions-encodings.ts";
import { LOGIC } from "./functions-logic.ts";
import { NUMBERS } from "./functions-numbers.ts";
import { TEXTS } from "./functions-texts.ts";
import type { GoFunction } from "./go-value.ts";

export const FUNCTIONS: ReadonlyMap<string, GoFunction> = new Map(
  [LOGIC, TEXTS, NUMBERS, COLLECTIONS, ENCODINGS].flatMap((one) => Object.entries(one)),
);
