import { istioMutualTls, otherMutualTls, WEAK } from "../../../mutual-tls.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 5,
  gate: "required",
  share: "most",
  subject: "namespace",
  effort: "create",
  answers: "elsewhere",
  judge(namespace, world) {
    const args = { namespace: namespace.displayName };
    const out = ["istio-injection", "istio.io/dataplane-mode"]
      .map((key) => namespace.resource?.labels.at(key))
      .find((label) => /^(disabled|none)$/.test(label?.source ?? ""));
    if (out !== undefined) return unmet(out, "unmet.outside", args);
    const { mode, undone, maybe } = istioMutualTls(namespace, world);
    const weak = mode !== undefined && mode.text() !== "STRICT" ? mode : undefined;
    if (weak !== undefined)
      return unmet([namespace.place, weak], "unmet.permissive", { ...args, mode: weak.text() ?? "" });
    if (mode !== undefined)
      return undone === undefined ? met(mode) : unmet([namespace.place, undone], "unmet.undone", args);
    const other = otherMutualTls(namespace, world);
    if (other.length > 0) return met(other);
    if (maybe.length > 0) return cannotTell(maybe.map((one) => one.place));
    // A chart is installed into a namespace that others look after.
    return namespace.scope.startsWith("chart:") ? cannotTell(namespace.place) : unmet(namespace.place, "unmet", args);
  },
  fix(namespace, world) {
    const { mode } = istioMutualTls(namespace, world);
    const args = { namespace: namespace.displayName };
    if (mode !== undefined)
      return WEAK.test(mode.text() ?? "")
        ? { safety: "review", args, edits: [{ op: "set", at: mode.place, value: "STRICT" }] }
        : undefined;
    const labels = namespace.resource?.labels;
    const inMesh =
      labels?.at("istio-injection").source === "enabled" ||
      labels?.at("istio.io/dataplane-mode").source === "ambient" ||
      labels?.at("istio.io/rev").presence === "present";
    if (namespace.resource === undefined || !inMesh) return undefined;
    const metadata = { name: "default", namespace: namespace.displayName };
    const value = {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata,
      spec: { mtls: { mode: "STRICT" } },
    };
    return { safety: "review", args, edits: [{ op: "add-document", behind: namespace.resource.document, value }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://istio.io/latest/docs/reference/config/security/peer_authentication/",
    "https://linkerd.io/2/features/automatic-mtls/",
    "https://docs.cilium.io/en/stable/network/servicemesh/mutual-authentication/mutual-authentication/",
  ],
  equivalents: { dsomm: ["Usage of internal encryption at transit"] },
};
