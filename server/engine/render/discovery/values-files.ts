/** Which files hold values for a chart, and for which environment: by where they stand, what they are called and hold. */
import { once } from "../../../../model/memo.ts";
import type { FileEntry } from "../../files.ts";
import { baseName, isYamlPath, parentOf } from "../../layout.ts";
import type { SourceDocument } from "../../source.ts";
import { allEntries } from "../../tree/read.ts";
import type { Context } from "./context.ts";
import { environmentIn, environmentOfValues } from "./names.ts";

export interface ValuesFile {
  readonly entry: FileEntry;
  /** Of the environment. */
  readonly name: string;
  /** It is there to test the chart. */
  readonly test: boolean;
  /** Its name is one that environments have. */
  readonly sure: boolean;
}

/** Folders of a chart, or files that begin so, that hold values by environment. */
const FOLDERS = ["env", "environments", "envs", "values"];

/** Files of a chart that are no values, whatever they hold. */
const NO_VALUES = /^(chart|values|requirements|helmfile|.*schema|.*(template|tmpl|tpl))$/i;

/** The values files of a chart besides its own `values.yaml`: those of environments first, those of tests last. */
export function valuesFilesOf(context: Context, chart: string): readonly ValuesFile[] {
  const own = context.listing.get(`${chart}/values.yaml`) ?? context.listing.get(`${chart}/values.yml`);
  const found = [
    ...yamlIn(context, chart).flatMap((entry) => beside(entry, own)),
    ...FOLDERS.flatMap((name) => inFolder(context, `${chart}/${name}`)),
    ...yamlIn(context, `${chart}/ci`).flatMap(forTests),
    ...aroundChart(context, chart, own),
  ];
  return found.sort((one, other) => rank(one) - rank(other) || (one.entry.uri < other.entry.uri ? -1 : 1));
}

function rank({ test, sure }: ValuesFile): number {
  return test ? 2 : sure ? 0 : 1;
}

function yamlIn(context: Context, folder: string): readonly FileEntry[] {
  return context.listing
    .in(folder)
    .filter(
      (entry) => isYamlPath(entry.uri) && !entry.excluded && entry.role !== "kubernetes" && entry.role !== "pipeline",
    );
}

function stemOf(entry: FileEntry): string {
  return baseName(entry.path).replace(/\.ya?ml$/i, "");
}

/** What the name of a file says besides that it holds values: `prod` for `values-prod.yaml` and `prod.values.yaml`. */
function besidesValues(stem: string): string | undefined {
  return /^values[-_.](.+)$/i.exec(stem)?.[1] ?? /^(.+)[-_.]values$/i.exec(stem)?.[1];
}

function valuesFile(entry: FileEntry, rest: string): ValuesFile {
  const name = environmentOfValues(rest);
  return { entry, name: name ?? rest, test: false, sure: name !== undefined };
}

/** A file beside `Chart.yaml`. What its name leaves open is decided by whether it holds the chart's values. */
function beside(entry: FileEntry, own: FileEntry | undefined): readonly ValuesFile[] {
  const stem = stemOf(entry);
  if (NO_VALUES.test(stem)) return [];
  const rest = besidesValues(stem) ?? stem;
  const file = valuesFile(entry, rest);
  // `values-prod`, `prod-values` and `prod` are sure; `values-ha`, `shop-prod` are if they hold what the chart takes.
  if (file.sure && (file.name === rest || /^values/i.test(stem))) return [file];
  return (file.sure || rest !== stem) && shares(entry, own) ? [file] : [];
}

/** `values/prod.yaml`, `environments/prod.yaml`, `environments/prod/values.yaml`. */
function inFolder(context: Context, folder: string): readonly ValuesFile[] {
  const files = yamlIn(context, folder).flatMap((entry) => {
    const stem = stemOf(entry);
    return NO_VALUES.test(stem) ? [] : [valuesFile(entry, besidesValues(stem) ?? stem)];
  });
  const folders = context.listing
    .foldersIn(folder)
    .filter((one) => parentOf(one) === folder && !context.charts.folders.has(one));
  const deeper = folders.flatMap((one) => {
    const entry = yamlIn(context, one).find((file) => /^values\.ya?ml$/.test(baseName(file.path)));
    return entry === undefined ? [] : [valuesFile(entry, baseName(parentOf(entry.path)))];
  });
  return [...files, ...deeper];
}

/** The tool that tests charts reads `ci/*-values.yaml`. */
function forTests(entry: FileEntry): readonly ValuesFile[] {
  const stem = stemOf(entry);
  const rest = stem === "values" ? "" : besidesValues(stem);
  if (rest === undefined) return [];
  return [{ entry, name: rest === "" ? "ci" : `ci-${rest}`, test: true, sure: true }];
}

/** `values-prod.yaml` in the folder that holds this one chart, when it holds what the chart takes. */
function aroundChart(context: Context, chart: string, own: FileEntry | undefined): readonly ValuesFile[] {
  const above = parentOf(chart);
  const files = yamlIn(context, above).filter((entry) => /^values[-_.]/i.test(baseName(entry.path)));
  if (files.length === 0 || context.charts.folders.has(above)) return [];
  if (
    [...context.charts.folders].some(
      (one) => one !== chart && one.startsWith(`${above}/`) && !one.startsWith(`${chart}/`),
    )
  )
    return [];
  return files.flatMap((entry) => {
    const file = valuesFile(entry, besidesValues(stemOf(entry)) ?? "");
    return environmentIn(file.name) !== undefined && shares(entry, own) ? [file] : [];
  });
}

/** Are the keys of a file, for the most part, keys of the chart's own values. */
function shares(entry: FileEntry, own: FileEntry | undefined): boolean {
  const has = keysOf(entry);
  const known = new Set(keysOf(own));
  return has.length > 0 && has.filter((key) => known.has(key)).length * 2 >= has.length;
}

function keysOf(entry: FileEntry | undefined): readonly string[] {
  const document = entry?.source?.documents[0];
  return document === undefined ? [] : keysIn(document);
}

const keysIn = once((document: SourceDocument): readonly string[] => {
  const tree = document.tree();
  return tree?.kind === "map" ? allEntries(tree).map((one) => one.key) : [];
});
