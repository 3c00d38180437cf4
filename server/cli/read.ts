/** Files and folders of a call as one snapshot. */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DIMENSIONS } from "../../model/kmm.ts";
import { PRACTICES } from "../../model/practices.ts";
import { say, type Texts } from "../../model/text/texts.ts";
import type { Root } from "../engine/layout.ts";
import { type Change, type Snapshot, Workspace } from "../engine/workspace.ts";
import { Charts } from "../host/charts.ts";
import { helmRenderer } from "../host/helm-charts.ts";
import { DEFAULT_MAX_FILE_SIZE_KB, MAX_ROUNDS, readWanted, rootAt, walk } from "../host/node-files.ts";
import { readText } from "../host/read-text.ts";
import { uriOfPath } from "../host/uris.ts";
import { type Levels, levelFor } from "./levels.ts";
import { codeOf, UsageError } from "./usage.ts";

export interface ReadOptions {
  readonly target?: Levels;
  /** A folder that is named is applied, even where another one builds upon it. */
  readonly applied?: boolean;
  /** The helm program; `false` where no chart is to be rendered. */
  readonly helm?: string | false | undefined;
}

const DISK = { exclude: [], maxFileSizeKb: DEFAULT_MAX_FILE_SIZE_KB };

/** Everything that the paths hold, and what is rendered from it. Throws `UsageError` for a path that is not there. */
export async function read(paths: readonly string[], options: ReadOptions, texts: Texts): Promise<Snapshot> {
  const targets = paths.map((path) => target(path, texts));
  const roots: Root[] = [];
  for (const one of targets) if (!roots.some((root) => root.uri === one.root.uri)) roots.push(one.root);
  const workspace = new Workspace({
    practices: PRACTICES,
    roots,
    today: new Date().toISOString().slice(0, 10),
    ...(options.applied === true ? { rootsAreApplied: true } : {}),
    ...(options.target === undefined ? {} : { targets: targetsOf(options.target) }),
  });
  workspace.apply(
    targets.flatMap((one): readonly Change[] =>
      one.file === undefined ? [...walk(one.folder, DISK)].flatMap((change) => change ?? []) : [one.file],
    ),
  );
  fetchWanted(workspace);
  if (options.helm !== false) await renderCharts(workspace, options.helm);
  return workspace.snapshot;
}

/** Hands over what something is rendered from: an overlay may name files of any kind, and bases beside the folder. */
function fetchWanted(workspace: Workspace): void {
  const tried = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const wanted = workspace.snapshot.wanted.filter((uri) => !tried.has(uri));
    if (wanted.length === 0) return;
    for (const uri of wanted) tried.add(uri);
    workspace.apply(readWanted(wanted, DISK));
  }
}

/** What charts are rendered to may name more files, and more charts. */
async function renderCharts(workspace: Workspace, program: string | undefined): Promise<void> {
  const charts = new Charts(helmRenderer(program), workspace);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = workspace.snapshot;
    charts.update(new Map());
    await charts.finished();
    if (workspace.snapshot === before) return;
    fetchWanted(workspace);
  }
}

function targetsOf(levels: Levels) {
  return Object.fromEntries(
    DIMENSIONS.flatMap((dimension) => {
      const level = levelFor(levels, dimension);
      return level === undefined ? [] : [[dimension, level]];
    }),
  );
}

/** A folder is walked; a file is looked at alone. */
function target(path: string, texts: Texts) {
  const full = resolve(path);
  let isFolder: boolean;
  try {
    isFolder = statSync(full).isDirectory();
  } catch (error) {
    const key = ["ENOENT", "ENOTDIR"].includes(codeOf(error)) ? "cli.noPath" : "cli.cannotRead";
    throw new UsageError(say(texts, key, { path, code: codeOf(error) }));
  }
  if (isFolder) return { folder: full, root: rootAt(full), file: undefined };
  const folder = dirname(full);
  const place = { folder, root: rootAt(folder, false) };
  const text = readText(full, DEFAULT_MAX_FILE_SIZE_KB * 1024);
  const uri = uriOfPath(full);
  if (typeof text === "string") return { ...place, file: { uri, text } };
  return { ...place, file: { uri, notRead: text.reason } };
}
