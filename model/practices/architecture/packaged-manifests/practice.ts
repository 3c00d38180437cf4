import type { Resource, Workload } from "../../../facts.ts";
import { kustomizationBeside } from "../../../kustomizations.ts";
import { once } from "../../../memo.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

/** Files of tools that write manifests from another language. */
const GENERATORS =
  /(^|\/)(jsonnetfile\.json|cdk8s\.ya?ml|cue\.mod\/module\.cue|timoni\.cue|kcl\.mod|Pulumi\.ya?ml)$|\.(jsonnet|cue)$/;

export default practice({
  level: 3,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "create",
  judge(workload, world) {
    if (world.packageOf(workload.document) !== undefined || isInTemplate(workload)) return met(workload.place);
    const generators = world.repositoryOf(workload.document)?.find(GENERATORS) ?? [];
    if (generators.length > 0) return cannotTell(workload.place);
    return unmet(workload.place, undefined, { workload: workload.displayName });
  },
  fix(workload, world) {
    const { document } = workload;
    const folder = folderOf(document.uri);
    const there = kustomizationBeside(document, world);
    if (there !== undefined)
      return {
        safety: "review",
        title: "fix.list",
        edits: [{ op: "append", at: there.at("resources").place, value: nameOf(document.uri) }],
      };
    const beside = byFolder(world.resourcesOfGroup(/^/)).get(folder) ?? [];
    const objects = beside.filter((one) => world.packageOf(one.document) === undefined);
    const files = new Set(objects.map((one) => nameOf(one.document.uri)));
    // Two objects of one identity cannot be built together.
    const names = objects.map((one) => [one.groupKind, one.scope, one.displayName].join(" "));
    if (new Set(names).size < names.length || objects.some((one) => one.name.presence !== "present")) return undefined;
    const text = [
      "apiVersion: kustomize.config.k8s.io/v1beta1",
      "kind: Kustomization",
      "resources:",
      ...[...files].sort().map((file) => `  - ${quoted(file)}`),
      "",
    ];
    return {
      safety: "review",
      edits: [{ op: "create-file", beside: document, path: "kustomization.yaml", text: text.join("\n") }],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://helm.sh/docs/topics/charts/",
    "https://kubernetes.io/docs/tasks/manage-kubernetes-objects/kustomization/",
  ],
};

/** An OpenShift template is a package with parameters of its own. */
function isInTemplate(workload: Workload): boolean {
  return workload.place.path[0] === "objects";
}

const byFolder = once((objects: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> => {
  const folders = new Map<string, Resource[]>();
  for (const object of objects) {
    const folder = folderOf(object.document.uri);
    const there = folders.get(folder);
    if (there === undefined) folders.set(folder, [object]);
    else there.push(object);
  }
  return folders;
});

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf("/"));
}

function nameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf("/") + 1));
}

function quoted(file: string): string {
  return /^[\w.][\w.-]*$/.test(file) ? file : JSON.stringify(file);
}
