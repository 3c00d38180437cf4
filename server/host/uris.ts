/** URIs as VS Code writes them, so that what the disk walk finds and what the editor sends are the same strings. */
import { URI } from "vscode-uri";

export function uriOfPath(path: string): string {
  return URI.file(path).toString();
}

export function pathOfUri(uri: string): string | undefined {
  const parsed = URI.parse(uri);
  return parsed.scheme === "file" ? parsed.fsPath : undefined;
}

/** The one spelling of a URI, whatever a client escapes. What is no URI stays what it is. */
export function normalUri(uri: string): string {
  try {
    return URI.parse(uri).toString().replace(/\/+$/, "");
  } catch {
    return uri;
  }
}
