/** From where Flux takes what an object delivers: a Git repository, or an artifact that is put together from one. */

import type { Spot } from "../kustomize/nodes.ts";
import type { Listing } from "./listing.ts";
import {
  ARTIFACT_GENERATOR,
  at,
  GIT_REPOSITORY,
  type GitOpsObject,
  type GitOpsObjects,
  HELM_RELEASE,
  items,
  KUSTOMIZATION,
  known,
} from "./objects.ts";
import type { Claim } from "./repositories.ts";

export interface SourcePath {
  /** What tells the repository apart. */
  readonly url: string;
  /** The path in it. */
  readonly path: string;
}

/** Where in a repository a path of a source lies; nothing where the source is of a kind that does not say so. */
export function sourcePath(
  objects: GitOpsObjects,
  object: GitOpsObject,
  source: Spot | undefined,
  path: string,
): SourcePath | undefined {
  const name = known(source, "name");
  if (name === undefined) return undefined;
  const namespace = known(source, "namespace") ?? object.namespace;
  switch (known(source, "kind")) {
    case "GitRepository":
      return { url: urlOf(objects, object, source) ?? `git ${namespace ?? ""} ${name}`, path };
    case "OCIRepository":
    case "Bucket":
      // Holds whatever was put into it: the paths will tell.
      return { url: `artifact ${namespace ?? ""} ${name}`, path };
    case "ExternalArtifact":
      return artifactPath(objects, object, name, namespace, path);
    default:
      return undefined;
  }
}

/** The URL of the Git repository that an object names, when it is declared in the workspace. */
export function urlOf(objects: GitOpsObjects, object: GitOpsObject, source: Spot | undefined): string | undefined {
  const name = known(source, "name");
  const namespace = known(source, "namespace") ?? object.namespace;
  const found = name === undefined ? undefined : objects.find(GIT_REPOSITORY, name, namespace);
  return known(found?.spot, "spec", "url");
}

/** An artifact is copied together from folders of a repository; the generator beside its user says from which. */
function artifactPath(
  objects: GitOpsObjects,
  object: GitOpsObject,
  name: string,
  namespace: string | undefined,
  path: string,
): SourcePath | undefined {
  const makers = objects
    .of(ARTIFACT_GENERATOR)
    .filter((one) => items(one.spot, "spec", "artifacts").some((artifact) => known(artifact, "name") === name))
    .filter((one) => one.namespace === undefined || namespace === undefined || one.namespace === namespace);
  const folder = (one: GitOpsObject) => one.resource.document.uri.replace(/\/[^/]*$/, "");
  const maker = makers.find((one) => folder(one) === folder(object)) ?? (makers.length === 1 ? makers[0] : undefined);
  if (maker === undefined) return undefined;
  const wanted = plain(path);
  const copies = items(maker.spot, "spec", "artifacts")
    .filter((artifact) => known(artifact, "name") === name)
    .flatMap((artifact) => items(artifact, "copy"))
    .flatMap((copy) => {
      const from = /^@([\w-]+)\/(?:(.*)\/)?\*\*$/.exec(known(copy, "from") ?? "");
      const to = /^@artifact(?:\/(.*))?$/.exec(known(copy, "to") ?? "");
      const into = plain(to?.[1] ?? "");
      const inside = into === "" || wanted === into || wanted.startsWith(`${into}/`);
      return from === null || to === null || !inside ? [] : [{ alias: from[1] ?? "", from: from[2] ?? "", into }];
    })
    .sort((one, other) => other.into.length - one.into.length);
  const [copy] = copies;
  const source = items(maker.spot, "spec", "sources").find((one) => known(one, "alias") === copy?.alias);
  if (copy === undefined || known(source, "kind") !== "GitRepository") return undefined;
  const rest = plain(wanted.slice(copy.into.length));
  return sourcePath(objects, maker, source, [copy.from, rest].filter((part) => part !== "").join("/"));
}

function plain(path: string): string {
  return path
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .join("/");
}

/** The repositories and paths that are spoken of, before it is known which of them are here. */
export function claimsOf(listing: Listing, objects: GitOpsObjects): readonly Claim[] {
  const claim = (object: GitOpsObject, source: Spot | undefined, path: string | undefined): Claim[] => {
    const root = listing.get(object.resource.document.uri)?.root;
    const from = path === undefined ? undefined : sourcePath(objects, object, source, path);
    return root === undefined || from === undefined ? [] : [{ ...from, root }];
  };
  return [
    ...objects.of(KUSTOMIZATION).flatMap((one) => {
      const spec = at(one.spot, "spec");
      return claim(one, at(spec, "sourceRef"), known(spec, "path"));
    }),
    ...objects.of(HELM_RELEASE).flatMap((one) => {
      const chart = at(one.spot, "spec", "chart", "spec");
      return claim(one, at(chart, "sourceRef"), known(chart, "chart"));
    }),
  ];
}
