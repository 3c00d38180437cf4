/** What every part of discovery looks at. */
import type { Charts, Root } from "../../layout.ts";
import { baseName, parentOf, relativePath } from "../../layout.ts";
import type { RenderProblem } from "../rendered.ts";
import type { Kustomizations } from "./kustomize-roots.ts";
import type { Listing } from "./listing.ts";
import { environmentOf, saysNonProduction, standsAside, tellingFolder } from "./names.ts";

export interface Context {
  readonly listing: Listing;
  readonly charts: Charts;
  readonly kustomizations: Kustomizations;
  /** What is found wrong is added here. */
  readonly problems: RenderProblem[];
  environment(root: Root | undefined, path: string): string | undefined;
}

export interface Named {
  readonly name: string;
  readonly nonProduction: boolean;
}

/** The name that `.kmm.yaml` gives to the environment of a file. Nothing else has a say then. */
export function configured(context: Context, uri: string): Named | undefined {
  const root = context.listing.get(uri)?.root;
  const name = context.environment(root, relativePath(root, uri));
  return name === undefined ? undefined : { name, nonProduction: saysNonProduction(name) };
}

/** The name of an environment by the folder of a file, as people see it in their workspace. */
export function namedByFolder(context: Context, uri: string): Named {
  const given = configured(context, uri);
  if (given !== undefined) return given;
  const root = context.listing.get(uri)?.root;
  const folder = folderPath(root, uri);
  const found = environmentOf(folder);
  const name = found ?? tellingFolder(folder) ?? (folder === "" ? root?.name : undefined);
  return {
    name: name === undefined || name === "" ? "default" : name,
    nonProduction: standsAside(folder) || (found !== undefined && saysNonProduction(found)),
  };
}

/** The folder of a file below its root, decoded; nothing for the root itself. */
export function folderPath(root: Root | undefined, uri: string): string {
  if (root !== undefined && parentOf(uri) === root.uri) return "";
  const path = relativePath(root, uri);
  return path.slice(0, Math.max(0, path.length - baseName(path).length - 1));
}
