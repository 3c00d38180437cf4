/** Whether a change may change which environments there are. */
import type { Resource } from "../../../../model/facts.ts";
import type { FileEntry } from "../../files.ts";
import type { ReadonlyLayers } from "../../layers.ts";
import { baseName } from "../../layout.ts";

/** Only what describes environments, or comes or goes, can change which there are. */
export function concernsDiscovery(
  files: ReadonlyLayers<FileEntry>,
  before: ReadonlyLayers<FileEntry>,
  touched: ReadonlySet<string>,
): boolean {
  for (const uri of touched) {
    const now = files.get(uri);
    const old = before.get(uri);
    if (
      now === undefined ||
      old === undefined ||
      now.role !== old.role ||
      now.standing.nonProduction !== old.standing.nonProduction
    )
      return true;
    if (now.role === "kustomization" || now.role === "config" || DESCRIBING.test(baseName(uri))) return true;
    if (now.resources !== old.resources && [...now.resources, ...old.resources].some(isGitOps)) return true;
  }
  return false;
}

const DESCRIBING = /^(Chart|values.*|helmfile.*)\.ya?ml$/;

function isGitOps({ group }: Resource): boolean {
  return group === "argoproj.io" || group.endsWith(".toolkit.fluxcd.io");
}
