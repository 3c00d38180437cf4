import type { Field, Resource, Workload } from "../../../facts.ts";
import { chartValues, inChartValue, inConfig, inFile, inSecret, inValue } from "../../../plaintext.ts";
import {
  every,
  ifKnown,
  met,
  notApplicable,
  practice,
  type Sources,
  type Spot,
  type Verdict,
} from "../../../practice.ts";

/** Secrets that are kept encrypted, or elsewhere: what stands in the file gives nothing away. */
const KEPT_SAFE = /\/(?:SealedSecret|(?:Cluster)?ExternalSecret|SecretProviderClass|Vault\w+Secret)$/;

/** Besides workloads; other kinds are not even looked at. */
const MAY_HOLD =
  /Secret$|^\/ConfigMap$|\/SecretProviderClass$|^helm\.toolkit\.fluxcd\.io\/HelmRelease$|^argoproj\.io\/Application$/;

export default practice({
  level: 1,
  gate: "required",
  share: "all",
  subject: "resource",
  effort: "confirm",
  judge(resource) {
    if (!isWorkload(resource) && !MAY_HOLD.test(resource.groupKind)) return undefined;
    const encrypted = resource.body.at("sops", "mac");
    if (encrypted.presence === "present") return met(encrypted, "met.safe");
    if (KEPT_SAFE.test(resource.groupKind)) return met(resource.place, "met.safe");
    if (resource.groupKind === "/Secret") return ofSecret(resource);
    if (resource.groupKind === "/ConfigMap") return ofEntries(resource, ["data"], inConfig, "unmet.config");
    return isWorkload(resource) ? ofWorkload(resource) : ofChartValues(resource);
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
    "kube-linter": ["env-var-secret"],
    polaris: ["sensitiveContainerEnvVar", "sensitiveConfigmapContent"],
    kubescape: ["C-0012"],
    trivy: ["KSV-0109", "KSV-01010"],
    zizmor: ["hardcoded-container-credentials"],
    dsomm: ["Test for stored secrets in code"],
  },
};

function isWorkload(resource: Resource): resource is Workload {
  return "allContainers" in resource;
}

function ofWorkload(workload: Workload): Verdict {
  const looks = workload.allContainers.flatMap(({ body, displayName }) => {
    const env = body.at("env");
    const variables = env.writtenItems().map((item) => () => {
      const spot = inValue(item.at("name").source ?? "", item.at("value"));
      return spot && { ...spot, container: displayName, args: { ...spot.args, container: displayName } };
    });
    // A template may add variables that are not written here.
    return [...variables, () => void env.items()];
  });
  return every(looks, (look) => look() ?? undefined, workload.place, workload.moreContainers);
}

function ofEntries(
  resource: Resource,
  names: readonly string[],
  look: (key: string, value: Field) => Spot | undefined,
  message: string,
): Verdict {
  const maps = names.map((name) => resource.body.at(name));
  const open = maps.some((map) => ifKnown(() => map.entries()) === undefined);
  const entries = maps.flatMap((map) => map.writtenEntries());
  return every(entries, ([key, value]) => about(look(key, value), message), resource.place, open);
}

function about(spot: Spot | undefined, message: string): Spot | undefined {
  return spot && { ...spot, message };
}

function ofSecret(secret: Resource): Verdict | undefined {
  if (secret.body.at("type").source === "kubernetes.io/service-account-token") return undefined;
  const maps = [secret.body.at("data"), secret.body.at("stringData")];
  const isEmpty = maps.every((map) => ifKnown(() => map.entries())?.length === 0);
  if (isEmpty) return undefined;
  const verdict = ofEntries(secret, ["data", "stringData"], inSecret, "unmet.secret");
  return verdict.state === "met" ? notApplicable("no-subject") : verdict;
}

function ofChartValues(resource: Resource): Verdict | undefined {
  const { values, texts } = chartValues(resource);
  if (values.length === 0 && texts.length === 0) return undefined;
  const looks = [
    ...values.map(
      ([key, value]) =>
        () =>
          inChartValue(key, value),
    ),
    ...texts.map((text) => () => inFile("values.yaml", text)),
  ];
  return every(looks, (look) => about(look(), "unmet.config"), resource.place);
}
