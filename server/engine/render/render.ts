/** From what an environment is described by to the objects that it applies. */
import { once } from "../../../model/memo.ts";
import type { FileEntry } from "../files.ts";
import type { ReadonlyLayers } from "../layers.ts";
import { KUSTOMIZATION_FILES } from "../layout.ts";
import type { SourceDocument } from "../source.ts";
import { filesFor } from "./discovery/generated.ts";
import { fromHelm, type HelmOutput } from "./helm/said.ts";
import type { ChartFiles } from "./helm/sources.ts";
import { buildKustomization, type KustomizeFiles } from "./kustomize/build.ts";
import type { RenderedObject, Rendering } from "./rendered.ts";
import type { EnvironmentSpec, HelmBuild } from "./specs.ts";
import { substituted } from "./substitute.ts";

export interface RenderInput {
  readonly files: ReadonlyLayers<FileEntry>;
  /** By the id of the environment. */
  readonly helm: ReadonlyMap<string, HelmOutput>;
}

/** What the environment applies; `undefined` while the program that renders it has not answered. */
export function render(spec: EnvironmentSpec, around: RenderInput): Rendering | undefined {
  const { build } = spec;
  switch (build.tool) {
    case "kustomize": {
      const rendering = buildKustomization(
        build.kustomization,
        filesFor(build, kustomizeFiles(around.files)),
        build.overrides,
      );
      const { substitute } = build;
      if (substitute === undefined) return rendering;
      return { ...rendering, objects: rendering.objects.map((object) => substituted(object, substitute)) };
    }
    case "helm":
      return renderedHelm(spec, build, around);
    case "none":
      return asTheyStand(build.files, around.files);
    default:
      return build satisfies never;
  }
}

function renderedHelm(spec: EnvironmentSpec, build: HelmBuild, around: RenderInput): Rendering | undefined {
  const said = around.helm.get(spec.id);
  return said === undefined ? undefined : fromHelm(said, chartFiles(around.files), build);
}

/** URI of the kustomization in a folder. */
export function kustomizationIn(folder: string, files: ReadonlyLayers<FileEntry>): string | undefined {
  return KUSTOMIZATION_FILES.map((name) => `${folder}/${name}`).find((uri) => files.has(uri));
}

function kustomizeFiles(files: ReadonlyLayers<FileEntry>): KustomizeFiles {
  return {
    documents: (uri) => files.get(uri)?.source?.documents,
    text: (uri) => files.get(uri)?.source?.text,
    exists: (uri) => files.has(uri),
    kustomizationIn: (folder) => kustomizationIn(folder, files),
  };
}

function chartFiles(files: ReadonlyLayers<FileEntry>): ChartFiles {
  return {
    source: (uri) => files.get(uri)?.source,
    under: (folder) => files.under(folder),
  };
}

/** Manifests that are applied as they are. */
function asTheyStand(uris: readonly string[], files: ReadonlyLayers<FileEntry>): Rendering {
  const objects = uris.flatMap((uri) => (files.get(uri)?.source?.documents ?? []).flatMap(asItStands));
  return { objects, problems: [], files: new Set(uris), complete: true, failed: false };
}

const asItStands = once((document: SourceDocument): readonly RenderedObject[] => {
  const tree = document.tree();
  return tree?.kind === "map" ? [{ tree, document, path: [], untouched: true }] : [];
});
