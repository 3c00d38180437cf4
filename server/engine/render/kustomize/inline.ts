/** YAML written into a text of a kustomization: each node of it knows which part of the text it is. */
import type { Place } from "../../../../model/edit.ts";
import { parseDocumentText } from "../../tree/parse.ts";
import { splitDocuments } from "../../tree/split.ts";
import type { Entry, Tree } from "../../tree/tree.ts";
import { withEntries, withItems, withOrigin } from "../graft.ts";
import { Spot } from "./nodes.ts";
import { invalid } from "./refusal.ts";

/** The documents in a text; refused when it is not YAML. */
export function inlineDocuments(text: string, place: Place): readonly Spot[] {
  return splitDocuments(text).flatMap((chunk) => {
    const parsed = parseDocumentText(text.slice(chunk.start, chunk.end), { tier: "fast", templated: "auto" });
    const [problem] = parsed.problems;
    if (problem !== undefined && !parsed.templated) {
      const span = [chunk.start + problem.start, chunk.start + problem.end] as const;
      throw invalid(problem.message, { ...place, span });
    }
    return parsed.tree === undefined ? [] : [Spot.at(placed(parsed.tree, chunk.start, place), place)];
  });
}

function placed(tree: Tree, offset: number, place: Place): Tree {
  const origin: Place = { ...place, span: [offset + tree.start, offset + tree.end] };
  switch (tree.kind) {
    case "scalar":
      return withOrigin(tree, origin);
    case "list":
      return withOrigin(
        withItems(
          tree,
          tree.items.map((item) => placed(item, offset, place)),
        ),
        origin,
      );
    case "map": {
      const entries = tree.entries.map(
        (entry): Entry => ({
          key: entry.key,
          keyStart: entry.keyStart,
          keyEnd: entry.keyEnd,
          value: placed(entry.value, offset, place),
          ...(entry.keyUnknown === true ? { keyUnknown: true } : {}),
          ...(entry.conditional === true ? { conditional: true } : {}),
        }),
      );
      return withOrigin(withEntries(tree, entries), origin);
    }
    default:
      return tree satisfies never;
  }
}
