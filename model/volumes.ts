/** Volumes in which a workload keeps state of its own. */
import type { Field, Workload } from "./facts.ts";
import { ifKnown } from "./practice.ts";

export interface Claim {
  /** The name of the claim where the pod names one; the template's entry for a StatefulSet's own. */
  readonly at: Field;
  readonly name: Field;
  readonly template: boolean;
  readonly writable: boolean;
}

/** Persistent volume claims of the pods, and those a StatefulSet makes for each of them. Throws `Unresolved` when a template may add some. */
export function claimsOf(workload: Workload): readonly Claim[] {
  const templates = workload.body.at("spec", "volumeClaimTemplates").items();
  return [
    ...templates.map((item) => ({
      at: item.at("metadata", "name"),
      name: item.at("metadata", "name"),
      template: true,
      writable: true,
    })),
    ...workload.pod
      .at("volumes")
      .items()
      .filter((volume) => volume.at("persistentVolumeClaim").presence !== "absent")
      .map((volume) => {
        const claim = volume.at("persistentVolumeClaim");
        return {
          at: claim.at("claimName"),
          name: claim.at("claimName"),
          template: false,
          writable: isWritten(volume, workload),
        };
      }),
  ];
}

/** Not when the volume, or every mount of it, is read-only. */
function isWritten(volume: Field, workload: Workload): boolean {
  if (volume.at("persistentVolumeClaim", "readOnly").flag() === true) return false;
  const name = volume.at("name").text();
  const mounts = workload.allContainers
    .flatMap(({ body }) => body.at("volumeMounts").writtenItems())
    .filter((mount) => mount.at("name").source === name);
  return mounts.length === 0 || mounts.some((mount) => ifKnown(() => mount.at("readOnly").flag()) !== true);
}
