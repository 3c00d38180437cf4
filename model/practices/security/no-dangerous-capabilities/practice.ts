import type { Container, Field, Workload } from "../../../facts.ts";
import { addedCapabilities, capabilityName, requireAll } from "../../../pod-security.ts";
import { every, practice, type Sources, type Spot } from "../../../practice.ts";

/** What container runtimes give by default, without NET_RAW: adding one of these gives nothing new that is dangerous. */
const HARMLESS = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  ),
);

/** Settings of the kernel that hold for the pod alone. */
const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  ..."ip_local_port_range ip_local_reserved_ports ip_unprivileged_port_start ping_group_range tcp_syncookies tcp_keepalive_time tcp_fin_timeout tcp_keepalive_intvl tcp_keepalive_probes tcp_rmem tcp_wmem tcp_slow_start_after_idle tcp_notsent_lowat"
    .split(" ")
    .map((name) => `net.ipv4.${name}`),
]);

export default practice({
  level: 1,
  gate: "required",
  share: "all",
  subject: "workload",
  effort: "confirm",
  judge(workload) {
    if (workload.allContainers.length === 0 && !workload.moreContainers) return undefined;
    const looks = [
      () => sysctlSpots(workload),
      ...workload.allContainers.map((container) => () => containerSpots(container, workload)),
    ];
    return every(looks, (look) => look(), workload.place, workload.moreContainers);
  },
  fix(workload) {
    // Later items first, so that each index still holds when its turn comes.
    const entries = [...dangerousSysctls(workload), ...workload.allContainers.flatMap(dangerousIn)].reverse();
    const masks = workload.allContainers.map(procMount).filter((field) => isUnmasked(field, workload));
    return {
      safety: "review",
      edits: [...entries, ...masks].map((field) => ({ op: "remove", at: field.place }) as const),
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/",
  ],
  equivalents: {
    "kube-linter": ["drop-net-raw-capability", "unsafe-proc-mount", "unsafe-sysctls"],
    polaris: ["dangerousCapabilities", "insecureCapabilities", "procMount"],
    checkov: ["CKV_K8S_25", "CKV_K8S_28", "CKV_K8S_39"],
    kubescape: ["C-0046", "C-0199", "C-0200"],
    trivy: ["KSV-0005", "KSV-0022", "KSV-0026", "KSV-0027", "KSV-0119", "KSV-0120"],
    cis: ["5.2.8", "5.2.9"],
    pss: ["baseline"],
  },
};

function procMount(container: Container): Field {
  return container.body.at("securityContext", "procMount");
}

/** In a user namespace of its own a pod may see all of its `/proc`. */
function isUnmasked(field: Field, workload: Workload): boolean {
  const value = field.text();
  return value !== undefined && value !== "Default" && workload.pod.at("hostUsers").flag() !== false;
}

function dangerousIn(container: Container): readonly Field[] {
  const named = addedCapabilities(container).filter((item) => item.presence === "present");
  return named.filter((item) => !HARMLESS.has(capabilityName(item.text() ?? "")));
}

function dangerousSysctls(workload: Workload): readonly Field[] {
  const sysctls = workload.pod.at("securityContext", "sysctls").writtenItems();
  return sysctls
    .filter(({ presence }) => presence === "present")
    .filter((item) => item.at("name").presence === "present" && !SAFE_SYSCTLS.has(item.at("name").text() ?? ""));
}

function containerSpots(container: Container, workload: Workload): readonly Spot[] {
  const name = container.displayName;
  const about = (field: Field, message: string) => ({
    place: field.place,
    message,
    container: name,
    args: { container: name, name: field.source ?? "" },
  });
  const spots = dangerousIn(container).map((item) => about(item, "unmet"));
  if (spots.length === 0) requireAll(container.body.at("securityContext", "capabilities", "add"));
  if (spots.length > 0 && procMount(container).presence === "unknown") return spots;
  return isUnmasked(procMount(container), workload) ? [...spots, about(procMount(container), "unmet.proc")] : spots;
}

function sysctlSpots(workload: Workload): readonly Spot[] {
  const spots = dangerousSysctls(workload).map((item) => ({
    place: item.at("name").place,
    message: "unmet.sysctl",
    args: { name: item.at("name").source ?? "" },
  }));
  if (spots.length === 0)
    for (const item of workload.pod.at("securityContext", "sysctls").items()) item.at("name").text();
  return spots;
}
