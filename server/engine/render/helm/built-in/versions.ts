/** Versions against what is asked of them, as Masterminds' semver for Go has it. */
import { Unsupported } from "./unsupported.ts";

interface Version {
  /** Major, minor and patch, as far as they are written. */
  readonly parts: readonly number[];
  readonly before: string;
}

const VERSION = /^v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

function versionOf(text: string): Version {
  const found = VERSION.exec(text.trim());
  if (found === null) throw new Unsupported("not a version");
  const written = found.slice(1, 4).filter((one) => one !== undefined);
  const until = written.findIndex((one) => /[xX*]/.test(one));
  return { parts: written.slice(0, until < 0 ? undefined : until).map(Number), before: found[4] ?? "" };
}

/** Alternatives apart by `||`, each of conditions apart by commas or spaces. */
export function semverCompare(constraint: string, version: string): boolean {
  const actual = versionOf(version);
  if (actual.parts.length === 0) throw new Unsupported("not a version");
  return constraint.split("||").some((alternative) => {
    if (/\s-\s/.test(alternative)) throw new Unsupported("a range of versions");
    const conditions = alternative.trim().match(/(?:[=!<>~^]+\s*)?[^\s,=!<>~^]+/g) ?? [];
    if (conditions.length === 0) throw new Unsupported("not a constraint");
    return conditions.every((one) => holds(one.trim(), actual));
  });
}

function holds(condition: string, actual: Version): boolean {
  const [, operator = "", written = ""] = /^([=!<>~^]*)\s*(.*)$/.exec(condition) ?? [];
  const wanted = versionOf(written);
  // Pre-releases are left out, unless one is asked for.
  if (actual.before !== "" && wanted.before === "") return false;
  const order = compare(actual, wanted);
  const matches = wanted.parts.every((part, at) => part === (actual.parts[at] ?? 0));
  const isWhole = wanted.parts.length === 3;
  switch (operator) {
    case "":
    case "=":
      return isWhole ? order === 0 : matches;
    case "!=":
      return isWhole ? order !== 0 : !matches;
    case ">":
      return isWhole ? order > 0 : order > 0 && !matches;
    case ">=":
    case "=>":
      return order >= 0;
    case "<":
      return order < 0;
    case "<=":
    case "=<":
      return isWhole ? order <= 0 : order <= 0 || matches;
    case "~":
    case "~>":
      return order >= 0 && wanted.parts.slice(0, 2).every((part, at) => part === (actual.parts[at] ?? 0));
    case "^": {
      const fixed = wanted.parts.findIndex((part) => part !== 0);
      const same = wanted.parts.slice(0, fixed < 0 ? wanted.parts.length : fixed + 1);
      return order >= 0 && same.every((part, at) => part === (actual.parts[at] ?? 0));
    }
    default:
      throw new Unsupported("not a constraint");
  }
}

function compare(one: Version, other: Version): number {
  for (let at = 0; at < 3; at += 1) {
    const difference = (one.parts[at] ?? 0) - (other.parts[at] ?? 0);
    if (difference !== 0) return difference;
  }
  if (one.before === other.before) return 0;
  if (one.before === "" || other.before === "") return one.before === "" ? 1 : -1;
  const [mine, theirs] = [one.before.split("."), other.before.split(".")];
  for (const [at, part] of mine.entries()) {
    const against = theirs[at];
    if (against === undefined) return 1;
    if (part === against) continue;
    const numbers = [part, against].map((it) => /^\d+$/.test(it));
    if (numbers[0] && numbers[1]) return Number(part) - Number(against);
    if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1;
    return part < against ? -1 : 1;
  }
  return -1;
}
