/** Kustomizations that are not there, and that a controller writes before it builds a folder. */
import { once } from "../../../../model/memo.ts";
import { parentOf } from "../../layout.ts";
import { type SourceDocument, SourceFile } from "../../source.ts";
import type { KustomizeFiles } from "../kustomize/files.ts";
import type { KustomizeBuild } from "../specs.ts";

/** The files as a build finds them: with the kustomization that is made for it. */
export function filesFor(build: KustomizeBuild, files: KustomizeFiles): KustomizeFiles {
  if (build.generated === undefined) return files;
  const { kustomization } = build;
  const folder = parentOf(kustomization);
  return {
    documents: (uri) => (uri === kustomization ? documentsOf(build) : files.documents(uri)),
    text: (uri) => (uri === kustomization ? documentsOf(build)[0]?.text : files.text(uri)),
    exists: (uri) => uri === kustomization || files.exists(uri),
    kustomizationIn: (uri) => (uri === folder ? kustomization : files.kustomizationIn(uri)),
  };
}

const documentsOf = once((build: KustomizeBuild): readonly SourceDocument[] => {
  const resources = (build.generated ?? []).map((path) => `- ${JSON.stringify(path)}\n`).join("");
  const text = `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources}`;
  return new SourceFile(build.kustomization, undefined, text, { yaml: true, yaml11: true, templated: "never" })
    .documents;
});
