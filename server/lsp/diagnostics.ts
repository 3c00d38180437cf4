/** Findings for a client that asks for them: of one document, or of all. */
import { createHash } from "node:crypto";
import type {
  Diagnostic,
  DocumentDiagnosticReport,
  WorkspaceDocumentDiagnosticReport,
} from "vscode-languageserver/node";
import { normalUri } from "../host/uris.ts";
import type { Files } from "./files.ts";
import { inSlices } from "./schedule.ts";

/** What is said of one document; nothing anew where it is what the client has already. */
export function documentReport(items: Diagnostic[], previous: string | undefined): DocumentDiagnosticReport {
  const resultId = resultIdOf(items);
  return resultId === previous ? { kind: "unchanged", resultId } : { kind: "full", items, resultId };
}

/** What is said of each file, in slices; those that the client has already are not sent again. */
export async function workspaceItems(
  files: Files,
  diagnosticsOf: (uri: string) => Diagnostic[],
  previous: readonly { readonly uri: string; readonly value: string }[],
  cancelled: () => boolean,
): Promise<WorkspaceDocumentDiagnosticReport[]> {
  const known = new Map(previous.map(({ uri, value }) => [normalUri(uri), value]));
  const { snapshot } = files;
  const entries = [...snapshot.files.values()].filter(
    (entry) =>
      entry.source !== undefined &&
      (entry.resources.length > 0 ||
        entry.dialect !== undefined ||
        entry.role === "config" ||
        entry.role === "kustomization" ||
        known.has(entry.uri) ||
        snapshot.environments.using(entry.uri).length > 0),
  );
  const items: WorkspaceDocumentDiagnosticReport[] = [];
  const waiting = entries.values();
  await inSlices(() => {
    const next = waiting.next();
    if (next.done === true) return true;
    const { uri } = next.value;
    const about = { uri: files.clientUri(uri), version: files.document(uri)?.version ?? null };
    items.push({
      ...documentReport(diagnosticsOf(uri), known.get(uri)),
      ...about,
    } as WorkspaceDocumentDiagnosticReport);
    return false;
  }, cancelled);
  // A file that went leaves nothing behind.
  for (const uri of known.keys())
    if (snapshot.entry(uri) === undefined) items.push({ kind: "full", uri, version: null, items: [] });
  return items;
}

/** The same for the same findings, whatever version of the text they are of. */
function resultIdOf(diagnostics: readonly Diagnostic[]): string {
  return createHash("sha1").update(JSON.stringify(diagnostics)).digest("base64");
}
