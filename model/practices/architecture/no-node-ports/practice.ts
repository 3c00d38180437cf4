import type { Edit } from "../../../edit.ts";
import { INGRESSES, routesTo } from "../../../entrypoints.ts";
import type { Resource, World } from "../../../facts.ts";
import { cannotTell, every, met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { isWorkload, LASTING_KINDS, TASK_KINDS } from "../../../workloads.ts";

/** What lets requests in from outside has to have a port there, whatever stands behind it. */
const ENTRANCE =
  /(^|[-_/])(ingress(-?nginx|-controller|gateway)?|nginx-ingress|traefik|haproxy|contour|envoy|kong|emissary|ambassador|istio-gateway|gateway)($|[-_/:@])/i;

/** Load balancers of clouds that reach pods through a port of every node. */
const THROUGH_NODES = /(^|-)(gce|alb|application-gateway)($|-)/;

export default practice({
  level: 3,
  gate: "supporting",
  share: "all",
  subject: "resource",
  kinds: ["/Service", ...LASTING_KINDS, ...TASK_KINDS, "/Pod"],
  effort: "confirm",
  judge(resource, world) {
    if (resource.groupKind === "/Service") return ofService(resource, world);
    if (!isWorkload(resource)) return undefined;
    const ports = resource.allContainers.flatMap(({ body }) => body.at("ports").writtenItems());
    if (ports.length === 0) return undefined;
    const taken = ports.filter((port) => port.at("hostPort").presence !== "absent");
    if (taken.length === 0) return met(ports.map((port) => port.at("containerPort")));
    if (resource.class === "agent") return notApplicable("agent");
    if (resource.pod.at("hostNetwork").flag() === true) return notApplicable("host-network");
    if (isEntrance(resource)) return notApplicable("system");
    return every(
      taken,
      (port) => {
        const host = port.at("hostPort");
        const args = { workload: resource.displayName, port: host.text() ?? "" };
        return args.port === "0" ? undefined : { place: host.place, message: "unmet.host", args };
      },
      resource.place,
    );
  },
  fix(resource) {
    if (resource.groupKind !== "/Service") return undefined;
    const spec = resource.body.at("spec");
    const numbers = spec.at("ports").items();
    const gone = [...numbers.map((port) => port.at("nodePort")), spec.at("externalTrafficPolicy")];
    const edits: readonly Edit[] = [
      { op: "replace", at: spec.at("type").place, text: "ClusterIP" },
      ...gone.filter((one) => one.presence !== "absent").map((one) => ({ op: "remove", at: one.place }) as const),
    ];
    return { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
    "https://kubernetes.io/docs/concepts/configuration/overview/",
  ],
  equivalents: {
    "kube-score": ["service-type"],
    "kube-linter": ["exposed-services"],
    polaris: ["hostPortSet"],
    checkov: ["CKV_K8S_26"],
    kubescape: ["C-0044"],
    trivy: ["KSV-0024"],
    cis: ["5.2.13"],
    pss: ["baseline"],
  },
};

function ofService(service: Resource, world: World) {
  const type = service.body.at("spec", "type");
  if (type.text() !== "NodePort") return met(type.presence === "absent" ? service.place : type);
  if (isEntrance(service)) return notApplicable("system");
  const { sure, maybe } = routesTo(service, world);
  if (sure.some((route) => THROUGH_NODES.test(classOf(route)))) return notApplicable("superseded");
  // The cluster's own class decides, and some of those need the port.
  if ([...sure, ...maybe].some((route) => ["", "alb", "gce"].includes(classOf(route)))) return cannotTell(type);
  const beside = service.scope === "unknown" ? [] : world.resources(INGRESSES, service.scope);
  if (beside.some((one) => THROUGH_NODES.test(classOf(one))) || mayHaveRoute(service, world)) return cannotTell(type);
  return unmet(type, sure.length > 0 ? "unmet.routed" : "unmet", { service: service.displayName });
}

/** The controller that serves an Ingress, as far as it says; other routes do not go through nodes. */
function classOf({ body, annotations, kind }: Resource): string {
  if (kind !== "Ingress") return kind;
  if (annotations.writtenEntries().some(([key]) => key.startsWith("alb.ingress.kubernetes.io/"))) return "alb";
  return body.at("spec", "ingressClassName").source ?? annotations.at("kubernetes.io/ingress.class").source ?? "";
}

/** A chart whose users may turn an Ingress on, and choose its class. */
function mayHaveRoute({ chart, document }: Resource, world: World): boolean {
  if (chart === undefined) return false;
  const templates = world.repositoryOf(document)?.find(/(^|\/)templates\/(.*\/)?[^/]*ingress[^/]*\.ya?ml$/) ?? [];
  return templates.some(({ place }) => place.document.uri.startsWith(`${chart}/`));
}

function isEntrance(resource: Resource): boolean {
  const images = isWorkload(resource) ? resource.allContainers.map(({ image }) => image.source ?? "") : [];
  return [resource.displayName, ...images].some((name) => ENTRANCE.test(name));
}
