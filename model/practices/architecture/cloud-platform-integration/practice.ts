import { type Evidence, inObjects, lacking, shownBy } from "../../../evidence.ts";
import type { GroupKind, Resource, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

const ENTRANCES: readonly GroupKind[] = [
  "/Service",
  "networking.k8s.io/Ingress",
  "gateway.networking.k8s.io/Gateway",
  "gateway.networking.k8s.io/HTTPRoute",
  "networking.istio.io/Gateway",
  "traefik.io/IngressRoute",
  "projectcontour.io/HTTPProxy",
];

const DNS = /^external-dns\.alpha\.kubernetes\.io\/(hostname|target)$/;
const CERTIFICATES = /^cert-manager\.io\/(cluster-)?issuer$/;
const BALANCERS =
  /^(service\.beta\.kubernetes\.io\/(aws|azure|do|oci|linode|ovh|vultr|openstack)-load-?balancer|alb\.ingress\.kubernetes\.io\/|(networking|cloud)\.google\.com\/|networking\.gke\.io\/|service\.kubernetes\.io\/(qcloud|ibm)-|load-balancer\.hetzner\.cloud\/)/;
const CLOUD_CONTROLLERS = /gke|eks\.|amazonaws|k8s\.aws|azure|google/;
const IDENTITIES =
  /^(eks\.amazonaws\.com\/role-arn|iam\.gke\.io\/gcp-service-account|azure\.workload\.identity\/client-id)$/;
const CLOUD_DISKS = /(^|\.)csi\.(aws|azure)\.com$|\.csi\.storage\.gke\.io$|(^|\.)csi\./;

export default practice({
  level: 5,
  gate: { group: "CLOUD" },
  share: "any",
  subject: "workspace",
  effort: "confirm",
  judge(workspace, world) {
    const areas = [dns, certificates, balancers, disks, snapshots, identities]
      .map((area) => area(world))
      .filter((found) => found.length > 0);
    const shown = areas.map((found) => shownBy(found, world)).filter((verdict) => verdict !== undefined);
    const sure = shown.flatMap((verdict) => (verdict.state === "met" ? verdict.spots.slice(0, 1) : []));
    if (sure.length >= 2) return met(sure);
    if (shown.length >= 2)
      return cannotTell(shown.flatMap((verdict) => ("spots" in verdict ? verdict.spots.slice(0, 1) : [])));
    const [one] = sure;
    return one === undefined ? lacking(workspace, world) : unmet(one.place, "unmet.one");
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes-sigs.github.io/external-dns/",
    "https://cert-manager.io/docs/",
    "https://kubernetes.io/docs/concepts/storage/storage-classes/",
  ],
};

function dns(world: World): readonly Evidence[] {
  return [...annotated(world, ENTRANCES, DNS), ...objects(world, "externaldns.k8s.io/DNSEndpoint")];
}

/** Certificates that an authority of the network or of the cloud gives, not one that the cluster makes for itself. */
function certificates(world: World): readonly Evidence[] {
  const issuers = world.resources(["cert-manager.io/Issuer", "cert-manager.io/ClusterIssuer"]);
  const outside = issuers.filter(({ body }) =>
    ["acme", "vault", "venafi"].some((key) => body.at("spec", key).presence === "present"),
  );
  const clouds = world.resourcesOfGroup(/^(awspca\.cert-manager\.io|cas-issuer\.jetstack\.io|azure-.*issuer.*)$/);
  if (outside.length + clouds.length === 0 && issuers.length > 0) return [];
  return [
    ...annotated(world, ENTRANCES, CERTIFICATES),
    ...objects(world, "cert-manager.io/Certificate"),
    ...inObjects(outside),
    ...inObjects(clouds),
  ];
}

function balancers(world: World): readonly Evidence[] {
  const classes = world
    .resources("gateway.networking.k8s.io/GatewayClass")
    .filter(({ body }) => CLOUD_CONTROLLERS.test(body.at("spec", "controllerName").source ?? ""));
  const chosen = world.resources("/Service").filter(balancerClass);
  const named = world
    .resources("gateway.networking.k8s.io/Gateway")
    .filter(({ body }) => /^gke-/.test(body.at("spec", "gatewayClassName").source ?? ""));
  return [...annotated(world, ENTRANCES, BALANCERS), ...inObjects(classes), ...inObjects(chosen), ...inObjects(named)];
}

/** Disks that are made where the pod is placed. */
function disks(world: World): readonly Evidence[] {
  const classes = world.resources("storage.k8s.io/StorageClass");
  return inObjects(
    classes.filter(
      ({ body }) =>
        CLOUD_DISKS.test(body.at("provisioner").source ?? "") &&
        body.at("volumeBindingMode").source === "WaitForFirstConsumer",
    ),
  );
}

function snapshots(world: World): readonly Evidence[] {
  return objects(world, "snapshot.storage.k8s.io/VolumeSnapshotClass");
}

function identities(world: World): readonly Evidence[] {
  return annotated(world, ["/ServiceAccount"], IDENTITIES);
}

function objects(world: World, kind: GroupKind): readonly Evidence[] {
  return inObjects(world.resources(kind));
}

function annotated(world: World, kinds: readonly GroupKind[], key: RegExp): readonly Evidence[] {
  return world.resources(kinds).flatMap((one) =>
    annotationsOf(one).flatMap(([name, field]) =>
      // That it is there is known, whatever a template makes of it: then the object shows it.
      key.test(name) ? [{ at: field.presence === "unknown" ? one.place : field, in: one }] : [],
    ),
  );
}

const annotationsOf = once((resource: Resource) =>
  resource.annotations
    .writtenEntries()
    .filter(([name]) => [DNS, CERTIFICATES, BALANCERS, IDENTITIES].some((key) => key.test(name))),
);

const balancerClass = once((service: Resource) => service.body.at("spec", "loadBalancerClass").presence !== "absent");
