/** YAML as helm reads values: the booleans and numbers of YAML 1.1, and every number a float64. */
import { parseDocumentText } from "../../../tree/parse.ts";
import { allEntries } from "../../../tree/read.ts";
import type { ScalarTree, Tree } from "../../../tree/tree.ts";
import { scalarValue } from "../../plain-object.ts";
import type { GoMap, GoValue } from "./go-value.ts";
import { Unsupported } from "./unsupported.ts";

const MAX_DEPTH = 200;
const YES = /^(?:y|Y|yes|Yes|YES|on|On|ON)$/;
const NO = /^(?:n|N|no|No|NO|off|Off|OFF)$/;

/** The data of a text of one document; nothing where it cannot be read. */
export function goData(text: string): GoValue | undefined {
  const { tree, problems } = parseDocumentText(text, { tier: "fast", templated: "never" });
  if (problems.some(({ code }) => code !== "duplicate-key")) return undefined;
  return tree === undefined ? null : dataOf(tree, 0);
}

/** No YAML that helm would take. */
export function isBroken(text: string): boolean {
  const { problems } = parseDocumentText(text, { tier: "fast", templated: "never" });
  return problems.some(({ code }) => code !== "duplicate-key");
}

function dataOf(tree: Tree, depth: number): GoValue {
  if (depth > MAX_DEPTH) throw new Unsupported("values too deep");
  switch (tree.kind) {
    case "scalar":
      return scalarOf(tree);
    case "list":
      return tree.items.map((item) => dataOf(item, depth + 1));
    case "map": {
      const map: GoMap = new Map();
      for (const { key, value } of allEntries(tree)) map.set(key, dataOf(value, depth + 1));
      return map;
    }
    default:
      return tree satisfies never;
  }
}

function scalarOf(scalar: ScalarTree): GoValue {
  const { text, style, tag } = scalar;
  if (style === "plain" && tag === undefined) {
    if (YES.test(text)) return true;
    if (NO.test(text)) return false;
    if (/^[-+]?\.(?:inf|nan)$/i.test(text)) throw new Unsupported("a number that is none");
  }
  return scalarValue(scalar);
}
