/** The charts of a workspace, each with its own values and with those of every environment that files describe. */
import { once } from "../../../../model/memo.ts";
import { resolve } from "../../dialects/kustomize.ts";
import { rootField } from "../../field.ts";
import type { FileEntry } from "../../files.ts";
import { baseName, parentOf } from "../../layout.ts";
import type { SourceDocument } from "../../source.ts";
import type { RenderProblem } from "../rendered.ts";
import type { EnvironmentSpec, HelmBuild } from "../specs.ts";
import { type Context, configured, folderPath, type Named } from "./context.ts";
import { environmentIn, environmentOf, saysNonProduction, standsAside } from "./names.ts";
import { type ValuesFile, valuesFilesOf } from "./values-files.ts";

/** More environments of one chart are no environments, but tests of it or customers. */
export const MAX_ENVIRONMENTS = 20;

interface ChartFacts {
  readonly name: string | undefined;
  readonly library: boolean;
  readonly dependencies: readonly LocalDependency[];
}

/** A chart that another includes from the same repository. */
interface LocalDependency {
  readonly name: string;
  readonly folder: string;
  /** The value that switches it on. */
  readonly condition: string | undefined;
}

const factsOf = once((document: SourceDocument): ChartFacts => {
  const body = rootField(document);
  return {
    name: body.at("name").source,
    library: body.at("type").source === "library",
    dependencies: body
      .at("dependencies")
      .writtenItems()
      .flatMap((item) => {
        const path = /^file:\/\/(.+)$/.exec(item.at("repository").source ?? "")?.[1];
        if (path === undefined) return [];
        const name = item.at("name").source ?? "";
        const folder = resolve(parentOf(document.uri), path);
        return [{ name, folder, condition: item.at("condition").source }];
      }),
  };
});

function factsIn(context: Context, folder: string): ChartFacts | undefined {
  const document = context.listing.chartIn(folder)?.source?.documents[0];
  return document === undefined ? undefined : factsOf(document);
}

/** What a chart is called when it is released, by the rules that helm has for that. */
export function releaseName(context: Context, folder: string): string {
  const written = factsIn(context, folder)?.name ?? "";
  return asRelease(/[{<]/.test(written) || written === "" ? decoded(baseName(folder)) : written);
}

/** A text as the name of a release may be written. */
export function asRelease(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, "-")
    .slice(0, 53)
    .replace(/^[-.]+|[-.]+$/g, "");
  return name === "" ? "release" : name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Is a folder a chart that is released by itself: no library, and no part of the chart around it. */
export function isReleased(context: Context, folder: string): boolean {
  const entry = context.listing.chartIn(folder);
  if (entry === undefined || entry.standing.foreign || entry.excluded || /\{\{|%7B%7B/i.test(folder)) return false;
  if (factsIn(context, folder)?.library === true) return false;
  const above = context.charts.chartOf(folder);
  if (above === undefined) return true;
  if (/^(charts|templates)\//.test(above.path)) return false;
  return factsIn(context, above.folder)?.dependencies.every((one) => one.folder !== folder) ?? true;
}

/**
 * What GitOps objects deliver of charts: by the chart's folder, the values files that they give it. Such a chart is not
 * installed with its defaults besides.
 */
export type DeliveredCharts = ReadonlyMap<string, ReadonlySet<string>>;

export function chartEnvironments(context: Context, delivered: DeliveredCharts): readonly EnvironmentSpec[] {
  return [...context.charts.folders]
    .sort()
    .filter((folder) => isReleased(context, folder))
    .flatMap((folder) => environmentsOf(context, folder, delivered.get(folder)));
}

function environmentsOf(
  context: Context,
  folder: string,
  delivered: ReadonlySet<string> | undefined,
): readonly EnvironmentSpec[] {
  const release = releaseName(context, folder);
  const all = valuesFilesOf(context, folder).filter(({ entry }) => delivered?.has(entry.uri) !== true);
  const found = all.slice(0, MAX_ENVIRONMENTS);
  if (found.length < all.length) context.problems.push(tooMany(context, folder, all.slice(MAX_ENVIRONMENTS)));
  const build = { tool: "helm", chart: folder, release, namespace: undefined, inline: undefined } as const;
  const spec = (id: string, named: Named, more: Pick<HelmBuild, "values" | "parameters">): EnvironmentSpec => ({
    id: `helm:${folder}${id}`,
    ...named,
    kind: "helm",
    root: folder,
    build: { ...build, ...more },
    namespace: undefined,
    declaredBy: undefined,
  });
  return [
    ...(delivered === undefined ? [spec("", defaultName(context, folder), { values: [], parameters: [] })] : []),
    ...found.map((file) =>
      spec(`?${file.entry.uri.slice(parentOf(folder).length + 1)}`, nameOf(context, folder, file), {
        values: [file.entry.uri],
        parameters: [],
      }),
    ),
    ...switchesOf(context, folder).map(({ name, condition }) =>
      spec(`?${condition}`, named(name, folder, context), {
        values: [],
        parameters: [{ name: condition, value: "true", text: false }],
      }),
    ),
  ];
}

/** Environments that a chart switches on by a value: parts of it called after them, each on a condition of its own. */
function switchesOf(
  context: Context,
  folder: string,
): readonly { readonly name: string; readonly condition: string }[] {
  const found = (factsIn(context, folder)?.dependencies ?? []).flatMap(({ name, folder: part, condition }) => {
    const environment = environmentIn(name);
    const inside = part.startsWith(`${folder}/`);
    const said = condition !== undefined && /^[\w.-]+$/.test(condition) && environmentIn(condition) === environment;
    return environment !== undefined && inside && said ? [{ name: environment, condition }] : [];
  });
  return found.length > 1 ? found : [];
}

function defaultName(context: Context, folder: string): Named {
  const chart = context.listing.chartIn(folder)?.uri ?? `${folder}/Chart.yaml`;
  const given = configured(context, `${folder}/values.yaml`) ?? configured(context, chart);
  return given ?? named(environmentOf(pathOf(context, folder)) ?? "default", folder, context);
}

function nameOf(context: Context, folder: string, file: ValuesFile): Named {
  const given = configured(context, file.entry.uri);
  if (given !== undefined) return given;
  const { name, nonProduction } = named(file.name, folder, context);
  return { name, nonProduction: nonProduction || file.test };
}

function named(name: string, folder: string, context: Context): Named {
  return { name, nonProduction: saysNonProduction(name) || standsAside(pathOf(context, folder)) };
}

function pathOf(context: Context, folder: string): string {
  const entry: FileEntry | undefined = context.listing.chartIn(folder);
  return entry === undefined ? "" : folderPath(entry.root, entry.uri);
}

/** Says which files are left out, the first of them by name. */
function tooMany(context: Context, folder: string, rest: readonly ValuesFile[]): RenderProblem {
  const entry = context.listing.chartIn(folder);
  const document = entry?.source?.documents[0] ?? { uri: entry?.uri ?? folder };
  const names = rest.slice(0, 3).map((file) => baseName(file.entry.path));
  const feature = [...names, ...(rest.length > names.length ? ["…"] : [])].join(", ");
  return { code: "unsupported", place: { document, path: ["name"] }, severity: "note", args: { feature } };
}
