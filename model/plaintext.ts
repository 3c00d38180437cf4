/** Credentials among the fields of an object: each look answers with the place of one, or with nothing. */
import {
  findCredential,
  findInFile,
  isCredential,
  isCredentialName,
  isHarmlessKey,
  isPlaceholder,
  isSubstituted,
} from "./credentials.ts";
import type { Field, Resource } from "./facts.ts";
import { every, ifKnown, type Spot, Unresolved, type Verdict } from "./practice.ts";

/** Objects that bring a Secret to the cluster without giving away what is in it: encrypted, or kept by something else. */
const KEPT_SAFE =
  /^bitnami\.com\/SealedSecret$|^(?:external-secrets\.io|kubernetes-client\.io)\/(?:Cluster)?ExternalSecret$|^secrets-store\.csi\.x-k8s\.io\/SecretProviderClass$|^secrets\.hashicorp\.com\/Vault\w+Secret$|^[\w.-]+\/(?:VaultSecret|SopsSecret|OnePasswordItem|InfisicalSecret|DopplerSecret|AzureKeyVaultSecret|BitwardenSecret)$/;

export function isKeptSafe({ groupKind }: Resource): boolean {
  return KEPT_SAFE.test(groupKind);
}

/** Judges the entries of maps of an object, each with `look`; one to which a template may add is never in order. */
export function everyEntry(
  resource: Resource,
  maps: readonly string[],
  look: (key: string, value: Field) => Spot | undefined,
): Verdict {
  const fields = maps.map((name) => resource.body.at(name));
  const open = fields.some((map) => ifKnown(() => map.entries()) === undefined);
  const entries = fields.flatMap((map) => map.writtenEntries());
  return every(entries, ([key, value]) => look(key, value), resource.place, open);
}

/** What of a Secret can be read by whoever reads the file; nothing where it is empty, or filled by the cluster. */
export function readableSecret(secret: Resource): Verdict | undefined {
  if (secret.body.at("type").source === "kubernetes.io/service-account-token") return undefined;
  const maps = [secret.body.at("data"), secret.body.at("stringData")];
  const isEmpty = maps.every((map) => ifKnown(() => map.entries())?.length === 0);
  return isEmpty ? undefined : everyEntry(secret, ["data", "stringData"], inSecret);
}

/** A literal under a name that announces a credential, or of a shape that only credentials have. */
export function inValue(name: string, value: Field): Spot | undefined {
  const text = value.source;
  if (text === undefined) return undefined;
  if (isCredentialName(name) && isSubstituted(text)) throw new Unresolved(value.place);
  const found = findCredential(text);
  if (found === undefined && !isCredential(name, text)) return undefined;
  // Ends the look where a template decides whether it is there at all.
  value.text();
  return { place: found === undefined ? value.place : value.part(found.from, found.to), args: { name } };
}

/** An entry of a ConfigMap: a value by itself, or a whole file. */
export function inConfig(key: string, value: Field): Spot | undefined {
  const whole = inValue(key, value);
  if (whole !== undefined || isCredentialName(key) || value.source?.includes("\n") !== true) return whole;
  return inFile(key, value);
}

/** The text of a file in a field. */
export function inFile(name: string, value: Field): Spot | undefined {
  const found = findInFile(name, value.text() ?? "");
  return found && { place: value.part(found.from, found.to), args: { name } };
}

/** An entry of a Secret: whatever it is, it is meant to be secret. */
export function inSecret(key: string, value: Field): Spot | undefined {
  const text = value.text() ?? "";
  if (isSubstituted(text)) throw new Unresolved(value.place);
  const found = findCredential(text);
  if (found !== undefined) return { place: value.part(found.from, found.to), args: { name: key } };
  // Text over several lines is a file in `stringData`; base64 is folded without spaces.
  if (/\n.*\S\s+\S/.test(text)) return inFile(key, value);
  return isHarmlessKey(key) || isPlaceholder(text) ? undefined : { place: value.place, args: { name: key } };
}

/** A value for a chart, where `secret: web-tls` names the Secret that the chart is to use. */
export function inChartValue(key: string, value: Field): Spot | undefined {
  const isName = /^(?:secret|token|credentials?)$/i.test(key) && /^[a-z][a-z.-]*$/.test(value.source ?? "");
  return isName ? undefined : inValue(key, value);
}

/** Values that an object hands to a chart when it has it installed: single ones by their last key, and whole texts. */
export function chartValues(resource: Resource): {
  readonly values: readonly (readonly [string, Field])[];
  readonly texts: readonly Field[];
} {
  const spec = resource.body.at("spec");
  if (resource.groupKind === "helm.toolkit.fluxcd.io/HelmRelease") {
    return { values: scalars("", spec.at("values"), 0), texts: [] };
  }
  if (resource.groupKind !== "argoproj.io/Application") return { values: [], texts: [] };
  const helm = [spec.at("source"), ...spec.at("sources").writtenItems()].map((source) => source.at("helm"));
  const parameters = helm.flatMap((one) => one.at("parameters").writtenItems());
  return {
    values: [
      ...helm.flatMap((one) => scalars("", one.at("valuesObject"), 0)),
      ...parameters.map((item) => [item.at("name").source?.split(".").at(-1) ?? "", item.at("value")] as const),
    ],
    texts: helm.map((one) => one.at("values")).filter((field) => field.source !== undefined),
  };
}

const MAX_DEPTH = 20;

function scalars(key: string, field: Field, depth: number): readonly (readonly [string, Field])[] {
  if (depth > MAX_DEPTH) return [];
  if (field.kind === "map") return field.writtenEntries().flatMap(([name, value]) => scalars(name, value, depth + 1));
  if (field.kind === "list") return field.writtenItems().flatMap((item) => scalars(key, item, depth + 1));
  return field.source === undefined ? [] : [[key, field]];
}
