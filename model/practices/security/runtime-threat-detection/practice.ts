import { countedWorkloads, inObjects, shownBy } from "../../../evidence.ts";
import type { GroupKind, Resource } from "../../../facts.ts";
import { software } from "../../../installed.ts";
import { once } from "../../../memo.ts";
import { ifKnown, met, practice, type Sources, unmet } from "../../../practice.ts";

/** Agents that watch what processes do, by their chart or image. */
const AGENTS = software(
  /(^|\/)(falco|falco-no-driver|falco-operator|tetragon|kubearmor|kubearmor-operator|kubearmor-init|tracee|neuvector|neuvector-core|neuvector\/enforcer|sysdig|sysdig-agent|sysdig-deploy|twistlock-defender|falcon-sensor|falcon-operator|aqua-enforcer|wiz-sensor|sentinelone|s1-agent|secured-cluster-services|aws-guardduty-agent|deepfence_agent|lacework-agent)$/,
);
const RULES: readonly GroupKind[] = [
  "cilium.io/TracingPolicy",
  "cilium.io/TracingPolicyNamespaced",
  "security.kubearmor.com/KubeArmorPolicy",
  "security.kubearmor.com/KubeArmorHostPolicy",
  "security.kubearmor.com/KubeArmorClusterPolicy",
  "neuvector.com/NvSecurityRule",
  "neuvector.com/NvClusterSecurityRule",
  "instance.falcosecurity.dev/Falco",
  "artifact.falcosecurity.dev/Rulesfile",
  "tracee.aquasec.com/Policy",
  "platform.stackrox.io/SecuredCluster",
  "falcon.crowdstrike.com/FalconNodeSensor",
];

export default practice({
  level: 5,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "people",
  answers: "elsewhere",
  judge(workspace, world) {
    const rules = [...world.resources(RULES), ...world.resources("/ConfigMap").filter(holdsRules)];
    const agents = world.resources("datadoghq.com/DatadogAgent").filter(watchesProcesses);
    const shown = shownBy([...inObjects([...rules, ...agents]), ...AGENTS.installed(world)], world);
    if (shown?.state === "met") return shown;
    const drawn = AGENTS.drawnIn(world);
    if (drawn.length > 0) return met(drawn);
    return shown ?? (countedWorkloads(world).length === 0 ? undefined : unmet(workspace.place));
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://falco.org/docs/", "https://tetragon.io/docs/", "https://kubearmor.io/"],
  equivalents: { dsomm: ["Correlation of security events"] },
};

/** Rules of Falco's, in a file of a ConfigMap. */
const holdsRules = once((config: Resource): boolean =>
  config.body
    .at("data")
    .writtenEntries()
    .some(
      ([, { source }]) => source !== undefined && /^- (?:rule|macro):/m.test(source) && /\n\s+condition:/.test(source),
    ),
);

function watchesProcesses(agent: Resource): boolean {
  return ifKnown(() => agent.body.at("spec", "features", "cws", "enabled").flag()) === true;
}
