/** From what an environment is described by to the objects that it applies. */
import { once } from "../../../model/memo.ts";
import type { FileEntry } from "../files.ts";
import type { ReadonlyLayers } from "../layers.ts";
import { type SourceDocument, SourceFile } from "../source.ts";
import { fromHelm, type HelmOutput } from "./helm/said.ts";
import type { ChartFiles } from "./helm/sources.ts";
import { buildKustomization, type KustomizeFiles } from "./kustomize/build.ts";
import type { RenderedObject, Rendering } from "./rendered.ts";
import type { EnvironmentSpec, HelmBuild, KustomizeBuild } from "./specs.ts";
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
      const rendering = buildKustomization(build.kustomization, kustomizeFiles(around.files, build), build.overrides);
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
  return KUSTOMIZATION_NAMES.map((name) => `${folder}/${name}`).find((uri) => files.has(uri));
}

const KUSTOMIZATION_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** A kustomization that nobody wrote: a controller makes it out of what lies in the folder. */
const generated = once(({ kustomization, generated: resources = [] }: KustomizeBuild) => {
  const text = JSON.stringify({ kind: "Kustomization", resources });
  return new SourceFile(kustomization, undefined, text, { yaml: true, yaml11: true, templated: "never" });
});

function kustomizeFiles(files: ReadonlyLayers<FileEntry>, build: KustomizeBuild): KustomizeFiles {
  const made = build.generated === undefined ? undefined : generated(build);
  return {
    documents: (uri) => (made !== undefined && uri === made.uri ? made.documents : files.get(uri)?.source?.documents),
    text: (uri) => files.get(uri)?.source?.text,
    exists: (uri) => files.has(uri),
    kustomizationIn: (folder) => KUSTOMIZATION_NAMES.map((name) => `${folder}/${name}`).find((uri) => files.has(uri)),
  };
}

const foldersIn = once((_files: ReadonlyLayers<FileEntry>) => new Map<string, readonly string[]>());

function chartFiles(files: ReadonlyLayers<FileEntry>): ChartFiles {
  return {
    source: (uri) => files.get(uri)?.source,
    under: (folder) => {
      const known = foldersIn(files);
      let uris = known.get(folder);
      if (uris === undefined) {
        uris = [...files.keys()].filter((uri) => uri.startsWith(`${folder}/`));
        known.set(folder, uris);
      }
      return uris;
    },
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
