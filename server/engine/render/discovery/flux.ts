/** What Kustomizations and HelmReleases of Flux deliver of this workspace. */
import { resolve } from "../../dialects/kustomize.ts";
import { isYamlPath, type Root } from "../../layout.ts";
import type { Tree } from "../../tree/tree.ts";
import { listOf, mapOf, type Spot, scalarAt, stringAt } from "../kustomize/nodes.ts";
import { toObject } from "../plain-object.ts";
import type { EnvironmentSpec, FolderBuild, HelmBuild, KustomizeBuild } from "../specs.ts";
import { asRelease } from "./charts.ts";
import { type Delivery, type GitOpsContext, specOf } from "./deliveries.ts";
import { sourcePath, urlOf } from "./flux-sources.ts";
import { merged, valueAt, valuesIn } from "./helm-values.ts";
import {
  at,
  type GitOpsObject,
  type GitOpsObjects,
  HELM_RELEASE,
  isKnown,
  items,
  KUSTOMIZATION,
  known,
  taken,
} from "./objects.ts";

export function fluxEnvironments(context: GitOpsContext, objects: GitOpsObjects): readonly EnvironmentSpec[] {
  return [
    ...objects.of(KUSTOMIZATION).flatMap((object) => kustomizationOf(context, objects, object)),
    ...objects.of(HELM_RELEASE).flatMap((object) => releaseOf(context, objects, object)),
  ].map((one) => specOf(context, one));
}

function kustomizationOf(context: GitOpsContext, objects: GitOpsObjects, object: GitOpsObject): readonly Delivery[] {
  const spec = at(object.spot, "spec");
  const folder = folderOf(
    context,
    objects,
    object,
    known(spec, "path") ?? (at(spec, "path") === undefined ? "." : undefined),
  );
  if (folder === undefined || spec === undefined) return [];
  const build = buildOf(context, objects, object, folder, spec);
  // A secret of the cluster may hold the address of another one: nothing is said of that here.
  return build === undefined ? [] : [deliveryOf(object, folder, build, object.name, known(spec, "targetNamespace"))];
}

function deliveryOf(
  object: GitOpsObject,
  folder: string,
  build: EnvironmentSpec["build"],
  name: string,
  namespace: string | undefined,
): Delivery {
  return { kind: "flux", object, part: "", folder, build, namespace, name, hints: [namespace ?? ""], preview: false };
}

/** The folder of this workspace that a path of the object's source is; nothing where that is not known. */
function folderOf(
  context: GitOpsContext,
  objects: GitOpsObjects,
  object: GitOpsObject,
  path: string | undefined,
  source: Spot | undefined = at(object.spot, "spec", "sourceRef"),
): string | undefined {
  const root: Root | undefined = context.listing.get(object.resource.document.uri)?.root;
  if (path === undefined || root === undefined) return undefined;
  const from = sourcePath(objects, object, source, path);
  const checkout = from === undefined ? undefined : context.repositories.of(from.url, root);
  if (from === undefined || checkout === undefined) return undefined;
  const folder = resolve(checkout.base, from.path);
  if (!folder.startsWith(checkout.base)) return undefined;
  if (context.listing.folders.has(folder)) return folder;
  const written = at(object.spot, "spec", "path");
  if (
    checkout.sure &&
    written !== undefined &&
    object.groupKind === KUSTOMIZATION &&
    urlOf(objects, object, source) !== undefined
  )
    context.problems.push({ code: "missing", place: written.place, severity: "error", args: { path } });
  return undefined;
}

function buildOf(
  context: GitOpsContext,
  objects: GitOpsObjects,
  object: GitOpsObject,
  folder: string,
  spec: Spot,
): KustomizeBuild | FolderBuild | undefined {
  const overrides = overridesOf(spec);
  if (overrides === "unknown") return undefined;
  const substitute = substitutionsOf(objects, object, spec);
  const found = context.kustomizations.in(folder);
  if (found !== undefined) return { tool: "kustomize", kustomization: found.uri, overrides, substitute };
  if (context.listing.kustomizationIn(folder) !== undefined) return undefined;
  const resources = resourcesIn(context, folder);
  if (resources.length === 0) return undefined;
  if (overrides === undefined && substitute === undefined && resources.every((one) => one.file))
    return { tool: "none", files: resources.map((one) => one.uri) };
  const generated = resources.map(({ uri }) => decoded(uri.slice(folder.length + 1)));
  return { tool: "kustomize", kustomization: `${folder}/kustomization.yaml`, generated, overrides, substitute };
}

/** What Flux lists where no kustomization does: all manifests, and folders that have a kustomization of their own. */
function resourcesIn(
  context: GitOpsContext,
  folder: string,
): readonly { readonly uri: string; readonly file: boolean }[] {
  const inner = context.listing.foldersIn(folder).filter((one) => context.listing.kustomizationIn(one) !== undefined);
  const outermost = inner.filter((one) => !inner.some((other) => one.startsWith(`${other}/`)));
  const files = context.listing
    .below(folder)
    .filter(({ uri, role, chart }) => isYamlPath(uri) && role === "kubernetes" && chart === undefined)
    .filter(({ uri }) => !outermost.some((one) => uri.startsWith(`${one}/`)));
  const telling = files.some(({ resources }) => resources.some((one) => !one.group.endsWith(".toolkit.fluxcd.io")));
  // Nothing but other objects of Flux: what they deliver are the environments.
  if (!telling && outermost.length === 0) return [];
  return [...outermost.map((uri) => ({ uri, file: false })), ...files.map(({ uri }) => ({ uri, file: true }))];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Fields that Flux adds to the kustomization, under the names they have there. */
const SAME = [
  "namePrefix",
  "nameSuffix",
  "patches",
  "patchesStrategicMerge",
  "patchesJson6902",
  "images",
  "components",
];

function overridesOf(spec: Spot): KustomizeBuild["overrides"] | "unknown" {
  const entries: (readonly [string, Tree])[] = [];
  const add = (key: string, from: Spot | undefined) => {
    if (from === undefined) return true;
    entries.push([key, taken(from)]);
    return isKnown(from.node);
  };
  const all = [add("namespace", at(spec, "targetNamespace")), ...SAME.map((key) => add(key, at(spec, key)))];
  if (all.includes(false)) return "unknown";
  const metadata = at(spec, "commonMetadata");
  const labels = at(metadata, "labels");
  if (labels !== undefined) {
    const templates = scalarAt("false", "plain", labels.place);
    entries.push([
      "labels",
      listOf([
        mapOf(
          [
            ["pairs", taken(labels)],
            ["includeTemplates", templates],
          ],
          labels.place,
        ),
      ]),
    ]);
  }
  const annotations = at(metadata, "annotations");
  if (annotations !== undefined) entries.push(["patches", withPatch(at(spec, "patches"), annotations)]);
  return entries.length === 0
    ? undefined
    : { document: spec.place.document, tree: mapOf([...new Map(entries)], spec.place) };
}

/** Annotations of all objects, and not of the pods that they make: kustomize has no field for that, but patches. */
function withPatch(patches: Spot | undefined, annotations: Spot): Tree {
  const { place } = annotations;
  const metadata = { name: "all", annotations: toObject(annotations.node) };
  const patch = JSON.stringify({ apiVersion: "v1", kind: "All", metadata });
  const target = mapOf([["kind", stringAt(".*", place)]], place);
  const added = mapOf(
    [
      ["patch", stringAt(patch, place)],
      ["target", target],
    ],
    place,
  );
  return listOf([...(patches?.items() ?? []).map(taken), added]);
}

/** What stands for `${name}` in what was built. Of what comes from the cluster nothing is known. */
function substitutionsOf(
  objects: GitOpsObjects,
  { namespace }: GitOpsObject,
  spec: Spot,
): KustomizeBuild["substitute"] {
  const build = at(spec, "postBuild");
  if (build === undefined) return undefined;
  const found = new Map<string, string>();
  for (const reference of items(build, "substituteFrom")) {
    const map = known(reference, "kind") === "ConfigMap" ? known(reference, "name") : undefined;
    const data = map === undefined ? undefined : at(objects.configMap(map, namespace)?.spot, "data");
    // What cannot be seen may say otherwise what was said before.
    if (data === undefined) found.clear();
    add(found, data);
  }
  add(found, at(build, "substitute"));
  return found;
}

function add(found: Map<string, string>, texts: Spot | undefined): void {
  for (const [key, value] of texts?.entries() ?? []) {
    const text = known(value);
    if (text === undefined) found.delete(key);
    else found.set(key, text);
  }
}

function releaseOf(context: GitOpsContext, objects: GitOpsObjects, object: GitOpsObject): readonly Delivery[] {
  const spec = at(object.spot, "spec");
  const chart = at(spec, "chart", "spec");
  const source = at(chart, "sourceRef");
  if (spec === undefined || known(source, "kind") !== "GitRepository" || at(spec, "postRenderers") !== undefined)
    return [];
  const folder = folderOf(context, objects, object, known(chart, "chart"), source);
  if (folder === undefined || context.listing.chartIn(folder) === undefined) return [];
  const base = folderOf(context, objects, object, ".", source) ?? folder;
  const files = items(chart, "valuesFiles").map((item) => resolve(base, known(item) ?? "?"));
  // Listed files stand in for the chart's own values, which cannot be left out here.
  if (files.length > 0 && !files.includes(`${folder}/values.yaml`)) return [];
  const inline = releaseValues(objects, object, spec);
  if (inline === "unknown") return [];
  const target = known(spec, "targetNamespace");
  const release = known(spec, "releaseName") ?? (target === undefined ? object.name : `${target}-${object.name}`);
  const namespace = target ?? object.namespace;
  const build: HelmBuild = {
    tool: "helm",
    chart: folder,
    release: asRelease(release),
    namespace,
    values: files.filter((uri) => uri !== `${folder}/values.yaml`),
    inline,
    parameters: [],
  };
  return [deliveryOf(object, folder, build, object.name, namespace)];
}

function releaseValues(objects: GitOpsObjects, object: GitOpsObject, spec: Spot): HelmBuild["inline"] | "unknown" {
  let values: HelmBuild["inline"];
  for (const reference of items(spec, "valuesFrom")) {
    const name = known(reference, "kind") === "ConfigMap" ? known(reference, "name") : undefined;
    const data = name === undefined ? undefined : at(objects.configMap(name, object.namespace)?.spot, "data");
    const text = data?.at(known(reference, "valuesKey") ?? "values.yaml");
    if (text === undefined) return "unknown";
    const path = known(reference, "targetPath");
    const more = path === undefined ? valuesIn(text) : valueAt(path, text);
    if (more === "unknown") return "unknown";
    values = merged(values, more);
  }
  const own = valuesIn(at(spec, "values"));
  return own === "unknown" ? "unknown" : merged(values, own);
}
