/** Files that hold pipelines, read with what they call beside them. A reading is kept for as long as all of that is the same. */
import type { Field, GroupKind, Pipeline } from "../../model/facts.ts";
import type { PipelineDialect, PipelineDocument, PipelineFiles } from "./dialects/pipelines.ts";
import { knownText, rootField } from "./field.ts";
import type { FileEntry } from "./files.ts";
import type { ReadonlyLayers } from "./layers.ts";
import { encodeSegment } from "./layout.ts";
import type { SourceFile } from "./source.ts";

type Files = ReadonlyLayers<FileEntry>;

interface Known {
  readonly path: string;
  readonly nonProduction: boolean;
  readonly pipelines: readonly Pipeline[];
  readonly asked: Asked;
}

/** What a reading looked at beside its own file. */
interface Asked {
  readonly sources: Map<string, SourceFile | undefined>;
  /** Searches, with what they found. */
  readonly found: Map<string, { readonly pattern: RegExp; readonly paths: readonly string[] }>;
  /** Looked for by kind and name and not there: anything new may be it. */
  missing: boolean;
}

const known = new WeakMap<SourceFile, Known>();

/** The pipelines of one file. */
export function pipelinesOf(entry: FileEntry, files: Files): readonly Pipeline[] {
  const { dialect, source } = entry;
  if (dialect === undefined || source === undefined) return [];
  const before = known.get(source);
  if (
    before !== undefined &&
    before.path === entry.path &&
    before.nonProduction === entry.standing.nonProduction &&
    holds(before.asked, entry, files)
  )
    return before.pipelines;
  const asked: Asked = { sources: new Map(), found: new Map(), missing: false };
  const pipelines = read(entry, dialect, source, filesBeside(entry, files, asked));
  const { nonProduction } = entry.standing;
  known.set(source, { path: entry.path, nonProduction, pipelines, asked });
  return pipelines;
}

function read(
  entry: FileEntry,
  dialect: PipelineDialect,
  source: SourceFile,
  files: PipelineFiles,
): readonly Pipeline[] {
  const [first, ...others] = source.documents.map(
    (document): PipelineDocument => ({ body: rootField(document), document, text: document.text }),
  );
  if (first === undefined) return [];
  const pipelines = dialect.read({ documents: [first, ...others], path: entry.path, ...entry.standing }, files);
  // What stands on lines that could not be read is not known.
  const isWhole = source.documents.every(({ problems }) => problems.length === 0);
  return isWhole ? pipelines : pipelines.map((pipeline) => ({ ...pipeline, opaque: true }));
}

function holds(asked: Asked, entry: FileEntry, files: Files): boolean {
  if (asked.missing) return false;
  for (const [uri, source] of asked.sources) if (files.get(uri)?.source !== source) return false;
  for (const { pattern, paths } of asked.found.values())
    if (pathsLike(pattern, entry, files).join("\n") !== paths.join("\n")) return false;
  return true;
}

/** Files of the same root by their path; which of them were asked for is noted. */
function filesBeside(entry: FileEntry, files: Files, asked: Asked): PipelineFiles {
  const at = (path: string): FileEntry | undefined => {
    const root = entry.root?.uri;
    if (root === undefined) return undefined;
    const uri = `${root}/${path.split("/").map(encodeSegment).join("/")}`;
    const found = files.get(uri);
    asked.sources.set(uri, found?.source);
    return found;
  };
  return {
    repository: entry.root?.name ?? "",
    body: (path) => {
      const document = at(path)?.source?.documents[0];
      return document === undefined ? undefined : rootField(document);
    },
    documents: (path) => at(path)?.source?.documents.map(rootField) ?? [],
    text: (path) => at(path)?.source?.text,
    find: (pattern) => {
      const paths = pathsLike(pattern, entry, files);
      asked.found.set(String(pattern), { pattern, paths });
      return paths;
    },
    object: (groupKind, name) => {
      const found = objectIn(entry, files, groupKind, name);
      if (found === undefined) asked.missing = true;
      else asked.sources.set(found.uri, found.source);
      return found?.body;
    },
  };
}

function pathsLike(pattern: RegExp, entry: FileEntry, files: Files): readonly string[] {
  const paths: string[] = [];
  for (const one of files.values()) if (one.root === entry.root && pattern.test(one.path)) paths.push(one.path);
  return paths.sort();
}

interface Found {
  readonly uri: string;
  readonly source: SourceFile | undefined;
  readonly body: Field;
}

/** Only what a dialect calls its own is looked through: the tasks of a workspace are few. */
function objectIn(entry: FileEntry, files: Files, groupKind: GroupKind, name: string): Found | undefined {
  for (const one of files.values()) {
    if (one.dialect?.objects === undefined || one.root !== entry.root) continue;
    for (const resource of one.resources)
      if (resource.groupKind === groupKind && knownText(resource.name) === name)
        return { uri: one.uri, source: one.source, body: resource.body };
  }
  return undefined;
}
