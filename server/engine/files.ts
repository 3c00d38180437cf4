/** One file of the workspace as the engine holds it, and the facts that are read from it alone. */
import type { DocumentRef } from "../../model/edit.ts";
import type { Resource, Standing } from "../../model/facts.ts";
import { readKubernetes } from "./dialects/kubernetes.ts";
import { isKustomization } from "./dialects/kustomize.ts";
import { dialectOf, dialectOfObjects, type PipelineDialect } from "./dialects/pipelines.ts";
import { rootField } from "./field.ts";
import {
  baseName,
  type Charts,
  isPipelinePath,
  isYamlPath,
  looksRelevant,
  type Root,
  relativePath,
  standingOf,
} from "./layout.ts";
import { type Reading, type SourceDocument, SourceFile } from "./source.ts";

/** Why a file was not read; a key of the interface's texts below `notRead.`. */
export type NotReadReason = "too-large" | "unreadable" | "not-text" | "truncated" | "outside" | "not-a-file";

export interface FileEntry {
  readonly uri: string;
  /** Relative to its root, decoded. */
  readonly path: string;
  readonly root: Root | undefined;
  readonly standing: Standing;
  /** The file as it was read; absent when only its existence is known, or it holds nothing of ours. */
  readonly source: SourceFile | undefined;
  readonly notRead: NotReadReason | undefined;
  readonly resources: readonly Resource[];
  readonly role: "kubernetes" | "pipeline" | "kustomization" | "repository" | "config" | "other";
  /** How its pipelines are read, where it holds any, or parts of them. */
  readonly dialect: PipelineDialect | undefined;
  /** Folder URI of the chart it belongs to. */
  readonly chart: string | undefined;
  /** `.kmm.yaml` says not to look at it. */
  readonly excluded: boolean;
  /** A kustomization applies it as a patch: what it holds are parts of objects. */
  readonly patch: boolean;
  /** YAML by its language, whatever it is called. */
  readonly yaml: boolean;
}

/** What the surroundings of a file say of it. */
export interface Surroundings {
  readonly charts: Charts;
  readonly patches: ReadonlySet<string>;
  excludes(root: Root | undefined, path: string): boolean;
  /** Name of the environment that `.kmm.yaml` puts the file into. */
  environment(root: Root | undefined, path: string): string | undefined;
}

/** Files above this many UTF-16 units are listed as not read, whatever the host let through. */
export const MAX_TEXT = 8_000_000;

const YAML_11: Reading = { yaml: true, yaml11: true, templated: "auto" };
const YAML_12: Reading = { yaml: true, yaml11: false, templated: "never" };
const PLAIN: Reading = { yaml: false, yaml11: false, templated: "never" };

/** How a file is read, by its path. Pipelines are YAML 1.2 (`on:` stays a string) and never Helm templates. */
function readingOf(path: string, yaml: boolean): Reading {
  if (yaml && !isYamlPath(path)) return readingOf(`${path}.yaml`, false);
  if (/\.json5?$|(^|\/)\.renovaterc$/.test(path)) return YAML_12;
  if (!isYamlPath(path)) return PLAIN;
  if (isConfigPath(path)) return YAML_12;
  return isPipelinePath(path) || /(^|\/)action\.ya?ml$/.test(path) ? YAML_12 : YAML_11;
}

function isConfigPath(path: string): boolean {
  return /^\.kmm\.ya?ml$/.test(baseName(path));
}

export interface FileInput {
  readonly uri: string;
  readonly text: string | undefined;
  readonly version: number | undefined;
  readonly notRead: NotReadReason | undefined;
  /** Open in an editor: kept whatever it holds. */
  readonly open: boolean;
  /** YAML by its language, for what has no name that says so. */
  readonly yaml: boolean;
  /** Something else is made from it: kept whatever it holds. */
  readonly wanted?: boolean;
}

/** Makes an entry from a file's text; documents that did not change are taken over from the previous one. */
export function readFile(
  input: FileInput,
  root: Root | undefined,
  around: Surroundings,
  previous: FileEntry | undefined,
): FileEntry {
  const charts = around.charts;
  const path = relativePath(root, input.uri);
  const bare = { uri: input.uri, path, root, standing: standingOf(path, around.environment(root, path)) };
  const chart = chartOf(input.uri, charts);
  const none = {
    ...bare,
    source: undefined,
    notRead: input.notRead,
    resources: [],
    role: "other",
    dialect: undefined,
    chart,
    excluded: around.excludes(root, path),
    patch: around.patches.has(input.uri),
    yaml: input.yaml,
  } as const;
  if (input.notRead !== undefined || input.text === undefined) return none;
  if (input.text.length > MAX_TEXT) return { ...none, notRead: "too-large" };
  if (isBinary(input.text)) return { ...none, notRead: "not-text" };
  const helper = isTemplateHelper(input.uri, charts);
  const kept = input.open || input.wanted === true;
  if (helper && !kept) return none;
  const reading = helper ? PLAIN : readingOf(path, input.yaml);
  if (reading.yaml && isYamlPath(path) && !kept && !looksRelevant(path, input.text)) return none;
  const source = new SourceFile(input.uri, input.version, input.text, reading, previous?.source);
  const read = { ...none, source, notRead: source.truncated ? "truncated" : undefined } as const;
  return none.excluded || none.patch ? read : { ...read, ...factsOf(source, none, reading) };
}

/** The same file seen with other surroundings. */
export function relocate(entry: FileEntry, around: Surroundings): FileEntry {
  const chart = chartOf(entry.uri, around.charts);
  const excluded = around.excludes(entry.root, entry.path);
  const patch = around.patches.has(entry.uri);
  const standing = standingOf(entry.path, around.environment(entry.root, entry.path));
  const stands = standing.nonProduction === entry.standing.nonProduction;
  if (
    entry.source === undefined ||
    (stands && chart === entry.chart && excluded === entry.excluded && patch === entry.patch)
  )
    return entry;
  const moved = { ...entry, standing, chart, excluded, patch };
  if (excluded || patch) return { ...moved, resources: [], role: "other", dialect: undefined };
  return { ...moved, ...factsOf(entry.source, moved, readingOf(entry.path, entry.yaml)) };
}

function factsOf(
  source: SourceFile,
  { path: own, standing, chart, yaml }: Pick<FileEntry, "path" | "standing" | "chart" | "yaml">,
  reading: Reading,
): Pick<FileEntry, "resources" | "role" | "dialect"> {
  // What has no name that says so is looked at as if it had one.
  const path = yaml && !isYamlPath(own) ? `${own}.yaml` : own;
  const none = { resources: [], dialect: undefined } as const;
  if (isConfigPath(path)) return { ...none, role: "config" };
  const [first] = source.documents;
  const body = first === undefined ? undefined : rootField(first);
  if (body !== undefined && isKustomization(path, body)) return { ...none, role: "kustomization" };
  const dialect = body === undefined ? undefined : dialectOf(path, body);
  if (dialect !== undefined) return { resources: [], role: "pipeline", dialect };
  if (!reading.yaml) return { ...none, role: "repository" };
  const resources = source.documents.flatMap((document) => resourcesOf(document, standing, chart));
  if (resources.length === 0) return { ...none, role: "repository" };
  return { resources, role: "kubernetes", dialect: dialectOfObjects(resources.map(({ groupKind }) => groupKind)) };
}

interface KnownResources {
  readonly chart: string | undefined;
  readonly nonProduction: boolean;
  readonly resources: readonly Resource[];
}

const known = new WeakMap<SourceDocument, KnownResources>();

function resourcesOf(document: SourceDocument, standing: Standing, chart: string | undefined): readonly Resource[] {
  const before = known.get(document);
  const { nonProduction } = standing;
  if (before !== undefined && before.chart === chart && before.nonProduction === nonProduction) return before.resources;
  const resources = readKubernetes(document, { standing, chart });
  known.set(document, { chart, nonProduction, resources });
  return resources;
}

/** The chart whose release holds what this file declares: only files under `templates/` are rendered. */
function chartOf(uri: string, charts: Charts): string | undefined {
  if (charts.size === 0) return undefined;
  const chart = charts.chartOf(uri);
  return chart?.path.startsWith("templates/") === true ? charts.releaseOf(chart.folder) : undefined;
}

/** `_helpers.tpl`, `NOTES.txt` and the like only define what others use. */
function isTemplateHelper(uri: string, charts: Charts): boolean {
  return baseName(uri).startsWith("_") && chartOf(uri, charts) !== undefined;
}

/** UTF-16 read as UTF-8 and encrypted blobs hold NUL characters; text does not. */
function isBinary(text: string): boolean {
  return text.slice(0, 8_000).includes("\0");
}

export function holds(entry: FileEntry, document: DocumentRef): boolean {
  return (entry.source?.indexOf(document) ?? -1) >= 0;
}
