/** Image references: their parts, where each stands in the text, and what sets a tag besides the reference itself. */
import type { Container, Field, Repository, Workload, World } from "./facts.ts";
import { Unresolved } from "./practice.ts";

export interface ImageReference {
  /** Host, with its port; `undefined` where the runtime's own default is meant. */
  readonly registry: string | undefined;
  /** Path within the registry. */
  readonly repository: string;
  /** Registry and repository as written: what other files call the image by. */
  readonly name: string;
  readonly tag: string | undefined;
  /** `sha256:…`, without the `@`. */
  readonly digest: string | undefined;
  /** Where the tag stands in the text: [from, to). */
  readonly tagAt: readonly [number, number] | undefined;
}

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::\d+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** A tag that a script or a person is to replace: `__TAG__`, `IMAGE_TAG`, `VERSION`. */
const STAND_IN = /^__.*__$|^[A-Z]{2,}(?:_[A-Z]+)+$|^(?:TAG|VERSION|COMMIT|SHA|REVISION|BUILD)$/;

/** The parts of a reference; `undefined` for text that is none yet, such as `$(IMAGE)`, `${REGISTRY}/web` or `PROJECT/web`. */
export function parseImage(text: string): ImageReference | undefined {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const rest = at < 0 ? text : text.slice(0, at);
  // A colon before the last slash belongs to the registry's port.
  const colon = rest.indexOf(":", rest.lastIndexOf("/") + 1);
  const name = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const hosted = /[.:[A-Z]/.test(first) || first === "localhost";
  const repository = hosted ? name.slice(slash + 1) : name;
  if ((hosted && !HOST.test(first)) || !PATH.test(repository)) return undefined;
  if (tag !== undefined && (!TAG.test(tag) || STAND_IN.test(tag))) return undefined;
  if (digest !== undefined && !DIGEST.test(digest)) return undefined;
  return {
    registry: hosted ? first : undefined,
    repository,
    name,
    tag,
    digest,
    tagAt: tag === undefined ? undefined : [colon + 1, colon + 1 + tag.length],
  };
}

/** The image of a container; nothing when it names none. Throws `Unresolved` for one that is still to be filled in. */
export function imageOf(container: Container): ImageReference | undefined {
  const text = container.image.text();
  if (text === undefined) return undefined;
  const image = parseImage(text);
  if (image === undefined) throw new Unresolved(container.image.place);
  return image;
}

/** `ko` builds from source and puts the digest in. */
export function isBuiltByKo(container: Container): boolean {
  return container.image.source?.startsWith("ko://") === true;
}

/** Entries of kustomizations' `images` that set this image's tag or digest, in those that bring the workload to the cluster. */
export function imageOverrides(name: string, workload: Workload, world: World): readonly Field[] {
  const repository = world.repositoryOf(workload.document);
  const from = world.packageOf(workload.document);
  if (repository === undefined || from?.kind !== "kustomize") return [];
  const all = buildsOf(repository).kustomizations;
  const reached = new Set([from.folder]);
  for (let before = -1; before < reached.size; ) {
    before = reached.size;
    for (const { folder, uses } of all) if (uses.some((used) => reached.has(used))) reached.add(folder);
  }
  return all
    .filter(({ folder }) => reached.has(folder))
    .flatMap(({ images }) => images)
    .filter((entry) => entry.at("name").source === name && ["newTag", "digest"].some((key) => entry.at(key).presence !== "absent"));
}

/** A tool puts its own tag on this image when it deploys: skaffold, Tilt, an OpenShift image stream. */
export function isTaggedByTool(name: string, workload: Workload, world: World): boolean {
  if (workload.annotations.at("image.openshift.io/triggers").presence !== "absent") return true;
  const triggers = workload.body.at("spec", "triggers").writtenItems();
  if (triggers.some((trigger) => trigger.at("imageChangeParams").presence !== "absent")) return true;
  const repository = world.repositoryOf(workload.document);
  return repository !== undefined && buildsOf(repository).tagged.has(name);
}

interface Kustomization {
  readonly folder: string;
  readonly images: readonly Field[];
  /** Folders of what it builds on. */
  readonly uses: readonly string[];
}

interface Builds {
  readonly kustomizations: readonly Kustomization[];
  readonly tagged: ReadonlySet<string>;
}

const builds = new WeakMap<Repository, Builds>();

function buildsOf(repository: Repository): Builds {
  let known = builds.get(repository);
  if (known === undefined) {
    known = {
      kustomizations: repository.find(/(^|\/)(kustomization\.ya?ml|Kustomization)$/).map(({ place, body }) => {
        const folder = place.document.uri.slice(0, place.document.uri.lastIndexOf("/"));
        const named = ["resources", "bases", "components"].flatMap((list) => body.at(list).writtenItems());
        return { folder, images: body.at("images").writtenItems(), uses: named.flatMap((one) => folderOf(folder, one.source)) };
      }),
      tagged: new Set([...skaffoldImages(repository), ...tiltImages(repository)]),
    };
    builds.set(repository, known);
  }
  return known;
}

function folderOf(from: string, path: string | undefined): readonly string[] {
  if (path === undefined || path.includes("://")) return [];
  const parts = from.split("/");
  for (const step of path.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== "." && step !== "") parts.push(step);
  }
  return [parts.join("/")];
}

function skaffoldImages(repository: Repository): readonly string[] {
  return repository.find(/(^|\/)skaffold[^/]*\.ya?ml$/).flatMap(({ body }) =>
    body
      .at("build", "artifacts")
      .writtenItems()
      .flatMap((artifact) => artifact.at("image").source ?? []),
  );
}

function tiltImages(repository: Repository): readonly string[] {
  return repository
    .find(/(^|\/)Tiltfile$/)
    .flatMap(({ text }) => [...(text ?? "").matchAll(/\b(?:docker|custom)_build(?:_with_restart)?\(\s*(?:ref\s*=\s*)?["']([^"']+)["']/g)])
    .flatMap((match) => match[1] ?? []);
}
