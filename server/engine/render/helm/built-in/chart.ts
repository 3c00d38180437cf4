/** A chart rendered without the helm program: its values, those of the charts in it, and its templates in helm's order. */
import type { Json } from "../../../../../model/edit.ts";
import type { HelmFailure } from "../failure.ts";
import { type Lacking, MOST_STAND_INS, printedValues, putStandIn } from "../stand-ins.ts";
import { parameterPath, parameterValue } from "../values.ts";
import { beginBudget } from "./budget.ts";
import { Executor } from "./execute.ts";
import { goData, isBroken } from "./go-data.ts";
import { deepCopy, type GoMap, GoStruct, type GoValue, isGoList, isGoMap } from "./go-value.ts";
import { capabilities, filesOf } from "./known.ts";
import { Broken, Missing, Unsupported } from "./unsupported.ts";
import { semverCompare } from "./versions.ts";

/** Texts by their path in the chart's folder; nothing for what is there and cannot be read as text. */
export type ChartTexts = ReadonlyMap<string, string | undefined>;

export interface BuiltInRequest {
  readonly texts: ChartTexts;
  readonly release: string;
  readonly namespace: string | undefined;
  /** Texts of values files, the strongest last. */
  readonly values: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly value: string; readonly text: boolean }[];
}

export interface BuiltInOutput {
  /** What `helm template` would print, in whatever order. */
  readonly output: string;
  /** Values are missing for which something else stands in the output; this is the first. */
  readonly lacking?: HelmFailure;
}

/** Renders a chart. Throws `Unsupported` where it is not known for sure what comes out. */
export function renderBuiltIn(request: BuiltInRequest): BuiltInOutput {
  beginBudget();
  const chart = readChart(request.texts, "");
  const standIns: Record<string, Json> = {};
  let lacking: HelmFailure | undefined;
  for (let count = 0; ; count++) {
    const templates = templatesOf(chart, request, standIns);
    const executor = new Executor(new Map(templates.map(({ scope, charts }) => [scope, charts])));
    const now: { template?: Template } = {};
    try {
      const output = run(templates, executor, now);
      return lacking === undefined ? { output } : { output, lacking };
    } catch (error) {
      const { template } = now;
      if (template === undefined || count >= MOST_STAND_INS) throw error;
      const missing = missingIn(error, template).filter((one) => putStandIn(standIns, one));
      if (missing.length === 0 || !(error instanceof Unsupported)) throw error;
      const line = error instanceof Broken ? undefined : template.text.slice(0, executor.at).split("\n").length;
      lacking ??= { text: error.message, place: { source: template.path, line } };
    }
  }
}

/** Values without which the template cannot be rendered, or prints what is no YAML. */
function missingIn(error: unknown, { text, scope, charts }: Template): readonly Lacking[] {
  if (error instanceof Missing) return [error];
  if (!(error instanceof Broken)) return [];
  return printedValues(text)
    .map((path) => path.split("."))
    .filter(
      (path) =>
        path.reduce<GoValue>((of, key) => (isGoMap(of) ? (of.get(key) ?? null) : null), scope.get("Values") ?? null) ===
        null,
    )
    .map((path) => ({ path: [...charts, ...path], asked: false }));
}

function templatesOf(
  chart: Chart,
  { release, namespace, values, parameters }: BuiltInRequest,
  standIns: Readonly<Record<string, Json>>,
): readonly Template[] {
  let given: GoMap = mapIn(JSON.stringify(standIns));
  for (const text of values) given = over(given, mapIn(text));
  for (const { name, value, text } of parameters) {
    const data = text ? value : goOf(parameterValue(value));
    given = withValue(given, parameterPath(name), /^\{.*\}$/s.test(value) ? listOf(value, text) : data);
  }
  const enabled = withEnabled(chart, given);
  const scope = {
    Release: new Map<string, GoValue>(
      Object.entries({
        Name: release,
        Namespace: namespace ?? "default",
        Service: "Helm",
        IsInstall: true,
        IsUpgrade: false,
        Revision: 1n,
      }),
    ),
    Capabilities: capabilities(),
  };
  const templates: Template[] = [];
  collect(enabled, enabled.name, [], coalesced(enabled, given), scope, templates);
  return templates;
}

interface Chart {
  /** The key of its values: its alias where it has one. */
  readonly name: string;
  readonly metadata: GoMap;
  readonly values: GoMap;
  readonly texts: ChartTexts;
  /** Where its texts begin. */
  readonly prefix: string;
  readonly charts: readonly Chart[];
}

interface Template {
  /** `shop/charts/db/templates/service.yaml` */
  readonly path: string;
  readonly text: string;
  readonly scope: GoMap;
  readonly base: string;
  /** The charts around its own, below the outermost, and its own. */
  readonly charts: readonly string[];
}

const MAX_CHARTS = 200;

function readChart(texts: ChartTexts, prefix: string): Chart {
  const metadata = mapIn(textAt(texts, `${prefix}Chart.yaml`));
  const name = metadata.get("name");
  if (typeof name !== "string" || name === "") throw new Unsupported("a chart without a name");
  const below = new Set<string>();
  for (const path of texts.keys()) {
    const found = path.startsWith(`${prefix}charts/`) ? path.slice(prefix.length + 7) : "";
    if (found === "" || found.startsWith(".") || found.startsWith("_")) continue;
    if (/^[^/]+\.tgz$/.test(found)) throw new Unsupported("a chart that is packed");
    const [folder = ""] = found.split("/");
    if (texts.has(`${prefix}charts/${folder}/Chart.yaml`)) below.add(folder);
  }
  if (below.size > MAX_CHARTS || prefix.length > 1_000) throw new Unsupported("too many charts");
  const charts = [...below].sort().map((folder) => readChart(texts, `${prefix}charts/${folder}/`));
  const own = texts.has(`${prefix}values.yaml`) ? mapIn(textAt(texts, `${prefix}values.yaml`)) : new Map();
  return { name, metadata, values: own, texts, prefix, charts };
}

function textAt(texts: ChartTexts, path: string): string {
  const text = texts.get(path);
  if (text === undefined) throw new Unsupported("a file that is no text");
  return text;
}

function mapIn(text: string): GoMap {
  const data = goData(text);
  if (data === null) return new Map();
  if (!isGoMap(data)) throw new Unsupported("values that are no map");
  return data;
}

function goOf(value: Json): GoValue {
  if (typeof value === "number") return BigInt(value);
  return typeof value === "object" ? null : value;
}

function listOf(value: string, text: boolean): GoValue {
  const inside = value.slice(1, -1);
  if (/[\\{]/.test(inside)) throw new Unsupported("a parameter of another kind");
  return inside === "" ? [] : inside.split(",").map((one) => (text ? one : goOf(parameterValue(one))));
}

/** Maps are merged, and anything else replaces; what is null is kept, to take away a default later. */
function over(under: GoMap, above: GoMap): GoMap {
  const merged: GoMap = new Map(under);
  for (const [key, value] of above) {
    const own = merged.get(key);
    merged.set(key, isGoMap(own) && isGoMap(value) ? over(own, value) : value);
  }
  return merged;
}

function withValue(map: GoMap, [key, ...rest]: readonly (string | number)[], value: GoValue): GoMap {
  if (typeof key !== "string") throw new Unsupported("a parameter of another kind");
  const own = map.get(key);
  if (typeof rest[0] === "number") throw new Unsupported("a parameter of another kind");
  const next = rest.length === 0 ? value : withValue(isGoMap(own) ? own : new Map(), rest, value);
  return new Map(map).set(key, next);
}

/** Only the charts that are switched on, under the names by which they are included. */
function withEnabled(chart: Chart, given: GoMap): Chart {
  const values = coalesced(chart, given);
  const dependencies = dependenciesOf(chart);
  const charts = chart.charts.flatMap((one): readonly Chart[] => {
    const listed = dependencies.filter((it) => it.get("name") === one.name);
    const named =
      listed.length === 0 ? [one] : listed.filter((it) => isEnabled(it, values)).map((it) => aliased(one, it));
    return named.map((it) => {
      const own = values.get(it.name) ?? null;
      return withEnabled(it, withGlobals(isGoMap(own) ? own : new Map(), values));
    });
  });
  return withImports({ ...chart, charts }, dependencies);
}

/** Values that a chart takes over from those that it includes, where it has none of its own. */
function withImports(chart: Chart, dependencies: readonly GoMap[]): Chart {
  let imported: GoMap = new Map();
  const values = coalesced(chart, new Map());
  for (const dependency of dependencies) {
    const alias = dependency.get("alias");
    const name = typeof alias === "string" && alias !== "" ? alias : dependency.get("name");
    const imports = dependency.get("import-values") ?? null;
    if (typeof name !== "string" || !chart.charts.some((one) => one.name === name) || !isGoList(imports)) continue;
    for (const one of imports) {
      const child = typeof one === "string" ? `exports.${one}` : isGoMap(one) ? one.get("child") : undefined;
      const parent = isGoMap(one) ? one.get("parent") : ".";
      if (typeof child !== "string" || typeof parent !== "string")
        throw new Unsupported("import-values of another kind");
      const found = tableAt(values, `${name}.${child}`);
      if (found === undefined) continue;
      const path = parent === "." ? [] : parent.split(".");
      imported = under(
        imported,
        path.reduceRight<GoMap>((inner, key) => new Map([[key, inner]]), found),
      );
    }
  }
  return imported.size === 0 ? chart : { ...chart, values: under(values, imported) };
}

function tableAt(values: GoMap, path: string): GoMap | undefined {
  let found: GoValue = values;
  for (const key of path.split(".")) found = isGoMap(found) ? (found.get(key) ?? null) : null;
  return isGoMap(found) ? found : undefined;
}

function dependenciesOf({ metadata, texts, prefix }: Chart): readonly GoMap[] {
  const older = texts.get(`${prefix}requirements.yaml`);
  const list =
    metadata.get("dependencies") ?? (older === undefined ? null : (mapIn(older).get("dependencies") ?? null));
  return isGoList(list) ? list.filter(isGoMap) : [];
}

function aliased(chart: Chart, dependency: GoMap): Chart {
  const alias = dependency.get("alias");
  return typeof alias === "string" && alias !== "" ? { ...chart, name: alias } : chart;
}

/** The first condition that has a value decides, and otherwise the tags do. */
function isEnabled(dependency: GoMap, values: GoMap): boolean {
  const conditions = dependency.get("condition");
  for (const path of typeof conditions === "string" ? conditions.split(",") : []) {
    let value: GoValue = values;
    for (const key of path.trim().split(".")) value = isGoMap(value) ? (value.get(key) ?? null) : null;
    if (typeof value === "boolean") return value;
  }
  const tags = dependency.get("tags");
  const set = values.get("tags");
  if (!isGoList(tags) || !isGoMap(set)) return true;
  const said = tags.map((tag) => (typeof tag === "string" ? set.get(tag) : undefined));
  return said.includes(true) || !said.includes(false);
}

/** What is given, and the defaults where nothing is; for the charts in it as well. */
function coalesced(chart: Chart, given: GoMap): GoMap {
  const values = under(given, chart.values);
  for (const one of chart.charts) {
    const own = values.get(one.name) ?? null;
    if (own !== null && !isGoMap(own)) throw new Unsupported("values of a chart that are no map");
    values.set(one.name, coalesced(one, withGlobals(own ?? new Map(), values)));
  }
  return values;
}

/** Null takes a default away. */
function under(given: GoMap, defaults: GoMap): GoMap {
  const values: GoMap = new Map([...given].map(([key, value]) => [key, deepCopy(value)]));
  for (const [key, value] of defaults) {
    const own = values.get(key);
    if (own === undefined) values.set(key, deepCopy(value));
    else if (own === null) values.delete(key);
    else if (isGoMap(own) && isGoMap(value)) values.set(key, under(own, value));
  }
  return values;
}

function withGlobals(own: GoMap, around: GoMap): GoMap {
  const above = around.get("global") ?? null;
  const inner = own.get("global") ?? null;
  if (!isGoMap(above)) return own;
  return new Map(own).set("global", isGoMap(inner) ? over(inner, above) : deepCopy(above));
}

function collect(
  chart: Chart,
  path: string,
  charts: readonly string[],
  values: GoMap,
  around: Readonly<Record<string, GoValue>>,
  templates: Template[],
): GoMap {
  const { metadata, texts, prefix } = chart;
  const supported = metadata.get("kubeVersion");
  if (typeof supported === "string" && supported !== "" && !semverCompare(supported, "v1.35.0"))
    throw new Unsupported("a chart for other versions of Kubernetes");
  const scope: GoMap = new Map(Object.entries(around));
  scope.set("Values", values);
  scope.set("Chart", about(metadata, chart.name, charts.length === 0));
  scope.set("Files", filesOf(texts, prefix));
  const subcharts: GoMap = new Map();
  for (const one of chart.charts) {
    const own = values.get(one.name);
    const [inside, names] = [`${path}/charts/${one.name}`, [...charts, one.name]];
    const inner = collect(one, inside, names, isGoMap(own) ? own : new Map(), around, templates);
    subcharts.set(one.name, inner);
  }
  scope.set("Subcharts", subcharts);
  const isLibrary = metadata.get("type") === "library";
  for (const [name, text] of texts) {
    if (!name.startsWith(`${prefix}templates/`)) continue;
    const file = name.slice(name.lastIndexOf("/") + 1);
    if (file === "NOTES.txt" || file.startsWith(".") || (isLibrary && !file.startsWith("_"))) continue;
    if (text === undefined) throw new Unsupported("a template that is no text");
    templates.push({ path: `${path}/${name.slice(prefix.length)}`, text, scope, base: `${path}/templates`, charts });
  }
  return scope;
}

function about(metadata: GoMap, name: string, isRoot: boolean): GoStruct {
  const field = (key: string): GoValue => metadata.get(key) ?? "";
  return new GoStruct({
    Name: name,
    Version: textOf(field("version")),
    AppVersion: textOf(field("appVersion")),
    Description: textOf(field("description")),
    Home: textOf(field("home")),
    Icon: textOf(field("icon")),
    Type: textOf(field("type")),
    APIVersion: textOf(field("apiVersion")),
    KubeVersion: textOf(field("kubeVersion")),
    Keywords: metadata.get("keywords") ?? [],
    Sources: metadata.get("sources") ?? [],
    Annotations: metadata.get("annotations") ?? null,
    IsRoot: isRoot,
  });
}

function textOf(value: GoValue): string {
  if (typeof value !== "string") throw new Unsupported("a version that is no text");
  return value;
}

/** All templates are known before one is run: those of inner charts first, so that outer ones may replace what they define. */
function run(templates: readonly Template[], executor: Executor, now: { template?: Template }): string {
  const depth = ({ path }: Template) => path.split("/").length;
  const ordered = templates.toSorted((a, b) => depth(b) - depth(a) || (a.path < b.path ? 1 : -1));
  const read = ordered.map((template) => ({ template, parts: executor.define(template.text) }));
  const printed: string[] = [];
  for (const { template, parts } of read) {
    const { path, text, scope, base } = template;
    if (/^_/.test(path.slice(path.lastIndexOf("/") + 1))) continue;
    now.template = template;
    scope.set(
      "Template",
      new Map<string, GoValue>([
        ["Name", path],
        ["BasePath", base],
      ]),
    );
    const output = executor.run(parts, text, scope);
    for (const document of output.split(/(?:^|\s*\n)---\s*/)) {
      if (document.trim() === "") continue;
      if (isBroken(document)) throw new Broken("YAML parse error");
      printed.push(`---\n# Source: ${path}\n${document}\n`);
    }
  }
  return printed.join("");
}
