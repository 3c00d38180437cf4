/** A workspace read from a folder of the checkout, as the command line reads it. */
import { join } from "node:path";
import { PRACTICES } from "../../model/practices.ts";
import type { Language, Texts } from "../../model/text/texts.ts";
import { type Snapshot, Workspace } from "../../server/engine/workspace.ts";
import { walk } from "../../server/host/node-files.ts";
import { loadTexts } from "../../server/host/texts.ts";
import { uriOfPath } from "../../server/host/uris.ts";

export function textsOf(language: Language): Texts {
  return loadTexts(join(process.cwd(), "dist"), language);
}

/** Whether the checkout itself is under version control must not matter to what is expected. */
export function openFolder(folder: string, today = "2026-06-01"): Snapshot {
  const path = join(process.cwd(), folder);
  const workspace = new Workspace({
    practices: PRACTICES,
    roots: [{ uri: uriOfPath(path), name: folder.slice(folder.lastIndexOf("/") + 1), versionControl: "yes" }],
    today,
  });
  return workspace.apply([...walk(path, { exclude: [], maxFileSizeKb: 4096 })].flatMap((change) => change ?? []));
}
