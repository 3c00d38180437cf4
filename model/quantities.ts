/** Kubernetes quantities (`500m`, `1Gi`) and int-or-percent values, compared as numbers. */
import type { Field } from "./facts.ts";

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The value of a quantity in its base unit (cores, bytes); `undefined` for text that is none. */
export function parseQuantity(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text.trim());
  if (match === null) return undefined;
  const number = Number(`${match[1]}${match[2] ?? ""}`);
  const factor = FACTORS[match[3] ?? ""];
  return factor === undefined || Number.isNaN(number) ? undefined : number * factor;
}

/** Reads a quantity field. Throws `Unresolved` when it is not known. */
export function quantity(field: Field): number | undefined {
  const text = field.text();
  return text === undefined ? undefined : parseQuantity(text);
}

/** An int-or-string of the Kubernetes API: an absolute number or a percentage. */
export interface IntOrPercent {
  readonly value: number;
  readonly percent: boolean;
}

/** Reads `2` or `"25%"`. Throws `Unresolved` when it is not known. */
export function intOrPercent(field: Field): IntOrPercent | undefined {
  const text = field.text();
  const match = text === undefined ? null : /^(\d+)(%?)$/.exec(text.trim());
  return match === null ? undefined : { value: Number(match[1]), percent: match[2] === "%" };
}
