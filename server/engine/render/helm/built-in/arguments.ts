/** Arguments of functions, as they must be: what Go would refuse, or quietly make something else of, is refused. */
import { type GoMap, type GoValue, isGoList, isGoMap, print, typeOf } from "./go-value.ts";
import { Unsupported } from "./unsupported.ts";

function wrong(value: GoValue | undefined, wanted: string): Unsupported {
  return new Unsupported(`wrong type ${value === undefined ? "of nothing" : typeOf(value)}, expected ${wanted}`);
}

export function text(value: GoValue | undefined): string {
  if (typeof value === "string") return value;
  throw wrong(value, "string");
}

export function list(value: GoValue | undefined): readonly GoValue[] {
  if (isGoList(value)) return value;
  throw wrong(value, "list");
}

/** Functions of maps take nothing but maps. */
export function map(value: GoValue | undefined): GoMap {
  if (isGoMap(value)) return value;
  throw wrong(value, "map");
}

/** As `int64` reads it. */
export function whole(value: GoValue | undefined): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return BigInt(Math.trunc(value));
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "string") return /^[-+]?(?:0|[1-9]\d*)$/.test(value) ? BigInt(value.replace("+", "")) : 0n;
  return 0n;
}

/** As `float64` reads it. */
export function float(value: GoValue | undefined): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") return /^[-+]?\d+(?:\.\d+)?$/.test(value) ? Number(value) : 0;
  return 0;
}

/** An int that is small enough to count with. */
export function count(value: GoValue | undefined): number {
  if (typeof value !== "bigint" && typeof value !== "number") throw wrong(value, "int");
  const size = Number(value);
  if (!Number.isInteger(size) || Math.abs(size) > 100_000) throw wrong(value, "int");
  return size;
}

/** Any value as text, as Sprig does it. */
export function string(value: GoValue | undefined): string {
  return typeof value === "string" ? value : print(value ?? null);
}
