import type { Field, GroupKind, Resource } from "../../../facts.ts";
import {
  cannotTell,
  ifKnown,
  met,
  notApplicable,
  practice,
  type Sources,
  unmet,
  type Verdict,
} from "../../../practice.ts";

const INGRESSES: readonly GroupKind[] = ["networking.k8s.io/Ingress", "extensions/Ingress"];

/** Annotations by which a load balancer brings its own certificate. */
const MANAGED =
  /^(?:alb\.ingress\.kubernetes\.io\/certificate-arn|networking\.gke\.io\/managed-certificates|ingress\.gcp\.kubernetes\.io\/pre-shared-cert|appgw\.ingress\.kubernetes\.io\/appgw-ssl-certificate|kubernetes\.ingress\.cloud\.google\.com\/|ingress\.kubernetes\.io\/ssl-cert)/;

export default practice({
  level: 1,
  gate: "supporting",
  share: "most",
  subject: "resource",
  kinds: [...INGRESSES, "gateway.networking.k8s.io/Gateway", "networking.istio.io/Gateway", "route.openshift.io/Route"],
  effort: "confirm",
  judge(resource) {
    switch (resource.groupKind) {
      case "gateway.networking.k8s.io/Gateway":
        return ofListeners(
          resource.body.at("spec", "listeners"),
          (one) => one.at("protocol"),
          (one) => one.at("tls"),
        );
      case "networking.istio.io/Gateway":
        return ofListeners(
          resource.body.at("spec", "servers"),
          (one) => one.at("port", "protocol"),
          (one) => one.at("tls"),
        );
      case "route.openshift.io/Route": {
        const tls = resource.body.at("spec", "tls");
        return tls.presence === "absent" ? unmet(resource.body.at("spec"), "unmet.route") : met(tls);
      }
      default:
        return ofIngress(resource);
    }
  },
  fix(resource) {
    if (!INGRESSES.includes(resource.groupKind)) return undefined;
    const issuer = [...resource.annotations.entries()].some(([key]) =>
      /^cert-manager\.io\/(?:cluster-)?issuer$/.test(key),
    );
    const hosts = hostsOf(resource).map((host) => host.text() ?? "");
    const name = resource.name.text();
    // Without somebody who makes the certificate the block would name a Secret that never comes.
    if (!issuer || hosts.length === 0 || name === undefined) return undefined;
    const value = [{ hosts: [...new Set(hosts)], secretName: `${name}-tls` }];
    return { safety: "review", edits: [{ op: "set", at: resource.body.at("spec", "tls").place, value }] };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
    "https://gateway-api.sigs.k8s.io/guides/tls/",
    "https://cert-manager.io/docs/usage/ingress/",
  ],
  equivalents: {
    polaris: ["tlsSettingsMissing"],
    kubescape: ["C-0263"],
    dsomm: ["Usage of edge encryption at transit"],
  },
};

function hostsOf(ingress: Resource): readonly Field[] {
  const rules = ingress.body.at("spec", "rules").writtenItems();
  return rules.map((rule) => rule.at("host")).filter((host) => host.presence !== "absent");
}

function ofIngress(ingress: Resource): Verdict {
  const { annotations } = ingress;
  const managed = annotations.writtenEntries().find(([key]) => MANAGED.test(key));
  if (managed !== undefined) return met(managed[1]);
  const tls = ingress.body.at("spec", "tls");
  if (tls.presence === "absent") {
    // Whoever adds annotations may add a certificate among them.
    annotations.entries();
    return unmet(ingress.body.at("spec"), "unmet", { ingress: ingress.displayName });
  }
  const blocks = tls.items();
  const covered = blocks.flatMap((block) =>
    block
      .at("hosts")
      .items()
      .map((host) => host.text() ?? ""),
  );
  // A block without hosts is for all of them.
  if (blocks.some((block) => block.at("hosts").presence === "absent")) return met(tls);
  const open = hostsOf(ingress).filter((host) => !covered.some((one) => covers(one, host.text() ?? "")));
  const [first] = open;
  return first === undefined ? met(tls) : unmet(open, "unmet.host", { host: first.source ?? "" });
}

function covers(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  return pattern.startsWith("*.") && host.indexOf(".") > 0 && host.slice(host.indexOf(".")) === pattern.slice(1);
}

/** Listeners for plain HTTP are left alone where another one encrypts: they redirect, or answer challenges. */
function ofListeners(
  list: Field,
  protocolOf: (one: Field) => Field,
  tlsOf: (one: Field) => Field,
): Verdict | undefined {
  const listeners = list.writtenItems();
  if (listeners.length === 0) return list.presence === "absent" ? undefined : cannotTell(list);
  const secure = listeners.filter(
    (one) => tlsOf(one).presence === "present" || /^(?:HTTPS|TLS)$/i.test(protocolOf(one).source ?? ""),
  );
  if (secure.length > 0) return met(secure.map(protocolOf));
  const plain = listeners.filter((one) => /^HTTP2?$/i.test(protocolOf(one).source ?? ""));
  if (plain.length === 0)
    return ifKnown(() => protocolOf(listeners[0] ?? list).text()) === undefined
      ? cannotTell(list)
      : notApplicable("no-subject");
  return unmet(plain.map(protocolOf), "unmet.listener");
}
