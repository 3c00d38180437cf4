/** What is true, equal, empty or of some kind. */
import { map, string, text } from "./arguments.ts";
import { type GoFunction, type GoValue, isDeepEqual, isEqual, isLess, isTrue, kindOf, typeOf } from "./go-value.ts";
import { Unsupported } from "./unsupported.ts";
import { semverCompare } from "./versions.ts";

const nothing: GoValue = null;

/** How many bits a whole number has is not kept. */
function told(value: GoValue): GoValue {
  if (typeof value === "bigint") throw new Unsupported("asks for the kind of a whole number");
  return value;
}

/** The first that is not empty. */
const firstTrue: GoFunction = (...args) => args.find(isTrue) ?? nothing;

export const LOGIC: Readonly<Record<string, GoFunction>> = {
  not: (value = nothing) => !isTrue(value),
  eq: (first = nothing, ...others) => {
    if (others.length === 0) throw new Unsupported("missing argument for comparison");
    return others.some((one) => isEqual(first, one));
  },
  ne: (one = nothing, other = nothing) => !isEqual(one, other),
  lt: (one = nothing, other = nothing) => isLess(one, other),
  gt: (one = nothing, other = nothing) => isLess(other, one),
  le: (one = nothing, other = nothing) => !isLess(other, one),
  ge: (one = nothing, other = nothing) => !isLess(one, other),
  deepEqual: (one = nothing, other = nothing) => isDeepEqual(one, other),
  default: (otherwise = nothing, ...given) => {
    const [value = nothing] = given;
    return isTrue(value) ? value : otherwise;
  },
  empty: (value = nothing) => !isTrue(value),
  coalesce: firstTrue,
  all: (...args) => args.every(isTrue),
  any: (...args) => args.some(isTrue),
  ternary: (yes = nothing, no = nothing, condition = nothing) => {
    if (typeof condition !== "boolean") throw new Unsupported("wrong type for ternary");
    return condition ? yes : no;
  },
  required: (message = nothing, value = nothing) => {
    if (value === null || value === "") throw new Unsupported(`required: ${string(message)}`);
    return value;
  },
  fail: (message = nothing) => {
    throw new Unsupported(string(message));
  },
  kindOf: (value = nothing) => kindOf(told(value)),
  typeOf: (value = nothing) => typeOf(told(value)),
  kindIs: (kind = nothing, value = nothing) => kindOf(told(value)) === kind,
  typeIs: (type = nothing, value = nothing) => typeOf(told(value)) === type,
  typeIsLike: (type = nothing, value = nothing) => typeOf(told(value)) === type,
  // No cluster is asked.
  lookup: () => new Map(),
  semverCompare: (constraint, version) => semverCompare(text(constraint), text(version)),
  hasKey: (of, key) => map(of).has(text(key)),
};
