/** The disk as the engine is told of it: a walk that can be taken in slices, and single files. */
import { isUtf8 } from "node:buffer";
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import type { NotReadReason } from "../engine/files.ts";
import { interestIn, isSkippedFolder, isYamlPath, type Root } from "../engine/layout.ts";
import type { Change } from "../engine/workspace.ts";
import { globTest, Ignores } from "./ignores.ts";
import { pathOfUri, uriOfPath } from "./uris.ts";

export interface DiskOptions {
  /** Globs relative to the root: never looked at. */
  readonly exclude: readonly string[];
  readonly maxFileSizeKb: number;
}

export const DEFAULT_MAX_FILE_SIZE_KB = 4_096;

/** Folders deeper than this below the root are not entered. */
const MAX_DEPTH = 256;

/** The folder as a root: its name, and whether it or a folder above it is under version control. */
export function rootAt(path: string, known = true): Root {
  return {
    uri: uriOfPath(path),
    name: basename(path) || path,
    versionControl: known ? versionControl(path) : "unknown",
  };
}

function versionControl(path: string): "yes" | "no" {
  for (let folder = path; ; folder = dirname(folder)) {
    if ([".git", ".hg", ".jj", ".svn"].some((name) => existsSync(join(folder, name)))) return "yes";
    if (dirname(folder) === folder) return "no";
  }
}

/**
 * Walks a folder. Yields a change for each file of interest, and nothing now and then, so that the caller may pause.
 * Symbolic links are not followed: what they lead to inside the root is walked anyway, and what is outside is not ours.
 */
export function* walk(root: string, options: DiskOptions): Generator<Change | undefined> {
  const excluded = globTest(options.exclude);
  const folders: { path: string; above: Ignores; depth: number }[] = [
    { path: root, above: Ignores.at(root), depth: 0 },
  ];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const { path: folder, above, depth } = next;
    const entries = readFolder(folder);
    if (entries === undefined) {
      yield { uri: uriOfPath(folder), notRead: "unreadable" };
      continue;
    }
    yield undefined;
    const ignores = depth > 0 && entries.some((entry) => entry.name === ".gitignore") ? above.below(folder) : above;
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const inside = relative(root, path).split(sep).join("/");
      const isFolder = entry.isDirectory();
      if (excluded(inside) || ignores.ignores(path, isFolder)) continue;
      if (isFolder) {
        if (!isSkippedFolder(entry.name) && depth < MAX_DEPTH) folders.push({ path, above: ignores, depth: depth + 1 });
      } else if (entry.isSymbolicLink()) {
        const reason = linkReason(root, path);
        if (reason !== undefined && isYamlPath(path)) yield { uri: uriOfPath(path), notRead: reason };
      } else
        yield entry.isFile()
          ? readChange(path, inside, options)
          : isYamlPath(path)
            ? { uri: uriOfPath(path), notRead: "not-a-file" }
            : undefined;
    }
  }
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch {
    return undefined;
  }
}

/** A link into the root names a file that is walked anyway; any other is said not to be read. */
function linkReason(root: string, path: string): NotReadReason | undefined {
  try {
    const target = realpathSync(path);
    return target.startsWith(realpathSync(root) + sep) ? undefined : "outside";
  } catch {
    return "unreadable";
  }
}

/** Is a file under a root never looked at: by the name of a folder, the user's globs or `.gitignore`. */
export function isLeftOut(root: Root, uri: string, options: DiskOptions): boolean {
  const folder = pathOfUri(root.uri);
  const path = pathOfUri(uri);
  if (folder === undefined || path === undefined) return false;
  const inside = relative(folder, path).split(sep).join("/");
  const skipped = inside.split("/").slice(0, -1).some(isSkippedFolder);
  return skipped || globTest(options.exclude)(inside) || isIgnored(folder, path);
}

/** What a file under a root is now: its text, its absence, or why it is not read. `undefined` where it is of no interest. */
export function readOne(root: Root, uri: string, options: DiskOptions): Change | undefined {
  const folder = pathOfUri(root.uri);
  const path = pathOfUri(uri);
  if (folder === undefined || path === undefined) return undefined;
  const inside = relative(folder, path).split(sep).join("/");
  if (inside === "" || inside.startsWith("..") || inside.split("/").some(isSkippedFolder)) return undefined;
  if (globTest(options.exclude)(inside) || isIgnored(folder, path)) return { uri, text: null };
  try {
    // Links are not followed here either.
    if (realpathSync(dirname(path)) !== dirname(path) && !realpathSync(path).startsWith(realpathSync(folder) + sep))
      return { uri, notRead: "outside" };
    const stat = statSync(path);
    if (stat.isDirectory()) return undefined;
    return stat.isFile() ? readChange(path, inside, options) : { uri, notRead: "not-a-file" };
  } catch {
    return { uri, text: null };
  }
}

function isIgnored(root: string, path: string): boolean {
  let ignores = Ignores.at(root);
  const parts = relative(root, path).split(sep);
  for (let depth = 1; depth <= parts.length; depth++) {
    const part = join(root, ...parts.slice(0, depth));
    if (ignores.ignores(part, depth < parts.length)) return true;
    if (depth < parts.length) ignores = ignores.below(part);
  }
  return false;
}

function readChange(path: string, inside: string, options: DiskOptions): Change | undefined {
  const interest = interestIn(inside);
  if (interest === "skip") return undefined;
  const uri = uriOfPath(path);
  if (interest === "name") return { uri, listed: true };
  const text = readText(path, options.maxFileSizeKb * 1024);
  return typeof text === "string" ? { uri, text } : { uri, notRead: text.reason };
}

/** The text of a regular file. Opened without waiting, so that a pipe put in a file's place cannot hold us up. */
export function readText(path: string, limit: number): string | { readonly reason: NotReadReason } {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(handle);
    if (!stat.isFile()) return { reason: "not-a-file" };
    if (stat.size > limit) return { reason: "too-large" };
    const bytes = readFileSync(handle);
    if (!isUtf8(bytes)) return { reason: "not-text" };
    const text = bytes.toString("utf8");
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  } catch {
    return { reason: "unreadable" };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
