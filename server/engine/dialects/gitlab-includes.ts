/** The files that a GitLab pipeline is put together from, and what of them lies elsewhere. */
import type { Field, PipelineGap, PipelineReference } from "../../../model/facts.ts";
import { readGlob } from "../globs.ts";
import { join } from "../indirection.ts";
import { flattened, GitlabConfig, type Inputs, type Part, textOf } from "./gitlab-field.ts";
import { isRun, runsOf } from "./gitlab-rules.ts";
import type { PipelineFiles } from "./pipelines.ts";
import { pinOf, versionedReference } from "./references.ts";

/** A template of GitLab's, or a component, by what names it. */
export interface Template {
  readonly kind: "template" | "component";
  readonly field: Field;
  readonly inputs: Field;
}

/** What the files of one pipeline come to. */
export interface Assembly {
  readonly config: GitlabConfig;
  readonly templates: readonly Template[];
  readonly gaps: readonly PipelineGap[];
  readonly references: readonly PipelineReference[];
}

/** What a file is known by while others are read for it. */
export interface Assembling {
  readonly files: PipelineFiles;
  /** The folder that paths count from. */
  readonly folder: string;
}

/** GitLab's own limit. */
const MAX_FILES = 150;

interface Progress extends Assembling {
  readonly templates: Template[];
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
  read: number;
}

/** The documents of one file, as the pipeline that they are the root of. */
export function assemble(documents: readonly Field[], path: string, around: Assembling, given?: Field): Assembly {
  const progress: Progress = { ...around, templates: [], gaps: [], references: [], read: 0 };
  const { part, layers } = ofDocuments(documents, given, progress, [path]);
  return { ...progress, config: new GitlabConfig([part, ...layers]) };
}

/** What `trigger: include` puts together: several files, of which none is above the others. */
export function assembleIncluded(include: Field, around: Assembling, stack: readonly string[]): Assembly {
  const progress: Progress = { ...around, templates: [], gaps: [], references: [], read: 0 };
  const [first, ...others] = included(include, progress, stack);
  const nothing: Part = { field: include.at("nothing"), inputs: undefined };
  return { ...progress, config: new GitlabConfig([first ?? nothing, ...others]) };
}

/** A file's content and what it includes, which it has the last word over. */
function ofDocuments(
  documents: readonly Field[],
  given: Field | undefined,
  progress: Progress,
  stack: readonly string[],
): { readonly part: Part; readonly layers: readonly Part[] } {
  const [first, second] = documents;
  const isHeader = first !== undefined && second !== undefined && first.at("spec").presence !== "absent";
  const field = isHeader ? second : first;
  if (field === undefined) throw new Error("A file has a document.");
  const part: Part = { field, inputs: isHeader ? inputsOf(first.at("spec", "inputs"), given) : undefined };
  // Read as it stands, so that inputs may decide what is included.
  const include = new GitlabConfig([part]).root.at("include");
  return { part, layers: included(include, progress, stack) };
}

/** Inputs as they are given, else as they are by default. */
function inputsOf(declared: Field, given: Field | undefined): Inputs {
  return (name) => {
    if (declared.writtenEntries().every(([key]) => key !== name)) return undefined;
    const value = given?.at(name);
    if (value !== undefined && value.presence !== "absent") return value;
    const usual = declared.at(name, "default");
    return usual.presence === "absent" ? undefined : usual;
  };
}

/** Layers of what is included, from the one that has the last word: the last. */
function included(include: Field, progress: Progress, stack: readonly string[]): readonly Part[] {
  const entries = include.kind === "list" ? flattened(include, MAX_FILES) : [include];
  return entries
    .map((it) => includedBy(it, progress, stack))
    .toReversed()
    .flat();
}

function includedBy(entry: Field, progress: Progress, stack: readonly string[]): readonly Part[] {
  if (entry.kind === "scalar") {
    const isRemote = /^\w+:\/\//.test(textOf(entry) ?? "");
    return isRemote ? remote(entry, entry.at("nothing"), progress) : local(entry, undefined, progress, stack);
  }
  if (entry.kind !== "map" || isNever(entry.at("rules"))) return [];
  const [at, project, url] = [entry.at("local"), entry.at("project"), entry.at("remote")];
  const inputs = entry.at("inputs");
  if (at.presence !== "absent") return local(at, inputs, progress, stack);
  if (project.presence !== "absent") return ofProject(entry, progress);
  if (url.presence !== "absent") return remote(url, entry.at("integrity"), progress);
  const artifact = entry.at("artifact");
  if (artifact.presence !== "absent") gap(artifact, "computed", progress);
  const [template, component] = [entry.at("template"), entry.at("component")];
  for (const field of flattened(template, MAX_FILES)) known("template", field, inputs, progress);
  if (component.presence !== "absent") known("component", component, inputs, progress);
  return [];
}

/** No kind of run includes it. */
function isNever(rules: Field): boolean {
  const all = flattened(rules, MAX_FILES).filter((it) => it.kind === "map");
  const texts = all.map((it) => it.at("if").source ?? "");
  return all.length > 0 && !runsOf(texts).some(isRun(all, () => undefined));
}

function local(field: Field, inputs: Field | undefined, progress: Progress, stack: readonly string[]): readonly Part[] {
  return flattened(field, MAX_FILES)
    .map((it) => localFiles(it, inputs, progress, stack))
    .toReversed()
    .flat();
}

function localFiles(
  field: Field,
  inputs: Field | undefined,
  progress: Progress,
  stack: readonly string[],
): readonly Part[] {
  const text = textOf(field);
  if (text === undefined) return [];
  const written = text.replace(/^\$\{?CI_PROJECT_DIR\}?\//, "");
  if (/\$/.test(written)) {
    gap(field, "computed", progress);
    return [];
  }
  const paths = pathsOf(written, progress);
  if (paths.length === 0) gap(field, "missing", progress);
  return paths.toReversed().flatMap((path) => {
    if (stack.includes(path) || progress.read >= MAX_FILES) return [];
    const documents = progress.files.documents(path);
    if (documents.length === 0) return [];
    progress.read += 1;
    const { part, layers } = ofDocuments(documents, inputs, progress, [...stack, path]);
    return [part, ...layers];
  });
}

function pathsOf(written: string, { files, folder }: Assembling): readonly string[] {
  const bare = written.replace(/^\/+/, "");
  if (/[*?]/.test(bare)) {
    const glob = readGlob(folder === "" ? bare : `${folder}/${bare}`);
    return typeof glob === "string" ? [] : files.find(/\.ya?ml$/i).filter((it) => glob.covers(it));
  }
  const found = [join(folder, bare), join("", bare)].find((it) => it !== undefined && files.documents(it).length > 0);
  return found === undefined ? [] : [found];
}

function remote(field: Field, integrity: Field, progress: Progress): readonly Part[] {
  const name = textOf(field);
  if (name === undefined) return [];
  gap(field, "remote", progress);
  const digest = textOf(integrity);
  progress.references.push({
    kind: "include",
    name,
    version: digest,
    pin: name.includes("$") ? "unknown" : digest === undefined ? "none" : "digest",
    own: false,
    place: digest === undefined ? field.place : integrity.place,
  });
  return [];
}

function ofProject(entry: Field, progress: Progress): readonly Part[] {
  const [project, ref] = [entry.at("project"), entry.at("ref")];
  const name = textOf(project);
  if (name === undefined) return [];
  const version = textOf(ref);
  const files = flattened(entry.at("file"), MAX_FILES);
  for (const file of files.length === 0 ? [project] : files) {
    progress.gaps.push({
      place: file.place,
      reason: "remote",
      name: file === project ? name : `${name} ${textOf(file) ?? ""}`.trim(),
    });
  }
  progress.references.push({
    kind: "include",
    name,
    version,
    pin: name.includes("$") ? "unknown" : pinOf(version),
    own: false,
    place: version === undefined ? project.place : ref.place,
  });
  return [];
}

const OWN = /(?:^|\/)(?:\$\{?CI_SERVER_(?:FQDN|HOST)\}?|gitlab\.com)\/components\//;

function known(kind: Template["kind"], field: Field, inputs: Field, progress: Progress): void {
  const name = textOf(field);
  if (name === undefined) return;
  progress.templates.push({ kind, field, inputs });
  if (kind === "template") {
    // Part of the server, and as old or new as that.
    progress.references.push({
      kind: "template",
      name,
      version: undefined,
      pin: "none",
      own: true,
      place: field.place,
    });
    return;
  }
  const reference = versionedReference(field, { kind: "component", separator: "@", own: (it) => OWN.test(it) });
  if (reference === undefined) return;
  // The host is a variable of the server itself.
  const bare = reference.name.replace(/^\$\{?CI_SERVER_(?:FQDN|HOST)\}?\//, "");
  progress.references.push(bare.includes("$") ? reference : { ...reference, pin: pinOf(reference.version) });
}

function gap(field: Field, reason: PipelineGap["reason"], progress: Progress): void {
  progress.gaps.push({ place: field.place, reason, name: textOf(field) ?? "" });
}
