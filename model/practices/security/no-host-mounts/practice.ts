import type { Field, Workload } from "../../../facts.ts";
import { every, ifKnown, notApplicable, practice, type Sources } from "../../../practice.ts";

/** With these the node can be taken over, even when they are only read. */
const CRITICAL =
  /^\/(?:(?:var|var\/lib|var\/run|run|usr|home)?\/?$|(?:etc|proc|sys|dev|boot|root|var\/lib\/(?:kubelet|etcd|docker|containerd|rancher))(?:\/.*)?$)/;
const HARMLESS =
  /^\/(?:var\/lib\/docker\/containers|etc\/(?:localtime|timezone|machine-id|ssl|pki|ca-certificates|os-release)|sys\/fs\/cgroup)(?:\/.*)?$/;
const SOCKET = /(?:docker|dockershim|containerd|crio|cri-dockerd|podman|buildkitd)\.sock$/;

export default practice({
  level: 1,
  gate: "required",
  share: "all",
  subject: "workload",
  effort: "confirm",
  judge(workload) {
    if (workload.allContainers.length === 0 && !workload.moreContainers) return undefined;
    const volumes = workload.pod.at("volumes");
    if (workload.class === "agent" && readsOnly(workload)) return notApplicable("agent");
    return every(volumes.writtenItems(), (volume) => violation(volume, workload), workload.place, isOpen(volumes));
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
  ],
  equivalents: {
    "kube-linter": ["docker-sock", "sensitive-host-mounts", "writable-host-mount"],
    polaris: ["hostPathSet"],
    checkov: ["CKV_K8S_27"],
    kubescape: ["C-0045", "C-0048", "C-0074", "C-0203"],
    trivy: ["KSV-0006", "KSV-0023"],
    cis: ["5.2.12"],
    pss: ["baseline"],
    nsa: ["hostPath volumes"],
  },
};

function isOpen(list: Field): boolean {
  return ifKnown(() => list.items()) === undefined;
}

function violation(volume: Field, workload: Workload) {
  const hostPath = volume.at("hostPath");
  if (hostPath.presence === "absent") return undefined;
  // Reading it ends the look where a template decides whether it is one.
  hostPath.flag();
  const place = hostPath.at("path").presence === "absent" ? hostPath.place : hostPath.at("path").place;
  const path = hostPath.at("path").source ?? "";
  return { place, message: messageFor(path, volume, workload), args: { path } };
}

function messageFor(path: string, volume: Field, workload: Workload): string {
  if (SOCKET.test(path)) return "unmet.socket";
  if (CRITICAL.test(path) && !HARMLESS.test(path)) return "unmet.critical";
  return ifKnown(() => isReadOnly(volume, workload)) === true ? "unmet" : "unmet.writable";
}

/** No container can write to the volume. */
function isReadOnly(volume: Field, workload: Workload): boolean {
  const name = volume.at("name").text();
  const mounts = workload.allContainers.flatMap((container) => container.body.at("volumeMounts").items());
  return mounts.every((mount) => mount.at("name").text() !== name || mount.at("readOnly").flag() === true);
}

/** Reading the node's logs and figures is what agents are for. */
function readsOnly(workload: Workload): boolean {
  const volumes = workload.pod
    .at("volumes")
    .writtenItems()
    .filter((volume) => volume.at("hostPath").presence === "present");
  const isSocket = (volume: Field) => SOCKET.test(volume.at("hostPath", "path").source ?? "");
  return (
    volumes.length > 0 &&
    volumes.every((volume) => !isSocket(volume) && ifKnown(() => isReadOnly(volume, workload)) === true)
  );
}
