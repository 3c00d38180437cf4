/** Values that a GitOps object writes out for a chart. */
import { lookup } from "../../tree/read.ts";
import type { Tree } from "../../tree/tree.ts";
import { inlineDocuments } from "../kustomize/inline.ts";
import { mapOf, Spot, withEntry } from "../kustomize/nodes.ts";
import type { HelmBuild } from "../specs.ts";
import type { Listing } from "./listing.ts";
import { isKnown, taken } from "./objects.ts";

/** Values as a map, or as a text that holds one; `unknown` where a template has a say in them. */
export function valuesIn(spot: Spot | undefined): HelmBuild["inline"] | "unknown" {
  if (spot === undefined) return undefined;
  if (!isKnown(spot.node)) return "unknown";
  const found = spot.node.kind === "scalar" ? documentIn(spot, spot.node.text) : spot;
  if (found === "unknown") return "unknown";
  if (found?.node.kind !== "map" || found.node.entries.length === 0) return undefined;
  return { document: found.place.document, tree: taken(found) };
}

/** Expressions in the text are for the chart to resolve: what stands there is what it is given. */
function documentIn(spot: Spot, text: string): Spot | undefined | "unknown" {
  try {
    return inlineDocuments(text, spot.place)[0];
  } catch {
    // What is no YAML is for the controller to refuse.
    return "unknown";
  }
}

/** Values given one after the other, the later ones over those before, as helm has it. */
export function merged(one: HelmBuild["inline"], other: HelmBuild["inline"]): HelmBuild["inline"] {
  if (one === undefined || other === undefined) return other ?? one;
  const tree = over(one.tree, Spot.at(other.tree, other.tree.origin ?? { document: other.document, path: [] }));
  return { document: other.document, tree };
}

function over(base: Tree | undefined, top: Spot): Tree {
  if (base?.kind !== "map" || top.node.kind !== "map") return taken(top);
  let result = base;
  for (const [key, value] of top.entries()) result = withEntry(result, key, over(lookup(base, key)?.value, value));
  return result;
}

/** Values of one dotted path: `server.replicas`. */
export function valueAt(path: string, spot: Spot): HelmBuild["inline"] {
  const tree = path.split(".").reduceRight<Tree>((inner, key) => mapOf([[key, inner]], spot.place), taken(spot));
  return { document: spot.place.document, tree };
}

export function fileText(listing: Listing, uri: string): string | undefined {
  return listing.get(uri)?.source?.text;
}
