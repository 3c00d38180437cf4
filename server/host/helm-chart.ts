/** A chart as helm is to see it: with texts that are not saved yet, and with what it includes of this workspace. */
import { createHash } from "node:crypto";
import type { Dirent } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Json } from "../../model/edit.ts";
import { toObject } from "../engine/render/plain-object.ts";
import { parseDocumentText } from "../engine/tree/parse.ts";

/** Texts by absolute path that count in place of what is on the disk. */
export type Overlay = ReadonlyMap<string, string>;

/** What a chart includes, and where that is. */
export interface Included {
  /** By the name of the folder below `charts/`, the folder that is to stand there. */
  readonly local: ReadonlyMap<string, string>;
  /** Names of those that are nowhere here. */
  readonly missing: readonly string[];
}

/** Folders in which nothing of a chart is. */
export const SKIPPED = new Set([".git", ".hg", ".svn", "node_modules", ".terraform"]);
const MAX_DEPTH = 20;
const MAX_FILES = 5_000;
const MAX_BYTES = 100_000_000;

/** Helm takes dependencies from `charts/` alone; those of this workspace are taken from where they are written. */
export async function includedIn(chart: string, overlay: Overlay): Promise<Included> {
  const local = new Map<string, string>();
  const missing: string[] = [];
  const there = await namesIn(join(chart, "charts"));
  for (const { name, repository, version } of await dependenciesOf(chart, overlay)) {
    const packed = there.some((one) => one === name || (one.startsWith(`${name}-`) && one.endsWith(".tgz")));
    const path = /^file:\/\/(.+)$/.exec(repository)?.[1];
    // What lies there as a folder is what helm reads, and what people edit.
    if (there.includes(name) || (packed && path === undefined)) continue;
    const folder = path === undefined ? undefined : isAbsolute(path) ? path : resolve(chart, path);
    if (folder !== undefined && (await isFile(join(folder, "Chart.yaml"), overlay)) && !local.has(name))
      local.set(name, folder);
    else if (!packed) missing.push(version === "" ? name : `${name} ${version}`);
  }
  return { local, missing };
}

interface Dependency {
  readonly name: string;
  readonly repository: string;
  readonly version: string;
}

async function dependenciesOf(chart: string, overlay: Overlay): Promise<readonly Dependency[]> {
  const found: Dependency[] = [];
  for (const file of ["Chart.yaml", "requirements.yaml"]) {
    const list = fieldIn(await dataIn(join(chart, file), overlay), "dependencies");
    for (const one of Array.isArray(list) ? list : []) {
      const [name, repository, version] = ["name", "repository", "version"].map((key) => fieldIn(one, key));
      // A name is to be the name of a folder, and nothing else.
      if (typeof name !== "string" || !/^[\w.-]+$/.test(name) || /^\.+$/.test(name)) continue;
      found.push({ name, repository: String(repository ?? ""), version: String(version ?? "") });
    }
  }
  return found;
}

/** Writes the chart to a folder. What is as it is on the disk is linked. */
export async function writeChart(chart: string, target: string, overlay: Overlay, included: Included): Promise<void> {
  await copyTree(chart, target, overlay, included.local.size > 0 ? new Set(["charts"]) : new Set());
  for (const [name, folder] of included.local) await copyTree(folder, join(target, "charts", name), overlay, new Set());
  if (included.missing.length === 0) return;
  const missing = new Set(included.missing.map((one) => one.split(" ")[0]));
  for (const file of ["Chart.yaml", "requirements.yaml"]) {
    const data = await dataIn(join(chart, file), overlay);
    const list = fieldIn(data, "dependencies");
    if (!Array.isArray(list)) continue;
    const dependencies = list.filter((one) => !missing.has(String(fieldIn(one, "name"))));
    // JSON is YAML as well.
    await replace(join(target, file), JSON.stringify({ ...(data as object), dependencies }));
  }
}

/** Is anything of a chart to be other than it is on the disk. */
export function needsCopy(chart: string, overlay: Overlay, included: Included): boolean {
  const folders = [chart, ...included.local.values()];
  return (
    included.local.size + included.missing.length > 0 ||
    [...overlay.keys()].some((path) => folders.some((folder) => isInside(folder, path)))
  );
}

/** `own`: folders that are to be real ones, since something is put into them. */
async function copyTree(source: string, target: string, overlay: Overlay, own: ReadonlySet<string>): Promise<void> {
  await mkdir(target, { recursive: true });
  const inside = [...overlay].filter(([path]) => isInside(source, path));
  for (const entry of await entriesIn(source)) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(source, entry.name);
    if (overlay.has(path)) continue;
    const isReal = own.has(entry.name) || inside.some(([one]) => isInside(path, one));
    if (isReal && !entry.isFile()) await copyTree(path, join(target, entry.name), overlay, new Set());
    else await linkTo(path, join(target, entry.name), entry.isDirectory());
  }
  for (const folder of own) await mkdir(join(target, folder), { recursive: true });
  for (const [path, text] of inside) await replace(join(target, relative(source, path)), text);
}

async function replace(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // Writing through a link would write the user's own file.
  await rm(path, { force: true });
  await writeFile(path, text, { flag: "wx", mode: 0o600 });
}

/** Windows lets everybody link folders, and files only by their content. */
async function linkTo(path: string, target: string, isFolder: boolean): Promise<void> {
  try {
    if (isFolder || process.platform !== "win32") await symlink(path, target, isFolder ? "junction" : "file");
    else await link(path, target);
  } catch {
    if (!isFolder) await copyFile(path, target);
  }
}

/** Tells two states of what a chart is rendered from apart; nothing where there is too much of it. */
export async function fingerprint(
  folders: readonly string[],
  files: readonly string[],
  overlay: Overlay,
  rest: readonly string[],
): Promise<string | undefined> {
  const hash = createHash("sha256").update(JSON.stringify([folders, files, rest]));
  let count = 0;
  let size = 0;
  const add = async (path: string): Promise<boolean> => {
    const content = overlay.get(path) ?? (await readFile(path).catch(() => undefined));
    size += content?.length ?? 0;
    hash.update(`\n${path}\n${content === undefined ? "none" : content.length}\n`).update(content ?? "");
    return ++count <= MAX_FILES && size <= MAX_BYTES;
  };
  const visit = async (folder: string, depth: number): Promise<boolean> => {
    for (const entry of await entriesIn(folder)) {
      const path = join(folder, entry.name);
      if (SKIPPED.has(entry.name) || overlay.has(path)) continue;
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isFolderAt(path)));
      if (isFolder ? depth >= MAX_DEPTH || !(await visit(path, depth + 1)) : !(await add(path))) return false;
    }
    return true;
  };
  for (const folder of folders) if (!(await visit(folder, 0))) return undefined;
  const typed = [...overlay.keys()].filter((path) => folders.some((folder) => isInside(folder, path))).sort();
  for (const path of [...files, ...typed]) if (!(await add(path))) return undefined;
  return hash.digest("base64");
}

export function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function entriesIn(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((): string[] => []);
}

async function isFile(path: string, overlay: Overlay): Promise<boolean> {
  return (
    overlay.has(path) ||
    stat(path)
      .then((one) => one.isFile())
      .catch(() => false)
  );
}

async function isFolderAt(path: string): Promise<boolean> {
  return stat(path)
    .then((one) => one.isDirectory())
    .catch(() => false);
}

export async function dataIn(path: string, overlay: Overlay): Promise<Json> {
  const text = overlay.get(path) ?? (await readFile(path, "utf8").catch(() => ""));
  return toObject(parseDocumentText(text, { tier: "fast", templated: "never" }).tree);
}

export function fieldIn(of: Json, key: string): Json | undefined {
  if (typeof of !== "object" || of === null || Array.isArray(of)) return undefined;
  return Object.hasOwn(of, key) ? (of as { readonly [key: string]: Json })[key] : undefined;
}
