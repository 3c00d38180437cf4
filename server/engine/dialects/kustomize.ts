/** Kustomizations as far as packaging goes: which files each reaches. */
import type { Field } from "../../../model/facts.ts";
import { baseName, encodeSegment, parentOf } from "../layout.ts";

export function isKustomization(path: string, body: Field): boolean {
  if (/^(kustomization\.ya?ml|Kustomization)$/.test(baseName(path))) return true;
  return body.at("apiVersion").source?.startsWith("kustomize.config.k8s.io/") === true;
}

const FILE_LISTS = ["resources", "bases", "components", "crds", "patchesStrategicMerge", "generators", "transformers"];

/** URIs of what a kustomization names: files, and folders of other kustomizations. Remote ones are left out. */
export function reaches(uri: string, body: Field): readonly string[] {
  const folder = parentOf(uri);
  const named = FILE_LISTS.flatMap((list) => body.at(list).writtenItems());
  const patches = ["patches", "patchesJson6902"].flatMap((list) =>
    body
      .at(list)
      .writtenItems()
      .map((patch) => patch.at("path")),
  );
  return [...named, ...patches].flatMap((item) => {
    const text = item.source;
    return text === undefined || text.includes("://") || text.includes("\n") ? [] : [resolve(folder, text)];
  });
}

/** URIs of the files that a kustomization applies as patches: parts of objects, never objects of their own. */
export function patchesOf(uri: string, body: Field): readonly string[] {
  const folder = parentOf(uri);
  const listed = ["patches", "patchesJson6902"].flatMap((list) =>
    body
      .at(list)
      .writtenItems()
      .map((patch) => patch.at("path")),
  );
  return [...listed, ...body.at("patchesStrategicMerge").writtenItems()].flatMap((item) => {
    const text = item.source;
    return text === undefined || text.includes("://") || text.includes("\n") ? [] : [resolve(folder, text)];
  });
}

/** A relative path against a folder's URI. */
export function resolve(folder: string, path: string): string {
  const parts = folder.split("/");
  for (const step of path.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== "." && step !== "") parts.push(encodeSegment(step));
  }
  return parts.join("/");
}
