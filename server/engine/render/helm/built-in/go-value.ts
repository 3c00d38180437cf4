/** Values as Go templates have them: how they are printed and compared, and what counts as true. */
import { spend } from "./budget.ts";
import { Unsupported } from "./unsupported.ts";

/** A whole number is a `bigint` where Go has an int, and a `number` where it has a float64, as all numbers of values are. */
export type GoValue = null | boolean | string | number | bigint | readonly GoValue[] | GoMap | GoStruct | GoFunction;

/** A map may be written to by `set` and the like. */
export type GoMap = Map<string, GoValue>;
export type GoFunction = (...args: readonly GoValue[]) => GoValue;

/** What helm itself knows, such as `.Chart`: a field that is not there is a mistake. */
export class GoStruct {
  readonly fields: ReadonlyMap<string, GoValue>;

  constructor(fields: Readonly<Record<string, GoValue>>) {
    this.fields = new Map(Object.entries(fields));
  }
}

export function isGoMap(value: GoValue | undefined): value is GoMap {
  return value instanceof Map;
}

export function isGoList(value: GoValue | undefined): value is readonly GoValue[] {
  return Array.isArray(value);
}

export function isTrue(value: GoValue): boolean {
  if (isGoMap(value)) return value.size > 0;
  if (isGoList(value)) return value.length > 0;
  return value instanceof GoStruct || typeof value === "function" || Boolean(value);
}

/** What stands behind a dot. */
export function fieldOf(of: GoValue, name: string): GoValue {
  if (isGoMap(of)) return of.get(name) ?? null;
  if (of instanceof GoStruct) {
    const field = of.fields.get(name);
    if (field === undefined) throw new Unsupported(`can't evaluate field ${name}`);
    return field;
  }
  if (of === null) throw new Unsupported(`nil pointer evaluating interface {}.${name}`);
  throw new Unsupported(`can't evaluate field ${name} in type ${typeOf(of)}`);
}

/** As `%v` has it; nothing prints as it does inside of other values. */
export function print(value: GoValue): string {
  spend();
  if (value === null) return "<nil>";
  if (typeof value === "number") return printFloat(value);
  if (isGoList(value)) return `[${value.map(print).join(" ")}]`;
  if (isGoMap(value))
    return `map[${sortedKeys(value)
      .map((key) => `${key}:${print(value.get(key) ?? null)}`)
      .join(" ")}]`;
  if (value instanceof GoStruct || typeof value === "function") throw new Unsupported("prints what has no text");
  return String(value);
}

/** As the shortest `%g`: with an exponent below 0.0001, and from a million on. */
function printFloat(value: number): string {
  if (!Number.isFinite(value)) throw new Unsupported("prints no number");
  if (value === 0) return "0";
  const [, mantissa = "", sign = "+", size = "0"] = /^(.*)e([-+])(\d+)$/.exec(value.toExponential()) ?? [];
  const exponent = Number(`${sign}${size}`);
  if (exponent < -4 || exponent >= 6) return `${mantissa}e${sign}${size.padStart(2, "0")}`;
  const digits = mantissa.replace(/[-.]/g, "").length;
  return exponent < 0 ? value.toFixed(digits - 1 - exponent) : String(value);
}

export function typeOf(value: GoValue): string {
  if (value === null) return "<nil>";
  if (isGoList(value)) return "[]interface {}";
  if (isGoMap(value)) return "map[string]interface {}";
  if (typeof value === "number") return "float64";
  if (typeof value === "bigint") return "int";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  throw new Unsupported("asks for a type that is not known");
}

export function kindOf(value: GoValue): string {
  if (value === null) return "invalid";
  if (isGoList(value)) return "slice";
  return isGoMap(value) ? "map" : typeOf(value);
}

/** Basic values of one kind; others cannot be compared, but with nothing. */
export function isEqual(one: GoValue, other: GoValue): boolean {
  if (one === null || other === null) return one === other;
  const kinds = [kindOf(one), kindOf(other)];
  if (kinds[0] !== kinds[1] || kinds[0] === "slice" || kinds[0] === "map")
    throw new Unsupported("incompatible types for comparison");
  return one === other;
}

export function isLess(one: GoValue, other: GoValue): boolean {
  if (typeof one === "string" && typeof other === "string") return one < other;
  if (typeof one === "number" && typeof other === "number") return one < other;
  if (typeof one === "bigint" && typeof other === "bigint") return one < other;
  throw new Unsupported("incompatible types for comparison");
}

/** The same, whatever they hold. */
export function isDeepEqual(one: GoValue, other: GoValue): boolean {
  spend();
  if (isGoList(one))
    return isGoList(other) && one.length === other.length && one.every((it, at) => isDeepEqual(it, other[at] ?? null));
  if (isGoMap(one))
    return (
      isGoMap(other) &&
      one.size === other.size &&
      [...one].every(([key, it]) => other.has(key) && isDeepEqual(it, other.get(key) ?? null))
    );
  return one === other;
}

export function sortedKeys(map: GoMap): readonly string[] {
  return [...map.keys()].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
}

export function deepCopy(value: GoValue): GoValue {
  spend();
  if (isGoList(value)) return value.map(deepCopy);
  if (isGoMap(value)) return new Map([...value].map(([key, it]) => [key, deepCopy(it)]));
  return value;
}
