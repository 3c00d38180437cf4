import type { Edit } from "../../../edit.ts";
import type { Field, Workload } from "../../../facts.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { referencesOf } from "../../../references.ts";

/** So many addresses in the manifest of one workload are a configuration of their own. */
const MANY = 5;

const ADDRESS_NAME = /(?:HOST|URL|URI|ENDPOINT|ADDR|ADDRESS|SERVER|SERVERS|BROKER|BROKERS|DOMAIN|ORIGIN)S?$/i;

/** The same in every cluster: this pod, this cluster, all interfaces. */
const INSIDE = /^(?:localhost|127\.|0\.0\.0\.0|169\.254\.|[^.]+$|.*\.(?:svc|local|internal\.cluster)\.?$|.*\.svc\.)/i;

export default practice({
  level: 2,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload) {
    const outside = configuredBy(workload);
    if (outside.length > 0) return met(outside);
    // Whatever a template adds may come from outside.
    workload.pod.at("volumes").items();
    for (const { body } of workload.allContainers) body.at("envFrom").items();
    const entries = workload.allContainers.flatMap(({ body }) => body.at("env").items());
    if (entries.length === 0 || workload.moreContainers) return notApplicable("no-subject");
    const fixed = entries.filter(isAddress).map((entry) => entry.at("value"));
    if (fixed.length <= MANY) return notApplicable("no-subject");
    return unmet(fixed, "unmet", { workload: workload.displayName, count: fixed.length });
  },
  fix(workload, world) {
    const own = workload.name.text();
    const namespace = workload.namespace.text();
    const name = `${own}-config`;
    const fixed = workload.allContainers.flatMap(({ body }) => body.at("env").items()).filter(isAddress);
    const data = new Map(fixed.map((entry) => [entry.at("name").text() ?? "", entry.at("value").text() ?? ""]));
    const secret = [...data.values()].some((value) => value.includes("@"));
    const taken = world.resources("/ConfigMap").some((one) => one.displayName === name);
    if (own === undefined || workload.chart !== undefined || data.size < fixed.length || secret || taken)
      return undefined;
    const value = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
      data: Object.fromEntries(data),
    };
    const edits: readonly Edit[] = fixed.flatMap((entry) => [
      {
        op: "set",
        at: entry.at("valueFrom").place,
        value: { configMapKeyRef: { name, key: entry.at("name").text() ?? "" } },
      } as const,
      { op: "remove", at: entry.at("value").place } as const,
    ]);
    return {
      safety: "review",
      args: { name },
      edits: [...edits, { op: "add-document", behind: workload.document, value }],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://12factor.net/config", "https://kubernetes.io/docs/concepts/configuration/configmap/"],
  equivalents: { learnk8s: ["Externalise all configuration"] },
};

/** What comes in from ConfigMaps, Secrets and secret stores. */
function configuredBy(workload: Workload): readonly Field[] {
  const named = referencesOf(workload)
    .filter(({ kind, use }) => (kind === "ConfigMap" || kind === "Secret") && use !== "pull")
    .map(({ name }) => name);
  const stores = workload.pod
    .at("volumes")
    .writtenItems()
    .map((volume) => volume.at("csi", "driver"))
    .filter(({ source }) => source?.startsWith("secrets-store.csi.") === true);
  return [...named, ...stores];
}

/** The address of something outside of the cluster, which is another in every environment. */
function isAddress(entry: Field): boolean {
  const text = entry.at("value").text() ?? "";
  if (/\$[({]/.test(text)) return false;
  const url = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@\s]*@)?([^:/?#\s,]+)/i.exec(text);
  const plain = /^((?:[a-z0-9-]+\.)+[a-z]{2,}|\d+(?:\.\d+){3})(?::\d+)?$/i.exec(text);
  const host = url?.[1] ?? (ADDRESS_NAME.test(entry.at("name").source ?? "") ? plain?.[1] : undefined);
  return host !== undefined && !INSIDE.test(host);
}
