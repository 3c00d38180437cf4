/** GitOps objects as discovery reads them: trees in which every node knows where it stands. */
import type { GroupKind, Resource } from "../../../../model/facts.ts";
import { once } from "../../../../model/memo.ts";
import { ResourceFact } from "../../dialects/kubernetes.ts";
import type { Tree } from "../../tree/tree.ts";
import { RenderedDocument } from "../document.ts";
import { withOrigin } from "../graft.ts";
import { find, isNull, Spot } from "../kustomize/nodes.ts";

/** One object that says what is delivered, or that such an object draws on. */
export interface GitOpsObject {
  readonly resource: Resource;
  readonly groupKind: GroupKind;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly spot: Spot;
}

export const APPLICATION: GroupKind = "argoproj.io/Application";
export const APPLICATION_SET: GroupKind = "argoproj.io/ApplicationSet";
export const KUSTOMIZATION: GroupKind = "kustomize.toolkit.fluxcd.io/Kustomization";
export const HELM_RELEASE: GroupKind = "helm.toolkit.fluxcd.io/HelmRelease";
export const ARTIFACT_GENERATOR: GroupKind = "source.extensions.fluxcd.io/ArtifactGenerator";

export const GIT_REPOSITORY: GroupKind = "source.toolkit.fluxcd.io/GitRepository";
export const CONFIG_MAP: GroupKind = "/ConfigMap";

const READ: ReadonlySet<GroupKind> = new Set([
  APPLICATION,
  APPLICATION_SET,
  KUSTOMIZATION,
  HELM_RELEASE,
  ARTIFACT_GENERATOR,
  GIT_REPOSITORY,
]);

/** The objects of kinds that are read here. What a chart's template says is known once it is rendered. */
export class GitOpsObjects {
  readonly #byKind = new Map<GroupKind, GitOpsObject[]>();
  readonly #configMaps: Resource[] = [];

  constructor(resources: Iterable<Resource>) {
    for (const resource of resources) {
      if (resource.groupKind === CONFIG_MAP) this.#configMaps.push(resource);
      if (!READ.has(resource.groupKind) || resource.conditional || resource.foreign) continue;
      const object = objectOf(resource);
      if (object === undefined) continue;
      const list = this.#byKind.get(resource.groupKind);
      if (list === undefined) this.#byKind.set(resource.groupKind, [object]);
      else list.push(object);
    }
  }

  of(kind: GroupKind): readonly GitOpsObject[] {
    return this.#byKind.get(kind) ?? [];
  }

  find(kind: GroupKind, name: string, namespace: string | undefined): GitOpsObject | undefined {
    return this.of(kind).find((one) => one.name === name && mayBe(one.namespace, namespace));
  }

  /** The one config map of a name; nothing where there are several, of several environments. */
  configMap(name: string, namespace: string | undefined): GitOpsObject | undefined {
    const found = this.#configMaps.flatMap((resource) => {
      const object = resource.displayName === name && !resource.conditional ? objectOf(resource) : undefined;
      return object !== undefined && mayBe(object.namespace, namespace) ? [object] : [];
    });
    return found.length === 1 ? found[0] : undefined;
  }
}

/** A kustomization may set the namespace that an object leaves open. */
function mayBe(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

/** Kept with the fact, so that all that is made from it is the same the next time. */
const objectOf = once((resource: Resource): GitOpsObject | undefined => {
  if (!(resource instanceof ResourceFact)) return undefined;
  const { read, path } = resource;
  const node = path.reduce<Tree | undefined>(
    (tree, key) => (tree?.kind === "list" ? tree.items[Number(key)] : find(tree, String(key))),
    read.tree(),
  );
  if (node === undefined) return undefined;
  const place = read instanceof RenderedDocument ? read.placeOf(path) : { document: read, path };
  const spot = Spot.at(node, place);
  const namespace = known(spot, "metadata", "namespace");
  return { resource, groupKind: resource.groupKind, name: resource.displayName, namespace, spot };
});

/** What stands at a path of keys; nothing where nothing or null does. */
export function at(spot: Spot | undefined, ...path: readonly string[]): Spot | undefined {
  let found = spot;
  for (const key of path) found = found?.at(key);
  return found === undefined || isNull(found.node) ? undefined : found;
}

/** The text at a path of keys when it is known; nothing where a template decides it or there is none. */
export function known(spot: Spot | undefined, ...path: readonly string[]): string | undefined {
  const node = at(spot, ...path)?.node;
  return node?.kind === "scalar" && node.unknown !== true ? node.text : undefined;
}

export function items(spot: Spot | undefined, ...path: readonly string[]): readonly Spot[] {
  return at(spot, ...path)?.items() ?? [];
}

/** Is all of a tree known: no part of it is decided by a template. */
export function isKnown(tree: Tree): boolean {
  switch (tree.kind) {
    case "scalar":
      return tree.unknown !== true;
    case "list":
      return tree.open !== true && tree.conditional === undefined && tree.items.every(isKnown);
    case "map":
      return (
        tree.open !== true &&
        tree.entries.every((entry) => entry.keyUnknown !== true && entry.conditional !== true && isKnown(entry.value))
      );
    default:
      return tree satisfies never;
  }
}

/** The node with the place at which it stands, so that it can be put elsewhere. */
export function taken(spot: Spot): Tree {
  return spot.node.origin === undefined ? withOrigin(spot.node, spot.place) : spot.node;
}
