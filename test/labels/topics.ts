/**
 * Topics that authors of other tools label their test resources by, and the practices of ours that decide them. A topic
 * whose label is about something that no practice speaks of (a taste, a parameter, a schema rule) is not listed.
 */
import type { PracticeId } from "../../model/kmm.ts";

export interface Topic {
  readonly practice: PracticeId;
  /** Only findings with such a message are about the topic, where the practice looks at several things. */
  readonly message?: RegExp;
  /** Where the topic is narrower or wider than the practice by its definition, so that labels may differ: why. */
  readonly differs?: string;
}

export const TOPICS: Readonly<Record<string, readonly Topic[]>> = {
  "anti-affinity": [{ practice: "architecture/spread-across-nodes" }],
  "automount-sa-token": [{ practice: "security/no-token-automount" }],
  "automount-sa-token-serviceaccount": [{ practice: "security/no-token-automount" }],
  "capabilities-add-dangerous": [
    {
      practice: "security/no-dangerous-capabilities",
      differs:
        "some tools name two capabilities; the baseline of the Pod Security Standards allows thirteen and no other",
    },
  ],
  "capabilities-drop": [{ practice: "security/drop-all-capabilities" }],
  "ci-unpinned-image": [{ practice: "security/ci-actions-pinned", message: /image/ }],
  "cpu-requests": [{ practice: "scalability/resource-requests", message: /^unmet(\.cpu)?$/ }],
  "cri-socket": [{ practice: "security/no-host-mounts", message: /socket/ }],
  "cronjob-concurrency": [{ practice: "architecture/job-lifecycle-bounds", message: /overlap/ }],
  "cronjob-deadline": [{ practice: "architecture/job-lifecycle-bounds", message: /deadline/ }],
  "cronjob-restart-policy": [{ practice: "architecture/job-lifecycle-bounds", message: /restart/ }],
  "dangerous-triggers": [{ practice: "security/ci-least-privilege", message: /trigger|checkout/ }],
  "default-namespace": [{ practice: "architecture/dedicated-namespace" }],
  "default-service-account": [{ practice: "security/dedicated-service-account" }],
  "deprecated-api": [{ practice: "architecture/supported-api-versions" }],
  "deprecated-serviceaccount-field": [{ practice: "security/dedicated-service-account", message: /deprecated/ }],
  "excessive-permissions": [{ practice: "security/ci-least-privilege", message: /permission/ }],
  "host-ipc": [{ practice: "security/no-host-namespaces" }],
  "host-namespaces": [{ practice: "security/no-host-namespaces" }],
  "host-network": [{ practice: "security/no-host-namespaces" }],
  "host-pid": [{ practice: "security/no-host-namespaces" }],
  "host-path": [{ practice: "security/no-host-mounts" }],
  "host-path-writable": [{ practice: "security/no-host-mounts", message: /writable|critical|socket/ }],
  "host-port": [{ practice: "architecture/no-node-ports" }, { practice: "scalability/no-scaling-blockers" }],
  "host-process": [{ practice: "security/no-privileged-containers" }],
  "hpa-min-max": [
    { practice: "scalability/autoscaler-bounds", message: /missing|below|equal|open/ },
    { practice: "scalability/horizontal-autoscaler", message: /fixed/ },
  ],
  "hpa-min-replicas": [{ practice: "scalability/autoscaler-bounds" }, { practice: "architecture/multiple-replicas" }],
  "hpa-no-static-replicas": [{ practice: "scalability/no-fixed-replicas-with-autoscaler" }],
  "hpa-target-exists": [{ practice: "scalability/horizontal-autoscaler", message: /dangling|kind/ }],
  "image-digest": [{ practice: "security/image-digest-pinned" }],
  "image-tag": [{ practice: "security/pinned-image-tag" }],
  "ingress-targets-service": [{ practice: "architecture/external-entrypoint" }],
  "ingress-tls": [{ practice: "security/ingress-tls" }],
  "istio-authz-selects-workload": [{ practice: "security/service-authorization", message: /lost/ }],
  "istio-vs-destination-exists": [
    { practice: "architecture/references-resolve", message: /^unmet\.(host|hidden|port)/ },
  ],
  "istio-vs-subset-exists": [{ practice: "architecture/references-resolve", message: /subset/ }],
  "istio-sidecar-injection": [{ practice: "architecture/service-mesh" }],
  "job-ttl": [
    { practice: "architecture/job-lifecycle-bounds", message: /kept/ },
    { practice: "scalability/cleanup-of-finished-work" },
  ],
  "liveness-probe": [{ practice: "architecture/liveness-probe" }],
  "memory-limits": [{ practice: "scalability/memory-limits" }],
  "memory-requests": [{ practice: "scalability/resource-requests", message: /^unmet(\.memory)?$/ }],
  "naked-pod": [{ practice: "architecture/no-naked-pods" }],
  "networkpolicy-covers-pod": [
    { practice: "security/network-policy-selects-workload", message: /^unmet(\.dangling|\.task)?$/ },
  ],
  "networkpolicy-dangling": [{ practice: "security/network-policy-selects-workload", message: /dangling|lost/ }],
  "networkpolicy-default-deny": [
    { practice: "security/default-deny-ingress" },
    { practice: "security/egress-default-deny" },
  ],
  "owner-label": [{ practice: "culture/workload-owner" }],
  "pdb-present": [{ practice: "architecture/pod-disruption-budget" }],
  "pdb-sane": [{ practice: "architecture/pod-disruption-budget" }],
  "pdb-vs-hpa": [
    { practice: "architecture/pod-disruption-budget", message: /blocks|never/ },
    { practice: "scalability/autoscaler-bounds", message: /budget/ },
  ],
  "plaintext-secret-env": [{ practice: "security/no-plaintext-secrets" }],
  "practice-analysis": [{ practice: "automation/automated-analysis" }],
  "practice-bluegreen": [
    {
      practice: "automation/canary-or-blue-green",
      differs: "the label tells blue/green from canary; either meets the practice",
    },
  ],
  "practice-canary": [
    {
      practice: "automation/canary-or-blue-green",
      differs: "the label tells canary from blue/green; either meets the practice",
    },
  ],
  "practice-progressive": [{ practice: "automation/canary-or-blue-green" }],
  "practice-traffic-routing": [{ practice: "automation/traffic-shifting" }],
  "privilege-escalation": [{ practice: "security/no-privilege-escalation" }],
  "privileged-container": [{ practice: "security/no-privileged-containers" }],
  probes: [{ practice: "architecture/readiness-probe" }, { practice: "architecture/liveness-probe" }],
  "probes-identical": [{ practice: "architecture/liveness-probe", message: /same/ }],
  "proc-mount": [{ practice: "security/no-dangerous-capabilities", message: /proc/ }],
  "rbac-anonymous": [{ practice: "security/rbac-no-cluster-admin", message: /everybody|masters/ }],
  "rbac-cluster-admin": [{ practice: "security/rbac-no-cluster-admin" }],
  "rbac-create-pods": [{ practice: "security/rbac-least-privilege" }],
  "rbac-escalate-bind": [{ practice: "security/rbac-least-privilege" }],
  "rbac-pod-exec": [{ practice: "security/rbac-least-privilege", message: /exec/ }],
  "rbac-pod-exec-binding": [{ practice: "security/rbac-least-privilege", message: /exec|built/ }],
  "rbac-secrets": [
    {
      practice: "security/rbac-least-privilege",
      differs: "the label asks it of roles in one namespace as well",
    },
  ],
  "rbac-wildcard": [{ practice: "security/rbac-no-wildcards" }],
  "read-only-root-fs": [{ practice: "security/read-only-root-filesystem" }],
  "readiness-probe": [
    {
      practice: "architecture/readiness-probe",
      differs: "the label asks it of every container; the practice where requests arrive",
    },
  ],
  "removed-api": [{ practice: "architecture/supported-api-versions" }],
  "resources-requests-limits": [
    {
      practice: "scalability/resource-requests",
      differs:
        "the label asks for both to be written; what has a limit requests it, and a limit of CPU is not asked for",
    },
    { practice: "scalability/memory-limits" },
  ],
  "rolling-update": [{ practice: "automation/rollout-strategy" }],
  "rollout-pause-duration": [{ practice: "automation/automatic-abort", message: /pause/ }],
  "run-as-non-root": [{ practice: "security/run-as-non-root" }],
  "seccomp-profile": [{ practice: "security/seccomp-runtime-default" }],
  "secret-in-configmap": [{ practice: "security/no-plaintext-secrets" }],
  "secrets-inherit": [{ practice: "security/ci-least-privilege", message: /inherit/ }],
  "selector-matches-template": [{ practice: "architecture/selector-matches-template" }],
  "service-nodeport": [{ practice: "architecture/no-node-ports" }],
  "service-selector-matches": [{ practice: "architecture/service-selects-pods" }],
  "serviceaccount-exists": [
    { practice: "architecture/references-resolve" },
    { practice: "security/dedicated-service-account", message: /missing/ },
  ],
  "servicemonitor-matches": [{ practice: "automation/metrics-scraped" }],
  "statefulset-servicename": [{ practice: "architecture/stateful-handled-properly" }],
  sysctls: [{ practice: "security/no-dangerous-capabilities", message: /sysctl/ }],
  "template-injection": [
    {
      practice: "security/ci-least-privilege",
      message: /injection/,
      differs:
        "the label takes inputs, outputs of steps and the matrix for a stranger's as well, and composite actions alone",
    },
  ],
  "topology-spread": [
    { practice: "architecture/spread-across-nodes", differs: "the label asks it of single pods as well" },
  ],
  "topology-spread-valid": [{ practice: "architecture/spread-across-nodes" }],
  "trusted-publishing": [{ practice: "security/short-lived-ci-credentials" }],
  "unpinned-action": [
    { practice: "security/ci-actions-pinned", differs: "the label asks it of the host's own actions as well" },
  ],
};
