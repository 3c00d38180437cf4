import type { Field, Resource, Workload, World } from "../../../facts.ts";
import { cannotTell, ifKnown, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";

/** Labels and annotations by which a namespace or a pod joins a mesh, and the words that mean it does. */
const JOINING: readonly (readonly [key: string, joins: RegExp])[] = [
  ["istio-injection", /^enabled$/],
  ["istio.io/rev", /./],
  ["istio.io/dataplane-mode", /^ambient$/],
  ["sidecar.istio.io/inject", /^true$/],
  ["linkerd.io/inject", /^(enabled|ingress)$/],
  ["consul.hashicorp.com/connect-inject", /^true$/],
  ["kuma.io/sidecar-injection", /^(enabled|true)$/],
  ["kuma.io/mesh", /./],
  ["openservicemesh.io/sidecar-injection", /^enabled$/],
  ["appmesh.k8s.aws/sidecarInjectorWebhook", /^enabled$/],
];

const OPT_OUTS: readonly (readonly [key: string, leaves: RegExp])[] = [
  ["sidecar.istio.io/inject", /^false$/],
  ["istio.io/dataplane-mode", /^none$/],
  ["linkerd.io/inject", /^disabled$/],
  ["consul.hashicorp.com/connect-inject", /^false$/],
  ["kuma.io/sidecar-injection", /^(disabled|false)$/],
  ["appmesh.k8s.aws/sidecarInjectorWebhook", /^disabled$/],
];

export default practice({
  level: 5,
  gate: { group: "ADV" },
  share: "half",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.class === "batch") return notApplicable("batch");
    if (workload.class === "agent") return notApplicable("agent");
    if (workload.hook) return notApplicable("hook");
    if (workload.pod.at("hostNetwork").flag() === true) return notApplicable("host-network");
    const pods = [workload.podLabels, workload.podAnnotations];
    const out = find(pods, OPT_OUTS);
    if (out !== undefined) return unmet(out, "unmet.out", { workload: workload.displayName });
    const own = find(pods, JOINING);
    if (own !== undefined) return met(own);
    const namespace = namespaceOf(workload, world);
    const joined =
      find(namespace === undefined ? [] : [namespace.labels, namespace.annotations], JOINING) ??
      find(managed(workload, world), JOINING);
    if (joined !== undefined) return met(joined);
    // Pods join by their namespace, and who labels one that is not in the workspace cannot be seen.
    if (namespace === undefined || isOpen(namespace.labels) || pods.some(isOpen)) return cannotTell(workload.place);
    return unmet(workload.place, "unmet", { workload: workload.displayName, namespace: namespace.displayName });
  },
  fix(workload, world) {
    const namespace = namespaceOf(workload, world);
    const out = find([workload.podLabels, workload.podAnnotations], OPT_OUTS);
    if (namespace === undefined || out !== undefined || world.resourcesOfGroup(/(^|\.)istio\.io$/).length === 0)
      return undefined;
    return {
      safety: "review",
      args: { namespace: namespace.displayName },
      edits: [{ op: "set", at: namespace.labels.at("istio-injection").place, value: "enabled" }],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/",
    "https://linkerd.io/2/features/proxy-injection/",
  ],
};

function find(maps: readonly Field[], signs: readonly (readonly [string, RegExp])[]): Field | undefined {
  return maps.flatMap((map) =>
    signs.flatMap(([key, word]) =>
      map.at(key).presence === "present" && word.test(map.at(key).source ?? "") ? [map.at(key)] : [],
    ),
  )[0];
}

function isOpen(map: Field): boolean {
  return map.presence === "unknown" || ifKnown(() => map.entries()) === undefined;
}

function namespaceOf(workload: Workload, world: World): Resource | undefined {
  const name = workload.scope.startsWith("ns:") ? workload.scope.slice(3) : undefined;
  return name === undefined ? undefined : world.resources("/Namespace").find((one) => one.displayName === name);
}

/** Labels that Argo CD puts on the namespaces it creates. */
function managed(workload: Workload, world: World): readonly Field[] {
  return world
    .resources("argoproj.io/Application")
    .filter(({ body }) => workload.scope === `ns:${body.at("spec", "destination", "namespace").source}`)
    .flatMap(({ body }) =>
      ["labels", "annotations"].map((key) => body.at("spec", "syncPolicy", "managedNamespaceMetadata", key)),
    );
}
