/** What is wrong with the text of an object, as far as its document tells. */
import type { Problem } from "../../../model/facts.ts";
import { extentOf, type SourceDocument } from "../source.ts";

/** Problems of a document, or of the item of a List at a path in it. */
export function problemsOf(document: SourceDocument, path: readonly (string | number)[]): readonly Problem[] {
  // What comes behind a place that we read otherwise than Kubernetes does may be sound as well.
  const doubtful = document.problems.some((problem) => isTolerated(problem, document.text));
  const all = document.problems.flatMap(({ code, start, end }) => {
    const told = code === "alias-unresolved" ? "alias" : code;
    if (told !== "syntax" && told !== "duplicate-key" && told !== "alias") return [];
    return [
      {
        code: told,
        text: document.text.slice(start, end),
        place: { document, path: [], span: [start, end] },
        doubtful,
      } as const,
    ];
  });
  if (all.length === 0 || path.length === 0) return all;
  const [from, to] = extentOf(document, path);
  return all.filter(({ place }) => place.span[0] >= from && place.span[0] < to);
}

/** Kubernetes' reader goes by the closing quote or bracket, however little the lines before it are indented. */
function isTolerated({ message, start }: SourceDocument["problems"][number], text: string): boolean {
  if (message.includes("sufficiently indented")) return true;
  const quote = /^Missing closing (["'])/.exec(message)?.[1];
  return quote !== undefined && text.indexOf(quote, start) >= 0;
}
