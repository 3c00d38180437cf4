/** The Applications that an ApplicationSet makes, as far as files of the workspace say which. */
import { resolve } from "../../dialects/kustomize.ts";
import { baseName, parentOf } from "../../layout.ts";
import type { Entry, Tree } from "../../tree/tree.ts";
import { withEntries, withItems, withOrigin } from "../graft.ts";
import { Spot, scalarAt } from "../kustomize/nodes.ts";
import type { GitOpsContext } from "./deliveries.ts";
import { matchesPath, pathIn } from "./listing.ts";
import { at, type GitOpsObject, items, known } from "./objects.ts";

/** An Application as it is written, or as an ApplicationSet makes it. */
export interface Application {
  readonly object: GitOpsObject;
  readonly spot: Spot;
  readonly hints: readonly string[];
  readonly preview: boolean;
}

/** More Applications than this are made by no set that somebody looks at one by one. */
const MAX_APPLICATIONS = 500;

/** What one Application is made with. Parameters that are missing are not known. */
interface Parameters {
  readonly values: ReadonlyMap<string, string>;
  readonly preview: boolean;
}

const NOTHING: Parameters = { values: new Map(), preview: false };

/** Parameters that say which environment it is. */
const TELLING = ["env", "environment", "stage", "cluster", "name", "nameNormalized", "metadata.labels.env"];

export function applicationsOf(context: GitOpsContext, object: GitOpsObject): readonly Application[] {
  const template = at(object.spot, "spec", "template");
  if (template === undefined || at(object.spot, "spec", "templatePatch") !== undefined) return [];
  return items(object.spot, "spec", "generators")
    .flatMap((generator) => parametersOf(context, object, generator, NOTHING))
    .slice(0, MAX_APPLICATIONS)
    .map(({ values, preview }) => ({
      object,
      spot: Spot.at(withOrigin(filled(template, values), template.place), template.place),
      hints: TELLING.flatMap((key) => [values.get(key), values.get(`values.${key}`)]).filter(
        (one) => one !== undefined,
      ),
      preview,
    }));
}

/** What a generator gives, once for each Application; nothing when it is of a kind that only a cluster can tell. */
function parametersOf(
  context: GitOpsContext,
  object: GitOpsObject,
  generator: Spot,
  outer: Parameters,
): readonly Parameters[] {
  // What is filtered or made otherwise than the rest is not followed.
  if (at(generator, "selector", "matchExpressions") !== undefined) return [];
  const selected = (all: readonly Parameters[]) =>
    all.filter((one) => isSelected(at(generator, "selector", "matchLabels"), one));
  for (const [kind, spot] of generator.entries()) {
    if (kind === "selector") continue;
    if (at(spot, "template") !== undefined) return [];
    const found = generated(context, object, kind, spot, outer);
    return selected(found.map((one) => withValues(one, at(spot, "values"))));
  }
  return [];
}

function generated(
  context: GitOpsContext,
  object: GitOpsObject,
  kind: string,
  spot: Spot,
  outer: Parameters,
): readonly Parameters[] {
  const join = (values: ReadonlyMap<string, string>): Parameters => ({
    ...outer,
    values: new Map([...outer.values, ...values]),
  });
  switch (kind) {
    case "list":
      return items(spot, "elements").map((element) => join(flattened(element)));
    case "git":
      return gitParameters(context, object, spot).map(join);
    case "matrix": {
      const [one, other, ...more] = items(spot, "generators");
      if (one === undefined || other === undefined || more.length > 0) return [];
      return parametersOf(context, object, one, outer).flatMap((first) => {
        const place = other.place;
        return parametersOf(context, object, Spot.at(withOrigin(filled(other, first.values), place), place), first);
      });
    }
    case "clusters":
      return [join(labelsOf(spot))];
    case "pullRequest":
      return [{ ...outer, preview: true }];
    default:
      return [];
  }
}

/** Of clusters it is known only what they are chosen by. */
function labelsOf(clusters: Spot): ReadonlyMap<string, string> {
  const chosen = at(clusters, "selector", "matchLabels")?.entries() ?? [];
  return new Map(
    chosen.flatMap(([key, value]) => {
      const text = known(value);
      return text === undefined ? [] : [[`metadata.labels.${key}`, text] as const];
    }),
  );
}

function withValues(parameters: Parameters, values: Spot | undefined): Parameters {
  if (values === undefined) return parameters;
  const more = [...flattened(Spot.at(filled(values, parameters.values), values.place))];
  return {
    ...parameters,
    values: new Map([...parameters.values, ...more.map(([key, value]) => [`values.${key}`, value] as const)]),
  };
}

function isSelected(labels: Spot | undefined, { values }: Parameters): boolean {
  return (labels?.entries() ?? []).every(([key, value]) => values.get(key) === known(value));
}

/** Every text below a node by its way there: `cluster.name`, `zones[0]`. */
function flattened(spot: Spot, prefix = ""): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (key: string, child: Spot) => {
    for (const [path, text] of flattened(child, key)) found.set(path, text);
  };
  const text = known(spot);
  if (text !== undefined) found.set(prefix, text);
  for (const [key, child] of spot.entries()) add(prefix === "" ? key : `${prefix}.${key}`, child);
  for (const [index, child] of spot.items().entries()) add(`${prefix}[${index}]`, child);
  return found;
}

function gitParameters(
  context: GitOpsContext,
  object: GitOpsObject,
  git: Spot,
): readonly ReadonlyMap<string, string>[] {
  const root = context.listing.get(object.resource.document.uri)?.root;
  const checkout = root === undefined ? undefined : context.repositories.of(known(git, "repoURL") ?? "", root);
  if (checkout === undefined) return [];
  const prefix = known(git, "pathParamPrefix");
  const { base } = checkout;
  const patterns = (key: string, exclude: boolean) =>
    items(git, key).flatMap((item) => {
      const path = known(item, "path");
      return path === undefined || (known(item, "exclude") === "true") !== exclude ? [] : [path];
    });
  const matching = (key: string, paths: readonly string[]) => {
    const [wanted, unwanted] = [patterns(key, false), patterns(key, true)];
    return paths.filter(
      (path) => wanted.some((one) => matchesPath(one, path)) && !unwanted.some((one) => matchesPath(one, path)),
    );
  };
  if (at(git, "directories") !== undefined) {
    const folders = context.listing.foldersIn(base).map((uri) => pathIn(base, uri));
    const seen = folders.filter((path) => !path.split("/").some((segment) => segment.startsWith(".")));
    return matching("directories", seen).map((path) => pathParameters(path, prefix));
  }
  const files = context.listing.below(base).map(({ uri }) => pathIn(base, uri));
  return matching("files", files).map((path) => {
    const own = contentOf(context, resolve(base, path));
    return new Map([...own, ...pathParameters(parentOf(`/${path}`).slice(1), prefix, baseName(path))]);
  });
}

function contentOf(context: GitOpsContext, uri: string): ReadonlyMap<string, string> {
  const document = context.listing.get(uri)?.source?.documents[0];
  const tree = document?.tree();
  return document === undefined || tree === undefined ? new Map() : flattened(Spot.at(tree, { document, path: [] }));
}

/** Under the names of both ways to write templates: `{{path.basename}}` and `{{.path.basename}}`, `{{path}}` and `{{.path.path}}`. */
function pathParameters(path: string, prefix: string | undefined, file?: string): ReadonlyMap<string, string> {
  const name = prefix === undefined || prefix === "" ? "path" : `${prefix}.path`;
  const segments = path.split("/");
  const base = segments.at(-1) ?? "";
  return new Map([
    [name, path],
    [`${name}.path`, path],
    [`${name}.basename`, base],
    [`${name}.basenameNormalized`, normalized(base)],
    ...segments.flatMap((segment, index) => [
      [`${name}[${index}]`, segment] as const,
      [`${name}.segments[${index}]`, segment] as const,
    ]),
    ...(file === undefined
      ? []
      : [[`${name}.filename`, file] as const, [`${name}.filenameNormalized`, normalized(file)] as const]),
  ]);
}

function normalized(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9.-]+/g, "-");
}

const EXPRESSION = /\{\{-?\s*(?:index\s+\.([\w.]+)\s+"?([\w.-]+)"?|\.?([\w./-]+(?:\[\d+\])?))\s*-?\}\}/g;

/** The template with the parameters put in. What is not known of them stays unknown. */
function filled(spot: Spot, values: ReadonlyMap<string, string>): Tree {
  const { node } = spot;
  switch (node.kind) {
    case "scalar": {
      if (!node.text.includes("{{")) return node;
      const { text, complete } = expanded(node.text, values);
      const { place } = spot;
      if (!complete) return withOrigin({ ...scalarAt(text, node.style, place), unknown: true }, place);
      return scalarAt(text, node.style === "plain" ? "double" : node.style, place);
    }
    case "list":
      return withItems(
        node,
        spot.items().map((item) => filled(item, values)),
      );
    case "map":
      return withEntries(
        node,
        node.entries.map((entry) => entryOf(entry, spot, values)),
      );
    default:
      return node satisfies never;
  }
}

function entryOf(entry: Entry, spot: Spot, values: ReadonlyMap<string, string>): Entry {
  const { text, complete } = expanded(entry.key, values);
  const value = filled(new Spot(entry.value, spot, entry.key), values);
  const { keyStart, keyEnd } = entry;
  const stands: Entry = { key: text, keyStart, keyEnd, value, ...(complete ? {} : { keyUnknown: true }) };
  return text === entry.key || value.origin !== undefined
    ? stands
    : { ...stands, value: withOrigin(value, new Spot(entry.value, spot, entry.key).place) };
}

function expanded(
  text: string,
  values: ReadonlyMap<string, string>,
): { readonly text: string; readonly complete: boolean } {
  if (!text.includes("{{")) return { text, complete: true };
  let complete = true;
  const result = text.replace(
    EXPRESSION,
    (whole, map: string | undefined, key: string | undefined, name: string | undefined) => {
      const value =
        map === undefined ? values.get(name ?? "") : (values.get(`${map}[${key}]`) ?? values.get(`${map}.${key}`));
      if (value === undefined) complete = false;
      return value ?? whole;
    },
  );
  return { text: result, complete: complete && !result.includes("{{") };
}
