import { parseCareful } from "./careful.ts";
import { parseFast } from "./fast.ts";
import { looksTemplated, parseTemplated } from "./template.ts";
import type { ParsedDocument } from "./tree.ts";

export interface ParseOptions {
  /** `careful` for what is being edited: the best that can be made of broken text. `fast` for everything else. */
  readonly tier: "fast" | "careful";
  /** Whether template actions in the text are looked for. */
  readonly templated: "auto" | "never";
}

/** Reads the text of one document, a chunk of its file. Never throws. */
export function parseDocumentText(text: string, options: ParseOptions): ParsedDocument {
  if (options.templated === "auto" && looksTemplated(text)) return parseTemplated(text);
  if (options.tier === "careful") return parseCareful(text);
  return parseFast(text) ?? parseCareful(text);
}
