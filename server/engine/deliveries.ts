/** Which GitOps objects deliver which files, by path. */
import type { DocumentRef } from "../../model/edit.ts";
import type { Field, GroupKind, Matches, Resource, World } from "../../model/facts.ts";

export const GITOPS_KINDS: readonly GroupKind[] = [
  "argoproj.io/Application",
  "argoproj.io/ApplicationSet",
  "kustomize.toolkit.fluxcd.io/Kustomization",
  "helm.toolkit.fluxcd.io/HelmRelease",
  "fleet.cattle.io/GitRepo",
  "configsync.gke.io/RootSync",
  "configsync.gke.io/RepoSync",
  "kappctrl.k14s.io/App",
  "fluxcd.controlplane.io/FluxInstance",
];

/** The places in a GitOps object that name what it delivers. */
function pathsOf(object: Resource): readonly Field[] {
  const spec = object.body.at("spec");
  const source = (one: Field) => [
    one.at("source", "path"),
    ...one
      .at("sources")
      .writtenItems()
      .map((item) => item.at("path")),
  ];
  switch (object.groupKind) {
    case "argoproj.io/Application":
      return source(spec);
    case "argoproj.io/ApplicationSet":
      return [...source(spec.at("template", "spec")), ...generatorPaths(spec.at("generators"))];
    case "kustomize.toolkit.fluxcd.io/Kustomization":
      return [spec.at("path")];
    case "helm.toolkit.fluxcd.io/HelmRelease":
      return [spec.at("chart", "spec", "chart")];
    case "fleet.cattle.io/GitRepo":
      return spec.at("paths").writtenItems();
    case "configsync.gke.io/RootSync":
    case "configsync.gke.io/RepoSync":
      return [spec.at("git", "dir")];
    case "fluxcd.controlplane.io/FluxInstance":
      return [spec.at("sync", "path")];
    default:
      return [];
  }
}

function generatorPaths(generators: Field): readonly Field[] {
  return generators.writtenItems().flatMap((generator) =>
    ["directories", "files"].flatMap((key) =>
      generator
        .at("git", key)
        .writtenItems()
        .map((item) => item.at("path")),
    ),
  );
}

/** Objects whose path holds the document; `maybe` where a path is templated or may lead into another repository. */
export function deliveries(world: World, document: DocumentRef): Matches<Resource> {
  const repository = world.repositoryOf(document);
  const sure: Resource[] = [];
  const maybe: Resource[] = [];
  if (repository === undefined) return { sure, maybe };
  const path = document.uri.slice(repository.root.length + 1);
  for (const object of world.resources(GITOPS_KINDS)) {
    const answers = pathsOf(object).map((field) => covers(field, path));
    if (answers.includes(true)) sure.push(object);
    else if (answers.includes(undefined)) maybe.push(object);
  }
  return { sure, maybe };
}

/** Does a delivered path, a folder or a glob of folders, hold the file. */
function covers(field: Field, path: string): boolean | undefined {
  if (field.presence === "absent") return false;
  const text = field.source ?? "";
  if (field.presence === "unknown" || /[{$]/.test(text)) return undefined;
  const folder = text.replace(/^\.?\/+/, "").replace(/\/+$/, "");
  if (folder === "" || folder === ".") return true;
  if (!folder.includes("*")) return path.startsWith(`${folder}/`);
  const pattern = folder
    .split("/")
    .map((segment) => (segment === "**" ? ".*" : segment.replace(/[.+?^()|[\]\\]/g, "\\$&").replace(/\*/g, "[^/]*")))
    .join("/");
  return new RegExp(`^${pattern}(/|$)`).test(path);
}
