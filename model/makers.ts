/** What makes objects that no file holds as such: operators, charts, generators, commands of people and pipelines. */
import type { Field, GroupKind, Resource, World } from "./facts.ts";
import { kustomizationsOf } from "./kustomizations.ts";
import { once } from "./memo.ts";
import type { Wanted } from "./missing.ts";
import { meets } from "./network-policies.ts";

/** Where a kind says the name of what it makes: each path of the first list that says one; else its own name. */
interface Maker {
  readonly kind: GroupKind;
  readonly paths: readonly (readonly string[])[];
  /** For lists: the list, then the path in its items. */
  readonly each?: readonly string[];
  /** Makes it in every namespace it chooses. */
  readonly wide?: true;
}

const SECRETS: readonly Maker[] = [
  { kind: "bitnami.com/SealedSecret", paths: [["spec", "template", "metadata", "name"]] },
  { kind: "external-secrets.io/ExternalSecret", paths: [["spec", "target", "name"]] },
  {
    kind: "external-secrets.io/ClusterExternalSecret",
    paths: [
      ["spec", "externalSecretSpec", "target", "name"],
      ["spec", "externalSecretName"],
    ],
    wide: true,
  },
  { kind: "kubernetes-client.io/ExternalSecret", paths: [] },
  { kind: "cert-manager.io/Certificate", paths: [["spec", "secretName"]] },
  { kind: "cert-manager.io/Issuer", paths: [["spec", "acme", "privateKeySecretRef", "name"]] },
  { kind: "cert-manager.io/ClusterIssuer", paths: [["spec", "acme", "privateKeySecretRef", "name"]], wide: true },
  { kind: "networking.k8s.io/Ingress", each: ["spec", "tls"], paths: [["secretName"]] },
  { kind: "secrets-store.csi.x-k8s.io/SecretProviderClass", each: ["spec", "secretObjects"], paths: [["secretName"]] },
  { kind: "secrets.hashicorp.com/VaultStaticSecret", paths: [["spec", "destination", "name"]] },
  { kind: "secrets.hashicorp.com/VaultDynamicSecret", paths: [["spec", "destination", "name"]] },
  { kind: "secrets.hashicorp.com/VaultPKISecret", paths: [["spec", "destination", "name"]] },
  { kind: "secrets.hashicorp.com/HCPVaultSecretsApp", paths: [["spec", "destination", "name"]] },
  { kind: "secrets.infisical.com/InfisicalSecret", paths: [["spec", "managedSecretReference", "secretName"]] },
  { kind: "secrets.doppler.com/DopplerSecret", paths: [["spec", "managedSecret", "name"]], wide: true },
  { kind: "spv.no/AzureKeyVaultSecret", paths: [["spec", "output", "secret", "name"]] },
  { kind: "redhatcop.redhat.io/VaultSecret", paths: [["spec", "output", "name"]] },
  { kind: "isindir.github.com/SopsSecret", each: ["spec", "secretTemplates"], paths: [["name"]] },
];

const CONFIG_MAPS: readonly Maker[] = [
  { kind: "trust.cert-manager.io/Bundle", paths: [], wide: true },
  { kind: "spv.no/AzureKeyVaultSecret", paths: [["spec", "output", "configMap", "name"]] },
];

const CLAIMS: readonly Maker[] = [
  { kind: "cdi.kubevirt.io/DataVolume", paths: [] },
  { kind: "volsync.backube/ReplicationDestination", paths: [["spec", "restic", "destinationPVC"]] },
];

const SERVICES: readonly Maker[] = [
  { kind: "serving.knative.dev/Service", paths: [] },
  { kind: "networking.istio.io/ServiceEntry", paths: [] },
  { kind: "multicluster.x-k8s.io/ServiceImport", paths: [] },
];

const MAKERS: Readonly<Record<string, readonly Maker[]>> = {
  "/Secret": SECRETS,
  "/ConfigMap": CONFIG_MAPS,
  "/PersistentVolumeClaim": CLAIMS,
  "/Service": SERVICES,
};

/** The cluster itself, or what everybody installs in it, keeps one in each namespace. */
const BUILT_IN: Readonly<Record<string, RegExp>> = {
  "/ServiceAccount": /^(default|builder|deployer|pipeline)$/,
  "/ConfigMap": /^(kube-root-ca\.crt|openshift-service-ca\.crt|istio-ca-root-cert|linkerd-identity-trust-roots)$/,
  "scheduling.k8s.io/PriorityClass": /^(system-|gmp-critical$|openshift-)/,
};

export function isBuiltIn(kind: GroupKind, name: string): boolean {
  return BUILT_IN[kind]?.test(name) ?? false;
}

/** Objects by what they make; those whose text a template decides under "". */
const made = new Map<Maker, (objects: readonly Resource[]) => ReadonlyMap<string, readonly Resource[]>>();

function madeBy(maker: Maker, objects: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> {
  let read = made.get(maker);
  if (read === undefined) {
    read = once((all) => {
      const found = new Map<string, Resource[]>();
      for (const one of all) {
        for (const name of namesIn(maker, one)) {
          const text = name.source ?? "";
          found.set(text, [...(found.get(text) ?? []), one]);
        }
      }
      return found;
    });
    made.set(maker, read);
  }
  return read(objects);
}

function namesIn({ paths, each }: Maker, { body, name }: Resource): readonly Field[] {
  const from = each === undefined ? [body] : body.at(...each).writtenItems();
  const said = from.flatMap((one) => {
    const field = paths.map((path) => one.at(...path)).find((at) => at.presence !== "absent");
    return field === undefined ? [] : [field];
  });
  return said.length > 0 || each !== undefined ? said : [name];
}

/** An object of the workspace says that it makes this one: nothing where only its namespace may be another. */
export function maker({ kind, text, scope }: Omit<Wanted, "field">, world: World): Resource | undefined {
  for (const one of MAKERS[kind] ?? []) {
    const objects = world.resources(one.kind);
    if (objects.length === 0) continue;
    const known = madeBy(one, objects).get(text) ?? [];
    const found = known.find((resource) => one.wide === true || meets(resource.scope, scope) !== false);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** May the object come from somewhere that no file shows as such. */
export function mayBeMade(wanted: Wanted, from: Resource, world: World): boolean {
  const { kind, text, field, scope } = wanted;
  if (isBuiltIn(kind, text) || world.isExternal(kind.slice(kind.indexOf("/") + 1), field, scope)) return true;
  if (maker(wanted, world) !== undefined) return true;
  if ((MAKERS[kind] ?? []).some((one) => madeBy(one, world.resources(one.kind)).has(""))) return true;
  return (
    isOfOperator(text, world) ||
    isCopied(kind, text, world) ||
    isGenerated(wanted, from, world) ||
    isBuiltFromAfar(from, world) ||
    isInTexts(kind, text, from, world)
  );
}

/** They describe what is in the workspace, or how it is called, and make nothing of other names. */
const MAKES_NOTHING =
  /^(argoproj\.io\/(Rollout|AnalysisTemplate|AppProject)|keda\.sh\/.*|networking\.istio\.io\/.*|security\.istio\.io\/.*|traefik\.(io|containo\.us)\/.*|kyverno\.io\/.*|.*\.gatekeeper\.sh\/.*|apps\.openshift\.io\/.*|route\.openshift\.io\/.*|serving\.knative\.dev\/.*|policy\.linkerd\.io\/.*|linkerd\.io\/.*|dapr\.io\/.*|skaffold\/.*)$/;

const operated = once((objects: readonly Resource[]): readonly string[] => [
  ...new Set(
    objects
      .filter((one) => !MAKES_NOTHING.test(one.groupKind) && one.displayName.length > 2)
      .map(({ displayName }) => displayName),
  ),
]);

/** Operators and charts name what they make after the object that asks for it. */
function isOfOperator(name: string, world: World): boolean {
  const objects = world.resourcesOfGroup(/^(?!(.*\.)?k8s\.io$).*\./);
  return operated(objects).some((own) => name === own || name.startsWith(`${own}-`) || name.includes(`.${own}.`));
}

/** A policy or a controller copies objects into namespaces. */
function isCopied(kind: GroupKind, name: string, world: World): boolean {
  const policies = world.resources([
    "kyverno.io/ClusterPolicy",
    "kyverno.io/Policy",
    "policies.kyverno.io/GeneratingPolicy",
  ]);
  if (policies.some(({ body }) => generates(body, kind))) return true;
  return world
    .resources(kind)
    .some(
      (one) =>
        one.displayName === name &&
        one.annotations
          .writtenEntries()
          .some(([key]) =>
            /^(reflector\.v1\.k8s\.emberstack\.com|replicator\.v1\.mittwald\.de|kubed\.appscode\.com)\//.test(key),
          ),
    );
}

function generates(policy: Field, kind: GroupKind): boolean {
  return policy
    .at("spec", "rules")
    .writtenItems()
    .map((rule) => rule.at("generate"))
    .some(
      (generate) => generate.presence !== "absent" && (generate.at("kind").source ?? kind.slice(1)) === kind.slice(1),
    );
}

/** A kustomization on the way to the cluster generates it, though it could not be built. */
function isGenerated({ kind, text }: Wanted, from: Resource, world: World): boolean {
  const list = kind === "/ConfigMap" ? "configMapGenerator" : kind === "/Secret" ? "secretGenerator" : undefined;
  if (list === undefined) return false;
  return kustomizationsOf(from.document, world).some((one) =>
    one
      .at(list)
      .writtenItems()
      .some((item) => item.at("name").source === text),
  );
}

const REMOTE = /^(https?:|ssh:|git@|git::|github\.com\/|oci:)|\?ref=|\.git(\/\/|$)/;

/** Part of what goes to the cluster with it is kept in other places: remote bases, charts, plugins. */
function isBuiltFromAfar(from: Resource, world: World): boolean {
  const far = kustomizationsOf(from.document, world).some(
    (one) =>
      ["helmCharts", "helmChartInflationGenerator", "generators"].some((key) => one.at(key).presence !== "absent") ||
      ["resources", "bases", "components"].some((key) =>
        one
          .at(key)
          .writtenItems()
          .some((item) => REMOTE.test(item.source ?? "")),
      ),
  );
  if (far || from.chart === undefined) return far;
  const file = world
    .repositoryOf(from.document)
    ?.find(/(^|\/)(Chart|requirements)\.ya?ml$/)
    .filter(({ place }) => place.document.uri.startsWith(`${from.chart}/`));
  return (file ?? []).some(({ body }) => body.at("dependencies").writtenItems().length > 0);
}

const TEXTS =
  /(\.(md|adoc|rst|txt|sh|bash|mk|ps1)|(^|\/)(GNU)?[Mm]akefile|[Jj]ustfile|Jenkinsfile[^/]*|Tiltfile|Taskfile\.ya?ml|\.gitlab-ci\.ya?ml|cloudbuild\.ya?ml|azure-pipelines[^/]*\.ya?ml|\.github\/workflows\/[^/]+)$/;

const CREATE =
  /\bcreate\s+(?:-\S+\s+)*(secret|configmap|cm|serviceaccount|sa|priorityclass|pc|iamserviceaccount)\b((?:[ \t]+|\\\r?\n)[^\n]*)?/g;

const KINDS: Readonly<Record<string, GroupKind>> = {
  secret: "/Secret",
  configmap: "/ConfigMap",
  cm: "/ConfigMap",
  serviceaccount: "/ServiceAccount",
  sa: "/ServiceAccount",
  iamserviceaccount: "/ServiceAccount",
  priorityclass: "scheduling.k8s.io/PriorityClass",
  pc: "scheduling.k8s.io/PriorityClass",
};

/** Words of commands that people and pipelines make objects with, by kind. */
const inTexts = once((repository: { find(path: RegExp): readonly { readonly text: string | undefined }[] }) => {
  const words = new Map<GroupKind, Set<string>>();
  for (const { text } of repository.find(TEXTS)) {
    if (text?.includes("create") !== true) continue;
    for (const [, what = "", rest = ""] of text.matchAll(CREATE)) {
      const kind = KINDS[what] ?? "/Secret";
      const known = words.get(kind) ?? new Set();
      for (const word of rest.split(/[\s"'`=]+/)) known.add(word);
      words.set(kind, known);
    }
  }
  return words;
});

/** Terraform makes accounts and Secrets that it grants things of the cloud to; its files are not read. */
const BY_TERRAFORM = new Set<GroupKind>(["/Secret", "/ServiceAccount"]);

function isInTexts(kind: GroupKind, name: string, from: Resource, world: World): boolean {
  const repository = world.repositoryOf(from.document);
  if (repository === undefined) return false;
  if (BY_TERRAFORM.has(kind) && repository.find(/\.tf$/).length > 0) return true;
  return inTexts(repository).get(kind)?.has(name) ?? false;
}
