/** A fix for one environment alone: the change as a patch in the overlay's own kustomization. */
import type { Fix, Json, Key, Place } from "../../model/edit.ts";
import { ResourceFact } from "./dialects/kubernetes.ts";
import { rootField } from "./field.ts";
import type { Outcome } from "./outcome.ts";
import { printData } from "./tree/print.ts";

type JsonMap = { [key: string]: Json };

/**
 * The fix as a strategic merge patch in the kustomization at `overlay`; nothing where it is more than setting values
 * of the object itself, or where a list's items cannot be told apart by name.
 */
export function asPatch(fix: Fix, outcome: Outcome, overlay: Place): Fix | undefined {
  const { fact } = outcome.subject;
  if (!(fact instanceof ResourceFact) || fact.place.document !== fact.document) return undefined;
  const kustomization = rootField(overlay.document as ResourceFact["document"]);
  if (!/^(kustomization\.ya?ml|Kustomization)$/.test(overlay.document.uri.replace(/^.*\//, ""))) return undefined;
  const start = fact.place.path.slice(0, -1);
  const declared = rootField(fact.document).at(...start);
  const patch: JsonMap = {
    apiVersion: declared.at("apiVersion").source ?? "",
    kind: fact.kind,
    metadata: { name: declared.at("metadata", "name").source ?? "" },
  };
  for (const edit of fix.edits) {
    if (edit.op !== "set" || edit.at.document !== fact.document || edit.at.decided !== undefined) return undefined;
    const path = edit.at.path.slice(start.length);
    const names = (to: readonly Key[]) => declared.at(...to).at("name").source;
    if (!put(patch, path, edit.value, names)) return undefined;
  }
  const value = { patch: printData(patch) };
  return { ...fix, edits: [{ op: "append", at: kustomization.at("patches").place, value }] };
}

/** Sets the value below the map; items of lists are named as the object's own are. False where one has no name. */
function put(
  root: JsonMap,
  path: readonly Key[],
  value: Json,
  nameAt: (path: readonly Key[]) => string | undefined,
): boolean {
  let map = root;
  for (const [depth, key] of path.entries()) {
    if (typeof key === "number") continue;
    const last = depth === path.length - 1;
    if (last) {
      map[key] = isMap(map[key]) && isMap(value) ? { ...map[key], ...value } : value;
      return true;
    }
    if (typeof path[depth + 1] !== "number") {
      const next: JsonMap = isMap(map[key]) ? map[key] : {};
      map[key] = next;
      map = next;
      continue;
    }
    const name = nameAt(path.slice(0, depth + 2));
    if (name === undefined || depth + 2 >= path.length) return false;
    const items: Json[] = Array.isArray(map[key]) ? [...(map[key] as readonly Json[])] : [];
    const known = items.find((item) => isMap(item) && item["name"] === name);
    const item: JsonMap = isMap(known) ? known : { name };
    if (known === undefined) items.push(item);
    map[key] = items;
    map = item;
  }
  return false;
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
