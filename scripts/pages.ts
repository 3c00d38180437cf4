/** The pages that the build writes from the practices' texts. */
import { PRACTICES } from "../model/practices.ts";
import { SOURCES } from "../model/sources.ts";
import type { Texts } from "../model/text/texts.ts";
import { explain } from "../server/features/explain.ts";

/** Practice id and Markdown of each page. */
export function pages(texts: Texts): [string, string][] {
  return PRACTICES.map((practice) => [
    practice.id,
    explain(practice, texts, SOURCES[practice.id] ?? { references: [] }),
  ]);
}
