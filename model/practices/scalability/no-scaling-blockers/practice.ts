import type { Field, Workload, World } from "../../../facts.ts";
import { every, ifKnown, notApplicable, practice, type Sources, type Spot, Unresolved } from "../../../practice.ts";
import { minimumOf } from "../../../replicas.ts";
import { claimsOf } from "../../../volumes.ts";

const HOSTNAME = "kubernetes.io/hostname";

export default practice({
  level: 1,
  gate: "required",
  share: "all",
  subject: "workload",
  effort: "confirm",
  judge(workload, world) {
    if (workload.hook) return notApplicable("hook");
    if (workload.class === "batch" || workload.class === "agent") return notApplicable(workload.class);
    if (workload.class !== "long") return notApplicable("no-subject");
    if (isMeantToBeOne(workload, world)) return notApplicable("single-replica");
    const looks = [
      () => ports(workload),
      () => pinning(workload),
      () => together(workload, world),
      () => sharedClaims(workload, world),
    ];
    return every(looks, (look) => look(), workload.place);
  },
  fix(workload, world) {
    // What lies on the node would be left behind: only ports and the choice of a node can be let go with ease.
    const onNode = workload.pod
      .at("volumes")
      .writtenItems()
      .some((volume) => volume.at("hostPath").presence !== "absent");
    const name = workload.pod.at("nodeName");
    const node = name.presence === "present" ? [name] : [];
    const others =
      pinning(workload).length > node.length ||
      together(workload, world).length > 0 ||
      sharedClaims(workload, world).length > 0;
    if (others || (onNode && node.length > 0)) return undefined;
    const edits = [...hostPorts(workload), ...node].map((field) => ({ op: "remove", at: field.place }) as const);
    return { safety: "review", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/configuration/overview/",
    "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",
    "https://kubernetes.io/docs/concepts/storage/persistent-volumes/",
  ],
  equivalents: { kubescape: ["C-0044"], trivy: ["KSV-0024"], "kube-linter": ["host-port"], polaris: ["hostPortSet"] },
};

/** One pod, replaced only after it is gone: nobody means to have more of it. */
function isMeantToBeOne(workload: Workload, world: World): boolean {
  const recreated = workload.body.at("spec", "strategy", "type").source === "Recreate";
  return (
    recreated && ifKnown(() => minimumOf(workload, world)?.least) === 1 && world.scalersOf(workload).sure.length === 0
  );
}

/** A place that a template leaves open to whoever installs is no blocker; one that is written counts, unknown when its value is. */
function isSaid(field: Field): boolean {
  if (field.presence === "unknown" && field.source !== undefined) throw new Unresolved(field.place);
  return field.presence === "present";
}

function hostPorts(workload: Workload): readonly Field[] {
  const ports = workload.containers.flatMap(({ body }) => body.at("ports").writtenItems());
  return ports.map((port) => port.at("hostPort")).filter((port) => isSaid(port) && port.number() !== 0);
}

function ports(workload: Workload): readonly Spot[] {
  return hostPorts(workload).map((port) => ({
    place: port.place,
    message: "unmet.hostPort",
    args: { port: port.source ?? "" },
  }));
}

function pinning(workload: Workload): readonly Spot[] {
  const selected = workload.pod.at("nodeSelector", HOSTNAME);
  const terms = workload.pod
    .at("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    .writtenItems()
    .flatMap((term) => term.at("matchExpressions").writtenItems())
    .filter((term) => term.at("key").source === HOSTNAME && term.at("operator").source === "In")
    .filter((term) => term.at("values").items().length === 1)
    .map((term) => term.at("values", 0));
  return [workload.pod.at("nodeName"), selected, ...terms]
    .filter(isSaid)
    .map((field) => ({ place: field.place, message: "unmet.node", args: { node: field.source ?? "" } }));
}

/** Pods that must be on the node of their own kind all end up on one. */
function together(workload: Workload, world: World): readonly Spot[] {
  const terms = workload.pod
    .at("affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    .writtenItems();
  return terms
    .filter(
      (term) =>
        term.at("topologyKey").source === HOSTNAME &&
        world.matchesLabelSelector(term.at("labelSelector"), workload) === true,
    )
    .map((term) => ({ place: term.at("topologyKey").place, message: "unmet.together" }));
}

/** Several pods of one Deployment cannot write to a volume that a single node may mount. */
function sharedClaims(workload: Workload, world: World): readonly Spot[] {
  const claims = (ifKnown(() => claimsOf(workload)) ?? []).filter((claim) => !claim.template && claim.writable);
  if (claims.length === 0) return [];
  const scaled = world.scalersOf(workload).sure.length > 0 || (minimumOf(workload, world)?.least ?? 1) > 1;
  if (!scaled) return [];
  return claims.flatMap(({ at, name }) => {
    const modes = world
      .named("/PersistentVolumeClaim", name, workload.scope)
      .sure.map((claim) => claim.body.at("spec", "accessModes").items());
    const alone = modes.some(
      (list) => list.length > 0 && list.every((mode) => /^ReadWriteOnce(Pod)?$/.test(mode.text() ?? "")),
    );
    return alone ? [{ place: at.place, message: "unmet.claim", args: { claim: name.source ?? "" } }] : [];
  });
}
