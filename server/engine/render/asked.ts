/** Folders that are applied because somebody named them. */
import type { FileEntry } from "../files.ts";
import type { ReadonlyLayers } from "../layers.ts";
import { baseName } from "../layout.ts";
import type { Discovery } from "./discovery/discover.ts";
import { kustomizationIn } from "./render.ts";
import type { EnvironmentSpec } from "./specs.ts";

/** What is asked for, and where. */
export interface Asking {
  readonly files: ReadonlyLayers<FileEntry>;
  /** Folders whose own kustomization is an environment, whoever else draws on it. */
  readonly asked: readonly string[];
}

/** Somebody asked for these folders: what nobody else applies is applied for them. */
export function withAsked(discovery: Discovery, { asked, files }: Asking): Discovery {
  const added = asked.flatMap((folder): EnvironmentSpec[] => {
    const kustomization = kustomizationIn(folder, files);
    if (kustomization === undefined || discovery.specs.some(({ root }) => root === folder)) return [];
    if (files.get(kustomization)?.source?.text.includes("kind: Component") === true) return [];
    const build = { tool: "kustomize", kustomization, overrides: undefined, substitute: undefined } as const;
    const about = { namespace: undefined, declaredBy: undefined, nonProduction: false };
    return [{ id: `asked:${folder}`, name: baseName(folder), kind: "kustomize", root: folder, build, ...about }];
  });
  return added.length === 0 ? discovery : { ...discovery, specs: [...discovery.specs, ...added] };
}
