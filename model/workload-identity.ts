/** How pods prove to a cloud, or to other services, who they are: by an identity of their own, or by a key that lasts. */
import { accountOf } from "./accounts.ts";
import type { Place } from "./edit.ts";
import type { Container, Field, Resource, Workload, World } from "./facts.ts";
import { ifKnown, Unresolved } from "./practice.ts";

export const AZURE_CLIENT = "azure.workload.identity/client-id";
const ANNOTATIONS = ["eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", AZURE_CLIENT] as const;

/** Variables that hold a key of a cloud, and what one looks like that is written out. */
const KEYS: ReadonlyMap<string, RegExp> = new Map([
  ["AWS_ACCESS_KEY_ID", /^AKIA[0-9A-Z]{16}$/],
  ["AWS_SECRET_ACCESS_KEY", /^[A-Za-z0-9/+]{40}$/],
  ["AZURE_CLIENT_SECRET", /^[\w.~-]{34,44}$/],
  ["ARM_CLIENT_SECRET", /^[\w.~-]{34,44}$/],
  ["ALIBABA_CLOUD_ACCESS_KEY_SECRET", /^[A-Za-z0-9]{30}$/],
]);
const KEY_FILE = "GOOGLE_APPLICATION_CREDENTIALS";
/** Stores that speak the language of S3 and are no cloud: their keys are their own. */
const OTHER_STORE = /ENDPOINT|MINIO|S3_(?:URL|HOST)|PATH_STYLE/i;

/** Variables that hand the pods a key which lasts until somebody changes it. */
export function lastingKeys(workload: Workload): readonly Field[] {
  return workload.allContainers.flatMap((container) => keysOf(container, workload));
}

function keysOf({ body }: Container, workload: Workload): readonly Field[] {
  const variables = body.at("env").writtenItems();
  const otherStore = variables.some((one) => OTHER_STORE.test(one.at("name").source ?? ""));
  return variables
    .filter((one) => {
      const name = one.at("name").source ?? "";
      if (name === KEY_FILE) return isOfSecret(one.at("value").source, body, workload);
      const shape = KEYS.get(name);
      if (shape === undefined || (otherStore && name.startsWith("AWS_"))) return false;
      if (one.at("valueFrom", "secretKeyRef").presence === "present") return true;
      return shape.test(one.at("value").source ?? "");
    })
    .map((one) => one.at("name"));
}

/** The file is mounted from a Secret; one from a ConfigMap only says where the pod's own token is to be exchanged. */
function isOfSecret(path: string | undefined, container: Field, workload: Workload): boolean {
  if (path === undefined) return false;
  const mount = container
    .at("volumeMounts")
    .writtenItems()
    .find((one) => path.startsWith(one.at("mountPath").source ?? "\n"));
  const volume = workload.pod
    .at("volumes")
    .writtenItems()
    .find((one) => one.at("name").source !== undefined && one.at("name").source === mount?.at("name").source);
  if (volume === undefined || audienceOf(volume) !== undefined) return false;
  const parts = [volume, ...volume.at("projected", "sources").writtenItems()];
  return parts.some((part) => part.at("secret").presence === "present");
}

function audienceOf(volume: Field): Field | undefined {
  const parts = volume.at("projected", "sources").writtenItems();
  return parts.map((part) => part.at("serviceAccountToken", "audience")).find(({ presence }) => presence === "present");
}

/** What gives the pods an identity of their own. Throws `Unresolved` where a template may. */
export function identityOf(workload: Workload, world: World): Place | undefined {
  const volumes = workload.pod.at("volumes").writtenItems();
  const shown = [
    ...volumes.map(audienceOf),
    ...volumes.map((volume) => volume.at("csi", "driver")).filter((driver) => driver.source === "csi.spiffe.io"),
    ...[azureLabel(workload)].filter((label) => label.source === "true"),
    ...[workload.podLabels.at("aadpodidbinding")].filter((label) => label.presence === "present"),
  ].find((field) => field !== undefined);
  return shown?.place ?? registered(workload, world)?.place ?? annotated(workload, world)?.place;
}

export function azureLabel(workload: Workload): Field {
  return workload.podLabels.at("azure.workload.identity/use");
}

/** Where the account of the pods is tied to one of a cloud. Throws `Unresolved` where that is not known. */
export function annotated(workload: Workload, world: World): Field | undefined {
  const accounts = accountsOf(workload, world);
  let open: Field | undefined;
  for (const account of accounts) {
    for (const key of ANNOTATIONS) {
      const field = account.annotations.at(key);
      const text = ifKnown(() => field.text() ?? "");
      if (text === undefined || (text !== "" && account.conditional)) open ??= field;
      else if (text !== "") return field;
    }
  }
  if (open !== undefined) throw new Unresolved(open.place);
  return undefined;
}

function accountsOf(workload: Workload, world: World): readonly Resource[] {
  const { named, old } = accountOf(workload);
  const field = named.presence === "absent" ? old : named;
  if (field.presence === "absent") {
    return world.resources("/ServiceAccount", workload.scope).filter((one) => one.displayName === "default");
  }
  return world.named("/ServiceAccount", field, workload.scope).sure;
}

/** Objects that give an identity to accounts, or to pods by their labels. */
function registered(workload: Workload, world: World): Resource | undefined {
  const { named, old } = accountOf(workload);
  const account = named.source ?? old.source ?? "default";
  const associations = world.resources(["eks.services.k8s.aws/PodIdentityAssociation"]).filter(({ body }) => {
    const spec = body.at("spec");
    const here = !workload.scope.startsWith("ns:") || workload.scope === `ns:${spec.at("namespace").source}`;
    return here && spec.at("serviceAccount").source === account;
  });
  const entries = world.resources("spire.spiffe.io/ClusterSPIFFEID").filter(({ body }) => {
    const selector = body.at("spec", "podSelector");
    return selector.presence === "absent" || world.matchesLabelSelector(selector, workload) === true;
  });
  return [...associations, ...entries].find((one) => !one.conditional);
}
