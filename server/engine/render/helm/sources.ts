/** Which file of the workspace a rendered document comes from, and what the templates of its chart see. */
import type { Json, Key } from "../../../../model/edit.ts";
import { once } from "../../../../model/memo.ts";
import { concernsChart, encodeSegment, parentOf } from "../../layout.ts";
import type { SourceDocument, SourceFile } from "../../source.ts";
import type { Tree } from "../../tree/tree.ts";
import { toObject } from "../plain-object.ts";
import type { HelmBuild } from "../specs.ts";
import type { Scope } from "./result.ts";
import { type Definition, templateOf } from "./template.ts";
import {
  childOf,
  isList,
  isMap,
  type Layer,
  NOWHERE,
  narrowed,
  parameterPath,
  parameterValue,
  Values,
} from "./values.ts";

/** What a chart is rendered from, as the workspace has it. */
export interface ChartFiles {
  /** The text of a file and its documents; nothing where there is none, or it is not read. */
  source(uri: string): SourceFile | undefined;
  /** URIs of all files below a folder, read or not. */
  under(folder: string): Iterable<string>;
}

/** One chart of a release: the one that is rendered, or one inside it. */
export interface Chart {
  /** URI of its folder. */
  readonly folder: string;
  readonly scope: Scope;
  readonly about: Json;
  /** It comes from somewhere else, and lies here as a copy. */
  readonly vendored: boolean;
}

/** The chart that is rendered and those inside it, found when they are asked for. */
export class Release {
  readonly top: Chart;
  /** URIs of files that were looked for. */
  readonly files = new Set<string>();
  readonly #files: ChartFiles;
  readonly #build: HelmBuild;
  readonly #charts = new Map<string, Chart | undefined>();
  readonly #uris: readonly string[];
  #defines: ReadonlyMap<string, Definition> | undefined;
  #stamp: readonly unknown[] | undefined;
  #stamped = -1;

  constructor(files: ChartFiles, build: HelmBuild) {
    this.#files = files;
    this.#build = build;
    this.#uris = [...files.under(build.chart)];
    for (const uri of this.#uris) if (concernsChart(uri.slice(build.chart.length + 1))) this.files.add(uri);
    const about = this.#about(build.chart);
    const own = this.#layer(`${build.chart}/values.yaml`);
    const given = [...build.values.flatMap((uri) => this.#layer(uri)), ...inlineLayer(build)];
    const parameters = build.parameters.map(({ name, value, text }) => ({
      path: parameterPath(name),
      value: text ? value : parameterValue(value),
    }));
    const known = new Values([...own, ...given], parameters);
    const imported = dependencies(about).flatMap((one) => this.#imported(one, known));
    const values = imported.length === 0 ? known : new Values([...imported, ...own, ...given], parameters);
    this.top = this.#chart(build.chart, about, values, false);
    // Those beside it are part of what it is made from, whoever asks for them.
    for (const dependency of dependencies(about)) this.#inside(this.top, nameOf(dependency) ?? "");
  }

  /** The chart and the file's URI for a path as helm says it: `shop/charts/redis/templates/x.yaml`. */
  find(source: string): {
    readonly chart: Chart;
    readonly uri: string | undefined;
    readonly dependency: string | undefined;
  } {
    const [, ...parts] = source.split("/");
    let chart = this.top;
    let at = 0;
    while (parts[at] === "charts" && at + 2 < parts.length) {
      const name = parts[at + 1] ?? "";
      const inner = this.#inside(chart, name);
      if (inner === undefined) return { chart, uri: undefined, dependency: name };
      chart = inner;
      at += 2;
    }
    const uri = [chart.folder, ...parts.slice(at).map(encodeSegment)].join("/");
    return { chart, uri, dependency: undefined };
  }

  /** The document that describes a chart: for what has no template here. */
  document(chart: Chart): SourceDocument | undefined {
    return this.#files.source(`${chart.folder}/Chart.yaml`)?.documents[0];
  }

  /** The way to a dependency in `Chart.yaml`, by the name that it goes by. */
  dependencyPath(chart: Chart, name: string): readonly Key[] {
    const at = dependencies(chart.about).findIndex((one) => nameOf(one) === name || childOf(one, "name") === name);
    return at < 0 ? ["dependencies"] : ["dependencies", at];
  }

  /** Everything that places depend on besides a template's own file: equal when nothing of it changed. */
  get stamp(): readonly unknown[] {
    if (this.#stamp === undefined || this.#stamped !== this.files.size) {
      this.#stamped = this.files.size;
      const { release, namespace, parameters, inline } = this.#build;
      const said = JSON.stringify([release, namespace, parameters]);
      const sources = [...this.files].flatMap((uri) => {
        const source = this.#files.source(uri);
        return source === undefined || (/\/templates\//.test(uri) && !hasDefines(source)) ? [] : [source];
      });
      this.#stamp = [said, inline?.tree, ...sources];
    }
    return this.#stamp;
  }

  #inside(chart: Chart, name: string): Chart | undefined {
    const id = `${chart.folder}\n${name}`;
    if (!this.#charts.has(id)) this.#charts.set(id, this.#findInside(chart, name));
    return this.#charts.get(id);
  }

  #findInside(chart: Chart, name: string): Chart | undefined {
    const dependency = dependencies(chart.about).find((one) => nameOf(one) === name);
    const folder = this.#folderOf(chart.folder, dependency, name);
    if (folder === undefined) return undefined;
    if (!folder.startsWith(`${this.#build.chart}/`))
      for (const uri of this.#files.under(folder)) if (concernsChart(uri.slice(folder.length + 1))) this.files.add(uri);
    const values = chart.scope.values.of(name, this.#layer(`${folder}/values.yaml`));
    const vendored = chart.vendored || /^(https?:|oci:|@|alias:)/.test(textIn(dependency, "repository") ?? "");
    return this.#chart(folder, this.#about(folder), values, vendored);
  }

  /** Where a dependency lies as a folder: in `charts/` by its name, or where it is written to be. */
  #folderOf(chart: string, dependency: Json | undefined, name: string): string | undefined {
    const called = textIn(dependency, "name") ?? name;
    const local = /^file:\/\/(.+)$/.exec(textIn(dependency, "repository") ?? "")?.[1];
    const candidates = [
      ...[name, called].map((one) => `${chart}/charts/${encodeSegment(one)}`),
      ...this.#chartsIn(chart).filter((folder) => textIn(this.#about(folder), "name") === called),
      ...(local === undefined ? [] : [resolved(chart, local)]),
    ];
    return candidates.find((one) => this.#files.source(`${one}/Chart.yaml`) !== undefined);
  }

  /** Values that a dependency hands to the chart around it, when its condition holds. */
  #imported(dependency: Json, values: Values): readonly Layer[] {
    const wanted = childOf(dependency, "import-values");
    const name = nameOf(dependency);
    if (!isList(wanted) || name === undefined) return [];
    const conditions = (textIn(dependency, "condition") ?? "").split(",").filter((one) => one !== "");
    const switches = conditions.map((one) => values.get(one.trim().split("."))).filter((one) => one !== undefined);
    const folder = switches[0] === false ? undefined : this.#folderOf(this.#build.chart, dependency, name);
    const layers = folder === undefined ? [] : this.#layer(`${folder}/values.yaml`);
    return layers.flatMap((layer) =>
      wanted.flatMap((one) => {
        const from = typeof one === "string" ? ["exports", ...one.split(".")] : wayIn(one, "child");
        const under = typeof one === "string" ? [] : wayIn(one, "parent");
        const inner = from.reduce<Layer | undefined>((part, key) => part && narrowed(part, key), layer);
        return inner === undefined ? [] : [{ ...inner, under }];
      }),
    );
  }

  #chartsIn(folder: string): readonly string[] {
    const start = `${folder}/charts/`;
    return this.#uris
      .filter((uri) => uri.startsWith(start) && /^[^/]+\/Chart\.yaml$/.test(uri.slice(start.length)))
      .map(parentOf);
  }

  #chart(folder: string, about: Json, values: Values, vendored: boolean): Chart {
    const { release, namespace } = this.#build;
    const builtIn: Json = {
      Release: {
        Name: release,
        Namespace: namespace ?? "default",
        Service: "Helm",
        Revision: 1,
        IsInstall: true,
        IsUpgrade: false,
      },
      Chart: isMap(about)
        ? Object.fromEntries(
            Object.entries(about).map(([key, value]) => [key.charAt(0).toUpperCase() + key.slice(1), value]),
          )
        : {},
    };
    return { folder, about, vendored, scope: { values, builtIn, define: (name) => this.#define(name) } };
  }

  /** All charts of a release share their named templates; those of the outermost win. */
  #define(name: string): Definition | undefined {
    this.#defines ??= this.#readDefines();
    return this.#defines.get(name);
  }

  #readDefines(): ReadonlyMap<string, Definition> {
    const defines = new Map<string, Definition>();
    const deepest = [...this.files].sort((one, other) => other.split("/").length - one.split("/").length);
    for (const uri of deepest) {
      const source = /\/templates\//.test(uri) ? this.#files.source(uri) : undefined;
      if (source === undefined || !hasDefines(source)) continue;
      for (const [key, value] of templateOf(source).defines) defines.set(key, value);
    }
    return defines;
  }

  #layer(uri: string): readonly Layer[] {
    this.files.add(uri);
    const document = this.#files.source(uri)?.documents[0];
    const tree = document?.tree();
    return document === undefined || tree?.kind !== "map" ? [] : [{ place: { document, path: [] }, tree, under: [] }];
  }

  #about(folder: string): Json {
    const uri = `${folder}/Chart.yaml`;
    this.files.add(uri);
    const document = this.#files.source(uri)?.documents[0];
    return document === undefined ? {} : aboutOf(document);
  }
}

const aboutOf = once((document: SourceDocument): Json => toObject(document.tree()));

function hasDefines({ text }: SourceFile): boolean {
  return text.includes("define") || text.includes("block");
}

function dependencies(about: Json): readonly Json[] {
  const list = childOf(about, "dependencies");
  return isList(list) ? list : [];
}

/** The name that a dependency goes by in this chart. */
function nameOf(dependency: Json): string | undefined {
  return textIn(dependency, "alias") ?? textIn(dependency, "name");
}

function textIn(of: Json | undefined, key: string): string | undefined {
  const value = childOf(of, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function wayIn(of: Json, key: string): readonly string[] {
  return (textIn(of, key) ?? "").split(".").filter((one) => one !== "");
}

function resolved(folder: string, path: string): string {
  const parts = folder.split("/");
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(encodeSegment(part));
  }
  return parts.join("/");
}

/** Values of a GitOps object have a place where they stand in its document. */
function inlineLayer({ inline }: HelmBuild): readonly Layer[] {
  if (inline === undefined) return [];
  const { document, tree } = inline;
  const root =
    "tree" in document && typeof document.tree === "function" ? (document.tree() as Tree | undefined) : undefined;
  const path = root === undefined ? undefined : pathTo(root, tree);
  const place = tree.origin ?? (path === undefined ? { document: NOWHERE, path: [] } : { document, path });
  return [{ place, tree, under: [] }];
}

function pathTo(root: Tree, wanted: Tree): readonly Key[] | undefined {
  if (root.start === wanted.start && root.end === wanted.end && root.kind === wanted.kind) return [];
  if (root.kind === "map")
    for (const { key, value } of root.entries) {
      const rest = value.start <= wanted.start && wanted.end <= value.end ? pathTo(value, wanted) : undefined;
      if (rest !== undefined) return [key, ...rest];
    }
  else if (root.kind === "list")
    for (const [at, item] of root.items.entries()) {
      const rest = item.start <= wanted.start && wanted.end <= item.end ? pathTo(item, wanted) : undefined;
      if (rest !== undefined) return [at, ...rest];
    }
  return undefined;
}
