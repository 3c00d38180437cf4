/**
 * `.kmm.yaml` as everything else reads it. The editor and the command line come through here, so that they agree.
 * There is no clock here: the host says which day it is.
 */
import type { Json, MessageArgs, Place } from "../../model/edit.ts";
import type { Dimension, Level, PracticeId } from "../../model/kmm.ts";
import { BOUNDS, type Bounds } from "../../model/ladder.ts";
import { checkConfig, type Known } from "./config-check.ts";
import { type ConfigProblem, MAX_PROBLEMS, shapeProblems } from "./config-shape.ts";
import { type Glob, matchesName, readGlob, readGlobs } from "./globs.ts";
import { toPlain } from "./plain.ts";
import type { SourceDocument } from "./source.ts";
import { lineStarts, positionAt } from "./tree/lines.ts";
import { lookup } from "./tree/read.ts";
import type { Problem, Tree } from "./tree/tree.ts";

export type { Known } from "./config-check.ts";
export type { ConfigProblem } from "./config-shape.ts";

/** What is changed about one practice. */
export type PracticeSetting = "off" | { readonly level: Level | undefined; readonly required: boolean | undefined };

/** An exception that a team stands by. Known by its identity: the caller notes which ones excused something. */
export interface Waiver {
  readonly practice: PracticeId;
  readonly path: string | undefined;
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly reason: string;
  readonly owner: string | undefined;
  /** The last day on which it holds. */
  readonly expires: string | undefined;
  /** False once it expired, and for one that says again what an earlier one says. */
  readonly counts: boolean;
  /** Where it is written. */
  readonly place: Place;
}

export type AnswerState = "met" | "partial" | "not-met" | "not-applicable";

/** What a person says of a practice that files cannot show. */
export interface Answer {
  readonly practice: PracticeId;
  readonly state: AnswerState;
  readonly evidence: string | undefined;
  readonly owner: string | undefined;
  readonly answeredAt: string | undefined;
  readonly reviewBy: string | undefined;
  readonly externalUrl: string | undefined;
  /** It has evidence and an owner, is fresh, and the practice can be answered. */
  readonly counts: boolean;
  readonly place: Place;
}

export interface Environment {
  readonly name: string;
  readonly paths: readonly string[];
}

/** An object that something else makes. */
export interface ExternalObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

export interface Config {
  readonly target: Readonly<Record<Dimension, Level>>;
  readonly ladder: "standard" | "strict";
  readonly bounds: Bounds;
  readonly exclude: readonly string[];
  /** Minor version of Kubernetes 1.x. */
  readonly kubernetesMinor: number;
  readonly practices: ReadonlyMap<string, PracticeSetting>;
  readonly waivers: readonly Waiver[];
  readonly answers: readonly Answer[];
  readonly reviewedAt: string | undefined;
  readonly reviewers: readonly string[];
  readonly environments: readonly Environment[];
  readonly external: readonly ExternalObject[];
}

/** What holds where no file says otherwise. */
export const DEFAULT_CONFIG: Config = {
  target: { culture: 3, architecture: 3, automation: 3, security: 3, scalability: 3 },
  ladder: "standard",
  bounds: BOUNDS,
  exclude: [],
  kubernetesMinor: 34,
  practices: new Map(),
  waivers: [],
  answers: [],
  reviewedAt: undefined,
  reviewers: [],
  environments: [],
  external: [],
};

export interface ReadConfig {
  readonly config: Config;
  /** With an error among them `config` is `base`: the caller goes on with the last one that was in order. */
  readonly problems: readonly ConfigProblem[];
}

/** The configuration that a document holds. What it does not say is as in `base`: the host's own settings. */
export function readConfig(document: SourceDocument, known: Known, base: Config = DEFAULT_CONFIG): ReadConfig {
  const refused = (...problems: readonly ConfigProblem[]): ReadConfig => ({ config: base, problems });
  if (document.templated) return refused(wholeFile(document, "config.template", {}));
  const broken = document.problems[0];
  if (broken !== undefined) return refused(syntaxProblem(document, broken));
  const tree = document.tree();
  const { value, complete, size } = toPlain(tree);
  if (!complete) return refused(wholeFile(document, "config.tooLarge", {}));
  const data = withoutNulls(value);
  if (data === null) return { config: base, problems: [] };
  const shape = shapeProblems(document, data, size);
  if (shape.length > 0) return refused(...shape);
  // The schema has just said that the data is of this shape.
  const written = data as unknown as Written;
  const checked = checkConfig(document, written, known, base.bounds);
  const problems = checked.problems.slice(0, MAX_PROBLEMS);
  if (problems.some((problem) => problem.severity === "error")) return { config: base, problems };
  return {
    config: { ...base, ...settingsOf(written, base, tree), waivers: checked.waivers, answers: checked.answers },
    problems,
  };
}

function wholeFile(document: SourceDocument, key: string, args: MessageArgs): ConfigProblem {
  return { place: { document, path: [] }, key, args, severity: "error" };
}

/** One broken spot breaks what follows, so only the first is told. */
function syntaxProblem(document: SourceDocument, problem: Problem): ConfigProblem {
  const line = positionAt(lineStarts(document.text), problem.start).line + 1;
  const key = problem.code === "duplicate-key" ? "config.duplicateKey" : "config.syntax";
  return { place: { document, path: [], span: [problem.start, problem.end] }, key, args: { line }, severity: "error" };
}

/** A key without a value is one that its author has not come to yet. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const kept: Record<string, Json> = Object.create(null);
  for (const [key, child] of Object.entries(value)) if (child !== null) kept[key] = withoutNulls(child);
  return kept;
}

/** The data of a file that fits the schema. */
export interface Written {
  readonly target?: Level | Readonly<Partial<Record<Dimension, Level>>>;
  readonly ladder?: Config["ladder"] | { readonly mode?: Config["ladder"]; readonly bounds?: Partial<Bounds> };
  readonly exclude?: readonly string[];
  readonly kubernetesVersion?: string | number;
  readonly practices?: Readonly<
    Record<string, "off" | false | { readonly level?: Level; readonly required?: boolean }>
  >;
  readonly waivers?: readonly WrittenWaiver[];
  readonly answers?: readonly WrittenAnswer[];
  readonly reviewedAt?: string;
  readonly reviewers?: readonly string[];
  readonly environments?: readonly Environment[] | Readonly<Record<string, readonly string[]>>;
  readonly external?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

export interface WrittenWaiver {
  readonly practice: string;
  readonly path?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly reason: string;
  readonly owner?: string;
  readonly expires?: string;
}

export interface WrittenAnswer {
  readonly practice: string;
  readonly answer: AnswerState;
  readonly evidence?: string;
  readonly owner?: string;
  readonly answeredAt?: string;
  readonly reviewBy?: string;
  readonly externalUrl?: string;
}

function settingsOf(written: Written, base: Config, tree: Tree | undefined): Omit<Config, "waivers" | "answers"> {
  const { target, ladder } = written;
  return {
    target: typeof target === "number" ? everywhere(target) : { ...base.target, ...target },
    ladder: typeof ladder === "string" ? ladder : (ladder?.mode ?? base.ladder),
    bounds: typeof ladder === "object" ? { ...base.bounds, ...ladder.bounds } : base.bounds,
    exclude: written.exclude ?? base.exclude,
    kubernetesMinor:
      written.kubernetesVersion === undefined ? base.kubernetesMinor : minorOf(tree, written.kubernetesVersion),
    practices: new Map(Object.entries(written.practices ?? {}).map(([id, setting]) => [id, settingOf(setting)])),
    reviewedAt: written.reviewedAt,
    reviewers: written.reviewers ?? [],
    environments: environmentsOf(written.environments ?? []),
    external: (written.external ?? []).map(({ kind, name, namespace }) => ({ kind, name, namespace })),
  };
}

function everywhere(level: Level): Config["target"] {
  return { culture: level, architecture: level, automation: level, security: level, scalability: level };
}

function settingOf(setting: "off" | false | { readonly level?: Level; readonly required?: boolean }): PracticeSetting {
  return typeof setting === "object" ? { level: setting.level, required: setting.required } : "off";
}

/** From the text as written: as a number, 1.30 would be 1.3. */
function minorOf(tree: Tree | undefined, value: string | number): number {
  const entry = tree?.kind === "map" ? lookup(tree, "kubernetesVersion") : undefined;
  const text = entry?.value.kind === "scalar" ? entry.value.text : String(value);
  return Number(text.slice(text.indexOf(".") + 1));
}

/** Both ways to write environments, as a list. */
export function environmentsOf(
  written: readonly Environment[] | Readonly<Record<string, readonly string[]>>,
): readonly Environment[] {
  if (isList(written)) return written.map(({ name, paths }) => ({ name, paths }));
  return Object.entries(written).map(([name, paths]) => ({ name, paths }));
}

function isList(
  written: readonly Environment[] | Readonly<Record<string, readonly string[]>>,
): written is readonly Environment[] {
  return Array.isArray(written);
}

/** What a waiver is asked about. A subject without a kind or a name is not meant by a waiver that names one. */
export interface WaiverSubject {
  readonly practice: string;
  /** Relative to the folder of the configuration; empty for what is in no one file. */
  readonly path: string;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The first waiver that excuses the subject, in the order of the file. */
export function waiverFor(config: Config, subject: WaiverSubject): Waiver | undefined {
  if (config.waivers.length === 0) return undefined;
  return compiledOf(config.waivers)
    .get(subject.practice)
    ?.find(({ waiver, path }) => fits(waiver, path, subject))?.waiver;
}

/** The answer that counts for a practice. */
export function answerFor(config: Config, practice: string): Answer | undefined {
  return config.answers.find((answer) => answer.practice === practice && answer.counts);
}

/** Is a file left out, by its path relative to the folder of the configuration. */
export function isExcluded(config: Config, path: string): boolean {
  return config.exclude.length > 0 && globsOf(config.exclude).some((glob) => glob.covers(path));
}

/** Name of the first environment that a file belongs to. */
export function environmentFor(config: Config, path: string): string | undefined {
  return config.environments.find(({ paths }) => globsOf(paths).some((glob) => glob.covers(path)))?.name;
}

interface CompiledWaiver {
  readonly waiver: Waiver;
  readonly path: Glob | undefined;
}

const compiledWaivers = new WeakMap<readonly Waiver[], ReadonlyMap<string, readonly CompiledWaiver[]>>();
const compiledGlobs = new WeakMap<readonly string[], readonly Glob[]>();

function compiledOf(waivers: readonly Waiver[]): ReadonlyMap<string, readonly CompiledWaiver[]> {
  const before = compiledWaivers.get(waivers);
  if (before !== undefined) return before;
  const compiled = new Map<string, CompiledWaiver[]>();
  for (const waiver of waivers) {
    const path = waiver.path === undefined ? undefined : readGlob(waiver.path);
    // A path that cannot be read as a pattern was reported when the file was; it matches nothing.
    if (!waiver.counts || typeof path === "string") continue;
    const list = compiled.get(waiver.practice);
    if (list === undefined) compiled.set(waiver.practice, [{ waiver, path }]);
    else list.push({ waiver, path });
  }
  compiledWaivers.set(waivers, compiled);
  return compiled;
}

function globsOf(patterns: readonly string[]): readonly Glob[] {
  const before = compiledGlobs.get(patterns);
  if (before !== undefined) return before;
  const globs = readGlobs(patterns);
  compiledGlobs.set(patterns, globs);
  return globs;
}

function fits(waiver: Waiver, path: Glob | undefined, subject: WaiverSubject): boolean {
  return (
    named(waiver.kind, subject.kind) &&
    named(waiver.name, subject.name) &&
    named(waiver.namespace, subject.namespace) &&
    (path === undefined || path.covers(subject.path))
  );
}

function named(pattern: string | undefined, name: string | undefined): boolean {
  return pattern === undefined || (name !== undefined && matchesName(pattern, name));
}
