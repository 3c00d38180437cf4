/** What Applications of Argo CD deliver of this workspace. */
import { resolve } from "../../dialects/kustomize.ts";
import { matchesName } from "../../globs.ts";
import { isYamlPath } from "../../layout.ts";
import type { Tree } from "../../tree/tree.ts";
import { listOf, mapOf, type Spot, scalarAt, stringAt, textOf } from "../kustomize/nodes.ts";
import type { EnvironmentSpec, FolderBuild, HelmBuild, KustomizeBuild } from "../specs.ts";
import { type Application, applicationsOf } from "./application-sets.ts";
import { asRelease } from "./charts.ts";
import { type Delivery, type GitOpsContext, specOf } from "./deliveries.ts";
import { fileText, valuesIn } from "./helm-values.ts";
import type { Listing } from "./listing.ts";
import { APPLICATION, APPLICATION_SET, at, type GitOpsObjects, isKnown, items, known, taken } from "./objects.ts";
import type { Checkout, Claim } from "./repositories.ts";

/** The repositories and paths that are spoken of, before it is known which of them are here. */
export function claimsOf(listing: Listing, objects: GitOpsObjects): readonly Claim[] {
  const all = [...objects.of(APPLICATION), ...objects.of(APPLICATION_SET)];
  return all.flatMap((object) => {
    const root = listing.get(object.resource.document.uri)?.root;
    if (root === undefined) return [];
    const template = object.groupKind === APPLICATION ? object.spot : at(object.spot, "spec", "template");
    const generated = items(object.spot, "spec", "generators").flatMap((one) => [
      one,
      ...items(one, "matrix", "generators"),
    ]);
    const claim = (source: Spot | undefined, path: Spot | undefined): Claim[] => {
      // Of what is put together, the part in front is known.
      const [text = "", ...rest] = textOf(path?.node).split("{{");
      const known = rest.length === 0 ? text : text.slice(0, Math.max(0, text.lastIndexOf("/")));
      return known === "" ? [] : [{ url: urlOf(source), path: known, root }];
    };
    return [
      ...sourcesOf(template).flatMap((source) => claim(source, at(source, "path"))),
      ...generated.flatMap((one) =>
        items(one, "git", "directories").flatMap((item) => claim(at(one, "git"), at(item, "path"))),
      ),
    ];
  });
}

/** The address of the repository; of one that a template decides nothing is known. */
function urlOf(source: Spot | undefined): string {
  return known(source, "repoURL") ?? "";
}

function sourcesOf(application: Spot | undefined): readonly Spot[] {
  const several = items(application, "spec", "sources");
  const one = at(application, "spec", "source");
  return several.length > 0 || one === undefined ? several : [one];
}

export function argoEnvironments(context: GitOpsContext, objects: GitOpsObjects): readonly EnvironmentSpec[] {
  const written = objects
    .of(APPLICATION)
    .map((object): Application => ({ object, spot: object.spot, hints: [], preview: false }));
  const made = objects.of(APPLICATION_SET).flatMap((object) => applicationsOf(context, object));
  return [...written, ...made].flatMap((one) => deliveriesOf(context, one)).map((one) => specOf(context, one));
}

function deliveriesOf(context: GitOpsContext, application: Application): readonly Delivery[] {
  const { object, spot, hints, preview } = application;
  const root = context.listing.get(object.resource.document.uri)?.root;
  if (root === undefined) return [];
  const sources = sourcesOf(spot);
  const checkouts = new Map<Spot, Checkout | undefined>(
    sources.map((source) => [source, context.repositories.of(urlOf(source), root)]),
  );
  const references = new Map(sources.map((source) => [known(source, "ref") ?? "", checkouts.get(source)?.base]));
  const name = known(spot, "metadata", "name") ?? "";
  const destination = at(spot, "spec", "destination");
  const namespace = known(destination, "namespace");
  return sources.flatMap((source, index): readonly Delivery[] => {
    const checkout = checkouts.get(source);
    const path = known(source, "path");
    if (checkout === undefined || path === undefined || at(source, "chart") !== undefined) return [];
    const folder = resolve(checkout.base, path);
    if (!folder.startsWith(checkout.base)) return [];
    if (!context.listing.folders.has(folder)) {
      const place = at(source, "path")?.place ?? source.place;
      if (checkout.sure && isCheckedOut(source) && object.groupKind === APPLICATION)
        context.problems.push({ code: "missing", place, severity: "error", args: { path } });
      return [];
    }
    const build = buildOf(context, { source, folder, base: checkout.base, references, name });
    if (build === undefined) return [];
    const clusters = [known(destination, "name"), namespace].map((one) => one ?? "");
    const part = sources.length > 1 ? String(index) : "";
    return [{ kind: "argo-cd", object, part, folder, build, namespace, name, hints: [...hints, ...clusters], preview }];
  });
}

/** What is delivered is what lies in the folder now: no branch is named that may hold something else. */
function isCheckedOut(source: Spot): boolean {
  const revision = at(source, "targetRevision");
  return revision === undefined || /^(HEAD|main|master)?$/.test(known(source, "targetRevision") ?? "-");
}

interface Source {
  readonly source: Spot;
  readonly folder: string;
  /** URI of the repository's folder. */
  readonly base: string;
  /** By the name that another source gives to its repository. */
  readonly references: ReadonlyMap<string, string | undefined>;
  readonly name: string;
}

/** As Argo CD decides it: by what the source says, else by what lies in the folder. */
function buildOf(context: GitOpsContext, source: Source): KustomizeBuild | HelmBuild | FolderBuild | undefined {
  const { listing, kustomizations } = context;
  const says = (key: string) => at(source.source, key) !== undefined;
  if (says("plugin")) return undefined;
  if (says("helm") || (!says("kustomize") && !says("directory") && listing.chartIn(source.folder) !== undefined))
    return helmBuild(context, source);
  const kustomization = kustomizations.in(source.folder);
  if (says("kustomize") || (!says("directory") && listing.kustomizationIn(source.folder) !== undefined)) {
    const fields = at(source.source, "kustomize");
    if (kustomization === undefined || (fields !== undefined && !isKnown(fields.node))) return undefined;
    return {
      tool: "kustomize",
      kustomization: kustomization.uri,
      overrides: overridesOf(fields),
      substitute: undefined,
    };
  }
  return folderBuild(listing, source);
}

function helmBuild(context: GitOpsContext, { source, folder, base, references, name }: Source): HelmBuild | undefined {
  if (context.listing.chartIn(folder) === undefined) return undefined;
  const helm = at(source, "helm");
  const values: string[] = [];
  for (const item of items(helm, "valueFiles")) {
    const uri = valuesUri(known(item), folder, base, references);
    if (uri === undefined) return undefined;
    const skipped = known(helm, "ignoreMissingValueFiles") === "true" && !context.listing.files.has(uri);
    if (!skipped && !(values.length === 0 && uri === `${folder}/values.yaml`)) values.push(uri);
  }
  const inline = valuesIn(at(helm, "valuesObject") ?? at(helm, "values"));
  const parameters = [];
  for (const item of items(helm, "parameters")) {
    const [key, value] = [known(item, "name"), known(item, "value")];
    if (key === undefined || value === undefined) return undefined;
    parameters.push({ name: key, value, text: known(item, "forceString") === "true" });
  }
  for (const item of items(helm, "fileParameters")) {
    const [key, path] = [known(item, "name"), known(item, "path")];
    const value = path === undefined ? undefined : fileText(context.listing, resolve(folder, path));
    if (key === undefined || value === undefined) return undefined;
    parameters.push({ name: key, value, text: true });
  }
  if (inline === "unknown") return undefined;
  const release = asRelease(known(helm, "releaseName") ?? name);
  const namespace = known(helm, "namespace");
  return { tool: "helm", chart: folder, release, namespace, values, inline, parameters };
}

/** `values-prod.yaml` beside the chart, `/env/prod.yaml` of its repository, `$values/prod.yaml` of another source. */
function valuesUri(
  path: string | undefined,
  folder: string,
  base: string,
  references: ReadonlyMap<string, string | undefined>,
): string | undefined {
  if (path === undefined || path.includes("://")) return undefined;
  const reference = /^\$([\w-]+)\/(.+)$/.exec(path);
  if (reference === null) return resolve(path.startsWith("/") ? base : folder, path);
  const other = references.get(reference[1] ?? "");
  return other === undefined ? undefined : resolve(other, reference[2] ?? "");
}

/** What a source says for kustomize, as a kustomization would. */
function overridesOf(fields: Spot | undefined): KustomizeBuild["overrides"] {
  if (fields === undefined) return undefined;
  const entries: (readonly [string, Tree])[] = [];
  for (const key of [
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonAnnotations",
    "patches",
    "replicas",
    "components",
  ]) {
    const value = at(fields, key);
    if (value !== undefined) entries.push([key, taken(value)]);
  }
  const labels = at(fields, "commonLabels");
  const flag = (key: string) => known(fields, key) === "true";
  if (labels !== undefined && flag("labelWithoutSelector")) {
    const templates = scalarAt(String(flag("labelIncludeTemplates")), "plain", labels.place);
    const pairs = mapOf(
      [
        ["pairs", taken(labels)],
        ["includeTemplates", templates],
      ],
      labels.place,
    );
    entries.push(["labels", listOf([pairs])]);
  } else if (labels !== undefined) entries.push(["commonLabels", taken(labels)]);
  const images = items(fields, "images");
  if (images.length > 0) entries.push(["images", listOf(images.map(imageOf))]);
  return entries.length === 0 ? undefined : { document: fields.place.document, tree: mapOf(entries, fields.place) };
}

/** `shop=registry/shop:1.2@sha256:…`, with the name that is replaced or without. */
function imageOf(item: Spot): Tree {
  const text = known(item) ?? "";
  const { place } = item;
  const equals = text.indexOf("=");
  const image = text.slice(equals + 1);
  const digest = image.indexOf("@");
  const tagged = digest < 0 ? image : image.slice(0, digest);
  const colon = tagged.lastIndexOf(":");
  const tag = colon > tagged.lastIndexOf("/") ? tagged.slice(colon + 1) : undefined;
  const name = tag === undefined ? tagged : tagged.slice(0, colon);
  const fields: (readonly [string, Tree])[] = [["name", stringAt(equals < 0 ? name : text.slice(0, equals), place)]];
  if (equals >= 0) fields.push(["newName", stringAt(name, place)]);
  if (tag !== undefined) fields.push(["newTag", stringAt(tag, place)]);
  if (digest >= 0) fields.push(["digest", stringAt(image.slice(digest + 1), place)]);
  return mapOf(fields, place);
}

/** A folder of manifests. One that holds nothing but other GitOps objects is no environment of its own. */
function folderBuild(listing: Listing, { source, folder }: Source): FolderBuild | undefined {
  const directory = at(source, "directory");
  const include = known(directory, "include");
  const exclude = known(directory, "exclude");
  const all = known(directory, "recurse") === "true" ? listing.below(folder) : listing.in(folder);
  const files = all.filter(({ uri, role }) => {
    const path = uri.slice(folder.length + 1);
    return (
      isYamlPath(path) &&
      role === "kubernetes" &&
      (include === undefined || include === "" || matchesName(include, path)) &&
      (exclude === undefined || exclude === "" || !matchesName(exclude, path))
    );
  });
  const telling = files.some(
    ({ resources, chart }) => chart === undefined && resources.some((one) => !isDelivering(one.group)),
  );
  return telling ? { tool: "none", files: files.map(({ uri }) => uri) } : undefined;
}

function isDelivering(group: string): boolean {
  return group === "argoproj.io" || group.endsWith(".toolkit.fluxcd.io");
}
