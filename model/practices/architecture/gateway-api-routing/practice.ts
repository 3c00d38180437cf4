import { type Evidence, shownBy } from "../../../evidence.ts";
import type { GroupKind, Resource, World } from "../../../facts.ts";
import { ifKnown, practice, type Sources, type Spot, Unresolved, unmet } from "../../../practice.ts";

const ROUTES: readonly GroupKind[] = [
  "gateway.networking.k8s.io/HTTPRoute",
  "gateway.networking.k8s.io/GRPCRoute",
  "gateway.networking.k8s.io/TLSRoute",
];
const GATEWAY: GroupKind = "gateway.networking.k8s.io/Gateway";

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(_workspace, world) {
    const routes = world.resources(ROUTES);
    const faults: Spot[] = [];
    const found: Evidence[] = [];
    for (const route of routes) {
      const fault = faultOf(route, world);
      if (fault === undefined) found.push({ at: route.body.at("spec", "parentRefs"), in: route });
      else if (!route.nonProduction) faults.push(fault);
    }
    const shown = shownBy(found, world);
    if (shown !== undefined) return shown;
    if (faults.length > 0) return unmet(faults);
    const [ingress] = world
      .resources("networking.k8s.io/Ingress")
      .filter((one) => !one.nonProduction && !one.conditional);
    // Without traffic from outside there is nothing to route.
    return ingress === undefined ? undefined : unmet(ingress.place, "unmet", { ingress: ingress.displayName });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://gateway-api.sigs.k8s.io/",
    "https://gateway-api.sigs.k8s.io/guides/getting-started/migrating-from-ingress/",
  ],
  equivalents: { kubescape: ["C-0292", "C-0302"] },
};

/** A route without a parent is served by nobody, and one to a Service that is not there leads nowhere. */
function faultOf(route: Resource, world: World): Spot | undefined {
  const args = { route: route.displayName };
  const parents = route.body.at("spec", "parentRefs");
  try {
    if (parents.presence === "absent") return { place: parents.place, message: "unmet.parent", args };
    const known = world.resources(GATEWAY);
    for (const parent of known.length === 0 ? [] : parents.items()) {
      if (/^(?:Service|XListenerSet|ListenerSet)$/.test(parent.at("kind").source ?? "")) continue;
      const namespace = ifKnown(() => parent.at("namespace").text());
      const scope = namespace === undefined ? route.scope : `ns:${namespace}`;
      const { sure, maybe } = world.named(GATEWAY, parent.at("name"), scope);
      // A gateway of another namespace may be kept elsewhere.
      if (sure.length + maybe.length === 0 && world.resources(GATEWAY, scope).length > 0)
        return { place: parent.at("name").place, message: "unmet.parent", args };
    }
    return undefined;
  } catch (error) {
    if (error instanceof Unresolved) return undefined;
    throw error;
  }
}
