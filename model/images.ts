/** Image references: their parts, where each stands in the text, and what sets a tag besides the reference itself. */
import type { Container, Pipeline, Repository, Workload, World } from "./facts.ts";
import { once } from "./memo.ts";
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

const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::\d+)?$/;
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

/** A tool puts its own tag on this image when it deploys: skaffold, Tilt, an OpenShift image stream, a step of a pipeline. */
export function isTaggedByTool(name: string, workload: Workload, world: World): boolean {
  if (workload.annotations.at("image.openshift.io/triggers").presence !== "absent") return true;
  const triggers = workload.body.at("spec", "triggers").writtenItems();
  if (triggers.some((trigger) => trigger.at("imageChangeParams").presence !== "absent")) return true;
  const repository = world.repositoryOf(workload.document);
  if (repository !== undefined && taggedIn(repository).has(name)) return true;
  return world.pipelines().some((pipeline) => {
    const { any, commands } = substitutionsIn(pipeline);
    return any || commands.some((text) => text.includes(name));
  });
}

/** Steps that are handed images put them into the manifests; `set image` names the one it sets. */
const substitutionsIn = once((pipeline: Pipeline) => {
  const steps = pipeline.jobs.flatMap((job) => job.steps).filter((step) => !step.disabled);
  const any = steps.some(
    (step) =>
      /^azure\/k8s-(?:deploy|bake)@|^KubernetesManifest@/i.test(step.uses.source ?? "") &&
      ["images", "containers"].some((input) => step.inputs.at(input).presence !== "absent"),
  );
  const texts = steps.flatMap((step) => step.commands.map(({ text }) => text));
  return { any, commands: texts.filter((text) => /\bset[- ]image\b/.test(text)) };
});

/** Names of images that a tool builds and tags by itself. */
const taggedIn = once(
  (repository: Repository): ReadonlySet<string> => new Set([...skaffoldImages(repository), ...tiltImages(repository)]),
);

/** Read as text: a skaffold file may hold several configurations. */
function skaffoldImages(repository: Repository): readonly string[] {
  return matches(repository, /(^|\/)skaffold[^/]*\.ya?ml$/, /^\s*(?:-\s+)?image:\s*["']?([^\s"'#]+)/gm);
}

function tiltImages(repository: Repository): readonly string[] {
  return matches(
    repository,
    /(^|\/)Tiltfile$/,
    /\b(?:docker|custom)_build(?:_with_restart)?\(\s*(?:ref\s*=\s*)?["']([^"']+)["']/g,
  );
}

function matches(repository: Repository, path: RegExp, pattern: RegExp): readonly string[] {
  const texts = repository.find(path).map((file) => file.text ?? "");
  return texts.flatMap((text) => [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []));
}
