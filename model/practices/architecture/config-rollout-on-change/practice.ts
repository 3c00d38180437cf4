import type { Field, Resource, Workload, World } from "../../../facts.ts";
import { cannotTell, ifKnown, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

const CHECKSUM = /(?:^|\/)(?:checksum|config-?hash|configmap-?hash|hash)\b|checksum/i;
const RELOADER = /^(?:(?:configmap|secret)\.)?reloader\.stakater\.com\/|^wave\.pusher\.com\/|^k8tz|^reloader\./;

export default practice({
  level: 4,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "apply",
  judge(workload, world) {
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.class !== "long" && workload.class !== "agent") return undefined;
    const references = staticReferences(workload);
    if (references.length === 0) return undefined;
    const notes = [workload.podAnnotations, workload.annotations].flatMap((map) => map.writtenEntries());
    const shown = notes.find(([key]) => CHECKSUM.test(key) || RELOADER.test(key));
    if (shown !== undefined) return met(shown[1]);
    if (ifKnown(() => workload.podAnnotations.entries()) === undefined) return cannotTell(workload.podAnnotations);
    const known = references.map((name) => [name, sourceOf(name, workload, world)] as const);
    const [plain] = known.filter(([, one]) => one !== undefined && !isVersioned(one));
    // What is described elsewhere may well change its name with its content.
    if (plain === undefined)
      return known.some(([, one]) => one === undefined)
        ? notApplicable("no-subject")
        : met(known.map(([name]) => name));
    return unmet(plain[0], "unmet", { workload: workload.displayName, name: plain[0].source ?? "" });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://helm.sh/docs/howto/charts_tips_and_tricks/#automatically-roll-deployments",
    "https://kubernetes.io/docs/tasks/manage-kubernetes-objects/kustomization/#generating-resources",
  ],
  equivalents: { learnk8s: ["Configuration"] },
};

/** Names of ConfigMaps that a running pod never looks at again: variables, and files that are mounted one by one. */
function staticReferences(workload: Workload): readonly Field[] {
  const inVariables = workload.allContainers.flatMap(({ body }) => [
    ...body
      .at("env")
      .writtenItems()
      .map((entry) => entry.at("valueFrom", "configMapKeyRef", "name")),
    ...body
      .at("envFrom")
      .writtenItems()
      .map((entry) => entry.at("configMapRef", "name")),
  ]);
  const single = new Set(
    workload.allContainers.flatMap(({ body }) =>
      body
        .at("volumeMounts")
        .writtenItems()
        .filter((mount) => mount.at("subPath").presence !== "absent")
        .map((mount) => mount.at("name").source),
    ),
  );
  const inFiles = workload.pod
    .at("volumes")
    .writtenItems()
    .filter((volume) => single.has(volume.at("name").source))
    .map((volume) => volume.at("configMap", "name"));
  return [...inVariables, ...inFiles].filter(({ presence }) => presence === "present");
}

function sourceOf(name: Field, workload: Workload, world: World): Resource | undefined {
  const { sure } = world.named("/ConfigMap", name, workload.scope);
  return sure[0];
}

/** Its name changes with its content: kustomize's hash, or a version that nobody may change. */
function isVersioned(map: Resource): boolean {
  return (
    (/-[a-z0-9]{10}$/.test(map.displayName) && /[0-9]/.test(map.displayName.slice(-10))) ||
    ifKnown(() => map.body.at("immutable").flag()) === true
  );
}
