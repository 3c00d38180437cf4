/** What the parts of discovery that read GitOps objects have in common. */
import { relativePath } from "../../layout.ts";
import type { EnvironmentKind, EnvironmentSpec } from "../specs.ts";
import { type Context, configured, folderPath, type Named } from "./context.ts";
import { environmentIn, environmentOf, environmentOfValues, saysNonProduction, standsAside } from "./names.ts";
import type { GitOpsObject } from "./objects.ts";
import type { Repositories } from "./repositories.ts";

export interface GitOpsContext extends Context {
  readonly repositories: Repositories;
}

/** One folder that an object delivers. */
export interface Delivery {
  readonly kind: EnvironmentKind;
  readonly object: GitOpsObject;
  /** Tells it apart from the others of its object. */
  readonly part: string;
  /** URI of the folder. */
  readonly folder: string;
  readonly build: EnvironmentSpec["build"];
  readonly namespace: string | undefined;
  /** Of the application or release. */
  readonly name: string;
  /** What else may name the environment: parameters, the cluster, the namespace, in order. */
  readonly hints: readonly string[];
  /** Made for a change that is being looked at. */
  readonly preview: boolean;
}

export function specOf(context: Context, delivery: Delivery): EnvironmentSpec {
  const { kind, object, part, folder, build, namespace } = delivery;
  const { document } = object.resource;
  return {
    id: `${kind}:${folder}#${document.uri}:${delivery.name}${part === "" ? "" : `/${part}`}`,
    ...nameOf(context, delivery),
    kind,
    root: folder,
    build,
    namespace,
    declaredBy: document,
  };
}

/**
 * The environment that is delivered. Its values files and its folder say it first; a folder that several environments
 * share says nothing, and then what delivers it does.
 */
function nameOf(context: Context, delivery: Delivery): Named {
  const { object, folder, build, name, hints, preview } = delivery;
  const { uri } = object.resource.document;
  const files = filesOf(context, folder, build);
  for (const file of [uri, ...files]) {
    const given = configured(context, file);
    if (given !== undefined) return given;
  }
  const at = pathOf(context, folder);
  const declared = context.listing.get(uri)?.path ?? "";
  const found =
    first(build.tool === "helm" ? build.values.toReversed() : [], (file) => valuesName(context, file, folder)) ??
    environmentOf(at) ??
    first([...hints.slice(0, -1), name], environmentIn) ??
    environmentOf(declared.replace(/\.\w+$/, "")) ??
    first(hints, environmentIn);
  const aside = standsAside(at) || standsAside(declared.slice(0, Math.max(0, declared.lastIndexOf("/"))));
  return {
    name: found ?? (preview ? "preview" : name === "" ? "default" : name),
    nonProduction: preview || aside || (found !== undefined && saysNonProduction(found)),
  };
}

/** Files whose paths may say which environment it is: values files, or what is built. */
function filesOf(context: Context, folder: string, build: EnvironmentSpec["build"]): readonly string[] {
  switch (build.tool) {
    case "kustomize":
      return [build.kustomization];
    case "helm":
      return [...build.values, context.listing.chartIn(folder)?.uri ?? `${folder}/Chart.yaml`];
    case "none":
      return build.files.slice(0, 1);
    default:
      return build satisfies never;
  }
}

function valuesName(context: Context, file: string, folder: string): string | undefined {
  const entry = context.listing.get(file);
  if (entry === undefined) return undefined;
  const stem = entry.path.slice(entry.path.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
  const rest = /^values[-_.](.+)$/i.exec(stem)?.[1] ?? stem.replace(/[-_.]values$/i, "");
  const inChart = file.startsWith(`${folder}/`);
  return (
    environmentOfValues(rest) ??
    (inChart && stem === "values" ? undefined : environmentOf(folderPath(entry.root, file)))
  );
}

function pathOf(context: Context, folder: string): string {
  const root = context.listing.below(folder)[0]?.root;
  return root?.uri === folder ? "" : relativePath(root, folder);
}

function first<T>(all: readonly T[], read: (one: T) => string | undefined): string | undefined {
  for (const one of all) {
    const found = read(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
