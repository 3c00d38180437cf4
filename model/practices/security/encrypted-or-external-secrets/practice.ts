import type { Field, GroupKind, Resource, Workload, World } from "../../../facts.ts";
import { isKeptSafe, readableSecret } from "../../../plaintext.ts";
import { cannotTell, met, notApplicable, practice, type Sources, unmet, type Verdict } from "../../../practice.ts";
import { isWorkload } from "../../../workloads.ts";

const STORE_CSI = /^secrets-store(?:-\w+)?\.csi\./;

export default practice({
  level: 3,
  gate: "supporting",
  share: "most",
  subject: "resource",
  effort: "confirm",
  judge(resource, world) {
    const kept = ofKept(resource, world);
    if (kept !== undefined) return resource.conditional ? cannotTell(resource.place) : kept;
    return resource.groupKind === "/Secret" ? ofSecret(resource) : undefined;
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    "https://external-secrets.io/",
    "https://getsops.io/",
  ],
  equivalents: {
    kubescape: ["C-0208", "C-0234"],
    cis: ["5.4.2"],
    learnk8s: ["Secrets management"],
    dsomm: ["Handover of confidential parameters"],
  },
};

/** Objects and pods whose secrets come from outside of the files, or stand in them encrypted. */
function ofKept(resource: Resource, world: World): Verdict | undefined {
  const encrypted = [resource.body.at("sops", "mac"), resource.annotations.at("avp.kubernetes.io/path")];
  const said = encrypted.find((field) => field.presence === "present");
  if (said !== undefined) return met(said);
  if (isKeptSafe(resource)) return missingStore(resource, world) ?? met(resource.place);
  if (!isWorkload(resource)) return undefined;
  const fetched = fetchedBy(resource);
  return fetched && met(fetched);
}

/** An ExternalSecret that names a store which is not among those that are kept here. */
function missingStore({ body, scope, group }: Resource, world: World): Verdict | undefined {
  const ref = body.at("spec", "secretStoreRef");
  if (group !== "external-secrets.io" || ref.at("name").presence !== "present") return undefined;
  const cluster = ref.at("kind").source === "ClusterSecretStore";
  const kind: GroupKind = cluster ? "external-secrets.io/ClusterSecretStore" : "external-secrets.io/SecretStore";
  const near = cluster ? "cluster" : scope;
  const { sure, maybe } = world.named(kind, ref.at("name"), near);
  const others = world.resources(kind, near).length > 0;
  if (
    !others ||
    sure.length + maybe.length > 0 ||
    world.isExternal(kind.slice(kind.indexOf("/") + 1), ref.at("name"), near)
  )
    return undefined;
  return unmet(ref.at("name"), "unmet.store", { store: ref.at("name").text() ?? "" });
}

/** Secrets that the pod itself gets when it starts, and that are never an object of the cluster. */
function fetchedBy(workload: Workload): Field | undefined {
  const injected = workload.podAnnotations.at("vault.hashicorp.com/agent-inject");
  if (injected.source === "true") return injected;
  const drivers = workload.pod
    .at("volumes")
    .writtenItems()
    .map((volume) => volume.at("csi", "driver"));
  return drivers.find((driver) => STORE_CSI.test(driver.source ?? ""));
}

function ofSecret(secret: Resource): Verdict | undefined {
  const verdict = readableSecret(secret);
  if (verdict?.state === "met") return notApplicable("no-subject");
  if (verdict?.state !== "unmet") return verdict;
  return unmet(secret.place, "unmet", { secret: secret.displayName });
}
