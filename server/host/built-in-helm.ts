/** Charts rendered where no helm program is: what they are made of is read here, and nothing is run. */
import { isUtf8 } from "node:buffer";
import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type BuiltInOutput, renderBuiltIn } from "../engine/render/helm/built-in/chart.ts";
import { Unsupported } from "../engine/render/helm/built-in/unsupported.ts";
import type { HelmRequest } from "./helm.ts";
import { includedIn, isInside, type Overlay, SKIPPED } from "./helm-chart.ts";

const MAX_FILES = 2_000;
const MAX_BYTES = 20_000_000;
const MAX_FILE = 1_000_000;
const MAX_DEPTH = 20;

/** What helm would print, with the dependencies that are not here; why that is not known otherwise. */
export type BuiltInResult =
  | (BuiltInOutput & { readonly missing: readonly string[] })
  | { readonly unsupported: string };

/**
 * Renders a chart as the program would, or not at all. `pause` comes between reading and rendering, which takes some
 * time at a stretch. Never rejects.
 */
export async function renderWithoutHelm(request: HelmRequest, pause?: () => Promise<void>): Promise<BuiltInResult> {
  const { chart, overlay, release, namespace, parameters, inline } = request;
  try {
    const { local, missing } = await includedIn(chart, overlay);
    const texts = new Map<string, string | undefined>();
    const left = { files: MAX_FILES, bytes: MAX_BYTES };
    await readTree(chart, "", overlay, texts, left, 0);
    for (const [name, folder] of local) {
      for (const path of [...texts.keys()])
        if (path.startsWith(`charts/${name}-`) && path.endsWith(".tgz")) texts.delete(path);
      await readTree(folder, `charts/${name}/`, overlay, texts, left, 0);
    }
    const values = await Promise.all(request.values.map((path) => overlay.get(path) ?? readFile(path, "utf8")));
    if (inline !== undefined) values.push(inline);
    await pause?.();
    return { ...renderBuiltIn({ texts, release, namespace, values, parameters }), missing };
  } catch (error) {
    return { unsupported: error instanceof Unsupported ? error.message : "" };
  }
}

async function readTree(
  folder: string,
  under: string,
  overlay: Overlay,
  texts: Map<string, string | undefined>,
  left: { files: number; bytes: number },
  depth: number,
): Promise<void> {
  if (depth > MAX_DEPTH) throw new Unsupported("folders too deep");
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  for (const entry of entries) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    const about = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (about?.isDirectory() === true) await readTree(path, `${under}${entry.name}/`, overlay, texts, left, depth + 1);
    else if (about?.isFile() === true) texts.set(`${under}${entry.name}`, await textOf(path, overlay, left));
  }
  if (depth > 0) return;
  // What is not saved yet may not be there at all.
  for (const [path, text] of overlay)
    if (isInside(folder, path)) texts.set(under + relative(folder, path).split(sep).join("/"), unified(text));
}

/** Nothing for what is no text, or too long to be one that a template reads. */
async function textOf(
  path: string,
  overlay: Overlay,
  left: { files: number; bytes: number },
): Promise<string | undefined> {
  const typed = overlay.get(path);
  if (typed !== undefined) return unified(typed);
  if (path.endsWith(".tgz") || (await stat(path)).size > MAX_FILE) return undefined;
  const content = await readFile(path);
  left.files -= 1;
  left.bytes -= content.length;
  if (left.files < 0 || left.bytes < 0) throw new Unsupported("a chart of too many files");
  return isUtf8(content) ? unified(content.toString("utf8")) : undefined;
}

function unified(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n/g, "\n") : text;
}
