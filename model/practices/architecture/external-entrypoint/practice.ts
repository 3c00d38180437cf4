import { type BackendFault, backendsOf, faultOfBackend, faultsOf, ROUTES } from "../../../entrypoints.ts";
import type { Resource, World } from "../../../facts.ts";
import { destinationsOf, faultOfDestination, VIRTUAL_SERVICE } from "../../../mesh-hosts.ts";
import {
  cannotTell,
  every,
  ifKnown,
  met,
  notApplicable,
  practice,
  type Sources,
  type Verdict,
} from "../../../practice.ts";

export default practice({
  level: 2,
  gate: "supporting",
  share: "any",
  subject: "resource",
  kinds: [...ROUTES, VIRTUAL_SERVICE, "/Service"],
  effort: "confirm",
  judge(route, world) {
    const verdict = judged(route, world);
    // What a template's condition brings may not be there.
    return verdict?.state === "met" && route.conditional ? cannotTell(route.place) : verdict;
  },
  fix(route, world) {
    const faults: readonly BackendFault[] = faultsOf(route, world);
    const edits = faults.flatMap(({ place, repair }) =>
      repair === undefined ? [] : [{ op: "replace", at: place, text: repair } as const],
    );
    if (edits.length === 0 || edits.length < faults.length) return undefined;
    return { safety: "review", edits, args: { name: edits[0]?.text ?? "" } };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/services-networking/ingress/", "https://gateway-api.sigs.k8s.io/"],
  equivalents: {
    "kube-linter": ["dangling-ingress"],
    "kube-score": ["ingress-targets-service"],
    kubescape: ["C-0298", "C-0302"],
  },
};

function judged(route: Resource, world: World): Verdict | undefined {
  const spec = route.body.at("spec");
  if (route.groupKind === "/Service") {
    const type = spec.at("type");
    return type.text() === "LoadBalancer" ? met(type) : undefined;
  }
  if (route.groupKind === VIRTUAL_SERVICE) {
    // One that names no gateway is for calls inside the mesh.
    const gateways = spec.at("gateways");
    if (gateways.writtenItems().every(({ source }) => source === "mesh")) return undefined;
    const broken = destinationsOf(route).some(
      (one) => ifKnown(() => faultOfDestination(one, route, world)) !== undefined,
    );
    return broken ? notApplicable("superseded") : met(gateways);
  }
  const backends = backendsOf(route);
  if (backends.length === 0) return undefined;
  const names = backends.map((one) => one.name);
  return every(backends, (one) => faultOfBackend(one, route, world), names);
}
