import type { Field, Resource, Workload } from "../../../facts.ts";
import {
  chartValues,
  everyEntry,
  inChartValue,
  inConfig,
  inFile,
  inValue,
  isKeptSafe,
  readableSecret,
} from "../../../plaintext.ts";
import {
  every,
  met,
  notApplicable,
  practice,
  type Sources,
  type Spot,
  unmet,
  type Verdict,
} from "../../../practice.ts";
import { isWorkload } from "../../../workloads.ts";

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
    if (isKeptSafe(resource)) return met(resource.place, "met.safe");
    if (resource.groupKind === "/Secret") return ofSecret(resource);
    if (resource.groupKind === "/ConfigMap") return everyEntry(resource, ["data"], inConfigMap);
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

function inConfigMap(key: string, value: Field): Spot | undefined {
  return about(inConfig(key, value), "unmet.config");
}

function about(spot: Spot | undefined, message: string): Spot | undefined {
  return spot && { ...spot, message };
}

function ofSecret(secret: Resource): Verdict | undefined {
  const verdict = readableSecret(secret);
  if (verdict?.state === "met") return notApplicable("no-subject");
  if (verdict?.state !== "unmet") return verdict;
  return unmet(verdict.spots.map((spot) => ({ ...spot, message: "unmet.secret" })));
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
