/** The disk as the engine is told of it: a walk that can be taken in slices, and single files. */
import { type Dirent, existsSync, lstatSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import type { NotReadReason } from "../engine/files.ts";
import { interestIn, isSkippedFolder, type Root } from "../engine/layout.ts";
import type { Change } from "../engine/workspace.ts";
import { globTest, Ignores } from "./ignores.ts";
import { isGone, readText } from "./read-text.ts";
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
      } else yield changeAt(root, path, inside, entry, options);
    }
  }
}

function readFolder(folder: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    // One that went since its parent was read leaves nothing to say.
    return isGone(error) ? [] : undefined;
  }
}

/** What is at a path that is no folder; nothing where it is of no interest. `inside`: the same path below the root. */
function changeAt(
  root: string,
  path: string,
  inside: string,
  entry: Pick<Dirent, "isFile" | "isSymbolicLink">,
  options: DiskOptions,
): Change | undefined {
  const uri = uriOfPath(path);
  const interest = interestIn(inside);
  if (interest === "skip") return undefined;
  if (!entry.isFile()) {
    const notRead = entry.isSymbolicLink() ? linkReason(root, path) : "not-a-file";
    return notRead === undefined || interest !== "text" ? undefined : { uri, notRead };
  }
  if (interest === "name") return { uri, listed: true };
  const text = readText(path, options.maxFileSizeKb * 1024, "refused");
  if (typeof text === "string") return { uri, text };
  return text.gone === true ? { uri, text: null } : { uri, notRead: text.reason };
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

/** What a file under a root is now: its text, its absence, or why it is not read. `undefined` for a folder. */
export function readOne(root: Root, uri: string, options: DiskOptions): Change | undefined {
  const folder = pathOfUri(root.uri);
  const path = pathOfUri(uri);
  if (folder === undefined || path === undefined) return undefined;
  const inside = relative(folder, path).split(sep).join("/");
  if (inside === "") return undefined;
  const none = { uri, text: null };
  if (inside.startsWith("..") || inside.split("/").some(isSkippedFolder)) return none;
  if (globTest(options.exclude)(inside) || isIgnored(folder, path)) return none;
  try {
    if (isBelowLink(folder, path)) return none;
    const entry = lstatSync(path);
    return entry.isDirectory() ? undefined : (changeAt(folder, path, inside, entry, options) ?? none);
  } catch {
    return none;
  }
}

/** Files that name others that are wanted are followed so far. */
export const MAX_ROUNDS = 8;

/** The texts of files that something is rendered from. What cannot be read is said so, and is not wanted again. */
export function readWanted(uris: readonly string[], options: DiskOptions): readonly Change[] {
  return uris.flatMap((uri): readonly Change[] => {
    const path = pathOfUri(uri);
    if (path === undefined) return [];
    const text = readText(path, options.maxFileSizeKb * 1024, "refused");
    if (typeof text === "string") return [{ uri, text, wanted: true }];
    // A kustomization may name a folder as well.
    return text.gone === true || text.reason === "not-a-file" ? [] : [{ uri, notRead: text.reason }];
  });
}

/** A link on the way from the root is not followed, wherever it leads. The root itself may be reached by one. */
function isBelowLink(root: string, path: string): boolean {
  return realpathSync(dirname(path)) !== join(realpathSync(root), relative(root, dirname(path)));
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
